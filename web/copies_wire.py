"""What requests for copies of recordings carry, and what the answers are. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from hotline1022.recordings.types import Voice
from hotline1022.web.rules import Rule


class Format(StrEnum):
    """Forms in which a recording is listened to."""

    WAV = "wav"
    MP3 = "mp3"
    OPUS = "opus"


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchView:
    """A part of a call in which the same are heard."""

    from_ms: Annotated[int, Rule(doc="milliseconds from the call's beginning")]
    to_ms: int
    kind: Annotated[Voice, Rule(doc="other = everybody and everything but the citizen: agent, agency, menu, music")]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """Who is heard when, without gaps."""

    call: str
    duration_ms: int
    stretches: tuple[StretchView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeaksView:
    """How loud it is, for drawing: at most 20,000 points a side."""

    call: str
    duration_ms: int
    step_ms: Annotated[int, Rule(doc="milliseconds of one point")]
    citizen: Annotated[str, Rule(doc="a byte a point, 0 to 255 of full scale, in base64")]
    other: Annotated[str, Rule(doc="the same for everybody and everything else")]
