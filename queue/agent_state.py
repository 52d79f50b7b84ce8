"""The agent's own state machine, as a table. Pure; a missing cell leaves the state as it is and says so.

app_queue's figures are not trusted: it counts talk time on after a transfer, and forgets who was asked.
"""

from enum import StrEnum

from hotline1022.queue.types import AgentState


class AgentEvent(StrEnum):
    """What happens to an agent."""

    LOGIN = "login"
    LOGOUT = "logout"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    RING = "ring"
    RING_ENDED = "ring-ended"
    ANSWER = "answer"
    DONE = "done"
    WRAPPED_UP = "wrapped-up"
    PHONE_LOST = "phone-lost"
    PHONE_BACK = "phone-back"


_S, _E = AgentState, AgentEvent
#: state × event → state
TABLE: dict[tuple[AgentState, AgentEvent], AgentState] = {
    (_S.LOGGED_OUT, _E.LOGIN): _S.READY,
    (_S.READY, _E.PAUSE): _S.PAUSED,
    (_S.READY, _E.RING): _S.RINGING,
    (_S.READY, _E.PHONE_LOST): _S.UNREACHABLE,
    (_S.READY, _E.ANSWER): _S.TALKING,
    (_S.PAUSED, _E.UNPAUSE): _S.READY,
    (_S.PAUSED, _E.PAUSE): _S.PAUSED,
    # the emergency queue rings paused agents too
    (_S.PAUSED, _E.RING): _S.RINGING,
    (_S.PAUSED, _E.PHONE_LOST): _S.UNREACHABLE,
    (_S.RINGING, _E.RING): _S.RINGING,
    (_S.RINGING, _E.ANSWER): _S.TALKING,
    (_S.RINGING, _E.RING_ENDED): _S.READY,
    (_S.RINGING, _E.PAUSE): _S.PAUSED,
    (_S.RINGING, _E.PHONE_LOST): _S.UNREACHABLE,
    (_S.TALKING, _E.DONE): _S.WRAP_UP,
    (_S.TALKING, _E.PAUSE): _S.TALKING,
    (_S.TALKING, _E.UNPAUSE): _S.TALKING,
    (_S.WRAP_UP, _E.WRAPPED_UP): _S.READY,
    (_S.WRAP_UP, _E.RING): _S.RINGING,
    (_S.WRAP_UP, _E.PAUSE): _S.PAUSED,
    (_S.WRAP_UP, _E.PHONE_LOST): _S.UNREACHABLE,
    (_S.UNREACHABLE, _E.PHONE_BACK): _S.READY,
    (_S.UNREACHABLE, _E.PAUSE): _S.UNREACHABLE,
    (_S.UNREACHABLE, _E.UNPAUSE): _S.UNREACHABLE,
    (_S.UNREACHABLE, _E.RING): _S.RINGING,
} | {(state, _E.LOGOUT): _S.LOGGED_OUT for state in _S if state is not _S.LOGGED_OUT}


def follow(state: AgentState, event: AgentEvent) -> AgentState | None:
    """The next state; None where the table has no cell."""
    return TABLE.get((state, event))
