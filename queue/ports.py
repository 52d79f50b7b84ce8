"""What the queue room needs from others: a memory for sessions, and hands at Asterisk."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hotline1022.core.standing import Standing
from hotline1022.queue.types import Person, Phone, Session


class AgentStore(Protocol):
    """Keeps people and who is at which line."""

    async def person(self, person: str) -> Person | None:
        """The person, or None."""
        ...

    async def standings(self, people: Collection[str]) -> Mapping[str, Standing]:
        """What each of these is to the hotline now; nobody whom nobody knows."""
        ...

    async def try_pin(self, person: str, at: datetime, *, tries: int, since: datetime) -> bool:
        """Count one try of a PIN, lastingly; False, counting nothing, when `tries` were counted and the last at `since` or later."""
        ...

    async def forget_pin_tries(self, person: str) -> None:
        """The PIN was right: count from the beginning."""
        ...

    async def open_sessions(self) -> Sequence[Session]:
        """Everybody logged in."""
        ...

    async def open_session(self, person: str, line: str, at: datetime) -> Session:
        """Log in; Refused (`person-elsewhere`, `line-taken`) when one or the other is in use, `pin-wrong` who was shut out or ended
        meanwhile.
        """
        ...

    async def close_session(self, session: str, at: datetime, reason: str) -> None:
        """Log out; closing twice changes nothing."""
        ...

    async def note_state(
        self, person: str, line: str, state: str, reason: str, at: datetime, *, counted: bool = True
    ) -> None:
        """Append to the history of states; `counted`: False while talking in, and writing down, a call that is not of the main queue."""
        ...

    async def state_since(self, person: str, state: str, since: datetime) -> datetime | None:
        """Since when the person is in this state, of what was noted from `since` on; None where it is not what was noted last."""
        ...


class QueueHands(Protocol):
    """Acts at Asterisk; every method raises Unavailable when Asterisk does not answer in time."""

    async def add(self, queue: str, line: str, person: str, *, paused: bool, reason: str) -> None:
        """Make the line a member of the queue; already a member is no error."""
        ...

    async def remove(self, queue: str, line: str) -> None:
        """Take the line out; not a member is no error."""
        ...

    async def renew(self, queue: str, line: str, person: str) -> None:
        """Make the member anew, not paused, in one moment: Asterisk forgets when its last call ended."""
        ...

    async def phone(self, queue: str, line: str) -> Phone:
        """What the member's phone does now; GONE when the line is no member."""
        ...

    async def pause(self, queue: str, line: str, *, paused: bool, reason: str) -> None:
        """Pause or take back."""
        ...


class AlarmBell(Protocol):
    """Raises alarms that people see."""

    async def ring(self, kind: str, detail: str, call: str = "") -> None:
        """Raise; the same kind and call, or detail where there is no call, is one alarm until it is seen."""
        ...
