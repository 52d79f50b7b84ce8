"""What the page of an agent needs of the call at the own line; the composition root hands it in. Refuses nothing itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hotline1022.web.line_call_wire import LineCallView, OpenTicketView, PastCallView


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCaller:
    """What is known of the citizen of a call that need not be at a line any more."""

    call: str
    #: as it was sent; "" = withheld
    caller: str
    #: as in the latest ticket of the number; "" = not known
    name: str
    #: ids of who answered
    people: frozenset[str]
    #: as web.line_call_wire.CallerView
    past: Sequence[PastCallView]
    open_tickets: Sequence[OpenTicketView]


class LineCallers(Protocol):
    """Who calls at which line."""

    async def get(self, line: str) -> LineCallView:
        """The line and its call; NotFound `line-unknown`."""
        ...

    async def known(self, call: str) -> KnownCaller | None:
        """The citizen of a call that goes on or is over; None where the log has no such call."""
        ...
