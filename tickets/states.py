"""What may be done to a ticket, as a table. Pure; a cell that is missing is refused and says what is allowed instead."""

from hotline1022.core.errors import Refused
from hotline1022.tickets.types import HANDLING, HIDDEN, KEEPING, LOOKING, OF_THE_CASCADE, Action, State

_S, _A = State, Action

#: state × action → state; docs/ticket-states.md is drawn from it
TABLE: dict[tuple[State, Action], State] = {
    # a row and a code are kept while a cascade hunts; what happens late still counts
    (_S.RESERVED, _A.OPEN): _S.NEW,
    (_S.RESERVED, _A.TAKE): _S.ACCEPTED,
    (_S.RESERVED, _A.DROP): _S.DROPPED,
    (_S.DROPPED, _A.RESERVE): _S.RESERVED,
    (_S.RESERVED, _A.RESERVE): _S.RESERVED,
    (_S.DROPPED, _A.OPEN): _S.NEW,
    (_S.DROPPED, _A.TAKE): _S.ACCEPTED,
    # somebody wrote it down before the cascade began: it is this one's ticket, and gets the agency that is called
    (_S.NEW, _A.RESERVE): _S.NEW,
    # answered directly: the commonest way
    (_S.NEW, _A.COMPLETE): _S.COMPLETED,
    (_S.NEW, _A.FORWARD): _S.FORWARDED,
    # who was told by the cascade's message may take it at once; who took the citizen after all does
    (_S.NEW, _A.ACCEPT): _S.ACCEPTED,
    (_S.NEW, _A.TAKE): _S.ACCEPTED,
    (_S.FORWARDED, _A.TAKE): _S.ACCEPTED,
    # the specialist who took the citizen passes him on to the leader
    (_S.ACCEPTED, _A.TAKE): _S.ACCEPTED,
    (_S.NEW, _A.REFUSE): _S.REFUSED,
    (_S.FORWARDED, _A.FORWARD): _S.FORWARDED,
    (_S.FORWARDED, _A.ACCEPT): _S.ACCEPTED,
    (_S.FORWARDED, _A.PASS_TO_LEADER): _S.WITH_LEADER,
    (_S.FORWARDED, _A.RETURN): _S.RETURNED,
    (_S.FORWARDED, _A.REFUSE): _S.REFUSED,
    (_S.ACCEPTED, _A.PASS_TO_LEADER): _S.WITH_LEADER,
    (_S.EXTENDED, _A.PASS_TO_LEADER): _S.WITH_LEADER,
    (_S.WITH_LEADER, _A.ACCEPT): _S.ACCEPTED,
    # wrong agency: back to 1022, which forwards it anew
    (_S.RETURNED, _A.FORWARD): _S.FORWARDED,
    (_S.RETURNED, _A.COMPLETE): _S.COMPLETED,
    (_S.RETURNED, _A.REFUSE): _S.REFUSED,
    (_S.WAITING, _A.RESUME): _S.ACCEPTED,
    (_S.WAITING, _A.ANSWER): _S.ANSWERED,
    (_S.WAITING, _A.REFUSE): _S.REFUSED,
    (_S.ANSWERED, _A.COMPLETE): _S.COMPLETED,
    # the citizen disputes
    (_S.ANSWERED, _A.REOPEN): _S.REOPENED,
    (_S.COMPLETED, _A.REOPEN): _S.REOPENED,
    (_S.REFUSED, _A.REOPEN): _S.REOPENED,
    (_S.REOPENED, _A.FORWARD): _S.FORWARDED,
    (_S.REOPENED, _A.ACCEPT): _S.ACCEPTED,
    (_S.REOPENED, _A.PASS_TO_LEADER): _S.WITH_LEADER,
    (_S.REOPENED, _A.COMPLETE): _S.COMPLETED,
    (_S.REOPENED, _A.REFUSE): _S.REFUSED,
}
for _state in HANDLING:
    TABLE |= {
        (_state, _A.RETURN): _S.RETURNED,
        (_state, _A.WAIT): _S.WAITING,
        (_state, _A.EXTEND): _S.EXTENDED,
        (_state, _A.ANSWER): _S.ANSWERED,
        # the agency's leader answers and ends it in one act
        (_state, _A.COMPLETE): _S.COMPLETED,
        (_state, _A.REFUSE): _S.REFUSED,
    }

#: actions that say why
NEEDS_REASON = frozenset({_A.RETURN, _A.WAIT, _A.EXTEND, _A.REFUSE, _A.REOPEN})


def follow(state: State, action: Action) -> State:
    """The next state; Refused `ticket-state`, which names what is allowed now."""
    if action in KEEPING | LOOKING and state not in HIDDEN:
        return state
    following = TABLE.get((state, action))
    if following is None:
        words = ", ".join(allowed(state)) or "nothing"
        raise Refused(f"a ticket that is {state} cannot take {action}; allowed now: {words}", error_id="ticket-state")
    return following


def allowed(state: State) -> tuple[Action, ...]:
    """What people may do to a ticket in this state, in the order of the table."""
    found = [action for one, action in TABLE if one is state and action not in OF_THE_CASCADE]
    keeping = [] if state in HIDDEN else [action for action in Action if action in KEEPING]
    return (*found, *keeping)
