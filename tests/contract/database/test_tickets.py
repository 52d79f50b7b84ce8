"""Tickets in both databases: written whole or not at all, never over somebody else's change, found in any form."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.db.unit import Database
from hotline1022.tickets.types import (
    Action,
    Attachment,
    Purpose,
    Recipient,
    Reminder,
    ReminderKind,
    State,
    Ticket,
    TicketCursor,
    TicketFilter,
    Urgency,
)
from tests.unit.tickets_made import CODE, NOW, OFFICER, done, kept, made


async def add(database: Database, *more: Ticket) -> None:
    for number, ticket in enumerate(more):
        async with database.transaction() as tx:
            assert await tx.tickets.add(replace(made(id=ticket.id), after=ticket)), number


def numbered(number: int, **more: object) -> Ticket:
    ticket = made(
        id=f"{number:016x}", code=f"{20000000 + number}", calls=(), when=NOW + timedelta(minutes=number)
    ).after
    return replace(ticket, **more)  # type: ignore[arg-type]


async def test_a_ticket_comes_back_as_it_was(database: Database) -> None:
    change = made(urgency=Urgency.URGENT, calls=("hl1-2.2", "hl1-1.1"))
    async with database.transaction() as tx:
        assert await tx.tickets.add(change)
    async with database.reading() as tx:
        assert await tx.tickets.get(CODE) == change.after
        assert await tx.tickets.get(change.after.id) == change.after
        assert list(await tx.tickets.history(change.after.id)) == [change.row]
        assert await tx.tickets.find("99999999") is None
        with pytest.raises(NotFound) as caught:
            await tx.tickets.get("99999999")
    assert caught.value.error_id == "ticket-unknown"


async def test_a_taken_code_writes_nothing(database: Database) -> None:
    async with database.transaction() as tx:
        assert await tx.tickets.add(made())
        assert not await tx.tickets.add(made(id="b" * 16))
        assert await tx.tickets.find("b" * 16) is None
        assert await tx.tickets.history("b" * 16) == []


async def test_each_change_is_a_row_and_every_field_is_kept(database: Database) -> None:
    ticket = made().after
    await add(database, ticket)
    steps = (Action.FORWARD, Action.ACCEPT, Action.WAIT, Action.RESUME, Action.LINK, Action.ANSWER, Action.COMPLETE)
    rows = []
    for number, action in enumerate(steps, start=1):
        change = done(ticket, action, NOW + timedelta(hours=number))
        async with database.transaction() as tx:
            await tx.tickets.change(change)
        async with database.reading() as tx:
            assert await tx.tickets.get(CODE) == change.after
        ticket = change.after
        rows.append(change.row)
    async with database.reading() as tx:
        history = list(await tx.tickets.history(ticket.id))
    assert history[1:] == rows
    assert [row.number for row in history] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert (ticket.calls, ticket.version) == (("hl1-1795470208.58", "hl1-1795470300.7"), 8)


async def test_the_second_of_two_is_told_and_overwrites_nothing(database: Database) -> None:
    ticket = made().after
    await add(database, ticket)
    first = done(ticket, Action.FORWARD, by="lan", owner=OFFICER)
    second = done(ticket, Action.REFUSE, by="minh")

    async def write(change: object) -> str:
        try:
            async with database.transaction() as tx:
                await tx.tickets.change(change)  # type: ignore[arg-type]
        except HotlineError as error:
            return error.error_id
        return "written"

    told = await asyncio.gather(write(first), write(second))
    assert sorted(told) == ["ticket-changed", "written"]
    winner = first if told[0] == "written" else second
    async with database.reading() as tx:
        assert await tx.tickets.get(CODE) == winner.after
        assert [row.by for row in await tx.tickets.history(ticket.id)] == ["agent", winner.row.by]


async def test_a_call_makes_one_ticket_for_each_purpose(database: Database) -> None:
    for attempt, purpose in enumerate(
        (Purpose.CASCADE, Purpose.CASCADE, Purpose.VOICEMAIL, Purpose.TALK, Purpose.TALK)
    ):
        async with database.transaction() as tx:
            change = kept(id=f"{attempt:016x}", code=f"{20000000 + attempt}", call="hl1-1.1")
            assert await tx.tickets.add(change, purpose=purpose) == (attempt != 1)
            assert (await tx.tickets.find(change.after.id) is None) == (attempt == 1)
    async with database.reading() as tx:
        cascade = await tx.tickets.made_by_call("hl1-1.1", Purpose.CASCADE)
        voicemail = await tx.tickets.made_by_call("hl1-1.1", Purpose.VOICEMAIL)
        assert cascade and voicemail and (cascade.id, voicemail.id) == (f"{0:016x}", f"{2:016x}")
        assert await tx.tickets.made_by_call("hl1-1.2", Purpose.CASCADE) is None


async def test_reservations_at_the_same_moment_are_one(database: Database) -> None:
    async def reserve(number: int) -> bool:
        async with database.transaction() as tx:
            return await tx.tickets.add(kept(id=f"{number:016x}", code=f"{20000000 + number}"), purpose=Purpose.CASCADE)

    assert sorted(await asyncio.gather(*(reserve(number) for number in range(6)))) == [False] * 5 + [True]
    async with database.reading() as tx:
        count = await tx._connection.execute(text("SELECT count(*) FROM ticket"))
        assert count.scalar_one() == 1


async def test_what_is_reserved_is_in_no_list(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.tickets.add(kept(), purpose=Purpose.CASCADE)
        assert await tx.tickets.list(TicketFilter()) == []
        assert await tx.tickets.list(TicketFilter(code=CODE)) == []
        assert await tx.tickets.list(TicketFilter(state=State.RESERVED)) == []
        assert await tx.tickets.open() == []
        assert await tx.tickets.reserved(before=NOW) == []
        assert [one.id for one in await tx.tickets.reserved(before=NOW + timedelta(minutes=1))] == ["a" * 16]
        await tx.tickets.change(done(kept().after, Action.OPEN))
        assert [one.code for one in await tx.tickets.list(TicketFilter())] == [CODE]
        assert [one.code for one in await tx.tickets.open()] == [CODE]
        assert await tx.tickets.reserved(before=NOW + timedelta(minutes=1)) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (TicketFilter(), {1, 2, 3}),
        (TicketFilter(words="via he"), {1, 2}),
        (TicketFilter(words="VỈA HÈ"), {1, 2}),
        (TicketFilter(words="vi\u0309a he\u0300"), {1, 2}),
        (TicketFilter(words="duong le"), {1, 2, 3}),
        (TicketFilter(words="le   đường"), {1, 2, 3}),
        (TicketFilter(words="vỉa nước"), set()),
        (TicketFilter(words="100%"), {3}),
        (TicketFilter(words="100_"), set()),
        (TicketFilter(words="anh"), {1, 2, 3}),
        (TicketFilter(phone="+84901234567"), {1, 2}),
        (TicketFilter(state=State.FORWARDED), {2}),
        (TicketFilter(state=State.NEW, agencies=frozenset({"so-xay-dung"})), {1, 3}),
        (TicketFilter(category="traffic"), set()),
        (TicketFilter(code="20000003"), {3}),
        (TicketFilter(call="hl1-9.9"), {2}),
        (TicketFilter(since=NOW + timedelta(minutes=2)), {2, 3}),
        (TicketFilter(until=NOW + timedelta(minutes=2)), {1}),
        (TicketFilter(overdue_at=NOW + timedelta(days=30)), {1, 2, 3}),
        (TicketFilter(overdue_at=NOW), set()),
        # to be forwarded in five minutes; number 2 is, and has until 14:00 to be accepted
        (TicketFilter(overdue_at=NOW + timedelta(minutes=4)), set()),
        (TicketFilter(overdue_at=NOW + timedelta(minutes=10)), {1, 3}),
        (TicketFilter(overdue_at=NOW + timedelta(hours=12)), {1, 2, 3}),
    ],
)
async def test_found_in_any_form(database: Database, wanted: TicketFilter, found: set[int]) -> None:
    await add(
        database,
        numbered(1),
        numbered(2, calls=("hl1-9.9",)),
        numbered(3, content="Mất nước 100% từ sáng", phone="02743822222"),
    )
    async with database.transaction() as tx:
        await tx.tickets.change(done(await tx.tickets.get(f"{2:016x}"), Action.FORWARD))
    async with database.reading() as tx:
        assert {int(one.id, 16) for one in await tx.tickets.list(wanted)} == found


async def test_pages_hold_each_ticket_once(database: Database) -> None:
    await add(database, *(numbered(number, created_at=NOW + timedelta(minutes=number // 3)) for number in range(10)))
    seen: list[str] = []
    before = None
    async with database.reading() as tx:
        while page := await tx.tickets.list(TicketFilter(limit=4, before=before)):
            seen += [one.id for one in page]
            before = TicketCursor(created_at=page[-1].created_at, ticket=page[-1].id)
    assert seen == [f"{number:016x}" for number in reversed(range(10))]


async def test_attachments_belong_to_their_ticket(database: Database) -> None:
    await add(database, made().after)
    file = Attachment(
        id="f" * 16,
        ticket="a" * 16,
        name="Vỉa hè.jpg",
        media_type="image/jpeg",
        size=5,
        sha256="0" * 64,
        path="ff/" + "f" * 16,
        stored_at=NOW,
        stored_by="lan",
    )
    async with database.transaction() as tx:
        await tx.tickets.attach(file)
        assert list(await tx.tickets.attachments("a" * 16)) == [file]
        assert await tx.tickets.attachment("a" * 16, file.id) == file
        assert await tx.tickets.attachment("b" * 16, file.id) is None
    for wrong in ("/etc/passwd", "../x", ""):
        with pytest.raises(Refused):
            async with database.transaction() as tx:
                await tx.tickets.attach(replace(file, id="e" * 16, path=wrong))


async def test_nobody_is_reminded_twice(database: Database) -> None:
    await add(database, made().after)
    first = Reminder(kind=ReminderKind.BEFORE_ANSWER, to=Recipient.OFFICER, due=NOW)
    later = replace(first, due=NOW + timedelta(days=1))

    async def remind(reminder: Reminder) -> bool:
        async with database.transaction() as tx:
            return await tx.tickets.remind("a" * 16, reminder, NOW)

    assert sorted(await asyncio.gather(*(remind(first) for _ in range(5)))) == [False] * 4 + [True]
    assert await remind(later)
    async with database.reading() as tx:
        assert await tx.tickets.reminded(["a" * 16, "b" * 16]) == {"a" * 16: [first, later]}


@pytest.mark.parametrize(
    "broken",
    [
        {"state": State.WAITING},
        {"state": State.COMPLETED, "answer": "x"},
        {"state": State.ANSWERED},
        {"state": State.RESERVED},
        {"stopped_at": NOW},
        {"closed_at": NOW},
        {"begun_at": None},
        {"answer_by": None},
        {"code": "1234"},
        {"version": 0},
    ],
)
async def test_the_database_itself_refuses_what_cannot_be(database: Database, broken: dict[str, object]) -> None:
    with pytest.raises(Refused) as caught:
        await add(database, numbered(1, **broken))
    assert caught.value.error_id == "row-refused"


async def test_a_change_that_fails_leaves_no_history(database: Database) -> None:
    await add(database, made().after)
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            await tx.tickets.change(done(made().after, Action.FORWARD))
            raise RuntimeError("the message could not be written")
    async with database.reading() as tx:
        assert (await tx.tickets.get(CODE)).state is State.NEW
        assert len(await tx.tickets.history("a" * 16)) == 1
