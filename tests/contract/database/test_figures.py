"""Every figure is the length of the list behind it: over everything that calls and tickets can be, and filters by lot."""

import math
import random
from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hotline1022.core.clock import day_begins
from hotline1022.core.errors import Invalid
from hotline1022.core.ids import PersonId
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.db.types import StateChange
from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.figures.formulas import LEVELS
from hotline1022.figures.types import CallPart, ChartName, Figure, Group, Rows, Unit, permille
from hotline1022.queue.types import Person, Shift
from hotline1022.service.figures import sheets as figures_sheets
from hotline1022.service.figures.view import FiguresView, say
from hotline1022.service.tickets.view import ticket_filter
from hotline1022.service.views import call_filter
from hotline1022.tickets.types import NONE, Channel, Standing, State, TicketFilter
from hotline1022.web import calls, tickets
from hotline1022.web.figures import query_text, spanned
from hotline1022.web.figures_wire import LEVELS as ON_THE_WIRE
from hotline1022.web.figures_wire import CallFiguresQuery, TicketFiguresQuery
from hotline1022.web.rules import dump, parse
from hotline1022.web.tickets_wire import TicketQuery
from hotline1022.web.types import CallFilter
from hotline1022.web.wire import CallQuery
from tests.contract.database.made import HASH, a_call, answered, of_calls
from tests.lab.figures_world import AGENCIES, AREAS, CATEGORIES, NOW, SERVICES, WORDS, Made, a_moment, fill
from tests.lab.xlsx import seen as cells_of

CALLS, TICKETS, FILTERS = 260, 130, 24


class FakeAsk:
    """Somebody who may see all."""

    ports = SimpleNamespace(clock=lambda: NOW)
    asker = SimpleNamespace(demand=lambda permission: None, may=lambda permission: True, officer=False)


ASK: Any = FakeAsk()


@pytest.fixture
async def made(database: Database) -> Made:
    return await fill(database, random.Random(1022), calls=CALLS, tickets=TICKETS)


@pytest.fixture
def view(database: Database) -> FiguresView:
    return FiguresView(database, lambda: Directory(), dict)


def some(dice: random.Random, choices: dict[str, Any], cls: Any) -> Any:
    """A query with a few of these by lot, as it comes in from outside."""
    names = dice.sample(sorted(choices), dice.choice((0, 1, 1, 2, 3)))
    given = {name: str(dump(choices[name](dice))) for name in names}
    if "from_time" in given or "to_time" in given:
        given |= {"from_time": f"{choices['from_time'](dice):%H:%M}", "to_time": f"{choices['to_time'](dice):%H:%M}"}
    if "since" in given and "until" in given and given["since"] >= given["until"]:
        given["since"], given["until"] = given["until"], given["since"]
    return spanned(parse(cls, given, texts=True), NOW)


def one_of(of: Any) -> Any:
    return lambda dice: dice.choice(list(of))


TIMES = {"since": a_moment, "until": a_moment}
OF_CALLS: dict[str, Any] = TIMES | {
    "result": one_of(Result),
    "reason": one_of(Reason),
    "state": one_of(CallState),
    "category": one_of((NONE, *CATEGORIES[1:])),
    "agency": one_of((NONE, *AGENCIES[1:])),
    "service": one_of((NONE, *SERVICES[1:])),
    "words": one_of((*WORDS, "MAT NUOC", "%", "nuoc ga")),
    "ticket_state": one_of(State),
    "line": one_of(("101", "102", "103")),
    "person": one_of(("1001", "1002")),
    "from_time": lambda dice: time(dice.randrange(24), dice.choice((0, 17))),
    "to_time": lambda dice: time(dice.randrange(24), dice.choice((0, 45))),
    "within": one_of((1, 20, 60)),
    "short": one_of((0, 5, 10)),
}
OF_TICKETS: dict[str, Any] = TIMES | {
    "state": one_of(State),
    "category": one_of((NONE, *CATEGORIES[1:4])),
    "agency": one_of((NONE, *AGENCIES[1:])),
    "service": one_of((NONE, *SERVICES[1:])),
    "area": one_of((NONE, *AREAS[1:])),
    "channel": one_of(Channel),
    "words": one_of((*WORDS, "MAT NUOC", "%", "nuoc ga")),
}


async def length(database: Database, rows: Rows, **more: str) -> int:
    """How many rows the list has, asked for as a browser does."""
    async with database.reading() as tx:
        if rows.path == "/api/calls":
            of_calls: CallQuery = parse(CallQuery, {**rows.query, **more}, texts=True)
            asked = replace(call_filter(calls.listed(ASK, of_calls)), limit=CALLS + 1)
            found = len((await tx.calls.list(asked)).calls)
            assert found == await tx.figures.count_calls(asked)
            return found
        assert rows.path == "/api/tickets"
        of_tickets: TicketQuery = parse(TicketQuery, {**rows.query, **more}, texts=True)
        wanted = replace(ticket_filter(tickets.listed(ASK, of_tickets)), limit=TICKETS + 1)
        found = len(await tx.tickets.list(wanted))
        assert found == await tx.figures.count_tickets(wanted)
        return found


async def held(database: Database, figures: tuple[Figure, ...], groups: tuple[Group, ...], dice: random.Random) -> int:
    """Every figure and bucket against its list; how many were not nought."""
    seen = 0
    total = figures[0].value or 0
    for one in figures:
        found = await length(database, one.rows)
        if one.unit in (Unit.CALLS, Unit.TICKETS):
            assert one.value == found, one
            seen += found > 0
        elif one.id == "longest-wait":
            # nobody knows yet how long who waits still will have waited
            assert found if one.value is not None else await length(database, one.rows, waited="0") == 0, one
    for group in groups:
        if group.id != "shift":  # shifts may overlap
            assert sum(bucket.count for bucket in group.buckets) == total, group.id
        for bucket in group.buckets:
            assert bucket.count == await length(database, bucket.rows), (group.id, bucket)
            for part in dice.sample(sorted(bucket.parts), min(2, len(bucket.parts))):
                found = await length(database, bucket.rows, **{group.part: part})
                assert bucket.parts[part] == found, (group.id, part, bucket)
                seen += found > 0
    return seen


async def test_every_figure_of_calls_is_the_length_of_its_list(
    database: Database, made: Made, view: FiguresView
) -> None:
    dice, seen = random.Random(7), 0
    for number in range(FILTERS):
        query: CallFiguresQuery = (
            some(dice, OF_CALLS, CallFiguresQuery)
            if number
            else CallFiguresQuery(since=NOW - timedelta(days=20), until=NOW + timedelta(days=2))
        )
        found = await view.calls(calls.narrowed(ASK, query), query_text(query), level=dice.choice(ON_THE_WIRE))
        seen += await held(database, found.figures, found.groups, dice)
    assert seen > 150


async def test_every_figure_of_tickets_is_the_length_of_its_list(
    database: Database, made: Made, view: FiguresView
) -> None:
    dice, seen = random.Random(8), 0
    for number in range(FILTERS):
        query: TicketFiguresQuery = (
            some(dice, OF_TICKETS, TicketFiguresQuery)
            if number
            else TicketFiguresQuery(since=NOW - timedelta(days=20), until=NOW + timedelta(days=2))
        )
        at = {"at": str(dump(NOW))}
        found = await view.tickets(tickets.narrowed(ASK, query), query_text(query) | at, at=NOW)
        seen += await held(database, found.figures, found.groups, dice)
    assert seen > 150


@pytest.mark.parametrize("name", ChartName)
async def test_the_slices_of_a_chart_add_up_and_have_their_lists(
    database: Database, made: Made, view: FiguresView, name: ChartName
) -> None:
    chart = await view.chart(name, NOW.date(), NOW)
    assert chart.total == sum(one.count for one in chart.slices) == await length(database, chart.rows)
    assert chart.total > 0
    for one in chart.slices:
        assert one.count == await length(database, one.rows), one


async def test_open_tickets_whenever_they_were_made(database: Database, made: Made, view: FiguresView) -> None:
    found = await view.open_tickets(NOW)
    assert [one.id for one in found] == ["open", "overdue"]
    for one in found:
        assert one.value == await length(database, one.rows) and one.value


async def test_what_came_in_since_is_in_neither_the_open_tickets_nor_their_list(
    database: Database, made: Made, view: FiguresView
) -> None:
    at = NOW - timedelta(days=5)
    before = sum(one.begun_at is not None and one.closed_at is None and one.created_at < at for one in made.tickets)
    found = await view.open_tickets(at)
    assert found[0].value == await length(database, found[0].rows) == before > 0
    assert before < ((await view.open_tickets(NOW + timedelta(days=2)))[0].value or 0)


async def test_the_list_of_the_level_that_counts_both_is_its_numerator(
    database: Database, made: Made, view: FiguresView
) -> None:
    whole = CallFilter(since=NOW - timedelta(days=20), until=NOW + timedelta(days=2))
    query = query_text(CallFiguresQuery(since=whole.since, until=whole.until))
    found = await view.calls(whole, query, level="sl-both")
    n = {one.id: one for one in found.figures}
    of, both = (n["answered"].value or 0) + (n["given-up"].value or 0), await length(database, n["sl-both"].rows)
    assert both == (n["answered-soon"].value or 0) + (n["given-up-soon"].value or 0) > (n["answered-soon"].value or 0)
    assert n["sl-both"].value == permille(both, of)


async def test_who_speaks_a_message_waits_no_more_and_who_waits_has_no_longest_wait(
    database: Database, view: FiguresView
) -> None:
    day = CallFilter(since=NOW - timedelta(hours=1), until=NOW + timedelta(hours=1))
    entered = {"entered_at": NOW}
    await database.save(of_calls(a_call("hl1-1.1", 0, state=CallState.WAITING, **entered)))
    first = {one.id: one for one in (await view.calls(day, {}, level=ON_THE_WIRE[0])).figures}
    assert (first["offered"].value, first["waiting"].value) == (1, 1)
    assert first["longest-wait"].value is None, "nobody knows yet how long"
    timed_out = a_call("hl1-1.2", 0, state=CallState.VOICEMAIL, wait_ms=300_000, **entered)
    await database.save(of_calls(timed_out))
    found = {one.id: one for one in (await view.calls(day, {}, level=ON_THE_WIRE[0])).figures}
    assert (found["waiting"].value, found["left"].value, found["longest-wait"].value) == (1, 1, 300_000)


async def test_wrap_up_is_of_calls_of_the_queue_and_ends_within_an_hour(database: Database) -> None:
    hour = 3600
    states = [(0, "wrap-up", True), (30, "ready", True), (40, "talking", False), (50, "wrap-up", False)]
    states += [(60, "ready", True), (100, "wrap-up", True), (101 + hour, "ringing", True)]
    states += [(2 * hour, "wrap-up", True), (3 * hour, "ready", True)]
    async with database.transaction() as tx:
        await tx.agents.add_person(Person(id=PersonId("1001"), name="Lan", pin_hash=HASH, active=True))
        for second, state, counted in states:
            at = NOW + timedelta(seconds=second)
            change = StateChange(person="1001", line="101", state=state, reason="", at=at, counted=counted)
            await tx.agents.note_state(change)
    async with database.reading() as tx:
        found = await tx.figures.wrap_up_ms(NOW, NOW + timedelta(hours=5))
        assert found == (30 + hour) * 1000, "not after a call of ours, and not over a hole in the history"


async def test_a_shift_that_has_ended_is_in_no_later_day(database: Database, view: FiguresView) -> None:
    async with database.transaction() as tx:
        six, seven = time(6), time(7)
        await tx.shifts.save_shifts(
            [
                Shift(id="old", name="Ca sáng", starts=six, ends=time(14), needed=3),
                Shift(id="new", name="Ca 1", starts=seven, ends=time(15), needed=3),
            ]
        )
        await tx.shifts.end_shift("old", date(2026, 11, 26))

    async def shifts(day: int, until: int) -> list[str]:
        since, end = (day_begins(date(2026, 11, one)) for one in (day, until))
        found = await view.calls(CallFilter(since=since, until=end), {}, level=ON_THE_WIRE[0])
        return [one.key for group in found.groups if group.id == "shift" for one in group.buckets]

    assert await shifts(26, 27) == ["new"]
    assert await shifts(25, 26) == await shifts(25, 27) == ["old", "new"]


async def test_offered_is_answered_given_up_left_and_waiting(database: Database, made: Made, view: FiguresView) -> None:
    whole = CallFilter(since=NOW - timedelta(days=20), until=NOW + timedelta(days=2))
    found = await view.calls(whole, {}, level=ON_THE_WIRE[0])
    n = {one.id: one.value or 0 for one in found.figures}
    assert n["offered"] == n["answered"] + n["given-up"] + n["left"] + n["waiting"]
    assert all(n[part] for part in CallPart)
    assert n["calls"] == CALLS and n["going-on"] == sum(one.state is not CallState.ENDED for one in made.calls)


async def test_standing_is_the_same_in_the_database_and_in_the_value(database: Database, made: Made) -> None:
    seen = [one for one in made.tickets if one.begun_at is not None]
    told = Counter(one.standing(NOW) for one in seen)
    for standing in (Standing.OVERDUE, Standing.OPEN_IN_TIME, Standing.CLOSED_IN_TIME, Standing.CLOSED_LATE):
        async with database.reading() as tx:
            found = await tx.tickets.list(TicketFilter(standing=standing, standing_at=NOW, limit=TICKETS))
        assert {one.id for one in found} == {one.id for one in seen if one.standing(NOW) is standing}
        assert told[standing] == len(found) > 0


async def test_times_are_those_of_the_rows(database: Database, made: Made, view: FiguresView) -> None:
    whole = CallFilter(since=NOW - timedelta(days=15), until=NOW + timedelta(days=2))
    query = query_text(CallFiguresQuery(since=whole.since, until=whole.until))
    found = await view.calls(whole, query, level=ON_THE_WIRE[0])
    figures = {one.id: one for one in found.figures}
    async with database.reading() as tx:
        wanted = parse(CallQuery, dict(figures["asa"].rows.query), texts=True)
        page = await tx.calls.list(replace(call_filter(calls.listed(ASK, wanted)), limit=CALLS))
        every = parse(CallQuery, dict(figures["longest-wait"].rows.query), texts=True)
        longest = await tx.calls.list(replace(call_filter(calls.listed(ASK, every)), limit=CALLS))
    waits = [one.call.wait_ms or 0 for one in page.calls]
    talks = [one.call.talk_ms for one in page.calls]
    assert figures["asa"].value == (2 * sum(waits) + len(waits)) // (2 * len(waits))
    assert figures["att"].value == (2 * sum(talks) + len(talks)) // (2 * len(talks))
    assert {one.call.wait_ms for one in longest.calls} == {figures["longest-wait"].value}
    # 30 s and 20 s of wrap-up; the third has not ended
    assert figures["acw"].value == (2 * 50_000 + len(talks)) // (2 * len(talks))
    assert figures["aht"].value == (2 * (50_000 + sum(talks)) + len(talks)) // (2 * len(talks))
    of_some = await view.calls(
        CallFilter(since=whole.since, until=whole.until, line="101"), query | {"line": "101"}, level=ON_THE_WIRE[0]
    )
    assert not {"acw", "aht"} & {one.id for one in of_some.figures}, "wrap-up is of people, not of those calls"


async def test_days_and_hours_are_those_of_the_province(database: Database, view: FiguresView) -> None:
    """23:59:59.999999 and midnight in the province: 16:59 and 17:00 UTC."""
    midnight = datetime(2026, 11, 25, 17, tzinfo=UTC)
    early = answered("hl1-1.1", 0, entered_at=midnight - timedelta(microseconds=1), wait_ms=1)
    late = answered("hl1-1.2", 0, entered_at=midnight, wait_ms=1)
    await database.save(of_calls(early, late))
    async with database.reading() as tx:
        days = await tx.figures.calls_by_day(call_filter(CallFilter()))
    assert {day.isoformat(): count for day, count in days.items()} == {"2026-11-25": 1, "2026-11-26": 1}
    chart = await view.chart(ChartName.CALLS_TODAY, NOW.date(), NOW)
    assert (chart.day.isoformat(), chart.total) == ("2026-11-26", 1)
    found = await view.calls(CallFilter(since=midnight - timedelta(days=1), until=NOW), {}, level=ON_THE_WIRE[0])
    hours = next(one for one in found.groups if one.id == "hour")
    assert {one.key for one in hours.buckets if one.count} == {"00", "23"}


def test_the_words_of_levels_on_the_wire_are_those_of_the_formulas() -> None:
    assert tuple(one.id for one in LEVELS) == ON_THE_WIRE
    assert {one.name for one in fields(CallFiguresQuery)} - {"level"} == set(OF_CALLS)
    assert {one.name for one in fields(TicketFiguresQuery)} == set(OF_TICKETS)


@pytest.mark.parametrize("numbers", [True, False])
async def test_a_file_has_every_row_of_the_list_and_numbers_for_those_who_may(
    database: Database, made: Made, view: FiguresView, monkeypatch: pytest.MonkeyPatch, numbers: bool
) -> None:
    monkeypatch.setattr(figures_sheets, "_PAGE", 37)
    whole = CallFilter(since=NOW - timedelta(days=20), until=NOW + timedelta(days=2))
    sheet = await view.call_sheet(whole, numbers=numbers, at=NOW)
    head, *rows = cells_of(sheet.content)
    assert sheet.rows == len(rows) == CALLS and sheet.name == "1022-cuoc-goi-20261126-0900.xlsx"
    assert len({row[0] for row in rows}) == CALLS, "each call once"
    found = {row[head.index("Số điện thoại")] for row in rows}
    assert ({one.caller_raw for one in made.calls} == found) is numbers and all(found)
    assert all(("****" in one) is not numbers for one in found)
    waits = {row[head.index("Mã cuộc gọi")]: row[head.index("Chờ (giây)")] for row in rows}
    for one in made.calls:
        assert waits[one.id] == (None if one.wait_ms is None else math.ceil(one.wait_ms / 1000)), (
            "20 is 20,000 ms at most"
        )
    tickets_sheet = await view.ticket_sheet(TicketFilter(words="mat nuoc"), numbers=numbers, at=NOW)
    head, *rows = cells_of(tickets_sheet.content)
    listed = [one for one in made.tickets if one.begun_at is not None and "mất nước" in one.content]
    assert tickets_sheet.rows == len(rows) == len(listed) > 10
    assert {row[head.index("Nội dung")] for row in rows} == {one.content for one in listed}
    assert {row[head.index("Tình trạng hạn")] for row in rows} == {say("standing", one.standing(NOW)) for one in listed}


async def test_a_file_of_too_many_rows_is_refused_before_it_is_begun(
    database: Database, made: Made, view: FiguresView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures_sheets, "MOST", CALLS - 1)
    with pytest.raises(Invalid) as caught:
        await view.call_sheet(CallFilter(), numbers=False, at=NOW)
    assert caught.value.error_id == "export-large" and str(CALLS) in str(caught.value)
