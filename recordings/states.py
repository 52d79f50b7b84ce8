"""Where the recording of a call stands and who may move it, as a table. Pure; a cell that is missing is refused by name."""

from collections.abc import Mapping
from enum import StrEnum

from hotline1022.core.errors import Refused


class State(StrEnum):
    """Where a recording stands. The database repeats this list; `held` is a mark beside it, not a place."""

    #: the call has ended; its tracks wait in the spool
    SPOOLED = "spooled"
    #: originals are filed, hashed and have rows
    STORED = "stored"
    #: every original was hashed again and is as it was stored
    VERIFIED = "verified"
    #: an original is gone or has other bytes
    DAMAGED = "damaged"
    #: the call was answered and there is no original with audio; the reason stands beside it
    NOT_RECORDED = "not-recorded"
    #: deleted when its time was over; row and hashes stay
    EXPIRED = "expired"
    #: its time is over: the audit tells of it, the files are being taken away
    EXPIRING = "expiring"


class Move(StrEnum):
    """What moves it."""

    #: filed with at least one original that has audio
    FILED = "filed"
    #: filed, and no original has audio
    NOTHING_FILED = "nothing-filed"
    #: all originals were hashed again and are right
    FOUND_SOUND = "found-sound"
    #: one of them is not
    FOUND_WRONG = "found-wrong"
    #: its time is over, nobody holds it, and what is there is what was stored
    LET_GO = "let-go"
    #: retention took the files
    EXPIRED = "expired"


#: who makes which move
MOVED_BY: Mapping[Move, str] = {
    Move.FILED: "the recordings worker",
    Move.NOTHING_FILED: "the recordings worker",
    Move.FOUND_SOUND: "a check of the files",
    Move.FOUND_WRONG: "a check of the files",
    Move.LET_GO: "retention",
    Move.EXPIRED: "retention",
}

_S, _M = State, Move
#: state × move → state; docs/recording-states.md is drawn from it
TABLE: Mapping[tuple[State, Move], State] = {
    (_S.SPOOLED, _M.FILED): _S.STORED,
    (_S.SPOOLED, _M.NOTHING_FILED): _S.NOT_RECORDED,
    # a track that turns up late
    (_S.NOT_RECORDED, _M.FILED): _S.STORED,
    (_S.NOT_RECORDED, _M.NOTHING_FILED): _S.NOT_RECORDED,
    # filed again: a further piece has not been checked yet
    (_S.STORED, _M.FILED): _S.STORED,
    (_S.VERIFIED, _M.FILED): _S.STORED,
    (_S.DAMAGED, _M.FILED): _S.DAMAGED,
    (_S.EXPIRED, _M.FILED): _S.STORED,
    # what was filed before is no longer there
    (_S.STORED, _M.NOTHING_FILED): _S.DAMAGED,
    (_S.VERIFIED, _M.NOTHING_FILED): _S.DAMAGED,
    (_S.DAMAGED, _M.NOTHING_FILED): _S.DAMAGED,
    (_S.EXPIRED, _M.NOTHING_FILED): _S.EXPIRED,
    (_S.STORED, _M.FOUND_SOUND): _S.VERIFIED,
    (_S.VERIFIED, _M.FOUND_SOUND): _S.VERIFIED,
    # a file that was put back
    (_S.DAMAGED, _M.FOUND_SOUND): _S.VERIFIED,
    (_S.STORED, _M.FOUND_WRONG): _S.DAMAGED,
    (_S.VERIFIED, _M.FOUND_WRONG): _S.DAMAGED,
    (_S.DAMAGED, _M.FOUND_WRONG): _S.DAMAGED,
    # retention takes nothing that was not found sound
    (_S.VERIFIED, _M.LET_GO): _S.EXPIRING,
    # files without audio have their time too
    (_S.NOT_RECORDED, _M.LET_GO): _S.EXPIRING,
    (_S.EXPIRING, _M.EXPIRED): _S.EXPIRED,
    # a track that turns up just then waits until the others are gone
    (_S.EXPIRING, _M.FILED): _S.EXPIRING,
    (_S.EXPIRING, _M.NOTHING_FILED): _S.EXPIRING,
}


def follow(state: State, move: Move, *, held: bool = False) -> State:
    """The next state; Refused `recording-state`, and `recording-held` for a held one that would expire."""
    following = TABLE.get((state, move))
    if following is None:
        words = ", ".join(one for source, one in TABLE if source is state) or "nothing"
        raise Refused(
            f"a recording that is {state} cannot be {move}; possible now: {words}", error_id="recording-state"
        )
    if held and move is Move.LET_GO:
        raise Refused("the recording is held and stays; release it first", error_id="recording-held")
    return following
