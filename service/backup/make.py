"""Makes a backup while calls run: the database at one moment, then the files that its rows promise. Holds nobody up.

Nothing is changed, and what would be deleted meanwhile waits; a file that goes away all the same is told. Until the last step the backup is called
`.unfinished`, and nothing takes it for one.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hotline1022
from hotline1022.audit.types import Fact, Kind, written
from hotline1022.core.acting import acting
from hotline1022.core.errors import ConfigError, Unavailable
from hotline1022.db.backup import Moment, copy_sqlite, moment, settle_sqlite
from hotline1022.db.engine import parse, sqlite_file
from hotline1022.db.unit import Database
from hotline1022.recordings.files import no_room
from hotline1022.service.backup.files import Copies, Part, copy_named, copy_parts
from hotline1022.service.backup.half_restore import must_be_whole
from hotline1022.service.backup.key_box import NewBox, must_be_new
from hotline1022.service.backup.pg_tools import find_tool, run_tool
from hotline1022.service.backup.settings import secret_files, settings_files
from hotline1022.service.backup.shelf import Watch, free_name
from hotline1022.service.backup.writer import Writer
from hotline1022.service.cli.shell_user import shell_actor
from hotline1022.service.lock import LEAVING, locked, nothing_leaves
from hotline1022.service.recordings.held_thread import HeldThreads
from hotline1022.service.settings.tree import Settings

SQLITE, POSTGRESQL = "database.sqlite", "database.pgdump"
#: how much more polite than the service it is; Linux takes the disk's order from it too
NICE = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made."""

    folder: Path
    #: of its manifest: what stands in the audit
    sha256: str
    files: int
    #: of recordings and attachments, and what is not as it should be
    copies: Copies


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """Where the keys and secrets go."""

    path: Path
    passphrase: str


async def make_backup(
    settings: Settings, config: str | None, shelf: Path, *, copies: bool, keys: KeyFile | None, watch: Watch
) -> Made:
    """A whole backup in a new folder of `shelf`.

    Refused `key-box-exists`, ConfigError (`backup-inside-data`, `backup-unwritable`, `data-locked`: another backup runs there, `pg-tools-missing`,
    `database-damaged`, `backup-no-schema`, `backup-other-schema`), Unavailable (`disk-full`, `database-away`, `pg-tool-failed`).
    """
    try:
        await asyncio.to_thread(_open_shelf, settings, shelf, keys)
        with locked(shelf / ".lock", "a backup"):
            async with nothing_leaves(settings.paths.data / LEAVING):
                return await _make(settings, config, shelf, copies=copies, keys=keys, watch=watch)
    except OSError as error:
        if no_room(error):
            raise Unavailable(
                f"the disk of {shelf} is full; free some space, then begin again", error_id="disk-full"
            ) from error
        text = f"{error.filename or shelf}: {error.strerror}; see that the disk is there and has room, then begin again"
        raise ConfigError(text, error_id="backup-unwritable") from error


def _open_shelf(settings: Settings, shelf: Path, keys: KeyFile | None) -> None:
    """What would end it after hours ends it now."""
    must_be_whole(settings.paths.data)
    if keys is not None:
        must_be_new(keys.path)
    if shelf.resolve().is_relative_to(settings.paths.data.resolve()):
        text = f"{shelf} lies in the data folder, and would go with it; choose another disk or machine"
        raise ConfigError(text, error_id="backup-inside-data")
    shelf.mkdir(mode=0o700, parents=True, exist_ok=True)


async def _make(
    settings: Settings, config: str | None, shelf: Path, *, copies: bool, keys: KeyFile | None, watch: Watch
) -> Made:
    threads = HeldThreads()
    writer = await threads.run(Writer, shelf)
    begun = datetime.now(UTC)
    now = await _database(settings, writer, threads)
    recordings = [*now.originals, *(now.copies if copies else ())]
    paths, ring = settings.paths, settings.recordings.ring
    parts = (
        Part(root=paths.recordings, name="recordings", files=recordings, keys=ring),
        Part(root=paths.attachments, name="attachments", files=now.attachments),
    )
    copied = await threads.run(copy_parts, writer, parts, threads.until_told(watch))
    await threads.run(lambda: copy_named(writer, copied, settings_files(settings, config)))
    about = {
        "made_at": written(begun),
        "program": hotline1022.__version__,
        "database": "sqlite" if SQLITE in writer.sums else "postgresql",
        "schema": now.schema,
        "audit": {"seq": now.head.seq, "sha256": now.head.sha256},
        "copies": copies,
        "missing": copied.missing,
        "changed": copied.changed,
        "unchecked": list(copied.unchecked),
        "sealed_needs_keys": settings.recordings.seal,
    }
    made = await threads.run(_finish, settings, writer, begun, about, copied, keys)
    await _note(settings, made, with_keys=keys is not None)
    return made


def _finish(
    settings: Settings, writer: Writer, begun: datetime, about: Mapping[str, Any], copied: Copies, keys: KeyFile | None
) -> Made:
    """The last steps: the keys' file is all written before the backup has its name, and has its own only then."""
    box = None if keys is None else NewBox(keys.path, dict(secret_files(settings)), keys.passphrase)
    name = free_name(writer.shelf, f"{begun:%Y%m%dT%H%M%SZ}")
    try:
        made = Made(
            sha256=writer.finish(name, {**about, "bytes": _bytes(writer)}),
            folder=writer.shelf / name,
            files=len(writer.sums),
            copies=copied,
        )
        if box is not None:
            box.name()
    finally:
        if box is not None:
            box.drop()
    return made


def _bytes(writer: Writer) -> int:
    """Of all its files, those that it has in common with the backup before too."""
    return sum((writer.folder / name).stat().st_size for name in writer.sums)


async def _database(settings: Settings, writer: Writer, threads: HeldThreads) -> Moment:
    """The database's file in the backup, and what it promises."""
    url = settings.database_url
    file = sqlite_file(parse(url))
    if file is not None:
        if not file.is_file():
            text = f"there is no database {file}; look at paths.data and database.url"
            raise ConfigError(text, error_id="backup-no-schema")
        copy = writer.folder / SQLITE
        await threads.run(copy_sqlite, file, copy)
        async with moment(copy) as now:
            pass
        await threads.run(settle_sqlite, copy)
        await threads.run(writer.made, SQLITE)
        return now
    async with moment(url) as now:
        tool = await threads.run(find_tool, "pg_dump", now.server)
        dump = writer.folder / POSTGRESQL
        words = ("--format=custom", "--no-owner", "--no-privileges", "--no-password", "--lock-wait-timeout=10000")
        await run_tool(tool, url, *words, f"--snapshot={now.exported}", f"--file={dump}")
    await threads.run(writer.made, POSTGRESQL)
    return now


async def _note(settings: Settings, made: Made, *, with_keys: bool) -> None:
    """By whom: whoever acts, else whoever gave the command."""
    act = acting()
    fact = Fact(
        at=datetime.now(UTC),
        kind=Kind.BACKUP_MADE,
        actor=act.actor if act else shell_actor(),
        origin=act.origin if act else "cli",
        subject=f"backup:{made.folder.name}",
        detail={
            "manifest": made.sha256,
            "files": made.files,
            "missing": len(made.copies.missing),
            "changed": len(made.copies.changed),
            "unchecked": len(made.copies.unchecked),
            "rotten": len(made.copies.rotten),
            "keys": with_keys,
        },
    )
    async with Database(settings.database_url) as database, database.transaction() as tx:
        tx.audit.add(fact)
