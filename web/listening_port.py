"""What the API needs to let people listen: reasons, rights, bytes. Refuses nothing itself."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hotline1022.recordings.types import Speaker, SpeakerSurvey, Survey
from hotline1022.web.asker import Asker
from hotline1022.web.listening_wire import ListenBody, ListenRight, ReasonView


class ByteSource(Protocol):
    """Something large that is read in parts, off the event loop."""

    @property
    def size(self) -> int:
        """Bytes in all."""
        ...

    def read(self, first: int, after: int) -> AsyncIterator[bytes]:
        """The bytes from `first` to before `after`, in pieces."""
        ...

    async def close(self) -> None:
        """It is not read any more."""
        ...


class PieceSource(Protocol):
    """Something large that is made while it is sent, off the event loop."""

    def pieces(self) -> AsyncIterator[bytes]:
        """All of it. What raises in the middle: it must not look whole to whoever gets it."""
        ...

    async def check(self) -> None:
        """Whether the right still stands: the HotlineError that says why not. Asked again and again while it is sent."""
        ...

    async def close(self) -> None:
        """It is not wanted any more."""
        ...


class RangeSource(ByteSource, Protocol):
    """The same for somebody who has a right to it, which may end meanwhile."""

    async def check(self) -> None:
        """Whether the right still stands: the HotlineError that says why not. Asked again and again while it is sent."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a key is good for."""

    #: of the right
    id: str
    #: whose it is
    asker: str
    #: whose recording it is
    call: str
    #: of the file, hexadecimal
    sha256: str
    media: str
    #: `stereo`, `track` or `voicemail`, and the kind of copy or the id of the track
    what: str
    name: str
    duration_ms: int
    expires_at: datetime
    #: under which a browser saves it
    filename: str
    #: keys of those who alone are heard in it; none = all
    speakers: tuple[str, ...] = ()


class Listening(Protocol):
    """Rights to listen."""

    def reasons(self) -> Sequence[ReasonView]:
        """The list, in its order."""
        ...

    async def grant(self, recording: str, wanted: ListenBody, asker: Asker, origin: str, at: datetime) -> ListenRight:
        """A right to one recording; the copy is made now if it is not there.

        NotFound `recording-unknown`, `recording-none`, `track-unknown`; Invalid `reason-…`, `format-of-track`;
        Refused `recording-damaged`; Unavailable of the copies.
        """
        ...

    async def voicemail(self, voicemail: str, asker: Asker, origin: str, at: datetime) -> ListenRight:
        """A right to one message; hearing it is the agent's work. NotFound `voicemail-unknown`, Refused as above."""
        ...

    async def find(self, key: str, at: datetime) -> Heard:
        """What the key is good for. NotFound `listen-unknown`; Refused `listen-expired`."""
        ...

    async def survey(self, heard: Heard, what: str, origin: str) -> Survey:
        """Who is heard when, and how loud; that it was looked at (`map`, `peaks`) is written down before.

        Of an original alone one side is empty. Refused `listen-of-part`: the right is to a message of the agents' list; `recording-damaged`; Unavailable of the copies.
        """
        ...

    async def speakers(self, heard: Heard) -> Sequence[Speaker]:
        """Who is heard in the recording and can be chosen. Refused `listen-of-part`: the right is to one original alone."""
        ...

    async def speaker_survey(self, heard: Heard, origin: str) -> SpeakerSurvey:
        """How loud each of them is; that it was looked at is written down before. The same errors as `survey`."""
        ...

    async def choose(self, heard: Heard, wanted: Sequence[str], origin: str, at: datetime) -> ListenRight:
        """A right like this one, as long as this one, to these speakers alone: others are not in its bytes; of all of them the copy
        of all. Made now if it is not there.

        Invalid `speakers-none`, `speaker-unknown`; Refused `listen-of-part`, `recording-damaged`; Unavailable of the copies.
        """
        ...

    async def open(self, heard: Heard, origin: str) -> RangeSource:
        """Its bytes, looked at now; each range is written down before it is given.

        Refused `recording-damaged`, `listen-changed`; Unavailable `recording-missing`.
        """
        ...
