"""What agents do with cascades by the API, and what they see: Asterisk is told where to go, or nothing at all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline1022.core.cascade import Outcome, State, StepOutcome
from hotline1022.core.errors import HotlineError
from hotline1022.tickets.types import State as TicketState
from hotline1022.web.cascade_wire import CascadeBody, CascadeQuery, StepView
from tests.scenario.tables import START
from tests.unit.cascade_house import CALL, FREE, TAKEN, TALKING, House, a_house, hunting

BODY = CascadeBody(call=CALL, agency="so-xay-dung", note="Vỉa hè hỏng")
BACK_AT_LINE = """16.0 a HL_LEG call=%c|kind=agent|party=101
17.0 a ANSWER
17.1 c BRIDGE_ENTER q
17.1 a BRIDGE_ENTER q
"""
ROOM = """15.0 s ANSWER
18.0 s HL_CONFIRM call=%c|try=1|key=1
18.1 s HL_ROOM call=%c|try=1
"""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as one:
        one.asterisk.living = ["c", "a", "s"]
        yield one


async def refused(house: House, *, error_id: str, body: CascadeBody | None = None, act: str = "begin") -> None:
    with pytest.raises(HotlineError) as caught:
        if act == "begin":
            await house.view.begin(body or BODY, by="lan")
        else:
            await getattr(house.view, act)(CALL, by="lan")
    assert caught.value.error_id == error_id
    assert not house.asterisk.done, "Asterisk is told nothing"


# ---------------------------------------------------------------- put through


async def test_the_citizen_is_put_through_and_the_agent_is_free(house: House) -> None:
    await house.stored(TALKING)
    begun = await house.view.begin(BODY, by="lan")
    ticket = await house.ticket()
    assert (begun.call, begun.agency, begun.category) == (CALL, "so-xay-dung", "construction")
    assert (begun.ticket, begun.code) == (ticket.id, ticket.code)
    assert (ticket.state, ticket.content) == (TicketState.RESERVED, "Vỉa hè hỏng")
    plan, line, agent, redirect = house.asterisk.done
    said = f"set PJSIP/c HL_ANSWER=OK~so-xay-dung~construction~{ticket.id}~{ticket.code}~about-construction~0274"
    assert plan.startswith(said)
    assert (line, agent) == ("set PJSIP/c HL_LINE=101", "set PJSIP/c HL_AGENT=")
    assert redirect == "redirect PJSIP/c hl1022-cascade,given,1"


async def test_an_agent_who_introduces_is_moved_with_the_citizen(house: House) -> None:
    await house.stored(TALKING)
    await house.view.begin(replace(BODY, introduce=True), by="lan")
    *_, agent, redirect = house.asterisk.done
    assert agent == "set PJSIP/c HL_AGENT=PJSIP/a"
    assert redirect == "redirect PJSIP/c hl1022-cascade,given,1 PJSIP/a hl1022-introducer"


@pytest.mark.parametrize(
    ("typed", "category", "agency"),
    [("traffic", "traffic", "so-giao-thong-van-tai"), ("", "construction", "so-xay-dung")],
    ids=["typed", "keyed"],
)
async def test_without_an_agency_the_category_decides(house: House, typed: str, category: str, agency: str) -> None:
    await house.stored(TALKING)
    begun = await house.view.begin(replace(BODY, agency="", category=typed), by="lan")
    assert (begun.agency, begun.category) == (agency, category)


async def test_asked_twice_before_the_log_knows_she_is_put_through_once(house: House) -> None:
    """A double click: an introduction goes on, and the log still has the citizen at the line."""
    await house.stored(TALKING)
    wanted = replace(BODY, introduce=True)
    both = await asyncio.gather(
        house.view.begin(wanted, by="lan"), house.view.begin(wanted, by="lan"), return_exceptions=True
    )
    (second,) = [one for one in both if isinstance(one, HotlineError)]
    assert second.error_id == "cascade-running"
    assert len([one for one in house.asterisk.done if one.startswith("redirect")]) == 1
    await house.stored(TALKING, FREE, hunting(None), "15.0 c HL_CASCADE_END outcome=taken-back\n", BACK_AT_LINE)
    await house.view.begin(wanted, by="lan")
    assert len([one for one in house.asterisk.done if one.startswith("redirect")]) == 2, "once it is over, the next may"


async def test_what_failed_may_be_tried_again_at_once(house: House) -> None:
    await house.stored(TALKING)
    house.asterisk.living = []
    with pytest.raises(HotlineError):
        await house.view.begin(BODY, by="lan")
    house.asterisk.living = ["c", "a"]
    assert (await house.view.begin(BODY, by="lan")).call == CALL


@pytest.mark.parametrize(
    ("table", "body", "error_id"),
    [
        ("", BODY, "call-unknown"),
        (TALKING + FREE + "20.0 c HANGUP 16\n", BODY, "call-unknown"),
        (TALKING + FREE, BODY, "call-not-talking"),
        (TALKING.partition("2.1 c")[0], BODY, "call-not-talking"),
        (TALKING + hunting(None), BODY, "cascade-running"),
        (TALKING, replace(BODY, category="unheard-of"), "category-unknown"),
        (TALKING, replace(BODY, agency="unheard-of"), "agency-unknown"),
    ],
)
async def test_what_cannot_be_put_through(house: House, table: str, body: CascadeBody, error_id: str) -> None:
    if table:
        await house.stored(table)
    await refused(house, body=body, error_id=error_id)


@pytest.mark.parametrize(("living", "introduce"), [(["a"], False), (["c"], True)])
async def test_a_telephone_that_was_hung_up_just_now(house: House, living: list[str], introduce: bool) -> None:
    await house.stored(TALKING)
    house.asterisk.living = living
    with pytest.raises(HotlineError) as caught:
        await house.view.begin(replace(BODY, introduce=introduce), by="lan")
    assert caught.value.error_id == "call-unknown"
    assert not [one for one in house.asterisk.done if one.startswith("redirect")]


# ---------------------------------------------------------------- take back, connect


@pytest.mark.parametrize("so_far", ["", "15.0 s ANSWER\n", ROOM])
async def test_the_citizen_is_taken_back_whatever_the_step_is_at(house: House, so_far: str) -> None:
    await house.stored(TALKING, FREE, hunting(None), so_far)
    await house.view.take_back(CALL, by="lan")
    assert house.asterisk.done == ["redirect PJSIP/c hl1022-back,taken,1"]


async def test_asked_twice_before_the_log_knows_she_is_taken_back_once(house: House) -> None:
    await house.stored(TALKING, FREE, hunting(None))
    living = house.asterisk.living
    house.asterisk.living = []
    await refused(house, act="take_back", error_id="call-unknown")
    house.asterisk.living = living
    await asyncio.gather(house.view.take_back(CALL, by="lan"), house.view.take_back(CALL, by="minh"))
    await house.view.take_back(CALL, by="lan")
    assert house.asterisk.done == ["redirect PJSIP/c hl1022-back,taken,1"]


async def test_the_next_hunt_can_be_taken_back_too(house: House) -> None:
    first = TALKING + FREE + hunting(None)
    await house.stored(first)
    await house.view.take_back(CALL, by="lan")
    await house.stored(first, "15.0 c HL_CASCADE_END outcome=taken-back\n", hunting(None, hunt=2))
    await house.view.take_back(CALL, by="lan")
    assert house.asterisk.done == ["redirect PJSIP/c hl1022-back,taken,1"] * 2


@pytest.mark.parametrize(
    ("tables", "act", "error_id"),
    [
        ((TALKING, FREE, hunting(None), TAKEN), "take_back", "citizen-taken"),
        ((TALKING,), "take_back", "cascade-none"),
        ((TALKING, FREE, hunting(None), "20.0 c HL_CASCADE_END outcome=nobody\n"), "take_back", "cascade-none"),
        ((TALKING, FREE, hunting(None), "20.0 c HANGUP 16\n"), "take_back", "call-unknown"),
        ((TALKING, hunting(None)), "connect", "nobody-introduced"),
        ((TALKING, FREE, "9.1 a HANGUP 16\n", hunting(None), ROOM), "connect", "nobody-introduced"),
        ((TALKING, FREE, hunting(None), TAKEN), "connect", "nobody-introduced"),
    ],
)
async def test_what_cannot_be_taken_back_or_connected(
    house: House, tables: tuple[str, ...], act: str, error_id: str
) -> None:
    await house.stored(*tables)
    await refused(house, act=act, error_id=error_id)


async def test_connecting_is_the_agents_leaving(house: House) -> None:
    call = await house.stored(TALKING, FREE, hunting(None), ROOM)
    await house.view.connect(CALL, by="lan")
    (agent,) = [leg for leg in call.legs.values() if leg.party == "101"]
    assert house.asterisk.done == [f"hangup {agent.channel}"]


# ---------------------------------------------------------------- to look at


async def test_the_list_names_people_and_filters(house: House) -> None:
    first = (hunting(None), "30.0 s HANGUP 19\n30.1 c HL_TRY_END try=1|status=NOANSWER|taken=\n")
    end = "30.2 c HL_CASCADE_END outcome=nobody\n"
    await house.stored(TALKING, FREE, *first, end, hunting(None, "so-y-te", 4))
    newest, oldest = await house.view.list(CascadeQuery())
    assert (newest.hunt, newest.agency, newest.state, newest.outcome) == (4, "so-y-te", State.HUNTING, None)
    assert (oldest.hunt, oldest.outcome, oldest.call) == (1, Outcome.NOBODY, CALL)
    (step,) = oldest.steps
    assert (step.name, step.outcome, step.cause) == ("Chuyên viên mẫu Sở XD", StepOutcome.NO_ANSWER, 19)
    assert {field.name for field in fields(StepView)} >= {"dialled", "started_at", "answered_at", "taken_at"}
    begun = oldest.started_at
    for query, hunts in (
        (CascadeQuery(agency="so-y-te"), [4]),
        (CascadeQuery(state=State.ENDED), [1]),
        (CascadeQuery(outcome=Outcome.NOBODY), [1]),
        (CascadeQuery(outcome=Outcome.LOST), []),
        (CascadeQuery(since=begun + timedelta(seconds=1)), [4]),
        (CascadeQuery(until=begun + timedelta(seconds=1)), [1]),
        (CascadeQuery(until=begun), []),
        (CascadeQuery(limit=1), [4]),
    ):
        assert [one.hunt for one in await house.view.list(query)] == hunts, query


async def test_a_contact_point_that_is_no_more_in_the_directory_has_no_name(house: House) -> None:
    await house.stored(TALKING, FREE, hunting(None, "unheard-of"))
    (one,) = await house.view.list(CascadeQuery())
    assert (one.steps[0].contact, one.steps[0].name) == ("unheard-of-cv", "")


async def test_how_agencies_pick_up(house: House) -> None:
    call = await house.stored(TALKING, FREE, hunting(None), TAKEN, "60.0 c HANGUP 16\n")
    (cascade,) = call.cascades
    assert cascade.started_at.timestamp() == START + 10
    since = cascade.started_at
    (one,) = await house.view.pick_ups(since, since + timedelta(seconds=1))
    assert (one.agency, one.cascades, one.taken, one.taken_after_ms) == ("so-xay-dung", 1, 1, 8200)
    assert await house.view.pick_ups(since - timedelta(hours=1), since) == []
