"""Webhooks before a real HTTP server as receiver: what it gets, by which signature, and what happens when it does not take it."""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import text

from hotline1022.core.call import Call
from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.db.unit import Database
from hotline1022.db.webhooks import WebhookRepository
from hotline1022.service.webhooks.desk import WebhookDesk
from hotline1022.service.webhooks.notes import note_calls
from hotline1022.webhooks.types import DeliveryState, EventKind, Given, Happened, PausedWhy, Wanted, Webhook
from tests.contract.database.made import a_call, of_calls
from tests.lab.forked import forked
from tests.lab.webhook_process import KEY, SETTINGS, sender, worker

K = EventKind
S = DeliveryState
NOW = datetime.now(UTC)


async def met(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        for _ in itertools.count():
            if await condition():
                return
            await asyncio.sleep(0.01)


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


async def test_a_receiver_checks_the_signature_and_learns_no_number(database: Database) -> None:
    async with receiver() as there, working(database):
        given = await add(database, there.url)
        await happen(database, ended(1), ended(1), ended(2, Reason.IN_QUEUE))
        await happen(database, ended(1))
        await until(database, given.webhook.id, S.DELIVERED, 2)
    assert sorted(one["type"] for one in there.events) == ["call.ended", "call.missed"], "each once"
    for headers, body in there.got:
        assert signed(given.secret, headers, body) and not signed(given.secret, headers, body + b" ")
        assert b"0901234567" not in body and b"phone" not in body
        assert headers["webhook-id"] == json.loads(body)["id"]
        assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60


async def test_nothing_is_told_of_what_was_not_committed_or_is_not_wanted(database: Database) -> None:
    async with receiver() as there:
        given = await add(database, there.url, K.CALL_MISSED)
        with pytest.raises(RuntimeError):
            async with database.transaction() as tx:
                await note_calls(tx, [ended(1, Reason.IN_QUEUE)])
                raise RuntimeError
        await happen(database, ended(2))
        assert await desk_of(database).deliveries(given.webhook.id) == []


async def test_a_number_is_read_when_it_is_sent(database: Database) -> None:
    await database.save(of_calls(a_call("hl1-1.1"), a_call("hl1-1.2", caller_e164=None, caller_raw="")))
    async with receiver() as there, working(database):
        await add(database, there.url, K.CALL_ENDED, numbers=True)
        await happen(database, ended(1))
        await there.until(1)
        await happen(database, ended(2), ended(3))
        await there.until(3)
    phones = {one["data"]["call"]: one["data"]["phone"] for one in there.events}
    assert phones == {"hl1-1.1": "+84901234567", "hl1-1.2": "", "hl1-1.3": ""}, "erased, and unknown"


async def test_events_of_one_thing_come_in_order_and_wait_for_each_other(database: Database) -> None:
    fails = 2

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal fails
        fails -= 1
        return web.Response(status=500 if fails >= 0 else 200)

    async with receiver() as there:
        there.answer = answer
        given = await add(database, there.url)
        async with database.transaction() as tx:
            await tx.webhooks.put(
                [
                    Happened(kinds=(K.TICKET_CHANGED,), thing="ticket:a", key=f"a/{n}", at=NOW, data={"version": n})
                    for n in range(4)
                ],
                NOW,
            )
        async with working(database):
            await until(database, given.webhook.id, S.DELIVERED, 4)
        assert (await desk_of(database).get(given.webhook.id)).failures == 0
    assert [one["data"]["version"] for one in there.events] == [0, 0, 0, 1, 2, 3]
    assert len({one["id"] for one in there.events}) == 4, "the same id in each try"


async def test_a_receiver_that_hangs_holds_up_no_other(database: Database) -> None:
    async def hang(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3600)
        raise AssertionError

    async with receiver() as slow, receiver() as quick:
        slow.answer = hang
        await add(database, slow.url)
        given = await add(database, quick.url)
        async with working(database, seconds=60.0):
            await happen(database, *map(ended, range(20)))
            await until(database, given.webhook.id, S.DELIVERED, 20)
            assert len(slow.got) <= 4, "requests at one receiver at a time"
        assert (await sender(seconds=0.5).send(slow.url, {}, b"{}")).error_id == "webhook-timeout"


async def test_answers_that_are_no_taking(database: Database) -> None:
    """A redirect is not followed, an answer without end not read, and 410 pauses at once, with an alarm."""

    async def redirect(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b"x" * 65536)
        return response

    async def gone(request: web.Request) -> web.StreamResponse:
        return web.Response(status=410)

    desk = desk_of(database)
    async with receiver() as there:
        given = await add(database, there.url)
        there.answer = redirect
        assert (await desk.test(given.webhook.id)).error_id == "webhook-redirect" and len(there.got) == 1
        there.answer = endless
        async with asyncio.timeout(4):
            assert (await desk.test(given.webhook.id)).taken
        there.answer = gone
        async with working(database):
            await happen(database, ended(1))
            assert (await paused(database, given.webhook.id)).paused_why is PausedWhy.GONE
            async with database.reading() as tx:
                (alarm,) = await tx.alarms.list()
            assert alarm.kind == "webhook-paused" and "webhook-gone" in alarm.detail
            there.answer = None
            count = len(there.got)
            await happen(database, ended(2))
            assert (await desk.test(given.webhook.id)).taken, "tried while it is paused"
            assert len(there.got) == count + 1
            await desk.resume(given.webhook.id)
            await until(database, given.webhook.id, S.DELIVERED, 2)


async def test_days_of_failures_pause_it(database: Database) -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        return web.Response(status=500)

    async with receiver() as there:
        there.answer = broken
        given = await add(database, there.url)
        await happen(database, ended(1))
        async with database.transaction() as tx:
            long_ago = datetime.now(UTC) - timedelta(days=SETTINGS.give_up_days)
            await tx.webhooks.leave_alone(
                given.webhook.id, failures=7, since=long_ago, until=long_ago, error_id="webhook-status"
            )
        async with working(database):
            known = await paused(database, given.webhook.id)
    assert known.paused_why is PausedWhy.FAILING
    (one,) = await desk_of(database).deliveries(given.webhook.id)
    assert one.state is S.WAITING, "it waits until somebody resumes"


async def test_a_kill_between_sending_and_noting_tells_it_again_with_the_same_id(
    database: Database, address: str
) -> None:
    async def hang(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3600)
        raise AssertionError

    async with receiver() as there:
        there.answer = hang
        given = await add(database, there.url)
        await happen(database, ended(1))
        async with forked("webhook_process", address):
            await there.until(1)  # it has it; the process is killed before it hears so
        there.answer = None
        async with forked("webhook_process", address):
            await until(database, given.webhook.id, S.DELIVERED)
    first, *rest = [headers["webhook-id"] for headers, _ in there.got]
    assert rest == [first]


@pytest.mark.parametrize(
    ("url", "error_id"),
    [
        ("http://example.vn/x", "webhook-url-plain"),
        ("https://10.1.2.3/x", "webhook-address"),
        ("https://169.254.169.254/latest", "webhook-address"),
        ("https://[::ffff:10.0.0.1]/", "webhook-address"),
        ("https://[64:ff9b::a00:1]/", "webhook-address"),
        ("https://[64:ff9b:1::a00:1]/", "webhook-address"),
        ("https://[::ffff:0:10.0.0.1]/", "webhook-address"),
        ("https://[::10.0.0.1]/", "webhook-address"),
        ("https://[fec0::1]/", "webhook-address"),
        ("https://224.0.0.1/", "webhook-address"),
        ("https://127.1/", "webhook-address"),
        ("https://2130706433/", "webhook-address"),
        ("https://0x7f.1./", "webhook-address"),
        ("https://example.0x7f000001/", "webhook-address"),
        ("https://u:p@example.vn/", "webhook-url"),
        ("https://example.vn\\@10.0.0.1/", "webhook-url"),
        ("ftp://example.vn/", "webhook-url"),
        ("https:///x", "webhook-url"),
    ],
)
async def test_addresses_that_are_refused(database: Database, url: str, error_id: str) -> None:
    with pytest.raises(Invalid) as refused:
        await add(database, url)
    assert refused.value.error_id == error_id


@pytest.mark.parametrize("host", ["localtest.example", "0x7f.1", "127.1"])
async def test_what_a_name_stands_for_is_looked_at_when_it_is_connected_to(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()

    async def found(*_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]

    monkeypatch.setattr(loop, "getaddrinfo", found)
    assert (await sender().send(f"https://{host}/", {}, b"{}")).error_id == "webhook-address"


async def test_who_may_not_see_numbers_has_none_sent(database: Database) -> None:
    desk = desk_of(database)
    given = await add(database, "https://example.vn/", numbers=True)
    for asked in (
        desk.add(
            Wanted(name="x", url="https://example.vn/", kinds=frozenset(K), numbers=True), by="x", sees_numbers=False
        ),
        desk.change(given.webhook.id, 1, Wanted(url="https://evil.example/"), sees_numbers=False),
    ):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.error_id == "webhook-numbers"
    changed = await desk.change(given.webhook.id, 1, Wanted(numbers=False), sees_numbers=True)
    assert changed.version == 2 and not changed.numbers
    with pytest.raises(HotlineError) as late:
        await desk.change(given.webhook.id, 1, Wanted(name="y"), sees_numbers=True)
    assert late.value.error_id == "webhook-changed"


async def test_secrets_are_sealed_and_renewed_rows_go_in_time(database: Database) -> None:
    desk = desk_of(database)
    async with receiver() as there:
        given = await add(database, there.url)
        async with database.reading() as tx:
            kept = await tx.webhooks.secret(given.webhook.id)
        assert base64.b64decode(given.secret.removeprefix("whsec_")) not in kept
        other = await desk.renew(given.webhook.id)
        assert (await desk.test(given.webhook.id)).taken
        headers, body = there.got[0]
        assert signed(other.secret, headers, body) and not signed(given.secret, headers, body)
        await happen(database, ended(1))
        async with database.transaction() as tx:
            assert await tx.webhooks.forget(datetime.now(UTC) + timedelta(seconds=1)) == 1
        await desk.remove(given.webhook.id)
        with pytest.raises(NotFound):
            await desk.get(given.webhook.id)


@pytest.mark.parametrize(
    "answer", [b"\x00\xff\r\n\r\n", b"HTTP/1.1 999999 x\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 99_999]
)
async def test_what_is_no_answer_of_http_is_none(answer: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        sent = await sender().send(f"http://127.0.0.1:{port}/", {}, b"{}")
    assert sent.error_id == "webhook-broken"


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
