"""Calls of tickets are found by when they came in: always the same as by looking at every call of every ticket, whatever came first,
was corrected, erased or forgotten.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import column, select, table, text

from hotline1022.core.folding import fold
from hotline1022.core.outcomes import Reason, Result
from hotline1022.db import migrate as migration
from hotline1022.db.call_filter import call_conditions
from hotline1022.db.migrate import migrate
from hotline1022.db.sql import picker
from hotline1022.db.tables import call
from hotline1022.db.tables_tickets import ticket, ticket_call
from hotline1022.db.ticket_filter import SEEN, is_one
from hotline1022.db.tickets import ticket_values
from hotline1022.db.types import Batch, CallFilter, CallRow
from hotline1022.db.unit import Database, Work
from hotline1022.figures.types import CallNarrow
from hotline1022.recordings.types import CallKind
from hotline1022.tickets.acts import act
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import NONE, Action, Changed, Purpose, State
from tests.contract.database.made import over
from tests.contract.database.test_migrate import migrate_to
from tests.lab.figures_world import AGENCIES, NOW, SERVICES, WORDS, a_call, a_moment, a_ticket, fill
from tests.unit.tickets_made import POLICY

NARROWS = (
    *(CallNarrow(agency=one) for one in (*AGENCIES[1:], NONE)),
    *(CallNarrow(service=one) for one in (*SERVICES[2:], NONE)),
    *(CallNarrow(words=one) for one in WORDS),
    CallNarrow(agency="so-xay-dung", words="o ga"),
    CallNarrow(words="o ga so xay dung", open_words=True),
    *(CallNarrow(ticket_state=one) for one in State),
    CallNarrow(agency="so-xay-dung", words="o ga", open_words=True, ticket_state=State.COMPLETED),
)
LONG = timedelta(days=400)


async def slowly(tx: Work, wanted: CallFilter) -> list[str]:
    """Every call of every ticket is looked at."""
    narrow = wanted.narrow
    searched = ticket.c.open_search if narrow.open_words else ticket.c.search
    fits = [searched.contains(one, autoescape=True) for one in fold(narrow.words).split()]
    fits += [ticket.c.state == narrow.ticket_state] if narrow.ticket_state else []
    fits += [is_one(ticket.c.agency, narrow.agency)] if narrow.agency else []
    fits += [is_one(ticket.c.service_group, narrow.service)] if narrow.service else []
    of = select(ticket_call.c.call_id).join(ticket, ticket.c.id == ticket_call.c.ticket_id).where(SEEN, *fits)
    query = select(call.c.id).where(call.c.id.in_(of))
    query = query if wanted.since is None else query.where(call.c.entered_at >= wanted.since)
    query = query if wanted.until is None else query.where(call.c.entered_at < wanted.until)
    return sorted((await tx.calls._connection.execute(query)).scalars())


async def same(database: Database, dice: random.Random) -> int:
    """The question of the lists and figures against that one; how many calls were found."""
    found = 0
    async with database.reading() as tx:
        spans: list[tuple[datetime | None, datetime | None]] = [(None, None), (None, NOW), (NOW - LONG, NOW + LONG)]
        moments = (await tx.calls._connection.execute(select(call.c.entered_at))).scalars().all()
        for _ in range(6):  # to the microsecond of a call
            spans.append((*sorted(dice.sample(list(moments), 2)),))
        for narrow in NARROWS:
            for since, until in spans:
                wanted = CallFilter(since=since, until=until, narrow=narrow)
                query = select(call.c.id).where(*call_conditions(database.dialect, wanted))
                ids = sorted((await tx.calls._connection.execute(query)).scalars())
                assert ids == await slowly(tx, wanted), wanted
                assert len(ids) == await tx.figures.count_calls(wanted)
                found += len(ids)
    return found


async def times(database: Database) -> dict[tuple[str, str], datetime | None]:
    """When the calls came in, as the tickets have it."""
    async with database.reading() as tx:
        rows = await tx.calls._connection.execute(select(ticket_call))
        return {(row.ticket_id, row.call_id): row.entered_at for row in rows}


async def right(database: Database, *, unknown: Sequence[str] = ()) -> None:
    """Every ticket has the moment of each of its calls, but for calls that are not known."""
    async with database.reading() as tx:
        rows = await tx.calls._connection.execute(select(call.c.id, call.c.entered_at))
        entered = {row.id: row.entered_at for row in rows}
    for (_, one), at in (await times(database)).items():
        assert at == (None if one in unknown else entered[one]), one


async def add(database: Database, made: Changed, purpose: Purpose = Purpose.TALK) -> None:
    async with database.transaction() as tx:
        assert await tx.tickets.add(made, purpose=purpose)


def some_calls(dice: random.Random, first: int, number: int) -> tuple[CallRow, ...]:
    return tuple(a_call(dice, first + one) for one in range(number))


async def test_whatever_comes_first(database: Database) -> None:
    dice = random.Random(40)
    await fill(database, dice, calls=120, tickets=60)
    await right(database)
    assert await same(database, dice) > 200
    # tickets whose calls the log reads afterwards, those of an outage too, and one that no log ever tells of
    late = some_calls(dice, 1000, 30)
    for number, row in enumerate(late):
        await add(database, a_ticket(dice, 5000 + number, (row.id,)))
    await add(database, a_ticket(dice, 6000, ("hl1-0.0",)))
    await right(database, unknown=["hl1-0.0", *(row.id for row in late)])
    await database.save(Batch(calls=late[:10]))
    await database.save(Batch(calls=tuple(replace(row, backfilled=True) for row in late[10:])))
    await right(database, unknown=["hl1-0.0"])
    assert await same(database, dice) > 250


async def test_a_call_of_which_another_moment_is_told(database: Database) -> None:
    dice = random.Random(41)
    made = await fill(database, dice, calls=60, tickets=60)
    moved = [replace(row, entered_at=a_moment(dice), version=3, backfilled=True) for row in made.calls[:30]]
    await database.save(Batch(calls=tuple(moved)))
    await right(database)
    await database.save(Batch(calls=made.calls[:30]))  # older: the log refuses them
    await right(database)
    async with database.reading() as tx:
        assert (await tx.calls.get(moved[0].id)).call.entered_at == moved[0].entered_at
    assert await same(database, dice) > 50


async def test_a_call_that_is_joined_to_a_ticket_later(database: Database) -> None:
    dice = random.Random(42)
    made = await fill(database, dice, calls=40, tickets=30)
    open_one = next(one for one in made.tickets if one.closed_at is None and one.begun_at is not None)
    known, unknown = some_calls(dice, 2000, 2)
    await database.save(Batch(calls=(known,)))
    for one in (known.id, unknown.id):
        async with database.transaction() as tx:
            now = await tx.tickets.get(open_one.id)
            linked = act(now, Act(action=Action.LINK, call=one), by="lan", at=NOW, policy=POLICY)
            await tx.tickets.change(linked)
    await right(database, unknown=[unknown.id])
    await database.save(Batch(calls=(unknown,)))
    await right(database)
    await same(database, dice)


async def test_erased_and_forgotten_calls_and_tickets(database: Database) -> None:
    dice = random.Random(43)
    made = await fill(database, dice, calls=60, tickets=60)
    old = [over(f"hl1-9.{number}", number, Result.ABANDONED, Reason.IN_QUEUE) for number in range(5)]
    for number, row in enumerate(old):
        await add(database, a_ticket(dice, 7000 + number, (row.id,)))
    await database.save(Batch(calls=tuple(old)))
    ids = [one.id for one in made.tickets[:20]]
    async with database.transaction() as tx:
        await tx.citizens.erase_tickets(ids, "p-1")
        await tx.citizens.erase_calls(
            [row.id for row in made.calls[:30]], "901234567", "p-1", NOW, actor="x", origin="y"
        )
        emptied = await tx.old_calls.empty([row.id for row in old], CallKind.ORDINARY, NOW, NOW)
    async with database.reading() as tx:
        gone = await tx.calls._connection.scalar(text("SELECT count(*) FROM call WHERE caller_raw = ''"))
    assert gone == 30 + emptied
    await right(database)
    assert await same(database, dice) > 50


async def test_a_call_that_made_its_ticket_makes_no_second_one(database: Database) -> None:
    dice = random.Random(44)
    (row,) = some_calls(dice, 1, 1)
    await database.save(Batch(calls=(row,)))
    await add(database, a_ticket(dice, 1, (row.id,)), Purpose.VOICEMAIL)
    async with database.transaction() as tx:
        assert not await tx.tickets.add(a_ticket(dice, 2, ("hl1-7.7", row.id)), purpose=Purpose.VOICEMAIL)
    assert list(await times(database)) == [(f"{1:016x}", row.id)]


@pytest.mark.postgres
@pytest.mark.parametrize("server", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_both_at_the_same_moment(database: Database) -> None:
    """The log writes a call while a ticket takes it up: neither waits for the other, and what is counted is right."""
    dice = random.Random(45)
    new, moved = some_calls(dice, 1, 2)
    await database.save(Batch(calls=(moved,)))
    moved = replace(moved, entered_at=moved.entered_at - timedelta(days=3), version=2)
    async with database.transaction() as log:
        await log.calls.save(Batch(calls=(new, moved)))
        await add(database, a_ticket(dice, 1, (new.id, moved.id)))
    await right(database, unknown=[new.id, moved.id])
    await same(database, dice)
    await database.save(Batch(calls=(new, moved)))  # the next that is told of them
    await right(database)
    # the other way round: the log waits until the ticket is written, and corrects what it says
    again = replace(moved, entered_at=moved.entered_at - timedelta(days=3), version=3)
    async with database.transaction() as tx:
        assert await tx.tickets.add(a_ticket(dice, 2, (moved.id,)))
        saving = asyncio.create_task(database.save(Batch(calls=(again,))))
        await asyncio.sleep(0.2)
        assert not saving.done()
    await saving
    await right(database)
    await same(database, dice)


#: the table of tickets as it was then
BEFORE = table("ticket", *(column(one.name, one.type) for one in ticket.c if one.name != "open_search"))


async def test_the_migration_tells_of_all_that_the_log_knows(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrate_to(empty, migration.REVISIONS[migration.REVISIONS.index("0040") - 1], monkeypatch)
    dice = random.Random(46)
    rows = some_calls(dice, 1, 20)
    async with Database(empty) as database:
        async with database.transaction() as tx:
            connection = tx.calls._connection
            await connection.execute(call.insert(), [picker(CallRow)(row) for row in rows])
            for number, one in enumerate([*(row.id for row in rows[:15]), "hl1-0.0"]):
                made = a_ticket(dice, number, (one,)).after
                await connection.execute(BEFORE.insert(), {one.name: ticket_values(made)[one.name] for one in BEFORE.c})
                link = {"ticket": made.id, "call": one}
                sql = "INSERT INTO ticket_call (ticket_id, call_id, purpose, place) VALUES (:ticket, :call, 'talk', 0)"
                await connection.execute(text(sql), link)
        await migrate(empty)
        await right(database, unknown=["hl1-0.0"])
        assert len(await times(database)) == 16
