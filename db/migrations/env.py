"""Runs the migrations on either database. For developers too: `python -m alembic -x url=sqlite:///file upgrade head`.

One transaction for all steps, and a lock, so that two services that start together do not both migrate.
"""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection, text

from hotline1022.core.errors import ConfigError
from hotline1022.db.engine import (
    STATEMENT_SECONDS,
    WAIT_SECONDS,
    parse,
    postgres_engine,
    sqlite_engine,
    sqlite_file,
)
from hotline1022.db.schema import metadata

#: the lock's number: any, as long as nobody else in the database uses it
LOCK = 1022
#: a migration may rewrite a large table
PATIENCE = 40


def _address() -> str:
    given = context.config.attributes.get("address") or context.get_x_argument(as_dictionary=True).get("url")
    given = given or os.environ.get("HOTLINE1022_DATABASE_URL")
    if not given:
        raise ConfigError("which database? give -x url=... or set HOTLINE1022_DATABASE_URL")
    return str(given)


def _migrate(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        # who comes second waits as long as all steps may take; their own locks on tables are not waited for so long
        connection.execute(text(f"SET LOCAL lock_timeout = '{round(STATEMENT_SECONDS * PATIENCE)}s'"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        connection.execute(text(f"SET LOCAL lock_timeout = '{round(WAIT_SECONDS)}s'"))
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=sqlite,
        transactional_ddl=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise ConfigError(f"the migration would leave rows without what they belong to: {broken[:3]}")


async def _run() -> None:
    url = parse(_address())
    if sqlite_file(url) is None:
        slow = STATEMENT_SECONDS * PATIENCE
        engine = postgres_engine(url, pool=1, wait_seconds=WAIT_SECONDS, statement_seconds=slow)
    else:
        engine = sqlite_engine(url, pool=1, wait_seconds=WAIT_SECONDS, foreign_keys=False)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_migrate)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise ConfigError("the migrations look at the database; run them without --sql")
asyncio.run(_run())
