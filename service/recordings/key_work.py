"""What the commands and the API do with the keys of recordings: a new one, all files under it, how many each has. Shows no key."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hotline1022.audit.types import Fact, Kind
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import Keys, key_files, make_key
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.seal import Key
from hotline1022.service.lock import LEAVING
from hotline1022.service.recordings.copies_parts import cache_of
from hotline1022.service.recordings.recorder_keys import keys_of
from hotline1022.service.recordings.resealing import Outcome, by_key, reseal
from hotline1022.service.settings.recordings import no_keys_folder
from hotline1022.service.settings.tree import Settings


def ring_of(settings: Settings) -> Keys:
    """The keys of these settings. ConfigError `recording-keys-unset`, `keys-inside-data`."""
    keys = keys_of(settings)
    if keys.folder is None:
        raise no_keys_folder()
    return keys


async def new_key(database: Database, settings: Settings, actor: str, origin: str) -> Key:
    """Make a key, which seals from now on, and its entry. ConfigError as `ring_of`, `recording-key-unwritable`; Unavailable: no database."""
    folder = ring_of(settings).folder
    assert folder is not None
    at = datetime.now(UTC)
    await database.ping()  # first: a key that seals must have its entry
    made = await asyncio.to_thread(make_key, folder, at)
    fact = Fact(at=at, kind=Kind.KEY_MADE, actor=actor, origin=origin, subject=f"key:{made.id}")
    async with database.transaction() as tx:
        tx.audit.add(fact)
    return made


async def reseal_all(
    database: Database, settings: Settings, *, actor: str, origin: str, progress: Callable[[int], None]
) -> tuple[str, Outcome]:
    """All files under the newest key, whose id comes first; copies in the cache that it does not seal are taken away."""
    keys = ring_of(settings)
    newest = keys.newest()
    pool = HeavyPool()
    try:
        done = await reseal(
            database,
            settings.paths.recordings,
            keys,
            actor=actor,
            origin=origin,
            pool=pool,
            progress=progress,
            leaving=settings.paths.data / LEAVING,
        )
        await pool.run(cache_of(settings).forget_others, newest.id)  # copies are made again
    finally:
        await pool.close()
    return newest.id, done


async def counted(database: Database, settings: Settings, progress: Callable[[int], None]) -> dict[str, int]:
    """How many stored files each key seals, by its id: see `resealing.by_key`. Looks at every file."""
    pool = HeavyPool()
    try:
        return await by_key(database, settings.paths.recordings, pool=pool, progress=progress)
    finally:
        await pool.close()


def made_at(name: str) -> datetime | None:
    """When a key was made, by the name of its file; None where that does not tell."""
    try:
        return datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def listed(keys: Keys) -> list[tuple[str, datetime | None]]:
    """Ids of the keys and when they were made, oldest first. Unavailable as `Keys.all`. Blocks."""
    names = {name.removesuffix(".key").rpartition("-")[2]: name for name in key_files(keys.folder or Path())}
    return [(one.id, made_at(names.get(one.id, ""))) for one in keys.all()]
