"""When the alarm of an erasure rings, and what it says: not for one that is done or taken up in that very moment, nor at once where nothing
was touched; and what hangs is told as that.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotline1022.core.errors import Refused, Unavailable
from hotline1022.db.citizen_requests import ErasureRequests
from hotline1022.service.citizen.desk import Citizens
from hotline1022.service.citizen.erasing import Erasing
from hotline1022.service.citizen.standing import ERASURE_ALARM, HANGS, STILL, Standing
from hotline1022.service.citizen.steps import Steps
from hotline1022.web.desk.service_words import alarm_words
from tests.contract.database.citizen_world import NUMBER
from tests.contract.database.test_erasure_broken_off import alarms, cared, killed
from tests.lab.citizen_desk import Cared

__all__ = ["cared"]

ID = "a" * 16


async def still_running(erasing: Erasing) -> None:
    """Until it has ended."""
    async with asyncio.timeout(60):
        while erasing._work.running:  # noqa: ASYNC110 -- it tells nobody
            await asyncio.sleep(0.01)


@asynccontextmanager
async def held(cared: Cared, request: str, **values: Any) -> AsyncIterator[None]:
    """What somebody else writes into its row, and has not ended yet while inside; with `alarm`, that one is raised."""
    begun = asyncio.Event()

    async def write() -> None:
        async with cared.house.world.database.transaction() as tx:
            if "alarm" in values:
                alarm, _ = await tx.alarms.raise_alarm(ERASURE_ALARM, values["alarm"], datetime.now(UTC))
                values["alarm"] = alarm.id
            await tx.citizens.requests.note(request, **values)
            begun.set()
            await asyncio.sleep(0.5)

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        await begun.wait()
        yield


async def broken(cared: Cared) -> str:
    """A request whose process was killed on the way."""
    asked = await cared.house.citizens().request(NUMBER, "Đơn")
    await killed(cared.house, asked.request, 1)
    return asked.request


async def test_one_of_an_older_version_has_not_moved_since_it_was_confirmed(cared: Cared) -> None:
    request = await broken(cared)
    async with cared.house.world.database.transaction() as tx:
        await tx.citizens.requests.note(request, moved_at=None)
    standing = Standing(cared.house.world.database, lambda: request)
    await standing.look(datetime.now(UTC) + STILL)
    assert await alarms(cared) == []
    await standing.look(datetime.now(UTC) + HANGS)
    assert len(await alarms(cared, ringing=True)) == 1


async def test_one_that_is_taken_up_while_it_is_looked_for_does_not_ring(
    cared: Cared, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, at = await broken(cared), datetime.now(UTC) + STILL + timedelta(minutes=1)
    standing = ErasureRequests.standing

    async def then_taken_up(self: ErasureRequests, before: datetime) -> Any:
        found = await standing(self, before)
        async with cared.house.world.database.transaction() as tx:
            await tx.citizens.requests.note(request, moved_at=at)
        return found

    monkeypatch.setattr(ErasureRequests, "standing", then_taken_up)
    await Standing(cared.house.world.database, lambda: "").look(at)
    assert await alarms(cared) == []


async def test_one_that_is_just_done_does_not_ring(cared: Cared) -> None:
    request = await broken(cared)
    async with held(cared, request, done_at=datetime.now(UTC)):
        await cared.erasing._standing.tell(request, "disk-io")
    assert await alarms(cared) == []


async def test_an_alarm_that_is_just_raised_ends_when_it_is_taken_up(cared: Cared) -> None:
    request = await broken(cared)
    async with held(cared, request, alarm="x"):
        await cared.house.citizens().accept(request)
    assert len(await alarms(cared)) == 1 and await alarms(cared, ringing=True) == []


async def test_and_when_it_is_done(cared: Cared, monkeypatch: pytest.MonkeyPatch) -> None:
    request, said = await broken(cared), Citizens._said
    async with asyncio.TaskGroup() as group:
        rings = asyncio.Event()

        async def ring() -> None:
            async with held(cared, request, alarm="x"):
                rings.set()

        async def last(self: Citizens, *given: Any, **more: Any) -> Any:
            found = await said(self, *given, **more)
            group.create_task(ring())
            await rings.wait()
            return found

        monkeypatch.setattr(Citizens, "_said", last)
        assert (await cared.house.citizens().confirm(request, NUMBER)).done
    assert len(await alarms(cared)) == 1 and await alarms(cared, ringing=True) == []


async def test_what_hangs_says_that_the_service_must_be_restarted_first(
    cared: Cared, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, finish = asyncio.Event(), Steps.finish

    async def hangs(self: Steps, *given: Any) -> None:
        await go_on.wait()
        await finish(self, *given)

    monkeypatch.setattr(Steps, "finish", hangs)
    await cared.erasing.begin(ID, NUMBER, "Đơn 14", "")
    await cared.erasing._standing.look(datetime.now(UTC) + HANGS)
    (alarm,) = await alarms(cared, ringing=True)
    assert ID in alarm.detail and "restart the service, then type the number again" in alarm.detail
    assert "khởi động lại dịch vụ, rồi mới gõ lại" in alarm_words(alarm.detail)
    go_on.set()
    await still_running(cared.erasing)


@pytest.mark.parametrize("touched", [False, True])
@pytest.mark.parametrize("why", ["erasure-waits", "erasure-changed"])
async def test_what_waits_rings_at_once_only_where_something_has_gone(
    cared: Cared, monkeypatch: pytest.MonkeyPatch, why: str, touched: bool
) -> None:
    if touched:
        await cared.house.citizens().request(NUMBER, "Đơn", id=ID)
        await killed(cared.house, ID, 1)

    @contextmanager
    def refuses() -> Any:
        if why == "erasure-changed":
            raise Refused("something else", error_id=why)
        yield False

    monkeypatch.setattr(cared.erasing._citizens, "_leave", refuses)
    await cared.erasing.begin(ID, NUMBER, "Đơn 14", "")
    await still_running(cared.erasing)
    assert (await cared.erasing.erasure(ID)).error_id == why
    assert len(await alarms(cared, ringing=True)) == (1 if touched else 0)
    await Standing(cared.house.world.database, lambda: "").look(datetime.now(UTC) + STILL)
    assert len(await alarms(cared, ringing=True)) == 1


async def test_a_refusal_names_the_other_erasure_too(cared: Cared, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def busy() -> Any:
        yield False

    citizens = cared.house.citizens()
    asked = await citizens.request(NUMBER, "Đơn")
    monkeypatch.setattr(citizens, "_leave", busy)
    with pytest.raises(Unavailable, match="or another erasure runs"):
        await citizens.confirm(asked.request, NUMBER)
