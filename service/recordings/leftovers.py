"""Takes away what a kill left half made in the recordings folder: at the start, and once a day. Refuses while a backup is made, files
are sealed anew, or something is just being deleted; then it is tried again.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from hotline1022.core.errors import HotlineError
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.below import layout_of
from hotline1022.recordings.leftovers import Leftover, look, take_away
from hotline1022.recordings.names import call_of
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.ports import RecordingStore
from hotline1022.recordings.verify import FRESH_SECONDS
from hotline1022.service.lock import LEAVING, RESEALING, may_leave
from hotline1022.service.settings.tree import Paths

log = logging.getLogger(__name__)

#: seconds between two looks, and until the next one where something could not be told yet
EVERY, AGAIN = 86_400.0, FRESH_SECONDS


@dataclass(slots=True)
class Taken:
    """What one look came to."""

    #: paths below the recordings folder
    gone: list[str] = field(default_factory=list)
    #: something may still be on its way, or nothing may be deleted now
    again: bool = False


class Leftovers:
    """`leave` and `resealing`: whether files may go while inside; `still`: no listening copy is made while inside."""

    def __init__(
        self,
        root: Path,
        store: RecordingStore,
        pool: HeavyPool,
        *,
        leave: Callable[[], AbstractContextManager[bool]],
        resealing: Callable[[], AbstractContextManager[bool]],
        still: AbstractAsyncContextManager[None],
        old_seconds: float = FRESH_SECONDS,
    ) -> None:
        self._root, self._store, self._pool = root, store, pool
        self._leave, self._resealing, self._still = leave, resealing, still
        self._old_seconds = old_seconds

    async def run(self) -> None:
        """Until cancelled. A database or a disk that is away only delays it."""
        while True:
            wait = AGAIN
            try:
                if not (await self.look()).again:
                    wait = EVERY
            except (HotlineError, OSError) as error:
                log.warning("what was left half made stays for now: %s", error)
            await asyncio.sleep(wait)

    async def look(self) -> Taken:
        """All days, one after the other."""
        taken = Taken()
        lying = await self._pool.run(layout_of, self._root, older_than=0.0)
        for day in sorted(lying.days):
            seen = await self._pool.run(look, self._root, day, older_than=self._old_seconds)
            taken.again |= seen.young > 0
            if seen.old:
                await self._take(seen.old, taken)
        return taken

    async def _take(self, found: Sequence[Leftover], taken: Taken) -> None:
        """Those of a day that no row promises."""
        with self._leave() as may, self._resealing() as nobody:
            if not (may and nobody):
                taken.again = True
                return
            async with self._still:
                calls = sorted({call_of(one.path) for one in found})
                promised: dict[str, list[str]] = {call: [] for call in calls}
                for file in await self._store.promised(calls):
                    promised.setdefault(call_of(file.path), []).append(file.path)
                named = {file.path for file in await self._store.named([one.path for one in found])}
                leaving = set(await self._store.leaving())
                rest = [one for one in found if one.path not in named and call_of(one.path) not in leaving]
                over = await self._store.expired([call for call, paths in promised.items() if not paths])
                gone = await self._pool.run(take_away, self._root, rest, promised, over)
        for path in gone:
            log.info("%s was left by work that was cut off; nobody needs it, it is taken away", path)
        taken.gone += gone


def leftovers_of(
    paths: Paths, database: Database, pool: HeavyPool, still: AbstractAsyncContextManager[None]
) -> Leftovers:
    """By the settings. `pool` is the one that makes listening copies, `still` held while it does."""
    return Leftovers(
        paths.recordings,
        SqlRecordingStore(database),
        pool,
        leave=lambda: may_leave(paths.data / LEAVING),
        resealing=lambda: may_leave(paths.data / RESEALING),
        still=still,
    )
