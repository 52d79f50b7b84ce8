"""One leg of a call: a phone, from ringing to its end, with its talk and hold times. Pure; refuses nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline1022.core.changed import changed
from hotline1022.core.clock import ms_between
from hotline1022.core.events import LegKind
from hotline1022.core.ids import ChannelId

#: Q.850: the call was cleared in the normal way
NORMAL_CLEARING = 16
#: Q.850 causes of calls that were never answered. Asterisk leaves the cause of a busy 115 number on the citizen's own
#: channel, and writes it down when she hangs up minutes later.
SETUP_CAUSES = frozenset({1, 3, 17, 18, 19, 20, 21, 22, 27, 28, 34})


@dataclass(frozen=True, kw_only=True)  # no slots: see `changed`
class Leg:
    """A channel of the call. Times are aware UTC, durations milliseconds."""

    channel: ChannelId
    kind: LegKind
    party: str
    started_at: datetime
    person: str = ""
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    cause: int | None = None
    rtp_received: int | None = None
    #: the AMI link saw the leg's whole life, so that holds are known
    watched: bool = False
    held_ms: int = 0
    held_since: datetime | None = None
    bridge: str = ""
    bridged_since: datetime | None = None
    #: that bridge is a room of an introduction
    in_room: bool = False
    #: intervals in a bridge, whoever else was there
    bridged: tuple[tuple[datetime, datetime], ...] = ()
    talking_since: datetime | None = None
    talk_ms: int = 0
    #: keys a code in the talk, to put the citizen through: she hears music meanwhile
    keying: bool = False
    #: keys that this person is known to have pressed: each stands in for some audio
    keys: int = 0

    @property
    def hold_ms(self) -> int | None:
        """Time on hold, or None where nobody watched."""
        return self.held_ms if self.watched else None

    def resumed(self, at: datetime) -> "Leg":
        """The leg with its hold, if any, ended."""
        if self.held_since is None:
            return self
        return changed(self, held_ms=self.held_ms + ms_between(self.held_since, at), held_since=None)

    @property
    def with_citizen(self) -> bool:
        """In a talk with the citizen, also while a code is keyed in it."""
        return self.talking_since is not None or self.keying


Legs = Mapping[ChannelId, Leg]


def joined_leg(
    legs: Legs, citizen: ChannelId, channel: ChannelId, bridge: str, at: datetime, *, room: bool = False
) -> tuple[dict[ChannelId, Leg], Leg | None]:
    """The legs after `channel` entered `bridge`; and the leg with whom the citizen now talks, if that began just now."""
    after = dict(legs)
    after[channel] = changed(legs[channel], bridge=bridge, bridged_since=at, in_room=room)
    caller = after.get(citizen)
    if caller is None or not caller.bridge:
        return after, None
    for other in after.values():
        if other.channel != citizen and _together(caller, other) and other.talking_since is None:
            partner = changed(other, talking_since=at)
            after[partner.channel] = partner
            after[caller.channel] = changed(caller, talking_since=caller.talking_since or at)
            return after, partner
    return after, None


def _together(citizen: Leg, other: Leg) -> bool:
    """In one bridge; or, who was called at an agency, in the far one of the two that a Local channel joins."""
    if other.kind is LegKind.CONTACT and other.bridge and not other.in_room:
        return not citizen.in_room
    return other.bridge == citizen.bridge


def parted_leg(legs: Legs, citizen: ChannelId, channel: ChannelId, at: datetime) -> dict[ChannelId, Leg]:
    """The legs after `channel` left its bridge: its talk ends; the citizen's leaving ends everybody's."""
    after = dict(legs)
    leaving = [channel] if channel != citizen else list(after)
    for name in leaving:
        after[name] = _silent(after[name], at)
    after[channel] = _outside(after[channel], at)
    if not any(leg.talking_since for leg in after.values() if leg.channel != citizen) and citizen in after:
        after[citizen] = _silent(after[citizen], at)
    return after


def keying_leg(legs: Legs, citizen: ChannelId, channel: ChannelId, at: datetime) -> dict[ChannelId, Leg]:
    """The legs after `channel` began to key a code in its talk: neither of the two hears the other until the music ends."""
    after = dict(legs)
    if channel != citizen and after[channel].talking_since is not None:
        after[channel] = changed(_silent(after[channel], at), keying=True)
        after[citizen] = _silent(after[citizen], at)
    return after


def music_ended(legs: Legs, citizen: ChannelId, at: datetime) -> dict[ChannelId, Leg]:
    """The legs after the citizen's music ended: who keyed what is no code, and is with her still, talks with her again."""
    after = dict(legs)
    for leg in legs.values():
        if leg.keying:
            after[leg.channel] = changed(leg, talking_since=at, keying=False)
            after[citizen] = changed(after[citizen], talking_since=at)
    return after


def _silent(leg: Leg, at: datetime) -> Leg:
    if leg.talking_since is None:
        return changed(leg, keying=False) if leg.keying else leg
    return changed(leg, talk_ms=leg.talk_ms + ms_between(leg.talking_since, at), talking_since=None, keying=False)


def _outside(leg: Leg, at: datetime) -> Leg:
    if leg.bridged_since is None:
        return leg
    return changed(leg, bridge="", bridged_since=None, in_room=False, bridged=(*leg.bridged, (leg.bridged_since, at)))


def ended_leg(leg: Leg, at: datetime, cause: int | None) -> Leg:
    """The leg at its end, with everything that was under way closed."""
    if leg.answered_at is not None and cause in SETUP_CAUSES:
        cause = NORMAL_CLEARING
    return changed(_outside(_silent(leg.resumed(at), at), at), ended_at=at, cause=cause)
