"""Puts together what lets recordings go: the one place where retention reaches files. Refuses nothing itself."""

from collections.abc import Callable, Sequence
from datetime import datetime

from hotline1022.core.ids import CallId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.ports import Elsewhere
from hotline1022.recordings.removal import remove
from hotline1022.recordings.verify import Verification, verify_calls
from hotline1022.service.evidence.walk import Examiner
from hotline1022.service.lock import LEAVING, may_leave
from hotline1022.service.retention.work import PAUSE, Retention, wall_clock
from hotline1022.service.settings.retention import Retention as Settings
from hotline1022.service.settings.tree import Paths


def retention_of(
    settings: Callable[[], Settings],
    paths: Paths,
    database: Database,
    bell: AlarmBell,
    *,
    pool: HeavyPool,
    examiner: Examiner,
    elsewhere: Sequence[Elsewhere],
    keys: Keys = NO_KEYS,
    clock: Callable[[], datetime] = wall_clock,
    pause: float = PAUSE,
) -> Retention:
    """The nightly work. `pool` is the one that makes listening copies: it does one thing at a time, so that none is made of
    files that are just going. A backup holds it up.
    """
    store, root = SqlRecordingStore(database, clock=clock), paths.recordings

    async def check(calls: Sequence[str]) -> Verification:
        return await verify_calls(store, root, calls, pool=pool, keys=keys)

    async def take(call: CallId, paths: Sequence[str]) -> int:
        return await pool.run(remove, root, call, paths)

    return Retention(
        database,
        bell,
        settings=settings,
        check=check,
        rows=examiner.rows,
        remove=take,
        elsewhere=elsewhere,
        clock=clock,
        leave=lambda: may_leave(paths.data / LEAVING),
        pause=pause,
    )
