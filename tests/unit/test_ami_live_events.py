"""AMI's events as Asterisk 22 writes them, and the typed values they become."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotline1022.ami_bridge import types
from hotline1022.ami_bridge.headers import MalformedEvent
from hotline1022.ami_bridge.live_events import WANTED, translate
from hotline1022.ami_bridge.snapshots import channel_now, queues_now
from hotline1022.ami_bridge.types import DeviceState, LiveEvent
from hotline1022.ami_bridge.wire import Packet
from hotline1022.core.ids import CallId, ChannelId

READ_AT = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
CALLER = ChannelId("hl1-1795470208.58")
AGENT = ChannelId("hl1-1795470215.61")

SNAPSHOT = f"""Channel: PJSIP/trunk-00000010
ChannelState: 6
ChannelStateDesc: Up
CallerIDNum: 0901234567
Language: vi
Uniqueid: {CALLER}
Linkedid: {CALLER}
"""
DEST = f"""DestChannel: PJSIP/line-101-00000011
DestUniqueid: {AGENT}
"""
MEMBER = """Queue: hl1022
MemberName: 1001
Interface: PJSIP/line-101
StateInterface: PJSIP/line-101
Membership: dynamic
Penalty: 0
CallsTaken: 4
LastCall: 1795470000
LastPause: 0
LoginTime: 1795460000
InCall: 1
Status: 2
Paused: 1
PausedReason: 2
Ringinuse: 0
Wrapuptime: 10
"""
AT_QUEUE = "Queue: hl1022\nInterface: PJSIP/line-101\nMemberName: 1001\n"
WHO: Any = {"queue": "hl1022", "interface": "PJSIP/line-101", "member_name": "1001"}
BOTH: Any = {"caller": CALLER, "channel": AGENT}


def packet(text: str) -> Packet:
    pairs = (line.split(":", 1) for line in text.strip().splitlines())
    return Packet(tuple((key, value.strip()) for key, value in pairs))


TABLE: list[tuple[str, LiveEvent]] = [
    (
        f"Event: Hold\n{SNAPSHOT}MusicClass: default",
        types.Held(at=READ_AT, channel=CALLER, name="PJSIP/trunk-00000010"),
    ),
    (f"Event: Unhold\n{SNAPSHOT}", types.Resumed(at=READ_AT, channel=CALLER, name="PJSIP/trunk-00000010")),
    (
        (
            f"Event: BlindTransfer\nResult: Invalid\nTransfererChannel: PJSIP/line-101-00000011\nTransfererUniqueid: {AGENT}"
            "\nIsExternal: Yes\nContext: hl1022-transfer\nExtension: 763"
        ),
        types.TransferRefused(
            at=READ_AT, channel=AGENT, name="PJSIP/line-101-00000011", context="hl1022-transfer", exten="763"
        ),
    ),
    (
        f"Event: OriginateResponse\nActionID: action/1\nResponse: Failure\nReason: 5\nUniqueid: {AGENT}",
        types.OriginateEnded(at=READ_AT, action_id="action/1", answered=False, reason=5, channel=AGENT),
    ),
    (
        "Event: OriginateResponse\nActionID: action/2\nResponse: Success\nReason: 4\nUniqueid: <null>",
        types.OriginateEnded(at=READ_AT, action_id="action/2", answered=True, reason=4, channel=ChannelId("")),
    ),
    (f"Event: QueueMemberAdded\n{MEMBER}", types.MemberAdded(at=READ_AT, **WHO, paused=True, reason="2")),
    (f"Event: QueueMemberRemoved\n{MEMBER}", types.MemberRemoved(at=READ_AT, **WHO)),
    (f"Event: QueueMemberPause\n{MEMBER}", types.MemberPaused(at=READ_AT, **WHO, paused=True, reason="2")),
    (
        f"Event: QueueMemberStatus\n{MEMBER}",
        types.MemberStatus(at=READ_AT, **WHO, state=DeviceState.IN_USE, in_call=True, calls=4, paused=True, reason="2"),
    ),
    (f"Event: AgentCalled\n{SNAPSHOT}{DEST}{AT_QUEUE}", types.AgentCalled(at=READ_AT, **WHO, **BOTH)),
    (
        f"Event: AgentConnect\n{SNAPSHOT}{DEST}{AT_QUEUE}RingTime: 3\nHoldTime: 7",
        types.AgentConnected(at=READ_AT, **WHO, **BOTH, waited=timedelta(seconds=7), rang=timedelta(seconds=3)),
    ),
    (
        f"Event: AgentComplete\n{SNAPSHOT}{DEST}{AT_QUEUE}HoldTime: 7\nTalkTime: 59\nReason: caller",
        types.AgentCompleted(at=READ_AT, **WHO, **BOTH, talked=timedelta(seconds=59), reason="caller"),
    ),
    (
        f"Event: AgentRingNoAnswer\n{SNAPSHOT}{DEST}{AT_QUEUE}RingTime: 15000",
        types.AgentRingNoAnswer(at=READ_AT, **WHO, **BOTH, rang=timedelta(seconds=15)),
    ),
    (
        f"Event: QueueCallerJoin\n{SNAPSHOT}Queue: hl1022\nPosition: 2\nCount: 3",
        types.CallerJoinedQueue(at=READ_AT, queue="hl1022", caller=CALLER, position=2, count=3),
    ),
    (
        f"Event: QueueCallerLeave\n{SNAPSHOT}Queue: hl1022\nCount: 2\nPosition: 1",
        types.CallerLeftQueue(at=READ_AT, queue="hl1022", caller=CALLER, position=1, count=2),
    ),
    (
        f"Event: QueueCallerAbandon\n{SNAPSHOT}Queue: hl1022\nPosition: 1\nOriginalPosition: 2\nHoldTime: 21",
        types.CallerAbandoned(at=READ_AT, queue="hl1022", caller=CALLER, position=1, waited=timedelta(seconds=21)),
    ),
    (
        "Event: DeviceStateChange\nDevice: PJSIP/line-101\nState: NOT_INUSE",
        types.DeviceChanged(at=READ_AT, device="PJSIP/line-101", state=DeviceState.NOT_IN_USE),
    ),
    (
        f"Event: UserEvent\n{SNAPSHOT}UserEvent: HLAlarm\nKind: emergency-unanswered\nCall: hl1-1.1\nDetail: 115",
        types.AlarmSignalled(
            at=READ_AT, kind="emergency-unanswered", call=CallId(ChannelId("hl1-1.1")), channel=CALLER, detail="115"
        ),
    ),
    (
        f"Event: UserEvent\n{SNAPSHOT}UserEvent: HLAlarm\nKind: lines-full",
        types.AlarmSignalled(at=READ_AT, kind="lines-full", call=CallId(CALLER), channel=CALLER, detail=""),
    ),
]


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=lambda value: type(value).__name__)
def test_each_event_becomes_its_value(text: str, expected: LiveEvent) -> None:
    assert translate(packet(text), READ_AT) == expected


@pytest.mark.parametrize("name", ["AgentCalled", "AgentConnect", "AgentComplete", "AgentRingNoAnswer"])
def test_an_agents_event_is_told_although_the_channels_ended_before_it(name: str) -> None:
    """Seen on 22.10.1: else the agent would talk for ever."""
    event = translate(packet(f"Event: {name}\n{AT_QUEUE}TalkTime: 2\nReason: caller"), READ_AT)
    assert isinstance(event, types.AgentEvent)
    assert (event.interface, event.caller, event.channel) == ("PJSIP/line-101", "", "")


def test_every_wanted_event_is_in_the_table_above() -> None:
    assert {packet(text).get("Event").encode() for text, _ in TABLE} == set(WANTED)


def test_asterisks_own_time_is_taken_where_it_sends_one() -> None:
    event = translate(packet(f"Event: Hold\nTimestamp: 1795470208.125000\n{SNAPSHOT}"), READ_AT)
    assert event is not None
    assert event.at == datetime.fromtimestamp(1795470208.125, UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Event: Hold\nChannel: x",
        "Event: Hold\nUniqueid: 1.1\nTimestamp: yesterday",
        "Event: Hold\nUniqueid: 1.1\nTimestamp: inf",
        "Event: QueueMemberStatus\nQueue: q\nInterface: i\nCallsTaken: many",
        "Event: QueueMemberStatus\nQueue: q\nInterface: i\nCallsTaken: " + "9" * 5000,
        "Event: QueueMemberPause\nQueue: q\nPaused: 1",
        "Event: UserEvent\nUserEvent: HLAlarm",
    ],
)
def test_an_event_without_what_it_must_have_is_refused(text: str) -> None:
    with pytest.raises(MalformedEvent):
        translate(packet(text), READ_AT)


def test_other_events_and_other_peoples_user_events_say_nothing() -> None:
    assert translate(packet("Event: Hangup\nUniqueid: 1.1"), READ_AT) is None
    assert translate(packet("Event: UserEvent\nUserEvent: Other\nUniqueid: 1.1"), READ_AT) is None


def test_app_queues_state_numbers_and_words_are_known() -> None:
    words = ["UNKNOWN", "NOT_INUSE", "INUSE", "BUSY", "INVALID", "UNAVAILABLE", "RINGING", "RINGINUSE", "ONHOLD"]
    for number, word in enumerate(words):
        status = translate(
            packet(f"Event: QueueMemberStatus\n{MEMBER.replace('Status: 2', f'Status: {number}')}"), READ_AT
        )
        device = translate(packet(f"Event: DeviceStateChange\nDevice: PJSIP/a\nState: {word}"), READ_AT)
        assert isinstance(status, types.MemberStatus) and isinstance(device, types.DeviceChanged)
        assert status.state is device.state is list(DeviceState)[number]
    strange = translate(packet("Event: DeviceStateChange\nDevice: PJSIP/a\nState: NEWWORD"), READ_AT)
    assert isinstance(strange, types.DeviceChanged) and strange.state is DeviceState.UNKNOWN


def test_every_live_event_carries_an_aware_time() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        types.LinkUp(at=datetime(2026, 1, 1), epoch=1)
    assert fields(types.LinkUp)[0].name == "at"


def test_a_resync_of_queues_is_one_value_per_queue() -> None:
    found = queues_now(
        [
            packet("Event: QueueParams\nQueue: hl1022\nMax: 0"),
            packet(
                "Event: QueueMember\nQueue: hl1022\nName: 1001\nLocation: PJSIP/line-101\nStateInterface: PJSIP/line-101\n"
                "CallsTaken: 4\nLastCall: 1795470000\nLoginTime: 0\nInCall: 0\nStatus: 6\nPaused: 0\nPausedReason:"
            ),
            packet(f"Event: QueueEntry\nQueue: hl1022\nPosition: 1\n{SNAPSHOT}Wait: 12"),
            packet("Event: QueueParams\nQueue: hl1022-night"),
            packet("Event: Unrelated"),
        ]
    )
    assert [queue.queue for queue in found] == ["hl1022", "hl1022-night"]
    assert found[0].members == (
        types.MemberNow(
            queue="hl1022",
            interface="PJSIP/line-101",
            member_name="1001",
            state_interface="PJSIP/line-101",
            state=DeviceState.RINGING,
            in_call=False,
            paused=False,
            reason="",
            calls=4,
            last_call=datetime.fromtimestamp(1795470000, UTC),
            logged_in=None,
        ),
    )
    assert found[0].callers[0].caller == CALLER
    assert found[0].callers[0].waited == timedelta(seconds=12)
    assert not found[1].members and not found[1].callers


def test_a_resync_of_channels_reads_each() -> None:
    now = channel_now(
        packet(f"Event: CoreShowChannel\n{SNAPSHOT}Context: in\nExten: s\nApplication: Queue\nDuration: 101:00:09")
    )
    assert (now.channel, now.state, now.application) == (CALLER, "Up", "Queue")
    assert now.age == timedelta(hours=101, seconds=9)
