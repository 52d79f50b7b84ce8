"""A database that is being put back says so itself, until all else is in its place. Refuses nothing; who starts on it does.

The mark is a table of its own, made in an empty PostgreSQL database before its rows come; it goes in the transaction that
writes `backup-restored`. SQLite's file gets its name last and needs none.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.audit.types import Kind
from hotline1022.core.errors import ConfigError
from hotline1022.db.audit import AuditRepository
from hotline1022.db.engine import Engines, connect, speaking_our_words

_MARK = "restore_unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a restore into a database has come."""

    #: nothing at all is in it
    empty: bool
    #: SHA-256 of the manifest of the backup that is being put back; "" = none is
    begun: str
    #: whether the rows are there
    filled: bool
    #: the same of the backup whose restore is the last that the audit tells; "" = it tells something else
    done: str


async def standing(address: str | Path) -> Standing:
    """Look at a database that is there."""
    engines = connect(address, pool=1)
    try:
        async with speaking_our_words(), engines.reader.connect() as connection:
            filled = await _there(connection, "alembic_version")
            return Standing(
                empty=await tables(connection) == 0,
                begun=await _begun(connection),
                filled=filled,
                done=await _done(connection) if filled and await _there(connection, "audit_entry") else "",
            )
    finally:
        await engines.close()


async def begin(address: str, manifest: str) -> None:
    """Mark an empty database."""
    engines = connect(address, pool=1)
    try:
        async with speaking_our_words(), engines.writer.begin() as connection:
            await connection.execute(text(f"CREATE TABLE {_MARK} (manifest text NOT NULL)"))
            await connection.execute(text(f"INSERT INTO {_MARK} VALUES (:manifest)"), {"manifest": manifest})
    finally:
        await engines.close()


async def others(address: str, application: str) -> list[int]:
    """Server processes that work on this PostgreSQL database for the application of that name."""
    query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name"
    engines = connect(address, pool=1)
    try:
        async with speaking_our_words(), engines.reader.connect() as connection:
            return list((await connection.execute(text(query), {"name": application})).scalars())
    finally:
        await engines.close()


async def whole(engines: Engines) -> None:
    """ConfigError `restore-unfinished` when a restore into it has begun and not ended."""
    async with engines.reader.connect() as connection:
        begun = await _begun(connection)
    if begun:
        raise ConfigError(
            f"a restore into this database was cut off (manifest {begun[:12]}…): begin it again (hotline1022 restore "
            "BACKUP, the same backup), or make a new database and set database.url",
            error_id="restore-unfinished",
        )


class RestoringRepository:
    """The mark, in a transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def over(self) -> None:
        """The database is whole when this transaction is written."""
        await self._connection.execute(text(f"DROP TABLE IF EXISTS {_MARK}"))


async def tables(connection: AsyncConnection) -> int:
    """How many tables, views and sequences of people's are in a database."""
    sqlite = "SELECT count(*) FROM sqlite_master"
    postgres = (
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'v', 'S', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
    )
    query = sqlite if connection.dialect.name == "sqlite" else postgres
    count: int = (await connection.execute(text(query))).scalar_one()
    return count


async def _there(connection: AsyncConnection, table: str) -> bool:
    sqlite = "SELECT count(*) FROM sqlite_master WHERE name = :name"
    postgres = "SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass(:name)"
    query = sqlite if connection.dialect.name == "sqlite" else postgres
    return bool((await connection.execute(text(query), {"name": table})).scalar_one())


async def _begun(connection: AsyncConnection) -> str:
    if not await _there(connection, _MARK):
        return ""
    return str((await connection.execute(text(f"SELECT manifest FROM {_MARK}"))).scalar_one())


async def _done(connection: AsyncConnection) -> str:
    audit = AuditRepository(connection)
    last, head = await audit.last(Kind.BACKUP_RESTORED), await audit.head()
    return str(last.told.get("manifest", "")) if last is not None and last.seq == head.seq else ""
