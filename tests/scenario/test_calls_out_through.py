"""Tables of citizens who were called back and put through to an agency, and the call each becomes. Channel a is the agent's, c hers."""

from datetime import timedelta

import pytest

from hotline1022.core.call import Anomaly, Ended, fold
from hotline1022.core.cascade import Outcome, State
from hotline1022.core.events import CallLost, LegKind
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.recordings.facts import facts_of
from hotline1022.service.calls.lost_calls import LOST_AFTER, LostCalls
from tests.scenario.tables import CHANNELS
from tests.scenario.test_calls_out import ANSWERED, followed, made

TALKING = ANSWERED.partition("42.020")[0]
#: #1 and the code: her channel goes on alone, and the agent's ends before the log hears of a hunt
KEYED = """40.0 c BRIDGE_EXIT b1
40.1 a BRIDGE_EXIT b1
40.2 a HL_OUT_END status=ANSWER
40.3 a HL_AUDIO call=%a|received=1900
40.4 a HANGUP 16
"""
HUNTING = """41.0 c HL_CASCADE hunt=1|agency=so-xay-dung|category=|ticket=|code=|line=101|origin=phone
41.1 c HL_TRY hunt=1|try=1|role=specialist|contact=so-xay-dung-cv|which=office|number=02740000019
41.2 s HL_LEG call=%a|kind=contact|party=02740000019
"""
TAKEN = """45.0 s ANSWER
48.0 s HL_CONFIRM call=%a|try=1|key=1
48.2 s HL_TAKEN call=%a|try=1
48.3 c BRIDGE_ENTER b2
48.3 s BRIDGE_ENTER b3
58.3 c BRIDGE_EXIT b2
58.3 s BRIDGE_EXIT b3
"""
SHE_LEAVES = "58.4 c HANGUP 16\n58.5 s HANGUP 16\n"


def test_she_is_put_through_and_the_call_is_hers_to_end() -> None:
    call, effects = followed(TALKING + KEYED + HUNTING + TAKEN + SHE_LEAVES)
    assert (call.result, call.reason) == (Result.REACHED, Reason.CITIZEN_ANSWERED)
    assert call.complete and effects == [Ended(call=call.id)]
    assert call.ended_at == call.legs[call.citizen].ended_at
    (hunt,) = call.cascades
    assert (hunt.outcome, hunt.citizen) == (Outcome.CONNECTED, CHANNELS["c"])
    talked = {leg.kind: leg.talk_ms for leg in call.legs.values()}
    assert (talked[LegKind.AGENT], talked[LegKind.CONTACT]) == (27_980, 10_000)


@pytest.mark.parametrize(
    ("table", "state"),
    [
        (TALKING + KEYED, CallState.AFTER),
        (TALKING + KEYED + HUNTING, CallState.AFTER),
        (TALKING + KEYED + HUNTING + TAKEN.partition("58.3")[0], CallState.TALKING),
    ],
)
def test_without_the_agent_the_call_goes_on(table: str, state: CallState) -> None:
    call, effects = followed(table)
    assert (call.state, call.ended_at, effects) == (state, None, [])


def test_she_hangs_up_while_somebody_is_called_for_her() -> None:
    call, _ = followed(TALKING + KEYED + HUNTING + "43.0 c HANGUP 16\n43.1 s HANGUP 26\n")
    assert call.complete and call.result is Result.REACHED
    assert (call.cascades[0].state, call.cascades[0].outcome) == (State.ENDED, Outcome.DROPPED)


def test_she_hangs_up_while_the_agent_waits_to_introduce() -> None:
    """The call is over, though the agent's channel, which names it, goes on for a moment."""
    parted = KEYED.partition("40.2")[0]
    call, effects = followed(TALKING + parted + HUNTING + "43.0 c HANGUP 16\n")
    assert (call.state, call.result) == (CallState.ENDED, Result.REACHED) and not call.complete
    assert call.cascades[0].outcome is Outcome.DROPPED
    ended, more = followed(TALKING + parted + HUNTING + "43.0 c HANGUP 16\n43.5 a HANGUP 16\n43.6 s HANGUP 16\n")
    assert ended.complete and more == effects == [Ended(call=call.id)]


def test_the_agent_who_stayed_leaves_and_she_goes_on() -> None:
    parted = KEYED.partition("40.2")[0]
    call, _ = followed(TALKING + parted + HUNTING + "44.0 a HANGUP 16\n")
    assert (call.state, call.cascades[0].state) == (CallState.AFTER, State.HUNTING)


def test_another_agent_has_her_afterwards() -> None:
    back = """60.0 c HL_CASCADE_END outcome=back
60.1 c HL_QUEUE queue=hl1022-main
60.2 b HL_LEG call=%a|kind=agent|party=102
64.0 b ANSWER
64.1 c BRIDGE_ENTER b4
64.1 b BRIDGE_ENTER b4
"""
    call, effects = followed(TALKING + KEYED + HUNTING + TAKEN + back)
    assert (call.state, call.line) == (CallState.TALKING, "101") and not effects
    over, effects = followed(
        TALKING + KEYED + HUNTING + TAKEN + back + "70.0 b HANGUP 16\n70.1 c HANGUP 16\n70.2 s HANGUP 16\n"
    )
    assert over.complete and not [one for one in effects if isinstance(one, Anomaly)]
    assert over.result is Result.REACHED


def test_who_asks_for_115_from_there_is_kept_as_such_a_call() -> None:
    """Its reason says so, by which recordings and history are kept longer; for the agent she was reached all the same."""
    asked = """43.0 c HL_EMERGENCY origin=menu
43.1 s HANGUP 26
43.2 e HL_LEG call=%a|kind=emergency|party=115
45.0 e ANSWER
45.1 c BRIDGE_ENTER b5
45.1 e BRIDGE_ENTER b5
70.0 e BRIDGE_EXIT b5
70.0 c BRIDGE_EXIT b5
70.1 c HANGUP 16
70.2 e HANGUP 16
"""
    call, _ = followed(TALKING + KEYED + HUNTING + asked)
    assert (call.result, call.reason) == (Result.REACHED, Reason.EMERGENCY_ANSWERED)
    nobody, _ = followed(
        TALKING + KEYED + HUNTING + "43.0 c HL_EMERGENCY origin=menu\n44.0 c HANGUP 16\n44.1 s HANGUP 26\n"
    )
    assert (nobody.result, nobody.reason) == (Result.REACHED, Reason.IN_EMERGENCY)


def test_asterisk_dies_when_the_agent_is_gone() -> None:
    call = fold(made(TALKING + KEYED + HUNTING))
    assert call is not None
    lost = LostCalls()
    for event in made(TALKING + KEYED + HUNTING):
        lost.told(event)
    asked = call.entered_at + timedelta(seconds=100)
    lost.answered([], asked)
    ends = lost.judge({call.id: call}, asked + 2 * LOST_AFTER)
    assert {event.channel for event in ends if isinstance(event, CallLost)} >= {CHANNELS["c"], CHANNELS["s"]}
    over = fold([*made(TALKING + KEYED + HUNTING), *ends])
    assert over is not None and over.complete
    assert (over.reason, over.cascades[0].outcome) == (Reason.END_UNKNOWN, Outcome.LOST)


def test_keys_that_she_presses_are_on_her_own_leg() -> None:
    call, _ = followed(TALKING + KEYED + HUNTING + "42.0 c HL_KEY menu=cascade|key=5|mode=service\n43.0 c HANGUP 16\n")
    keys = {leg.channel: leg.keys for leg in facts_of(call).legs}
    assert keys[call.citizen] == 1
