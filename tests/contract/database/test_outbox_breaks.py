"""The outbox's worker on both databases when something breaks: nothing twice, nothing half known, nobody held up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotline1022.core.errors import Refused, Unavailable
from hotline1022.db.unit import Database
from hotline1022.notify.answers import Accepted, Arrived, Asked, NoAnswer, NotTaken, RefusedForGood, Sent
from hotline1022.notify.states import Trigger, moves
from hotline1022.notify.types import Channel, Message, OutboxFilter
from hotline1022.service.notify.outbox_book import OutboxBook
from tests.contract.database.outbox_world import PHONE, S, Script, a_message, running
from tests.lab.waiting import met


async def test_a_gateway_that_breaks_when_it_is_asked_is_asked_again(database: Database) -> None:
    answers: list[Asked | Exception] = [ZeroDivisionError("defect"), Arrived()]
    gateway = Script([NoAnswer(reason="timeout")], answers, can_ask=True, can_follow=True)
    async with running(database, gateway) as world:
        await world.put(a_message())
        await world.state(S.UNKNOWN)
        world.ahead += timedelta(minutes=2)
        await world.until(lambda one: one.asked == 1)
        world.ahead += timedelta(hours=1)
        await world.state(S.DELIVERED)


async def test_a_broken_gateway_does_not_end_the_worker(database: Database) -> None:
    async with running(database, Script([ZeroDivisionError("defect"), Accepted()])) as world:
        await world.put(a_message())
        assert "ZeroDivisionError" in (await world.state(S.UNKNOWN)).error
        await world.put(a_message("k2"))
        await world.eventually(lambda: world.book.reached["sent", "script"] >= 1)


async def test_a_gateway_that_is_away_costs_no_message_its_life(database: Database) -> None:
    away = NotTaken(error_id="smpp-away", reason="no bind", away=True)
    gateway = Script([*[away] * 20, Accepted()])
    async with running(database, gateway) as world:
        await world.put(a_message())
        await world.eventually(lambda: len(gateway.sent) == 1)
        for _ in range(19):
            world.ahead += timedelta(minutes=30)
            before = len(gateway.sent)
            await world.eventually(lambda before=before: len(gateway.sent) > before)  # type: ignore[misc]
            await world.state(S.NEW)
        world.ahead += timedelta(minutes=30)
        sent = await world.state(S.SENT)
        assert sent.tries == 1
        assert ("gateway-away", "script: smpp-away") in world.bell.rings
        assert "outbox-dead-letter" not in {kind for kind, _ in world.bell.rings}
        assert world.bell.ended == [("gateway-away", "script: ")], "it answers again: that is over"


async def test_who_died_left_nothing_half_known(database: Database) -> None:
    """The next worker of the same name knows at once; another one after the lease."""
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        await tx.outbox.put([a_message("begun"), a_message("held")])
        begun, held = await tx.outbox.lease(Channel.SMS, "w1", now, now + timedelta(hours=1), 2, S.LEASED)
        await tx.outbox.move(begun.id, moves(Trigger.BEGIN), gateway="script", begun_at=now)
    gateway = Script([Accepted()])
    async with running(database, gateway) as world:
        await world.eventually(lambda: world.book.reached["sent", "script"] >= 1)
        assert gateway.sent == [held.id]
        async with database.reading() as tx:
            assert (await tx.outbox.get(begun.id)).state is S.UNKNOWN


async def test_a_stop_waits_for_what_is_under_way_and_begins_nothing(database: Database) -> None:
    hold = asyncio.Event()
    async with running(database, Script([Accepted()], hold=hold)) as world:
        await world.put(a_message())
        await world.state(S.SENDING)
        assert not await world.worker.drain(seconds=0.1)
        hold.set()
        assert await world.worker.drain(seconds=10)
        await world.state(S.SENT)
        await world.put(a_message("k2"))
        await asyncio.sleep(0.3)
        assert len(world.gateway.sent) == 1


async def test_an_outcome_is_written_when_the_database_is_back(database: Database) -> None:
    hold = asyncio.Event()
    async with running(database, Script([Accepted()], hold=hold)) as world:
        await world.put(a_message())
        await world.state(S.SENDING)
        whole, away = database.transaction, True

        @asynccontextmanager
        async def broken() -> AsyncIterator[Any]:
            if away:
                raise Unavailable("the database does not answer")
            async with whole() as tx:
                yield tx

        database.transaction = broken  # type: ignore[method-assign]
        hold.set()
        await asyncio.sleep(0.3)
        assert (await world.only()).state is S.SENDING
        away = False
        await world.state(S.SENT)


async def test_what_could_not_begin_is_sent_as_soon_as_the_database_is_back(database: Database) -> None:
    async with running(database, Script([Accepted()])) as world:
        whole, refused = database.transaction, False

        @asynccontextmanager
        async def broken() -> AsyncIterator[Any]:
            nonlocal refused
            if not refused and (await world.only()).state is S.LEASED:
                refused = True
                raise Unavailable("the database does not answer")
            async with whole() as tx:
                yield tx

        database.transaction = broken  # type: ignore[method-assign]
        async with whole() as tx:
            await tx.outbox.put([a_message()])
        await world.state(S.SENT)
        assert refused and len(world.gateway.sent) == 1


async def test_what_a_carrier_says_that_no_database_keeps_holds_up_nobody(database: Database) -> None:
    """PostgreSQL takes no zero in a text."""
    says: list[Sent | Exception] = [
        RefusedForGood(error_id="refused", reason="bad\x00words"),
        Accepted(ids=("a\x00b",)),
        Accepted(ids=("a2",)),
    ]
    async with running(database, Script(says=says)) as world:
        for number in range(3):
            await world.put(a_message(f"k{number}", recipient=f"+8490123456{number}"))

            async def all_over() -> bool:
                async with database.reading() as tx:
                    found = await tx.outbox.list(OutboxFilter())
                return all(one.state in (S.SENT, S.FAILED) for one in found)

            await met(all_over)
        async with database.reading() as tx:
            states = sorted(one.state for one in await tx.outbox.list(OutboxFilter()))
        assert states == [S.FAILED, S.SENT, S.SENT]


async def test_an_outcome_that_is_never_taken_rings_and_the_others_go_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = OutboxBook._step

    async def step(self: OutboxBook, tx: Any, message: Message, *given: Any, **more: Any) -> Any:
        if message.recipient == PHONE:
            raise Refused("never", error_id="row-refused")
        return await real(self, tx, message, *given, **more)

    monkeypatch.setattr(OutboxBook, "_step", step)
    async with running(database, Script()) as world:
        await world.put(a_message("k1"), a_message("k2", recipient="+84901234568"))

        async def sent() -> bool:
            async with database.reading() as tx:
                return any(one.state is S.SENT for one in await tx.outbox.list(OutboxFilter()))

        await met(sent)
        await world.eventually(lambda: ("outbox-dead-letter", "sms script: not written") in world.bell.rings)
