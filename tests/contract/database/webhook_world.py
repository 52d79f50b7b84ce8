"""A receiver of webhooks that is a real HTTP server, the desk and the worker that tells it, and what happens. Keeps nothing."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline1022.core.call import Call
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.db.unit import Database
from hotline1022.service.webhooks.desk import WebhookDesk
from hotline1022.service.webhooks.notes import note_calls
from hotline1022.webhooks.types import DeliveryState, EventKind, Given, Wanted, Webhook
from tests.lab.waiting import met
from tests.lab.webhook_process import KEY, SETTINGS, sender, worker

K = EventKind
S = DeliveryState
NOW = datetime.now(UTC)


@dataclass
class Receiver:
    """What came, and what is answered."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    url: str = ""

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.got.append((dict(request.headers), await request.read()))
        return await self.answer(request) if self.answer else web.Response(status=204)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    async def until(self, count: int) -> None:
        async def came() -> bool:
            return len(self.got) >= count

        await met(came)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.take)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    made.url = str(server.make_url("/hook"))
    try:
        yield made
    finally:
        await server.close()


@asynccontextmanager
async def working(database: Database, seconds: float = 5.0, **more: Any) -> AsyncIterator[None]:
    running = asyncio.create_task(worker(database, seconds, **more).run())
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def desk_of(database: Database) -> WebhookDesk:
    return WebhookDesk(database, sender(), KEY, lambda: SETTINGS, lambda: datetime.now(UTC))


async def add(database: Database, url: str, *kinds: EventKind, numbers: bool = False) -> Given:
    wanted = Wanted(name="Cổng", url=url, kinds=frozenset(kinds or K), numbers=numbers)
    return await desk_of(database).add(wanted, by="user:admin", sees_numbers=True)


def ended(number: int, reason: Reason = Reason.AGENT_ANSWERED) -> Call:
    return Call(
        id=CallId(ChannelId(f"hl1-1.{number}")),
        entered_at=NOW,
        ended_at=NOW + timedelta(seconds=9),
        state=CallState.ENDED,
        result=Result.ANSWERED,
        reason=reason,
        caller="0901234567",
    )


async def happen(database: Database, *calls: Call) -> None:
    async with database.transaction() as tx:
        await note_calls(tx, calls)


async def until(database: Database, webhook: str, state: DeliveryState, count: int = 1) -> None:
    async def reached() -> bool:
        return [one.state for one in await desk_of(database).deliveries(webhook)].count(state) >= count

    await met(reached)


async def paused(database: Database, webhook: str) -> Webhook:
    """Once it is."""

    async def is_paused() -> bool:
        return (await desk_of(database).get(webhook)).paused_at is not None

    await met(is_paused)
    return await desk_of(database).get(webhook)


def signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As docs/webhooks.md tells receivers."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()
    given = [one.removeprefix("v1,") for one in headers["webhook-signature"].split()]
    return any(hmac.compare_digest(one, wanted) for one in given)
