"""While the live link is away, the log alone tells who rings and talks where: later, but told, and each thing once."""

from hotline1022.ami_bridge import types as ami
from hotline1022.ami_bridge.journal import Position
from hotline1022.core import events as e
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.live import Topic
from hotline1022.service.calls.call_log import Saved
from tests.unit.queue_memory import after
from tests.unit.test_live_news import ONE, TWO, House

LEG, OTHER = ChannelId("hl1-1795470208.3"), ChannelId("hl1-1795470208.4")


def rings(leg: ChannelId = LEG, call: ChannelId = ONE, second: float = 30, line: str = "101") -> e.LegStarted:
    return e.LegStarted(at=after(second), call=CallId(call), channel=leg, kind=e.LegKind.AGENT, party=line)


def lifted(leg: ChannelId = LEG) -> e.LegAnswered:
    return e.LegAnswered(at=after(34), call=CallId(ONE), channel=leg)


def over(leg: ChannelId = LEG) -> e.LegEnded:
    return e.LegEnded(at=after(60), call=CallId(ONE), channel=leg, cause=16)


def cut() -> ami.LinkDown:
    return ami.LinkDown(at=after(20), epoch=1, reason="cut")


def test_a_phone_that_rings_while_the_link_is_away_is_told_by_the_log() -> None:
    house = House()
    house.news.heard(cut())
    house.saves(rings())
    ((what, facts),) = house.heard(Topic.CALL)
    assert (what, facts["line"], facts["call"], facts["number"]) == ("ring", "101", ONE, "0901234567")
    house.saves(rings())
    house.saves(rings(), lifted())
    house.saves(rings(), lifted())
    house.saves(rings(), lifted(), over())
    assert house.whats() == ["ring", "talk", "over"]


def test_who_talks_when_it_is_cut_does_not_ring_again() -> None:
    house = House()
    house.knows(ONE, rings(second=10), lifted())
    house.news.heard(cut())
    house.saves(rings(second=10), lifted())
    assert house.whats() == []
    house.saves(rings(second=10), lifted(), over())
    assert house.whats() == ["over"]


def test_two_phones_that_ring_one_after_the_other_are_told_apart() -> None:
    house = House()
    house.news.heard(cut())
    house.saves(rings())
    house.saves(rings(), over(), rings(OTHER, second=70, line="102"))
    told = [(what, facts["line"]) for what, facts in house.heard(Topic.CALL)]
    assert told == [("ring", "101"), ("over", "101"), ("ring", "102")]


def test_with_the_link_the_log_tells_nothing_of_it() -> None:
    house = House()
    house.saves(rings())
    assert house.whats() == []
    house.news.heard(cut())
    house.news.heard(ami.LinkUp(at=after(40), epoch=2))
    call = house.knows(TWO, rings(OTHER, TWO))
    house.news.saved(Saved(calls=(call,), events=(), backfilled=frozenset(), position=Position()))
    assert house.whats() == []


def test_that_it_is_cut_is_told_to_who_looks_at_a_line() -> None:
    house = House()
    house.news.lost()
    assert [(one.topic, one.what) for one in house.told] == [(Topic.LINES, "changed"), (Topic.CALL, "changed")]
