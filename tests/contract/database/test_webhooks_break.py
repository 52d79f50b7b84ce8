"""Webhooks where something breaks or grows old: a spoilt row, an outcome that cannot be written, events past their time."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from hotline1022.db.unit import Database
from hotline1022.db.webhooks import WebhookRepository
from tests.contract.database.webhook_world import S, add, desk_of, ended, happen, receiver, until, working
from tests.lab.waiting import met


@pytest.mark.parametrize("kinds", ['["a-kind-of-another-version"]', '{"half": 1}', "7"])
async def test_a_row_of_another_version_stops_neither_the_log_of_calls_nor_others(
    database: Database, kinds: str
) -> None:
    odd, whole = await add(database, "https://odd.example/"), await add(database, "https://whole.example/")
    async with database.transaction() as tx:
        await tx.webhooks._connection.execute(
            text("UPDATE webhook SET kinds = :kinds WHERE id = :id"), {"kinds": kinds, "id": odd.webhook.id}
        )
    await happen(database, ended(1))
    assert await desk_of(database).deliveries(odd.webhook.id) == []
    assert len(await desk_of(database).deliveries(whole.webhook.id)) == 1


class Told:
    """What broke."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    async def broke(self, part: str, error: Exception) -> None:
        self.parts.append(part)

    async def until(self, count: int) -> None:
        async def told() -> bool:
            return len(self.parts) >= count

        await met(told)


async def test_an_outcome_that_cannot_be_written_down_is_not_told_again_and_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease would end every two minutes, and the receiver get it each time."""
    broken, real, told = [True], WebhookRepository.taken, Told()

    async def taken(self: WebhookRepository, *given: Any) -> bool:
        if broken.pop() if broken else False:
            raise TypeError("a row is spoilt")
        return await real(self, *given)

    monkeypatch.setattr(WebhookRepository, "taken", taken)
    now = [datetime.now(UTC) + timedelta(seconds=10)]
    async with receiver() as there:
        given = await add(database, there.url)
        async with working(database, broke=told.broke, clock=lambda: now[0]):
            await happen(database, ended(1))
            await told.until(1)
            assert told.parts == ["telling a webhook"] and len(there.got) == 1
            async with database.transaction() as tx:
                await tx.webhooks.free(now[0] + timedelta(hours=1))
            await happen(database, ended(2))
            await asyncio.sleep(0.3)  # six looks: nothing is sent, which no condition can tell
            assert len(there.got) == 1, "it is left alone"
            now[0] += timedelta(seconds=61)
            await until(database, given.webhook.id, S.DELIVERED, 2)
            assert len(there.got) == 3, "and told again then: at least once"


async def test_a_look_that_breaks_is_told_of_and_the_next_one_works(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, real, told = [True], WebhookRepository.due, Told()

    async def due(self: WebhookRepository, at: datetime) -> Any:
        if broken.pop() if broken else False:
            raise LookupError("nobody foresaw this")
        return await real(self, at)

    monkeypatch.setattr(WebhookRepository, "due", due)
    async with receiver() as there, working(database, broke=told.broke):
        await told.until(1)
        assert told.parts == ["the look at webhooks"]
        given = await add(database, there.url)
        await happen(database, ended(1))
        await until(database, given.webhook.id, S.DELIVERED)


async def test_events_are_forgotten_by_portions_and_by_a_clock_that_is_believed_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline1022.db.webhooks.AT_ONCE", 2)
    monkeypatch.setattr("hotline1022.service.webhooks.tidy.AT_ONCE", 2)
    asked: list[datetime] = []
    doubts = ["the clock went back"]

    async def doubt(at: datetime) -> str:
        asked.append(at)
        return doubts[0]

    later = datetime.now(UTC) + timedelta(days=31)

    async def asked_once() -> bool:
        return len(asked) > 0

    given = await add(database, "https://example.org/hook")
    await desk_of(database).pause(given.webhook.id)
    await happen(database, *map(ended, range(5)))
    async with working(database, clock=lambda: later, doubt=doubt):
        await met(asked_once)
    assert len(await desk_of(database).deliveries(given.webhook.id)) == 5
    asked.clear()
    doubts[0] = ""

    async def gone() -> bool:
        return not await desk_of(database).deliveries(given.webhook.id)

    async with working(database, clock=lambda: later, doubt=doubt):
        await met(gone)
