"""A line with what its person is doing, as agents.py moves it. Pure; refuses nothing."""

from dataclasses import dataclass
from datetime import datetime

from hotline1022.queue.types import AgentState, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A line, and who is at it."""

    session: Session | None = None
    name: str = ""
    reachable: bool = False
    state: AgentState = AgentState.LOGGED_OUT
    since: datetime
    reason: str = ""
    ring_missed: bool = False
    #: in a row, without an answer between them
    refusals: int = 0
    #: the last call that was answered was one of the main queue
    counted: bool = True


def idle(seat: Seat) -> AgentState:
    """What the agent is between calls."""
    if not seat.reachable:
        return AgentState.UNREACHABLE
    return AgentState.PAUSED if seat.reason else AgentState.READY


def shown(seat: Seat) -> tuple[object, ...]:
    """What people see of it."""
    return seat.session, seat.name, seat.reachable, seat.state, seat.since, seat.reason
