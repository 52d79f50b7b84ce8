"""Puts a backup into an empty data folder and an empty database. Refuses any other, and a backup that is not as it was written.

Killed at any of its steps, nothing starts on what is there, and beginning again with the same backup finishes it:

| step | what it does | killed in it or after it, beginning again |
|---|---|---|
| 1 | hash the whole backup; see that the place is empty and has room | begins anew: nothing was written |
| 2 | `restore-unfinished.json` in the data folder: from now on all else refuses (`restore-unfinished`) | goes on, with this backup only |
| 3 | every file at its place, durable, one by one: folders that are links or mounts are filled | keeps those that are there whole |
| 4 | keys and secrets, one by one | keeps those that are there |
| 5 | the database. PostgreSQL: a mark in it, then all rows in one transaction, then its schema. SQLite: the same in a file in `.restore` beside its place | does what is missing; SQLite: all of the step |
| 6 | one transaction: `backup-restored`, rows of copies that no backup has go, the mark in the database goes; then SQLite's file gets its name | finds it done |
| 7 | `restore-unfinished.json` goes | refuses: it is all there |
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotline1022.audit.cut import detail_of, later_than
from hotline1022.audit.types import Fact, Kind
from hotline1022.core.errors import ConfigError, Refused
from hotline1022.db.backup import server_version, settle_sqlite
from hotline1022.db.engine import parse, sqlite_file
from hotline1022.db.migrate import migrate
from hotline1022.db.restoring import begin, others, standing
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.verify import check
from hotline1022.service.backup.half_restore import Begun, begun, mark, unmark
from hotline1022.service.backup.key_box import read_box
from hotline1022.service.backup.make import POSTGRESQL, SQLITE, KeyFile
from hotline1022.service.backup.pg_tools import APPLICATION, find_tool, run_tool
from hotline1022.service.backup.restore_places import (
    SETTINGS,
    fill,
    has_places,
    must_be_empty,
    must_fit,
    places_of,
    put_keys,
    unwritable,
)
from hotline1022.service.backup.shelf import (
    MANIFEST,
    Watch,
    check_files,
    copy_out,
    read_manifest,
    refuse_broken,
    remove,
    sha256_file,
    sync_folder,
)
from hotline1022.service.cli.shell_user import shell_actor
from hotline1022.service.evidence.stamp_check import second_place
from hotline1022.service.evidence.stamp_key import our_key
from hotline1022.service.lock import locked
from hotline1022.service.recordings.held_thread import HeldThreads
from hotline1022.service.recordings.recorder_keys import keys_of
from hotline1022.service.reload import LOCK
from hotline1022.service.settings.tree import Settings

#: beside SQLite's file
STAGE = ".restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back."""

    files: int
    #: bytes
    size: int
    made_at: str
    #: schema before and after
    before: str
    after: str
    #: where settings, menu and studio recordings of the backup lie; None when it has none
    settings: Path | None
    #: names of keys and secrets that were put back
    keys: tuple[str, ...]
    #: files that were not there, or not as they were stored, when the backup was made
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    #: sealed files that nobody could hold against their rows: their key was away then, and is now
    unchecked: tuple[str, ...]
    #: files that the backup has lost, and were left out
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One backup and its place."""

    settings: Settings
    backup: Path
    about: Mapping[str, Any]
    #: hash of each file that is as it was written
    sums: Mapping[str, str]
    #: SHA-256 of the manifest
    manifest: str
    #: SQLite's; None on PostgreSQL
    file: Path | None
    threads: HeldThreads

    @property
    def dump(self) -> str:
        """The database in the backup."""
        return POSTGRESQL if self.file is None else SQLITE


async def restore(
    settings: Settings, backup: Path, *, keys: KeyFile | None, watch: Watch, without_broken: bool = False
) -> Restored:
    """Check the backup, then put all of it back, but for files that it has lost if they may be left out.

    NotFound `backup-none`, Invalid `backup-broken`, Refused `restore-not-empty`, `restore-running`, ConfigError `restore-other-database`,
    `restore-other-backup`, `data-locked` (the service runs), `pg-tools-missing`, Unavailable `disk-full`: nothing was changed. After that
    also ConfigError `restore-unwritable`, `recording-key-unwritable`, Unavailable `pg-tool-failed`: begin again.
    """
    about, sums = await asyncio.to_thread(read_manifest, backup)
    box = await asyncio.to_thread(read_box, keys.path, keys.passphrase) if keys else {}
    has_places(settings, box)
    keys_of(settings)
    file = sqlite_file(parse(settings.database_url))
    _same_kind(about, file)
    threads = HeldThreads()
    job = _Job(
        settings=settings,
        backup=backup,
        about=about,
        sums=sums,
        manifest=sha256_file(backup / MANIFEST),
        file=file,
        threads=threads,
    )
    try:
        with locked(settings.paths.data / LOCK, "the service"):
            return await _put_back(job, box, threads.until_told(watch), without_broken=without_broken)
    except OSError as error:
        raise unwritable(error, settings.paths.data) from error


async def _put_back(job: _Job, box: Mapping[str, bytes], watch: Watch, *, without_broken: bool) -> Restored:
    data, threads = job.settings.paths.data, job.threads
    half = _half(job)
    places = places_of(job.settings, job.sums)
    await threads.run(must_be_empty, job.settings, places, box, half=half)
    done = await _database_done(job, half=half)
    tool = await _tool(job)
    found = await threads.run(check_files, job.backup, job.sums, watch)
    must = {name: what for name, what in found.broken.items() if not without_broken or name == job.dump}
    cure = "nothing was restored: take another backup, or put back the rest of this one (--without-broken)"
    refuse_broken(must, cure if job.dump not in must else "nothing was restored: take another backup")
    sums = {name: digest for name, digest in job.sums.items() if name not in found.broken}
    job, places = replace(job, sums=sums), {name: place for name, place in places.items() if name in sums}
    needs = [(place, found.sizes[name]) for name, place in places.items()]
    await threads.run(must_fit, needs if job.file is None or done else [*needs, (job.file, found.sizes[SQLITE])])
    if not half:
        await threads.run(mark, data, Begun(backup=str(job.backup), manifest=job.manifest))
    await threads.run(fill, job.backup, sums, places, watch)
    await threads.run(put_keys, job.settings, box)
    before, after = ("", "") if done else await _database(job, tool)
    changed, unchecked = await _checked(job, frozenset(job.about.get("unchecked", ())) & sums.keys())
    if job.file is not None:
        await threads.run(remove, job.file.parent / STAGE)
    await threads.run(unmark, data)
    lies = data / SETTINGS
    return Restored(
        files=len(sums),
        size=found.size,
        made_at=str(job.about["made_at"]),
        before=before,
        after=after,
        settings=lies if lies.is_dir() else None,
        keys=tuple(box),
        missing=tuple(job.about["missing"]),
        changed=(*job.about["changed"], *changed),
        unchecked=unchecked,
        broken=tuple(found.broken),
    )


def _same_kind(about: Mapping[str, Any], file: Path | None) -> None:
    ours = "postgresql" if file is None else "sqlite"
    if about["database"] != ours:
        raise ConfigError(
            f"the backup is of {about['database']}, database.url is {ours}; set database.url to a database of that kind",
            error_id="restore-other-database",
        )


def _half(job: _Job) -> bool:
    """Whether a restore of this very backup was cut off here; one of which the mark is torn had put nothing back."""
    data = job.settings.paths.data
    was = begun(data)
    if was is None or not was.manifest:
        return False
    if was.manifest != job.manifest:
        raise ConfigError(
            f"a restore of another backup into {data} was cut off: finish that one (hotline1022 restore {was.backup}), "
            "or take a new paths.data and a new database",
            error_id="restore-other-backup",
        )
    return True


async def _database_done(job: _Job, *, half: bool) -> bool:
    """Whether the database is put back already. Refused when it is anybody's else."""
    if job.file is not None:
        if not job.file.exists():
            return False
        if not half or (await standing(job.file)).done != job.manifest:
            raise Refused(f"{job.file} is there already; restore into a new paths.data", error_id="restore-not-empty")
        return True
    there = await standing(job.settings.database_url)
    if there.begun == job.manifest:
        return False
    if half and there.done == job.manifest:
        return True
    if not there.empty:
        text = "the database is not empty; make a new one (createdb -E UTF8) and set database.url"
        raise Refused(text, error_id="restore-not-empty")
    return False


async def _tool(job: _Job) -> tuple[str, ...]:
    """pg_restore; none for SQLite. Refused `restore-running` while one that was left behind still works there."""
    if job.file is not None:
        return ()
    left = await others(job.settings.database_url, APPLICATION)
    if left:
        text = f"a pg_restore still works on this database (server process {left[0]}); begin again when it has ended"
        raise Refused(text, error_id="restore-running")
    return await job.threads.run(find_tool, "pg_restore", await server_version(job.settings.database_url))


async def _database(job: _Job, tool: tuple[str, ...]) -> tuple[str, str]:
    """The database with its schema brought up to date, whole in its place. Schema before and after."""
    if job.file is None:
        return await _postgresql(job, tool)
    stage = job.file.parent / STAGE
    await job.threads.run(remove, stage)
    staged = stage / SQLITE
    await job.threads.run(copy_out, job.backup, SQLITE, staged, job.sums[SQLITE])
    before, after = await _finished(job, staged)
    await job.threads.run(_name_sqlite, staged, job.file)
    return before, after


def _name_sqlite(staged: Path, file: Path) -> None:
    settle_sqlite(staged)
    staged.rename(file)
    sync_folder(file.parent)


async def _postgresql(job: _Job, tool: tuple[str, ...]) -> tuple[str, str]:
    url = job.settings.database_url
    there = await standing(url)
    if not there.begun:
        await begin(url, job.manifest)
    if not there.filled:
        words = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password")
        await run_tool(tool, url, *words, str(job.backup / POSTGRESQL))
    return await _finished(job, url)


async def _finished(job: _Job, address: str | Path) -> tuple[str, str]:
    """Bring the schema up to date and say in the audit what was done; schema before and after."""
    migrated = await migrate(address, restoring=True)
    stamps, key = await second_place(job.settings), await job.threads.run(our_key, job.settings.keys_folder)
    async with Database(address) as database, database.transaction() as tx:
        if not job.about["copies"]:
            await tx.recordings.forget_copies()
        await tx.recordings.forget_derived()  # no backup has the cache
        await tx.sessions.end_all("restored")  # who was signed out since then must not be in again
        await tx.restoring.over()
        head = await tx.audit.head()
        cut = detail_of(job.manifest, head, later_than(head, stamps or ()), key, seen=stamps is not None)
        tx.audit.add(
            Fact(
                at=datetime.now(UTC),
                kind=Kind.BACKUP_RESTORED,
                actor=shell_actor(),
                origin="cli",
                subject=f"backup:{job.backup.name}",
                detail={"manifest": job.manifest, "made_at": job.about["made_at"], **cut},
            )
        )
    return migrated.before or "", migrated.after


async def _checked(job: _Job, names: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those of the names that are not what was stored, and those whose key is still away."""
    if not names:
        return (), ()
    async with Database(job.settings.database_url) as database:
        stored = [file async for file in SqlRecordingStore(database).stored() if f"recordings/{file.path}" in names]
    paths, ring = job.settings.paths, job.settings.recordings.ring
    found = await job.threads.run(check, paths.recordings, stored, keys=ring)
    there = [f"recordings/{path}" for path in sorted(found.wrong)]
    return tuple(there), tuple(f"recordings/{path}" for path in found.key_missing)


async def restore_keys(settings: Settings, keys: KeyFile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Put keys and secrets alone back beside what is there: the names of all, and of those that are there with other contents and stay.

    ConfigError `key-box-unreadable`, `recording-keys-unset`, `recording-key-unwritable`, Refused `key-box-refused`.
    """
    box = await asyncio.to_thread(read_box, keys.path, keys.passphrase)
    has_places(settings, box)
    keys_of(settings)
    return tuple(box), await asyncio.to_thread(put_keys, settings, box)
