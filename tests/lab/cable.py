"""A TCP cable for tests between a client and a server: it can be cut, and it can go mute without being cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.lab.ports import free_port


@dataclass
class Cable:
    """Forwards what comes on `port` to the server's."""

    port: int
    to: int
    #: nothing is carried to the client any more, and nobody is told
    mute: bool = False
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def plug(self) -> None:
        """Take connections."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:  # nobody is there
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        if self._server is None or not self._server.is_serving():  # unplugged meanwhile: nothing gets through
            self.cut()
            return
        with suppress(OSError):
            await asyncio.gather(self._pipe(reader, far_writer, False), self._pipe(far_reader, writer, True))

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to_client: bool) -> None:
        while data := await reader.read(4096):
            if not (to_client and self.mute):
                writer.write(data)
                await writer.drain()
        writer.close()

    def cut(self) -> None:
        """End all connections at once; new ones are taken."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def unplug(self) -> None:
        """Take no more."""
        if self._server is not None:
            self._server.close()
        self.cut()


@asynccontextmanager
async def cable(to: int) -> AsyncIterator[Cable]:
    """A cable to the port."""
    made = Cable(port=free_port("tcp"), to=to)
    await made.plug()
    try:
        yield made
    finally:
        await made.unplug()
