"""Where a disclosure stands and what may be done with it, as a table. Pure; a cell that is missing is refused by name."""

from collections.abc import Mapping
from enum import StrEnum

from hotline1022.core.errors import Refused
from hotline1022.core.persons import same_person
from hotline1022.evidence.types import State


class Move(StrEnum):
    """What is done."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    #: something else is asked for: it must be allowed anew
    CHANGE = "change"
    PACK = "pack"
    HAND_OUT = "hand-out"
    EXPIRE = "expire"


_S, _M = State, Move
#: state × move → state; docs/disclosure-states.md is drawn from it
TABLE: Mapping[tuple[State, Move], State] = {
    (_S.REQUESTED, _M.APPROVE): _S.APPROVED,
    (_S.REQUESTED, _M.REFUSE): _S.REFUSED,
    (_S.REQUESTED, _M.WITHDRAW): _S.WITHDRAWN,
    (_S.REQUESTED, _M.EXPIRE): _S.EXPIRED,
    (_S.REQUESTED, _M.CHANGE): _S.REQUESTED,
    (_S.APPROVED, _M.CHANGE): _S.REQUESTED,
    (_S.APPROVED, _M.PACK): _S.PACKED,
    (_S.APPROVED, _M.WITHDRAW): _S.WITHDRAWN,
    (_S.APPROVED, _M.EXPIRE): _S.EXPIRED,
    (_S.PACKED, _M.HAND_OUT): _S.HANDED_OUT,
    (_S.PACKED, _M.CHANGE): _S.REQUESTED,
    (_S.PACKED, _M.WITHDRAW): _S.WITHDRAWN,
    (_S.PACKED, _M.EXPIRE): _S.EXPIRED,
    # a second person of the unit, the same package
    (_S.HANDED_OUT, _M.HAND_OUT): _S.HANDED_OUT,
    # who has it keeps it: its links end, and nobody else gets it
    (_S.HANDED_OUT, _M.WITHDRAW): _S.WITHDRAWN,
    (_S.HANDED_OUT, _M.EXPIRE): _S.EXPIRED,
}
#: moves that only another person than the one who asked may make
BY_ANOTHER = frozenset({_M.APPROVE})
#: moves that only the one who asked may make: else whoever allows could be who asked first
BY_THE_SAME = frozenset({_M.CHANGE})
#: moves that need words
NEEDS_WORDS = frozenset({_M.REFUSE, _M.WITHDRAW})


def follow(state: State, move: Move) -> State:
    """The next state; Refused `disclosure-state`."""
    following = TABLE.get((state, move))
    if following is None:
        words = ", ".join(one for source, one in TABLE if source is state) or "nothing"
        text = f"a disclosure that is {state} cannot be done {move}; possible now: {words}"
        raise Refused(text, error_id="disclosure-state")
    return following


def check_person(move: Move, asked_by: str, actor: str, called: Mapping[str, str] | None = None) -> None:
    """Refused `same-person` where whoever asked would also allow it, `not-who-asked` where another one would change it.

    Two tokens of one name, a shell and a token, an account and a token are one person: see core/persons.py. `called`: the names of
    accounts by `user:LOGIN`.
    """
    same = same_person(asked_by, actor, called or {})
    if move in BY_ANOTHER and same:
        who = actor if actor == asked_by else f"{asked_by}, the same person as {actor} by name,"
        text = f"{who} asked for this disclosure and cannot allow it too; have another person do it"
        raise Refused(text, error_id="same-person")
    if move in BY_THE_SAME and not same:
        text = f"{asked_by} asked for this disclosure and alone may change it; refuse it, or ask for another one"
        raise Refused(text, error_id="not-who-asked")
