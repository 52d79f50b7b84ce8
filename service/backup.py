"""Makes a backup while calls run: the database at one moment, then the files that its rows promise. Holds nobody up.

Nothing of ours is locked or changed; a file that goes away meanwhile is told. Until the last step the backup is called
`.unfinished`, and nothing takes it for one.
"""

import asyncio
import getpass
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import hotline1022
from hotline1022.audit.types import Fact, Kind, written
from hotline1022.core.errors import ConfigError, HotlineError, Unavailable
from hotline1022.db.backup import Moment, copy_sqlite, moment, settle_sqlite
from hotline1022.db.engine import parse, sqlite_file
from hotline1022.db.unit import Database
from hotline1022.recordings.files import no_room
from hotline1022.recordings.keys import key_files
from hotline1022.recordings.names import repaired_name
from hotline1022.recordings.seal import looks_sealed
from hotline1022.recordings.types import StoredFile
from hotline1022.service.backup_shelf import UNFINISHED, Watch, Writer, free_name
from hotline1022.service.key_box import must_be_new, write_box
from hotline1022.service.lock import locked
from hotline1022.service.pg_tools import find_tool, run_tool
from hotline1022.service.settings import Settings
from hotline1022.service.stamp_key import NAME as STAMP_KEY

SQLITE, POSTGRESQL = "database.sqlite", "database.pgdump"


@dataclass(slots=True, kw_only=True)
class Made:
    """What was made."""

    folder: Path
    #: of its manifest: what stands in the audit
    sha256: str
    files: int = 0
    #: bytes in all, and of them bytes that the backup before has too
    size: int = 0
    linked: int = 0
    #: promised files that could not be had, with the reason; and those with other bytes than were stored
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


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
    if keys is not None:
        must_be_new(keys.path)
    if shelf.resolve().is_relative_to(settings.paths.data.resolve()):
        text = f"{shelf} lies in the data folder, and would go with it; choose another disk or machine"
        raise ConfigError(text, error_id="backup-inside-data")
    shelf.mkdir(mode=0o700, parents=True, exist_ok=True)


async def _make(
    settings: Settings, config: str | None, shelf: Path, *, copies: bool, keys: KeyFile | None, watch: Watch
) -> Made:
    writer = await asyncio.to_thread(Writer, shelf)
    begun = datetime.now(UTC)
    now = await _database(settings, writer)
    wanted = [*now.originals, *(now.copies if copies else ())]
    made = Made(folder=shelf / UNFINISHED, sha256="")
    await asyncio.to_thread(_files, settings, config, writer, wanted, now.attachments, made, watch)
    if keys is not None:
        await asyncio.to_thread(write_box, keys.path, dict(_secret_files(settings)), keys.passphrase)
    about = {
        "made_at": written(begun),
        "program": hotline1022.__version__,
        "database": "sqlite" if SQLITE in writer.sums else "postgresql",
        "schema": now.schema,
        "audit": {"seq": now.head.seq, "sha256": now.head.sha256},
        "copies": copies,
        "missing": list(made.missing),
        "changed": list(made.changed),
        "sealed_needs_keys": settings.recordings.seal,
    }
    name = free_name(shelf, f"{begun:%Y%m%dT%H%M%SZ}")
    made.sha256 = await asyncio.to_thread(writer.finish, name, about)
    made.folder, made.files = shelf / name, len(writer.sums)
    await _note(settings, made, with_keys=keys is not None)
    return made


async def _database(settings: Settings, writer: Writer) -> Moment:
    """The database's file in the backup, and what it promises."""
    url = settings.database_url
    file = sqlite_file(parse(url))
    if file is not None:
        if not file.is_file():
            text = f"there is no database {file}; look at paths.data and database.url"
            raise ConfigError(text, error_id="backup-no-schema")
        copy = writer.folder / SQLITE
        await asyncio.to_thread(copy_sqlite, file, copy)
        async with moment(copy) as now:
            pass
        await asyncio.to_thread(settle_sqlite, copy)
        await asyncio.to_thread(writer.made, SQLITE)
        return now
    async with moment(url) as now:
        tool = await asyncio.to_thread(find_tool, "pg_dump", now.server)
        dump = writer.folder / POSTGRESQL
        words = ("--format=custom", "--no-owner", "--no-privileges", "--no-password", "--lock-wait-timeout=10000")
        await run_tool(tool, url, *words, f"--snapshot={now.exported}", f"--file={dump}")
    await asyncio.to_thread(writer.made, POSTGRESQL)
    return now


def _files(
    settings: Settings,
    config: str | None,
    writer: Writer,
    recordings: Sequence[StoredFile],
    attachments: Sequence[StoredFile],
    made: Made,
    watch: Watch,
) -> None:
    """Copy all of it."""
    paths = settings.paths
    missing, changed, total = [], [], len(recordings) + len(attachments)
    parts = ((paths.recordings, "recordings", recordings), (paths.attachments, "attachments", attachments))
    done = 0
    for root, part, files in parts:
        for file in files:
            done += 1
            name = f"{part}/{file.path}"
            try:
                copied = writer.add(root, file.path, name)
            except FileNotFoundError:
                missing.append(f"{name}: it is not there")
            except HotlineError as error:
                if error.error_id == "disk-full":
                    raise
                missing.append(f"{name}: {error}")
            else:
                made.size += copied.size
                made.linked += copied.size if copied.linked else 0
                if copied.sha256 != file.sha256 and not looks_sealed(copied.head):
                    changed.append(name)
                if part == "recordings":
                    with suppress(FileNotFoundError):
                        again = repaired_name(file.path)
                        writer.add(root, again, f"{part}/{again}")
            watch(done, total)
    for path, name in _settings_files(settings, config):
        with suppress(FileNotFoundError):
            writer.add(path.parent, path.name, name)
    made.missing, made.changed = tuple(missing), tuple(changed)


def _settings_files(settings: Settings, config: str | None) -> Iterator[tuple[Path, str]]:
    """What people wrote: settings, menu, deadlines, templates, profile, studio recordings."""
    paths, notify = settings.paths, settings.notify
    named = (
        (config, "1022.toml"),
        (paths.menu, "menu.toml"),
        (paths.ticket_policy, "ticket_policy.toml"),
        (notify.templates, "templates.toml"),
        (notify.sms_profile, "sms_profile.toml"),
    )
    for given, name in named:
        if given:
            yield Path(given).resolve(), f"settings/{name}"
    if paths.prompts_studio is not None:
        studio = paths.prompts_studio.resolve()
        for path in sorted(studio.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path, f"settings/studio/{path.relative_to(studio).as_posix()}"


def _secret_files(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Passwords and what signs links, the key that signs stamps, and the keys of recordings."""
    secrets = settings.paths.secrets
    for path in sorted(secrets.iterdir()) if secrets.is_dir() else ():
        if path.is_file() and not path.name.startswith("."):
            yield f"secrets/{path.name}", path.read_bytes()
    stamping = settings.keys_folder / STAMP_KEY
    if stamping.is_file():
        yield f"stamp/{STAMP_KEY}", stamping.read_bytes()
    folder = settings.recordings.ring.folder
    if folder is not None:
        for name in key_files(folder):
            yield f"keys/{name}", (folder / name).read_bytes()


async def _note(settings: Settings, made: Made, *, with_keys: bool) -> None:
    fact = Fact(
        at=datetime.now(UTC),
        kind=Kind.BACKUP_MADE,
        actor=f"cli:{getpass.getuser()}",
        origin="cli",
        subject=f"backup:{made.folder.name}",
        detail={
            "manifest": made.sha256,
            "files": made.files,
            "missing": len(made.missing),
            "changed": len(made.changed),
            "keys": with_keys,
        },
    )
    async with Database(settings.database_url) as database, database.transaction() as tx:
        tx.audit.add(fact)
