"""What becomes of tickets without anybody: reminders once and in office hours, messages of callers and calls that are filled in once."""

import asyncio
import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import Reason, Result
from hotline1022.recordings.types import FiledCall, Status, VoicemailRow
from hotline1022.service.tickets.clock import TicketClock
from hotline1022.service.tickets.messages import tickets_of_messages
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, Channel, Purpose, State, Ticket
from tests.contract.database.made import of_calls, over
from tests.contract.database.ticket_office import CALL, Office, nothing_due, office
from tests.unit.tickets_made import NOW, a_draft, at

__all__ = ["office"]


async def test_a_back_fill_makes_one_ticket(office: Office) -> None:
    draft = a_draft(channel=Channel.VOICEMAIL, calls=())

    async def fill(purpose: Purpose) -> Ticket:
        return await office.desk.back_fill(CALL, purpose, draft, by="log", at=NOW)

    made = await asyncio.gather(*(fill(Purpose.VOICEMAIL) for _ in range(4)))
    assert len({one.id for one in made}) == 1
    assert made[0].calls == (CALL,)
    reserved = await office.desk.reserve(CALL, "so-xay-dung", "construction", NOW)
    opened = await fill(Purpose.CASCADE)
    assert (opened.id, opened.state) == (reserved.id, State.NEW), "the reservation is opened"
    assert await fill(Purpose.CASCADE) == opened
    assert len(await office.all()) == 2


async def test_reminders_are_sent_once_and_in_office_hours(office: Office) -> None:
    made = await office.ticket()
    await office.desk.act(made.id, Act(action=Action.FORWARD), by="lan", at=NOW)
    assert await office.desk.remind(at(28, "10:00")) == []
    office.fails = Unavailable("the outbox is away")
    with pytest.raises(Unavailable):
        await office.desk.remind(at(30, "08:00"))
    office.fails = None
    assert len(await office.desk.remind(at(30, "08:00"))) == 1, "what could not be sent is not noted as sent"
    assert await office.desk.remind(at(30, "08:01")) == []
    both = await asyncio.gather(*(office.desk.remind(at(31, "08:00")) for _ in range(3)))
    assert sorted(map(len, both)) == [0, 0, 1]
    assert [(name, one.kind, one.to) for name, one in office.reminded] == [
        (made.id, "expired", "leader"),
        (made.id, "before-answer", "officer"),
    ]


async def test_a_reminder_that_fails_stops_no_other(office: Office) -> None:
    for number in range(3):
        made = await office.ticket(calls=())
        await office.desk.act(made.id, Act(action=Action.FORWARD), by="lan", at=NOW)
        office.spoilt = made.id if number == 1 else office.spoilt
    for _ in range(2):
        with pytest.raises(Unavailable):
            await office.desk.remind(at(30, "08:00"))
    assert len(office.reminded) == 2 and office.spoilt not in {name for name, _ in office.reminded}


async def test_the_clock_goes_on_when_the_database_was_away(office: Office) -> None:
    await office.desk.act((await office.ticket()).id, Act(action=Action.FORWARD), by="lan", at=NOW)
    office.fails = Unavailable("away")
    looks = itertools.count()

    def now() -> datetime:
        if next(looks) == 2:
            office.fails = None
        return at(30, "08:00")

    clock = TicketClock(office.database, office.desk, due=nothing_due, every=0.01, clock=now)
    running = asyncio.create_task(clock.run())
    async with asyncio.timeout(10):
        await office.noticed.wait()
    running.cancel()
    await asyncio.wait([running])
    assert len(office.reminded) == 1 and next(looks) > 2


def left(call: str, minute: int, **more: object) -> FiledCall:
    message = VoicemailRow(
        id=f"{call}~m",
        call=CallId(ChannelId(call)),
        path=f"2026/11/25/{call}/m.wav",
        sha256="0" * 64,
        duration_ms=9000,
        left_at=NOW + timedelta(minutes=minute),
        reason="key",
        status=Status.STORED,
    )
    return FiledCall(call=message.call, tracks=(), voicemails=(replace(message, **more),))  # type: ignore[arg-type]


async def test_a_message_becomes_a_ticket_once(office: Office) -> None:
    calls = [
        over("hl1-1.1", 0, Result.VOICEMAIL, Reason.MESSAGE_LEFT, category="traffic"),
        over("hl1-2.2", 0, Result.VOICEMAIL, Reason.NO_MESSAGE),
        over("hl1-3.3", 0, Result.VOICEMAIL, Reason.MESSAGE_LEFT, category="gone"),
    ]
    await office.database.save(of_calls(*calls))
    async with office.database.transaction() as tx:
        filed = [left("hl1-1.1", 1), left("hl1-2.2", 2), left("hl1-3.3", 3), left("hl1-4.4", 4), left("hl1-5.5", 5)]
        silent = left("hl1-6.6", 6, duration_ms=0)
        old = left("hl1-7.7", -60 * 24 * 40)
        await tx.recordings.save([*filed, silent, old], NOW)
        await tx.recordings.mark_heard("hl1-5.5~m", "lan", NOW)
    assert await tickets_of_messages(office.database, office.desk, at(25, "08:10")) == 3
    assert await tickets_of_messages(office.database, office.desk, at(25, "08:11")) == 0
    made = {ticket.calls[0]: ticket for ticket in await office.all()}
    assert made.keys() == {"hl1-1.1", "hl1-3.3", "hl1-4.4"}
    first = made["hl1-1.1"]
    assert (first.channel, first.phone, first.agency_name) == (
        Channel.VOICEMAIL,
        "+84901234567",
        "Sở Giao thông Vận tải",
    )
    assert first.content == "Lời nhắn thoại lúc 08:01 25/11/2026. Xin nghe bản ghi âm của cuộc gọi."
    assert (made["hl1-3.3"].category_name, made["hl1-3.3"].agency) == ("gone", ""), "a menu that changed stops nothing"
    assert made["hl1-4.4"].phone == ""
    assert len(office.told) == 3
