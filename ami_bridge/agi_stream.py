"""One FastAGI connection as lines. Refuses endless headers, endless waiting, and to spin when the other side has gone.

No task exists before the headers are whole, so that connections which say nothing cost next to nothing.
"""

import asyncio
from typing import Protocol

from hotline1022.ami_bridge.agi_wire import Hangup, OutOfStep

#: Asterisk's opening headers are below 2 KiB
HEADER_LIMIT = 16 * 1024
#: unread bytes of replies
UNREAD_LIMIT = 128 * 1024
#: seconds for the last bytes to leave after the end
LINGER = 5.0

_HANGUP = b"HANGUP"


class Owner(Protocol):
    """The server as a connection sees it."""

    #: seconds for the headers to come
    header_seconds: float

    def admit(self, stream: "AgiStream", peer: str) -> bool:
        """Whether this connection may stay."""
        ...

    def begin(self, stream: "AgiStream", raw: bytes) -> None:
        """The headers are whole."""
        ...

    def gave_up(self, stream: "AgiStream", why: str) -> None:
        """It ended before its headers were whole: `eof`, `oversize`, `timeout`."""
        ...

    def lost(self, stream: "AgiStream") -> None:
        """It is closed."""
        ...


class AgiStream(asyncio.Protocol):
    """Reader and writer of one connection."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._buffer = bytearray()
        self._begun = False
        self._eof = False
        self._hung_up = False
        self._overflow = False
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    # The transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        peer = transport.get_extra_info("peername")
        if not self._owner.admit(self, str(peer[0]) if peer else ""):
            self._begun = True
            transport.abort()
            return
        self._timer = self._loop.call_later(self._owner.header_seconds, self._give_up, "timeout")

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        if self._begun:
            buffer += data
            if len(buffer) > UNREAD_LIMIT:
                self._overflow = True
                self._transport.abort()
            self._wake()
            return
        searched = max(0, len(buffer) - 1)
        buffer += data
        end = buffer.find(b"\n\n", searched, HEADER_LIMIT)
        if end >= 0:
            raw = bytes(buffer[:end])
            del buffer[: end + 2]
            self._begun = True
            self._stop_timer()
            self._owner.begin(self, raw)
        elif len(buffer) > HEADER_LIMIT:
            self._give_up("oversize")

    def eof_received(self) -> bool:
        self._eof = True
        if not self._begun:
            self._give_up("eof")
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._eof = True
        if not self._begun:
            self._give_up("eof")
        self._stop_timer()
        self._wake()
        self.resume_writing()
        self._owner.lost(self)

    def pause_writing(self) -> None:
        self._room = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None

    # The session's side

    @property
    def gone(self) -> bool:
        """Hung up, or closed by Asterisk."""
        return self._hung_up or self._eof

    def note_hangup(self) -> None:
        """Remember that nothing more can be asked."""
        self._hung_up = True

    def stale(self) -> bytes | None:
        """A line that lies there although nothing was asked; None as it should be."""
        while (line := self._take_line()) is not None:
            if line != _HANGUP:
                return line
            self._hung_up = True
        return bytes(self._buffer) if self._buffer and not _HANGUP.startswith(self._buffer) else None

    async def readline(self) -> bytes:
        """The next line without its end; `HANGUP` lines are taken out and remembered. Hangup at the end."""
        while True:
            line = self._take_line()
            if line is None:
                if self._overflow:
                    raise OutOfStep(f"more than {UNREAD_LIMIT} bytes without a reply")
                if self._eof:
                    raise Hangup("Asterisk closed the session")
                self._waiter = self._loop.create_future()
                await self._waiter
            elif line == _HANGUP:
                self._hung_up = True
            else:
                return line

    def write(self, data: bytes) -> None:
        """Send."""
        self._transport.write(data)

    async def drain(self) -> None:
        """Wait until there is room to send more."""
        if self._room is not None:
            await self._room

    def close(self) -> None:
        """End it once what was written has left, at the latest after a few seconds."""
        self._transport.close()
        if self._transport.get_write_buffer_size() and self._timer is None:
            self._timer = self._loop.call_later(LINGER, self._transport.abort)

    def abort(self) -> None:
        """End it at once."""
        self._transport.abort()

    # Within

    def _take_line(self) -> bytes | None:
        end = self._buffer.find(b"\n")
        if end < 0:
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self, why: str) -> None:
        self._begun = True
        self._stop_timer()
        self._buffer.clear()
        self._owner.gave_up(self, why)
        self._transport.abort()
