"""scripts/seed: what it makes fits together as if the product had made it, is the same each time, and goes into no database of
somebody's.
"""

import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from hotline1022.core.call import fold
from hotline1022.core.clock import local
from hotline1022.core.errors import Refused
from hotline1022.core.outcomes import Reason, Result
from hotline1022.db.rows import call_row, cascade_rows, event_of, leg_rows, step_rows
from hotline1022.db.types import CallFilter
from hotline1022.db.unit import Database
from hotline1022.directory.edit import put
from hotline1022.directory.load import read, shipped_text
from hotline1022.directory.numbers import Numbers
from hotline1022.directory.types import Directory
from hotline1022.figures.types import CallNarrow, CallPart
from hotline1022.tickets.code import is_code
from hotline1022.tickets.policy import load_policy
from hotline1022.tickets.states import TABLE
from hotline1022.tickets.types import Channel, TicketFilter
from tests.contract.database.made import a_call, of_calls
from tests.lab.seed.floor import Floor
from tests.lab.seed.main import emptied, make, seeded, wanted_of
from tests.lab.seed.portions import COLUMNS, History, Wanted
from tests.lab.seed.rhythm import moments, per_day
from tests.lab.seed.tickets import code_of

UNTIL = datetime(2026, 11, 27, 11, tzinfo=UTC)
WANTED = Wanted(calls=420, tickets=90, days=4, until=UNTIL)
NUMBERS = Numbers(area_code="274")


async def test_it_fits_together(empty: str) -> None:
    await make(empty, WANTED, NUMBERS, load_policy())
    async with Database(empty) as database, database.reading() as tx:
        listed = (await tx.calls.list(CallFilter(limit=1000))).calls
        tickets = await tx.tickets.list(TicketFilter(limit=1000))
        assert (len(listed), len(tickets)) == (WANTED.calls, WANTED.tickets)
        calls = {one.call.id: one.call for one in listed}
        talks: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        for one in await tx.calls.load(list(calls)):
            folded = fold(event_of(event) for event in one.events)
            assert folded is not None and folded.complete
            e164 = one.call.caller_e164
            assert call_row(folded, version=one.call.version, backfilled=False, caller_e164=e164) == one.call
            detail = await tx.calls.get(one.call.id)
            assert {leg.channel: leg for leg in leg_rows(folded)} == {leg.channel: leg for leg in detail.legs}
            kept = await tx.cascades.of_call(one.call.id)
            assert [hunt.row for hunt in kept] == list(cascade_rows(folded))
            assert [step for hunt in kept for step in hunt.steps] == list(step_rows(folded))
            for hunt in kept:
                ticket = await tx.tickets.get(hunt.row.ticket)
                assert (ticket.code, ticket.calls, ticket.channel) == (hunt.row.code, (one.call.id,), Channel.CASCADE)
                assert hunt.settled_at is not None
            for leg in detail.legs:
                if leg.line:
                    assert leg.answered_at and leg.ended_at
                    talks[leg.line].append((leg.answered_at, leg.ended_at))
            assert one.call.ended_at is None or one.call.ended_at <= UNTIL
        for spans in talks.values():
            spans.sort()
            assert all(a[1] <= b[0] for a, b in pairwise(spans)), "a line has one call at a time"
        for ticket in tickets:
            assert is_code(ticket.code) and all(call in calls for call in ticket.calls)
            rows = await tx.tickets.history(ticket.id)
            assert [row.number for row in rows] == list(range(1, ticket.version + 1))
            assert rows[-1].after is ticket.state and rows[-1].at <= UNTIL
            assert all(TABLE[row.before, row.action] is row.after for row in rows[1:] if row.before)
        states, channels = Counter(one.state for one in tickets), {one.channel for one in tickets}
        assert len(states) >= 3 and {Channel.PHONE, Channel.CASCADE} < channels, states
        reasons = Counter(one.reason for one in calls.values())
        assert reasons[Reason.AGENT_ANSWERED] > WANTED.calls / 3 and reasons[Reason.IN_QUEUE] > 0, reasons
        waiting = await tx.figures.count_calls(CallFilter(narrow=CallNarrow(part=CallPart.WAITING)))
        assert waiting == 0 and await tx.calls.abandoned()
        answered = [one for one in calls.values() if one.answered_at and one.result is not Result.REFUSED]
        found = [await tx.catalogue.find(one.id) for one in answered]
        assert all(found), "every answered call is in the catalogue"
        head = await tx.audit.head()
        assert head.seq >= len(answered) + WANTED.tickets / 2
        assert len(await tx.agents.people()) == 10 and len(await tx.shifts.shifts()) == 3
        assert await tx.figures.wrap_up_ms(UNTIL - timedelta(days=5), UNTIL) > 0


async def test_it_goes_into_no_database_that_has_anything_of_its_own(empty: str) -> None:
    assert await seeded(empty) is None
    await make(empty, Wanted(calls=20, tickets=2, days=1, until=UNTIL), NUMBERS, load_policy(), catalogue=False)
    assert await seeded(empty) is True
    await emptied(empty)
    assert await seeded(empty) is None
    await make(empty, Wanted(calls=30, tickets=2, days=1, until=UNTIL), NUMBERS, load_policy(), catalogue=False)
    async with Database(empty) as database, database.reading() as tx:
        assert len((await tx.calls.list(CallFilter(limit=100))).calls) == 30


async def test_a_database_of_somebody_is_told_from_one_that_was_made(database: Database, address: str) -> None:
    assert await seeded(address) is None, "the tables alone are nothing"
    await database.save(of_calls(a_call()))
    assert await seeded(address) is False


def rows(wanted: Wanted) -> list[object]:
    directory = put(Directory(), read(shipped_text(), NUMBERS))
    return [
        list(one.rows[table]) for one in History(wanted, directory, load_policy()).portions(100) for table in COLUMNS
    ]


def test_the_same_seed_makes_the_same_and_another_makes_another() -> None:
    small = Wanted(calls=120, tickets=30, days=3, until=UNTIL, seed=7)
    assert rows(small) == rows(small)
    assert rows(small) != rows(Wanted(calls=120, tickets=30, days=3, until=UNTIL, seed=8))


def test_days_add_up_and_holidays_and_nights_are_quieter() -> None:
    days = per_day(36_500, 365, UNTIL)
    by_day = dict(days)
    assert sum(by_day.values()) == 36_500 and len(days) == 365
    working, sunday, national = (by_day[datetime(2026, *day).date()] for day in ((11, 25), (11, 22), (9, 2)))
    assert national < sunday < working
    hours = Counter(local(at).hour for at in moments(random.Random(1), days[-2][0], 2000, UNTIL))
    assert hours[9] > 5 * hours[2] > 0
    assert all(at < UNTIL for at in moments(random.Random(1), days[-1][0], 200, UNTIL))


def test_a_shift_that_has_begun_goes_on_though_somebody_joins_late() -> None:
    floor, six = Floor(random.Random(1)), datetime(2026, 11, 24, 23, tzinfo=UTC)
    for seconds in (-60, 5, -1, 7):
        floor.reach(six + timedelta(seconds=seconds), timedelta(minutes=3))
    ids = [one.id for one in floor.sessions]
    assert len(ids) == len(set(ids)) == 4, "one at night, three in the morning"


def test_no_two_of_a_million_tickets_have_the_same_code() -> None:
    assert len({code_of(number) for number in range(0, 7_000_000, 7)}) == 1_000_000


def test_what_the_options_ask_for() -> None:
    day = wanted_of(None, None, None, UNTIL, 1, day=True)
    assert (day.calls, day.tickets, day.days) == (1200, 300, 30)
    many = wanted_of(1_000_000, 200_000, None, UNTIL, 1, day=False)
    assert many.fact_days == 30 and 5 * 365 < many.days < 7 * 365
    with pytest.raises(Refused) as caught:
        wanted_of(100, 60, None, UNTIL, 1, day=False)
    assert caught.value.error_id == "seed-sizes"
