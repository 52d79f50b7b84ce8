"""Tables of real calls and the call each becomes."""

import pytest

from hotline1022.core.call import TABLE, Anomaly, Ended, RaiseAlarm, Trigger, fold
from hotline1022.core.events import Event, Mode
from hotline1022.core.history import KINDS, data_of, event_from, kind_of
from hotline1022.core.outcomes import CallState, Reason, Result
from tests.scenario.tables import CHANNELS, events, told

ENTRY = """
0.000 c HL_ENTRY did=1022|from=0901234567
0.001 c ANSWER
0.002 c HL_TRACK call=%c|kind=citizen|file=t1|person=
0.003 c STREAM_BEGIN hl1022/greeting
4.000 c STREAM_END
4.010 c HL_STEP menu=root|step=menu|target=|mode=service
"""
STATUS = (
    ENTRY
    + """
5.000 c HL_KEY menu=root|key=*|mode=service
5.010 c HL_STEP menu=|step=status|target=|mode=service
5.020 c STREAM_BEGIN hl1022/ticket-enter-code
6.000 c STREAM_END
8.000 c HL_KEY menu=status|key=xxxxxxxx|mode=service
"""
)
TO_QUEUE = (
    ENTRY
    + """
7.000 c HL_KEY menu=root|key=1|mode=service
7.010 c HL_STEP menu=|step=agents|target=administrative-procedures|mode=service
9.000 c HL_QUEUE queue=hl1022-main
"""
)
ANSWERED = (
    TO_QUEUE
    + """
9.100 a HL_LEG call=%c|kind=agent|party=101
13.000 a ANSWER
13.010 a HL_TRACK call=%c|kind=agent|file=t2|person=1001
13.020 c BRIDGE_ENTER b1
13.030 a BRIDGE_ENTER b1
43.030 a BRIDGE_EXIT b1
43.031 a HL_AUDIO call=%c|received=1500
43.032 a HANGUP 16
43.040 c BRIDGE_EXIT b1
43.050 c HL_AUDIO call=%c|received=2150
43.060 c HANGUP 16
"""
)


def test_answered_call() -> None:
    call, effects = told(ANSWERED)
    assert (call.result, call.reason) == (Result.ANSWERED, Reason.AGENT_ANSWERED)
    assert (call.line, call.person, call.category) == ("101", "1001", "administrative-procedures")
    assert call.keys == ("1",)
    assert call.waited_ms == 4030
    assert call.talk_ms == 30_000
    assert call.mode == Mode.SERVICE
    agent = call.legs[CHANNELS["a"]]  # type: ignore[index]
    assert (agent.cause, agent.rtp_received, agent.hold_ms) == (16, 1500, None)
    assert [t.file for t in call.tracks] == ["t1", "t2"]
    assert call.complete
    assert effects == [Ended(call=call.id)]


@pytest.mark.parametrize(
    ("table", "result", "reason"),
    [
        (ENTRY + "5.0 c HANGUP 16", Result.ABANDONED, Reason.IN_MENU),
        (
            ENTRY + "5.0 c STREAM_BEGIN hl1022/info-office-hours\n9.0 c HANGUP 16",
            Result.INFORMED,
            Reason.HEARD_INFORMATION,
        ),
        (STATUS + "8.1 c STREAM_BEGIN hl1022/ticket-wrong-code\n9.0 c HANGUP 16", Result.ABANDONED, Reason.IN_MENU),
        (
            STATUS + "8.1 c STREAM_BEGIN hl1022/ticket-state-accepted\n9.0 c HANGUP 16",
            Result.INFORMED,
            Reason.HEARD_INFORMATION,
        ),
        (TO_QUEUE + "20.0 c HANGUP 16", Result.ABANDONED, Reason.IN_QUEUE),
        (
            TO_QUEUE
            + "30.0 c HL_QUEUE_END queue=hl1022-main|status=TIMEOUT\n"
            + "36.0 c HL_VOICEMAIL reason=timeout|file=v\n50.0 c HL_VOICEMAIL_END status=DTMF\n55.0 c HANGUP 16",
            Result.VOICEMAIL,
            Reason.MESSAGE_LEFT,
        ),
        (ENTRY + "6.0 c HL_VOICEMAIL reason=key|file=v\n7.0 c HANGUP 16", Result.VOICEMAIL, Reason.NO_MESSAGE),
        (ENTRY + "6.0 c HL_VOICEMAIL reason=key|file=v\n9.0 c HANGUP 16", Result.VOICEMAIL, Reason.MESSAGE_LEFT),
        *(
            (
                f"{ENTRY}6.0 c HL_VOICEMAIL reason=key|file=v\n{end} c HL_VOICEMAIL_END status={status}\n60.0 c HANGUP 16",
                Result.VOICEMAIL,
                reason,
            )
            for end, status, reason in (
                (14.6, "SILENCE", Reason.NO_MESSAGE),
                (15.5, "SILENCE", Reason.NO_MESSAGE),
                (15.6, "SILENCE", Reason.MESSAGE_LEFT),
                (40.0, "ERROR", Reason.NO_MESSAGE),
                (7.0, "DTMF", Reason.NO_MESSAGE),
                (12.0, "DTMF", Reason.MESSAGE_LEFT),
                (46.0, "TIMEOUT", Reason.MESSAGE_LEFT),
            )
        ),
        (ENTRY + "5.0 c HL_EMERGENCY origin=menu\n9.0 c HANGUP 16", Result.ABANDONED, Reason.IN_EMERGENCY),
        ("0.0 c HL_REFUSED did=1022|from=|reason=lines-full", Result.REFUSED, Reason.LINES_FULL),
    ],
)
def test_ways_to_end(table: str, result: Result, reason: Reason) -> None:
    call, effects = told(table)
    assert (call.result, call.reason) == (result, reason)
    assert [e for e in effects if isinstance(e, Ended)] == [Ended(call=call.id)]
    assert not [e for e in effects if isinstance(e, Anomaly)]


def test_emergency_from_the_queue_after_a_busy_number() -> None:
    call, effects = told(
        TO_QUEUE
        + """
12.0 c HL_KEY menu=queue|key=9|mode=queue
12.0 c HL_QUEUE_END queue=hl1022-main|status=KEY
12.1 c HL_EMERGENCY origin=queue
12.2 a HL_LEG call=%c|kind=emergency|party=115
12.4 a HANGUP 17
12.5 c HL_EMERGENCY_TRY number=115|status=BUSY
12.6 e HL_LEG call=%c|kind=emergency|party=116
14.0 e ANSWER
14.1 c BRIDGE_ENTER b
14.1 e BRIDGE_ENTER b
60.0 c BRIDGE_EXIT b
60.0 e BRIDGE_EXIT b
60.1 c HANGUP 16
60.2 e HANGUP 16
"""
    )
    assert (call.result, call.reason) == (Result.EMERGENCY, Reason.EMERGENCY_ANSWERED)
    assert [leg.cause for leg in call.legs.values()] == [16, 17, 16]
    assert call.waited_ms == 3000
    assert not [e for e in effects if isinstance(e, Anomaly)]


def test_nobody_at_115_raises_the_alarm_and_an_agent_takes_it() -> None:
    call, effects = told(
        ENTRY
        + """
5.0 c HL_EMERGENCY origin=menu
5.1 e HL_LEG call=%c|kind=emergency|party=115
30.0 e HANGUP 19
30.0 c HL_EMERGENCY_TRY number=115|status=NOANSWER
30.1 c HL_EMERGENCY_UNANSWERED
30.2 c HL_QUEUE queue=hl1022-emergency
30.3 a HL_LEG call=%c|kind=agent|party=102
33.0 a ANSWER
33.1 a BRIDGE_ENTER b
33.1 c BRIDGE_ENTER b
50.0 c BRIDGE_EXIT b
50.0 c HANGUP 16
50.1 a BRIDGE_EXIT b
50.1 a HANGUP 16
"""
    )
    assert (call.result, call.reason) == (Result.EMERGENCY, Reason.EMERGENCY_BY_AGENT)
    assert [e for e in effects if isinstance(e, RaiseAlarm)] == [RaiseAlarm(kind="emergency-unanswered", call=call.id)]
    assert not [e for e in effects if isinstance(e, Anomaly)]


@pytest.mark.parametrize(
    ("end", "result", "reason"),
    [
        ("60.0 c HANGUP 16", Result.ABANDONED, Reason.IN_EMERGENCY),
        ("70.1 c HL_EMERGENCY_UNANSWERED\n80.0 c HANGUP 16", Result.EMERGENCY, Reason.EMERGENCY_UNANSWERED),
    ],
)
def test_an_agent_before_115_is_nobody_in_its_place(end: str, result: Result, reason: Reason) -> None:
    call, effects = told(
        TO_QUEUE
        + f"""
9.100 a HL_LEG call=%c|kind=agent|party=101
13.000 a ANSWER
13.020 c BRIDGE_ENTER b1
13.030 a BRIDGE_ENTER b1
43.030 a BRIDGE_EXIT b1
43.032 c BRIDGE_EXIT b1
43.040 a BRIDGE_ENTER r1 room
45.000 c HL_KEY menu=cascade|key=9|mode=service
45.010 c HL_EMERGENCY origin=menu
45.100 e HL_LEG call=%c|kind=emergency|party=115
59.000 a BRIDGE_EXIT r1 room
59.000 a HANGUP 16
{end}
"""
    )
    assert (call.result, call.reason) == (result, reason)
    assert (call.line, call.waited_ms) == ("101", 4030)
    assert not [e for e in effects if isinstance(e, Anomaly)]


CLOSED_VOICEMAIL = (
    TO_QUEUE
    + """
19.000 c HL_KEY menu=queue|key=*|mode=queue
19.000 c HL_QUEUE_END queue=hl1022-main|status=KEY
19.010 c STREAM_BEGIN hl1022/voicemail-closed
24.000 c STREAM_END
24.010 c HL_QUEUE queue=hl1022-main
"""
)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (
            """
204.0 a HL_LEG call=%c|kind=agent|party=101
208.9 a ANSWER
209.0 a BRIDGE_ENTER b
209.0 c BRIDGE_ENTER b
240.0 a BRIDGE_EXIT b
240.0 c BRIDGE_EXIT b
240.1 c HANGUP 16
240.1 a HANGUP 16
""",
            Reason.AGENT_ANSWERED,
        ),
        ("209.0 c HANGUP 16", Reason.IN_QUEUE),
    ],
)
def test_who_comes_back_from_a_closed_voicemail_has_waited_from_the_first_moment_to_the_last(
    end: str, reason: Reason
) -> None:
    waiting, _ = told(CLOSED_VOICEMAIL)
    assert (waiting.state, waiting.waited_ms) == (CallState.WAITING, None)
    call, effects = told(CLOSED_VOICEMAIL + end)
    assert (call.reason, call.waited_ms) == (reason, 200_000)
    assert not [e for e in effects if isinstance(e, Anomaly)]


def test_missed_by_one_agent_answered_by_another() -> None:
    call, _ = told(
        TO_QUEUE
        + """
9.1 a HL_LEG call=%c|kind=agent|party=101
24.1 a HANGUP 19
25.0 b HL_LEG call=%c|kind=agent|party=102
27.0 b ANSWER
27.0 b HL_TRACK call=%c|kind=agent|file=t3|person=1002
27.1 b BRIDGE_ENTER x
27.1 c BRIDGE_ENTER x
37.1 b BRIDGE_EXIT x
37.1 c BRIDGE_EXIT x
37.2 c HANGUP 16
37.3 b HANGUP 16
"""
    )
    assert (call.line, call.person) == ("102", "1002")
    missed = call.legs[CHANNELS["a"]]  # type: ignore[index]
    assert (missed.answered_at, missed.cause, missed.talk_ms) == (None, 19, 0)
    assert call.talk_ms == 10_000


def test_channels_of_an_existing_pbx_are_not_ours() -> None:
    assert events("0.0 x ANSWER\n1.0 x BRIDGE_ENTER q\n2.0 x HANGUP 16") == []


def test_history_replayed_is_the_same_call() -> None:
    seen = events(ANSWERED)
    again = [event_from(kind_of(e), e.at, e.call, e.channel, data_of(e)) for e in seen]
    assert again == seen
    assert fold(again) == told(ANSWERED)[0]
    assert len({e.identity for e in seen}) == len(seen)


def test_every_kind_of_event_has_a_place() -> None:
    assert {cls.__name__ for cls in Event.__subclasses__()} == set(KINDS)


def test_every_state_can_end_and_none_is_a_trap() -> None:
    assert all((state, Trigger.END) in TABLE for state in CallState if state is not CallState.ENDED)
    reached = {CallState.MENU, CallState.CALLING_AGENT} | set(TABLE.values())  # calls begin in these two
    assert reached == set(CallState)
