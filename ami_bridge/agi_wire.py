"""AGI's bytes: read Asterisk's opening headers and replies, quote what is sent. Refuses line breaks and NUL."""

import re
from dataclasses import dataclass

from hotline1022.core.errors import HotlineError, Invalid

#: Asterisk reads a command into 8 KiB
COMMAND_LIMIT = 8_000
#: a reply may not be longer
REPLY_LIMIT = 64 * 1024

_BREAKS = re.compile("[\r\n\0]")
_REPLY = re.compile(rb"(\d{3})([ -])(.*)", re.DOTALL)
_RESULT = re.compile(rb"result=(\S*)(?: \((.*)\))?(?: endpos=(-?\d{1,18}))?(?: .*)?", re.DOTALL)
#: a value in parentheses that has begun and one that is at its end
_OPEN = re.compile(rb"200 result=\S* \(")
_SHUT = re.compile(rb"\)(?: endpos=-?\d+)?\Z")
_USAGE_END = b"520 End of proper usage."


class AgiError(HotlineError):
    """A session that cannot go on as it should."""

    error_id = "agi-failed"


class Hangup(AgiError):
    """The caller, or Asterisk, has gone; nothing more can be asked."""

    error_id = "agi-hangup"


class CommandRefused(AgiError):
    """Asterisk does not know the command, or not in this form."""

    error_id = "agi-command-refused"


class OutOfStep(AgiError):
    """Replies and commands do not belong together any more; the session must end."""

    error_id = "agi-out-of-step"


class CommandTimeout(AgiError):
    """Asterisk did not reply in time; the session must end."""

    error_id = "agi-timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiReply:
    """One reply: `200 result=R (data) endpos=N`, or another code with its text."""

    code: int
    result: str = ""
    #: what stood in parentheses; None: no parentheses
    data: str | None = None
    endpos: int | None = None
    text: str = ""

    @property
    def timeout(self) -> bool:
        """Digits ended because time was up. Not to be asked of a variable's value."""
        return self.data == "timeout"


def parse_reply(raw: bytes) -> AgiReply:
    """Read one whole reply; bytes that are no UTF-8 become U+FFFD. OutOfStep for what is no reply."""
    match = _REPLY.fullmatch(raw)
    if match is None:
        raise OutOfStep(f"Asterisk sent {raw[:80]!r} where a reply was due")
    code, text = int(match[1]), match[3].decode("utf-8", "replace")
    found = _RESULT.fullmatch(match[3]) if code == 200 else None
    if found is None:
        if code == 200:
            raise OutOfStep(f"Asterisk sent {raw[:80]!r} where a result was due")
        return AgiReply(code=code, text=text)
    result, data, endpos = found.groups()
    return AgiReply(
        code=code,
        result=result.decode("utf-8", "replace"),
        data=None if data is None else data.decode("utf-8", "replace"),
        endpos=None if endpos is None else int(endpos),
        text=text,
    )


class ReplyReader:
    """Joins the lines of one reply: usage texts (`520-`) and values with line breaks go on for several."""

    __slots__ = ("_lines", "_size", "_usage")

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._size = 0
        self._usage = False

    @property
    def begun(self) -> bool:
        """A reply has begun and is not complete."""
        return bool(self._lines)

    def feed(self, line: bytes) -> AgiReply | None:
        """Take one line; the reply when it is complete. OutOfStep for what is no reply."""
        self._size += len(line) + 1
        if self._size > REPLY_LIMIT:
            raise OutOfStep(f"a reply of more than {REPLY_LIMIT} bytes")
        if not self._lines:
            self._usage = line.startswith(b"520-")
            if not self._usage and (_OPEN.match(line) is None or _SHUT.search(line) is not None):
                return parse_reply(line)
        self._lines.append(line)
        if line.endswith(_USAGE_END) if self._usage else _SHUT.search(line) is not None:
            return parse_reply(b"\n".join(self._lines))
        return None


def parse_headers(raw: bytes) -> dict[str, str]:
    """The opening block, `agi_name: value` per line; the first of a repeated name counts."""
    headers: dict[str, str] = {}
    for line in raw.decode("utf-8", "replace").split("\n"):
        name, colon, value = line.partition(":")
        if colon and name.startswith("agi_"):
            headers.setdefault(name, value.removeprefix(" "))
    return headers


def quote(value: str) -> str:
    """One argument of a command, in quotes. Refuses (Invalid, `agi-injection`) CR, LF, NUL and lone surrogates."""
    if _BREAKS.search(value) is not None:
        raise Invalid("an AGI argument has a line break or NUL in it; remove it first", error_id="agi-injection")
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise Invalid(
                "an AGI argument is not valid text; remove lone surrogates", error_id="agi-injection"
            ) from error
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
