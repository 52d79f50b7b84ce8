"""Tables of calls that 1022 makes to citizens, and the call each becomes. Channel a leads: it is the agent's phone."""

import json
from datetime import UTC, datetime

import pytest

from hotline1022.ami_bridge.journal_facts import FactReader
from hotline1022.core.call import TABLE, Anomaly, Call, Effect, Ended, Trigger, apply, begin, fold
from hotline1022.core.endings import outcome
from hotline1022.core.events import CallPlaced, Event, LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from tests.scenario.tables import CHANNELS, START, events, rows

#: the phone rings: the journal has nothing yet
RINGS = ""
LIFTED = (
    RINGS
    + """
3.000 a ANSWER
3.005 a HL_OUT line=101|person=1001|number=0901234567
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


def made(table: str, lead: str = CHANNELS["a"]) -> list[Event]:
    """What the service writes down before it asks Asterisk, and what the journal tells; `lead`: the id that it gave the call."""
    call = CallId(ChannelId(lead))
    reader = FactReader([(call, call)])
    told = json.loads(json.dumps(rows(table)).replace(CHANNELS["a"], lead))
    placed = CallPlaced(
        at=datetime.fromtimestamp(START, UTC), call=call, channel=call, line="101", person="1001", number="0901234567"
    )
    return [placed, *(event for row in told for event in reader.events(row))]


def followed(table: str) -> tuple[Call, list[Effect]]:
    """The call, and all that followed."""
    first, *others = made(table)
    call, told = apply(begin(first), first)
    effects = list(told)
    for event in others:
        call, follows = apply(call, event)
        effects += follows
    return call, effects


def test_a_citizen_who_is_reached() -> None:
    call, effects = followed(ANSWERED + OVER)
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
        # Asterisk could not be asked
        (RINGS + "0.1 a HL_OUT_END status=not-asked\n0.2 a HANGUP 0", Reason.LINE_TROUBLE),
        (
            LIFTED + "8.0 c ANSWER\n8.5 c HANGUP 16\n8.6 a HL_OUT_END status=ANSWER\n8.7 a HANGUP 16",
            Reason.CITIZEN_HUNG_UP,
        ),
    ],
)
def test_a_citizen_who_is_not_reached(table: str, reason: Reason) -> None:
    call, effects = followed(table)
    assert (call.direction, call.result, call.reason, call.talk_ms) == (Direction.OUT, Result.UNREACHED, reason, 0)
    assert call.complete and not [effect for effect in effects if isinstance(effect, Anomaly)]


def test_the_agent_who_hangs_up_after_the_talk_has_reached_her() -> None:
    call, _ = followed(ANSWERED.replace("42.020 c BRIDGE_EXIT b1", "42.020 a BRIDGE_EXIT b1") + "43.0 a HANGUP 16")
    assert (call.result, call.talk_ms) == (Result.REACHED, 30_000)


def test_where_a_call_to_a_citizen_is() -> None:
    states = [fold(made(table)) for table in (RINGS, LIFTED, ANSWERED.partition("42.020")[0], ANSWERED)]
    assert [call.state if call else None for call in states] == [
        CallState.CALLING_AGENT,
        CallState.CALLING_CITIZEN,
        CallState.TALKING,
        CallState.AFTER,
    ]


def test_an_end_that_nobody_wrote_is_unknown_here_too() -> None:
    call = fold(made(LIFTED))
    assert call is not None and outcome(call, call.entered_at) == (Result.UNREACHED, Reason.AGENT_HUNG_UP)
    assert TABLE[CallState.CALLING_CITIZEN, Trigger.END] is CallState.ENDED


def test_the_journal_alone_makes_the_call_too() -> None:
    """Of a database that was put back from a time before it: all but how long the agent's phone rang."""
    alone, both = fold(events(ANSWERED + OVER)), fold(made(ANSWERED + OVER))
    assert alone is not None and both is not None and alone.complete
    assert (alone.result, alone.reason, alone.talk_ms) == (both.result, both.reason, both.talk_ms)
    assert (alone.caller, alone.line, alone.person, len(alone.tracks)) == (both.caller, both.line, both.person, 2)
