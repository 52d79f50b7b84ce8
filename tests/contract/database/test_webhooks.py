"""Webhooks before a real HTTP server as receiver: what it gets, by which signature, and what happens when it does not take it."""

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from hotline1022.core.outcomes import Reason
from hotline1022.db.unit import Database
from hotline1022.service.webhooks.notes import note_calls
from hotline1022.webhooks.types import Happened, PausedWhy
from tests.contract.database.made import a_call, of_calls
from tests.contract.database.webhook_world import (
    NOW,
    K,
    S,
    add,
    desk_of,
    ended,
    happen,
    paused,
    receiver,
    signed,
    until,
    working,
)
from tests.lab.forked import forked
from tests.lab.webhook_process import SETTINGS, sender


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
