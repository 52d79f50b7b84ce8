"""What happens at the telephone, in the log and to tickets, as browsers are told of it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotline1022.ami_bridge import types as ami
from hotline1022.ami_bridge.journal import Position
from hotline1022.core import events as e
from hotline1022.core.call import Call, fold
from hotline1022.core.ids import CallId, ChannelId, LineId
from hotline1022.core.live import Event, Topic, Viewer
from hotline1022.queue.types import AgentState, LineView
from hotline1022.service.calls.call_log import Saved
from hotline1022.service.live.line_calls import LineCalls
from hotline1022.service.live.news import LiveNews
from hotline1022.tickets.types import Action, Changed, HistoryRow, State
from hotline1022.web.live import OWN
from tests.scenario.test_calls_out import ANSWERED, LIFTED, OVER, RINGS
from tests.scenario.test_calls_out import made as call_made
from tests.scenario.test_calls_out_through import HUNTING, KEYED, TALKING
from tests.unit.queue_memory import after
from tests.unit.tickets_made import made

D = ami.DeviceState
ONE, TWO = ChannelId("hl1-1795470208.1"), ChannelId("hl1-1795470208.2")


@dataclass
class House:
    told: list[Event] = field(default_factory=list)
    calls: dict[CallId, Call] = field(default_factory=dict)
    news: LiveNews = field(init=False)

    def __post_init__(self) -> None:
        self.at_lines = LineCalls(lambda: list(self.calls.values()))
        self.news = LiveNews(
            publish=self.told.append,
            at_lines=self.at_lines,
            call=self.calls.get,
            going_on=lambda: len(self.calls),
        )
        self.news.heard(ami.LinkUp(at=after(0), epoch=1))

    def knows(self, channel: ChannelId, *more: e.Event) -> Call:
        call = CallId(channel)
        entered = e.CallEntered(at=after(0), call=call, channel=channel, caller="0901234567", sent="", did="1022")
        key = e.KeyPressed(at=after(1), call=call, channel=channel, menu="main", key="3", mode=e.Mode.SERVICE)
        made = fold([entered, key, *more])
        assert made is not None
        self.calls[call] = made
        return made

    def saves(self, *history: e.Event) -> None:
        call = self.knows(ONE, *history)
        self.news.saved(Saved(calls=(call,), events=(), backfilled=frozenset(), position=Position()))

    def hears(self, kind: type[Any], line: str = "101", second: float = 10, **more: Any) -> None:
        values: dict[str, Any] = {"at": after(second), "queue": "hl1022-main", "interface": f"PJSIP/line-{line}"}
        self.news.heard(kind(**values, member_name="1001", **more))

    def rings(self, channel: ChannelId = ONE, line: str = "101", second: float = 10) -> None:
        self.hears(ami.AgentCalled, line, second, caller=channel, channel=ChannelId(""))

    def status(self, state: D, line: str = "101", second: float = 10, *, in_call: bool = False) -> None:
        self.hears(ami.MemberStatus, line, second, state=state, in_call=in_call, calls=0, paused=False, reason="")

    def heard(self, topic: Topic) -> list[tuple[str, dict[str, Any]]]:
        return [(one.what, dict(one.facts)) for one in self.told if one.topic is topic]

    def whats(self, topic: Topic = Topic.CALL) -> list[str]:
        return [what for what, _ in self.heard(topic)]


def a_view(line: str = "101", person: str = "1001", state: AgentState = AgentState.READY) -> LineView:
    return LineView(
        line=LineId(line), reachable=True, person=person, name="Nguyễn Thị Ánh", state=state, since=after(0), reason=""
    )


def test_a_ring_has_the_number_and_the_keys_and_is_the_lines_persons_alone() -> None:
    house = House()
    house.knows(ONE)
    house.news.line(a_view())
    house.rings()
    ring = house.told[-1]
    assert (ring.topic, ring.what, ring.line, ring.people) == (Topic.CALL, "ring", "101", frozenset({"1001"}))
    assert (ring.facts["number"], ring.facts["keys"], ring.facts["call"]) == ("0901234567", ("3",), ONE)


def test_a_call_from_ring_to_end() -> None:
    house = House()
    house.knows(ONE)
    house.rings()
    house.status(D.RINGING)
    connected: dict[str, Any] = {"caller": ONE, "channel": ChannelId("x"), "waited": timedelta(0), "rang": timedelta(0)}
    house.hears(ami.AgentConnected, second=14, **connected)
    now = house.at_lines.at("101")
    assert now is not None and (now.since, now.answered_at) == (after(10), after(14))
    house.status(D.IN_USE, in_call=True)
    house.hears(ami.AgentCompleted, second=60, caller=ONE, channel=ChannelId("x"), talked=timedelta(0), reason="caller")
    house.status(D.NOT_IN_USE)
    assert house.whats() == ["ring", "talk", "over"]


@pytest.mark.parametrize("how", ["no answer", "nameless", "idle", "removed", "another rings"])
def test_a_ring_ends_however_it_is_told(how: str) -> None:
    house = House()
    house.rings()
    match how:
        case "no answer" | "nameless":
            caller = ONE if how == "no answer" else ChannelId("")
            house.hears(ami.AgentRingNoAnswer, caller=caller, channel=ChannelId(""), rang=timedelta(seconds=5))
        case "idle":
            house.status(D.NOT_IN_USE)
        case "removed":
            house.hears(ami.MemberRemoved)
        case _:
            house.rings(TWO)
    assert house.whats() == (["ring", "over", "ring"] if how == "another rings" else ["ring", "over"])
    assert house.told[1].facts["call"] == ONE


def test_what_is_told_late_of_an_earlier_call_ends_nothing() -> None:
    house = House()
    house.rings(TWO)
    house.hears(ami.AgentCompleted, caller=ONE, channel=ChannelId("x"), talked=timedelta(0), reason="transfer")
    now = house.at_lines.at("101")
    assert house.whats() == ["ring"] and now is not None and now.call == TWO


def test_a_call_that_the_log_reads_later_is_told_once_more() -> None:
    house = House()
    house.rings()
    assert house.heard(Topic.CALL)[0][1]["number"] == ""
    call = house.knows(ONE)
    saved = Saved(calls=(call,), events=(), backfilled=frozenset(), position=Position())
    house.news.saved(saved)
    house.news.saved(saved)
    assert house.whats() == ["ring", "known"]
    assert house.heard(Topic.CALL)[1][1]["number"] == "0901234567"


def test_after_a_cut_of_the_link_the_log_knows_who_talks_where() -> None:
    house = House()
    house.rings()
    house.news.heard(ami.LinkDown(at=after(20), epoch=1, reason="cut"))
    assert house.at_lines.at("101") is None
    leg = e.LegStarted(at=after(12), call=CallId(ONE), channel=ChannelId("hl1-1.3"), kind=e.LegKind.AGENT, party="101")
    house.knows(ONE, leg)
    now = house.at_lines.at("101")
    assert now is not None and (now.call, now.since) == (ONE, after(12))
    assert house.at_lines.at("102") is None
    house.status(D.IN_USE, in_call=True)
    assert house.at_lines.at("101") == now, "the log goes on knowing"
    house.status(D.NOT_IN_USE, second=30)
    assert house.at_lines.at("101") is None, "the log reads of the end later"
    house.news.asked_anew(2)
    assert [(one.topic, one.what) for one in house.told[1:]] == [
        (Topic.QUEUE, "changed"), (Topic.LINES, "changed"), (Topic.CALL, "changed"),
    ]  # fmt: skip


def test_who_has_left_a_line_hears_of_it() -> None:
    house = House()
    house.news.line(a_view())
    house.news.line(a_view(person="", state=AgentState.LOGGED_OUT))
    house.news.line(a_view(person="1002"))
    assert [one.people for one in house.told] == [{"1001"}, {"1001"}, {"1002"}]
    assert house.told[1].facts["state"] is AgentState.LOGGED_OUT


def test_calls_that_begin_and_end_are_counted_and_others_are_not_told() -> None:
    house = House()
    call = house.knows(ONE)
    entered = e.CallEntered(at=after(0), call=call.id, channel=ONE, caller="", sent="", did="1022")
    house.news.saved(Saved(calls=(call,), events=(entered,), backfilled=frozenset(), position=Position()))
    house.news.saved(Saved(calls=(call,), events=(), backfilled=frozenset(), position=Position()))
    assert house.heard(Topic.FIGURES) == [("calls", {"going_on": 1, "entered": 1, "ended": 0, "made": 0})]


def test_a_hunt_is_told_when_it_is_another_than_before() -> None:
    house = House()
    house.news.line(a_view())
    begun = e.CascadeStarted(
        at=after(30), call=CallId(ONE), channel=ONE, hunt=1, agency="so-y-te", category="", ticket="t", code="12345674",
        line="101", origin="phone",
    )  # fmt: skip
    tried = e.StepTried(
        at=after(31), call=CallId(ONE), channel=ONE, step=1, role="specialist", contact="c", which="office",
        number="02743000001",
    )  # fmt: skip
    for history in ([begun], [begun], [begun, tried]):
        call = house.knows(ONE, *history)
        house.news.saved(Saved(calls=(call,), events=(), backfilled=frozenset(), position=Position()))
    hunts = [facts for _, facts in house.heard(Topic.CASCADES)]
    assert [(one["agency"], one["step"], one["role"]) for one in hunts] == [
        ("so-y-te", None, ""), ("so-y-te", 1, "specialist"),
    ]  # fmt: skip
    assert "02743000001" not in repr(house.told)
    assert [one.people for one in house.told if one.topic is Topic.CASCADES] == [{"1001"}, {"1001"}]
    agent = Viewer(own=OWN, person="1001")
    assert agent.sees(house.told[-1]), "whoever put her through sees the steps without the right to look"
    assert not Viewer(own=OWN, person="1002").sees(house.told[-1])


def test_a_pick_up_within_a_hunt_is_told() -> None:
    house, leg = House(), ChannelId("hl1-1795470208.9")
    called: dict[str, Any] = {"call": CallId(ONE), "channel": leg}
    history: list[e.Event] = [
        *_hunt(),
        e.LegStarted(at=after(32), **called, kind=e.LegKind.CONTACT, party="02743000001"),
    ]
    for more in ([], [e.LegAnswered(at=after(35), **called)]):
        history += more
        house.saves(*history)
    assert [facts["step_answered_at"] for _, facts in house.heard(Topic.CASCADES)] == [None, after(35)]


def test_a_citizen_who_is_taken_back_rings_and_talks_at_the_line_past_the_queue() -> None:
    house, leg = House(), ChannelId("hl1-1795470208.12")
    house.rings()
    house.hears(
        ami.AgentCompleted, second=29, caller=ONE, channel=ChannelId("x"), talked=timedelta(0), reason="transfer"
    )
    house.status(D.NOT_IN_USE)
    house.told.clear()
    call = CallId(ONE)
    back: dict[str, Any] = {"call": call, "channel": leg}
    first: dict[str, Any] = {"call": call, "channel": ChannelId("hl1-1795470208.3")}
    # the queue's leg, whose end the log has not read yet, is not there any more
    history: list[e.Event] = [e.LegStarted(at=after(5), **first, kind=e.LegKind.AGENT, party="101"), *_hunt()]
    house.saves(*history)
    assert house.at_lines.at("101") is None
    house.saves(*history, rung := e.LegStarted(at=after(40), **back, kind=e.LegKind.AGENT, party="101"))
    now = house.at_lines.at("101")
    assert now is not None and (now.call, now.since, now.answered_at) == (call, after(40), None)
    house.saves(*history, rung, talks := e.LegAnswered(at=after(43), **back))
    house.saves(*history, rung, talks)
    house.saves(*history, rung, talks, e.LegEnded(at=after(60), **back, cause=16))
    assert house.whats() == ["ring", "talk", "over"] and house.at_lines.at("101") is None
    assert house.heard(Topic.CALL)[0][1]["number"] == "0901234567"


def _hunt() -> list[e.Event]:
    of: dict[str, Any] = {"call": CallId(ONE), "channel": ONE}
    agency: dict[str, Any] = {"agency": "so-y-te", "category": "", "ticket": "t", "code": "12345674"}
    step: dict[str, Any] = {"step": 1, "role": "specialist", "contact": "c", "which": "office", "number": "02743000001"}
    begun = e.CascadeStarted(at=after(30), **of, hunt=1, **agency, line="101", origin="phone")
    return [begun, e.StepTried(at=after(31), **of, **step)]


def test_a_ticket_is_told_to_its_agency_and_to_the_one_that_had_it_and_a_hidden_one_to_nobody() -> None:
    house = House()
    before = made().after
    now = replace(before, agency="so-y-te", version=2, state=State.FORWARDED)
    row = HistoryRow(
        ticket=now.id,
        number=2,
        at=datetime.now(UTC),
        by="x",
        action=Action.FORWARD,
        before=before.state,
        after=now.state,
    )
    house.news.ticket(Changed(before=before, after=now, row=row))
    house.news.ticket(Changed(before=None, after=replace(now, state=State.RESERVED), row=row))
    (told,) = house.told
    assert told.agencies == {"so-xay-dung", "so-y-te"}
    assert (told.facts["ticket"], told.facts["version"], told.facts["action"]) == (now.id, 2, Action.FORWARD)
    assert not {now.name, now.phone, now.content} & {str(value) for value in told.facts.values()}


def test_a_source_that_fails_breaks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    broken: Any = None
    house = House()
    house.news.ticket(broken)
    house.news.heard(ami.AgentCalled(at=after(0), queue="q", interface=broken, member_name="", caller=ONE, channel=ONE))
    assert caplog.text.count("live events: ") == 2 and not house.told


def test_a_call_to_a_citizen_from_the_ring_at_the_own_line_to_its_end() -> None:
    house = House()
    house.news.line(a_view())
    house.status(D.NOT_IN_USE)  # the link has told that no citizen calls here
    for table in (RINGS, LIFTED, ANSWERED.partition("42.020")[0], ANSWERED, ANSWERED + OVER):
        call = fold(call_made(table))
        assert call is not None
        house.calls[call.id] = call
        house.news.saved(Saved(calls=(call,), events=(), backfilled=frozenset(), position=Position()))
        at = house.at_lines.at("101")
        assert (at is None) is (table == ANSWERED + OVER) and (at is None or at.call == call.id)
    assert house.whats() == ["ring", "dialled", "talk", "over"]
    ring = house.heard(Topic.CALL)[0][1]
    assert (ring["line"], ring["number"]) == ("101", "0901234567")
    assert [(one["entered"], one["ended"]) for _, one in house.heard(Topic.FIGURES)] == [(0, 0), (0, 0)], (
        "the lists load anew; nothing has come in"
    )


def test_a_citizen_who_was_called_back_and_put_through_is_at_no_line_until_she_comes_back() -> None:
    house = House()
    house.news.line(a_view())
    back = "50.0 c HL_CASCADE_END outcome=taken-back\n50.1 b HL_LEG call=%a|kind=agent|party=101\n"
    talk = "53.0 b ANSWER\n53.1 c BRIDGE_ENTER b5\n53.1 b BRIDGE_ENTER b5\n"
    through = TALKING + KEYED + HUNTING
    for table, whats in (
        (RINGS, ["ring"]),
        (TALKING, ["ring", "talk"]),
        (TALKING + KEYED, ["ring", "talk", "over"]),
        (through, ["ring", "talk", "over"]),
        (through + back, ["ring", "talk", "over", "ring"]),
        (through + back + talk, ["ring", "talk", "over", "ring", "talk"]),
        (
            through + back + talk + "60.0 b HANGUP 16\n60.1 c HANGUP 16\n",
            ["ring", "talk", "over", "ring", "talk", "over"],
        ),
    ):
        call = fold(call_made(table))
        assert call is not None
        house.calls[call.id] = call
        house.news.saved(Saved(calls=(call,), events=(), backfilled=frozenset(), position=Position()))
        assert house.whats() == whats, table
        at = house.at_lines.at("101")
        assert (at is None) is (whats[-1] == "over") and (at is None or at.call == call.id)
    assert len(house.heard(Topic.FIGURES)) == 3, "lists load anew when it rings, when the line is free, and at the end"


def test_who_introduces_her_stays_at_the_line_and_in_the_talk() -> None:
    house = House()
    parted = KEYED.partition("40.2")[0]
    for table in (TALKING, TALKING + parted, TALKING + parted + HUNTING):
        call = fold(call_made(table))
        assert call is not None
        house.calls[call.id] = call
        at = house.at_lines.at("101")
        assert at is not None and at.answered_at is not None and at.since < at.answered_at
