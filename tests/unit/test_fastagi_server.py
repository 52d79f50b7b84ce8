"""The FastAGI server against scripted calls: who connects, who is turned away, whose handler fails."""

import asyncio
import functools
import socket
import time
from typing import Any

import pytest

from hotline1022.ami_bridge.agi_session import AgiSession
from hotline1022.ami_bridge.fastagi import AgiLimits, FastAgiServer
from hotline1022.ami_bridge.ports import AgiChannel
from hotline1022.core.errors import ConfigError
from tests.lab.scripted import AGI_HEADERS, scripted_call
from tests.lab.waiting import until
from tests.unit.agi_world import good_call, menu, serving, storm


async def test_a_call_is_answered() -> None:
    async with serving() as server:
        await good_call(server)
        await until(lambda: server.stats.answered == 1)


async def test_a_thousand_connections_that_say_nothing_then_a_call() -> None:
    async with serving() as server:
        await asyncio.to_thread(storm, server.port, 1_000)
        await until(lambda: server.stats.connections == 1_000)
        await good_call(server)
        done = server.stats  # those beyond the limit of open connections are turned away at once
        await until(lambda: done.incomplete + done.turned_away == 1_000 and not server._streams)
        busy = time.process_time()
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert time.process_time() - busy < 0.15  # nothing spins


async def test_connections_cut_in_the_middle_of_the_headers_then_a_call() -> None:
    async with serving() as server:
        await asyncio.to_thread(storm, server.port, 100, AGI_HEADERS[:60])
        await good_call(server)
        await until(lambda: server.stats.incomplete == 100)


async def test_five_megabytes_without_a_blank_line_block_nobody() -> None:
    def flood(port: int) -> bool:
        """Whether the server cut the flood off."""
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            try:
                for _ in range(5 * 16):
                    sock.sendall(b"agi_x: " + b"y" * 65_529)
                return sock.recv(1) == b""
            except ConnectionError:
                return True

    async with serving(header=60) as server:
        begun = time.thread_time()
        flooding = asyncio.ensure_future(asyncio.to_thread(flood, server.port))
        await good_call(server)
        assert await flooding
        await until(lambda: server.stats.incomplete == 1)
        assert time.thread_time() - begun < 1


@pytest.mark.parametrize("last", [1, 2, 7])
async def test_headers_in_two_pieces_are_one_session(last: int) -> None:
    headers = AGI_HEADERS.replace(b"%s", b"menu")
    async with serving() as server, scripted_call(server.port, headers=headers[:-last]) as call:
        await until(lambda: any(len(stream._buffer) == len(headers) - last for stream in server._streams))
        call.writer.write(headers[-last:])
        assert (await call.reply(b"200 result=1")).startswith(b"SET VARIABLE")
        assert await call.closed()


async def test_headers_that_do_not_come_are_not_waited_for() -> None:
    async with serving(header=0.05) as server, scripted_call(server.port, headers=b"agi_network: yes\n") as call:
        assert await call.closed()
        await until(lambda: server.stats.incomplete == 1)


async def test_strangers_are_turned_away() -> None:
    async with serving(allow=("192.0.2.0/24",)) as server, scripted_call(server.port) as call:
        assert await call.closed()
        await until(lambda: server.stats.strangers == 1)
        assert server.stats.sessions == 0


async def test_a_handler_that_raises_ends_its_session_without_a_result(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(session: AgiSession) -> None:
        raise KeyError("its own mistake")

    async with serving(broken) as server:
        async with scripted_call(server.port) as call:
            assert await call.command() == b""  # closed without a single command
        await until(lambda: server.stats.failures == 1)
        server.route("good", menu)
        async with scripted_call(server.port, b"good") as call:
            assert (await call.reply(b"200 result=1")).startswith(b"SET VARIABLE")
    assert "FastAGI menu failed" in caplog.text and "its own mistake" in caplog.text


async def test_a_handler_that_is_cancelled_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    async def cancelled(session: AgiSession) -> None:
        raise asyncio.CancelledError

    async with serving(cancelled) as server, scripted_call(server.port) as call:
        assert await call.command() == b""
        await until(lambda: server.stats.failures == 1)
    assert "was cancelled" in caplog.text


async def test_a_handler_that_hangs_is_ended_and_holds_nobody_up() -> None:
    async def hanging(session: AgiSession) -> None:
        await asyncio.Event().wait()

    async with serving(hanging, seconds=0.2) as server, scripted_call(server.port) as call:
        server.route("other", menu)
        async with scripted_call(server.port, b"other") as other:
            assert (await other.reply(b"200 result=1")).startswith(b"SET VARIABLE")
        assert await call.command() == b""
        assert server.stats.failures == 1


async def test_too_many_sessions_are_turned_away_in_time() -> None:
    gate = asyncio.Event()

    async def slow(session: AgiSession) -> None:
        await gate.wait()
        await menu(session)

    async with serving(slow, sessions=2, place=0.1) as server:  # noqa: SIM117
        async with scripted_call(server.port) as first, scripted_call(server.port) as second:
            await until(lambda: server.stats.sessions == 2)
            async with scripted_call(server.port) as third:
                assert await third.command() == b""
            assert server.stats.turned_away == 1
            async with scripted_call(server.port) as fourth:
                await until(lambda: server.sessions_now == 3)
                gate.set()
                for call in (first, second, fourth):
                    assert (await call.reply(b"200 result=1")).startswith(b"SET VARIABLE")
                    assert await call.closed()


async def test_too_many_connections_are_turned_away_at_once() -> None:
    async with serving(connections=3) as server:
        async with (
            scripted_call(server.port, headers=b"agi_"),
            scripted_call(server.port, headers=b"agi_"),
            scripted_call(server.port, headers=b"agi_"),
            scripted_call(server.port) as fourth,
        ):
            assert await fourth.closed()
            assert server.stats.turned_away == 1
        await until(lambda: not server._streams)
        await good_call(server)


async def test_the_address_may_carry_a_query_and_arguments() -> None:
    seen: list[Any] = []

    async def handler(session: AgiSession) -> None:
        channel: AgiChannel = session
        seen.extend((list(channel.args), dict(channel.query), channel.variables["agi_callerid"]))

    async with serving(handler) as server:
        async with scripted_call(server.port, b"menu?x=1&y=&z=%C4%91") as call:
            assert await call.closed()
        async with scripted_call(server.port, b"/menu/") as call:
            assert await call.closed()
    assert seen[:3] == [["root", "1"], {"x": "1", "y": "", "z": "đ"}, "0901234567"]
    assert len(seen) == 6


async def test_an_address_without_a_route_is_closed_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as server:
        for headers in (AGI_HEADERS, b"agi_request: x\n\n", b"\n\n"):
            async with scripted_call(server.port, b"nowhere", headers=headers) as call:
                assert await call.closed()
        assert server.stats.unrouted == 3
    assert "no route for 'nowhere'" in caplog.text


class Callable_:
    async def __call__(self, session: AgiSession) -> None:
        await menu(session)


async def test_routes_are_async_callables_and_there_once() -> None:
    server = FastAgiServer(port=0)
    with pytest.raises(ConfigError) as caught:
        server.route("plain", lambda session: None)  # type: ignore[arg-type,return-value]
    assert caught.value.error_id == "agi-handler-not-async"
    server.route("object", Callable_())
    server.route("partial", functools.partial(menu))
    server.route("method", Callable_().__call__)
    with pytest.raises(ConfigError):
        server.route("/object/", menu)
    await server.start()
    for path in (b"object", b"partial", b"method"):
        async with scripted_call(server.port, path) as call:
            assert (await call.reply(b"200 result=1")).startswith(b"SET VARIABLE")
    await server.close()


async def test_a_taken_port_is_one_clear_error() -> None:
    async with serving() as server:
        second = FastAgiServer(port=server.port)
        with pytest.raises(ConfigError, match="agi_port") as caught:
            await second.start()
    assert caught.value.error_id == "port-taken"


async def test_closing_lets_sessions_end_and_cuts_what_is_left() -> None:
    async def stuck(session: AgiSession) -> None:
        await asyncio.Event().wait()

    server = FastAgiServer(port=0, limits=AgiLimits(drain=0.3))
    server.route("menu", menu)
    server.route("stuck", stuck)
    running = asyncio.ensure_future(server.run())
    await until(lambda: server.port != 0)
    async with (
        scripted_call(server.port) as good,
        scripted_call(server.port, b"stuck") as left,
        scripted_call(server.port, headers=b"agi_") as dumb,
    ):
        await until(lambda: server.sessions_now == 2 and server.stats.connections == 3)
        closing = asyncio.ensure_future(server.close())
        assert (await good.reply(b"200 result=1")).startswith(b"SET VARIABLE")
        assert await good.closed() and await left.closed() and await dumb.closed()
        async with asyncio.timeout(3):
            await asyncio.gather(closing, running)
    assert server.sessions_now == 0 and not server._streams
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", server.port)


async def test_a_session_of_one_command_costs_little() -> None:
    """CPU of the serving thread alone, the best of several rounds; the calls are made by another thread."""
    headers = AGI_HEADERS.replace(b"%s", b"menu")

    def calls(port: int, times: int) -> None:
        for _ in range(times):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
                sock.sendall(headers)
                assert sock.recv(4096).startswith(b"SET VARIABLE")
                sock.sendall(b"200 result=1\n")
                assert sock.recv(16) == b""

    async with serving() as server:
        await asyncio.to_thread(calls, server.port, 50)
        best = 1.0
        for _ in range(20):  # a busy neighbour on the machine makes single rounds dear
            begun = time.thread_time()
            await asyncio.to_thread(calls, server.port, 100)
            best = min(best, (time.thread_time() - begun) / 100)
            if best < 0.000_4:
                break
        assert best < 0.000_6, f"{best * 1000:.2f} ms per session"
