"""What requests to listen carry, and what the answers are. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from hotline1022.web.copies_wire import Format
from hotline1022.web.rules import Rule
from hotline1022.web.types import Millis, When

#: characters of the words at most
WORDS = 500


class ListenTo(StrEnum):
    """What of a recording is listened to."""

    STEREO = "stereo"
    TRACK = "track"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyBody:
    """Why."""

    reason: Annotated[str, Rule(doc="one of /api/listen/reasons", pattern=r"[a-z][a-z0-9-]{0,39}")]
    text: Annotated[str, Rule(doc="what it is about, in words", low=1, high=WORDS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenBody(WhyBody):
    """Why, and what."""

    copy: Annotated[
        ListenTo, Rule(doc="stereo = citizen left, others right; track = one original as it was stored")
    ] = ListenTo.STEREO
    track: Annotated[str | None, Rule(doc="id of the track or message, with copy = track")] = None
    format: Annotated[Format, Rule(doc="of the stereo copy; mp3 and opus are made by ffmpeg")] = Format.WAV
    levelled: Annotated[
        bool, Rule(doc="true = everybody equally loud (EBU R 128), so that a quiet citizen is heard")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonView:
    """One reason."""

    id: str
    name: Annotated[str, Rule(doc="as people read it")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonList:
    """All of them."""

    reasons: tuple[ReasonView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenRight:
    """A right to hear one thing, for a while."""

    url: Annotated[str, Rule(doc="play this; whoever has it has the right, under the name of this token")]
    expires_at: When
    call: str
    media: str
    bytes: Annotated[int, Rule(doc="of the file", high=2**53)]
    duration_ms: Millis
    sha256: Annotated[str, Rule(doc="of the file, hexadecimal")]
