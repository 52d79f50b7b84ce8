"""After a merger over both databases: the new agency's people are told at once, each once, of the open tickets they have."""

import asyncio
import re
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid, Unavailable
from hotline1022.db.tickets import TicketRepository
from hotline1022.db.unit import Work
from hotline1022.directory.edit import end
from hotline1022.directory.types import Directory, What
from hotline1022.notify.types import Channel, Message
from hotline1022.service.directory.desk import change
from hotline1022.service.tickets.clock import TicketClock
from hotline1022.tickets.types import Action, Ticket
from tests.contract.database.mergers import NEW, NEWEST, OLD, ends_into, merged, with_agency
from tests.contract.database.officer_world import World, world
from tests.unit.tickets_made import a_draft

__all__ = ["world"]

A = Action
BOTH = {f"{NEW}-cv", f"{NEW}-ld"}


def about(messages: list[Message], *tickets: Ticket) -> None:
    """Each message counts these tickets and no other, and the email has a link of its reader's own to each."""
    codes = {one.code for one in tickets}
    for one in messages:
        assert f"{len(codes)} phi" in one.text
        if one.channel is Channel.EMAIL:
            assert set(re.findall(r"phiếu ([0-9]{8}), Xây dựng, hạn trả lời \d\d:\d\d", one.text)) == codes
            assert one.text.count("https://1022.example/l/") == len(codes)


async def new(world: World, known: list[Message]) -> list[Message]:
    ids = {one.id for one in known}
    return [one for one in await world.outbox() if one.id not in ids]


def whom(messages: list[Message]) -> Counter[str]:
    return Counter(one.contact for one in messages)


async def test_one_sms_and_one_email_each_at_once_by_the_api(world: World) -> None:
    first, second = await world.ticket(), await world.ticket()
    # 1022 has these to complete, to forward anew, and nothing more to do with
    await world.act(await world.ticket(A.ACCEPT), A.ANSWER, answer="Đã lát lại.")
    await world.act(await world.ticket(), A.RETURN, why="nhầm cơ quan")
    await world.act(await world.ticket(), A.REFUSE, why="trùng")
    await world.ticket(agency="so-y-te")
    admin = await world.token("admin", name="quản trị")
    await world.directory.change(with_agency(), "lan")
    assert await world.outbox() == []
    body = {"day": f"{local_day(world.now)}", "successor": NEW}
    for _ in range(2):
        assert (await world.ask("POST", f"/api/directory/agencies/{OLD}/end", admin, json=body))[0] == 200
        messages = await world.outbox()
        assert whom(messages) == dict.fromkeys(BOTH, 2), "told once, however often it is written"
    about(messages, first, second)
    text = next(one.text for one in messages if one.template == "specialist.taken-over.email")
    link = next(line for line in text.splitlines() if line.startswith("https://1022.example"))
    page = await world.get(link.removeprefix("https://1022.example"))
    assert page.status == 200 and first.content in page.text


async def test_four_hundred_tickets_are_one_message_each(world: World) -> None:
    tickets = [await world.desk.create(a_draft(), by="lan", at=world.now) for _ in range(400)]
    await world.directory.change(merged(local_day(world.now)), "lan")
    messages = await world.outbox()
    assert whom(messages) == dict.fromkeys(BOTH, 2)
    assert sum(one.parts for one in messages if one.channel is Channel.SMS) <= 4
    about(messages, *tickets)


async def test_people_whom_the_new_agency_names_later_are_told_when_it_names_them(world: World) -> None:
    one = await world.ticket()
    today = local_day(world.now)
    await world.directory.change(with_agency(people=()), "lan")
    await world.directory.change(ends_into(OLD, NEW, today), "lan")
    assert await world.outbox() == [], "there is nobody yet"
    await world.directory.change(with_agency(people=("cv",)), "lan")
    assert whom(await world.outbox()) == {f"{NEW}-cv": 2}
    await world.directory.change(with_agency(), "lan")
    assert whom(await world.outbox()) == dict.fromkeys(BOTH, 2)
    about(await world.outbox(), one)


async def test_several_agencies_at_once_are_one_message_and_a_later_one_another(world: World) -> None:
    first, second = await world.ticket(), await world.ticket(agency="so-y-te")
    third = await world.ticket(agency="so-tu-phap")
    today = local_day(world.now)

    def both(before: Directory) -> Directory:
        return ends_into("so-y-te", NEW, today)(merged(today)(before))

    await world.directory.change(both, "lan")
    messages = await world.outbox()
    assert whom(messages) == dict.fromkeys(BOTH, 2)
    about(messages, first, second)
    assert all("Sở Xây dựng, Sở Y tế" in one.text for one in messages if one.channel is Channel.EMAIL)
    await world.directory.change(ends_into("so-tu-phap", NEW, today), "lan")
    later = await new(world, messages)
    assert whom(later) == dict.fromkeys(BOTH, 2)
    about(later, third)


async def test_over_a_chain_the_last_agency_is_told_of_everybodys(world: World) -> None:
    first = await world.ticket()
    today = local_day(world.now)
    await world.directory.change(merged(today), "lan")
    second = await world.ticket(agency=NEW)
    before = await world.outbox()
    await world.directory.change(merged(today, NEW, NEWEST), "lan")
    later = await new(world, before)
    assert whom(later) == {f"{NEWEST}-cv": 2, f"{NEWEST}-ld": 2}
    about(later, first, second)


async def test_a_change_that_is_refused_tells_nobody(world: World) -> None:
    await world.ticket()

    def torn(before: Directory) -> Directory:
        return ends_into("so-y-te", "nobody", local_day(world.now))(merged(local_day(world.now))(before))

    with pytest.raises(Invalid):
        await world.directory.change(torn, "lan")
    assert await world.outbox() == []


async def test_killed_before_it_is_through_neither_merger_nor_messages_are_there_and_again_both_are(
    world: World,
) -> None:
    await world.ticket()
    edit = merged(local_day(world.now))

    async def killed(tx: Work, directory: Directory, at: datetime) -> None:
        assert await world.take_overs.tell(tx, directory, at) == 2
        raise Unavailable("gone at this very moment")

    with pytest.raises(Unavailable):
        await change(world.database, edit, "lan", world.now, killed)
    async with world.database.reading() as tx:
        assert NEW not in (await tx.directory.load()).agencies and not await tx.take_overs.told()
    assert await world.outbox() == []
    await change(world.database, edit, "lan", world.now, world.take_overs.tell)
    assert whom(await world.outbox()) == dict.fromkeys(BOTH, 2)


async def test_two_processes_that_write_at_once_tell_once(world: World) -> None:
    await world.ticket()
    edit = merged(local_day(world.now))
    writers = (change(world.database, edit, f"w{n}", world.now, world.take_overs.tell) for n in range(4))
    lookers = (world.take_overs.look(world.database, world.now) for _ in range(4))
    await asyncio.gather(*writers, *lookers)
    assert whom(await world.outbox()) == dict.fromkeys(BOTH, 2)


async def test_a_merger_of_tomorrow_is_told_tomorrow_whatever_ran_at_midnight(world: World) -> None:
    one = await world.ticket()
    tomorrow = local_day(world.now) + timedelta(days=1)
    await world.directory.change(merged(tomorrow), "lan")
    looks: asyncio.Queue[int] = asyncio.Queue()

    async def due(at: datetime) -> None:
        looks.put_nowait(await world.take_overs.look(world.database, at))

    clock = TicketClock(world.database, world.desk, due=due, every=0.01, clock=lambda: world.now)
    running = asyncio.create_task(clock.run())
    async with asyncio.timeout(10):
        assert [await looks.get() for _ in range(2)] == [0, 0] and await world.outbox() == []
        world.now += timedelta(days=1)
        while not await looks.get():
            pass
        assert await looks.get() == 0
    running.cancel()
    await asyncio.wait([running])
    assert whom(await world.outbox()) == dict.fromkeys(BOTH, 2)
    about(await world.outbox(), one)
    assert await world.take_overs.look(world.database, world.now + timedelta(days=30)) == 0


async def test_once_everybody_is_told_no_look_reads_a_ticket(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.ticket()
    await world.directory.change(merged(local_day(world.now)), "lan")
    assert whom(await world.outbox()) == dict.fromkeys(BOTH, 2)

    async def reads(*_: object, **__: object) -> None:
        raise AssertionError("tickets are read")

    monkeypatch.setattr(TicketRepository, "open", reads)
    monkeypatch.setattr(TicketRepository, "having_open", reads)
    assert await world.take_overs.look(world.database, world.now + timedelta(minutes=1)) == 0


async def test_a_merger_that_leaves_nothing_open_tells_nobody(world: World) -> None:
    await world.act(await world.ticket(), A.RETURN, why="nhầm cơ quan")
    await change(world.database, merged(local_day(world.now)), "lan", world.now)
    assert await world.take_overs.look(world.database, world.now) == 0
    async with world.database.reading() as tx:
        assert not await tx.take_overs.told(), "what comes later is told then"


async def test_a_merger_that_was_written_while_the_program_did_not_know_this_is_told_by_the_next_look(
    world: World,
) -> None:
    one = await world.ticket()
    await change(world.database, merged(date(2026, 11, 1)), "an earlier version", world.now)
    assert await world.outbox() == []
    assert await world.take_overs.look(world.database, world.now) == 2
    about(await world.outbox(), one)


async def test_who_ended_meanwhile_is_told_nothing(world: World) -> None:
    await world.ticket()
    today = local_day(world.now)

    def edit(before: Directory) -> Directory:
        return ends_into(OLD, NEW, today)(end(with_agency()(before), What.CONTACT, f"{NEW}-cv", today))

    await world.directory.change(edit, "lan")
    assert whom(await world.outbox()) == {f"{NEW}-ld": 2}
