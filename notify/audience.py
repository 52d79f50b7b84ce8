"""Who is told of what: the table of events and people. Pure; nobody else gets anything."""

from enum import StrEnum

from hotline1022.notify.types import Channel, Role, TicketEvent


class Audience(StrEnum):
    """Who reads a message."""

    CITIZEN = "citizen"
    SPECIALIST = "specialist"
    LEADER = "leader"
    #: whoever took the citizen, of either role
    OWNER = "owner"
    #: who is told of alarms
    WATCHER = "watcher"


class AlarmEvent(StrEnum):
    """What watchers are told of."""

    RANG = "rang"
    #: somebody has seen it, or its cause is gone
    OVER = "over"


_A, _E = Audience, TicketEvent
#: event → who is told
TOLD: dict[TicketEvent, tuple[Audience, ...]] = {
    _E.MADE: (_A.SPECIALIST, _A.LEADER, _A.CITIZEN),
    _E.FORWARDED: (_A.SPECIALIST, _A.LEADER),
    _E.WITH_LEADER: (_A.LEADER,),
    _E.ANSWERED: (_A.CITIZEN,),
    _E.COMPLETED: (_A.CITIZEN,),
    _E.EXTENDED: (_A.CITIZEN,),
    _E.TAKEN: (_A.OWNER,),
    _E.TAKEN_OVER: (_A.SPECIALIST, _A.LEADER),
    _E.REMINDER: (_A.SPECIALIST,),
    _E.OVERDUE: (_A.LEADER,),
}
ROLES = {_A.SPECIALIST: Role.SPECIALIST, _A.LEADER: Role.LEADER}


def name_of(audience: Audience, event: TicketEvent, channel: Channel) -> str:
    """The template's name."""
    return f"{audience.value}.{event.value}.{channel.value}"


def alarm_template(event: AlarmEvent, channel: Channel) -> str:
    """The name of the template by which watchers are told."""
    return f"{Audience.WATCHER}.{event.value}.{channel.value}"


#: every template that must be there
NAMES = frozenset(
    name_of(audience, event, channel) for event, told in TOLD.items() for audience in told for channel in Channel
) | frozenset(alarm_template(event, channel) for event in AlarmEvent for channel in Channel)
