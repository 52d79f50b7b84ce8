"""What must answer before calls can be served: SIP (a real OPTIONS round trip), AMI, disk, database. Changes nothing."""

import asyncio
import secrets
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import Unavailable

#: less than this and recordings are in danger: an hour of 30 talking pairs
LOW_BYTES = 4 * 1024**3
SIP_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class NamedCheck:
    """A check with its name."""

    name: str
    ask: Callable[[], Awaitable[None]]

    async def __call__(self) -> None:
        await self.ask()


class _Answer(asyncio.DatagramProtocol):
    def __init__(self, answer: "asyncio.Future[bytes]") -> None:
        self._answer = answer

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self._answer.done():
            self._answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(exc)


async def sip_answers(host: str, port: int) -> None:
    """An OPTIONS over UDP; any answer will do: an open port alone proves nothing."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()
    try:
        transport, _ = await loop.create_datagram_endpoint(lambda: _Answer(answer), remote_addr=(host, port))
    except OSError as error:
        raise Unavailable(f"SIP on {host}:{port} cannot be reached ({error.strerror})") from error
    try:
        own_host, own_port = transport.get_extra_info("sockname")[:2]
        mark = secrets.token_hex(8)
        transport.sendto(
            "\r\n".join(
                [
                    f"OPTIONS sip:{host}:{port} SIP/2.0",
                    f"Via: SIP/2.0/UDP {own_host}:{own_port};branch=z9hG4bK{mark};rport",
                    "Max-Forwards: 1",
                    f"From: <sip:health@{own_host}>;tag={mark}",
                    f"To: <sip:{host}:{port}>",
                    f"Call-ID: {mark}@{own_host}",
                    "CSeq: 1 OPTIONS",
                    "Content-Length: 0",
                    "",
                    "",
                ]
            ).encode()
        )
        async with asyncio.timeout(SIP_SECONDS):
            await answer
    except TimeoutError as error:
        raise Unavailable(
            f"SIP on {host}:{port} does not answer; look at Asterisk (asterisk -rx 'module show like chan_pjsip')"
        ) from error
    except OSError as error:
        raise Unavailable(f"SIP on {host}:{port} is closed ({error.strerror}); start Asterisk") from error
    finally:
        transport.close()


async def disk_has_room(folder: Path) -> None:
    """Room for recordings and journal."""
    try:
        free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
    except OSError as error:
        raise Unavailable(f"the disk of {folder} cannot be looked at ({error.strerror}); is it there?") from error
    if free < LOW_BYTES:
        raise Unavailable(
            f"only {free // 1024**2} MiB are free below {folder}; make room, or calls lose their recordings"
        )
