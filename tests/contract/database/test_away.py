"""A database that does not answer loses nothing and blocks nobody for long; a transaction is whole or not at all."""

import asyncio
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from hotline1022.core.errors import ConfigError, Invalid, NotFound, Unavailable
from hotline1022.db.engine import parse
from hotline1022.db.migrate import migrate
from hotline1022.db.types import Batch, JournalPosition
from hotline1022.db.unit import Database
from tests.contract.database.made import T0, a_call, a_fact, of_calls
from tests.lab.postgres import TemporaryPostgres

BATCH = Batch(calls=(a_call(),), positions=(JournalPosition(name="cel", inode=1, offset=10, updated_at=T0),))


async def ids(database: Database) -> list[str]:
    async with database.reading() as tx:
        return [opened.call.id for opened in await tx.calls.load_open()]


@pytest.mark.postgres
async def test_postgres_goes_away_and_comes_back(cluster: TemporaryPostgres) -> None:
    address = await cluster.make("away")
    await migrate(address)
    async with Database(address, wait_seconds=2) as database:
        await database.save(of_calls(a_call("before")))
        await asyncio.to_thread(cluster.stop)
        try:
            for _ in range(3):
                with pytest.raises(Unavailable) as caught:
                    await database.save(BATCH)
                assert caught.value.error_id == "database-away"
            with pytest.raises(Unavailable):
                await database.ping()
        finally:
            await asyncio.to_thread(cluster.start)
        await database.save(BATCH)
        assert await ids(database) == ["before", "hl1-1.1"]
    await cluster.drop("away")


@pytest.mark.postgres
async def test_a_connection_that_the_server_ended_costs_one_try(cluster: TemporaryPostgres) -> None:
    address = await cluster.make("ended")
    await migrate(address)
    async with Database(address, wait_seconds=2) as database:
        assert await database.ping() < 2
        await cluster.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ended'")
        with pytest.raises(Unavailable):
            await database.save(BATCH)
        await database.save(BATCH)
        assert await ids(database) == ["hl1-1.1"]
    await cluster.drop("ended")


@pytest.mark.postgres
async def test_a_statement_has_a_limit(cluster: TemporaryPostgres) -> None:
    async with Database(cluster.url("postgres"), statement_seconds=0.2) as database:
        before = time.monotonic()
        with pytest.raises(Unavailable):
            async with database.reading() as tx:
                await tx._connection.execute(text("SELECT pg_sleep(30)"))
        assert time.monotonic() - before < 10


@pytest.mark.postgres
@pytest.mark.parametrize("value", ["a\0b", 2**70])
async def test_a_value_that_nobody_can_keep_is_no_database_that_is_away(
    cluster: TemporaryPostgres, value: object
) -> None:
    """Whoever sent it is told, and nobody tries again."""
    kind = "text" if isinstance(value, str) else "bigint"
    async with Database(cluster.url("postgres")) as database:
        with pytest.raises(Invalid):
            async with database.reading() as tx:
                await tx._connection.execute(text(f"SELECT CAST(:given AS {kind})"), {"given": value})


@pytest.mark.postgres
async def test_a_server_that_accepts_and_says_nothing_is_unavailable() -> None:
    gone = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Database(f"postgresql://u:p@127.0.0.1:{port}/x", wait_seconds=0.3) as database:
        with pytest.raises(Unavailable):
            await database.save(BATCH)
    server.close()
    async with asyncio.timeout(5):
        await gone.wait()


async def test_sqlite_locked_by_another_is_unavailable_and_reading_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "hotline.sqlite"
    await migrate(file)
    async with Database(file, wait_seconds=0.2) as database:
        await database.save(of_calls(a_call("before")))
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unavailable, match="locked"):
                await database.save(BATCH)
            assert await ids(database) == ["before"]
            other.execute("ROLLBACK")
        await database.save(BATCH)
        assert await ids(database) == ["before", "hl1-1.1"]


async def test_sqlite_survives_its_process(tmp_path: Path) -> None:
    """Durable on return: another connection, opened without a clean end of ours, sees it; FULL reaches the disk."""
    file = tmp_path / "hotline.sqlite"
    await migrate(file)
    async with Database(file) as database:
        await database.save(BATCH)
        async with database.transaction() as tx:
            connection = tx._connection
            full = (await connection.execute(text("PRAGMA synchronous"))).scalar()
            mode = (await connection.execute(text("PRAGMA journal_mode"))).scalar()
            keys = (await connection.execute(text("PRAGMA foreign_keys"))).scalar()
        with closing(sqlite3.connect(file)) as other:
            assert other.execute("SELECT count(*) FROM call").fetchone() == (1,)
    assert (full, mode, keys) == (2, "wal", 1)


async def test_a_transaction_that_breaks_leaves_nothing(database: Database) -> None:
    class Mine(Exception):
        pass

    with pytest.raises(Mine):
        async with database.transaction() as tx:
            await tx.calls.save(BATCH)
            raise Mine
    assert await ids(database) == []


async def test_other_peoples_errors_pass_as_they_are(database: Database, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        async with database.transaction():
            (tmp_path / "nothing").read_bytes()
    with pytest.raises(NotFound):
        async with database.reading() as tx:
            await tx.calls.get("nothing")


async def test_a_reading_transaction_does_not_write(database: Database) -> None:
    with pytest.raises(Unavailable):
        async with database.reading() as tx:
            await tx.calls.save(BATCH)
    assert await ids(database) == []
    await database.save(BATCH)
    assert await ids(database) == ["hl1-1.1"]


async def test_a_writer_that_is_cancelled_gives_its_place_back(database: Database) -> None:
    inside = asyncio.Event()

    async def stuck() -> None:
        async with database.transaction() as tx:
            await tx.calls.save(BATCH)
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(stuck())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await ids(database) == []
    await database.save(BATCH)


async def test_many_writers_at_once_take_turns(database: Database) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number in range(40):
            tasks.create_task(database.save(of_calls(a_call(f"c{number:02}"))))
    assert len(await ids(database)) == 40


@pytest.mark.parametrize(
    "given", ["mysql://u:p@h/x", "sqlite://", "sqlite:///:memory:", "nonsense", "postgresql://u:p@h:port/x"]
)
def test_addresses_that_are_refused(given: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(given)
    assert caught.value.error_id == "database-url-invalid"
    assert "u:p" not in str(caught.value)


def test_addresses_that_are_understood() -> None:
    assert parse("postgresql://u:p@h/x?sslmode=require").query == {"ssl": "require"}
    assert parse("postgresql+asyncpg://u:p@h/x").drivername == "postgresql+asyncpg"
    assert parse("sqlite:////a/b.sqlite").database == "/a/b.sqlite"
    odd = Path("/a/50% of #1?.sqlite")
    assert parse(odd).database == str(odd)


@pytest.mark.parametrize(
    "batch",
    [
        Batch(calls=(a_call(caller_raw="0901\x00234567"),)),
        Batch(calls=(a_call(),), events=(a_fact(data={"key": "\x00"}),)),
        Batch(calls=(a_call(),), positions=(JournalPosition(name="cel", inode=1, offset=2**63, updated_at=T0),)),
        Batch(calls=(a_call(), a_call("hl1-" + random.Random(1).randbytes(9000).hex()))),
        Batch(calls=(a_call(caller_raw="\ud800"),)),
    ],
    ids=["zero", "zero-in-json", "number", "long-key", "half-a-character"],
)
async def test_a_value_that_will_never_be_taken_is_no_database_that_is_away(database: Database, batch: Batch) -> None:
    """Whoever waits for the database to come back would wait for ever, and the log of all calls with it."""
    try:
        await database.save(batch)
    except Invalid:
        assert await ids(database) == [], "nothing of it"
        return
    assert database.dialect == "sqlite", "which takes nearly everything"
