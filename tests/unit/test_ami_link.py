"""The AMI link against a scripted manager: one test per trap of the library and of Asterisk's manager."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from hotline1022.ami_bridge.link import AmiLink
from hotline1022.ami_bridge.link_types import LinkTimes
from hotline1022.ami_bridge.types import Held, LinkDown, LinkRefused, LinkUp, LiveEvent, OriginateEnded
from hotline1022.core.errors import ConfigError, HotlineError, Invalid, Refused, Unavailable
from tests.lab.scripted import Fields, ScriptedAmi, error, hold, message, scripted_ami, success, until

QUICK = LinkTimes(
    ping=0.05, connect=2, action=2, consumer=5, retry_first=0.01, retry_cap=0.05, refused_first=0.05, refused_cap=0.4
)
CALM = LinkTimes(ping=30, retry_first=0.01, retry_cap=0.05, refused_first=30)


@asynccontextmanager
async def running(
    port: int,
    *,
    on_event: Callable[[LiveEvent], Any] | None = None,
    secret: str = "right",
    times: LinkTimes = CALM,
    **more: Any,
) -> AsyncIterator[AmiLink]:
    link = AmiLink(
        host="127.0.0.1", port=port, username="reader", secret=secret, on_event=on_event, times=times, **more
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(link.run())
        try:
            yield link
        finally:
            await link.close()


class Listener:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.events: list[LiveEvent] = []

    async def __call__(self, event: LiveEvent) -> None:
        self.events.append(event)

    @property
    def held(self) -> list[str]:
        return [event.channel for event in self.events if isinstance(event, Held)]

    def of(self, kind: type[LiveEvent]) -> list[LiveEvent]:
        return [event for event in self.events if isinstance(event, kind)]


def unanswered(fields: Fields) -> bytes:
    return b""


async def test_a_login_is_told_before_the_events_of_the_same_read() -> None:
    heard = Listener()
    async with (
        scripted_ami(after_login=hold(1) + hold(2)) as ami,
        running(ami.port, on_event=heard) as link,
    ):
        await link.wait_up(5)
        await until(lambda: len(heard.events) == 3)
    assert isinstance(heard.events[0], LinkUp) and heard.events[0].epoch == 1
    assert heard.held == ["hl1-1", "hl1-2"]
    assert ami.named("Login")[0]["events"] == "on"


async def test_an_account_that_only_acts_asks_for_no_events() -> None:
    async with scripted_ami() as ami, running(ami.port) as link:
        await link.wait_up(5)
    assert ami.named("Login")[0]["events"] == "off"


async def test_a_letter_split_between_two_packets_survives() -> None:
    heard = Listener()
    event = message("Event: QueueMemberPause", "Queue: q", "Interface: PJSIP/1", "MemberName: Nguyễn Đức", "Paused: 1")
    async with scripted_ami() as ami, running(ami.port, on_event=heard) as link:
        await link.wait_up(5)
        for byte in event:
            ami.send(bytes([byte]))
            await ami.flush()
            await asyncio.sleep(0)
        await until(lambda: len(heard.events) == 2)
    assert getattr(heard.events[1], "member_name", "") == "Nguyễn Đức"


async def test_a_consumer_that_raises_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []

    async def consumer(event: LiveEvent) -> None:
        if isinstance(event, Held):
            if event.channel == "hl1-2":
                raise KeyError("consumer's own mistake")
            heard.append(event.channel)

    async with scripted_ami() as ami, running(ami.port, on_event=consumer) as link:
        await link.wait_up(5)
        ami.send(b"".join(hold(number) for number in range(1, 5)))
        await until(lambda: len(heard) == 3)
        assert link.is_up and link.stats.consumer_errors == 1 and ami.connections == 1
    assert heard == ["hl1-1", "hl1-3", "hl1-4"]
    assert "consumer of AMI events failed on Held" in caplog.text


async def test_a_consumer_that_hangs_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    heard = Listener()

    async def consumer(event: LiveEvent) -> None:
        if isinstance(event, Held) and event.channel == "hl1-1":
            await asyncio.Event().wait()
        await heard(event)

    times = LinkTimes(ping=30, consumer=0.05)
    async with scripted_ami() as ami, running(ami.port, on_event=consumer, times=times) as link:
        await link.wait_up(5)
        ami.send(hold(1) + hold(2))
        await until(lambda: heard.held == ["hl1-2"])
        assert link.stats.consumer_errors == 1


async def test_repeated_headers_and_malformed_events_end_nothing() -> None:
    heard = Listener()
    async with scripted_ami() as ami, running(ami.port, on_event=heard) as link:
        await link.wait_up(5)
        ami.send(hold(1, "Event: Unhold", "Event: Hangup", "ActionID: a", "ActionID: b"))
        ami.send(message("Event: Hold", "Channel: without an id"))
        ami.send(message("Event: Hangup", "Uniqueid: 1.1", "Cause: " + "9" * 5000))
        ami.send(message("nothing at all") + b"\r\n\r\n" + hold(2))
        await until(lambda: heard.held == ["hl1-1", "hl1-2"])
        assert link.is_up and link.stats.malformed == 2


async def test_order_is_kept_although_the_consumer_awaits() -> None:
    heard = Listener()

    async def consumer(event: LiveEvent) -> None:
        if isinstance(event, Held) and int(event.channel[4:]) % 3 == 0:
            for _ in range(5):
                await asyncio.sleep(0)
        await heard(event)

    async with scripted_ami() as ami, running(ami.port, on_event=consumer) as link:
        await link.wait_up(5)
        tasks = len(asyncio.all_tasks())
        ami.send(b"".join(hold(number) for number in range(3_000)))
        await until(lambda: link.backlog > 100)
        assert len(asyncio.all_tasks()) <= tasks  # no task per event
        await until(lambda: len(heard.held) == 3_000)
    assert heard.held == [f"hl1-{number}" for number in range(3_000)]


async def test_a_half_open_link_is_noticed_and_left() -> None:
    heard = Listener()
    async with scripted_ami() as ami, running(ami.port, on_event=heard, times=QUICK) as link:
        await link.wait_up(5)
        await until(lambda: len(ami.named("Ping")) > 5)  # answered pings keep it
        assert link.stats.silences == 0 and ami.connections == 1
        ami.mute = True
        await until(lambda: link.stats.silences == 1)
        ami.mute = False
        await until(lambda: link.epoch == 2 and link.is_up)
        await until(lambda: [type(event) for event in heard.events] == [LinkUp, LinkDown, LinkUp])
    down = heard.events[1]
    assert isinstance(down, LinkDown) and "no byte" in down.reason


async def test_events_alone_keep_the_link() -> None:
    heard = Listener()
    async with scripted_ami() as ami, running(ami.port, on_event=heard, times=QUICK) as link:
        await link.wait_up(5)
        ami.mute = True
        begun = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - begun < QUICK.ping * 8:
            ami.send(hold(1))
            await asyncio.sleep(QUICK.ping / 2)
        assert link.stats.silences == 0 and link.is_up


async def test_an_action_without_answer_ends_in_time_and_leaves_nothing() -> None:
    async with scripted_ami(answer=unanswered) as ami, running(ami.port) as link:
        await link.wait_up(5)
        for _ in range(5):
            with pytest.raises(Unavailable) as caught:
                await link.action("Hangup", (("Channel", "x"),), seconds=0.02)
            assert caught.value.error_id == "ami-timeout"
        assert link._protocol is not None and not link._protocol.responses
        assert link.is_up


async def test_pings_leave_nothing_behind_even_when_unanswered() -> None:
    times = LinkTimes(ping=0.02, retry_first=0.01)
    async with scripted_ami() as ami, running(ami.port, times=times) as link:
        await link.wait_up(5)
        await until(lambda: len(ami.named("Ping")) > 10)
        assert link._protocol is not None and not link._protocol.responses


async def test_a_login_without_answer_ends_in_time() -> None:
    times = LinkTimes(ping=30, action=0.05, retry_first=0.01, retry_cap=0.02)
    async with scripted_ami(mute=True) as ami, running(ami.port, times=times) as link:
        with pytest.raises(Unavailable):
            await link.wait_up(0.1)
        await until(lambda: ami.connections >= 2)
        ami.mute = False
        await link.wait_up(5)


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


async def test_a_slow_reader_never_stalls_asterisk_and_is_told_of_what_it_lost() -> None:
    gate = asyncio.Event()
    heard = Listener()

    async def consumer(event: LiveEvent) -> None:
        await heard(event)
        if isinstance(event, Held):
            await gate.wait()

    async with scripted_ami() as ami, running(ami.port, on_event=consumer, queue_size=500) as link:
        await link.wait_up(5)
        ami.send(b"".join(hold(number) for number in range(400)))
        await until(lambda: link.backlog == 399)
        assert link.is_up and link.stats.overflows == 0
        ami.send(b"".join(hold(number) for number in range(400, 5_000)))
        async with asyncio.timeout(5):
            await ami.flush()  # taken from the socket although the consumer stands still
        await until(lambda: link.stats.overflows == 1)
        await until(lambda: link.epoch == 2)
        assert link.dropped == 500 and link.backlog <= 2
        gate.set()
        await until(lambda: isinstance(heard.events[-1], LinkUp) and len(heard.events) > 1)
        ami.send(hold(9_999))
        await until(lambda: heard.held[-1] == "hl1-9999")
    kinds = [type(event) for event in heard.events]
    assert kinds[:4] == [LinkUp, Held, LinkDown, LinkUp]
    down = heard.events[2]
    assert isinstance(down, LinkDown) and "too slow" in down.reason


async def test_an_endless_message_cuts_the_link_not_the_memory() -> None:
    async with scripted_ami() as ami, running(ami.port) as link:
        await link.wait_up(5)
        ami.send(b"Event: Hold\r\nX: " + b"x" * 1_000_000)
        await until(lambda: link.epoch == 2)


async def test_what_is_no_asterisk_is_left() -> None:
    heard = Listener()
    async with (
        scripted_ami(greeting=b"SSH-2.0-OpenSSH_9.2\r\n") as ami,
        running(ami.port, on_event=heard) as link,
    ):
        await until(lambda: ami.connections >= 2)
        assert not link.is_up and not heard.of(LinkUp)


async def test_originate_response_reaches_the_consumer_although_it_bears_a_pending_id() -> None:
    heard = Listener()

    def answer(fields: Fields) -> bytes:
        event = message(
            "Event: OriginateResponse",
            f"ActionID: {fields['actionid']}",
            "Response: Success",
            "Reason: 4",
            "Uniqueid: 1.9",
        )
        return event + success(fields, "Message: Originate successfully queued")

    async with scripted_ami(answer=answer) as ami, running(ami.port, on_event=heard) as link:
        await link.wait_up(5)
        reply = await link.action("Originate")
        await until(lambda: bool(heard.of(OriginateEnded)))
    ended = heard.of(OriginateEnded)[0]
    assert isinstance(ended, OriginateEnded) and ended.action_id == reply.action_id and ended.answered


def listing(fields: Fields, *items: bytes, ending: str = "Complete") -> bytes:
    head = success(fields, "EventList: start", "Message: Channels will follow")
    tail = message("Event: CoreShowChannelsComplete", f"EventList: {ending}", f"ActionID: {fields['actionid']}")
    return head + b"".join(items) + tail


async def test_a_list_answer_is_gathered_around_other_events() -> None:
    heard = Listener()

    def answer(fields: Fields) -> bytes:
        item = f"ActionID: {fields['actionid']}"
        return listing(
            fields,
            message("Event: CoreShowChannel", item, "Uniqueid: 1.1"),
            hold(7),
            message("Event: QueueStatusComplete", "ActionID: another"),
            message("Event: CoreShowChannel", item, "Uniqueid: 1.2"),
        )

    async with scripted_ami(answer=answer) as ami, running(ami.port, on_event=heard) as link:
        await link.wait_up(5)
        items = await link.core_show_channels()
        assert [item.get("Uniqueid") for item in items] == ["1.1", "1.2"]
        await until(lambda: heard.held == ["hl1-7"])
        assert len(await link.queue_status("q")) == 2
        assert ami.named("QueueStatus")[0]["queue"] == "q"


async def test_an_empty_list_and_a_cancelled_one() -> None:
    ending = "Complete"
    async with (
        scripted_ami(answer=lambda fields: listing(fields, ending=ending)) as ami,
        running(ami.port) as link,
    ):
        await link.wait_up(5)
        assert await link.core_show_channels() == ()
        ending = "cancelled"
        with pytest.raises(Unavailable) as caught:
            await link.core_show_channels()
        assert caught.value.error_id == "ami-list-broken"


async def test_a_refusal_bears_asterisks_words() -> None:
    async with (
        scripted_ami(answer=lambda fields: error(fields, fields["words"])) as ami,
        running(ami.port) as link,
    ):
        await link.wait_up(5)
        with pytest.raises(Refused, match="Out of memory") as caught:
            await link.action("QueueAdd", (("Words", "Out of memory"),))
        assert caught.value.error_id == "ami-refused"
        with pytest.raises(Refused, match=r"write= in manager\.conf") as caught:
            await link.action("Command", (("Words", "Permission denied"),))
        assert caught.value.error_id == "ami-not-allowed"


async def test_answers_in_another_order_reach_their_own_action() -> None:
    waiting: list[Fields] = []

    def answer(fields: Fields) -> bytes:
        waiting.append(fields)
        if len(waiting) < 3:
            return b""
        return b"".join(success(each, f"Message: {each['x']}") for each in reversed(waiting))

    async with scripted_ami(answer=answer) as ami, running(ami.port) as link:
        await link.wait_up(5)
        replies = await asyncio.gather(*(link.action("Any", (("X", str(n)),)) for n in range(3)))
    assert [reply.message for reply in replies] == ["0", "1", "2"]


@pytest.mark.parametrize("evil", ["\r\n", "\n", "\r", "\0"])
async def test_nothing_with_a_line_break_reaches_asterisk(evil: str) -> None:
    with pytest.raises(Invalid):
        AmiLink(host="127.0.0.1", port=1, username="a", secret=f"b{evil}Action: x")
    async with scripted_ami() as ami, running(ami.port) as link:
        await link.wait_up(5)
        for fields in ((("CallerID", f"a{evil}Action: Originate"),), ((f"A{evil}B", "x"),)):
            with pytest.raises(Invalid) as caught:
                await link.action("Setvar", fields)
            assert caught.value.error_id == "ami-injection"
        await link.action("Ping")
        assert [fields["action"] for fields in ami.actions] == ["Login", "Ping"]
        assert link._protocol is not None and not link._protocol.responses


async def test_asterisk_that_was_still_starting_gives_a_new_epoch() -> None:
    heard = Listener()
    booted = message("Event: FullyBooted", "Status: Fully Booted")
    times = LinkTimes(ping=30, boot_grace=0.1)
    async with scripted_ami(after_login=booted) as ami, running(ami.port, on_event=heard, times=times) as link:
        await link.wait_up(5)
        ami.send(booted + hold(1))
        await until(lambda: heard.held == ["hl1-1"])
        assert link.epoch == 1  # at the login itself: nothing new
        await asyncio.sleep(0.11)
        ami.send(booted)
        await until(lambda: link.epoch == 2)
        await until(lambda: len(heard.of(LinkUp)) == 2)
        assert ami.connections == 1


async def test_times_are_asterisks_where_sent_else_our_clock() -> None:
    heard = Listener()
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    async with scripted_ami() as ami, running(ami.port, on_event=heard, now=lambda: now) as link:
        await link.wait_up(5)
        ami.send(hold(1, "Timestamp: 1795470208.500000") + hold(2))
        await until(lambda: len(heard.held) == 2)
    assert [event.at for event in heard.of(Held)] == [datetime.fromtimestamp(1795470208.5, UTC), now]


async def test_a_thousand_waiting_actions_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline1022.ami_bridge.link.PENDING_LIMIT", 3)
    async with scripted_ami(answer=unanswered) as ami, running(ami.port) as link:
        await link.wait_up(5)
        pending = [asyncio.ensure_future(link.action("Slow")) for _ in range(3)]
        await until(lambda: len(ami.named("Slow")) == 3)
        with pytest.raises(Unavailable) as caught:
            await link.action("Fourth")
        assert caught.value.error_id == "ami-busy"
        ami.cut()
        outcomes = await asyncio.gather(*pending, return_exceptions=True)
        assert all(isinstance(outcome, HotlineError) for outcome in outcomes)


async def test_events_that_nobody_wants_are_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    from hotline1022.ami_bridge import guarded

    whole = guarded.parse  # type: ignore[attr-defined]

    def counting(raw: bytes) -> Any:
        read.append(raw)
        return whole(raw)

    monkeypatch.setattr(guarded, "parse", counting)
    heard = Listener()
    async with scripted_ami() as ami, running(ami.port, on_event=heard) as link:
        await link.wait_up(5)
        ami.send(message("Event: VarSet", "Variable: x", "Value: y") * 1_000 + hold(1))
        await until(lambda: heard.held == ["hl1-1"])
    assert not any(raw.startswith(b"Event: VarSet") for raw in read)


def test_the_secret_is_in_no_repr() -> None:
    async def make() -> str:
        from hotline1022.ami_bridge.guarded import GuardedAction

        return repr(GuardedAction("Login", (("Username", "reader"), ("Secret", "hush")))) + repr(
            AmiLink(host="h", port=1, username="reader", secret="hush")
        )

    assert "hush" not in asyncio.run(make())


def test_scripted_manager_is_what_the_tests_think() -> None:
    assert ScriptedAmi().answer({"actionid": "1"}) == b"Response: Success\r\nActionID: 1\r\n\r\n"
