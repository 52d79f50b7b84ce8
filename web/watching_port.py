"""What pages need of who is told of alarms away from the desk; the composition root hands it in. Errors: Invalid `watcher-name`,
`watcher-unreachable`, `watcher-nothing`, `number-invalid`, `email-invalid`, NotFound `watcher-unknown`, Refused `watcher-changed`,
`watchers-many`, TooMany `gateway-tests-many`, Unavailable.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hotline1022.core.watching import Severity, TellingState, Watcher
from hotline1022.notify.types import Channel, MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a form says of somebody; nothing of it is checked yet."""

    name: str
    #: id of a user; "" = of none, and with one the name may be left out
    account: str = ""
    sms: str = ""
    email: str = ""
    least: Severity | None = None
    kinds: frozenset[str] = frozenset()
    ends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WayTold:
    """How a message goes that one way takes."""

    channel: Channel
    state: MessageState
    #: when it was written
    at: datetime
    #: from when on it may be sent: quiet hours are over
    ready_at: datetime
    #: why it failed, or waits; "" = nothing is wrong
    error_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How the telling of an alarm to one person went."""

    name: str
    state: TellingState
    ways: tuple[WayTold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatcherSeen:
    """Somebody who is told, and how it went."""

    watcher: Watcher
    #: the last trial
    tries: tuple[WayTold, ...]
    #: the account was shut: nothing is told
    shut: bool


class WatchPort(Protocol):
    """People and tellings."""

    async def list(self) -> Sequence[WatcherSeen]:
        """By name."""
        ...

    async def get(self, id: str) -> WatcherSeen:
        """One."""
        ...

    async def add(self, wanted: Wanted, *, by: str) -> Watcher:
        """A new one, who is told of alarms from now on."""
        ...

    async def change(self, id: str, wanted: Wanted, *, seen: int, by: str) -> Watcher:
        """All that is given, over the version that was seen."""
        ...

    async def end(self, id: str, *, by: str) -> None:
        """Told no more."""
        ...

    async def trial(self, id: str) -> None:
        """Send a trial alarm by each way, now."""
        ...

    async def told(self, alarms: Collection[str]) -> Mapping[str, Sequence[Told]]:
        """Who was told of these alarms and who could not be; an alarm of which nobody is told is left out."""
        ...
