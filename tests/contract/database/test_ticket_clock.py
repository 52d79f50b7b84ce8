"""Reservations that nobody will ever use are dropped; those of a call that goes on, or of a hunt that waits, are not."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from hotline1022.core.cascade import Outcome as HuntOutcome
from hotline1022.core.outcomes import Reason, Result
from hotline1022.service.tickets.clock import UNUSED, TicketClock, drop_unused
from hotline1022.tickets.ports import Outcome, Settled
from hotline1022.tickets.types import State, Ticket
from tests.contract.database.made import a_call, of_calls, over
from tests.contract.database.test_cascades import a_hunt, ended, save
from tests.contract.database.ticket_office import Office, nothing_due, office
from tests.unit.tickets_made import NOW

__all__ = ["office"]

LATER = NOW + UNUSED + timedelta(minutes=1)


async def reserved(office: Office, call: str) -> Ticket:
    return await office.desk.reserve(call, "so-xay-dung", "construction", NOW)


async def state(office: Office, ticket: Ticket) -> State:
    async with office.database.reading() as tx:
        return (await tx.tickets.get(ticket.id)).state


async def test_only_what_nobody_will_use_is_dropped(office: Office) -> None:
    gone = over("gone", 0, Result.ANSWERED, Reason.AGENT_ANSWERED)
    settled = over("settled", 0, Result.ANSWERED, Reason.AGENT_ANSWERED)
    waits = over("waits", 0, Result.ANSWERED, Reason.AGENT_ANSWERED)
    await office.database.save(of_calls(gone, settled, waits, a_call("talks"), a_call("hunts")))
    await save(office.database, a_hunt("hunts"), ended("waits"), ended("settled", outcome=HuntOutcome.TAKEN_BACK))
    async with office.database.transaction() as tx:
        await tx.cascades.settle("settled", 1, NOW)
    names = ("gone", "settled", "waits", "talks", "hunts", "unheard-of")
    tickets = {name: await reserved(office, name) for name in names}
    assert await drop_unused(office.database, office.desk, NOW + UNUSED) == 0, "not an hour yet"
    told = len(office.told)
    assert await drop_unused(office.database, office.desk, LATER) == 3
    dropped = {name for name, one in tickets.items() if await state(office, one) is State.DROPPED}
    assert dropped == {"gone", "settled", "unheard-of"}
    assert await drop_unused(office.database, office.desk, LATER) == 0
    assert len(office.told) == told + 3 and await office.all() == []


async def test_a_hunt_that_is_heard_of_too_late_has_its_ticket_all_the_same(office: Office) -> None:
    one = await reserved(office, "late")
    assert await drop_unused(office.database, office.desk, LATER) == 1
    after = await office.desk.settle(one.id, Outcome(how=Settled.NOBODY), LATER)
    assert (after.state, after.code) == (State.NEW, one.code)
    assert await drop_unused(office.database, office.desk, LATER + UNUSED * 2) == 0


async def test_the_clock_drops_them(office: Office) -> None:
    one = await reserved(office, "gone")
    clock = TicketClock(office.database, office.desk, due=nothing_due, every=0.01, clock=lambda: LATER)
    running = asyncio.create_task(clock.run())
    async with asyncio.timeout(10):
        for _ in itertools.count():
            if await state(office, one) is State.DROPPED:
                break
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])


async def test_what_breaks_in_one_step_holds_up_no_other(office: Office) -> None:
    """It is raised all the same: the guard of the service rings."""
    one = await reserved(office, "gone")

    async def breaks(_: object) -> None:
        raise LookupError("nobody foresaw this")

    clock = TicketClock(office.database, office.desk, due=breaks, every=60, clock=lambda: LATER)
    async with asyncio.timeout(10):
        with pytest.raises(LookupError):
            await clock.run()
    assert await state(office, one) is State.DROPPED
