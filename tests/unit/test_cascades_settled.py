"""Hunts that wait to be settled while a database or a row fails: none holds another up, and nothing is lost."""

import asyncio
import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest

from hotline1022.cascade.types import KeptCascade
from hotline1022.core.errors import Invalid, Refused, Unavailable
from hotline1022.db.cascades import CascadeRepository
from hotline1022.service.cascades import hunts as cascades
from hotline1022.service.cascades.hunts import RETRY_SECONDS
from hotline1022.tickets.ports import Outcome, Settled
from hotline1022.tickets.types import State, Ticket
from tests.unit.cascade_house import FREE, NOW, TAKEN, TALKING, House, house, hunting
from tests.unit.hunts_made import BACK, LEFT, NOBODY, reserved

__all__ = ["house"]


@pytest.mark.parametrize("end", [TAKEN + LEFT, NOBODY, BACK])
async def test_a_settle_that_is_killed_between_ticket_and_mark_is_repeated_without_harm(
    house: House, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await reserved(house)
    await house.stored(TALKING, FREE, hunting(ticket), end)

    async def killed(*args: object) -> bool:
        raise Unavailable("gone at this very moment")

    with monkeypatch.context() as dying:
        dying.setattr(CascadeRepository, "settle", killed)
        assert not await house.cascades.settle()
    first, told = await house.ticket(), await house.messages()
    assert first.version == 2 and (await house.kept()).settled_at is None
    house.now += timedelta(seconds=RETRY_SECONDS)
    assert await house.cascades.settle()
    assert await house.ticket() == first and await house.messages() == told
    assert (await house.kept()).settled_at == house.now


async def test_one_that_cannot_be_settled_stops_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = await reserved(house)
    second = hunting(ticket, hunt=2)
    await house.stored(TALKING, FREE, hunting(ticket), NOBODY, second, "40.0 c HANGUP 16\n")
    told, settle = [], house.tickets.settle

    async def refuses_the_first(name: str, outcome: Outcome, at: datetime) -> Ticket:
        told.append(outcome.how)
        if len(told) == 1:
            raise Unavailable("not now")
        return await settle(name, outcome, at)

    monkeypatch.setattr(house.tickets, "settle", refuses_the_first)
    assert not await house.cascades.settle()
    assert told == [Settled.NOBODY, Settled.NOBODY]
    assert (await house.kept(1)).settled_at is None and (await house.kept(2)).settled_at is not None
    assert (await house.ticket()).state is State.NEW


MANY = 9


async def many_hunts(house: House, monkeypatch: pytest.MonkeyPatch, broken: dict[str, Exception]) -> list[str]:
    """As many hunts, read two at a time, of which those of these agencies cannot be settled; the list is of what was tried."""
    monkeypatch.setattr(cascades, "AT_ONCE", 2)
    hunts = (hunting(None, f"cq-{n}", n) + f"{10 * n}.5 c HL_CASCADE_END outcome=nobody\n" for n in range(1, MANY + 1))
    await house.stored(TALKING, FREE, *hunts)
    tried: list[str] = []

    async def fill(kept: KeptCascade, at: datetime) -> Ticket:
        tried.append(kept.row.agency)
        if kept.row.agency in broken:
            raise broken[kept.row.agency]
        return await house.tickets.reserve(kept.row.call_id, kept.row.agency, "", at)

    monkeypatch.setattr(house.cascades, "_back_filled", fill)
    return tried


def of(*numbers: int) -> list[str]:
    return [f"cq-{n}" for n in numbers]


async def test_all_that_waits_is_settled_in_one_look(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = await many_hunts(house, monkeypatch, {})
    assert await house.cascades.settle()
    assert tried == of(*range(1, MANY + 1))
    assert [(await house.kept(n)).settled_at for n in range(1, MANY + 1)] == [NOW] * MANY


async def test_those_that_can_never_be_settled_hold_nothing_up_and_are_named(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken: dict[str, Exception] = {
        "cq-1": Refused("the database refuses the row", error_id="row-refused"),
        "cq-2": Invalid("not a value"),
        "cq-3": ValueError("day is out of range"),
        "cq-4": KeyError("agency"),
        "cq-5": TypeError("no time"),
    }
    tried = await many_hunts(house, monkeypatch, broken)
    assert not await house.cascades.settle()
    assert tried == of(*range(1, MANY + 1)), "the later ones too"
    assert [(await house.kept(n)).settled_at is not None for n in range(1, MANY + 1)] == [False] * 5 + [True] * 4
    assert caplog.text.count("Traceback") == 3, "what nobody foresaw is told with where it happened"
    assert await house.cascades.settle() and len(tried) == MANY, "set back: nothing to do now"
    for wait in (5, 10, 20, 40, 80, 160, 320, 600, 600):
        asked = len(tried)
        house.now += timedelta(seconds=wait - 1)
        assert await house.cascades.settle() and len(tried) == asked
        house.now += timedelta(seconds=1)
        assert not await house.cascades.settle()
        assert tried[asked:] == of(1, 2, 3, 4, 5)
    whys = ("row-refused", "value-invalid", "ValueError", "KeyError", "TypeError")
    assert set(house.bell.rung) == {("cascade-unsettled", f"hunt {n}: {why}") for n, why in enumerate(whys, 1)}
    broken.clear()
    house.now += timedelta(seconds=600)
    assert await house.cascades.settle()
    assert all([(await house.kept(n)).settled_at is not None for n in range(1, MANY + 1)])


async def test_a_database_that_takes_nothing_is_not_asked_for_each_hunt(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: dict[str, Exception] = {one: Unavailable("the disk is full") for one in of(*range(1, MANY + 1))}
    tried = await many_hunts(house, monkeypatch, broken)
    assert not await house.cascades.settle()
    assert tried == of(1, 2, 3)
    assert not await house.cascades.settle()
    assert tried == of(1, 2, 3, 4, 5, 6), "and it is not always the same ones that are tried"
    broken.clear()
    house.now += timedelta(seconds=RETRY_SECONDS)
    assert await house.cascades.settle()
    assert sorted(set(tried)) == of(*range(1, MANY + 1))


async def test_one_that_failed_is_looked_for_again_when_its_time_has_come(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: dict[str, Exception] = {"cq-1": Invalid("not a value")}
    monkeypatch.setattr(cascades, "RETRY_SECONDS", 0.01)
    tried = await many_hunts(house, monkeypatch, broken)
    running = asyncio.create_task(house.cascades.run())
    try:
        async with asyncio.timeout(10):
            for _ in itertools.count():
                if tried.count("cq-1") == 2:
                    break
                house.now += timedelta(seconds=RETRY_SECONDS)
                await asyncio.sleep(0.005)
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_it_runs_when_something_ends_and_again_when_the_database_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await reserved(house)
    looks = itertools.count(1)
    seen: list[int] = []
    looked, settled = asyncio.Event(), asyncio.Event()
    settle = house.cascades.settle

    async def look() -> bool:
        seen.append(next(looks))
        looked.set()
        if seen[-1] == 2:
            return False  # the database is away
        done = await settle()
        if (await house.ticket()).state is State.NEW:
            settled.set()
        return done

    monkeypatch.setattr(house.cascades, "settle", look)
    monkeypatch.setattr(cascades, "RETRY_SECONDS", 0.02)
    running = asyncio.create_task(house.cascades.run())
    try:
        async with asyncio.timeout(10):
            await looked.wait()
            await house.stored(TALKING, FREE, hunting(ticket), NOBODY)
            await settled.wait()
    finally:
        running.cancel()
        await asyncio.wait([running])
    assert seen == [1, 2, 3]


async def test_while_the_database_is_away_nothing_is_settled(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = await reserved(house)
    await house.stored(TALKING, FREE, hunting(ticket), NOBODY)

    async def away(*args: Any, **more: Any) -> Any:
        raise Unavailable("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(CascadeRepository, "unsettled", away)
        assert not await house.cascades.settle()
    assert await house.ticket() == ticket
