"""Puts a backup into an empty data folder and an empty database. Refuses any other, and a backup that is not as it was written.

Everything is checked before anything is written; files are put ready in `.restore` of the data folder and get their places at
the end, the database last. Cut off before that, beginning again begins anew.
"""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.errors import ConfigError, Refused, Unavailable
from hotline1022.db.backup import is_empty, server_version, settle_sqlite
from hotline1022.db.engine import parse, sqlite_file
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import keep_key
from hotline1022.recordings.verify import check
from hotline1022.service.backup import POSTGRESQL, SQLITE, KeyFile
from hotline1022.service.backup_shelf import MANIFEST, Watch, check_files, copy_out, read_manifest, remove, sha256_file
from hotline1022.service.key_box import read_box
from hotline1022.service.lock import locked
from hotline1022.service.pg_tools import find_tool, run_tool
from hotline1022.service.recorder_keys import keys_of
from hotline1022.service.reload import LOCK
from hotline1022.service.settings import Settings
from hotline1022.service.shell_user import shell_actor

STAGE, SETTINGS = ".restore", "restored-settings"
#: bytes that are left free
RESERVE = 64 * 1024 * 1024


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


async def restore(settings: Settings, backup: Path, *, keys: KeyFile | None, watch: Watch) -> Restored:
    """Check the backup, then put all of it back.

    NotFound `backup-none`, Invalid `backup-broken`, Refused `restore-not-empty`, ConfigError `restore-other-database`,
    `data-locked` (the service runs), `pg-tools-missing`, Unavailable `disk-full`; nothing was changed then.
    """
    about, sums = await asyncio.to_thread(read_manifest, backup)
    box = await asyncio.to_thread(read_box, keys.path, keys.passphrase) if keys else {}
    if any(name.startswith("keys/") for name in box) and settings.recordings.ring.folder is None:
        text = "the keys' file has keys of recordings; set recordings.keys to a folder for them"
        raise ConfigError(text, error_id="recording-keys-unset")
    keys_of(settings)
    file = sqlite_file(parse(settings.database_url))
    _same_kind(about, file)
    with locked(settings.paths.data / LOCK, "the service"):
        await _must_be_empty(settings, file, box)
        size = await asyncio.to_thread(check_files, backup, sums, watch)
        _room(settings.paths.data, size)
        stage = settings.paths.data / STAGE
        await asyncio.to_thread(remove, stage)
        try:
            await asyncio.to_thread(_stage, backup, sums, stage, watch)
            before, after = await _database(settings, about, backup, stage, file)
            await asyncio.to_thread(_place, settings, stage, file)
        finally:
            await asyncio.to_thread(remove, stage)
        put = await asyncio.to_thread(_secrets, settings, box)
        changed, unchecked = await _checked(settings, frozenset(about.get("unchecked", ())))
    lies = settings.paths.data / SETTINGS
    return Restored(
        files=len(sums),
        size=size,
        made_at=str(about["made_at"]),
        before=before,
        after=after,
        settings=lies if lies.is_dir() else None,
        keys=put,
        missing=tuple(about["missing"]),
        changed=(*about["changed"], *changed),
        unchecked=unchecked,
    )


def _same_kind(about: Mapping[str, Any], file: Path | None) -> None:
    ours = "postgresql" if file is None else "sqlite"
    if about["database"] != ours:
        raise ConfigError(
            f"the backup is of {about['database']}, database.url is {ours}; set database.url to a database of that kind",
            error_id="restore-other-database",
        )


async def _must_be_empty(settings: Settings, file: Path | None, box: Mapping[str, bytes]) -> None:
    await asyncio.to_thread(_no_files, settings, file, box)
    if file is None and not await is_empty(settings.database_url):
        text = "the database is not empty; make a new one (createdb -E UTF8) and set database.url"
        raise Refused(text, error_id="restore-not-empty")


def _no_files(settings: Settings, file: Path | None, box: Mapping[str, bytes]) -> None:
    paths = settings.paths
    taken: list[Path] = [folder for folder in (paths.recordings, paths.attachments, paths.spool) if _has_files(folder)]
    if file is not None and file.exists():
        taken.append(file)
    taken += [paths.data / SETTINGS] if (paths.data / SETTINGS).exists() else []
    taken += [place for name in box if (place := _place_of(settings, name)).exists()]
    if taken:
        text = f"{', '.join(map(str, taken[:3]))} is not empty; restore into a new paths.data"
        raise Refused(text, error_id="restore-not-empty")


def _has_files(folder: Path) -> bool:
    return any(not path.is_dir() for path in folder.rglob("*"))


def _place_of(settings: Settings, name: str) -> Path:
    """Where a key or secret belongs. Refused for any other name."""
    kind, _, title = name.partition("/")
    places = {"secrets": settings.paths.secrets, "stamp": settings.keys_folder, "keys": settings.recordings.ring.folder}
    folder = places.get(kind)
    if folder is None or not title or "/" in title or title.startswith("."):
        raise Refused(f"{name!r} is no key or secret of ours; take another keys' file", error_id="key-box-refused")
    return folder / title


def _room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + RESERVE:
        text = f"{folder} has {free // 1_000_000} MB free, {(size + RESERVE) // 1_000_000} MB are needed; make room"
        raise Unavailable(text, error_id="disk-full")


def _stage(backup: Path, sums: Mapping[str, str], stage: Path, watch: Watch) -> None:
    stage.mkdir(mode=0o750)
    for number, name in enumerate(sums, 1):
        if name != POSTGRESQL:
            copy_out(backup, name, stage / name)
        watch(number, len(sums))


async def _database(
    settings: Settings, about: Mapping[str, Any], backup: Path, stage: Path, file: Path | None
) -> tuple[str, str]:
    """The database with its schema brought up to date; SQLite's still lies in the stage. Schema before and after."""
    address: str | Path = stage / SQLITE if file is not None else settings.database_url
    if file is None:
        tool = await asyncio.to_thread(find_tool, "pg_restore", await server_version(settings.database_url))
        words = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password")
        await run_tool(tool, settings.database_url, *words, str(backup / POSTGRESQL))
    migrated = await migrate(address)
    async with Database(address) as database, database.transaction() as tx:
        if not about["copies"]:
            await tx.recordings.forget_copies()
        await tx.recordings.forget_derived()  # no backup has the cache
        tx.audit.add(
            Fact(
                at=datetime.now(UTC),
                kind=Kind.BACKUP_RESTORED,
                actor=shell_actor(),
                origin="cli",
                subject=f"backup:{backup.name}",
                detail={"manifest": sha256_file(backup / MANIFEST), "made_at": about["made_at"]},
            )
        )
    if file is not None:
        await asyncio.to_thread(settle_sqlite, stage / SQLITE)
    return migrated.before or "", migrated.after


def _place(settings: Settings, stage: Path, file: Path | None) -> None:
    """Everything from the stage to its place, the database last: without it nothing starts on half of it unseen."""
    paths = settings.paths
    moves = [("recordings", paths.recordings), ("attachments", paths.attachments)]
    moves.append(("settings", paths.data / SETTINGS))
    for name, target in moves:
        if (stage / name).is_dir():
            remove(target)  # nothing but empty folders
            (stage / name).rename(target)
    if file is not None:
        file.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        (stage / SQLITE).rename(file)


async def _checked(settings: Settings, names: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those of the names that are not what was stored, and those whose key is still away."""
    if not names:
        return (), ()
    async with Database(settings.database_url) as database:
        stored = [file async for file in SqlRecordingStore(database).stored() if f"recordings/{file.path}" in names]
    found = await asyncio.to_thread(check, settings.paths.recordings, stored, keys=settings.recordings.ring)
    there = [f"recordings/{path}" for path in sorted(found.wrong)]
    return tuple(there), tuple(f"recordings/{path}" for path in found.key_missing)


def _secrets(settings: Settings, box: Mapping[str, bytes]) -> tuple[str, ...]:
    for name, content in box.items():
        place = _place_of(settings, name)
        keep_key(place.parent, place.name, content)
    return tuple(box)
