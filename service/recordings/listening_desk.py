"""Lets people hear recordings: a right for a reason, looked at before each byte. Refuses what is not what was stored.

A path comes from rows alone. A file that was found whole is hashed again when anything about it has changed.
"""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from secrets import token_hex, token_urlsafe

from hotline1022.audit.ports import Originals
from hotline1022.audit.types import Fault, Finding
from hotline1022.core.acting import by_the_service
from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused, Unavailable
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.listening import Listening
from hotline1022.db.tokens import digest
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.on_demand import CopiesOnDemand
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.reasons import VOICEMAIL, Reasons
from hotline1022.recordings.speakers import choice
from hotline1022.recordings.stream import Stream, open_stream
from hotline1022.recordings.survey import survey_of_one
from hotline1022.recordings.types import Catalogued, CopyKind, Side, Speaker, SpeakerSurvey, Survey, Voice
from hotline1022.service.recordings.listening_book import ListeningBook, still_stands
from hotline1022.service.recordings.original_check import note_damage
from hotline1022.service.recordings.refused import refused
from hotline1022.service.settings.tree import Paths
from hotline1022.web.asker import Asker
from hotline1022.web.copies import KINDS, MEDIA
from hotline1022.web.copies_wire import Format
from hotline1022.web.listening_port import Heard, RangeSource
from hotline1022.web.listening_wire import ListenBody, ListenRight, ListenTo, ReasonView

log = logging.getLogger(__name__)

#: a right is good for so long, and for the recording's length
GOOD_FOR = timedelta(minutes=10)
#: files that are known to be whole
BOUND = 1024
#: pictures of single originals that are kept, of 30 KB at most
DRAWN = 64
#: a copy of which this is said is made again
_MADE_AGAIN = frozenset({"recording-missing", "recording-io", "recording-key-missing"})
_MEDIA = {f".{one.value}": media for one, media in MEDIA.items()}


class ListeningDesk:
    """web.listening_port.Listening."""

    def __init__(
        self,
        *,
        database: Database,
        worker: RecordingWorker,
        copies: CopiesOnDemand,
        paths: Paths,
        keys: Keys,
        originals: Originals,
        bell: AlarmBell,
        reasons: Reasons,
        book: ListeningBook,
    ) -> None:
        self._database, self._worker, self._copies = database, worker, copies
        self._paths, self._keys = paths, keys
        self._originals, self._bell, self._reasons, self._book = originals, bell, reasons, book
        self._whole: OrderedDict[tuple[object, ...], None] = OrderedDict()
        self._drawn: OrderedDict[tuple[str, str], Survey] = OrderedDict()

    def reasons(self) -> Sequence[ReasonView]:
        """The list."""
        return [ReasonView(id=id, name=text) for id, text in self._reasons.texts.items()]

    # ---------------------------------------------------------------- a right

    async def grant(self, recording: str, wanted: ListenBody, asker: Asker, origin: str, at: datetime) -> ListenRight:
        """A right to one recording."""
        words = self._reasons.check(wanted.reason, wanted.text)
        if (wanted.copy is ListenTo.TRACK) != (wanted.track is not None):
            raise Invalid("copy and track do not fit; give both, or neither", error_id="track-without-copy")
        if wanted.track is not None and (wanted.format is not Format.WAV or wanted.levelled):
            raise Invalid(
                "a track is heard as it was stored; leave out format and levelled", error_id="format-of-track"
            )
        async with self._database.reading() as tx:
            found = await tx.catalogue.get(recording)
        await self._check_originals(found.call)
        if wanted.track is None:
            kind = KINDS[wanted.format, wanted.levelled]
            file = await self._copy(found.call, kind)
            what, name = ListenTo.STEREO.value, kind.value
        else:
            file, what = await self._track(found, wanted.track), ListenTo.TRACK.value
            name = wanted.track
        return await self._right(found, file, (what, name), (wanted.reason, words), asker, origin, at)

    async def choose(self, heard: Heard, wanted: Sequence[str], origin: str, at: datetime) -> ListenRight:
        """The same right to some speakers alone; it ends when the first one does."""
        first = await self._right_of(heard)
        of = choice(await self._speakers(first), wanted)
        await self._check_originals(first.call_id)
        path, sha256, duration_ms = await self._copy(first.call_id, CopyKind(first.name), of, heard.id)
        key = token_urlsafe(32)
        file = replace(first, path=path, sha256=sha256, duration_ms=duration_ms, speakers=of)
        right = replace(file, id=token_hex(8), key_sha256=digest(key), origin=origin, asked_at=at, played_at=None)
        return await self._kept(right, key)

    async def voicemail(self, voicemail: str, asker: Asker, origin: str, at: datetime) -> ListenRight:
        """A right to one message."""
        async with self._database.reading() as tx:
            message = await tx.recordings.voicemail(voicemail)
            if message is None or not message.duration_ms:
                text = f"there is no message {voicemail}; look in the list of messages"
                raise NotFound(text, error_id="voicemail-unknown")
            found = await tx.catalogue.find(message.call_id)
        if found is None:
            text = "the message is not in the catalogue yet; try again in a minute"
            raise Unavailable(text, error_id="recording-not-listed")
        await self._check_originals(found.call)
        file = (message.path, message.sha256, message.duration_ms)
        return await self._right(found, file, (VOICEMAIL, voicemail), (VOICEMAIL, ""), asker, origin, at)

    async def _right(
        self,
        found: Catalogued,
        file: tuple[str, str, int],
        what: tuple[str, str],
        why: tuple[str, str],
        asker: Asker,
        origin: str,
        at: datetime,
    ) -> ListenRight:
        path, sha256, duration_ms = file
        key = token_urlsafe(32)
        right = Listening(
            id=token_hex(8),
            key_sha256=digest(key),
            token_id=asker.id,
            actor=asker.actor,
            origin=origin,
            recording_id=found.id,
            call_id=found.call,
            what=what[0],
            name=what[1],
            reason=why[0],
            words=why[1],
            asked_at=at,
            expires_at=at + GOOD_FOR + timedelta(milliseconds=duration_ms),
            path=path,
            sha256=sha256,
            bytes=0,
            duration_ms=duration_ms,
            played_at=None,
        )
        return await self._kept(right, key)

    async def _kept(self, right: Listening, key: str) -> ListenRight:
        stream = await self._look(right)
        await stream.close()
        async with self._database.transaction() as tx:
            await tx.listening.add(replace(right, bytes=stream.size))
        assert right.expires_at is not None
        return ListenRight(
            url=f"/api/listen/{key}",
            expires_at=right.expires_at,
            call=right.call_id,
            media=_media(right.path),
            bytes=stream.size,
            duration_ms=right.duration_ms,
            sha256=right.sha256,
        )

    async def _copy(self, name: str, kind: CopyKind, speakers: str = "", whose: str = "") -> tuple[str, str, int]:
        """Path, SHA-256 and length of the copy of a call, made now if it is not there."""
        call = CallId(ChannelId(name))
        if speakers:
            some = await self._copies.copy(call, kind, speakers, whose)
            return some.row.name, some.row.sha256, some.duration_ms
        stereo = await self._worker.listening_copy(call)
        if kind is CopyKind.WAV:
            return stereo.path, stereo.sha256, stereo.duration_ms
        made = await self._copies.copy(call, kind)
        return made.row.name, made.row.sha256, stereo.duration_ms

    async def _track(self, found: Catalogued, track: str) -> tuple[str, str, int]:
        async with self._database.reading() as tx:
            tracks = [one for one in await tx.recordings.tracks(found.call) if one.id == track]
            messages = [one for one in await tx.recordings.voicemails_of(found.call) if one.id == track]
        for one in tracks:
            if one.status.promised:
                return one.path, one.sha256, one.duration_ms
        for message in messages:
            if message.duration_ms:
                return message.path, message.sha256, message.duration_ms
        text = "the recording has no such track with a file; look at its tracks"
        raise NotFound(text, error_id="track-unknown")

    # ---------------------------------------------------------------- its bytes

    async def find(self, key: str, at: datetime) -> Heard:
        """What the key is good for: until it ends, or whose it is does."""
        async with self._database.reading() as tx:
            found = await tx.listening.of_key(digest(key))
            right = await still_stands(tx, found.id if found else "", at)
        media = _media(right.path)
        return Heard(
            id=right.id,
            asker=right.token_id,
            call=right.call_id,
            sha256=right.sha256,
            media=media,
            filename=_filename(right),
            what=right.what,
            name=right.name,
            duration_ms=right.duration_ms,
            expires_at=right.expires_at or at,
            speakers=tuple(right.speakers.split()),
        )

    async def survey(self, heard: Heard, what: str, origin: str) -> Survey:
        """Who is heard when; the chain has it before."""
        right = await self._right_of(heard)
        if right.what not in (ListenTo.STEREO, ListenTo.TRACK):
            raise Refused("this right is to a message alone; ask for its recording", error_id="listen-of-part")
        await self._check_originals(right.call_id)
        if right.what == ListenTo.STEREO:
            found = await self._copies.survey(CallId(ChannelId(right.call_id)))
        else:
            found = await self._drawn_of(right)
        await self._book.drawn(right, what, origin)
        return found

    async def speakers(self, heard: Heard) -> Sequence[Speaker]:
        """Who can be chosen."""
        return await self._speakers(await self._right_of(heard))

    async def speaker_survey(self, heard: Heard, origin: str) -> SpeakerSurvey:
        """How loud each of them is; the chain has it before."""
        right = await self._right_of(heard)
        call = _whole(right).call_id
        await self._check_originals(call)
        found = await self._copies.speaker_survey(CallId(ChannelId(call)))
        await self._book.drawn(right, CopyKind.SPEAKERS.value, origin)
        return found

    async def _speakers(self, right: Listening) -> Sequence[Speaker]:
        return await self._copies.speakers(CallId(ChannelId(_whole(right).call_id)))

    async def _drawn_of(self, right: Listening) -> Survey:
        """Of one original alone; a player asks for its map and its peaks at once."""
        key = (right.sha256, right.name)
        if key not in self._drawn:
            async with self._database.reading() as tx:
                mine = [one for one in await tx.recordings.tracks(right.call_id) if one.id == right.name]
            said = all((one.kind, one.side) == (LegKind.CITIZEN, Side.SAID) for one in mine)  # of a message too
            stream = await self._look(right)
            try:
                made = await stream.whole(lambda file: survey_of_one(file, Voice.CITIZEN if said else Voice.OTHER))
            finally:
                await stream.close()
            self._drawn[key] = made
            while len(self._drawn) > DRAWN:
                self._drawn.popitem(last=False)
        return self._drawn[key]

    async def open(self, heard: Heard, origin: str) -> RangeSource:
        """Its bytes."""
        right = await self._right_of(heard)
        await self._check_originals(right.call_id)
        return self._book.stream(right, origin, await self._look(right))

    async def _right_of(self, heard: Heard) -> Listening:
        async with self._database.reading() as tx:
            right = await tx.listening.get(heard.id)
        if right is None:
            raise NotFound("there is no such right to listen; ask for one", error_id="listen-unknown")
        return right

    async def _look(self, right: Listening) -> Stream:
        """The file, found to be what its row says. Refused `recording-damaged`, `listen-changed`.

        An original that is not what was stored is refused; a copy that is not what was made is made again, once.
        """
        if right.what != ListenTo.STEREO:
            stream = await self._whole_of(right)
            if stream is None:
                raise await self._damaged(right)
            return stream
        if await self._vouched(right):
            try:
                if (stream := await self._whole_of(right)) is not None:
                    return stream
            except Unavailable as error:
                if error.error_id not in _MADE_AGAIN:
                    raise
        await self._again(right)
        stream = await self._whole_of(right)
        if stream is None:
            text = "the copy was made again, and is not what was made already; try again, and look who writes to its folder"
            raise Unavailable(text, error_id="recording-copy")
        return stream

    async def _vouched(self, right: Listening) -> bool:
        """Whether the copy that was asked for is the one which the chain tells of."""
        async with self._database.reading() as tx:
            copy = await tx.copies.vouched(right.call_id, CopyKind(right.name), right.speakers)
        return copy is not None and (copy.name, copy.sha256) == (right.path, right.sha256)

    async def _whole_of(self, right: Listening) -> Stream | None:
        """The file; None when it has other bytes than it should."""
        try:
            stream = await self._stream(right)
        except Unavailable as error:
            if error.error_id != "recording-damaged":  # its seal is broken
                raise
            return None
        try:
            known = (right.sha256, *stream.version)
            if known not in self._whole:
                if await _sha256(stream) != right.sha256:
                    await stream.close()
                    return None
                self._whole[known] = None
                while len(self._whole) > BOUND:
                    self._whole.popitem(last=False)
            return stream
        except BaseException:
            await stream.close()
            raise

    async def _stream(self, right: Listening) -> Stream:
        cached = right.what == ListenTo.STEREO and (right.name != CopyKind.WAV or bool(right.speakers))
        return await open_stream(self._paths.copies if cached else self._paths.recordings, right.path, self._keys)

    async def _again(self, right: Listening) -> None:
        """A copy that is gone, or not what was made, is made again, and then has the same bytes; else the recording has changed."""
        path, sha256, _ = await self._copy(right.call_id, CopyKind(right.name), right.speakers)
        if (path, sha256) != (right.path, right.sha256):
            text = "the recording has another copy by now; ask to listen again"
            raise Refused(text, error_id="listen-changed")

    async def _check_originals(self, call: str) -> None:
        with by_the_service():
            found = await self._originals.check_now(call)
        if found:
            raise refused(found)

    async def _damaged(self, right: Listening) -> HotlineError:
        """An original other than its row says: told, rung, and refused."""
        text = f"{right.path} has other bytes than were stored"
        found = [Finding(fault=Fault.FILE_CHANGED, seq=0, name=right.path, text=text)]
        with by_the_service():
            await note_damage(self._database, self._bell, right.call_id, found)
        return refused(found)


def _whole(right: Listening) -> Listening:
    """A right to the call. Refused `listen-of-part`: it is to one original, or a message."""
    if right.what != ListenTo.STEREO:
        text = "this right is to one original or message alone; ask for the whole recording"
        raise Refused(text, error_id="listen-of-part")
    return right


async def _sha256(stream: Stream) -> str:
    """Of its plain bytes; "" where the seal is broken."""
    try:
        return await stream.sha256()
    except Unavailable as error:
        if error.error_id != "recording-damaged":
            raise
        return ""


def _media(path: str) -> str:
    return _MEDIA.get(PurePosixPath(path).suffix, "application/octet-stream")


def _filename(right: Listening) -> str:
    """What a browser calls it: a copy says that it is one."""
    middle = right.what
    if right.what == ListenTo.STEREO:
        middle = "ban-sao-chon" if right.speakers else "ban-sao"
    return f"{right.call_id}-{middle}{PurePosixPath(right.path).suffix}"
