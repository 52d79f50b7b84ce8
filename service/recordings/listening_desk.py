"""Lets people hear recordings: a right for a reason, looked at before each byte. Refuses what is not what was stored.

A path comes from rows alone.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from secrets import token_hex, token_urlsafe

from hotline1022.audit.ports import Originals
from hotline1022.core.errors import Invalid, NotFound, Refused, Unavailable
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
from hotline1022.recordings.survey import survey_of_one
from hotline1022.recordings.types import Catalogued, CopyKind, Side, Speaker, SpeakerSurvey, Survey, Voice
from hotline1022.service.recordings.listening_book import ListeningBook, still_stands
from hotline1022.service.recordings.listening_files import HeardFiles
from hotline1022.service.settings.tree import Paths
from hotline1022.web.asker import Asker
from hotline1022.web.copies import KINDS, MEDIA
from hotline1022.web.copies_wire import Format
from hotline1022.web.listening_port import Heard, RangeSource
from hotline1022.web.listening_wire import ListenBody, ListenRight, ListenTo, ReasonView

#: a right is good for so long, and for the recording's length
GOOD_FOR = timedelta(minutes=10)
#: pictures of single originals that are kept, of 30 KB at most
DRAWN = 64
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
        self._database, self._copies, self._reasons, self._book = database, copies, reasons, book
        self._files = HeardFiles(
            database=database, worker=worker, copies=copies, paths=paths, keys=keys, originals=originals, bell=bell
        )
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
        await self._files.check_originals(found.call)
        if wanted.track is None:
            kind = KINDS[wanted.format, wanted.levelled]
            file = await self._files.copy(found.call, kind)
            what, name = ListenTo.STEREO.value, kind.value
        else:
            file, what = await self._track(found, wanted.track), ListenTo.TRACK.value
            name = wanted.track
        return await self._right(found, file, (what, name), (wanted.reason, words), asker, origin, at)

    async def choose(self, heard: Heard, wanted: Sequence[str], origin: str, at: datetime) -> ListenRight:
        """The same right to some speakers alone; it ends when the first one does."""
        first = await self._right_of(heard)
        of = choice(await self._speakers(first), wanted)
        await self._files.check_originals(first.call_id)
        path, sha256, duration_ms = await self._files.copy(first.call_id, CopyKind(first.name), of, heard.id)
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
        await self._files.check_originals(found.call)
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
        stream = await self._files.open(right)
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
        await self._files.check_originals(right.call_id)
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
        await self._files.check_originals(call)
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
            stream = await self._files.open(right)
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
        await self._files.check_originals(right.call_id)
        return self._book.stream(right, origin, await self._files.open(right))

    async def _right_of(self, heard: Heard) -> Listening:
        async with self._database.reading() as tx:
            right = await tx.listening.get(heard.id)
        if right is None:
            raise NotFound("there is no such right to listen; ask for one", error_id="listen-unknown")
        return right


def _whole(right: Listening) -> Listening:
    """A right to the call. Refused `listen-of-part`: it is to one original, or a message."""
    if right.what != ListenTo.STEREO:
        text = "this right is to one original or message alone; ask for the whole recording"
        raise Refused(text, error_id="listen-of-part")
    return right


def _media(path: str) -> str:
    return _MEDIA.get(PurePosixPath(path).suffix, "application/octet-stream")


def _filename(right: Listening) -> str:
    """What a browser calls it: a copy says that it is one."""
    middle = right.what
    if right.what == ListenTo.STEREO:
        middle = "ban-sao-chon" if right.speakers else "ban-sao"
    return f"{right.call_id}-{middle}{PurePosixPath(right.path).suffix}"
