"""Connections to SQLite and PostgreSQL, and the driver's failures in the house's words. Refuses other databases.

SQLite: one connection writes, a few others read (WAL), so there is never a second writer to wait for; a commit is on the
disk when it returns. PostgreSQL: one bounded pool; the server itself ends a statement that takes too long.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import URL, Connection, PoolResetState, event, make_url
from sqlalchemy import exc as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hotline1022.core.errors import ConfigError, HotlineError, Invalid, Refused, Unavailable
from hotline1022.db.columns import from_json, to_json

#: seconds until a connection, a place in the pool, or another process's lock is given up
WAIT_SECONDS = 5.0
#: seconds that one statement may take
STATEMENT_SECONDS = 15.0
READERS = 4
POOL = 8
#: classes of PostgreSQL's errors that a value is to blame for: data exceptions, and limits such as that of a row in an index
_VALUE = ("22", "54")
#: BEGIN was asked of the driver, and nobody knows whether it is done
_BEGUN = "begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Where to write, and where to read; on PostgreSQL the same."""

    writer: AsyncEngine
    reader: AsyncEngine
    dialect: str

    async def close(self) -> None:
        """End all connections."""
        await self.writer.dispose()
        if self.reader is not self.writer:
            await self.reader.dispose()


def parse(address: str | Path) -> URL:
    """The address with its driver; a Path is a SQLite file. ConfigError for anything else."""
    if isinstance(address, Path):
        return URL.create("sqlite+aiosqlite", database=str(address))
    try:
        url = make_url(address)
    except (sa.ArgumentError, ValueError) as error:
        raise _bad_address("it cannot be read") from error
    kind = url.get_backend_name()
    if kind == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise _bad_address("SQLite needs a file")
        return url.set(drivername="sqlite+aiosqlite")
    if kind == "postgresql":
        query = dict(url.query)
        if "sslmode" in query:
            query["ssl"] = query.pop("sslmode")
        return url.set(drivername="postgresql+asyncpg", query=query)
    raise _bad_address(f"{kind} is not served")


def _bad_address(reason: str) -> ConfigError:
    cure = "write database.url as postgresql://user:password@host/name, or leave it empty for SQLite"
    return ConfigError(f"the database's address: {reason}; {cure}", error_id="database-url-invalid")


def sqlite_file(url: URL) -> Path | None:
    """The file, or None on PostgreSQL."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def connect(
    address: str | Path,
    *,
    pool: int = POOL,
    wait_seconds: float = WAIT_SECONDS,
    statement_seconds: float = STATEMENT_SECONDS,
) -> Engines:
    """Engines for the address; nothing is opened yet."""
    url = parse(address)
    if sqlite_file(url) is not None:
        writer = sqlite_engine(url, pool=1, wait_seconds=wait_seconds)
        reader = sqlite_engine(url, pool=min(pool, READERS), wait_seconds=wait_seconds, read_only=True)
        return Engines(writer=writer, reader=reader, dialect="sqlite")
    engine = postgres_engine(url, pool=pool, wait_seconds=wait_seconds, statement_seconds=statement_seconds)
    return Engines(writer=engine, reader=engine, dialect="postgresql")


def sqlite_engine(
    url: URL, *, pool: int, wait_seconds: float, read_only: bool = False, foreign_keys: bool = True
) -> AsyncEngine:
    """A SQLite engine whose transactions begin where we say so: at once for the writer."""
    engine = create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=wait_seconds,
        pool_reset_on_return=None,  # _reset below does it, when there is something to undo
        json_serializer=to_json,
        json_deserializer=from_json,
        connect_args={"timeout": wait_seconds},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would come too late
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        cursor.close()

    # Who gives up while BEGIN waits in the driver's thread is gone before it is done: asked then, the connection says that it
    # is in no transaction, and would keep one open for ever.

    @event.listens_for(engine.sync_engine, "reset")
    def _reset(connection: Any, record: Any, state: PoolResetState) -> None:
        begun = record.info.pop(_BEGUN, False)
        if not state.terminate_only and (begun or connection.driver_connection.in_transaction):
            connection.rollback()  # in the driver's thread, after all that was asked of it before

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        adapted: Any = connection.connection
        adapted.info[_BEGUN] = True
        adapted.run_async(lambda driver: driver.execute("BEGIN" if read_only else "BEGIN IMMEDIATE"))
        del adapted.info[_BEGUN]

    return engine


def postgres_engine(url: URL, *, pool: int, wait_seconds: float, statement_seconds: float) -> AsyncEngine:
    """A PostgreSQL engine with a bounded pool and bounded waits on both sides."""
    return create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=wait_seconds,
        json_serializer=to_json,
        json_deserializer=from_json,
        connect_args={
            "timeout": wait_seconds,
            "command_timeout": statement_seconds + 2,
            "server_settings": {
                "application_name": "hotline1022",
                "timezone": "UTC",
                "jit": "off",
                "statement_timeout": str(int(statement_seconds * 1000)),
                "lock_timeout": str(int(wait_seconds * 1000)),
                "idle_in_transaction_session_timeout": "30000",
            },
        },
    )


def translated(error: Exception) -> HotlineError | None:
    """What the driver's failure means to us; None when it is no failure of the database."""
    match error:
        case sa.IntegrityError() | sqlite3.IntegrityError():
            return Refused(f"the database refuses the row: {_first_line(error)}", error_id="row-refused")
        case sa.DataError() | sqlite3.DataError() | sqlite3.ProgrammingError() | OverflowError() | UnicodeEncodeError():
            return Invalid(f"the database cannot keep the value: {_first_line(error)}")
        # a text with NUL, a number that is too large: told by the server, or by the driver before it asks
        case sa.DBAPIError() | asyncpg.PostgresError() | asyncpg.InterfaceError() if _never(error):
            return Invalid(f"the database cannot keep the value: {_first_line(error)}")
        case sa.DBAPIError() | sa.TimeoutError() | sqlite3.Error() | asyncpg.PostgresError() | asyncpg.InterfaceError():
            return _away(error)
        case sa.StatementError() if isinstance(error.orig, ValueError | TypeError | OverflowError):
            return Invalid(f"not a value for the database: {error.orig}")
        case OSError() if error.filename is None:  # of the network; one of a file is not the database's
            return _away(error)
    return None


def _never(error: Exception) -> bool:
    """Whether PostgreSQL will not take the value tomorrow either: SQLAlchemy makes no DataError of what asyncpg says."""
    found = error.orig if isinstance(error, sa.DBAPIError) else error
    return isinstance(getattr(found, "__cause__", None) or found, ValueError) or str(
        getattr(found, "sqlstate", None)
    ).startswith(_VALUE)


def _away(error: Exception) -> Unavailable:
    cure = "see that it runs, is reachable and has room on its disk; what was not written is tried again"
    return Unavailable(f"the database does not answer ({_first_line(error)}): {cure}", error_id="database-away")


def _first_line(error: Exception) -> str:
    text = str(error.orig if isinstance(error, sa.DBAPIError) else error).strip()
    return text.splitlines()[0] if text else type(error).__name__


@asynccontextmanager
async def speaking_our_words() -> AsyncIterator[None]:
    """Turns the driver's failures inside into those of core/errors.py, with the cause chained."""
    try:
        yield
    except HotlineError:
        raise
    except Exception as error:
        meaning = translated(error)
        if meaning is None:
            raise
        raise meaning from error
