"""Brings the schema to this version before anything else is started. Refuses a schema that is newer than the code.

A SQLite file is copied first, beside itself; the last three copies are kept.
"""

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import URL, text
from sqlalchemy import exc as sa

from hotline1022.core.clock import utc_now
from hotline1022.core.errors import ConfigError
from hotline1022.db.engine import Engines, connect, parse, speaking_our_words, sqlite_file
from hotline1022.db.restoring import whole

#: all steps, oldest first; a test compares with the files
REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
    "0022",
    "0023",
    "0024",
    "0025",
    "0026",
    "0027",
    "0028",
    "0029",
    "0030",
    "0031",
    "0032",
    "0033",
    "0034",
    "0035",
    "0036",
    "0037",
    "0038",
    "0040",
    "0041",
    "0043",
    "0044",
    "0046",
    "0047",
    "0048",
    "0049",
)
HEAD = REVISIONS[-1]
KEEP = 3
#: seconds that a migration may take
PATIENCE = 900.0
#: Alembic knows one migration a process
_one_at_a_time = threading.Lock()
#: twenty a second; a whole migration beside us takes less
WAL_TRIES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What was done."""

    #: None: the database was empty
    before: str | None
    after: str
    #: the copy of the SQLite file, if one was made
    backup: Path | None


async def migrate(address: str | Path, *, clock: Callable[[], datetime] = utc_now, restoring: bool = False) -> Migrated:
    """Bring the schema up to date; quick when it is. ConfigError names what is wrong and the cure, Unavailable when the
    database does not answer. Only a restore may have one that is half put back.
    """
    url = parse(address)
    file = sqlite_file(url)
    try:
        async with speaking_our_words():
            if file is not None:
                await asyncio.to_thread(_create, file)
            before = await current(address, restoring=restoring)
            if before == HEAD:
                return Migrated(before=before, after=HEAD, backup=None)
            if before is not None and before not in REVISIONS:
                raise ConfigError(
                    f"the database's schema {before} is newer than this program's ({HEAD}): "
                    f"install the newer program, or put back a copy of the database made before the update",
                    error_id="schema-newer",
                )
            backup = None
            if file is not None and before is not None:
                backup = await asyncio.to_thread(back_up, file, before, clock())
            async with asyncio.timeout(PATIENCE):
                await asyncio.to_thread(_upgrade, url)
            return Migrated(before=before, after=HEAD, backup=backup)
    except Exception as error:
        problem = _named(error, url)
        if problem is None:
            raise
        raise problem from error


async def current(address: str | Path, *, restoring: bool = False) -> str | None:
    """The schema's revision; None for an empty database. ConfigError `restore-unfinished`, but for a restore."""
    engines = connect(address, pool=1)
    try:
        if not restoring:
            await whole(engines)
        return await _current(engines)
    finally:
        await engines.close()


async def _current(engines: Engines) -> str | None:
    sqlite = engines.dialect == "sqlite"
    there = (
        "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
        if sqlite
        else "SELECT to_regclass('alembic_version')::text"
    )
    async with engines.reader.connect() as connection:
        if (await connection.execute(text(there))).scalar() is None:
            return None
        found: str | None = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        return found


def _create(file: Path) -> None:
    """Make the file, readable by its owner and group alone, so that no moment shows it to others."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o640))
    except OSError as error:
        raise ConfigError(
            f"the database's file {file} cannot be written ({error.strerror}): "
            f"give the service's user the right to write there, or set paths.data",
            error_id="database-unwritable",
        ) from error
    _write_ahead(file)


def _write_ahead(file: Path) -> None:
    """Switch the file to write-ahead logging, once for ever, before anybody opens it.

    SQLite does not wait for others in that switch, whatever the timeout: of two that start at once, one would be told that
    the database is locked. Other failures are left to the first who opens the file and has words for them.
    """
    for _ in range(WAL_TRIES):
        link = sqlite3.connect(file, timeout=1.0)
        try:
            link.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.Error as error:
            if error.sqlite_errorname != "SQLITE_BUSY":
                return
            time.sleep(0.05)
        finally:
            link.close()


def _upgrade(url: URL) -> None:
    """In a thread of its own: the migrations run an event loop of theirs."""
    from alembic import command  # 0.2 s, and only when there is something to do
    from alembic.config import Config

    with _one_at_a_time, as_file(files("hotline1022.db") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["address"] = url.render_as_string(hide_password=False)
        command.upgrade(config, "head")


def back_up(file: Path, revision: str, at: datetime) -> Path:
    """A whole copy of the SQLite file beside it, on the disk when this returns; older copies than the last three go."""
    target = file.with_name(f"{file.name}.{revision}-{at:%Y%m%dT%H%M%S%fZ}.bak")
    part = target.with_suffix(".part")
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o640))
    source, copy = sqlite3.connect(file), sqlite3.connect(part)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    _sync(part)
    part.rename(target)
    _sync(file.parent)
    copies = sorted(file.parent.glob(f"{file.name}.*.bak"), key=lambda path: path.name.rpartition("-")[2])
    for old in copies[:-KEEP]:
        old.unlink()
    return target


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _named(error: Exception, url: URL) -> ConfigError | None:
    """A failure at start that waiting will not cure."""
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__ or getattr(causes[-1], "orig", None)) is not None and cause not in causes:
        causes.append(cause)
    where = url.render_as_string(hide_password=True)
    for cause in causes:
        match cause:
            case asyncpg.InvalidAuthorizationSpecificationError():
                cure = "correct user and password in database.url"
                return ConfigError(f"the database at {where} refuses the login: {cure}", error_id="database-login")
            case asyncpg.InvalidCatalogNameError():
                cure = f"make it with `createdb -E UTF8 {url.database}`, or correct database.url"
                return ConfigError(f"there is no database at {where}: {cure}", error_id="database-missing")
            case asyncpg.InsufficientPrivilegeError():
                cure = "give the user the right to create tables (GRANT CREATE ON SCHEMA public)"
                return ConfigError(f"the database at {where} refuses new tables: {cure}", error_id="database-rights")
            case sqlite3.DatabaseError() if type(cause) is sqlite3.DatabaseError:
                cure = "put back a copy (*.bak beside it), or move the file away to begin anew"
                return ConfigError(f"{where} is no sound SQLite file ({cause}): {cure}", error_id="database-damaged")
            case asyncpg.DuplicateTableError():
                return _foreign(where)
            case sqlite3.OperationalError() if "already exists" in str(cause):
                return _foreign(where)
    failed = next((cause for cause in causes if isinstance(cause, sa.ProgrammingError)), None)
    if failed is None:
        return None
    return ConfigError(f"the migration of {where} failed: {failed.orig}", error_id="migration-failed")


def _foreign(where: str) -> ConfigError:
    cure = "give the hotline a database of its own in database.url"
    return ConfigError(f"{where} holds tables that are not the hotline's: {cure}", error_id="database-foreign")
