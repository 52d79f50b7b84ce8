"""How one header of a live event is read. Refuses (MalformedEvent) a number or time that is none."""

import re
from datetime import UTC, datetime, timedelta

from hotline1022.ami_bridge.types import DeviceState
from hotline1022.ami_bridge.wire import Packet
from hotline1022.core.errors import Invalid
from hotline1022.core.ids import ChannelId

#: app_queue's numbers for a member's state, in their order
_MEMBER_STATES = tuple(DeviceState)
_DEVICE_STATES = {state.value.replace("-", "").upper(): state for state in DeviceState}
_NUMBER = re.compile(r"-?[0-9]{1,11}", re.ASCII)


class MalformedEvent(Invalid):
    """An event without a header that it must have, or with one that cannot be read."""

    error_id = "ami-event-malformed"


def happened(packet: Packet, read_at: datetime) -> datetime:
    """Asterisk's own time stamp (`timestampevents=yes`), else when it was read."""
    stamp = packet.get("Timestamp")
    if not stamp:
        return read_at
    try:
        return datetime.fromtimestamp(float(stamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedEvent(f"Timestamp {stamp!r} of {packet.get('Event')} is no time") from error


def need(packet: Packet, name: str) -> str:
    """A header that must be there."""
    value = packet.get(name)
    if not value:
        raise MalformedEvent(f"{packet.get('Event')} has no {name}")
    return value


def number(packet: Packet, name: str) -> int:
    """A whole number; absent or empty is 0."""
    value = packet.get(name)
    if not value:
        return 0
    if _NUMBER.fullmatch(value) is None:
        raise MalformedEvent(f"{name} {value!r} of {packet.get('Event')} is no number")
    return int(value)


def seconds(packet: Packet, name: str) -> timedelta:
    """A length of time in whole seconds."""
    return timedelta(seconds=number(packet, name))


def thousandths(packet: Packet, name: str) -> timedelta:
    """A length of time in milliseconds."""
    return timedelta(milliseconds=number(packet, name))


def moment(packet: Packet, name: str) -> datetime | None:
    """A Unix time; 0 is none."""
    stamp = number(packet, name)
    return datetime.fromtimestamp(stamp, UTC) if stamp else None


def flag(packet: Packet, name: str) -> bool:
    """0 or 1."""
    return number(packet, name) != 0


def clock_span(value: str) -> timedelta:
    """`HH:MM:SS`, hours without limit."""
    parts = value.split(":")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return timedelta(0)
    hours, minutes, seconds = map(int, parts)
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def channel(packet: Packet) -> ChannelId:
    """The channel that the event is about."""
    return ChannelId(need(packet, "Uniqueid"))


def member_state(packet: Packet) -> DeviceState:
    """The member's state from app_queue's number."""
    status = number(packet, "Status")
    return _MEMBER_STATES[status] if 0 <= status < len(_MEMBER_STATES) else DeviceState.UNKNOWN


def device_state(packet: Packet) -> DeviceState:
    """A phone's state from Asterisk's word, `NOT_INUSE`."""
    return _DEVICE_STATES.get(packet.get("State").replace("_", "").upper(), DeviceState.UNKNOWN)
