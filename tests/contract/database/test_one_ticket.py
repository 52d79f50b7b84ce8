"""What an agent writes down in a call and what a transfer of it keeps is one ticket, whichever came first, whatever died between."""

import asyncio
from pathlib import Path

import pytest

from hotline1022.core.drafts import Writing, began
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database
from hotline1022.service.tickets.agent_drafts import AgentDrafts
from hotline1022.tickets.ports import Act, Draft, Reporter
from hotline1022.tickets.types import Action, Channel, State, Ticket, TicketFilter, Urgency
from tests.contract.database.ticket_office import CALL, DROPPED, NOBODY, TAKEN, Office, office
from tests.unit.tickets_made import NOW, OFFICER, at

__all__ = ["office"]

LAN = "user:1"
BUILDING, POLICE = "so-xay-dung", "cong-an-tinh"


def form(**more: object) -> Draft:
    """As the page of an agent gives it."""
    given: dict[str, object] = {
        "channel": Channel.PHONE,
        "name": "Lê Thị Cúc",
        "phone": "0912345678",
        "content": "Mất nước hai ngày",
        "category": "construction",
        "calls": (CALL,),
    }
    return Draft(**given | more)  # type: ignore[arg-type]


async def reserve(office: Office, agency: str = BUILDING) -> Ticket:
    return await office.desk.reserve(CALL, agency, "construction", NOW, phone="0912345678")


async def write(office: Office, draft: Draft | None = None, answer: str = "") -> Ticket:
    drafts = AgentDrafts(office.database, office.desk)
    return await drafts.ticket(LAN, CALL, 0, draft or form(), answer=answer, by="lan", at=NOW)


async def only(office: Office) -> Ticket:
    """The one ticket that people see of this call."""
    (found,) = await office.view.list(TicketFilter(call=CALL, limit=10))
    return found


async def test_the_form_fills_the_ticket_of_a_transfer_that_goes_on(address: str, tmp_path: Path) -> None:
    """Typed, transferred, killed; after the start the form is sent, and then the transfer ends."""
    async with Database(address) as database:
        office = Office(database, tmp_path)
        kept = await reserve(office)
        drafts = AgentDrafts(database, office.desk)
        await drafts.write(LAN, CALL, Writing(window="a", seen=0, texts={"content": "Mất nước"}), NOW)
        assert await office.all() == [], "nobody sees it yet"
    async with Database(address) as database:
        office = Office(database, tmp_path)
        drafts = AgentDrafts(database, office.desk)
        made = await drafts.ticket(LAN, CALL, began(NOW), form(), answer="", by="lan", at=NOW)
        assert (made.id, made.code, made.state) == (kept.id, kept.code, State.NEW), "the code that is spoken"
        assert (made.name, made.content, made.agency) == ("Lê Thị Cúc", "Mất nước hai ngày", BUILDING)
        assert await drafts.get(LAN, CALL) is None
    async with Database(address) as database:
        office = Office(database, tmp_path)
        after = await office.desk.settle(kept.id, TAKEN, NOW)
        assert (after.state, after.owner, after.content) == (State.ACCEPTED, OFFICER.id, "Mất nước hai ngày")
        assert [one.id for one in await office.all()] == [kept.id]


@pytest.mark.parametrize(
    ("outcome", "state"), [(NOBODY, State.NEW), (TAKEN, State.ACCEPTED), (DROPPED, State.NEW)], ids=lambda one: str(one)
)
async def test_the_form_fills_the_ticket_of_a_transfer_that_is_over(
    office: Office, outcome: object, state: State
) -> None:
    kept = await reserve(office)
    await office.desk.settle(kept.id, outcome, NOW)  # type: ignore[arg-type]
    made = await write(office)
    assert (made.id, made.state, made.content) == (kept.id, state, "Mất nước hai ngày")
    assert await only(office) == made
    assert (await office.view.history(made.id))[-1].by == "lan"


async def test_what_was_written_down_before_is_the_ticket_of_the_transfer(office: Office) -> None:
    made = await write(office)
    assert (made.agency, made.state) == (BUILDING, State.NEW)
    kept = await reserve(office)
    assert (kept.id, kept.code) == (made.id, made.code)
    after = await office.desk.settle(kept.id, TAKEN, NOW)
    assert after == await only(office) and after.state is State.ACCEPTED


async def test_one_of_no_agency_gets_the_one_that_is_called_and_tells_it(office: Office) -> None:
    made = await write(office, form(category=""))
    assert made.agency == ""
    kept = await reserve(office, POLICE)
    assert (kept.id, kept.agency, kept.state) == (made.id, POLICE, State.NEW)
    assert office.told[-1].row.action is Action.RESERVE, "nobody is told while it rings there"
    after = await office.desk.settle(kept.id, NOBODY, NOW)
    assert (after.state, after.agency) == (State.FORWARDED, POLICE)
    assert [one.row.action for one in office.told][-1] == Action.FORWARD
    assert await office.desk.settle(kept.id, NOBODY, NOW) == after, "told once"


async def test_a_transfer_does_not_take_what_is_done(office: Office) -> None:
    done = await write(office, answer="Đã có nước lại")
    assert done.state is State.COMPLETED
    kept = await reserve(office)
    assert kept.id != done.id and kept.state is State.RESERVED


async def test_another_agency_that_was_chosen_is_another_request(office: Office) -> None:
    kept = await reserve(office)
    made = await write(office, form(agency=POLICE))
    assert made.id != kept.id and made.agency == POLICE
    await office.desk.settle(kept.id, DROPPED, NOW)
    assert await only(office) == made, "the one that was dropped stays hidden"


async def test_one_that_was_dropped_goes_where_the_agent_says(office: Office) -> None:
    kept = await reserve(office)
    await office.desk.settle(kept.id, DROPPED, NOW)
    made = await write(office, form(agency=POLICE))
    assert (made.id, made.agency, made.state) == (kept.id, POLICE, State.NEW)


async def test_a_second_request_of_the_call_is_a_second_ticket(office: Office) -> None:
    kept = await reserve(office)
    first = await write(office)
    second = await write(office, form(content="Đường hỏng"))
    assert first.id == kept.id != second.id
    assert {one.content for one in await office.all()} == {"Mất nước hai ngày", "Đường hỏng"}


async def test_answered_at_once_it_is_told_as_one_change(office: Office) -> None:
    kept = await reserve(office)
    made = await write(office, answer="Đã có nước lại")
    assert (made.id, made.state, made.answer) == (kept.id, State.COMPLETED, "Đã có nước lại")
    assert [(one.before, one.after) for one in office.told[1:]] == [(None, made)]
    assert await office.desk.settle(kept.id, TAKEN, NOW) == made, "too late to matter"


async def test_what_its_agency_has_is_not_completed_by_the_agent(office: Office) -> None:
    kept = await reserve(office)
    before = await office.desk.settle(kept.id, TAKEN, NOW)
    with pytest.raises(Refused) as caught:
        await write(office, answer="Đã có nước lại")
    assert caught.value.error_id == "ticket-with-agency"
    assert await only(office) == before, "and nothing of it is written"


async def test_what_the_agent_left_empty_stays(office: Office) -> None:
    kept = await office.desk.reserve(CALL, BUILDING, "construction", NOW, phone="0912345678", urgent=True)
    made = await write(office, form(phone="", category=""))
    assert (made.id, made.phone, made.category, made.category_name) == (
        kept.id,
        kept.phone,
        "construction",
        kept.category_name,
    )
    assert made.urgency is Urgency.URGENT


async def test_the_form_and_the_end_of_the_transfer_at_once(office: Office) -> None:
    for number in range(5):
        call = f"hl1-77.{number}"
        kept = await office.desk.reserve(call, BUILDING, "construction", NOW)
        _, made = await asyncio.gather(
            office.desk.settle(kept.id, TAKEN, NOW),
            office.desk.write_down(call, form(calls=(call,)), by="lan", at=NOW),
        )
        assert made.id == kept.id
        (now,) = await office.view.list(TicketFilter(call=call, limit=10))
        assert (now.state, now.content) == (State.ACCEPTED, "Mất nước hai ngày")


async def test_the_form_and_the_beginning_of_the_transfer_at_once(office: Office) -> None:
    """Both look whether the other has made a ticket, and neither sees what the other has not committed."""
    for number in range(20):
        call = f"hl1-78.{number}"
        asked = (
            office.desk.reserve(call, BUILDING, "construction", NOW),
            office.desk.write_down(call, form(calls=(call,)), by="lan", at=NOW),
        )
        first, second = await asyncio.gather(*(asked if number % 2 else reversed(asked)))
        assert first.id == second.id
        (now,) = await office.view.list(TicketFilter(call=call, limit=10))
        assert (now.content, now.agency) == ("Mất nước hai ngày", BUILDING)


async def test_who_works_on_it_already_keeps_it(office: Office) -> None:
    """The specialist took it by the link of the message before the agent had written it down."""
    kept = await reserve(office)
    await office.desk.settle(kept.id, NOBODY, NOW)
    await office.desk.act(kept.id, Act(action=Action.ACCEPT, owner=OFFICER), by=OFFICER.name, at=at(25, "09:00"))
    made = await write(office)
    assert (made.id, made.state, made.owner, made.name) == (kept.id, State.ACCEPTED, OFFICER.id, "Lê Thị Cúc")


async def test_a_masked_number_never_takes_the_place_of_the_one_that_called(office: Office) -> None:
    """At the first transfer, and when the dropped ticket goes to another agency; a whole one is kept in one form."""

    async def put_through(agency: str, phone: str) -> str:
        reporter = Reporter(phone=phone, name="Cúc")
        made = await office.desk.reserve(CALL, agency, "construction", NOW, phone="0912345678", reporter=reporter)
        return (await office.desk.settle(made.id, DROPPED, NOW)).phone

    assert await put_through(BUILDING, "090****567") == "+84912345678"
    assert await put_through(POLICE, "090****567") == "+84912345678"
    assert await put_through(BUILDING, "0901 234 567") == "+84901234567"
