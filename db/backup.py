"""What a backup needs of the database: one moment of it, and what files its rows promise at that moment. Copies no file of others.

SQLite's own copying is one moment, made while others write. PostgreSQL exports the moment under a name, for pg_dump, and the
rows are read in the same one. Refuses to hold up those who write.
"""

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.audit.types import Head
from hotline1022.core.errors import ConfigError, Unavailable
from hotline1022.db.engine import connect, speaking_our_words
from hotline1022.db.migrate import HEAD
from hotline1022.db.restoring import tables
from hotline1022.db.tables import recording
from hotline1022.db.tables_directory import directory_letter
from hotline1022.db.tables_tickets import ticket_attachment
from hotline1022.db.unit import Work
from hotline1022.recordings.types import StoredFile

#: seconds that one statement of a backup may take
PATIENCE = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The database at one moment."""

    #: the schema's revision
    schema: str
    #: the last entry of the audit's chain
    head: Head
    #: originals and messages
    originals: tuple[StoredFile, ...]
    #: listening copies, which can be made again
    copies: tuple[StoredFile, ...]
    #: files of tickets, and scans of letters
    attachments: tuple[StoredFile, ...]
    #: PostgreSQL: the moment's name, good while this is open, and the server's major version
    exported: str = ""
    server: int = 0


@asynccontextmanager
async def moment(address: str | Path) -> AsyncIterator[Moment]:
    """What stands in the database, and on PostgreSQL the name of the moment for pg_dump.

    ConfigError `backup-no-schema`, `backup-other-schema`.
    """
    engines = connect(address, pool=1, statement_seconds=PATIENCE)
    try:
        async with speaking_our_words(), engines.reader.connect() as connection:
            exported, server = "", 0
            if engines.dialect == "postgresql":
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                exported = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
                server = await _version(connection)
            yield await _read(connection, exported, server)
    finally:
        await engines.close()


async def _read(connection: AsyncConnection, exported: str, server: int) -> Moment:
    if await tables(connection) == 0:
        text_ = "the database is empty: there is nothing to back up; look at database.url and paths.data"
        raise ConfigError(text_, error_id="backup-no-schema")
    schema = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
    if schema != HEAD:
        text_ = (
            f"the database's schema is {schema}, this program's is {HEAD}: start the service once, or make the backup "
            "with the program that wrote it"
        )
        raise ConfigError(text_, error_id="backup-other-schema")
    work = Work(connection)
    copies = await _files(connection, select(recording.c.path, recording.c.sha256))
    known = {file.path for file in copies}
    attached = union_all(*(select(one.c.path, one.c.sha256) for one in (ticket_attachment, directory_letter)))
    return Moment(
        schema=schema,
        head=await work.audit.head(),
        originals=tuple([file async for file in work.recordings.stored() if file.path not in known]),
        copies=copies,
        attachments=await _files(connection, attached.order_by("path")),
        exported=exported,
        server=server,
    )


async def _files(connection: AsyncConnection, query: object) -> tuple[StoredFile, ...]:
    rows = await connection.execute(query)  # type: ignore[call-overload]
    return tuple(StoredFile(path=row.path, sha256=row.sha256) for row in rows)


async def server_version(address: str) -> int:
    """The major version of a PostgreSQL server."""
    engines = connect(address, pool=1)
    try:
        async with speaking_our_words(), engines.reader.connect() as connection:
            return await _version(connection)
    finally:
        await engines.close()


async def _version(connection: AsyncConnection) -> int:
    number = (await connection.execute(text("SHOW server_version_num"))).scalar_one()
    return int(number) // 10_000


def copy_sqlite(source: Path, target: Path) -> None:
    """One moment of a SQLite file as a whole, sound and single file; in place of one that is there. Blocks; holds up nobody.

    Raises Unavailable `disk-full`, ConfigError `database-damaged`.
    """
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640))
    original, copy = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        original.backup(copy)
        if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            cure = "put back a copy (*.bak beside it), then make the backup"
            raise ConfigError(f"{source} is no sound SQLite file: {cure}", error_id="database-damaged")
    except sqlite3.Error as error:
        if error.sqlite_errorname == "SQLITE_FULL":
            raise Unavailable(f"the disk of {target.parent} is full; free some space", error_id="disk-full") from error
        raise ConfigError(
            f"{source} cannot be copied ({error}); see that it is the database and can be read",
            error_id="database-damaged",
        ) from error
    finally:
        copy.close()
        original.close()
    settle_sqlite(target)


def settle_sqlite(file: Path) -> None:
    """Everything into the one file, durable: nothing beside it is needed or left. Nobody else may have it open."""
    link = sqlite3.connect(file)
    try:
        link.execute("PRAGMA journal_mode=DELETE")
    finally:
        link.close()
    number = os.open(file, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
