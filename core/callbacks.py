"""Citizens whom an agent calls back: values. Pure; refuses nothing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline1022.core.outcomes import Reason


class CallbackWhat(StrEnum):
    """Why a citizen is called: the list in which she stands."""

    #: hung up while waiting; by the id of that call
    ABANDONED = "abandoned"
    #: left a message; by its id
    VOICEMAIL = "voicemail"
    #: waits to be told of her ticket; by its id
    TICKET = "ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One try to reach a citizen. It holds no number: the call has it."""

    #: the call that 1022 made
    call: str
    what: CallbackWhat
    #: id of what she stands in the list with
    target: str
    line: str
    #: who called, and that person's name
    person: str
    name: str
    asked_at: datetime
    #: None: it goes on
    ended_at: datetime | None = None
    #: how it ended; None while it goes on, and where no phone ever rang
    reason: Reason | None = None
