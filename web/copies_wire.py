"""What requests for copies of recordings carry, and what the answers are. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from hotline1022.core.events import LegKind
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanView:
    """A piece of somebody's track."""

    from_ms: Annotated[int, Rule(doc="milliseconds from the call's beginning")]
    to_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerView:
    """One person at one telephone, or the machine."""

    key: Annotated[
        str, Rule(doc="by which it is chosen: citizen, agent:CHANNEL, contact:CHANNEL …, machine = menu and music")
    ]
    kind: Annotated[LegKind | None, Rule(doc="null = no telephone: the machine, everybody in one file of another PBX")]
    side: Annotated[Voice, Rule(doc="of the stereo copy: citizen or other")]
    tracks: Annotated[tuple[str, ...], Rule(doc="ids of the originals; their rows of the recording say whose they are")]
    spans: Annotated[tuple[SpanView, ...], Rule(doc="when the originals run")]
    chosen: Annotated[bool, Rule(doc="whether it is heard in what this right is for")]
    sound_ms: Annotated[int, Rule(doc="for how long there is sound, in tenths of a second")]
    from_ms: Annotated[int, Rule(doc="of the first peak, from the call's beginning")]
    peaks: Annotated[str, Rule(doc="a byte a point, 0 to 255 of full scale, in base64")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakersView:
    """Who is heard in a recording, and how loud: the citizen, others as they came in, the machine."""

    call: str
    duration_ms: int
    step_ms: Annotated[int, Rule(doc="milliseconds of one point")]
    speakers: tuple[SpeakerView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakersBody:
    """Who is to be heard."""

    speakers: Annotated[
        tuple[str, ...], Rule(doc="keys; all of them = the copy of all", pattern=r"[a-z]{1,20}(:\S{1,64})?", high=64)
    ]
