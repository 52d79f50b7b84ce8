"""The AMI link against a scripted manager: one test per trap of the library and of Asterisk's manager."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from hotline1022.ami_bridge.link import AmiLink
from hotline1022.ami_bridge.link_types import LinkTimes
from hotline1022.ami_bridge.types import Held, LinkDown, LinkUp, LiveEvent
from hotline1022.core.errors import HotlineError, Unavailable
from tests.lab.scripted import ScriptedAmi, hold, message, scripted_ami
from tests.lab.waiting import until
from tests.unit.link_world import QUICK, Listener, running, unanswered


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


async def test_what_must_not_wait_is_heard_while_the_consumer_does() -> None:
    """A database that stands still keeps no ring from the screen."""
    at_once: list[LiveEvent] = []
    going_on = asyncio.Event()

    async def consumer(event: LiveEvent) -> None:
        await going_on.wait()

    async with (
        scripted_ami(after_login=hold(1) + hold(2)) as ami,
        running(ami.port, on_event=consumer, at_once=at_once.append) as link,
    ):
        await link.wait_up(5)
        await until(lambda: len(at_once) == 3)
        assert link.backlog >= 2
        ami.cut()
        await until(lambda: len(at_once) >= 4)
        going_on.set()
    assert [type(event) for event in at_once[:4]] == [LinkUp, Held, Held, LinkDown]


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
        ami.send(hold(1, "Event: Unhold", "Event: BlindTransfer", "ActionID: a", "ActionID: b"))
        ami.send(message("Event: Hold", "Channel: without an id"))
        ami.send(message("Event: QueueCallerLeave", "Uniqueid: 1.1", "Queue: q", "Count: " + "9" * 5000))
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
