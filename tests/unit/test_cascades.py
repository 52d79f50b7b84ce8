"""Before a hunt its plan and its ticket, after it what becomes of the ticket."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from hotline1022.core.clock import local_day
from hotline1022.core.errors import Unavailable
from hotline1022.directory.edit import end, put
from hotline1022.directory.types import What
from hotline1022.service.cascades import hunts as cascades
from hotline1022.service.tickets.link_desk import LinkDesk
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, State, Ticket, Urgency
from tests.unit.cascade_house import CALL, FREE, LINKS, NOW, TAKEN, TALKING, House, house, hunting
from tests.unit.hunts_made import BACK, CITIZEN, LEFT, NOBODY, PASSED_BACK, PLAN, reserved

__all__ = ["house"]


# ---------------------------------------------------------------- before


async def test_a_code_is_answered_with_whom_to_call_and_a_ticket(house: House) -> None:
    await house.stored(TALKING)
    said = (await house.cascades.ask(["709", "construction", "101"], CALL)).split("~")
    ticket = await house.ticket()
    assert said == ["OK", "so-xay-dung", "construction", ticket.id, ticket.code, "about-construction", PLAN]
    assert (ticket.state, ticket.phone, ticket.agency_name) == (State.RESERVED, "+84901234567", "Sở Xây dựng")
    assert (await house.cascades.ask(["709", "construction", "101"], CALL)).split("~") == said, "asked again, the same"


@pytest.mark.parametrize("wanted", ["799", "7x9", ""])
async def test_a_code_that_nobody_has_is_said_so(house: House, wanted: str) -> None:
    assert await house.cascades.ask([wanted, "construction", "101"], CALL) == "NO~"
    assert await house.cascades.ask([], CALL) == "NO~"


async def test_a_category_that_nobody_knows_stops_nothing(house: House) -> None:
    said = (await house.cascades.ask(["709", "unheard-of", "101"], CALL)).split("~")
    assert (said[0], said[2], said[5]) == ("OK", "", "about")


async def test_a_category_that_only_the_directory_has_is_announced_by_its_own_name(house: House) -> None:
    new = replace(house.directory.now.categories["construction"], id="cap-dien", name="Cấp điện")
    await house.directory.change(lambda found: put(found, [new]), "lan")
    said = (await house.cascades.ask(["709", "cap-dien", "101"], CALL)).split("~")
    assert (said[2], said[5]) == ("cap-dien", "about"), "its sound is not there yet"
    await house.sounds.look()
    said = (await house.cascades.ask(["709", "cap-dien", "101"], CALL)).split("~")
    assert (said[2], said[5]) == ("cap-dien", "about-cap-dien")


async def test_outside_hours_each_step_says_so_and_urgent_ones_ring(house: House) -> None:
    house.now = datetime.fromisoformat("2026-11-24T03:00:00+07:00")
    at_night = (await house.cascades.ask(["709", "construction", "101"], CALL)).split("~")[6]
    assert [step.rpartition(":")[2] for step in at_night.split("&")] == ["outside-hours"] * 4
    urgent = (await house.cascades.ask(["709", "public-order", "101"], CALL)).split("~")[6]
    assert urgent == PLAN


async def test_with_the_database_away_the_hunt_starts_without_a_ticket(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*args: object, **more: object) -> Ticket:
        raise Unavailable("the database is away")

    async def hangs(*args: object, **more: object) -> Ticket:
        return await asyncio.Future[Ticket]()

    monkeypatch.setattr(cascades, "RESERVE_SECONDS", 0.05)
    for reserve in (away, hangs):
        with monkeypatch.context() as broken:
            broken.setattr(house.tickets, "reserve", reserve)
            said = await house.cascades.ask(["709", "construction", "101"], CALL)
        assert said == f"OK~so-xay-dung~construction~~~about-construction~{PLAN}"
    await house.stored(TALKING, FREE, hunting(None), NOBODY, "60.0 c HANGUP 16\n")
    assert await house.cascades.settle()
    made = await house.ticket()
    assert (made.state, made.agency, made.phone, made.calls) == (State.NEW, "so-xay-dung", "+84901234567", (CALL,))
    assert len(await house.messages()) == 5, "specialist and leader by SMS and email, the citizen by SMS"
    assert await house.cascades.settle() and await house.ticket() == made


# ---------------------------------------------------------------- after


@pytest.mark.parametrize(
    ("end", "state", "owner", "messages"),
    [
        (TAKEN + LEFT, State.ACCEPTED, "so-xay-dung-cv", 3),
        (TAKEN + "30.0 c HANGUP 16\n", State.ACCEPTED, "so-xay-dung-cv", 3),
        (NOBODY, State.NEW, "", 5),
        ("12.0 c HANGUP 16\n", State.NEW, "", 5),
        (TAKEN + PASSED_BACK, State.NEW, "", 5),
        (BACK, State.DROPPED, "", 0),
    ],
)
async def test_what_becomes_of_the_ticket(house: House, end: str, state: State, owner: str, messages: int) -> None:
    ticket = await reserved(house)
    await house.stored(TALKING, FREE, hunting(ticket), end)
    assert await house.cascades.settle()
    after = await house.ticket()
    assert (after.id, after.state, after.owner) == (ticket.id, state, owner)
    assert after.content == "Vỉa hè hỏng"
    assert after.owner_name == ("Chuyên viên mẫu Sở XD" if owner else "")
    assert len(await house.messages()) == messages
    kept = await house.kept()
    assert kept.settled_at == NOW
    begun = (await house.kept()).row.ended_at
    assert state is State.DROPPED or after.begun_at == begun, "its deadlines run from the hunt's end"


TO_LEADER = """40.0 s HL_PASS call=%c|try=1|to=leader
48.5 s HANGUP 16
50.1 c HL_TRY hunt=1|try=2|role=leader|contact=so-xay-dung-ld|which=office|number=02740000020
50.2 l HL_LEG call=%c|kind=contact|party=02740000020
"""
LEADER_TOOK = """52.0 l ANSWER
53.0 l HL_CONFIRM call=%c|try=2|key=1
53.1 l HL_TAKEN call=%c|try=2
"""


@pytest.mark.parametrize(
    ("talk", "owner"),
    [
        (TAKEN + LEFT, "so-xay-dung-cv"),
        (
            TAKEN + TO_LEADER + LEADER_TOOK + "80.0 l HANGUP 16\n80.1 c HL_CASCADE_END outcome=connected\n",
            "so-xay-dung-ld",
        ),
    ],
)
async def test_whoever_had_the_citizen_last_gets_code_and_link_once_after_the_talk(
    house: House, talk: str, owner: str
) -> None:
    ticket = await reserved(house)
    await house.stored(TALKING, FREE, hunting(ticket), talk.rpartition("HL_CASCADE_END")[0].rpartition("\n")[0] + "\n")
    assert await house.cascades.settle() and await house.messages() == [], "they talk"
    await house.stored(TALKING, FREE, hunting(ticket), talk)
    for _ in range(2):
        assert await house.cascades.settle()
    messages = {(one.contact, one.template): one for one in await house.messages()}
    assert set(messages) == {("", "citizen.made.sms"), (owner, "owner.taken.sms"), (owner, "owner.taken.email")}
    assert all(ticket.code in one.text for one in messages.values())
    mail = messages[owner, "owner.taken.email"].text
    token = mail.partition("https://1022.example/p/")[2].split()[0]
    opened = await LinkDesk(house.database, LINKS, house.directory.read, house.tickets).open(token, NOW)
    assert opened is not None and opened.own is not None and opened.contact.id == owner
    assert Action.ANSWER in opened.own.actions, "it is completed there with what was answered"


async def test_who_took_the_citizen_and_is_no_contact_point_any_more_is_told_nothing(house: House) -> None:
    ticket = await reserved(house)
    today = local_day(NOW)
    await house.directory.change(lambda found: end(found, What.CONTACT, "so-xay-dung-cv", today), "lan")
    await house.stored(TALKING, FREE, hunting(ticket), TAKEN + LEFT)
    assert await house.cascades.settle()
    assert [one.template for one in await house.messages()] == ["citizen.made.sms"]


async def test_a_hunt_that_goes_on_is_left_alone(house: House) -> None:
    ticket = await reserved(house)
    await house.stored(TALKING, FREE, hunting(ticket))
    assert await house.cascades.settle()
    assert await house.ticket() == ticket and (await house.kept()).settled_at is None


async def test_people_who_went_on_meanwhile_are_not_overruled(house: House) -> None:
    """The service was dead while the hunt ended: somebody has completed the ticket by then."""
    ticket = await reserved(house)
    await house.stored(TALKING, FREE, hunting(ticket), NOBODY)
    await house.cascades.settle()
    done = await house.tickets.act(ticket.id, Act(action=Action.COMPLETE, answer="Đã lấp."), by="lan", at=NOW)
    async with house.database.transaction() as tx:
        await tx._connection.exec_driver_sql("UPDATE cascade SET settled_at = NULL")
    assert await house.cascades.settle()
    assert await house.ticket() == done


async def test_a_second_hunt_of_the_call_uses_the_same_ticket(house: House) -> None:
    ticket = await reserved(house)
    first = [TALKING, FREE, hunting(ticket), BACK]
    await house.stored(*first)
    await house.cascades.settle()
    assert (await house.ticket()).state is State.DROPPED
    await house.cascades.planned(CITIZEN, "so-y-te", "construction")
    again = await house.ticket()
    assert (again.id, again.state, again.agency) == (ticket.id, State.RESERVED, "so-y-te")
    await house.stored(*first, hunting(again, "so-y-te", 2), "40.0 c HL_CASCADE_END outcome=nobody\n")
    await house.cascades.settle()
    assert (await house.ticket()).state is State.NEW
    assert {one.contact for one in await house.messages()} == {"", "so-y-te-cv", "so-y-te-ld"}


async def test_the_ticket_of_an_urgent_category_is_urgent(house: House) -> None:
    await house.stored(TALKING)
    await house.cascades.planned(CITIZEN, "cong-an-tinh", "public-order")
    assert (await house.ticket()).urgency is Urgency.URGENT


async def test_a_ticket_that_a_database_put_back_does_not_know_is_made_anew(house: House) -> None:
    lost = hunting(None).replace("ticket=|", "ticket=ffffffffffffffff|")
    assert "ticket=ffff" in lost
    await house.stored(TALKING, lost, TAKEN, LEFT)
    assert await house.cascades.settle()
    assert (await house.ticket()).state is State.ACCEPTED


async def test_another_agency_gets_a_ticket_of_its_own_once_the_first_one_is_open(house: House) -> None:
    first = await reserved(house)
    await house.stored(TALKING, FREE, hunting(first), NOBODY)
    await house.cascades.settle()
    second = (await house.cascades.planned(CITIZEN, "so-y-te", "construction", "Ngộ độc")).split("~")
    assert second[3] != first.id and second[4] != first.code
    again = (await house.cascades.planned(CITIZEN, "so-y-te", "construction")).split("~")
    assert again[3] == second[3], "asked again, the same"
    async with house.database.reading() as tx:
        made = await tx.tickets.get(second[3])
    assert (made.agency, made.content, made.state, made.calls) == ("so-y-te", "Ngộ độc", State.RESERVED, (CALL,))


async def test_taken_back_and_put_through_again_at_once_the_ticket_is_the_running_hunts(house: House) -> None:
    ticket = await reserved(house)
    await house.cascades.planned(CITIZEN, "so-y-te", "construction")
    again = await house.ticket()
    assert (again.id, again.agency) == (ticket.id, "so-y-te")
    await house.stored(TALKING, FREE, hunting(ticket), BACK, hunting(again, "so-y-te", 2))
    assert await house.cascades.settle()
    assert (await house.ticket()).state is State.RESERVED, "the hunt that goes on keeps it"
