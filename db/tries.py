"""Counts tries at a door in one statement. Refuses to count beyond the bound: then nothing is changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.db.sql import insert


async def count_try(
    connection: AsyncConnection, table: Table, key: str, at: datetime, *, tries: int, since: datetime
) -> bool:
    """Count one; False, and nothing is counted, when there were `tries` and the last one was at `since` or later.

    The table has one column as its key, and `tries` and `last_at`. One statement, so that many tries at the same moment are
    counted as many. Older counts of this key are forgotten.
    """
    (column,) = table.primary_key
    await connection.execute(delete(table).where(column == key, table.c.last_at < since))
    values: dict[str, Any] = {column.name: key, "tries": 1, "last_at": at}
    done = await connection.execute(
        insert(connection.dialect.name, table)
        .values(values)
        .on_conflict_do_update(
            index_elements=[column.name],
            set_={"tries": table.c.tries + 1, "last_at": at},
            where=table.c.tries < tries,
        )
    )
    return bool(done.rowcount)


async def take_back_try(connection: AsyncConnection, table: Table, key: str, *, below: int) -> None:
    """One try less of this key, where it has any and fewer than `below`: it was none that counts. When the last one was stays."""
    (column,) = table.primary_key
    gone = await connection.execute(delete(table).where(column == key, table.c.tries <= 1))
    if not gone.rowcount:
        some = (column == key, table.c.tries > 1, table.c.tries < below)
        await connection.execute(update(table).where(*some).values(tries=table.c.tries - 1))
