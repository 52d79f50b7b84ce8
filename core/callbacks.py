"""Citizens whom an agent calls back: values, and the refusal of a call that nobody needs any more. Pure; refuses nothing itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline1022.core.errors import Refused
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Somebody of 1022 talked with a citizen, whoever called."""

    call: str
    #: when it began
    at: datetime
    #: who talked with her; "" = not known
    name: str


class Dealt(Refused):
    """What she stands in a list for was dealt with meanwhile: `callback-talked`, `callback-heard`, `callback-told`. Whoever clicked
    is told by whom and when.
    """

    def __init__(self, message: str, *, error_id: str, name: str, at: datetime) -> None:
        super().__init__(message, error_id=error_id)
        #: "" = not known
        self.name = name
        self.at = at
