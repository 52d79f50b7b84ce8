"""Small scripted servers and clients on loopback for the tests of ami_bridge, independent of its parsers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.lab.waiting import until

Fields = dict[str, str]


@dataclass
class ScriptedAmi:
    """Plays Asterisk's manager: greets, checks the secret, answers pings, and else does what `answer` says."""

    secret: str = "right"
    #: an action's fields (names in lower case) → bytes to send back; b"" = no answer
    answer: Callable[[Fields], bytes] = lambda fields: success(fields)
    greeting: bytes = b"Asterisk Call Manager/11.0.0\r\n"
    #: sent in the same write as the login's answer
    after_login: bytes = b""
    #: take bytes, send nothing at all
    mute: bool = False
    #: what every connection sent, in order
    actions: list[Fields] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    connections: int = 0
    open_now: int = 0
    port: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def named(self, name: str) -> list[Fields]:
        return [fields for fields in self.actions if fields.get("action") == name]

    def send(self, data: bytes) -> None:
        """Send on the newest connection."""
        self._writers[-1].write(data)

    async def flush(self) -> None:
        await self._writers[-1].drain()

    def cut(self) -> None:
        """Reset the newest connection."""
        self._writers[-1].transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_now += 1
        self._writers.append(writer)
        try:
            writer.write(self.greeting)
            while True:
                block = await reader.readuntil(b"\r\n\r\n")
                self.raw += block
                self._act(writer, block)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open_now -= 1
            writer.transport.abort()

    def _act(self, writer: asyncio.StreamWriter, block: bytes) -> None:
        fields: Fields = {}
        for line in block.decode().split("\r\n"):
            key, _, value = line.partition(": ")
            fields.setdefault(key.lower(), value)
        self.actions.append(fields)
        if self.mute:
            return
        match fields.get("action"):
            case "Login" if fields.get("secret") == self.secret:
                writer.write(success(fields, "Message: Authentication accepted") + self.after_login)
            case "Login":
                writer.write(error(fields, "Authentication failed"))
                writer.close()
            case "Ping":
                writer.write(success(fields, "Ping: Pong"))
            case _:
                writer.write(self.answer(fields))


def message(*lines: str) -> bytes:
    """One AMI message."""
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def success(fields: Fields, *more: str) -> bytes:
    return message("Response: Success", f"ActionID: {fields.get('actionid', '')}", *more)


def error(fields: Fields, text: str) -> bytes:
    return message("Response: Error", f"ActionID: {fields.get('actionid', '')}", f"Message: {text}")


def hold(number: int, *more: str) -> bytes:
    """One Hold event of channel `hl1-<number>`."""
    return message("Event: Hold", "Privilege: call,all", "Channel: PJSIP/line-101-1", f"Uniqueid: hl1-{number}", *more)


@asynccontextmanager
async def scripted_ami(**settings: object) -> AsyncIterator[ScriptedAmi]:
    ami = ScriptedAmi(**settings)  # type: ignore[arg-type]
    server = await asyncio.start_server(ami.serve, "127.0.0.1", 0)
    ami.port = server.sockets[0].getsockname()[1]
    try:
        yield ami
    finally:
        server.close()
        for writer in ami._writers:
            writer.transport.abort()
        await until(lambda: ami.open_now == 0, "all connections closed")
        await server.wait_closed()


AGI_HEADERS = (
    b"agi_network: yes\nagi_network_script: %s\nagi_request: agi://127.0.0.1/%s\nagi_channel: PJSIP/trunk-00000001\n"
    b"agi_uniqueid: hl1-1795470208.58\nagi_callerid: 0901234567\nagi_extension: s\nagi_arg_1: root\nagi_arg_2: 1\n\n"
)


class ScriptedCall:
    """Plays Asterisk in one FastAGI session."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def command(self) -> bytes:
        """The next command, without its end; b"" when the server closed."""
        async with asyncio.timeout(10):
            line = await self.reader.readline()
        return line.removesuffix(b"\n")

    async def reply(self, *replies: bytes) -> bytes:
        """Take the next command and send these lines."""
        line = await self.command()
        self.writer.write(b"".join(reply + b"\n" for reply in replies))
        return line

    async def closed(self) -> bool:
        """True when the server ended the session without a further command."""
        async with asyncio.timeout(10):
            try:
                return await self.reader.read() == b""
            except ConnectionError:
                return True


@asynccontextmanager
async def scripted_call(
    port: int, script: bytes = b"menu", headers: bytes = AGI_HEADERS
) -> AsyncIterator[ScriptedCall]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(headers.replace(b"%s", script))
        yield ScriptedCall(reader, writer)
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()
