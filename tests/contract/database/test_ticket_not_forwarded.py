"""A ticket that 1022 has not forwarded in time rings 1022's own alarm: once for each deadline, over crashes and restarts."""

import asyncio
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.db.types import AlarmRow
from hotline1022.db.unit import Database, Work
from hotline1022.notify.links import Links
from hotline1022.service.settings.tree import Settings
from hotline1022.service.tickets.clock import TicketClock
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.join import desk_of, notices_of
from hotline1022.service.tickets.notices import NOT_FORWARDED_ALARM
from hotline1022.tickets.ports import Act, Draft
from hotline1022.tickets.types import Action, Channel, Reminder, Ticket, Urgency
from tests.contract.database.ticket_office import nothing_due, shipped
from tests.unit.tickets_made import NOW, at

LINKS = Links(secret=bytes(16))


def a_desk(database: Database) -> TicketDesk:
    """As the service puts it together, anew after each start."""
    return desk_of(Settings(), database, shipped, notices_of(Settings(), LINKS, shipped))


async def alarms(database: Database) -> list[AlarmRow]:
    async with database.reading() as tx:
        return [one for one in await tx.alarms.list() if one.kind == NOT_FORWARDED_ALARM]


async def written_down(desk: TicketDesk, when: datetime = NOW, **more: object) -> Ticket:
    return await desk.create(Draft(channel=Channel.PHONE, agency="so-xay-dung", **more), by="lan", at=when)  # type: ignore[arg-type]


async def test_what_nobody_forwards_rings_once(database: Database) -> None:
    desk = a_desk(database)
    late = await written_down(desk)
    forwarded = await written_down(desk)
    await desk.act(forwarded.id, Act(action=Action.FORWARD), by="lan", at=at(25, "08:01"))
    await desk.remind(at(25, "08:04"))
    assert await alarms(database) == []
    await asyncio.gather(*(a_desk(database).remind(at(25, "08:05")) for _ in range(3)))
    (rung,) = await alarms(database)
    assert rung.detail == f"ticket {late.code[:4]} {late.code[4:]}, new, Sở Xây dựng: due 2026-11-25 08:05"
    async with database.transaction() as tx:
        await tx.alarms.mark_seen(rung.id, "lan", at(25, "08:06"))
    await a_desk(database).remind(at(25, "08:07"))
    assert len(await alarms(database)) == 1, "seen is seen, over a restart too"

    await desk.act(late.id, Act(action=Action.FORWARD), by="lan", at=at(25, "08:10"))
    await desk.act(late.id, Act(action=Action.RETURN, why="Không thuộc thẩm quyền."), by="x", at=at(25, "09:00"))
    await desk.remind(at(25, "09:04"))
    assert len(await alarms(database)) == 1
    await desk.remind(at(25, "09:05"))
    assert [one.detail.split(", ")[1] for one in await alarms(database)] == ["returned", "new"], "a later deadline"


async def test_by_night_only_what_is_urgent_rings(database: Database) -> None:
    desk = a_desk(database)
    night = at(25, "23:00")
    await written_down(desk, night)
    urgent = await written_down(desk, night, urgency=Urgency.URGENT)
    await desk.remind(night + timedelta(minutes=5))
    assert [one.detail[7:16].replace(" ", "") for one in await alarms(database)] == [urgent.code]
    await desk.remind(at(26, "07:30"))
    assert len(await alarms(database)) == 2


async def test_an_alarm_and_its_note_are_one(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = a_desk(database)
    await written_down(desk)
    told = desk._remind

    async def dies(tx: Work, ticket: Ticket, reminder: Reminder) -> None:
        await told(tx, ticket, reminder)
        raise Unavailable("the database went away before the commit")

    monkeypatch.setattr(desk, "_remind", dies)
    with pytest.raises(Unavailable):
        await desk.remind(at(25, "08:05"))
    assert await alarms(database) == []
    await a_desk(database).remind(at(25, "08:06"))
    assert len(await alarms(database)) == 1


async def test_the_clock_rings_it(database: Database) -> None:
    desk = a_desk(database)
    await written_down(desk)
    clock: Callable[[], datetime] = lambda: at(25, "08:05")
    running = asyncio.create_task(TicketClock(database, desk, due=nothing_due, every=0.01, clock=clock).run())
    async with asyncio.timeout(10):
        for _ in itertools.count():
            if await alarms(database):
                break
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
