"""The agent's own state machine, as a table. Pure; a missing cell leaves the state as it is and says so.

app_queue's figures are not trusted: it counts talk time on after a transfer, and forgets who was asked.
"""

from datetime import timedelta
from enum import StrEnum

from hotline1022.queue.types import AgentState, Phone


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


_S, _E, _P = AgentState, AgentEvent, Phone
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
    (_S.PAUSED, _E.ANSWER): _S.TALKING,
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
    (_S.WRAP_UP, _E.ANSWER): _S.TALKING,
    (_S.WRAP_UP, _E.PAUSE): _S.PAUSED,
    (_S.WRAP_UP, _E.PHONE_LOST): _S.UNREACHABLE,
    (_S.UNREACHABLE, _E.PHONE_BACK): _S.READY,
    (_S.UNREACHABLE, _E.PAUSE): _S.UNREACHABLE,
    (_S.UNREACHABLE, _E.UNPAUSE): _S.UNREACHABLE,
    (_S.UNREACHABLE, _E.RING): _S.RINGING,
} | {(state, _E.LOGOUT): _S.LOGGED_OUT for state in _S if state is not _S.LOGGED_OUT}


#: state × phone → what must have happened, where no event told it: the service was away, or app_queue tells nothing (the
#: citizen hangs up or presses a key while the phone rings). A cell that is missing: the phone fits the state, or proves
#: nothing. A busy phone proves nothing: people also dial *13, and one queue does not count the other's calls.
SEEN: dict[tuple[AgentState, Phone], AgentEvent] = {
    (_S.READY, _P.RINGING): _E.RING,
    (_S.READY, _P.IN_CALL): _E.ANSWER,
    (_S.PAUSED, _P.RINGING): _E.RING,
    (_S.PAUSED, _P.IN_CALL): _E.ANSWER,
    (_S.RINGING, _P.IDLE): _E.RING_ENDED,
    (_S.RINGING, _P.IN_CALL): _E.ANSWER,
    (_S.TALKING, _P.IDLE): _E.DONE,
    (_S.TALKING, _P.RINGING): _E.DONE,
    (_S.TALKING, _P.GONE): _E.DONE,
    (_S.WRAP_UP, _P.RINGING): _E.RING,
    (_S.WRAP_UP, _P.IN_CALL): _E.ANSWER,
}


class RingEnd(StrEnum):
    """How a ring ended that nobody answered. app_queue says the same of all three."""

    MISSED = "missed"
    REFUSED = "refused"
    #: somebody else's time was over: the citizen's, or that of one round through several phones
    CUT_SHORT = "cut-short"


#: share of the whole ringing time from which on a ring could have been answered
LONG_ENOUGH = 0.8


def ring_end(*, rang: timedelta, tried: timedelta, whole: timedelta, time_up: bool) -> RingEnd:
    """Judge a ring of this phone by its length (`rang`), `tried` being what app_queue says.

    `tried` is the time that the round had where that ran out, else the time until the phone refused. A round goes on at the
    next phone when one refuses, so the next rings for what is left. `time_up`: the citizen's waiting was over.
    """
    enough = whole * LONG_ENOUGH
    if rang >= enough:
        return RingEnd.MISSED
    return RingEnd.CUT_SHORT if time_up or tried >= enough else RingEnd.REFUSED


def follow(state: AgentState, event: AgentEvent) -> AgentState | None:
    """The next state; None where the table has no cell."""
    return TABLE.get((state, event))


def missed(state: AgentState, phone: Phone) -> AgentEvent | None:
    """What must have happened to the agent whose phone is seen so; None where nothing must."""
    return SEEN.get((state, phone))
