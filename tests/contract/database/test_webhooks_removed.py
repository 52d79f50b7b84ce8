"""A webhook that is removed: out of sight at once, its events by portions afterwards, and nothing of others with them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, event, text

from hotline1022.core.errors import NotFound
from hotline1022.db.columns import UtcTime
from hotline1022.db.unit import Database
from hotline1022.db.webhooks import WebhookRepository
from hotline1022.webhooks.types import DeliveryState
from tests.contract.database.desk_world import open_desk
from tests.contract.database.webhook_world import add, desk_of, ended, happen, receiver, until, working
from tests.lab.waiting import met
from tests.lab.webhook_process import worker

PAGE = "/desk/webhooks"
#: what the page says while events go
GOES = "đang xoá dần sự kiện"


async def rows(database: Database) -> int:
    async with database.reading() as tx:
        found = await tx.webhooks._connection.scalar(text("SELECT count(*) FROM webhook_delivery"))
    return int(found or 0)


async def three_of_five_events(database: Database) -> Sequence[str]:
    """Ids of three webhooks that nothing is sent to, each with five events."""
    ids = [(await add(database, f"https://example.org/{number}")).webhook.id for number in range(3)]
    for one in ids:
        await desk_of(database).pause(one)
    await happen(database, *map(ended, range(5)))
    assert await rows(database) == 15
    return ids


async def test_its_events_go_by_portions_and_those_of_others_stay(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline1022.db.webhooks.AT_ONCE", 2)
    for gone in (0, 1, 2):  # whichever place its id has among them
        ids = sorted(await three_of_five_events(database))
        desk = desk_of(database)
        await desk.remove(ids[gone])
        with pytest.raises(NotFound):
            await desk.deliveries(ids[gone])
        assert await rows(database) == 15, "nothing but the webhook went with the request"
        assert await desk.going()
        async with database.reading() as tx:
            assert await tx.webhooks.waiting() == 10
        portions = []
        async with database.transaction() as tx:
            while portion := await tx.webhooks.sweep():
                portions.append(portion)
        assert portions == [2, 2, 1]
        assert not await desk.going()
        for one in ids:
            if one != ids[gone]:
                assert len(await desk.deliveries(one)) == 5
                await desk.remove(one)
        async with database.transaction() as tx:
            while await tx.webhooks.sweep():
                pass
        assert await rows(database) == 0


async def test_the_worker_lets_them_go_while_it_tells_others(database: Database) -> None:
    ids = await three_of_five_events(database)
    for one in ids:
        await desk_of(database).remove(one)

    async def gone() -> bool:
        return await rows(database) == 1  # that of the webhook that is told

    async with receiver() as there, working(database):
        given = await add(database, there.url)
        await happen(database, ended(9))
        await until(database, given.webhook.id, DeliveryState.DELIVERED)
        await met(gone)


async def test_one_that_is_added_while_another_ones_events_go_keeps_its_own(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, *others = await three_of_five_events(database)
    await desk_of(database).remove(gone)
    looked = WebhookRepository.going
    meanwhile = [*others]

    async def going(self: WebhookRepository) -> str:
        """Its list of webhooks was read before these were added."""
        return meanwhile.pop() if meanwhile else await looked(self)

    monkeypatch.setattr(WebhookRepository, "going", going)
    for _ in others:
        async with database.transaction() as tx:
            assert await tx.webhooks.sweep() == 0
    assert await rows(database) == 15
    async with database.transaction() as tx:
        assert await tx.webhooks.sweep() == 5
    assert [len(await desk_of(database).deliveries(one)) for one in others] == [5, 5]


async def test_a_worker_that_broke_lets_go_of_what_is_over_when_it_is_started_anew(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await three_of_five_events(database)
    await desk_of(database).remove(ids[0])
    one = worker(database)

    class Ended(BaseException):
        pass

    async def breaks(*_: object) -> None:
        raise Ended

    with monkeypatch.context() as patch:
        patch.setattr(one, "_look", breaks)  # before the other task has begun
        with pytest.raises(BaseExceptionGroup):
            await one.run()
    assert await rows(database) == 15

    async def gone() -> bool:
        return await rows(database) == 10

    running = asyncio.create_task(one.run())
    try:
        await met(gone)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_the_page_says_that_events_go_until_they_are_gone(database: Database, tmp_path: Path) -> None:
    (one, *_) = await three_of_five_events(database)
    async with (
        open_desk(database, tmp_path, webhooks=desk_of(database)) as world,
        world.signed_in("admin") as browser,
    ):
        assert GOES not in (await browser.get(PAGE)).text
        assert (await browser.send(f"{PAGE}/{one}", f"{PAGE}/{one}/remove")).goes_to == f"{PAGE}?done=removed"
        assert GOES in (await browser.get(PAGE)).text
        async with database.transaction() as tx:
            while await tx.webhooks.sweep():
                pass
        assert GOES not in (await browser.get(PAGE)).text


async def test_resuming_writes_to_what_was_tried_alone(database: Database) -> None:
    """A million may wait that nobody tried to tell."""
    given = await add(database, "https://example.org/hook")
    await desk_of(database).pause(given.webhook.id)
    await happen(database, *map(ended, range(5)))
    later = datetime.now(UTC) + timedelta(hours=4)
    async with database.transaction() as tx:
        sql = "UPDATE webhook_delivery SET tries = 3, first_try_at = at, due_at = :later WHERE thing = 'call:hl1-1.2'"
        await tx.webhooks._connection.execute(text(sql).bindparams(bindparam("later", later, UtcTime)))
    written: list[int] = []

    def note(_: Any, cursor: Any, statement: str, *more: Any) -> None:
        if statement.startswith("UPDATE webhook_delivery"):
            written.append(cursor.rowcount)

    async with database.transaction() as tx:
        event.listen(tx.webhooks._connection.sync_connection, "after_cursor_execute", note)
        now = datetime.now(UTC)
        await tx.webhooks.resume(given.webhook.id, now)
    assert written == [1]
    for one in await desk_of(database).deliveries(given.webhook.id):
        assert one.tries == 0 and one.first_try_at is None and one.due_at <= now
