"""The values of what is made of a call's originals: kinds of copies, who is heard when, who can be chosen. No I/O."""

from dataclasses import dataclass
from enum import StrEnum

from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId


class CopyKind(StrEnum):
    """The kinds of copies that are made of a call. The database repeats this list, but for the first."""

    #: the stereo lay-out itself: CopyRow
    WAV = "wav"
    MP3 = "mp3"
    OPUS = "opus"
    WAV_LEVELLED = "wav-levelled"
    MP3_LEVELLED = "mp3-levelled"
    OPUS_LEVELLED = "opus-levelled"
    #: map and peaks: Survey
    SURVEY = "survey"
    #: peaks of each speaker: SpeakerSurvey
    SPEAKERS = "speakers"

    @property
    def form(self) -> str:
        """wav, mp3, opus, survey or speakers."""
        return self.value.partition("-")[0]

    @property
    def levelled(self) -> bool:
        """Whether everybody is equally loud in it."""
        return self.value.endswith("-levelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedRow:
    """A copy that was made once. The file may be gone from the cache; made again under this name it has these bytes."""

    call: CallId
    kind: CopyKind
    #: of the file in the cache; another one when the copy would be another
    name: str
    sha256: str
    bytes: int
    #: keys of those who are heard in it, with blanks between (see Speaker); "" = all
    speakers: str = ""


class Voice(StrEnum):
    """Who is heard in a stretch of a call; `other` is everybody and everything but the citizen."""

    SILENCE = "silence"
    CITIZEN = "citizen"
    OTHER = "other"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a call in which the same are heard; milliseconds on the call's clock."""

    from_ms: int
    to_ms: int
    kind: Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Who speaks when, and how loud."""

    duration_ms: int
    #: without gaps, in order
    stretches: tuple[Stretch, ...]
    #: milliseconds of one peak
    step_ms: int
    #: peaks of each side, a byte each (0..255), in base64
    citizen: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who can be chosen to be heard alone or with others: one person at one leg, or what the machine gave to hear."""

    #: `citizen`, `agent:CHANNEL`, `contact:CHANNEL` …, `machine` = menu and music; of another PBX `others` or `all`
    key: str
    #: None = no leg: the machine, everybody in one file
    kind: LegKind | None
    #: on which side of the stereo copy
    voice: Voice
    #: ids of the originals that are heard
    tracks: tuple[str, ...]
    #: (from, to) of each piece, milliseconds on the call's clock, in order
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerPeaks:
    """How loud one speaker is."""

    key: str
    #: of the first peak, on the call's clock
    from_ms: int
    #: for how long there is sound
    sound_ms: int
    #: a byte a peak (0..255), in base64
    peaks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerSurvey:
    """How loud each speaker is, in the order of the speakers."""

    duration_ms: int
    #: milliseconds of one peak
    step_ms: int
    speakers: tuple[SpeakerPeaks, ...]
