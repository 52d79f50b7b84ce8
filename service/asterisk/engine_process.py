"""What Asterisk's process needs of the machine: free ports, an end that is noticed, a death together. Starts nothing itself."""

import asyncio
import ctypes
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from hotline1022.core.errors import ConfigError

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port that Asterisk is going to open, and the setting to change when somebody else has it."""

    host: str
    number: int
    kind: Literal["udp", "tcp"] = "udp"
    setting: str = ""


def check_free(port: Port) -> None:
    """ConfigError `port-taken` when somebody else has the port."""
    kind = socket.SOCK_DGRAM if port.kind == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET6 if ":" in port.host else socket.AF_INET, kind) as probe:
        if port.kind == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.number))
        except OSError as error:
            change = f", or change {port.setting}" if port.setting else ""
            raise ConfigError(
                f"{port.kind.upper()} port {port.host}:{port.number} cannot be opened ({error.strerror}); "
                f"stop the program that has it{change}",
                error_id="port-taken",
            ) from error


async def ended(pid: int) -> None:
    """Wait until this process is no more; it need not be a child of ours."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(handle, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)


def die_with(parent: int) -> Callable[[], None]:
    """What a child does before it becomes another program: it is killed when its parent ends."""

    def arm() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return arm
