"""The desk of tickets over both databases: a change and its messages are one, a call makes one ticket, whatever happens twice."""

import asyncio
import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused, Unavailable
from hotline1022.db.unit import Database
from hotline1022.service.tickets.desk import TRIES, TicketDesk
from hotline1022.service.tickets.names import DirectoryNames
from hotline1022.tickets.attachments import Shelf
from hotline1022.tickets.code import is_code
from hotline1022.tickets.ports import Act, Outcome, Reporter, Reservations
from hotline1022.tickets.types import Action, Kind, Named, Requester, State, Urgency
from tests.contract.database.ticket_office import CALL, DROPPED, NOBODY, TAKEN, Office, office, shipped
from tests.unit.tickets_made import NOW, OFFICER, POLICY, a_draft, at

__all__ = ["office"]


async def test_a_request_gets_a_code_and_the_names_of_now(office: Office) -> None:
    made = await office.ticket(agency="", agency_name="", category_name="")
    assert is_code(made.code)
    assert (made.agency, made.agency_name, made.category_name) == ("so-xay-dung", "Sở Xây dựng", "Xây dựng")
    assert [change.after for change in office.told] == [made] == await office.all()
    for field, error_id in (("category", "category-unknown"), ("agency", "agency-unknown")):
        with pytest.raises(Invalid) as caught:
            await office.ticket(**{field: "nobody"})
        assert caught.value.error_id == error_id
    assert len(await office.all()) == 1


async def test_a_message_that_cannot_be_written_undoes_the_change(office: Office) -> None:
    made = await office.ticket()
    office.fails = Unavailable("the outbox is away")
    for action in (Act(action=Action.FORWARD), Act(action=Action.EDIT, fields={"name": "An"})):
        with pytest.raises(Unavailable):
            await office.desk.act(made.id, action, by="lan", at=NOW)
    with pytest.raises(Unavailable):
        await office.ticket()
    with pytest.raises(Unavailable):
        await office.desk.reserve("hl1-9.9", "so-xay-dung", "construction", NOW)
    office.fails = None
    assert await office.all() == [made]
    assert len(await office.view.history(made.id)) == 1


async def test_acting_through_its_code(office: Office) -> None:
    made = await office.ticket()
    wanted = Act(action=Action.FORWARD, version=1, agency=Named(id="cong-an-tinh"), owner=Named(id="c-7"))
    after = await office.desk.act(made.code, wanted, by="lan", at=NOW)
    assert (after.agency_name, after.owner_name, after.state) == ("Công an tỉnh", "c-7", State.FORWARDED)
    with pytest.raises(Refused) as caught:
        await office.desk.act(made.code, wanted, by="minh", at=NOW)
    assert caught.value.error_id == "ticket-changed"
    with pytest.raises(Refused) as caught:
        await office.desk.act(made.code, Act(action=Action.TAKE, owner=OFFICER), by="minh", at=NOW)
    assert caught.value.error_id == "ticket-state"
    with pytest.raises(Invalid) as unknown:
        await office.desk.act(made.code, Act(action=Action.FORWARD, agency=Named(id="nobody")), by="lan", at=NOW)
    assert unknown.value.error_id == "agency-unknown"
    with pytest.raises(Invalid) as unknown:
        await office.desk.act(made.code, Act(action=Action.EDIT, fields={"category": "nobody"}), by="lan", at=NOW)
    assert unknown.value.error_id == "category-unknown"
    edit = Act(action=Action.EDIT, fields={"category": "traffic", "area": "thu-dau-mot"})
    edited = await office.desk.act(made.code, edit, by="lan", at=NOW)
    assert (edited.category_name, edited.area_name) == ("Giao thông", "Thành phố Thủ Dầu Một")
    emptied = await office.desk.act(made.code, replace(edit, fields={"category": "", "area": ""}), by="lan", at=NOW)
    assert (emptied.category_name, emptied.area_name) == ("", "")
    assert [row.by for row in await office.view.history(made.id)] == ["lan"] * 4


async def test_many_at_once_and_each_sees_what_became_of_it(office: Office) -> None:
    made = await office.ticket()

    async def edit(number: int) -> str:
        try:
            wanted = Act(action=Action.EDIT, version=1, fields={"address": f"{number} Lê Lợi"})
            return (await office.desk.act(made.id, wanted, by=str(number), at=NOW)).address
        except HotlineError as error:
            return error.error_id

    told = await asyncio.gather(*(edit(number) for number in range(8)))
    written = [one for one in told if one != "ticket-changed"]
    assert [one.address for one in await office.all()] == written
    assert len(office.told) == 2


async def test_a_reservation_is_one_whoever_asks(office: Office) -> None:
    door: Reservations = office.desk
    reserved = await asyncio.gather(*(door.reserve(CALL, "so-xay-dung", "construction", NOW) for _ in range(5)))
    assert len({one.id for one in reserved}) == 1
    one = reserved[0]
    assert (one.state, one.calls, one.agency_name, is_code(one.code)) == (State.RESERVED, (CALL,), "Sở Xây dựng", True)
    assert await office.all() == []
    for look in (office.view.get, office.view.history):
        with pytest.raises(NotFound):
            await look(one.code)
    with pytest.raises(NotFound):
        await office.desk.act(one.id, Act(action=Action.FORWARD), by="lan", at=NOW)
    with pytest.raises(NotFound):
        await office.view.status(one.code, "x", NOW)
    other = await door.reserve("hl1-1.1", "unheard-of", "neither", NOW)
    assert (other.agency_name, other.category_name) == ("unheard-of", "neither"), "a name must not stop a cascade"


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [([TAKEN] * 2, State.ACCEPTED), ([NOBODY] * 2, State.NEW), ([DROPPED, DROPPED], State.DROPPED)],
)
async def test_a_cascade_ends_once(office: Office, outcomes: list[Outcome], state: State) -> None:
    one = await office.desk.reserve(CALL, "so-xay-dung", "construction", NOW)
    ended = await asyncio.gather(*(office.desk.settle(one.id, outcome, at(25, "08:03")) for outcome in outcomes))
    assert {(ticket.state, ticket.version) for ticket in ended} == {(state, 2)}
    assert len(office.told) == 2
    assert [ticket.code for ticket in await office.all()] == ([] if state is State.DROPPED else [one.code])
    with pytest.raises(NotFound):
        await office.desk.settle("b" * 16, NOBODY, NOW)


async def test_what_was_dropped_comes_back_with_its_code(office: Office) -> None:
    one = await office.desk.reserve(CALL, "so-xay-dung", "construction", NOW)
    await office.desk.settle(one.id, DROPPED, NOW)
    again = await office.desk.reserve(CALL, "cong-an-tinh", "public-order", NOW)
    assert (again.id, again.code, again.state) == (one.id, one.code, State.RESERVED)
    assert (again.agency_name, again.category_name) == ("Công an tỉnh", "An ninh trật tự")
    ended = await office.desk.settle(one.id, TAKEN, at(25, "08:10"))
    assert (ended.owner_name, ended.answer_by) == (OFFICER.name, at(32, "17:00"))


async def test_what_the_agent_wrote_down_of_the_citizen_is_in_the_ticket(office: Office) -> None:
    known = Reporter(name=" Huỳnh Thị Mai ", email="mai@1022.example", address="12 Lê Lợi", area="thuan-an")
    one = await office.desk.reserve(CALL, "so-xay-dung", "construction", NOW, reporter=known)
    assert (one.name, one.email, one.address) == ("Huỳnh Thị Mai", "mai@1022.example", "12 Lê Lợi")
    assert (one.area, one.area_name) == ("thuan-an", "Thị xã Thuận An")
    await office.desk.settle(one.id, DROPPED, NOW)
    more = Reporter(name="Huỳnh Thị Mai Anh", area="di-an")
    again = await office.desk.reserve(CALL, "cong-an-tinh", "public-order", NOW, reporter=more)
    assert (again.name, again.area_name) == ("Huỳnh Thị Mai Anh", "Thị xã Dĩ An")
    assert (again.email, again.address) == (one.email, one.address), "what is not said again stays"
    ended = await office.desk.settle(one.id, NOBODY, NOW)
    assert (ended.state, ended.name) == (State.NEW, "Huỳnh Thị Mai Anh")


async def test_what_the_agent_chose_before_a_transfer_is_in_the_ticket(office: Office) -> None:
    known = Reporter(phone="0912 000 111", kind=Kind.QUESTION, requester=Requester.BUSINESS, urgent=True)
    one = await office.desk.reserve(CALL, "so-xay-dung", "construction", NOW, phone="+84901234567", reporter=known)
    assert (one.phone, one.kind, one.requester) == ("+84912000111", Kind.QUESTION, Requester.BUSINESS)
    assert one.urgency is Urgency.URGENT, "its deadlines are those of urgent ones"
    await office.desk.settle(one.id, DROPPED, NOW)
    more = Reporter(kind=Kind.PROPOSAL, urgent=True)
    again = await office.desk.reserve(CALL, "cong-an-tinh", "public-order", NOW, reporter=more)
    assert (again.kind, again.requester, again.urgency) == (Kind.PROPOSAL, Requester.BUSINESS, Urgency.URGENT)


async def test_codes_that_are_taken_are_drawn_again(database: Database, tmp_path: Path) -> None:
    drawn = itertools.count()
    names, shelf = DirectoryNames(shipped), Shelf(tmp_path)
    desk = TicketDesk(database, POLICY, names, shelf, below=lambda below: next(drawn) // 3)
    codes = [(await desk.create(a_draft(calls=()), by="lan", at=NOW)).code for _ in range(4)]
    assert len(set(codes)) == 4
    stuck = TicketDesk(database, POLICY, names, shelf, below=lambda below: 0)
    with pytest.raises(Unavailable) as caught:
        await stuck.create(a_draft(calls=()), by="lan", at=NOW)
    assert caught.value.error_id == "code-none" and next(drawn) < TRIES
