"""One FastAGI session: a caller's channel that can be asked and told, one command at a time. Refuses to go on when lost.

Built on panoramisk's Request for sending and for waiting out `100 Trying`; reading and judging replies is our own.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl

from panoramisk.fast_agi import Request

from hotline1022.ami_bridge.agi_wire import (
    COMMAND_LIMIT,
    AgiReply,
    CommandRefused,
    CommandTimeout,
    Hangup,
    OutOfStep,
    ReplyReader,
    quote,
)
from hotline1022.core.errors import Invalid

_VERB = re.compile(r"[A-Z]+(?: [A-Z]+)*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\([A-Za-z0-9_,:-]*\))?")
_APPLICATION = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DIGITS = re.compile(r"[0-9*#]*")


class Lines(Protocol):
    """The connection as the session sees it."""

    @property
    def gone(self) -> bool:
        """Hung up, or closed by Asterisk."""
        ...

    def note_hangup(self) -> None:
        """Remember that nothing more can be asked."""
        ...

    def stale(self) -> bytes | None:
        """A line that lies there although nothing was asked; None as it should be."""
        ...

    async def readline(self) -> bytes:
        """The next line without its end; `HANGUP` lines are taken out. Hangup at the end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """What was keyed."""

    keys: str
    timeout: bool


class AgiSession(Request):
    """What a route's handler gets."""

    def __init__(self, *, headers: dict[str, str], lines: Lines, script: str, seconds: float) -> None:
        super().__init__(None, headers, lines, lines)  # type: ignore[no-untyped-call]
        self._lines = lines
        self._seconds = seconds
        self._busy = False
        self._script = script

    # What Asterisk sent

    @property
    def variables(self) -> Mapping[str, str]:
        """`agi_uniqueid`, `agi_callerid` …"""
        headers: dict[str, str] = self.headers
        return headers

    @property
    def args(self) -> Sequence[str]:
        """The arguments of AGI(), in order."""
        found: list[str] = []
        while (value := self.variables.get(f"agi_arg_{len(found) + 1}")) is not None:
            found.append(value)
        return found

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the `?` of the address."""
        return dict(parse_qsl(self._script.partition("?")[2], keep_blank_values=True))

    @property
    def hung_up(self) -> bool:
        """The caller, or Asterisk, has gone."""
        return self._lines.gone

    # What can be asked

    async def command(self, verb: str, *args: str, seconds: float | None = None) -> AgiReply:
        """Send one command, arguments quoted, and return its reply of code 200.

        Hangup: gone, dead channel (511) or result -1. CommandRefused: 510, 520 and the rest. CommandTimeout.
        """
        if _VERB.fullmatch(verb) is None:
            raise Invalid(f"{verb!r} is no AGI command", error_id="agi-injection")
        line = " ".join((verb, *map(quote, args)))
        if len(line.encode()) > COMMAND_LIMIT:
            raise Invalid(
                f"{verb} is longer than {COMMAND_LIMIT} bytes; shorten its arguments", error_id="agi-too-long"
            )
        if self._lines.gone:
            await asyncio.sleep(0)  # a handler that asks a dead channel again and again must not hold the loop
        self._ready(verb)
        limit = self._seconds if seconds is None else seconds
        self._busy = True  # stays so after a timeout: a late reply must not be taken for another's
        try:
            async with asyncio.timeout(limit):
                answer = await self.send_command(line)  # type: ignore[no-untyped-call]
        except TimeoutError as error:
            raise CommandTimeout(f"Asterisk did not reply to {verb} within {limit:g} s") from error
        self._busy = False
        reply: AgiReply = answer["reply"]
        return self._judged(verb, reply)

    def _ready(self, verb: str) -> None:
        if self._busy:
            raise OutOfStep(f"{verb}: the reply to an earlier command is still due")
        stale = self._lines.stale()
        if stale is not None:
            raise OutOfStep(f"{verb}: {stale[:80]!r} lies there unasked")
        if self._lines.gone:
            raise Hangup(f"{verb}: the channel has gone")

    def _judged(self, verb: str, reply: AgiReply) -> AgiReply:
        if reply.code == 511 or reply.result == "-1":
            self._lines.note_hangup()
        if self._lines.gone:
            raise Hangup(f"{verb}: the channel has gone")
        if reply.code != 200:
            raise CommandRefused(f"Asterisk refuses {verb}: {reply.code} {reply.text}")
        return reply

    async def _read_result(self) -> dict[str, Any]:
        """For panoramisk's send_command: the next whole reply."""
        reader = ReplyReader()
        while (reply := reader.feed(await self._lines.readline())) is None:
            continue
        return {"status_code": reply.code, "reply": reply}

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable, or a function such as `TIMEOUT(absolute)`."""
        await self.command("SET VARIABLE", _name(name), value)

    async def get_variable(self, name: str) -> str | None:
        """Read a channel variable; None when it is not set."""
        reply = await self.command("GET VARIABLE", _name(name))
        return None if reply.result == "0" else reply.data or ""

    async def answer(self) -> None:
        """Answer the call."""
        await self.command("ANSWER")

    async def stream_file(self, file: str, *, escape: str = "", seconds: float = 60.0) -> str:
        """Play a file (no extension); the key of `escape` that ended it, or ""."""
        reply = await self.command("STREAM FILE", file, _digits(escape), seconds=seconds)
        return _key(reply)

    async def wait_for_digit(self, seconds: float) -> str:
        """The key pressed within so many seconds, or ""."""
        return _key(await self.command("WAIT FOR DIGIT", str(int(seconds * 1000)), seconds=seconds + self._seconds))

    async def get_data(self, file: str, *, wait: float, most: int, seconds: float = 60.0) -> Digits:
        """Play a file and take up to `most` keys, `wait` seconds between them."""
        reply = await self.command(
            "GET DATA", file, str(int(wait * 1000)), str(most), seconds=seconds + wait * (most + 1)
        )
        return Digits(keys=reply.result, timeout=reply.timeout)

    async def exec(self, application: str, *args: str, seconds: float | None = None) -> str:
        """Run a dialplan application; its result."""
        if _APPLICATION.fullmatch(application) is None:
            raise Invalid(f"{application!r} is no application", error_id="agi-injection")
        reply = await self.command("EXEC", application, *args, seconds=seconds)
        if reply.result == "-2":
            raise CommandRefused(f"Asterisk has no application {application}; load its module")
        return reply.result

    async def verbose(self, text: str) -> None:
        """A line on Asterisk's console."""
        await self.command("VERBOSE", text, "1")


def _name(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise Invalid(f"{name!r} is no variable name", error_id="agi-injection")
    return name


def _digits(keys: str) -> str:
    if _DIGITS.fullmatch(keys) is None:
        raise Invalid(f"{keys!r} are no telephone keys", error_id="agi-injection")
    return keys


def _key(reply: AgiReply) -> str:
    code = int(reply.result) if reply.result.isdecimal() else 0
    return chr(code) if 0 < code < 128 else ""
