"""WAV as Asterisk writes it (8 kHz, mono, 16 bit): what a header is worth, and a copy with a right one.

Never touches an original. Reads in blocks; an hour costs no more memory than a second.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hotline1022.recordings.ports import Readable

RATE = 8000
WIDTH = 2
HEADER = 44
#: frames per millisecond
PER_MS = RATE // 1000
#: a header is looked for in this many first bytes
HEAD_BYTES = 4096
#: a WAV cannot say more than 32 bits of length
MOST_BYTES = 0xFFFFFFFF - HEADER
_LAYOUT = struct.Struct("<4sI4s4sIHHIIHH4sI")
_FORMAT = struct.Struct("<HHIIHH")


class Condition(StrEnum):
    """What a file's header is worth."""

    WHOLE = "whole"
    #: header only, lengths right: closed without audio
    EMPTY = "empty"
    #: header only, lengths not written: never closed
    NEVER_WRITTEN = "never-written"
    #: not a single byte
    NO_BYTES = "no-bytes"
    #: the audio is there, the header says 0: the recorder was killed
    LENGTH_ZERO = "length-zero"
    #: the header says less or more in another way than by being 0
    LENGTH_WRONG = "length-wrong"
    #: the header promises more audio than there is
    TRUNCATED = "truncated"
    #: half a sample at the end
    ODD_BYTE = "odd-byte"
    #: the first bytes are zeros, the audio follows: the machine lost its power
    HEADER_BLANK = "header-blank"
    #: less than a header
    HEADER_TORN = "header-torn"
    #: not a WAV at all
    FOREIGN = "foreign"
    #: a WAV, but not 8 kHz mono 16 bit
    OTHER_FORMAT = "other-format"


_UNREADABLE = frozenset({Condition.HEADER_TORN, Condition.FOREIGN, Condition.OTHER_FORMAT})
_SILENT = frozenset({Condition.EMPTY, Condition.NEVER_WRITTEN, Condition.NO_BYTES})


@dataclass(frozen=True, slots=True, kw_only=True)
class WavFacts:
    """Where the audio of a file lies and how far its header can be believed."""

    condition: Condition
    size: int
    #: first byte of audio
    offset: int = 0
    #: whole frames of audio that are there
    frames: int = 0
    #: bytes of audio that the header promises
    promised: int = 0

    @property
    def closed(self) -> bool:
        """Whether the recorder finished this file: only then are the lengths right."""
        return self.condition in (Condition.WHOLE, Condition.EMPTY)

    @property
    def readable(self) -> bool:
        """Whether there is audio to read."""
        return self.frames > 0

    @property
    def needs_repair(self) -> bool:
        """Whether an ordinary player needs a copy with another header."""
        return self.readable and self.condition is not Condition.WHOLE

    @property
    def torn(self) -> bool:
        """Whether no audio can be read although something is there."""
        return self.condition in _UNREADABLE

    @property
    def duration_ms(self) -> int:
        """Length of the audio that is there."""
        return self.frames // PER_MS


def header(frames: int, *, channels: int = 1, after: int = 0) -> bytes:
    """The 44 bytes before `frames` frames; `after` bytes of other chunks follow the audio."""
    data = frames * WIDTH * channels
    if not 0 <= data <= MOST_BYTES - after:
        raise ValueError(f"{frames} frames do not fit into a WAV")
    step = WIDTH * channels
    return _LAYOUT.pack(
        b"RIFF",
        HEADER - 8 + data + after,
        b"WAVE",
        b"fmt ",
        16,
        1,
        channels,
        RATE,
        RATE * step,
        step,
        8 * WIDTH,
        b"data",
        data,
    )


def marks(title: str, comment: str) -> bytes:
    """The chunk with title and comment (UTF-8) that stands behind the audio of a copy; its length is even."""
    body = b"INFO" + b"".join(_text(name, text) for name, text in ((b"INAM", title), (b"ICMT", comment)))
    return b"LIST" + len(body).to_bytes(4, "little") + body


def _text(name: bytes, text: str) -> bytes:
    data = text.encode() + b"\0"
    return name + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)


def inspect(head: bytes, size: int) -> WavFacts:
    """Judge a file by its first bytes (up to HEAD_BYTES) and its size."""
    if size == 0:
        return WavFacts(condition=Condition.NO_BYTES, size=0)
    if size < HEADER:
        return WavFacts(condition=Condition.HEADER_TORN, size=size)
    if head[:12] == bytes(12):
        frames = (size - HEADER) // WIDTH
        condition = Condition.HEADER_BLANK if frames else Condition.HEADER_TORN
        return WavFacts(condition=condition, size=size, offset=HEADER, frames=frames)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return WavFacts(condition=Condition.FOREIGN, size=size)
    found = _find_data(head)
    if found is None:
        return WavFacts(condition=Condition.FOREIGN, size=size)
    form, offset, promised = found
    if form[:3] != (1, 1, RATE) or form[5] != 8 * WIDTH:
        return WavFacts(condition=Condition.OTHER_FORMAT, size=size)
    there = size - offset
    return WavFacts(
        condition=_judge(promised, there, int.from_bytes(head[4:8], "little"), size),
        size=size,
        offset=offset,
        frames=there // WIDTH,
        promised=promised,
    )


def _find_data(head: bytes) -> tuple[tuple[int, ...], int, int] | None:
    """Format, first byte of audio and promised length; None when the chunks lead nowhere."""
    at, form = 12, None
    while at + 8 <= len(head):
        name, length = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"data":
            return None if form is None else (form, at + 8, length)
        if name == b"fmt " and length >= _FORMAT.size and at + 8 + _FORMAT.size <= len(head):
            form = _FORMAT.unpack_from(head, at + 8)
        at += 8 + length + (length & 1)
    return None


def _judge(promised: int, there: int, riff: int, size: int) -> Condition:
    if there == 0:
        return Condition.EMPTY if promised == 0 and riff == size - 8 else Condition.NEVER_WRITTEN
    if promised == there and riff == size - 8:
        return Condition.WHOLE if there % WIDTH == 0 else Condition.ODD_BYTE
    if promised == 0:
        return Condition.LENGTH_ZERO
    if promised > there:
        return Condition.TRUNCATED
    # Asterisk pads an odd length with one byte after writing the header
    return Condition.ODD_BYTE if promised % 2 and there == promised + 1 else Condition.LENGTH_WRONG


def inspect_file(file: Readable) -> WavFacts:
    """Judge an open file."""
    return inspect(file.pread(HEAD_BYTES, 0), file.size)


def audio(file: Readable, facts: WavFacts, *, block: int = 1 << 18) -> Iterator[bytes]:
    """The audio of an open file in blocks of whole frames; stops early if the file became shorter."""
    at, end = facts.offset, facts.offset + facts.frames * WIDTH
    while at < end:
        piece = file.pread(min(block, end - at), at)
        piece = piece[: len(piece) & ~1]
        if not piece:
            return
        yield piece
        at += len(piece)


def repaired(file: Readable, facts: WavFacts) -> Iterator[bytes]:
    """The bytes of the copy with a right header: always the same for the same original."""
    yield header(facts.frames)
    yield from audio(file, facts)
