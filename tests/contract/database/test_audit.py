"""The audit's chain in both databases: written with the change it tells of, in one line whoever writes, never changed."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hotline1022.audit.chain import Walk
from hotline1022.audit.types import EMPTY, Entry, Fact, Kind
from hotline1022.core.acting import Acting, acts
from hotline1022.db.engine import connect
from hotline1022.db.unit import Database

AT = datetime(2026, 11, 29, 1, 2, 3, 4, tzinfo=UTC)


def fact(subject: str = "", **detail: object) -> Fact:
    return Fact(at=AT, kind=Kind.ACT, actor="cli:ân", subject=subject, detail=detail)


async def everything(database: Database) -> list[Entry]:
    async with database.reading() as tx:
        return [entry async for portion in tx.audit.entries(portion=7) for entry in portion]


async def test_entries_follow_one_another(address: str) -> None:
    async with Database(address) as database:
        async with database.reading() as tx:
            assert await tx.audit.head() == EMPTY
        for number in range(20):
            async with database.transaction() as tx:
                tx.audit.add(fact(f"call:{number % 2}", n=number, text="Đường\x00 nước", list=[1, None, True]))
                tx.audit.add(fact(n=-number))
        found = await everything(database)
        assert [one.seq for one in found] == list(range(1, 41))
        assert Walk().take(found) == []
        assert found[0].detail["text"] == "Đường nước" and found[0].at == AT
        async with database.reading() as tx:
            assert [one.detail["n"] for one in await tx.audit.about("call:1", limit=3)] == [15, 17, 19]
            assert await tx.audit.about("") == []


async def test_many_writers_make_one_chain(address: str) -> None:
    async with Database(address) as one, Database(address) as other:

        async def write(database: Database, number: int) -> None:
            async with database.transaction() as tx:
                tx.audit.add(fact(n=number))

        await asyncio.gather(*(write(one if number % 2 else other, number) for number in range(40)))
        found = await everything(one)
        assert Walk().take(found) == [] and sorted(str(entry.detail["n"]) for entry in found) == sorted(
            map(str, range(40))
        )


async def test_what_is_rolled_back_leaves_no_entry(address: str) -> None:
    async with Database(address) as database:
        with pytest.raises(ZeroDivisionError):
            async with database.transaction() as tx:
                tx.audit.add(fact())
                await tx.audit.flush()
                raise ZeroDivisionError
        assert await everything(database) == []


async def test_an_act_is_written_with_its_first_transaction_and_once(address: str) -> None:
    async with Database(address) as database:
        with acts(Acting(actor="token:desk", origin="127.0.0.1", act="POST /api/x", subject="ticket:7")) as act:
            with pytest.raises(ZeroDivisionError):
                async with database.transaction():
                    raise ZeroDivisionError
            assert not act.noted
            for _ in range(3):
                async with database.transaction():
                    pass
            assert act.noted
        async with database.transaction():
            pass
        (entry,) = await everything(database)
        assert (entry.kind, entry.actor, entry.origin, entry.subject) == ("act", "token:desk", "127.0.0.1", "ticket:7")
        assert entry.detail == {"act": "POST /api/x"}


@pytest.mark.parametrize("what", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"])
async def test_rows_are_never_changed(address: str, what: str) -> None:
    async with Database(address) as database:
        async with database.transaction() as tx:
            tx.audit.add(fact())
        engines = connect(address)
        try:
            with pytest.raises(DBAPIError, match="never changed"):
                async with engines.writer.begin() as connection:
                    await connection.execute(text(what))
        finally:
            await engines.close()
        assert len(await everything(database)) == 1
