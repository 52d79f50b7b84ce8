"""The AMI link is lost, refused or ended: nothing is sent twice, nothing is hammered, nothing is left behind."""

import asyncio
import logging
from itertools import pairwise
from typing import Any

import pytest

from hotline1022.ami_bridge.link import AmiLink
from hotline1022.ami_bridge.link_types import LinkTimes
from hotline1022.ami_bridge.types import LinkDown, LinkRefused, LinkUp
from hotline1022.core.errors import ConfigError, Refused, Unavailable
from tests.lab.scripted import message, scripted_ami
from tests.lab.waiting import until
from tests.unit.link_world import CALM, QUICK, Listener, running, unanswered


async def test_an_action_pending_when_the_link_is_lost_fails_and_is_never_sent_again() -> None:
    booted = message("Event: FullyBooted", "Status: Fully Booted")
    async with scripted_ami(answer=unanswered, after_login=booted) as ami, running(ami.port) as link:
        await link.wait_up(5)
        names = ("Originate", "Redirect", "QueueAdd", "Hangup", "Setvar", "Status")
        pending = [asyncio.ensure_future(link.action(name, (("Channel", "PJSIP/x"),))) for name in names]
        await until(lambda: len(ami.actions) == 1 + len(names))
        ami.cut()
        for outcome in await asyncio.gather(*pending, return_exceptions=True):
            assert isinstance(outcome, Unavailable) and outcome.error_id == "ami-link-lost"
        await until(lambda: link.epoch == 2)
        ami.send(booted)  # what the library takes as the sign to send everything again
        await link.action("Ping")
        assert ami.connections == 2
    for name in names:
        assert len(ami.named(name)) == 1, f"{name} was sent again"
    assert not link._manager.awaiting_actions


async def test_after_a_loss_the_next_login_is_waited_for() -> None:
    async with scripted_ami() as ami, running(ami.port) as link:
        await link.wait_up(5)
        ami.mute = True  # the next login is not answered
        ami.cut()
        await until(lambda: ami.connections == 2)
        with pytest.raises(Unavailable):
            await link.wait_up(0.05)


async def test_while_down_an_action_is_refused_and_never_sent() -> None:
    link = AmiLink(host="127.0.0.1", port=1, username="actor", secret="x")
    with pytest.raises(Unavailable) as caught:
        await link.action("Originate")
    assert caught.value.error_id == "ami-link-down"
    await link.close()


async def test_a_wrong_secret_fails_fast_and_is_not_hammered(caplog: pytest.LogCaptureFixture) -> None:
    heard = Listener()
    async with (
        scripted_ami() as ami,
        running(ami.port, on_event=heard, secret="wrong", times=QUICK, jitter=lambda: 1.0) as link,
    ):
        at: list[float] = []
        clock = asyncio.get_running_loop().time
        with pytest.raises(ConfigError) as caught:
            await link.wait_up(5)
        assert caught.value.error_id == "ami-login-refused"
        assert "manager.conf" in str(caught.value) and "wrong" not in str(caught.value)
        with pytest.raises(Unavailable, match=r"manager\.conf"):
            await link.action("Ping")
        for count in range(2, 6):
            await until(lambda count=count: len(ami.named("Login")) == count)  # type: ignore[misc]
            at.append(clock())
        pauses = [after - before for before, after in pairwise(at)]
        assert pauses[0] >= 0.09 and pauses[1] >= 0.19 and pauses[2] >= 0.38, pauses  # 0.1, 0.2, 0.4: doubling
        assert len(heard.of(LinkRefused)) >= 4 and not heard.of(LinkUp) and not heard.of(LinkDown)
        ami.secret = "wrong"  # the operator mends it
        await until(lambda: link.is_up)
        await link.wait_up(5)
        await link.action("Ping")
    assert any(record.levelno == logging.ERROR for record in caplog.records)
    assert "'wrong'" not in caplog.text and "Secret" not in caplog.text


async def test_a_wrong_secret_waits_a_minute_by_default() -> None:
    async with scripted_ami() as ami, running(ami.port, secret="no", times=LinkTimes(), jitter=lambda: 0.0) as link:
        with pytest.raises(ConfigError):
            await link.wait_up(5)
        assert LinkTimes().refused_first * 0.5 >= 30
        assert len(ami.named("Login")) == 1


async def test_pauses_grow_and_are_jittered_while_nobody_listens() -> None:
    async with scripted_ami() as ami:
        port = ami.port
    drawn: list[float] = []

    def jitter() -> float:
        drawn.append(0.5)
        return 0.5

    times = LinkTimes(retry_first=0.01, retry_cap=0.04)
    async with running(port, times=times, jitter=jitter) as link:
        begun = asyncio.get_running_loop().time()
        await until(lambda: link.stats.connects == 6)
        took = asyncio.get_running_loop().time() - begun
    assert took >= 0.75 * (0.01 + 0.02 + 0.04 + 0.04 + 0.04) * 0.95
    assert len(drawn) >= 5


async def test_close_during_the_pause_before_a_reconnect_really_closes() -> None:
    times = LinkTimes(ping=30, retry_first=0.05)
    async with scripted_ami() as ami, running(ami.port, times=times) as link:
        await link.wait_up(5)
        ami.cut()
        await until(lambda: not link.is_up)
        async with asyncio.timeout(1):
            await link.close()
        await asyncio.sleep(0.15)  # three times the pause: nothing may come back
        assert ami.connections == 1 and ami.open_now == 0
        with pytest.raises(Unavailable):
            await link.action("Ping")


async def test_close_while_up_ends_the_connection_and_run_once_only() -> None:
    heard = Listener()
    async with scripted_ami() as ami, running(ami.port, on_event=heard) as link:
        await link.wait_up(5)
        await link.close()
        await until(lambda: ami.open_now == 0)
        assert isinstance(heard.events[-1], LinkDown)
        with pytest.raises(Refused):
            await link.run()


async def test_close_while_connecting_does_not_wait_for_the_network() -> None:
    listener = await asyncio.start_server(lambda reader, writer: writer.transport.abort(), "127.0.0.1", 0, backlog=1)
    port = listener.sockets[0].getsockname()[1]
    link = AmiLink(host="127.0.0.1", port=port, username="a", secret="b", times=LinkTimes(connect=60))

    async def never(*_: object, **__: object) -> Any:
        await asyncio.Event().wait()

    asyncio.get_running_loop().create_connection = never  # type: ignore[method-assign]
    try:
        task = asyncio.ensure_future(link.run())
        await until(lambda: link.stats.connects == 1)
        async with asyncio.timeout(2):
            await link.close()
            await task
    finally:
        del asyncio.get_running_loop().create_connection
        listener.close()
        await listener.wait_closed()


async def test_cancelling_run_ends_the_connection() -> None:
    async with scripted_ami() as ami:
        link = AmiLink(host="127.0.0.1", port=ami.port, username="a", secret="right", times=CALM)
        task = asyncio.ensure_future(link.run())
        await link.wait_up(5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: ami.open_now == 0)
        assert not link.is_up


async def test_a_link_that_broke_in_a_way_nobody_foresaw_may_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted_ami() as ami:
        link = AmiLink(host="127.0.0.1", port=ami.port, username="reader", secret="right", times=CALM)
        with monkeypatch.context() as patch:

            def breaks(_: object) -> None:
                raise LookupError("nobody foresaw this")

            patch.setattr(link, "_tune", breaks)
            with pytest.raises(ExceptionGroup):
                await link.run()
        running = asyncio.create_task(link.run())
        await link.wait_up(5)
        await link.close()
        await running
        with pytest.raises(Refused):
            await link.run()


async def test_a_link_that_broke_can_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted_ami() as ami:
        link = AmiLink(host="127.0.0.1", port=ami.port, username="reader", secret="right", times=CALM)

        def breaks(_: object) -> None:
            raise LookupError("nobody foresaw this")

        monkeypatch.setattr(link, "_tune", breaks)
        with pytest.raises(ExceptionGroup):
            await link.run()
        async with asyncio.timeout(5):
            await link.close()
