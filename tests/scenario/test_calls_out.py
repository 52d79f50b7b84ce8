"""Tables of calls that 1022 makes to citizens, and the call each becomes. Channel a leads: it is the agent's phone."""

import pytest

from hotline1022.core.call import TABLE, Anomaly, Ended, Trigger, fold
from hotline1022.core.endings import outcome
from hotline1022.core.events import LegKind
from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from tests.scenario.tables import CHANNELS, events, told

RINGS = """
0.000 a HL_OUT line=101|person=1001|number=0901234567
"""
LIFTED = (
    RINGS
    + """
3.000 a ANSWER
3.010 a HL_TRACK call=%a|kind=agent|file=t1|person=
3.020 c HL_LEG call=%a|kind=citizen|party=0901234567
"""
)
ANSWERED = (
    LIFTED
    + """
8.000 c ANSWER
8.010 c HL_TRACK call=%a|kind=citizen|file=t2|person=
8.020 c STREAM_BEGIN hl1022/callback-notice
12.000 c STREAM_END
12.010 a BRIDGE_ENTER b1
12.020 c BRIDGE_ENTER b1
42.020 c BRIDGE_EXIT b1
42.030 c HL_AUDIO call=%a|received=1700
42.040 c HANGUP 16
42.050 a BRIDGE_EXIT b1
"""
)
OVER = "42.060 a HL_OUT_END status=ANSWER\n42.070 a HL_AUDIO call=%a|received=1900\n42.080 a HANGUP 16"


def test_a_citizen_who_is_reached() -> None:
    call, effects = told(ANSWERED + OVER)
    assert (call.direction, call.result, call.reason) == (Direction.OUT, Result.REACHED, Reason.CITIZEN_ANSWERED)
    assert (call.id, call.citizen) == (CHANNELS["a"], CHANNELS["c"])
    assert (call.line, call.person, call.caller, call.did) == ("101", "1001", "0901234567", "")
    assert call.talk_ms == 30_000 and call.waited_ms is None
    assert [leg.kind for leg in call.legs.values()] == [LegKind.AGENT, LegKind.CITIZEN]
    assert [track.file for track in call.tracks] == ["t1", "t2"]
    assert call.answered_at is not None and call.answered_at == call.entered_at.replace(
        second=call.entered_at.second + 3
    )
    assert call.complete and effects == [Ended(call=call.id)]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (RINGS + "25.0 a HANGUP 19", Reason.AGENT_NO_ANSWER),
        (RINGS + "2.0 a HANGUP 17", Reason.AGENT_NO_ANSWER),
        (LIFTED + "9.0 c HANGUP 17\n9.1 a HL_OUT_END status=BUSY\n9.2 a HANGUP 16", Reason.CITIZEN_BUSY),
        (LIFTED + "48.0 c HANGUP 0\n48.1 a HL_OUT_END status=NOANSWER\n48.2 a HANGUP 16", Reason.CITIZEN_NO_ANSWER),
        (LIFTED + "4.0 c HANGUP 19\n4.1 a HL_OUT_END status=NOANSWER\n4.2 a HANGUP 16", Reason.CITIZEN_NO_ANSWER),
        (LIFTED + "4.0 c HANGUP 20\n4.1 a HL_OUT_END status=CHANUNAVAIL\n4.2 a HANGUP 16", Reason.CITIZEN_NO_ANSWER),
        (LIFTED + "9.0 c HANGUP 21\n9.1 a HL_OUT_END status=BUSY\n9.2 a HANGUP 16", Reason.CITIZEN_REFUSED),
        (LIFTED + "4.0 c HANGUP 1\n4.1 a HL_OUT_END status=CHANUNAVAIL\n4.2 a HANGUP 16", Reason.NUMBER_NOT_VALID),
        (LIFTED + "4.0 c HANGUP 28\n4.1 a HL_OUT_END status=CHANUNAVAIL\n4.2 a HANGUP 16", Reason.NUMBER_NOT_VALID),
        (LIFTED + "4.0 c HANGUP 34\n4.1 a HL_OUT_END status=CONGESTION\n4.2 a HANGUP 16", Reason.LINE_TROUBLE),
        (LIFTED + "4.0 c HANGUP 38\n4.1 a HL_OUT_END status=CHANUNAVAIL\n4.2 a HANGUP 16", Reason.LINE_TROUBLE),
        (RINGS + "3.0 a ANSWER\n3.1 a HL_OUT_END status=trunk-full\n3.2 a HANGUP 16", Reason.LINE_TROUBLE),
        # nothing told how the dialling ended: it was broken off from this side
        (LIFTED + "9.0 c HANGUP 16\n9.1 a HANGUP 16", Reason.AGENT_HUNG_UP),
        (RINGS + "3.0 a ANSWER\n3.1 a HANGUP 16", Reason.AGENT_HUNG_UP),
        (
            LIFTED + "8.0 c ANSWER\n8.5 c HANGUP 16\n8.6 a HL_OUT_END status=ANSWER\n8.7 a HANGUP 16",
            Reason.CITIZEN_HUNG_UP,
        ),
    ],
)
def test_a_citizen_who_is_not_reached(table: str, reason: Reason) -> None:
    call, effects = told(table)
    assert (call.direction, call.result, call.reason, call.talk_ms) == (Direction.OUT, Result.UNREACHED, reason, 0)
    assert call.complete and not [effect for effect in effects if isinstance(effect, Anomaly)]


def test_the_agent_who_hangs_up_after_the_talk_has_reached_her() -> None:
    call, _ = told(ANSWERED.replace("42.020 c BRIDGE_EXIT b1", "42.020 a BRIDGE_EXIT b1") + "43.0 a HANGUP 16")
    assert (call.result, call.talk_ms) == (Result.REACHED, 30_000)


def test_where_a_call_to_a_citizen_is() -> None:
    states = [fold(events(table)) for table in (RINGS, LIFTED, ANSWERED.partition("42.020")[0], ANSWERED)]
    assert [call.state if call else None for call in states] == [
        CallState.CALLING_AGENT,
        CallState.CALLING_CITIZEN,
        CallState.TALKING,
        CallState.AFTER,
    ]


def test_an_end_that_nobody_wrote_is_unknown_here_too() -> None:
    call = fold(events(LIFTED))
    assert call is not None and outcome(call, call.entered_at) == (Result.UNREACHED, Reason.AGENT_HUNG_UP)
    assert TABLE[CallState.CALLING_CITIZEN, Trigger.END] is CallState.ENDED
