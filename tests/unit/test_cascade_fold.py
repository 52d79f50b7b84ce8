"""Cascades out of pasted tables: how each step and each hunt ends; what is late, doubled or missing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hotline1022.core import events as e
from hotline1022.core.call import Call, fold
from hotline1022.core.cascade import Cascade, Outcome, State, StepOutcome, apply
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.legs import Leg
from tests.scenario.tables import CHANNELS, START, events

O, S = Outcome, StepOutcome
CITIZEN = CallId(ChannelId(CHANNELS["c"]))
BEGIN = """
0.0 c HL_ENTRY did=1022|from=0901234567
0.1 c ANSWER
1.0 c HL_QUEUE queue=hl1022-main
1.1 a HL_LEG call=%c|kind=agent|party=101
2.0 a ANSWER
2.1 c BRIDGE_ENTER q
2.1 a BRIDGE_ENTER q
9.0 c BRIDGE_EXIT q
9.0 a BRIDGE_EXIT q
9.1 a HANGUP 16
10.0 c HL_CASCADE hunt=1|agency=so-xay-dung|category=construction|ticket=t1|code=23456789|line=101|origin=phone
"""
TRY = "10.1 c HL_TRY hunt=1|try=1|role=specialist|contact=cv|which=office|number=02743822222"
LEG = f"{TRY}\n10.2 s HL_LEG call=%c|kind=contact|party=02743822222"
UP = f"{LEG}\n15.0 s ANSWER"
TAKEN = f"""{UP}
18.0 s HL_CONFIRM call=%c|try=1|key=1
18.2 s HL_TAKEN call=%c|try=1
18.3 c BRIDGE_ENTER near
18.3 s BRIDGE_ENTER far
"""
LEFT = """48.3 s BRIDGE_EXIT far
48.3 c BRIDGE_EXIT near
48.4 s HANGUP 16
48.5 c HL_TRY_END try=1|status=ANSWER|taken=talk
"""
SECOND = """50.0 c HL_TRY hunt=1|try=2|role=leader|contact=ld|which=mobile|number=0901000001
50.1 l HL_LEG call=%c|kind=contact|party=0901000001
"""


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


def call_of(*parts: str) -> Call:
    call = fold(events("\n".join((BEGIN, *parts))))
    assert call is not None
    return call


def cascade_of(*parts: str) -> Cascade:
    (found,) = call_of(*parts).cascades
    return found


def leg(call: Call, letter: str) -> Leg:
    return call.legs[ChannelId(CHANNELS[letter])]


def ends(seconds: float, status: str, taken: str = "") -> str:
    return f"{seconds} c HL_TRY_END try=1|status={status}|taken={taken}"


#: what happens after the number was dialled → how the step ended, with which cause of the leg
STEPS: list[tuple[str, StepOutcome, int | None]] = [
    (TAKEN + LEFT, S.TAKEN, 16),
    (TAKEN, S.TAKEN, None),
    (f"{LEG}\n11.0 s HANGUP 17\n{ends(11.1, 'BUSY')}", S.BUSY, 17),
    (f"{LEG}\n11.0 s HANGUP 17\n{ends(11.1, 'CHANUNAVAIL')}", S.BUSY, 17),
    (f"{TRY}\n{ends(11.1, 'BUSY')}", S.BUSY, None),
    (f"{LEG}\n30.2 s HANGUP 16\n{ends(30.3, 'NOANSWER')}", S.NO_ANSWER, 16),
    (f"{LEG}\n30.2 s HANGUP 19\n{ends(30.3, 'NOANSWER')}", S.NO_ANSWER, 19),
    (f"{LEG}\n12.2 s HANGUP 18\n{ends(12.2, 'NOANSWER')}", S.NO_ANSWER, 18),
    (f"{LEG}\n11.0 s HANGUP 21\n{ends(11.1, 'BUSY')}", S.REFUSED, 21),
    (f"{UP}\n18.0 s HL_CONFIRM call=%c|try=1|key=2\n18.1 s HANGUP 16\n{ends(18.2, 'ANSWER')}", S.REFUSED, 16),
    (
        f"{UP}\n18.0 s HL_CONFIRM call=%c|try=1|key=1\n18.1 s HL_ROOM call=%c|try=1\n40.0 s HANGUP 16\n"
        + ends(40.1, "ANSWER", "room"),
        S.REFUSED,
        16,
    ),
    (f"{TAKEN}\n18.4 s HANGUP 16\n{ends(18.5, 'DROPPED', 'talk')}", S.REFUSED, 16),
    (f"{TAKEN}\n18.2 s HANGUP 16\n{ends(18.3, 'NOANSWER', 'talk')}", S.REFUSED, 16),
    (f"{LEG}\n11.0 s HANGUP 20\n{ends(11.1, 'NOANSWER')}", S.UNREACHABLE, 20),
    (f"{LEG}\n11.0 s HANGUP 18\n{ends(11.1, 'NOANSWER')}", S.UNREACHABLE, 18),
    (f"{LEG}\n11.0 s HANGUP 1\n{ends(11.1, 'CHANUNAVAIL')}", S.UNREACHABLE, 1),
    *((f"{LEG}\n11.0 s HANGUP {n}\n{ends(11.1, 'CONGESTION')}", S.TRUNK_FULL, n) for n in (34, 42, 44)),
    (f"{LEG}\n11.0 s HANGUP 42\n{ends(11.1, 'CHANUNAVAIL')}", S.TRUNK_FULL, 42),
    (f"{LEG}\n11.0 s HANGUP 38\n{ends(11.1, 'CONGESTION')}", S.UNREACHABLE, 38),
    (f"{UP}\n17.0 s HANGUP 34\n{ends(17.1, 'ANSWER')}", S.NOT_CONFIRMED, 34),
    (f"{TRY}\n{ends(10.2, 'CHANUNAVAIL')}", S.UNREACHABLE, None),
    (f"{UP}\n25.0 s HL_CONFIRM call=%c|try=1|key=\n25.1 s HANGUP 16\n{ends(25.2, 'ANSWER')}", S.NOT_CONFIRMED, 16),
    (f"{UP}\n18.0 s HL_CONFIRM call=%c|try=1|key=5\n18.1 s HANGUP 16\n{ends(18.2, 'ANSWER')}", S.NOT_CONFIRMED, 16),
    (f"{UP}\n17.0 s HANGUP 16\n{ends(17.1, 'ANSWER')}", S.NOT_CONFIRMED, 16),
    *((f"{TRY}\n{ends(10.1, how)}", how, None) for how in (S.NUMBER_MISSING, S.TRUNK_FULL, S.OUTSIDE_HOURS)),
    (f"{LEG}\n12.0 c HL_CASCADE_END outcome=taken-back\n12.1 s HANGUP 16", S.CANCELLED, 16),
    (f"{UP}\n16.0 c HL_CASCADE_END outcome=taken-back\n16.1 s HANGUP 16", S.CANCELLED, 16),
    (f"{LEG}\n12.0 c HANGUP 16\n12.1 s HANGUP 16", S.HUNG_UP, 16),
    (f"{UP}\n16.0 c HANGUP 16\n16.1 s HANGUP 16", S.HUNG_UP, 16),
]


@pytest.mark.parametrize(("table", "outcome", "cause"), STEPS)
def test_how_a_step_ends(table: str, outcome: StepOutcome, cause: int | None) -> None:
    step = cascade_of(table).steps[0]
    assert (step.outcome, step.cause) == (outcome, cause)
    assert (step.number, step.role, step.contact, step.which) == (1, "specialist", "cv", "office")


def test_a_step_is_lost_with_asterisk() -> None:
    before = cascade_of(UP)
    after = apply(before, e.CallLost(at=at(60), call=CITIZEN, channel=CITIZEN))
    assert before.steps[0].outcome is None, "it goes on"
    assert (after.state, after.outcome, after.steps[0].outcome) == (State.ENDED, O.LOST, S.LOST)


def test_every_outcome_of_a_step_has_a_table() -> None:
    assert {outcome for _, outcome, _ in STEPS} | {S.LOST} == set(S)


#: table → how the hunt ended, when, and who had taken the citizen
HUNTS: list[tuple[str, Outcome, float, str]] = [
    (TAKEN + LEFT + "48.6 c HL_CASCADE_END outcome=connected\n48.7 c HANGUP 16", O.CONNECTED, 48.6, "cv"),
    (TAKEN + "30.0 c HANGUP 16\n30.1 s HANGUP 16", O.CONNECTED, 30.0, "cv"),
    (f"{LEG}\n11.0 s HANGUP 17\n{ends(11.1, 'BUSY')}\n11.2 c HL_CASCADE_END outcome=nobody", O.NOBODY, 11.2, ""),
    ("10.1 c HL_CASCADE_END outcome=nobody", O.NOBODY, 10.1, ""),
    (f"{LEG}\n12.0 c HL_CASCADE_END outcome=taken-back", O.TAKEN_BACK, 12.0, ""),
    (
        f"{TAKEN}40.0 s HL_PASS call=%c|try=1|to=back\n{LEFT}48.6 c HL_CASCADE_END outcome=back\n90.0 c HANGUP 16",
        O.BACK,
        48.6,
        "cv",
    ),
    (f"{LEG}\n12.0 c HANGUP 16", O.DROPPED, 12.0, ""),
    (f"{LEG}\n12.0 c HL_EMERGENCY origin=menu", O.DROPPED, 12.0, ""),
    ("10.05 c HANGUP 16", O.DROPPED, 10.05, ""),
    (f"{TAKEN}40.0 s HL_PASS call=%c|try=1|to=leader\n{LEFT}{SECOND}52.0 c HANGUP 16", O.DROPPED, 52.0, "cv"),
    (f"{LEG}\n60.0 c HL_CASCADE hunt=2|agency=x|category=|ticket=|code=|line=101|origin=phone", O.LOST, 60.0, ""),
]


@pytest.mark.parametrize(("table", "outcome", "when", "by"), HUNTS)
def test_how_a_hunt_ends(table: str, outcome: Outcome, when: float, by: str) -> None:
    found = call_of(table).cascades[0]
    assert (found.state, found.outcome, found.ended_at) == (State.ENDED, outcome, at(when))
    assert (found.taken.contact if found.taken else "") == by
    assert all(step.outcome is not None for step in found.steps)


def test_every_outcome_of_a_hunt_has_a_table() -> None:
    assert {outcome for _, outcome, _, _ in HUNTS} == set(O)


def test_what_the_beginning_tells() -> None:
    found = cascade_of()
    assert (found.call, found.hunt, found.agency, found.category) == (CITIZEN, 1, "so-xay-dung", "construction")
    assert (found.ticket, found.code, found.line, found.origin) == ("t1", "23456789", "101", "phone")
    assert (found.state, found.started_at, found.steps, found.taken) == (State.HUNTING, at(10), (), None)


def test_passed_on_to_the_leader_who_takes_her() -> None:
    second = "52.0 l ANSWER\n53.0 l HL_CONFIRM call=%c|try=2|key=1\n53.1 l HL_TAKEN call=%c|try=2\n"
    found = cascade_of(TAKEN, "40.0 s HL_PASS call=%c|try=1|to=leader", LEFT, SECOND, second)
    assert [step.outcome for step in found.steps] == [S.TAKEN, S.TAKEN]
    assert found.state is State.TALKING and found.passed == "leader"
    assert found.taken is not None and (found.taken.contact, found.taken.taken_at) == ("ld", at(53.1))


def test_a_second_hunt_is_a_cascade_of_its_own() -> None:
    back = "12.0 c HL_CASCADE_END outcome=taken-back\n12.1 s HANGUP 16"
    again = "60.0 c HL_CASCADE hunt=2|agency=so-y-te|category=|ticket=t1|code=|line=101|origin=service"
    step = "60.1 c HL_TRY hunt=2|try=1|role=leader|contact=x|which=office|number=02743822223"
    first, second = call_of(LEG, back, again, step, ends(61, "BUSY"), "70.0 c HANGUP 16").cascades
    assert (first.outcome, [one.outcome for one in first.steps]) == (O.TAKEN_BACK, [S.CANCELLED])
    assert (second.outcome, [one.outcome for one in second.steps]) == (O.DROPPED, [S.BUSY])
    assert (second.hunt, second.agency, second.steps[0].contact) == (2, "so-y-te", "x")


# ---------------------------------------------------------------- late, doubled, missing


def test_a_cause_that_comes_late_is_still_learnt() -> None:
    late = cascade_of(LEG, ends(11.0, "CHANUNAVAIL"), SECOND, "50.2 s HANGUP 17")
    assert [step.outcome for step in late.steps] == [S.BUSY, None] and late.steps[1].cause is None
    ended = cascade_of(LEG, "12.0 c HL_CASCADE_END outcome=taken-back", "12.4 s HANGUP 16")
    before = cascade_of(LEG, "12.0 c HL_CASCADE_END outcome=taken-back")
    assert ended == replace(before, steps=(replace(before.steps[0], cause=16),))


def test_late_facts_of_a_step_do_not_touch_the_next_one() -> None:
    before = cascade_of(UP, ends(20.0, "ANSWER"), SECOND)
    late = ["50.2 s HL_ROOM call=%c|try=1", "50.2 s HL_TAKEN call=%c|try=1", ends(50.2, "BUSY"), TRY]
    for fact in late:
        assert cascade_of(UP, ends(20.0, "ANSWER"), SECOND, fact) == before, fact
    assert cascade_of(UP, ends(20.0, "ANSWER"), SECOND, "50.2 s ANSWER") == before, "picked up once"


@pytest.mark.parametrize("missing", ["HL_TRY ", "HL_LEG", "ANSWER", "HL_CONFIRM", "HL_TAKEN", "HL_TRY_END", "HANGUP"])
def test_a_fact_that_is_missing_leaves_no_step_and_no_hunt_open(missing: str) -> None:
    whole = f"{TAKEN}{LEFT}48.6 c HL_CASCADE_END outcome=connected\n48.7 c HANGUP 16"
    some = "\n".join(line for line in whole.splitlines() if missing not in line.split("did=")[0])
    assert some != whole
    found = cascade_of(some)
    assert (found.state, found.outcome) == (State.ENDED, O.CONNECTED)
    assert all(step.outcome is not None for step in found.steps)
    knows = missing not in ("HL_TRY ", "HL_TAKEN")
    assert (found.taken is not None) == knows


def test_a_step_whose_end_is_missing_is_ended_by_the_next() -> None:
    found = cascade_of(LEG, SECOND)
    assert [(step.outcome, step.ended_at) for step in found.steps] == [(S.LOST, at(50)), (None, None)]
    after_talk = cascade_of(TAKEN, SECOND)
    assert after_talk.state is State.HUNTING and after_talk.steps[0].outcome is S.TAKEN


def test_without_its_end_a_hunt_ends_with_the_call() -> None:
    found = cascade_of(TAKEN, LEFT, "59.7 c HANGUP 16")
    assert (found.state, found.outcome) == (State.ENDED, O.DROPPED), "its ticket stays open"
    together = cascade_of(TAKEN, LEFT, "48.7 c HANGUP 16")
    assert together.outcome is O.CONNECTED, "both hung up at the same moment: that was the talk's end"


@pytest.mark.parametrize("table", [table for table, *_ in HUNTS if "hunt=2" not in table])
def test_what_is_read_twice_changes_nothing(table: str) -> None:
    """A restart may read a piece of the journal anew: any piece, with what follows it."""
    seen = events(f"{BEGIN}\n{table}")
    once = fold(seen)
    assert once is not None
    for start in range(len(seen)):
        again = fold([*seen, *seen[start:]])
        assert again is not None and again.cascades == once.cascades, seen[start]
        doubled = fold([*seen[:start], seen[start], *seen[start:]])
        assert doubled is not None and doubled.cascades == once.cascades, seen[start]


# ---------------------------------------------------------------- who talks with whom


def test_who_is_called_talks_from_the_far_side_of_a_local_channel() -> None:
    call = call_of(TAKEN, LEFT, "48.6 c HL_CASCADE_END outcome=connected\n48.7 c HANGUP 16")
    assert leg(call, "s").talk_ms == 30_000
    assert leg(call, "a").talk_ms == 6_900
    assert leg(call, "c").talk_ms == 36_900
    assert call.talk_ms == 36_900


def test_listening_to_what_it_is_about_is_no_talk() -> None:
    call = call_of(UP, "25.0 s HL_CONFIRM call=%c|try=1|key=2", "25.1 s HANGUP 16", ends(25.2, "ANSWER"))
    assert (leg(call, "s").talk_ms, leg(call, "s").talking_since) == (0, None)


def test_a_room_of_an_introduction_is_no_talk_with_the_citizen() -> None:
    room = f"""{UP.replace("HANGUP", "")}
18.0 s HL_CONFIRM call=%c|try=1|key=1
18.1 s HL_ROOM call=%c|try=1
18.2 b HL_LEG call=%c|kind=agent|party=102
18.3 c BRIDGE_ENTER near
18.4 b BRIDGE_ENTER room softmix
18.4 s BRIDGE_ENTER room softmix
"""
    inside = call_of(room)
    assert inside.cascades[0].state is State.INTRODUCING
    assert not leg(inside, "s").talking_since and not leg(inside, "b").talking_since
    connected = """38.4 b BRIDGE_EXIT room
38.4 s BRIDGE_EXIT room
38.5 s HL_TAKEN call=%c|try=1
38.5 s BRIDGE_ENTER far
48.5 s BRIDGE_EXIT far
48.5 c BRIDGE_EXIT near
"""
    call = call_of(room, connected)
    assert call.cascades[0].state is State.TALKING
    assert [leg(call, who).talk_ms for who in "sb"] == [10_000, 0]


def test_back_in_a_room_the_citizen_talks_with_the_agent_alone() -> None:
    room = """20.0 c HL_CASCADE_END outcome=taken-back
20.1 b HL_LEG call=%c|kind=agent|party=102
20.2 c BRIDGE_ENTER room softmix
20.2 b BRIDGE_ENTER room softmix
21.0 s BRIDGE_ENTER elsewhere
25.2 b BRIDGE_EXIT room
25.2 c BRIDGE_EXIT room
"""
    call = call_of(UP, room)
    assert [leg(call, who).talk_ms for who in "bs"] == [5_000, 0]
