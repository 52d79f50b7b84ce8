"""Rights to listen in memory behind the API's port: one file, a right to it that a token has, and what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.core.events import LegKind
from hotline1022.recordings.speakers import choice
from hotline1022.recordings.stream import Stream, open_stream
from hotline1022.recordings.types import Speaker, SpeakerPeaks, SpeakerSurvey, Stretch, Survey, Voice
from hotline1022.web.asker import Asker
from hotline1022.web.listening_port import Heard, RangeSource
from hotline1022.web.listening_wire import ListenBody, ListenRight, ReasonView
from tests.unit.catalogue_memory import FIRST

#: a right of the token that the tests call `listen`
KEY = "K" * 43
ENDED = "E" * 43


SURVEY = Survey(
    duration_ms=400,
    stretches=(
        Stretch(from_ms=0, to_ms=300, kind=Voice.CITIZEN),
        Stretch(from_ms=300, to_ms=400, kind=Voice.SILENCE),
    ),
    step_ms=100,
    citizen="/yAQAA==",
    other="AAAAAA==",
)


SPEAKERS = (
    Speaker(key="citizen", kind=LegKind.CITIZEN, voice=Voice.CITIZEN, tracks=("t1-r",), spans=((0, 400),)),
    Speaker(
        key="agent:hl1-1795470208.59", kind=LegKind.AGENT, voice=Voice.OTHER, tracks=("t2-r",), spans=((100, 300),)
    ),
    Speaker(key="machine", kind=None, voice=Voice.OTHER, tracks=("t1-t",), spans=((0, 100),)),
)
LOUD = SpeakerSurvey(
    duration_ms=400,
    step_ms=100,
    speakers=(
        SpeakerPeaks(key="citizen", from_ms=0, sound_ms=300, peaks="/yAQAA=="),
        SpeakerPeaks(key="agent:hl1-1795470208.59", from_ms=100, sound_ms=200, peaks="ICA="),
        SpeakerPeaks(key="machine", from_ms=0, sound_ms=100, peaks="EA=="),
    ),
)


@dataclass
class MemoryListening:
    root: Path
    name: str = "copy.wav"
    asked: list[tuple[str, ListenBody | None, str, str]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    fails: HotlineError | None = None
    #: whose the right is: the token's that the tests call `listen`, until a session gets one to a message
    owner: str = "id-listen"

    def reasons(self) -> Sequence[ReasonView]:
        return [ReasonView(id="quality", name="Kiểm tra chất lượng")]

    async def grant(self, recording: str, wanted: ListenBody, asker: Asker, origin: str, at: datetime) -> ListenRight:
        if recording != FIRST.id:
            raise NotFound("there is no such recording; look in the list", error_id="recording-unknown")
        return self._right(recording, wanted, asker, origin, at)

    async def voicemail(self, voicemail: str, asker: Asker, origin: str, at: datetime) -> ListenRight:
        if voicemail != "v1":
            raise NotFound("there is no such message; look in the list", error_id="voicemail-unknown")
        if asker.signed is not None:
            self.owner = asker.id
        return self._right(voicemail, None, asker, origin, at)

    def _right(self, what: str, wanted: ListenBody | None, asker: Asker, origin: str, at: datetime) -> ListenRight:
        if self.fails:
            raise self.fails
        self.asked.append((what, wanted, asker.name, origin))
        return ListenRight(
            url=f"/api/listen/{KEY}",
            expires_at=at + timedelta(minutes=10),
            call=FIRST.call,
            media="audio/wav",
            bytes=len(self._bytes()),
            duration_ms=640,
            sha256=sha256(self._bytes()).hexdigest(),
        )

    async def find(self, key: str, at: datetime) -> Heard:
        if key == ENDED:
            raise Refused("this right has ended; ask for another one", error_id="listen-expired")
        if key != KEY:
            raise NotFound("there is no such right; ask for one", error_id="listen-unknown")
        digest = sha256(self._bytes()).hexdigest()
        return Heard(
            id="r1", asker=self.owner, call=FIRST.call, sha256=digest, media="audio/wav", filename="hl1-ban-sao.wav",
            what="stereo", name="wav", duration_ms=640, expires_at=at + timedelta(minutes=10),
        )  # fmt: skip

    async def survey(self, heard: Heard, what: str, origin: str) -> Survey:
        if self.fails:
            raise self.fails
        self.opened.append(f"{what} {origin}")
        return SURVEY

    async def speakers(self, heard: Heard) -> Sequence[Speaker]:
        return SPEAKERS

    async def speaker_survey(self, heard: Heard, origin: str) -> SpeakerSurvey:
        if self.fails:
            raise self.fails
        self.opened.append(f"speakers {origin}")
        return LOUD

    async def choose(self, heard: Heard, wanted: Sequence[str], origin: str, at: datetime) -> ListenRight:
        if self.fails:
            raise self.fails
        self.chosen.append(choice(SPEAKERS, wanted))
        return ListenRight(
            url=f"/api/listen/{KEY}",
            expires_at=heard.expires_at,
            call=heard.call,
            media="audio/wav",
            bytes=len(self._bytes()),
            duration_ms=heard.duration_ms,
            sha256=heard.sha256,
        )

    async def open(self, heard: Heard, origin: str) -> RangeSource:
        if self.fails:
            raise self.fails
        self.opened.append(origin)
        return _Source(await open_stream(self.root, self.name))

    def _bytes(self) -> bytes:
        return (self.root / "copy.wav").read_bytes()


class _Source:
    def __init__(self, stream: Stream) -> None:
        self.size, self.read, self.close = stream.size, stream.read, stream.close

    async def check(self) -> None:
        """It stands."""
