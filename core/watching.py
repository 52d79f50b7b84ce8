"""Who is told of alarms away from the desk, how urgent each kind is, and how far the telling of one has come. Pure values; refuses naive
times. The table of states: docs/decisions/041-alarms-reach-people.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline1022.core.clock import aware


class Severity(StrEnum):
    """How soon somebody must act."""

    #: at once, at night too: callers or recordings suffer now
    URGENT = "urgent"
    #: today, in waking hours
    IMPORTANT = "important"
    #: work of the desk, which waits there
    NOTICE = "notice"


#: the worst first
_ORDER = tuple(Severity)
_URGENT = (
    "emergency-unanswered",
    "last-agent-no-answer",
    "disk-no-voicemail",
    "disk-full",
    "ami-refused",
    "part-broken",
)
_NOTICE = (
    "agent-no-answer",
    "agency-without-people",
    "ticket-not-forwarded",
    "webhook-paused",
    "copy-changed",
    "retention-clock",
    "retention-held-up",
    "retention-many",
    "retention-stuck",
    "menu-not-in-force",
    "call-unreadable",
)
#: kinds that are not here are important: one of a later release must not be passed over
SEVERITIES: Mapping[str, Severity] = {
    **dict.fromkeys(_URGENT, Severity.URGENT),
    **dict.fromkeys(_NOTICE, Severity.NOTICE),
}


def severity_of(kind: str) -> Severity:
    """How urgent alarms of a kind are."""
    return SEVERITIES.get(kind, Severity.IMPORTANT)


def rank_of(kind: str) -> int:
    """0 = the worst."""
    return _ORDER.index(severity_of(kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Somebody who is told of alarms by SMS, email or both."""

    #: random
    id: str
    #: as people read it, NFC
    name: str
    #: id of a user, with whose account the telling ends; "" = of none
    account: str = ""
    #: a mobile number in E.164; "" = none
    sms: str = ""
    #: "" = none
    email: str = ""
    #: told of alarms that are at least so urgent; None = of `kinds` alone
    least: Severity | None
    #: and of these, however urgent
    kinds: frozenset[str] = frozenset()
    #: told too when an alarm is over
    ends: bool = False
    #: of alarms that were raised before nobody is told later
    since: datetime
    #: who changed it last, and when
    by: str
    at: datetime
    version: int = 1
    #: None = is told
    ended_at: datetime | None = None
    #: names the last trial; "" = there was none
    tried: str = ""

    def __post_init__(self) -> None:
        aware(self.since)
        aware(self.at)
        if self.ended_at is not None:
            aware(self.ended_at)

    def wants(self, kind: str) -> bool:
        """Whether alarms of this kind are for them."""
        return kind in self.kinds or (self.least is not None and rank_of(kind) <= _ORDER.index(self.least))


class TellingState(StrEnum):
    """How far the telling of one alarm to one person is. The database repeats this list."""

    #: too many were sent in the last hour: it waits until one may go again
    HELD = "held"
    #: its message is in the outbox, and goes as all messages go
    TOLD = "told"
    #: every way to the person is what rings
    UNREACHED = "unreached"
    #: somebody has seen the alarm, or its cause is gone: nothing more is sent
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One alarm and one person."""

    alarm: str
    watcher: str
    kind: str
    state: TellingState
    #: when it came into this state
    at: datetime
    #: when its message was written; None = none was
    told_at: datetime | None = None
    #: the alarm that the message names; others that rang with it are only counted there. "" = no message
    lead: str = ""

    def __post_init__(self) -> None:
        aware(self.at)
        if self.told_at is not None:
            aware(self.told_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """A limit of alarms as it was decided at the desk."""

    #: key of the settings' file
    key: str
    #: None = that leads again
    value: int | None
    by: str
    at: datetime
    version: int

    def __post_init__(self) -> None:
        aware(self.at)
