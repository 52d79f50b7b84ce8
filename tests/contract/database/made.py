"""Rows for the contract tests, with everything that a test does not care about filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hotline1022.core.events import LegKind
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.db.types import Batch, CallRow, EventRow, LegRow

T0 = datetime(2026, 3, 2, 1, 0, 0, 123456, tzinfo=UTC)
HASH = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA"


def at(seconds: float) -> datetime:
    """Seconds after the tests' beginning of time."""
    return T0 + timedelta(seconds=seconds)


def a_call(name: str = "hl1-1.1", second: float = 0, **more: Any) -> CallRow:
    """A call in the menu."""
    given: dict[str, Any] = {
        "id": name,
        "entered_at": at(second),
        "did": "1022",
        "caller_raw": "0901234567",
        "caller_e164": "+84901234567",
        "state": CallState.MENU,
        "version": 1,
    }
    return CallRow(**given | more)


def over(name: str, second: float, result: Result, reason: Reason, **more: Any) -> CallRow:
    """A call that has ended after ten seconds."""
    given: dict[str, Any] = {"state": CallState.ENDED, "ended_at": at(second + 10), "result": result, "reason": reason}
    return a_call(name, second, **given | more)


def answered(name: str, second: float, **more: Any) -> CallRow:
    """A call that an agent took."""
    return over(name, second, Result.ANSWERED, Reason.AGENT_ANSWERED, **{"line": "101", "person": "1001"} | more)


def gave_up(name: str, second: float, **more: Any) -> CallRow:
    """A call that ended while waiting."""
    return over(name, second, Result.ABANDONED, Reason.IN_QUEUE, **more)


def a_leg(call: str = "hl1-1.1", channel: str | None = None, second: float = 0, **more: Any) -> LegRow:
    """The citizen's leg of a call, or another's."""
    given: dict[str, Any] = {
        "call_id": call,
        "channel": channel or call,
        "kind": LegKind.CITIZEN,
        "party": "0901234567",
        "started_at": at(second),
    }
    return LegRow(**given | more)


def a_fact(call: str = "hl1-1.1", seq: int = 1, second: float = 0, **more: Any) -> EventRow:
    """One fact of a call's history."""
    given: dict[str, Any] = {
        "call_id": call,
        "key": f"KeyPressed:{call}:{seq}",
        "at": at(second),
        "kind": "KeyPressed",
        "channel": call,
        "data": {"menu": "root", "key": str(seq), "mode": "service"},
        "seq": seq,
    }
    return EventRow(**given | more)


def of_calls(*calls: CallRow) -> Batch:
    """A batch of calls alone."""
    return Batch(calls=calls)
