"""What a resync finds, from the items of a list action to typed values. No I/O."""

from collections.abc import Mapping, Sequence

from hotline1022.ami_bridge import headers
from hotline1022.ami_bridge.types import CallerNow, ChannelNow, DeviceState, MemberNow, QueueNow
from hotline1022.ami_bridge.wire import Packet
from hotline1022.core.ids import ChannelId


def channel_now(packet: Packet) -> ChannelNow:
    """One `CoreShowChannel`."""
    return ChannelNow(
        channel=headers.channel(packet),
        name=packet.get("Channel"),
        linked=ChannelId(packet.get("Linkedid")),
        state=packet.get("ChannelStateDesc"),
        caller_number=packet.get("CallerIDNum"),
        context=packet.get("Context"),
        exten=packet.get("Exten"),
        application=packet.get("Application"),
        bridge=packet.get("BridgeId"),
        age=headers.clock_span(packet.get("Duration")),
    )


def devices_now(packets: Sequence[Packet]) -> Mapping[str, DeviceState]:
    """The items of a `DeviceStateList`: what Asterisk was ever told of, by its name, `PJSIP/line-101`."""
    return {
        headers.need(packet, "Device"): headers.device_state(packet)
        for packet in packets
        if packet.get("Event") == "DeviceStateChange"
    }


def queues_now(packets: Sequence[Packet]) -> tuple[QueueNow, ...]:
    """The items of a `QueueStatus` list as one value per queue."""
    members: dict[str, list[MemberNow]] = {}
    callers: dict[str, list[CallerNow]] = {}
    for packet in packets:
        kind = packet.get("Event")
        if kind not in ("QueueParams", "QueueMember", "QueueEntry"):
            continue
        queue = headers.need(packet, "Queue")
        members.setdefault(queue, [])
        callers.setdefault(queue, [])
        if kind == "QueueMember":
            members[queue].append(_member_now(packet))
        elif kind == "QueueEntry":
            callers[queue].append(
                CallerNow(
                    queue=queue,
                    caller=headers.channel(packet),
                    name=packet.get("Channel"),
                    position=headers.number(packet, "Position"),
                    caller_number=packet.get("CallerIDNum"),
                    waited=headers.seconds(packet, "Wait"),
                )
            )
    return tuple(QueueNow(queue=name, members=tuple(members[name]), callers=tuple(callers[name])) for name in members)


def _member_now(packet: Packet) -> MemberNow:
    return MemberNow(
        queue=headers.need(packet, "Queue"),
        interface=headers.need(packet, "Location"),
        member_name=packet.get("Name"),
        state_interface=packet.get("StateInterface"),
        state=headers.member_state(packet),
        in_call=headers.flag(packet, "InCall"),
        paused=headers.flag(packet, "Paused"),
        reason=packet.get("PausedReason"),
        calls=headers.number(packet, "CallsTaken"),
        last_call=headers.moment(packet, "LastCall"),
        logged_in=headers.moment(packet, "LoginTime"),
    )
