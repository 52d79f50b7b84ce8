"""The states of a message as a table. Pure; a missing cell leaves the state as it is.

What left us and was not answered is `unknown`, and nothing but a person, or the gateway's own word, makes it new again.
"""

from enum import StrEnum

from hotline1022.notify.types import MessageState, Moves


class Trigger(StrEnum):
    """What happens to a message."""

    LEASE = "lease"
    #: not now: a cap, or the gateway is away
    WAIT = "wait"
    #: written down before the request leaves
    BEGIN = "begin"
    ACCEPTED = "accepted"
    NOT_TAKEN = "not-taken"
    REFUSED = "refused"
    #: it was tried too long
    TOO_LATE = "too-late"
    NO_ANSWER = "no-answer"
    #: who should get it is no contact point any more
    RECIPIENT_ENDED = "recipient-ended"
    #: the worker that had it is dead
    LEASE_OVER = "lease-over"
    ARRIVED = "arrived"
    UNDELIVERABLE = "undeliverable"
    #: by hand
    RESEND = "resend"


_S, _T = MessageState, Trigger
#: state × trigger → state
TABLE: dict[tuple[MessageState, Trigger], MessageState] = {
    (_S.NEW, _T.LEASE): _S.LEASED,
    (_S.LEASED, _T.WAIT): _S.NEW,
    (_S.LEASED, _T.BEGIN): _S.SENDING,
    (_S.LEASED, _T.TOO_LATE): _S.FAILED,
    (_S.LEASED, _T.RECIPIENT_ENDED): _S.FAILED,
    (_S.LEASED, _T.LEASE_OVER): _S.NEW,
    (_S.SENDING, _T.ACCEPTED): _S.SENT,
    (_S.SENDING, _T.NOT_TAKEN): _S.NEW,
    (_S.SENDING, _T.REFUSED): _S.FAILED,
    (_S.SENDING, _T.TOO_LATE): _S.FAILED,
    (_S.SENDING, _T.NO_ANSWER): _S.UNKNOWN,
    (_S.SENDING, _T.LEASE_OVER): _S.UNKNOWN,
    (_S.SENT, _T.ARRIVED): _S.DELIVERED,
    (_S.SENT, _T.UNDELIVERABLE): _S.FAILED,
    # the gateway was asked, or a receipt came
    (_S.UNKNOWN, _T.ACCEPTED): _S.SENT,
    (_S.UNKNOWN, _T.ARRIVED): _S.DELIVERED,
    (_S.UNKNOWN, _T.UNDELIVERABLE): _S.FAILED,
    (_S.UNKNOWN, _T.NOT_TAKEN): _S.NEW,
    (_S.UNKNOWN, _T.RESEND): _S.NEW,
    (_S.FAILED, _T.RESEND): _S.NEW,
}


def follow(state: MessageState, trigger: Trigger) -> MessageState | None:
    """The next state; None where the table has no cell."""
    return TABLE.get((state, trigger))


def moves(trigger: Trigger) -> Moves:
    """State → next state, for every state in which the trigger does something."""
    return {state: following for (state, one), following in TABLE.items() if one is trigger}
