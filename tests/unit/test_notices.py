"""Who is told of what: a table of changes, reminders to whoever has the ticket, and that who has ended gets nothing and opens nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from hotline1022.core.errors import Invalid
from hotline1022.directory.edit import end, put
from hotline1022.directory.types import What
from hotline1022.notify import sms
from hotline1022.notify.types import Channel as By
from hotline1022.notify.types import Message
from hotline1022.service.tickets.link_desk import LinkDesk
from hotline1022.tickets.ports import Act, Outcome, Settled
from hotline1022.tickets.types import (
    Action,
    Channel,
    Named,
    Purpose,
    Recipient,
    Reminder,
    ReminderKind,
    State,
    Ticket,
    TicketFilter,
    Urgency,
)
from tests.unit.cascade_house import CALL, LINKS, NOW, House, house
from tests.unit.tickets_made import NEEDS, a_draft

__all__ = ["house"]

A = Action
SPECIALIST, LEADER, CITIZEN = "so-xay-dung-cv", "so-xay-dung-ld", ""
BOTH = [(SPECIALIST, "sms"), (SPECIALIST, "email"), (LEADER, "sms"), (LEADER, "email")]
TO_LEADER, TO_SPECIALIST, TO_CITIZEN = BOTH[2:], BOTH[:2], [(CITIZEN, "sms")]


@dataclass
class Told:
    """What is new in the outbox since the last look."""

    house: House
    seen: set[str] = field(default_factory=set)

    async def new(self) -> list[Message]:
        found = [one for one in await self.house.messages() if one.id not in self.seen]
        self.seen |= {one.id for one in found}
        return found

    async def whom(self) -> list[tuple[str, str]]:
        return sorted((one.contact, one.channel.value) for one in await self.new())


async def done(house: House, ticket: Ticket, *actions: Action) -> None:
    for action in actions:
        needs = {**NEEDS.get(action, {})}
        if action in (A.ACCEPT, A.PASS_TO_LEADER):
            needs = {"owner": Named(id=SPECIALIST if action is A.ACCEPT else LEADER)}
        if action is A.EXTEND:
            needs["until"] = date(2026, 12, 30)
        await house.tickets.act(ticket.id, Act(action=action, **needs), by="lan", at=house.now)


#: the ticket's channel and urgency, what was done before, what is done → who is told
CHANGES: list[tuple[Channel, Urgency, Sequence[Action], Action, list[tuple[str, str]]]] = [
    (Channel.PHONE, Urgency.ORDINARY, (), A.OPEN, BOTH + TO_CITIZEN),
    (Channel.VOICEMAIL, Urgency.ORDINARY, (), A.OPEN, BOTH + TO_CITIZEN),
    (Channel.API, Urgency.ORDINARY, (), A.OPEN, BOTH + TO_CITIZEN),
    (Channel.CASCADE, Urgency.ORDINARY, (), A.OPEN, BOTH + TO_CITIZEN),
    (Channel.PHONE, Urgency.URGENT, (), A.OPEN, BOTH + TO_CITIZEN),
    # the agency was told when it was made with it
    (Channel.PHONE, Urgency.ORDINARY, (), A.FORWARD, []),
    (Channel.CASCADE, Urgency.ORDINARY, (), A.FORWARD, []),
    (Channel.PHONE, Urgency.ORDINARY, (A.FORWARD,), A.FORWARD, []),
    # it comes back to the agency: that is news
    (Channel.PHONE, Urgency.ORDINARY, (A.FORWARD, A.RETURN), A.FORWARD, BOTH),
    (Channel.PHONE, Urgency.ORDINARY, (A.COMPLETE, A.REOPEN), A.FORWARD, BOTH),
    (Channel.PHONE, Urgency.ORDINARY, (A.COMPLETE, A.REOPEN, A.FORWARD), A.FORWARD, []),
    (Channel.PHONE, Urgency.ORDINARY, (A.FORWARD,), A.PASS_TO_LEADER, TO_LEADER),
    (Channel.PHONE, Urgency.ORDINARY, (A.FORWARD,), A.ACCEPT, []),
    (Channel.PHONE, Urgency.ORDINARY, (A.FORWARD,), A.RETURN, []),
    (Channel.PHONE, Urgency.ORDINARY, (A.FORWARD, A.ACCEPT), A.WAIT, []),
    (Channel.PHONE, Urgency.ORDINARY, (A.FORWARD, A.ACCEPT, A.WAIT), A.RESUME, []),
    (Channel.PHONE, Urgency.ORDINARY, (A.FORWARD, A.ACCEPT), A.EXTEND, TO_CITIZEN),
    (Channel.PHONE, Urgency.ORDINARY, (A.FORWARD, A.ACCEPT), A.ANSWER, TO_CITIZEN),
    (Channel.PHONE, Urgency.ORDINARY, (A.FORWARD, A.ACCEPT, A.ANSWER), A.COMPLETE, TO_CITIZEN),
    (Channel.PHONE, Urgency.ORDINARY, (), A.COMPLETE, TO_CITIZEN),
    (Channel.PHONE, Urgency.ORDINARY, (), A.REFUSE, []),
    (Channel.PHONE, Urgency.ORDINARY, (A.COMPLETE,), A.REOPEN, []),
    (Channel.PHONE, Urgency.ORDINARY, (), A.EDIT, []),
    (Channel.PHONE, Urgency.ORDINARY, (), A.LINK, []),
    (Channel.PHONE, Urgency.ORDINARY, (A.FORWARD,), A.REVEAL, []),
]


@pytest.mark.parametrize(("channel", "urgency", "before", "action", "whom"), CHANGES)
async def test_who_is_told_of_a_change(
    house: House,
    channel: Channel,
    urgency: Urgency,
    before: Sequence[Action],
    action: Action,
    whom: list[tuple[str, str]],
) -> None:
    told = Told(house)
    ticket = await house.tickets.create(a_draft(channel=channel, urgency=urgency), by="lan", at=NOW)
    if action is not A.OPEN:
        await done(house, ticket, *before)
        await told.new()
        await done(house, ticket, action)
    assert await told.whom() == sorted(whom)


@pytest.mark.parametrize(
    ("how", "owner", "whom"),
    [
        (Settled.TAKEN, Named(id=SPECIALIST), TO_CITIZEN + TO_SPECIALIST),
        (Settled.NOBODY, None, BOTH + TO_CITIZEN),
        (Settled.DROPPED, None, []),
    ],
)
async def test_who_is_told_of_a_hunt(
    house: House, how: Settled, owner: Named | None, whom: list[tuple[str, str]]
) -> None:
    told = Told(house)
    ticket = await house.tickets.reserve(CALL, "so-xay-dung", "construction", NOW, phone="0901234567")
    assert await told.whom() == [], "of a reservation nobody hears"
    await house.tickets.settle(ticket.id, Outcome(how=how, owner=owner), NOW)
    assert await told.whom() == sorted(whom)
    await house.tickets.settle(ticket.id, Outcome(how=Settled.TAKEN, owner=Named(id=LEADER)), NOW)
    late = TO_LEADER if how is not Settled.DROPPED else TO_LEADER + TO_CITIZEN
    assert await told.whom() == sorted(late), "the code is told once, and who has the ticket at last"
    await house.tickets.settle(ticket.id, Outcome(how=Settled.TAKEN, owner=Named(id=LEADER)), NOW)
    assert await told.whom() == []


async def test_every_action_of_people_is_in_the_table() -> None:
    assert {action for *_, action, _ in CHANGES} >= set(Action) - {A.RESERVE, A.TAKE, A.DROP, A.ATTACH}


async def test_a_citizen_whom_no_sms_reaches_is_on_the_list_and_one_with_email_gets_it(house: House) -> None:
    told = Told(house)
    await house.tickets.create(a_draft(phone="02743822222", email="an@example.vn"), by="lan", at=NOW)
    assert await told.whom() == sorted([(CITIZEN, "email"), *BOTH])
    async with house.database.reading() as tx:
        (line,) = await tx.to_tell.list()
    assert line.number == "+842743822222" and "mã phiếu" in line.text


async def test_another_agency_is_told_when_it_gets_the_ticket_and_the_first_one_when_it_is_back(house: House) -> None:
    told = Told(house)
    ticket = await house.tickets.create(a_draft(), by="lan", at=NOW)
    await told.new()
    for agency, name in (("so-y-te", "Sở Y tế"), ("so-xay-dung", "Sở Xây dựng")):
        act = Act(action=A.FORWARD, agency=Named(id=agency))
        await house.tickets.act(ticket.id, act, by="lan", at=NOW)
        found = await told.new()
        assert {one.contact for one in found} == {f"{agency}-cv", f"{agency}-ld"} and len(found) == 4
        assert all(one.template.split(".")[1] == "forwarded" for one in found)
        assert all(name in one.text or sms.plain(name) in one.text for one in found)
        await house.tickets.act(ticket.id, act, by="lan", at=NOW)
        assert await told.whom() == [], "forwarded to the same agency once more"


async def test_without_an_agency_none_is_told_until_it_is_forwarded_to_one(house: House) -> None:
    told = Told(house)
    ticket = await house.tickets.create(a_draft(agency="", category=""), by="lan", at=NOW)
    assert await told.whom() == TO_CITIZEN
    await house.tickets.act(ticket.id, Act(action=A.FORWARD, agency=Named(id="so-xay-dung")), by="lan", at=NOW)
    assert await told.whom() == sorted(BOTH)


async def test_answered_at_once_no_agency_hears_of_it_and_the_citizen_gets_one_message(house: House) -> None:
    told = Told(house)
    answered = {"answer": "Mời ông/bà đến bộ phận một cửa.", "by": "lan", "at": NOW}
    ticket = await house.tickets.create(a_draft(), **answered)  # type: ignore[arg-type]
    (sent,) = await told.new()
    assert (sent.template, sent.contact) == ("citizen.completed.sms", CITIZEN) and ticket.code in sent.text
    assert (ticket.state, ticket.answer, ticket.closed_at) == (State.COMPLETED, answered["answer"], NOW)
    async with house.database.reading() as tx:
        history = await tx.tickets.history(ticket.id)
    assert [(row.action, row.by) for row in history] == [(A.OPEN, "lan"), (A.COMPLETE, "lan")]
    with pytest.raises(Invalid) as caught:
        await house.tickets.create(a_draft(calls=()), answer=" ", by="lan", at=NOW)
    assert caught.value.error_id == "answer-missing" and await told.whom() == [], "nothing is half made"


async def test_a_message_that_a_citizen_left_is_told_to_the_agency_of_its_category(house: House) -> None:
    told = Told(house)
    draft = a_draft(channel=Channel.VOICEMAIL, agency="", agency_name="", calls=())
    for _ in range(2):
        await house.tickets.back_fill(CALL, Purpose.VOICEMAIL, draft, by="voicemail", at=NOW)
    assert await told.whom() == sorted(BOTH + TO_CITIZEN), "once, however often it is looked for"


# ---------------------------------------------------------------- reminders

BEFORE = Reminder(kind=ReminderKind.BEFORE_ANSWER, to=Recipient.OFFICER, due=NOW + timedelta(hours=1))
EXPIRED = Reminder(kind=ReminderKind.EXPIRED, to=Recipient.LEADER, due=NOW - timedelta(hours=1))


async def reminded(house: House, reminder: Reminder, *actions: Action, **more: object) -> list[tuple[str, str]]:
    """Who is reminded of a ticket after these actions."""
    told = Told(house)
    ticket = await house.tickets.create(a_draft(), by="lan", at=NOW)
    await done(house, ticket, *actions)
    await told.new()
    async with house.database.transaction() as tx:
        now = await tx.tickets.get(ticket.id)
        await house.notices.reminded(tx, replace(now, **more), reminder)  # type: ignore[arg-type]
    return await told.whom()


@pytest.mark.parametrize(
    ("reminder", "actions", "owner", "whom"),
    [
        (BEFORE, [A.FORWARD], "", TO_SPECIALIST),
        (BEFORE, [A.FORWARD, A.ACCEPT], SPECIALIST, TO_SPECIALIST),
        (BEFORE, [A.FORWARD, A.ACCEPT], LEADER, TO_LEADER),
        (BEFORE, [A.FORWARD, A.PASS_TO_LEADER], LEADER, TO_LEADER),
        (BEFORE, [A.FORWARD, A.PASS_TO_LEADER], "", TO_LEADER),
        (BEFORE, [A.FORWARD, A.ACCEPT], "who-left-long-ago", TO_SPECIALIST),
        (EXPIRED, [A.FORWARD, A.ACCEPT], SPECIALIST, TO_LEADER),
        (EXPIRED, [], "", TO_LEADER),
    ],
)
async def test_whoever_has_it_is_reminded_and_the_leader_when_it_is_over(
    house: House, reminder: Reminder, actions: list[Action], owner: str, whom: list[tuple[str, str]]
) -> None:
    assert await reminded(house, reminder, *actions, owner=owner) == sorted(whom)


async def test_without_a_leader_everybody_of_the_agency_hears_that_it_is_over(house: House) -> None:
    await house.directory.change(lambda found: end(found, What.CONTACT, LEADER, date(2026, 11, 1)), "lan")
    assert await reminded(house, EXPIRED, A.FORWARD) == sorted(TO_SPECIALIST)


async def test_a_reminder_tells_its_deadline_and_each_once(house: House) -> None:
    told = Told(house)
    ticket = await house.tickets.create(a_draft(), by="lan", at=NOW)
    await done(house, ticket, A.FORWARD)
    await told.new()
    async with house.database.transaction() as tx:
        for reminder in (BEFORE, BEFORE, EXPIRED, replace(EXPIRED, due=BEFORE.due)):
            await house.notices.reminded(tx, ticket, reminder)
    found = await told.new()
    assert len(found) == 2 + 2 + 2, "two messages each, and the same reminder is one"
    mail = next(one for one in found if one.template == "specialist.reminder.email")
    assert "10:00 24/11/2026" in mail.text and ticket.code in mail.text.replace(" ", "").replace("-", "")


# ---------------------------------------------------------------- who has ended


def links(messages: list[Message]) -> dict[str, str]:
    """Contact point → key, out of its email."""
    found = {}
    for one in messages:
        if one.channel is By.EMAIL and one.contact:
            found[one.contact] = one.text.partition("https://1022.example/p/")[2].split()[0]
    return found


async def test_an_ended_contact_point_gets_nothing_and_its_link_opens_nothing(house: House) -> None:
    told, view = Told(house), LinkDesk(house.database, LINKS, house.directory.read, house.tickets)
    ticket = await house.tickets.create(a_draft(channel=Channel.CASCADE), by="lan", at=NOW)
    tokens = links(await told.new())
    opened = {contact: await view.open(token, NOW) for contact, token in tokens.items()}
    assert {contact: link and link.ticket for contact, link in opened.items()} == {
        SPECIALIST: ticket.id,
        LEADER: ticket.id,
    }
    today = date(2026, 11, 24)
    await house.directory.change(lambda found: end(found, What.CONTACT, SPECIALIST, today), "lan")
    assert await view.open(tokens[SPECIALIST], NOW) is None
    assert await view.open(tokens[LEADER], NOW) is not None
    await done(house, ticket, A.FORWARD, A.RETURN, A.FORWARD)
    assert await told.whom() == sorted(TO_LEADER)
    assert not await house.notices.active(SPECIALIST) and not await house.notices.active("nobody")


async def test_one_who_begins_tomorrow_is_told_tomorrow(house: House) -> None:
    told = Told(house)
    contact = house.directory.now.contacts[SPECIALIST]
    later = replace(contact, id="moi", name="Trần Thị Mới", valid_from=date(2026, 11, 25))
    await house.directory.change(lambda found: put(found, [later]), "lan")
    ticket = await house.tickets.create(a_draft(), by="lan", at=NOW)
    await done(house, ticket, A.FORWARD)
    assert "moi" not in {contact for contact, _ in await told.whom()}
    assert not await house.notices.active("moi")
    house.now += timedelta(days=1)
    await done(house, ticket, A.FORWARD)
    assert await told.whom() == [("moi", "email"), ("moi", "sms")], "who was not told before is told now"
    assert await house.notices.active("moi")


async def test_at_night_officers_are_written_to_and_rung_in_the_morning(house: House) -> None:
    house.now = NOW + timedelta(hours=13)  # 22:00
    for urgency, waits in ((Urgency.ORDINARY, True), (Urgency.URGENT, False)):
        told = Told(house, {one.id for one in await house.messages()})
        draft = a_draft(channel=Channel.CASCADE, urgency=urgency)
        await house.tickets.create(draft, by="lan", at=house.now)
        later = {(one.contact, one.channel) for one in await told.new() if one.ready_at > house.now}
        officers = {(SPECIALIST, By.SMS), (LEADER, By.SMS)} if waits else set()
        assert later == officers | {(CITIZEN, By.SMS)}
    async with house.database.reading() as tx:
        assert len(await tx.tickets.list(TicketFilter())) == 2
