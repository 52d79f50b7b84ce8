"""What the API's routes ask of recordings: copies by kind, who is heard when. Gives out copies alone, never an original."""

from hotline1022.audit.ports import Originals
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.on_demand import CopiesOnDemand
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.stream import open_stream
from hotline1022.recordings.types import CopyKind, Survey
from hotline1022.service.settings import Paths
from hotline1022.web import types as web
from hotline1022.web.ports import RangeSource


class RecordingsView:
    """web.ports.Recordings: a copy is made when it is first wanted; the originals are looked at each time."""

    def __init__(
        self, worker: RecordingWorker, copies: CopiesOnDemand, paths: Paths, keys: Keys, originals: Originals
    ) -> None:
        self._worker, self._copies, self._paths, self._keys = worker, copies, paths, keys
        self._originals = originals

    async def listening_copy(self, call: str, kind: CopyKind = CopyKind.WAV) -> web.ListeningCopy | None:
        """The stereo copy of that kind."""
        await self._originals.check_now(call)  # what is damaged is written down and rung; it is played all the same
        if kind is CopyKind.WAV:
            row = await self._worker.listening_copy(_id(call))
            return web.ListeningCopy(path=row.path, sha256=row.sha256)
        made = await self._copies.copy(_id(call), kind)
        return web.ListeningCopy(path=made.row.name, sha256=made.row.sha256, cached=True)

    async def open(self, copy: web.ListeningCopy) -> RangeSource:
        """Its plain bytes, sealed or not."""
        root = self._paths.copies if copy.cached else self._paths.recordings
        return await open_stream(root, copy.path, self._keys)

    async def survey(self, call: str) -> Survey | None:
        """Who is heard when, and how loud."""
        return await self._copies.survey(_id(call))


def _id(call: str) -> CallId:
    return CallId(ChannelId(call))
