"""What requests about who is told of alarms, and about their limits, carry, and what the answers are. Refuses nothing itself: rules.py and
the ports do.
"""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.core.watching import Severity
from hotline1022.notify.types import Channel, MessageState
from hotline1022.web.limits_port import LimitNeeds, LimitSource
from hotline1022.web.rules import Rule
from hotline1022.web.types import When


@dataclass(frozen=True, slots=True, kw_only=True)
class WatcherBody:
    """Somebody who is to be told."""

    name: Annotated[str, Rule(doc="as people read it; empty with an account: its name", high=80)] = ""
    account: Annotated[str, Rule(doc="id of a user, with whose account the telling ends; empty = of none", high=40)] = (
        ""
    )
    sms: Annotated[str, Rule(doc="a mobile number; empty = not by SMS", high=60)] = ""
    email: Annotated[str, Rule(doc="empty = not by email", high=300)] = ""
    least: Annotated[
        Severity | None, Rule(doc="told of alarms that are at least so urgent; null = of `kinds` alone")
    ] = None
    kinds: Annotated[tuple[str, ...], Rule(doc="and of these kinds, however urgent", high=100)] = ()
    ends: Annotated[bool, Rule(doc="told too when an alarm is over")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WatcherChange(WatcherBody):
    """All that is to be so from now on."""

    version: Annotated[int, Rule(doc="the one that was seen: who changes another one is told", low=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatcherTry:
    """How a message of the last trial goes."""

    channel: Channel
    state: MessageState
    at: When
    error_id: Annotated[str, Rule(doc="why it failed, or waits; empty = nothing is wrong")]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatcherView:
    """Somebody who is told."""

    id: str
    name: str
    account: Annotated[str, Rule(doc="id of the user; empty = of none")]
    sms: str
    email: str
    least: Severity | None
    kinds: tuple[str, ...]
    ends: bool
    since: Annotated[When, Rule(doc="of alarms before that nobody is told later")]
    by: str
    at: When
    version: int
    shut: Annotated[bool, Rule(doc="the account was shut: nothing is told")]
    tries: tuple[WatcherTry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatcherList:
    """By name."""

    people: tuple[WatcherView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitBody:
    """Another value, or that of the settings' file again."""

    version: Annotated[int, Rule(doc="the one that was seen; 0 = nobody changed it at the desk", low=0)]
    value: Annotated[int | None, Rule(doc="null = the settings' file leads again", low=0, high=9_999_999)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTold:
    """A limit as it stands."""

    key: Annotated[str, Rule(doc="of the settings' file")]
    value: int
    low: int
    high: int
    source: LimitSource
    place: Annotated[str, Rule(doc="the file with the line, or the variable; empty = neither")]
    of_file: Annotated[int, Rule(doc="what leads when the desk's value is taken back")]
    needs: Annotated[LimitNeeds, Rule(doc="what a change takes: nothing = it is made here, and in force at once")]
    kinds: Annotated[tuple[str, ...], Rule(doc="kinds of alarms that hang on it")]
    by: Annotated[str, Rule(doc="who changed it at the desk last; empty = nobody")]
    at: When | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitList:
    """Those first that are changed here."""

    limits: tuple[LimitTold, ...]
