"""What may be done to a version of an answer, as a table. Pure; a cell that is missing is refused and says what is allowed."""

from hotline1022.core.errors import Refused
from hotline1022.faq.types import Move, State

_S, _M = State, Move

#: state × move → state; docs/faq-states.md is drawn from it
TABLE: dict[tuple[State, Move], State] = {
    (_S.DRAFT, _M.EDIT): _S.DRAFT,
    (_S.DRAFT, _M.PROPOSE): _S.PROPOSED,
    (_S.DRAFT, _M.DROP): _S.WITHDRAWN,
    # what is changed is proposed anew: nobody publishes what was changed behind the back
    (_S.PROPOSED, _M.RETURN): _S.DRAFT,
    (_S.PROPOSED, _M.PUBLISH): _S.PUBLISHED,
    (_S.PROPOSED, _M.DROP): _S.WITHDRAWN,
    (_S.PUBLISHED, _M.WITHDRAW): _S.WITHDRAWN,
    (_S.PUBLISHED, _M.REPLACE): _S.REPLACED,
}

#: moves that say why
NEEDS_REASON = frozenset({_M.RETURN, _M.WITHDRAW})
#: moves of somebody who wrote no part of the version
BY_ANOTHER = frozenset({_M.PUBLISH})
#: moves after which a text must still hold
TODAY = frozenset({_M.PROPOSE, _M.PUBLISH})


def follow(state: State, move: Move) -> State:
    """The next state; Refused `faq-state`, which names what is allowed now."""
    following = TABLE.get((state, move))
    if following is None:
        words = ", ".join(allowed(state)) or "nothing; write a new version"
        raise Refused(f"a version that is {state} cannot take {move}; allowed now: {words}", error_id="faq-state")
    return following


def allowed(state: State) -> tuple[Move, ...]:
    """What people may do to a version in this state, in the order of the table."""
    return tuple(move for one, move in TABLE if one is state and move is not Move.REPLACE)
