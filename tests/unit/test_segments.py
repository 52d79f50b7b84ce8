"""A track goes on in a new piece only where the next recorder can be started; nobody waits for it."""

import asyncio
import logging
from pathlib import Path

import pytest

from hotline1022.core.errors import NotFound, Unavailable
from hotline1022.core.events import LegKind, TrackStarted
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.service.calls import segments
from hotline1022.service.calls.segments import Resumed, Segments

LEG = Resumed(
    call=CallId(ChannelId("hl1-1.0")), channel=ChannelId("hl1-1.1"), name="PJSIP/line-101-00000001", kind=LegKind.AGENT
)


class World:
    """A console and an AMI that remember what they were asked, and fail so often."""

    def __init__(self, *failures: str) -> None:
        self.asked: list[str] = []
        self.failures = list(failures)

    async def say(self, command: str) -> str:
        self.asked.append(command)
        if self.failures and self.failures[0] in command:
            self.failures.pop(0)
            raise Unavailable("no console", error_id="asterisk-not-running")
        return ""

    async def mixmonitor_stop(self, channel: str, *, monitor: str = "") -> None:
        self.asked.append(f"stop {channel}")


def recorder(world: World, spool: Path = Path("/spool")) -> Segments:
    return Segments(world, world, spool, lambda started: None)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "RESTART_SECONDS", 0.0)


async def test_stop_then_start_and_the_log_knows() -> None:
    world = World()
    made = recorder(world)
    started = await made.restart(LEG)
    assert started is not None and started.channel == LEG.channel and started.file.startswith("hl1-1.0~hl1-1.1~agent~")
    assert world.asked[:2] == ["mixmonitor list PJSIP/line-101-00000001", "stop PJSIP/line-101-00000001"]
    stem = f"/spool/{started.file}"
    assert world.asked[2:] == [f'mixmonitor start PJSIP/line-101-00000001 ",r({stem}-r.wav)t({stem}-t.wav)"']


async def test_without_a_console_the_recorder_is_not_stopped() -> None:
    world = World("list")
    assert await recorder(world).restart(LEG) is None
    assert not [one for one in world.asked if one.startswith("stop")]


async def test_a_start_that_failed_is_tried_again() -> None:
    world = World("start")
    assert await recorder(world).restart(LEG) is not None
    assert len([one for one in world.asked if one.startswith("mixmonitor start")]) == 2


@pytest.mark.parametrize(
    ("name", "spool"), [("PJSIP/a b", "/spool"), ("PJSIP/a;core stop now", "/spool"), ("PJSIP/a-1", '/a"b')]
)
async def test_what_would_be_more_than_a_name_is_not_said(name: str, spool: str) -> None:
    world = World()
    leg = Resumed(call=LEG.call, channel=LEG.channel, name=name, kind=LEG.kind)
    assert await recorder(world, Path(spool)).restart(leg) is None
    assert world.asked == []


async def test_one_that_fails_does_not_end_the_work() -> None:
    world = World("start", "start")
    told: asyncio.Queue[TrackStarted] = asyncio.Queue()
    made = Segments(world, world, Path("/spool"), told.put_nowait)  # type: ignore[arg-type]
    work = asyncio.create_task(made.run())
    made.want(LEG)
    made.want(LEG)
    async with asyncio.timeout(5):
        await told.get()
    assert not work.done() and told.empty()
    work.cancel()


async def test_more_than_it_can_take_is_left_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    made = recorder(World())
    for _ in range(segments.WAITING + 1):
        made.want(LEG)
    assert "the track of PJSIP/line-101-00000001 goes on" in caplog.text


class Gone(World):
    """The first phone has been hung up meanwhile."""

    async def mixmonitor_stop(self, channel: str, *, monitor: str = "") -> None:
        await super().mixmonitor_stop(channel)
        if len(self.asked) == 1:
            raise NotFound("No such channel", error_id="no-such-channel")


async def test_a_phone_that_is_gone_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    told: asyncio.Queue[TrackStarted] = asyncio.Queue()
    made = Segments(Gone(), (world := World()), Path("/spool"), told.put_nowait)  # type: ignore[arg-type]
    work = asyncio.create_task(made.run())
    made.want(LEG)
    made.want(LEG)
    async with asyncio.timeout(5):
        await told.get()
    assert not work.done() and told.empty() and not [one for one in caplog.records if one.levelno >= logging.WARNING]
    work.cancel()
    assert len([one for one in world.asked if one.startswith("mixmonitor start")]) == 1
