"""An agency that was merged: new requests reach who has taken over, and open ones are not forgotten with the old people."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hotline1022.core.errors import Refused
from hotline1022.directory.edit import end, put
from hotline1022.directory.types import Answering, Directory, What
from hotline1022.service.tickets.link_desk import LinkDesk
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, Named, Recipient, Reminder, ReminderKind, Ticket
from tests.unit.cascade_house import LINKS, NOW, House, house
from tests.unit.tickets_made import a_draft

__all__ = ["house"]

OLD, NEW = "so-xay-dung", "so-moi"
OFFICERS = {"moi-cv", "moi-ld"}
TODAY = date(2026, 11, 24)


def merged(before: Directory) -> Directory:
    """Sở Xây dựng is taken over by a new agency, which has people of its own."""
    with_new = put(before, [replace(before.agencies[OLD], id=NEW, name="Sở Mới", code=None)])
    people = [
        replace(before.contacts[f"{OLD}-{role}"], id=f"moi-{role}", agency=NEW, name=f"Người mới {role}")
        for role in ("cv", "ld")
    ]
    return end(put(with_new, people), What.AGENCY, OLD, TODAY, NEW)


async def told(house: House, ticket: Ticket) -> set[str]:
    return {one.contact for one in await house.messages() if one.ticket == ticket.id and one.contact}


@pytest.mark.parametrize("agency", ["", OLD])
async def test_a_new_request_reaches_who_has_taken_over(house: House, agency: str) -> None:
    await house.directory.change(merged, "lan")
    ticket = await house.tickets.create(a_draft(agency=agency, agency_name=""), by="lan", at=NOW)
    assert (ticket.agency, ticket.agency_name) == (NEW, "Sở Mới")
    assert await told(house, ticket) == OFFICERS


async def test_the_agency_of_the_area_answers(house: House) -> None:
    def by_area(found: Directory) -> Directory:
        rule = Answering(area="thuan-an", agency="so-y-te")
        return put(found, [replace(found.categories["construction"], by_area=(rule,))])

    await house.directory.change(by_area, "lan")
    for area, agency in (("thuan-an", "so-y-te"), ("", OLD), ("nobody-knows", OLD)):
        draft = a_draft(agency="", agency_name="", area=area, calls=())
        assert (await house.tickets.create(draft, by="lan", at=NOW)).agency == agency


async def test_without_anybody_who_took_over_1022_has_it(house: House) -> None:
    await house.directory.change(lambda found: end(found, What.AGENCY, OLD, TODAY), "lan")
    ticket = await house.tickets.create(a_draft(agency="", agency_name=""), by="lan", at=NOW)
    assert (ticket.agency, ticket.agency_name) == ("", "")


async def test_a_ticket_that_is_forwarded_reaches_who_has_taken_over(house: House) -> None:
    first, second = [await house.tickets.create(a_draft(calls=()), by="lan", at=NOW) for _ in range(2)]
    await house.directory.change(merged, "lan")
    for ticket, agency in ((first, None), (second, Named(id=OLD))):
        assert not await told(house, ticket) & OFFICERS
        act = Act(action=Action.FORWARD, agency=agency)
        after = await house.tickets.act(ticket.id, act, by="lan", at=NOW)
        assert (after.agency, after.agency_name) == (NEW, "Sở Mới")
        assert await told(house, ticket) >= OFFICERS


async def test_an_open_ticket_keeps_its_name_and_the_new_people_are_reminded_and_open_it(house: House) -> None:
    ticket = await house.tickets.create(a_draft(), by="lan", at=NOW)
    await house.directory.change(merged, "lan")
    late = Reminder(kind=ReminderKind.EXPIRED, to=Recipient.LEADER, due=NOW)
    async with house.database.transaction() as tx:
        await house.notices.reminded(tx, ticket, late)
    assert "moi-ld" in await told(house, ticket)
    desk = LinkDesk(house.database, LINKS, house.directory.read, house.tickets)
    expires = NOW + timedelta(days=1)
    opened = await desk.open(LINKS.make("moi-ld", ticket.id, expires), NOW)
    assert opened is not None and opened.own is not None and opened.agency_name == "Sở Xây dựng"
    assert await desk.open(LINKS.make(f"{OLD}-ld", ticket.id, expires), NOW) is None
    other = await desk.open(LINKS.make("so-y-te-ld", ticket.id, expires), NOW)
    assert other is not None and other.own is None


@pytest.mark.parametrize("named", [True, False])
async def test_nothing_is_forwarded_to_an_agency_that_ended_without_a_successor(house: House, named: bool) -> None:
    ticket = await house.tickets.create(a_draft(), by="lan", at=NOW)
    await house.directory.change(lambda found: end(found, What.AGENCY, OLD, TODAY), "lan")
    act = Act(version=ticket.version, action=Action.FORWARD, agency=Named(id=OLD) if named else None)
    with pytest.raises(Refused, match="choose another agency") as caught:
        await house.tickets.act(ticket.id, act, by="lan", at=NOW)
    assert caught.value.error_id == "agency-ended"
