"""How a session moves, as a table. Refuses a move that has no cell: it is a fault of the caller, never passed over."""

from enum import StrEnum

from hotline1022.accounts.types import Stage


class Step(StrEnum):
    """What happens to a session."""

    #: the code of the second factor was right, and the password is one's own
    SECOND_RIGHT = "second-right"
    #: the code was right, and the password must be changed
    SECOND_RIGHT_CHANGE = "second-right-change"
    #: a new password was set
    CHANGED = "changed"
    #: somebody else set a new password: who sits there must go through the door again
    RESET = "reset"
    SIGNED_OUT = "signed-out"
    #: nothing was done for too long, or the day is over
    TIMED_OUT = "timed-out"


MOVES: dict[Stage, dict[Step, Stage]] = {
    Stage.SECOND: {
        Step.SECOND_RIGHT: Stage.FULL,
        Step.SECOND_RIGHT_CHANGE: Stage.CHANGE,
        Step.RESET: Stage.OVER,
        Step.SIGNED_OUT: Stage.OVER,
        Step.TIMED_OUT: Stage.OVER,
    },
    Stage.CHANGE: {
        Step.CHANGED: Stage.FULL,
        Step.RESET: Stage.OVER,
        Step.SIGNED_OUT: Stage.OVER,
        Step.TIMED_OUT: Stage.OVER,
    },
    Stage.FULL: {
        Step.CHANGED: Stage.FULL,
        Step.RESET: Stage.OVER,
        Step.SIGNED_OUT: Stage.OVER,
        Step.TIMED_OUT: Stage.OVER,
    },
    Stage.OVER: {},
}


def begin(*, second: bool, change: bool) -> Stage:
    """Where a session begins after the right password."""
    if second:
        return Stage.SECOND
    return Stage.CHANGE if change else Stage.FULL


def move(stage: Stage, step: Step) -> Stage | None:
    """Where the step leads; None where it leads nowhere: the session is over, or was not so far."""
    return MOVES[stage].get(step)
