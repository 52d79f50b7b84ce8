"""The bus of live events: order, what is missed exactly once or asked anew, bounds, who sees what."""

import asyncio
import json
from enum import StrEnum
from typing import Any

import pytest

from hotline1022.core.errors import Refused, Unavailable
from hotline1022.core.live import Event, Topic, Viewer
from hotline1022.service.live.bus import KEEP_SECONDS, LiveBus, Subscription

ALL = Viewer(topics=frozenset(Topic) - {Topic.CALL}, own=frozenset({Topic.CALL}), numbers=True, line="101")


def happens(bus: LiveBus, number: int = 0, topic: Topic = Topic.QUEUE, **more: Any) -> None:
    bus.publish(Event(topic=topic, what="joined", facts={"n": number}, **more))


def opened(bus: LiveBus, since: str = "", viewer: Viewer = ALL, key: str = "session:1") -> Subscription:
    return bus.open(key, viewer, since or bus.position(), lambda: True)


async def told(stream: Subscription) -> list[tuple[str, str, dict[str, Any]]]:
    """(id, event, data) of all that waits now."""
    frames = await stream.take(0)
    assert frames is not None
    found = []
    for block in frames.decode().split("\n\n")[:-1]:
        lines = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((lines["id"], lines["event"], json.loads(lines["data"])))
    return found


async def numbers(stream: Subscription) -> list[int | str]:
    """The facts in order; `refresh` for one."""
    return [data.get("n", name) for _, name, data in await told(stream)]


async def test_events_come_in_order_once_and_with_growing_ids() -> None:
    bus = LiveBus()
    stream = opened(bus)
    for number in range(5):
        happens(bus, number)
    first = await told(stream)
    happens(bus, 5)
    second = await told(stream)
    assert [data["n"] for *_, data in first + second] == [0, 1, 2, 3, 4, 5]
    places = [int(id.rpartition("-")[2]) for id, *_ in first + second]
    assert places == sorted(set(places))
    assert (await told(stream)) == []


async def test_who_waits_is_woken() -> None:
    bus = LiveBus()
    stream = opened(bus)
    waiting = asyncio.create_task(stream.take(10))
    await asyncio.sleep(0)
    happens(bus)
    assert b'"n":0' in (await waiting or b"")


async def test_who_comes_back_gets_what_was_missed_exactly_once() -> None:
    bus = LiveBus()
    first = opened(bus)
    for number in range(10):
        happens(bus, number)
    seen = await told(first)
    first.close()
    for number in range(10, 15):
        happens(bus, number)
    again = opened(bus, seen[6][0])
    happens(bus, 15)
    assert await numbers(again) == [7, 8, 9, 10, 11, 12, 13, 14, 15]
    assert await numbers(opened(bus)) == [], "nothing was missed"


@pytest.mark.parametrize("since", ["", "other-3", "-", "{epoch}-", "{epoch}-9", "{epoch}--1", "{epoch}-²", "x" * 300])
async def test_a_position_that_is_none_of_ours_is_one_refresh(since: str) -> None:
    bus = LiveBus()
    for number in range(5):
        happens(bus, number)
    epoch = bus.position().partition("-")[0]
    stream = bus.open("k", ALL, since.replace("{epoch}", epoch), lambda: True)
    assert await told(stream) == [(bus.position(), "refresh", {})]
    happens(bus, 5)
    assert await numbers(stream) == [5]


async def test_after_a_restart_an_old_id_is_one_refresh() -> None:
    before, after = LiveBus(), LiveBus()
    for bus in (before, after):
        happens(bus, 1)
    assert before.position() != after.position()
    assert await numbers(opened(after, before.position())) == ["refresh"]


async def test_what_is_kept_is_bounded_by_count_bytes_and_age() -> None:
    now = 0.0
    few = LiveBus(keep=3)
    small = LiveBus(keep_bytes=400)
    short = LiveBus(clock=lambda: now)
    starts = [bus.position() for bus in (few, small, short)]
    for bus in (few, small, short):
        happens(bus)
    places = [bus.position() for bus in (few, small, short)]
    for number in range(1, 4):
        happens(few, number)
    assert await numbers(opened(few, places[0])) == [1, 2, 3]
    assert await numbers(opened(few, starts[0])) == ["refresh"]
    for number in range(1, 20):
        happens(small, number)
    kept = await numbers(opened(small, small.id_of(18)))
    assert kept == [18, 19]
    assert await numbers(opened(small, places[1])) == ["refresh"]
    assert await numbers(opened(short, starts[2])) == [0]
    now = KEEP_SECONDS + 1
    assert await numbers(opened(short, starts[2])) == ["refresh"]


async def test_who_never_reads_costs_a_bound_and_is_told_to_refresh() -> None:
    bus = LiveBus(queue=10)
    slow, quick = opened(bus), opened(bus)
    got = []
    for number in range(1000):
        happens(bus, number)
        got += await numbers(quick)
    assert got == list(range(1000)), "the slow one slowed nobody"
    assert bus.figures.refreshed > 0
    left = await told(slow)
    assert len(left) <= 10 and left[0][1] == "refresh"
    assert [data["n"] for *_, data in left[1:]] == list(range(1001 - len(left), 1000)), (
        "a refresh, and what came after it"
    )
    happens(bus, 1000)
    assert await numbers(slow) == [1000]


async def test_more_was_missed_than_waits_for_one() -> None:
    bus = LiveBus(queue=10)
    start = bus.position()
    for number in range(11):
        happens(bus, number)
    assert await numbers(opened(bus, start)) == ["refresh"]


async def test_only_what_may_be_seen_is_told_and_masked() -> None:
    bus = LiveBus()
    reader = opened(bus, viewer=Viewer(topics=frozenset({Topic.QUEUE})))
    lan = opened(bus, viewer=Viewer(own=frozenset({Topic.CALL}), person="1001", numbers=True))
    officer = opened(bus, viewer=Viewer(topics=frozenset({Topic.TICKETS}), agencies=frozenset({"so-y-te"})))
    bus.publish(Event(topic=Topic.QUEUE, what="joined", facts={"number": "0901234567"}))
    ring = {"number": "0907654321"}
    bus.publish(Event(topic=Topic.CALL, what="ring", facts=ring, line="101", people=frozenset({"1001"})))
    bus.publish(Event(topic=Topic.CALL, what="ring", facts=ring, line="102", people=frozenset({"1002"})))
    bus.publish(Event(topic=Topic.CALL, what="ring", facts=ring, line="103"))
    bus.publish(Event(topic=Topic.TICKETS, what="ticket", facts={"n": 1}, agencies=frozenset({"so-xay-dung"})))
    moved = frozenset({"so-xay-dung", "so-y-te"})
    bus.publish(Event(topic=Topic.TICKETS, what="ticket", facts={"n": 2}, agencies=moved))
    hidden = "090****567"
    assert [data for *_, data in await told(reader)] == [{"what": "joined", "number": hidden, "said": hidden}]
    assert [data for *_, data in await told(lan)] == [{"what": "ring", "number": "0907654321", "said": "0907 654 321"}]
    assert await numbers(officer) == [2]


async def test_a_right_that_was_taken_away_shows_nothing_of_what_waits() -> None:
    bus = LiveBus()
    stream = opened(bus)
    bus.publish(Event(topic=Topic.QUEUE, what="joined", facts={"number": "0901234567"}))
    stream.viewer = Viewer(topics=frozenset({Topic.LINES}))
    happens(bus, 1, Topic.LINES)
    assert await numbers(stream) == [1]


async def test_the_mark_moves_on_who_sees_little() -> None:
    bus = LiveBus(keep=5)
    lines = Viewer(topics=frozenset({Topic.LINES}))
    stream = opened(bus, viewer=lines)
    for number in range(20):
        happens(bus, number)
    assert await stream.take(0) == b""
    mark = stream.mark()
    assert mark == f"id: {bus.position()}\nevent: mark\ndata: {{}}\n\n".encode()
    happens(bus, 20, Topic.LINES)
    assert await numbers(opened(bus, mark.decode().split()[1], lines)) == [20]


class Odd(StrEnum):
    """Breaks whoever wants to write it."""

    ONE = "one"

    @property
    def value(self) -> str:
        raise LookupError("nobody foresaw this")


def nested() -> list[Any]:
    inner: list[Any] = []
    for _ in range(10_000):
        inner = [inner]
    return inner


@pytest.mark.parametrize("odd", [object(), nested(), Odd.ONE], ids=["object", "deep", "odd"])
async def test_an_event_that_cannot_be_written_raises_nothing_and_all_ask_anew(
    odd: object, caplog: pytest.LogCaptureFixture
) -> None:
    bus = LiveBus()
    stream = opened(bus)
    before = bus.position()
    happens(bus, 1)
    bus.publish(Event(topic=Topic.QUEUE, what="joined", facts={"n": odd}))
    assert "cannot be written" in caplog.text
    happens(bus, 2)
    assert await numbers(stream) == ["refresh", 2]
    assert await numbers(opened(bus, before)) == ["refresh"]


async def test_so_many_streams_and_no_more_but_dead_ones_make_room() -> None:
    bus = LiveBus(each=2, most=3)
    up = {"a": True}
    bus.open("one", ALL, "", lambda: up["a"])
    last = opened(bus, key="one")
    with pytest.raises(Refused) as many:
        opened(bus, key="one")
    assert many.value.error_id == "streams-many"
    other = opened(bus, key="two")
    with pytest.raises(Unavailable) as full:
        opened(bus, key="three")
    assert full.value.error_id == "streams-full" and bus.figures.refused == 2
    other.close()
    other.close()
    opened(bus, key="three")
    up["a"] = False
    assert bus.open_streams == 3
    opened(bus, key="one")
    assert bus.open_streams == 3
    with pytest.raises(Refused):
        opened(bus, key="one")
    last.close()
    opened(bus, key="one")


async def test_the_end_reaches_who_waits_and_nobody_comes_after() -> None:
    bus = LiveBus()
    stream = opened(bus)
    waiting = asyncio.create_task(stream.take(30))
    await asyncio.sleep(0)
    happens(bus)
    bus.close()
    assert await waiting is None
    assert bus.open_streams == 0
    with pytest.raises(Unavailable, match="come back"):
        opened(bus)
