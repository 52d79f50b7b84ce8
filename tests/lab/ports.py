"""Free ports on loopback for tests that start servers; a port is not reserved, only likely to stay free."""

import random
import socket
from typing import Literal

#: Blocks and single ports come from ranges of their own, so that no port of a server lies inside a block of RTP.
#: Both are below the range from which the kernel takes ports for outgoing connections.
_BLOCKS = (12000, 22400)
_SINGLES = (22400, 31000)


def free_port(kind: Literal["udp", "tcp"] = "udp", host: str = "127.0.0.1", *, block: int = 1) -> int:
    """The first of `block` neighbouring free ports."""
    for _ in range(200):
        first = (
            random.randrange(_SINGLES[0], _SINGLES[1], 2)
            if block == 1
            else random.randrange(_BLOCKS[0], _BLOCKS[1] - block, 2)
        )
        if all(_is_free(kind, host, number) for number in range(first, first + block)):
            return first
    raise AssertionError("no free port was found in 200 attempts")


def _is_free(kind: str, host: str, number: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as probe:
        try:
            probe.bind((host, number))
        except OSError:
            return False
    return True
