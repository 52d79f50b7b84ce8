"""Packs disclosures in the background, one at a time, so that nobody waits with a page open. Refuses a second one meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hotline1022.core.errors import Refused, Unavailable
from hotline1022.db.unit import Database
from hotline1022.evidence.states import Move, follow
from hotline1022.recordings.apart import SECONDS, on_disk
from hotline1022.service.background.work import Background, Progress, now
from hotline1022.service.disclosure.desk import DisclosureDesk
from hotline1022.web.disclosure_wire import PackingView
from hotline1022.web.types import WorkState


class PackDesk:
    """`run()` in the service's TaskGroup does what was begun."""

    def __init__(
        self, database: Database, desk: DisclosureDesk, folder: Path, clock: Callable[[], datetime] = now
    ) -> None:
        self._database, self._desk, self._folder, self._clock = database, desk, folder, clock
        self._work: Background[PackingView] = Background("package", clock)

    async def run(self) -> None:
        """Until cancelled."""
        await self._work.run()

    async def begin(self, id: str, actor: str) -> PackingView:
        """Begin; Refused `pack-running`, and at once what could not be packed anyway: `disclosure-state`."""
        if (running := self._work.running) is not None or self._work.ending:
            which = f" ({running.disclosure}, asked for by {running.asked_by})" if running else ""
            text = f"another package is being made{which}; wait until it is done, then pack this one"
            raise Refused(text, error_id="pack-running")
        one = await self._desk.get(id)
        follow(one.state, Move.PACK)

        async def job(_: PackingView, progress: Progress) -> Mapping[str, object]:
            packed = await self._desk.pack(id, actor, self._clock())
            return {"done": packed.bytes, "work": packed.bytes}

        view = PackingView(
            disclosure=id, state=WorkState.RUNNING, asked_at=self._clock(), asked_by=actor, ended_at=None, done=0,
            work=await self._bytes(one.request.recordings), error="",
        )  # fmt: skip
        return self._work.begin(view, job)

    async def now(self) -> PackingView | None:
        """The one that is made, or the last one; while it is made `done` is what lies on the disk."""
        view = self._work.view
        if view is None or view.state is not WorkState.RUNNING:
            return view
        try:
            done = await on_disk(self._folder, SECONDS, _written, self._folder, view.disclosure)
        except (Unavailable, OSError):  # how far it is cannot be seen now; that it is made can
            return view
        return replace(view, done=min(done, view.work))

    async def _bytes(self, recordings: tuple[str, ...]) -> int:
        """About how many it will have: the originals, and nearly as much again for the copies."""
        async with self._database.reading() as tx:
            return sum([(await tx.catalogue.get(one)).bytes for one in recordings])


def _written(folder: Path, id: str) -> int:
    """Bytes of a package that is being written. Blocks."""
    try:
        return max((one.stat().st_size for one in folder.glob(f".1022-{id}-*.part")), default=0)
    except FileNotFoundError:  # it got its name in this very moment
        return 0
