"""Figures in memory behind the API's port: they are made by the real sums, of cells that a test gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from hotline1022.figures import calls, tickets
from hotline1022.figures.types import (
    CallCell,
    CallFigures,
    CallPart,
    Chart,
    ChartName,
    Figure,
    Rows,
    SheetFile,
    TicketCell,
    TicketFigures,
    Unit,
)
from hotline1022.service.figures.view import say
from hotline1022.tickets.types import TicketFilter
from hotline1022.web.types import CallFilter

CELL = CallCell(
    part=CallPart.ANSWERED,
    result="answered",
    category="traffic",
    minute=480,
    calls=10,
    soon=8,
    short=2,
    wait_ms=90_000,
    talk_ms=1_800_000,
    longest_ms=31_000,
)
TICKET = TicketCell(
    group="state", key="completed", name="", standing="closed-in-time", tickets=4, first=3, closed_ms=400
)


@dataclass
class MemoryFigures:
    cells: Sequence[CallCell] = (CELL,)
    of_tickets: Sequence[TicketCell] = (TICKET,)
    of_calls: list[CallFilter] = field(default_factory=list)
    tickets_asked: list[TicketFilter] = field(default_factory=list)
    #: whether the files had numbers
    shown: list[bool] = field(default_factory=list)
    #: at which moments tickets of files were looked at
    judged: list[datetime] = field(default_factory=list)

    async def calls(self, wanted: CallFilter, query: Mapping[str, str], *, level: str) -> CallFigures:
        self.of_calls.append(wanted)
        assert wanted.since and wanted.until
        return CallFigures(
            since=wanted.since,
            until=wanted.until,
            within_ms=wanted.narrow.within_ms,
            short_ms=wanted.narrow.short_ms,
            level=level,
            figures=tuple(calls.figures(self.cells, query, say, wrap_up_ms=60_000)),
            groups=tuple(calls.groups(self.cells, query, say, categories={}, shifts=(), level=level)),
        )

    async def tickets(self, wanted: TicketFilter, query: Mapping[str, str], *, at: datetime) -> TicketFigures:
        self.tickets_asked.append(wanted)
        assert wanted.since and wanted.until
        return TicketFigures(
            since=wanted.since,
            until=wanted.until,
            at=at,
            figures=tuple(tickets.figures(self.of_tickets, query, say)),
            groups=tuple(tickets.groups(self.of_tickets, query, say, {})),
        )

    async def count_calls(self, wanted: CallFilter) -> int:
        return sum(one.calls for one in self.cells)

    async def count_tickets(self, wanted: TicketFilter) -> int:
        return sum(one.tickets for one in self.of_tickets)

    async def open_tickets(self, at: datetime) -> tuple[Figure, ...]:
        rows = Rows(path="/api/tickets", query={"standing": "open"})
        return (Figure(id="open", name="Đang xử lý", value=3, unit=Unit.TICKETS, formula="", rows=rows),)

    async def chart(self, name: ChartName, day: date, now: datetime) -> Chart:
        rows = Rows(path="/api/calls", query={})
        return Chart(
            id=name,
            name=say("chart", name),
            day=day,
            since=now,
            until=now,
            unit=Unit.CALLS,
            total=0,
            slices=(),
            rows=rows,
        )

    async def call_sheet(self, wanted: CallFilter, *, numbers: bool, at: datetime) -> SheetFile:
        self.of_calls.append(wanted)
        self.shown.append(numbers)
        return SheetFile(name="1022-cuoc-goi.xlsx", content=b"PK", rows=7)

    async def ticket_sheet(self, wanted: TicketFilter, *, numbers: bool, at: datetime) -> SheetFile:
        self.tickets_asked.append(wanted)
        self.shown.append(numbers)
        self.judged.append(at)
        return SheetFile(name="1022-phieu.xlsx", content=b"PK", rows=3)
