"""AMI's bytes: cut a stream into messages, read one, write one. Refuses line breaks and NUL in what is written.

Any split of the same bytes gives the same messages: the stream is cut as bytes, and only a whole message is decoded.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from hotline1022.core.errors import Invalid

#: one message may not be longer; Asterisk's longest (a full list entry) is below 4 KiB
MESSAGE_LIMIT = 256 * 1024
#: the greeting line may not be longer
BANNER_LIMIT = 256
BANNER = b"Asterisk Call Manager/"

_END = b"\r\n\r\n"
_EOL = b"\r\n"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_BREAKS = re.compile("[\r\n\0]")

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Packet:
    """One AMI message: its headers in order, repeated ones kept; read by name without regard to case."""

    pairs: tuple[Pair, ...]
    _first: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        first: dict[str, str] = {}
        for key, value in self.pairs:
            first.setdefault(key.lower(), value)
        object.__setattr__(self, "_first", first)

    def get(self, name: str, default: str = "") -> str:
        """The first value of that header, or `default`."""
        return self._first.get(name.lower(), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of that header, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.pairs if key.lower() == wanted)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._first


class Framer:
    """Cuts a byte stream into raw messages. `broken` says why nothing more will come out of it."""

    __slots__ = ("_buffer", "_limit", "_scanned", "banner", "broken")

    def __init__(self, limit: int = MESSAGE_LIMIT) -> None:
        self._buffer = bytearray()
        self._limit = limit
        self._scanned = 0
        #: the greeting without its line end; None until it was read
        self.banner: bytes | None = None
        self.broken: str | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes, give the messages that are now whole (without their blank line)."""
        if self.broken is not None:
            return []
        self._buffer += data
        if self.banner is None and not self._take_banner():
            return []
        buffer, messages, start = self._buffer, list[bytes](), 0
        end = buffer.find(_END, self._scanned)
        while end >= 0:
            if end - start > self._limit:
                self._break(f"a message of more than {self._limit} bytes")
                return messages
            raw = bytes(buffer[start:end]).lstrip(_EOL)
            if raw:
                messages.append(raw)
            start = end + len(_END)
            end = buffer.find(_END, start)
        if start:
            del buffer[:start]
        if len(buffer) > self._limit + len(_END) - 1:
            self._break(f"a message of more than {self._limit} bytes")
        self._scanned = max(0, len(buffer) - len(_END) + 1)
        return messages

    def _take_banner(self) -> bool:
        end = self._buffer.find(_EOL)
        known = bytes(self._buffer[: len(BANNER)])
        if known != BANNER[: len(known)] or (0 <= end < len(BANNER)):
            self._break("the other side does not greet as an Asterisk manager")
        elif end > BANNER_LIMIT or (end < 0 and len(self._buffer) > BANNER_LIMIT + 1):
            self._break("the greeting is too long")
        elif end >= 0:
            self.banner = bytes(self._buffer[:end])
            del self._buffer[: end + len(_EOL)]
            return True
        return False

    def _break(self, why: str) -> None:
        self.broken = why
        self._buffer.clear()


def event_name(raw: bytes) -> bytes | None:
    """The name of an event by its first line alone; None when the message does not begin with one."""
    if not raw.startswith(b"Event: "):
        return None
    end = raw.find(_EOL)
    return raw[7:] if end < 0 else raw[7:end]


def parse(raw: bytes) -> Packet:
    """Read one raw message; bytes that are no UTF-8 become U+FFFD, lines without a colon are passed over."""
    pairs: list[Pair] = []
    for line in raw.decode("utf-8", "replace").split("\r\n"):
        key, colon, value = line.partition(":")
        if colon and key:
            pairs.append((key, value.removeprefix(" ")))
    return Packet(tuple(pairs))


def serialise(pairs: Iterable[Pair]) -> bytes:
    """Write one message: the only way in which anything is sent to Asterisk's manager.

    Refuses (Invalid, `ami-injection`) keys that are no header names and values with CR, LF, NUL or lone surrogates.
    """
    lines: list[str] = []
    for key, value in pairs:
        if _KEY.fullmatch(key) is None:
            raise Invalid(f"{key!r} is no AMI header name; use letters, digits, - and _", error_id="ami-injection")
        if _BREAKS.search(value) is not None:
            raise Invalid(
                f"the value of {key} has a line break or NUL in it; remove it before sending", error_id="ami-injection"
            )
        lines.append(f"{key}: {value}\r\n")
    if not lines:
        raise Invalid("an AMI message needs at least one header", error_id="ami-injection")
    lines.append("\r\n")
    try:
        return "".join(lines).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Invalid("a value is not valid text; remove lone surrogates", error_id="ami-injection") from error
