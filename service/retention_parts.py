"""Puts together what lets recordings go: the one place where retention reaches files. Refuses nothing itself."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from hotline1022.core.ids import CallId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.ports import Elsewhere
from hotline1022.recordings.removal import remove
from hotline1022.recordings.verify import Verification, verify_calls
from hotline1022.service.evidence import Examiner
from hotline1022.service.retention import PAUSE, Retention, now
from hotline1022.service.settings_retention import Retention as Settings


def retention_of(
    settings: Callable[[], Settings],
    root: Path,
    database: Database,
    bell: AlarmBell,
    *,
    pool: HeavyPool,
    examiner: Examiner,
    elsewhere: Sequence[Elsewhere],
    keys: Keys = NO_KEYS,
    clock: Callable[[], datetime] = now,
    pause: float = PAUSE,
) -> Retention:
    """The nightly work. `pool` is the one that makes listening copies: it does one thing at a time, so that none is made of
    files that are just going.
    """
    store = SqlRecordingStore(database, clock)

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
        pause=pause,
    )
