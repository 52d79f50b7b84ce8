"""The files that rights to listen are to, each found to be what was stored or made before anybody hears a byte of it. Refuses an original with
other bytes, and tells of it; a copy with other bytes is made again. A file that was found whole is hashed again when anything about it
has changed.
"""

from collections import OrderedDict

from hotline1022.audit.ports import Originals
from hotline1022.audit.types import Fault, Finding
from hotline1022.core.acting import by_the_service
from hotline1022.core.errors import HotlineError, Refused, Unavailable
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.listening import Listening
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.on_demand import CopiesOnDemand
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.stream import Stream, open_stream
from hotline1022.recordings.types import CopyKind
from hotline1022.service.recordings.original_check import note_damage
from hotline1022.service.recordings.refused import refused
from hotline1022.service.settings.tree import Paths
from hotline1022.web.listening_wire import ListenTo

#: files that are known to be whole
BOUND = 1024
#: a copy of which this is said is made again
_MADE_AGAIN = frozenset({"recording-missing", "recording-io", "recording-key-missing"})


class HeardFiles:
    """Originals and copies as somebody hears them."""

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
    ) -> None:
        self._database, self._worker, self._copies = database, worker, copies
        self._paths, self._keys, self._originals, self._bell = paths, keys, originals, bell
        self._whole: OrderedDict[tuple[object, ...], None] = OrderedDict()

    async def copy(self, name: str, kind: CopyKind, speakers: str = "", whose: str = "") -> tuple[str, str, int]:
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

    async def open(self, right: Listening) -> Stream:
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
        path, sha256, _ = await self.copy(right.call_id, CopyKind(right.name), right.speakers)
        if (path, sha256) != (right.path, right.sha256):
            text = "the recording has another copy by now; ask to listen again"
            raise Refused(text, error_id="listen-changed")

    async def check_originals(self, call: str) -> None:
        """Refused where originals of the call are not what was stored."""
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


async def _sha256(stream: Stream) -> str:
    """Of its plain bytes; "" where the seal is broken."""
    try:
        return await stream.sha256()
    except Unavailable as error:
        if error.error_id != "recording-damaged":
            raise
        return ""
