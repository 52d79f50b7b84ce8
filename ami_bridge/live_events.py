"""AMI's event names to typed live events: one table, no I/O. Refuses what lacks its essential headers."""

from collections.abc import Callable
from datetime import datetime

from hotline1022.ami_bridge import headers
from hotline1022.ami_bridge.types import (
    AgentCalled,
    AgentCompleted,
    AgentConnected,
    AgentRingNoAnswer,
    AlarmSignalled,
    CallerAbandoned,
    CallerJoinedQueue,
    CallerLeftQueue,
    DeviceChanged,
    Held,
    LiveEvent,
    MemberAdded,
    MemberPaused,
    MemberRemoved,
    MemberStatus,
    OriginateEnded,
    Resumed,
    TransferRefused,
)
from hotline1022.ami_bridge.wire import Packet
from hotline1022.core.ids import CallId, ChannelId

#: name of the dialplan's UserEvent that raises an alarm
ALARM = "HLAlarm"


def translate(packet: Packet, read_at: datetime) -> LiveEvent | None:
    """The typed event, or None when it says nothing that is wanted. `read_at` serves where Asterisk sends no time."""
    make = _TABLE.get(packet.get("Event"))
    return None if make is None else make(packet, headers.happened(packet, read_at))


def _held(packet: Packet, at: datetime) -> LiveEvent:
    return Held(at=at, channel=headers.channel(packet), name=packet.get("Channel"))


def _resumed(packet: Packet, at: datetime) -> LiveEvent:
    return Resumed(at=at, channel=headers.channel(packet), name=packet.get("Channel"))


def _originated(packet: Packet, at: datetime) -> LiveEvent:
    return OriginateEnded(
        at=at,
        action_id=packet.get("ActionID"),
        answered=packet.get("Response").lower() == "success",
        reason=headers.number(packet, "Reason"),
        channel=ChannelId("" if packet.get("Uniqueid") == "<null>" else packet.get("Uniqueid")),
    )


def _member_added(packet: Packet, at: datetime) -> LiveEvent:
    return MemberAdded(
        at=at,
        queue=headers.need(packet, "Queue"),
        interface=headers.need(packet, "Interface"),
        member_name=packet.get("MemberName"),
        paused=headers.flag(packet, "Paused"),
        reason=packet.get("PausedReason"),
    )


def _member_removed(packet: Packet, at: datetime) -> LiveEvent:
    return MemberRemoved(
        at=at,
        queue=headers.need(packet, "Queue"),
        interface=headers.need(packet, "Interface"),
        member_name=packet.get("MemberName"),
    )


def _member_paused(packet: Packet, at: datetime) -> LiveEvent:
    return MemberPaused(
        at=at,
        queue=headers.need(packet, "Queue"),
        interface=headers.need(packet, "Interface"),
        member_name=packet.get("MemberName"),
        paused=headers.flag(packet, "Paused"),
        reason=packet.get("PausedReason"),
    )


def _member_status(packet: Packet, at: datetime) -> LiveEvent:
    return MemberStatus(
        at=at,
        queue=headers.need(packet, "Queue"),
        interface=headers.need(packet, "Interface"),
        member_name=packet.get("MemberName"),
        state=headers.member_state(packet),
        in_call=headers.flag(packet, "InCall"),
        calls=headers.number(packet, "CallsTaken"),
        paused=headers.flag(packet, "Paused"),
        reason=packet.get("PausedReason"),
    )


def _agent_called(packet: Packet, at: datetime) -> LiveEvent:
    return AgentCalled(
        at=at,
        queue=headers.need(packet, "Queue"),
        interface=headers.need(packet, "Interface"),
        member_name=packet.get("MemberName"),
        caller=ChannelId(packet.get("Uniqueid")),
        channel=ChannelId(packet.get("DestUniqueid")),
    )


def _agent_connected(packet: Packet, at: datetime) -> LiveEvent:
    return AgentConnected(
        at=at,
        queue=headers.need(packet, "Queue"),
        interface=headers.need(packet, "Interface"),
        member_name=packet.get("MemberName"),
        caller=ChannelId(packet.get("Uniqueid")),
        channel=ChannelId(packet.get("DestUniqueid")),
        waited=headers.seconds(packet, "HoldTime"),
        rang=headers.seconds(packet, "RingTime"),
    )


def _agent_completed(packet: Packet, at: datetime) -> LiveEvent:
    return AgentCompleted(
        at=at,
        queue=headers.need(packet, "Queue"),
        interface=headers.need(packet, "Interface"),
        member_name=packet.get("MemberName"),
        caller=ChannelId(packet.get("Uniqueid")),
        channel=ChannelId(packet.get("DestUniqueid")),
        talked=headers.seconds(packet, "TalkTime"),
        reason=packet.get("Reason").lower(),
    )


def _agent_rna(packet: Packet, at: datetime) -> LiveEvent:
    return AgentRingNoAnswer(
        at=at,
        queue=headers.need(packet, "Queue"),
        interface=headers.need(packet, "Interface"),
        member_name=packet.get("MemberName"),
        caller=ChannelId(packet.get("Uniqueid")),
        channel=ChannelId(packet.get("DestUniqueid")),
        rang=headers.thousandths(packet, "RingTime"),  # here, and only here, app_queue gives milliseconds
    )


def _caller_joined(packet: Packet, at: datetime) -> LiveEvent:
    return CallerJoinedQueue(
        at=at,
        queue=headers.need(packet, "Queue"),
        caller=headers.channel(packet),
        position=headers.number(packet, "Position"),
        count=headers.number(packet, "Count"),
    )


def _caller_left(packet: Packet, at: datetime) -> LiveEvent:
    return CallerLeftQueue(
        at=at,
        queue=headers.need(packet, "Queue"),
        caller=headers.channel(packet),
        position=headers.number(packet, "Position"),
        count=headers.number(packet, "Count"),
    )


def _caller_abandoned(packet: Packet, at: datetime) -> LiveEvent:
    return CallerAbandoned(
        at=at,
        queue=headers.need(packet, "Queue"),
        caller=headers.channel(packet),
        position=headers.number(packet, "Position"),
        waited=headers.seconds(packet, "HoldTime"),
    )


def _device(packet: Packet, at: datetime) -> LiveEvent:
    return DeviceChanged(at=at, device=headers.need(packet, "Device"), state=headers.device_state(packet))


def _transfer(packet: Packet, at: datetime) -> LiveEvent | None:
    if packet.get("Result") == "Success":
        return None  # the journal tells of it
    return TransferRefused(
        at=at,
        channel=ChannelId(headers.need(packet, "TransfererUniqueid")),
        name=headers.need(packet, "TransfererChannel"),
        context=packet.get("Context"),
        exten=packet.get("Extension"),
    )


def _alarm(packet: Packet, at: datetime) -> LiveEvent | None:
    if packet.get("UserEvent") != ALARM:
        return None
    own = packet.get("Uniqueid")
    return AlarmSignalled(
        at=at,
        kind=headers.need(packet, "Kind"),
        call=CallId(ChannelId(packet.get("Call", own))),
        channel=ChannelId(own),
        detail=packet.get("Detail"),
    )


_TABLE: dict[str, Callable[[Packet, datetime], LiveEvent | None]] = {
    "Hold": _held,
    "Unhold": _resumed,
    "OriginateResponse": _originated,
    "QueueMemberAdded": _member_added,
    "QueueMemberRemoved": _member_removed,
    "QueueMemberPause": _member_paused,
    "QueueMemberStatus": _member_status,
    "AgentCalled": _agent_called,
    "AgentConnect": _agent_connected,
    "AgentComplete": _agent_completed,
    "AgentRingNoAnswer": _agent_rna,
    "QueueCallerJoin": _caller_joined,
    "QueueCallerLeave": _caller_left,
    "QueueCallerAbandon": _caller_abandoned,
    "DeviceStateChange": _device,
    "BlindTransfer": _transfer,
    "UserEvent": _alarm,
}

#: names of the events that are read at all; everything else is dropped by its first line
WANTED: frozenset[bytes] = frozenset(name.encode() for name in _TABLE)
