"""Free ports on loopback for tests that start servers; a port is not reserved, only likely to stay free."""

import os
import random
import socket
from collections import deque
from typing import Literal

#: Blocks and single ports come from ranges of their own, so that no port of a server lies inside a block of RTP.
#: Both are below the range from which the kernel takes ports for outgoing connections.
_BLOCKS = (12000, 22400)
_SINGLES = (22400, 31000)
#: given out lately, whatever for: servers of one test start one after the other, and SIP listens on UDP and TCP
_given: deque[int] = deque(maxlen=300)


def free_port(kind: Literal["udp", "tcp"] = "udp", host: str = "127.0.0.1", *, block: int = 1) -> int:
    """The first of `block` neighbouring free ports; tests that run side by side are given different ones."""
    start, end = _share(_SINGLES if block == 1 else _BLOCKS)
    for _ in range(500):
        first = random.randrange(start, end - block, 2)
        numbers = range(first, first + block)
        if not any(one in numbers for one in _given) and all(_is_free(kind, host, one) for one in numbers):
            if block == 1:
                _given.append(first)
            return first
    raise AssertionError("no free port was found in 500 attempts")


def _share(ports: tuple[int, int]) -> tuple[int, int]:
    """This process's part of the range, among those that pytest-xdist runs."""
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    size = (ports[1] - ports[0]) // count // 2 * 2
    return ports[0] + number * size, ports[0] + (number + 1) * size


def _is_free(kind: str, host: str, number: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as probe:
        try:
            probe.bind((host, number))
        except OSError:
            return False
    return True
