"""What the API needs of figures and of lists that leave. Errors: Invalid `export-large`, Unavailable."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from hotline1022.figures.types import CallFigures, Chart, ChartName, Figure, SheetFile, TicketFigures
from hotline1022.tickets.types import TicketFilter
from hotline1022.web.types import CallFilter


class Figures(Protocol):
    """Calls and tickets counted. `query`: the filter in the words of the list, which every figure's list narrows down."""

    async def calls(self, wanted: CallFilter, query: Mapping[str, str], *, level: str) -> CallFigures:
        """Of the calls of this filter, which has `since` and `until`."""
        ...

    async def tickets(self, wanted: TicketFilter, query: Mapping[str, str], *, at: datetime) -> TicketFigures:
        """Of the tickets of this filter, which has `since` and `until`."""
        ...

    async def count_calls(self, wanted: CallFilter) -> int:
        """The length of the list, whatever page of it is shown."""
        ...

    async def count_tickets(self, wanted: TicketFilter) -> int:
        """The length of the list, whatever page of it is shown."""
        ...

    async def open_tickets(self, at: datetime) -> tuple[Figure, ...]:
        """How many are open, and how many of them overdue, whenever they were made."""
        ...

    async def chart(self, name: ChartName, day: date, now: datetime) -> Chart:
        """Of this day, or of its week or month, up to now."""
        ...

    async def call_sheet(self, wanted: CallFilter, *, numbers: bool, at: datetime) -> SheetFile:
        """All calls of this filter; `numbers`: in full."""
        ...

    async def ticket_sheet(self, wanted: TicketFilter, *, numbers: bool, at: datetime) -> SheetFile:
        """All tickets of this filter; `numbers`: in full, and who asked."""
        ...
