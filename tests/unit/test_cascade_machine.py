"""The cascade's fold under events in whatever order: no state is a trap, an ended one stays as it is, one outcome."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hotline1022.core import events as e
from hotline1022.core.call import fold
from hotline1022.core.cascade import TABLE, Cascade, Outcome, State, Trigger, apply, begun
from hotline1022.core.ids import ChannelId
from tests.scenario.tables import CHANNELS, events
from tests.unit.test_cascade_fold import BEGIN, CITIZEN, LEFT, SECOND, TAKEN, at


def test_every_state_is_reached_and_can_end() -> None:
    assert {State.HUNTING} | set(TABLE.values()) == set(State)
    assert all(TABLE[state, Trigger.END] is State.ENDED for state in State if state is not State.ENDED)
    assert not [state for state, _ in TABLE if state is State.ENDED]


LEGS = st.sampled_from([ChannelId(CHANNELS[letter]) for letter in "slb"])
NUMBERS = st.integers(1, 4)
STATUS = st.sampled_from(["answer", "busy", "noanswer", "chanunavail", "cancel", "number-missing", "trunk-full", ""])


class CascadeMachine(RuleBasedStateMachine):
    """Whatever is told in whatever order."""

    @initialize()
    def starts(self) -> None:
        self.now = at(0)
        self.at_end: Cascade | None = None
        given: dict[str, Any] = dict.fromkeys(("agency", "category", "ticket", "code", "line", "origin"), "")
        self.cascade = begun(e.CascadeStarted(at=self.now, call=CITIZEN, channel=CITIZEN, hunt=1, **given))

    def told(self, what: type[e.Event], channel: ChannelId = CITIZEN, **facts: Any) -> None:
        self.now += timedelta(seconds=1)
        event = what(at=self.now, call=CITIZEN, channel=channel, **facts)
        after = apply(self.cascade, event)
        assert after.state in expected(self.cascade, event)
        assert apply(after, event) == after, "told twice, it changes nothing"
        if self.cascade.state is State.ENDED:
            assert causeless(after) == causeless(self.cascade), "only a leg's cause is still learnt"
        self.cascade = after

    @rule(step=NUMBERS)
    def tried(self, step: int) -> None:
        self.told(e.StepTried, step=step, role="leader", contact="x", which="office", number="1022")

    @rule(leg=LEGS, kind=st.sampled_from(e.LegKind))
    def leg_started(self, leg: ChannelId, kind: e.LegKind) -> None:
        self.told(e.LegStarted, leg, kind=kind, party="102")

    @rule(leg=LEGS)
    def leg_answered(self, leg: ChannelId) -> None:
        self.told(e.LegAnswered, leg)

    @rule(leg=LEGS, cause=st.sampled_from([0, 16, 17, 18, 19, 20, 21]))
    def leg_ended(self, leg: ChannelId, cause: int) -> None:
        self.told(e.LegEnded, leg, cause=cause)

    @rule(leg=LEGS, step=NUMBERS, key=st.sampled_from(["", "1", "2", "5"]))
    def confirmed(self, leg: ChannelId, step: int, key: str) -> None:
        self.told(e.StepConfirmed, leg, step=step, key=key)

    @rule(leg=LEGS, step=NUMBERS, kind=st.sampled_from([e.RoomEntered, e.CitizenTaken]))
    def came_closer(self, leg: ChannelId, step: int, kind: type[e.Event]) -> None:
        self.told(kind, leg, step=step)

    @rule(leg=LEGS, step=NUMBERS, to=st.sampled_from(["leader", "back"]))
    def passed_on(self, leg: ChannelId, step: int, to: str) -> None:
        self.told(e.PassedOn, leg, step=step, to=to)

    @rule(step=NUMBERS, status=STATUS)
    def step_ended(self, step: int, status: str) -> None:
        self.told(e.StepEnded, step=step, status=status, taken="")

    @rule(outcome=st.sampled_from(Outcome), really=st.integers(0, 7))
    def ended(self, outcome: Outcome, really: int) -> None:
        if not really:
            self.told(e.CascadeEnded, outcome=outcome.value)

    @rule(how=st.integers(0, 15))
    def citizen_gone(self, how: int) -> None:
        match how:
            case 0:
                self.told(e.LegEnded, cause=16)
            case 1:
                self.told(e.CallLost)
            case 2:
                self.told(e.EmergencyStarted, origin="menu")

    @invariant()
    def one_outcome_and_always_a_way_out(self) -> None:
        one = self.cascade
        over = one.state is State.ENDED
        assert over == (one.outcome is not None) == (one.ended_at is not None)
        numbers = [step.number for step in one.steps]
        assert len(numbers) == len(set(numbers)), "each step is kept once"
        assert all(step.outcome is not None for step in (one.steps if over else one.steps[:-1]))
        assert (one.state is State.ENDED) or (one.state, Trigger.END) in TABLE
        for end in (
            e.CascadeEnded(at=self.now, call=CITIZEN, channel=CITIZEN, outcome="nobody"),
            e.LegEnded(at=self.now, call=CITIZEN, channel=CITIZEN, cause=16),
            e.CallLost(at=self.now, call=CITIZEN, channel=CITIZEN),
        ):
            out = apply(one, end)
            assert out.state is State.ENDED and out.outcome is not None
            assert all(step.outcome is not None for step in out.steps)


def expected(before: Cascade, event: e.Event) -> set[State]:
    """Where the cascade may stand after an event, said without its table: who has the citizen has her, whoever comes late."""
    over = {step.number for step in before.steps if step.ended_at is not None}
    if before.state is State.ENDED:
        return {State.ENDED}
    match event:
        case e.CitizenTaken() if event.step not in over:
            return {State.TALKING}
        case e.RoomEntered() if event.step not in over:
            return {State.TALKING if before.state is State.TALKING else State.INTRODUCING}
        case e.StepEnded() if event.step not in over:
            return {State.HUNTING}
        case e.StepTried():
            return {State.HUNTING, before.state}
        case e.CascadeEnded() | e.EmergencyStarted() | e.CallLost():
            return {State.ENDED}
        case e.LegEnded() if event.channel == CITIZEN:
            return {State.ENDED}
    return {before.state}


def causeless(cascade: Cascade) -> Cascade:
    return replace(cascade, steps=tuple(replace(step, cause=None) for step in cascade.steps))


TestCascadeMachine = CascadeMachine.TestCase


@given(st.lists(st.integers(0, 30), max_size=6), st.randoms(use_true_random=False))
def test_a_disorderly_journal_ends_all_the_same(missing: list[int], chance: Any) -> None:
    table = f"{TAKEN}40.0 s HL_PASS call=%c|try=1|to=leader\n{LEFT}{SECOND}52.0 c HL_CASCADE_END outcome=nobody"
    first, *seen = events(f"{BEGIN}\n{table}\n53.0 c HANGUP 16")
    some = [one for number, one in enumerate(seen) if number not in missing]
    chance.shuffle(some)
    gone = e.LegEnded(at=at(60), call=CITIZEN, channel=CITIZEN, cause=16)
    call = fold([first, *some, gone])
    assert call is not None
    for found in call.cascades:
        assert found.state is State.ENDED and found.outcome is not None
