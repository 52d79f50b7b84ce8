"""What the API's routes ask of recordings: copies by kind, who is heard when. Gives out copies alone, never an original."""

import asyncio
from pathlib import Path

from hotline1022.audit.ports import Originals
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings.on_demand import CopiesOnDemand
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.survey import read_survey
from hotline1022.recordings.types import CopyKind, Survey
from hotline1022.web import types as web


class RecordingsView:
    """web.ports.Recordings: a copy is made when it is first wanted; the originals are looked at each time."""

    def __init__(self, worker: RecordingWorker, copies: CopiesOnDemand, root: Path, originals: Originals) -> None:
        self._worker, self._copies, self._root, self._originals = worker, copies, root, originals

    async def listening_copy(self, call: str, kind: CopyKind = CopyKind.WAV) -> web.ListeningCopy | None:
        """The stereo copy of that kind."""
        await self._originals.check_now(call)  # what is damaged is written down and rung; it is played all the same
        if kind is CopyKind.WAV:
            row = await self._worker.listening_copy(_id(call))
            return web.ListeningCopy(path=self._root / row.path, sha256=row.sha256)
        made = await self._copies.copy(_id(call), kind)
        return web.ListeningCopy(path=made.path, sha256=made.row.sha256)

    async def survey(self, call: str) -> Survey | None:
        """Who is heard when, and how loud."""
        made = await self._copies.copy(_id(call), CopyKind.SURVEY)
        return await asyncio.to_thread(read_survey, made.path)


def _id(call: str) -> CallId:
    return CallId(ChannelId(call))
