"""Lists of calls and tickets as Excel files, page by page, written off the loop. Refuses more rows than a person reads, and shows
numbers, names and addresses only to who may see them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from hotline1022.core.clock import local
from hotline1022.core.errors import Invalid
from hotline1022.core.masking import mask, mask_text
from hotline1022.core.sheets import Cell, Column
from hotline1022.db.types import CallFilter, Cursor, ListedCall
from hotline1022.db.unit import Database, Work
from hotline1022.figures.calls import Say
from hotline1022.figures.types import SheetFile
from hotline1022.service.figures.sheet_write import Sheet
from hotline1022.tickets.code import grouped
from hotline1022.tickets.types import Ticket, TicketCursor, TicketFilter

#: rows of a file at most
MOST = 20_000
#: rows that are read at once: between two pages nobody waits for the connection
_PAGE = 1000


#: words of the columns, and how wide they are
_CALLS = {
    "id": 24, "at": 20, "number": 16, "did": 12, "result": 32, "reason": 32, "category": 36, "wait": 12, "talk": 18, "line": 8,
    "person": 16, "ended": 20, "recorded": 10,
}  # fmt: skip
_TICKETS = {
    "code": 12, "at": 20, "channel": 18, "name": 28, "phone": 16, "email": 24, "address": 32, "area": 28, "kind": 12, "urgency": 10,
    "category": 36, "service": 24, "agency": 36, "content": 60, "state": 28, "due": 20, "standing": 24, "handled": 20, "answer": 60,
    "closed": 20,
}  # fmt: skip


class Book(Protocol):
    """One kind of list."""

    @property
    def title(self) -> str:
        """Of the sheet."""
        ...

    @property
    def file(self) -> str:
        """What its file is called by."""
        ...

    @property
    def columns(self) -> Sequence[Column]:
        """The head."""
        ...

    async def count(self, tx: Work, wanted: Any) -> int:
        """Rows in all."""
        ...

    async def page(self, tx: Work, wanted: Any) -> tuple[Sequence[Any], Any]:
        """The next rows, and the filter of those that follow; None for none."""
        ...

    def row(self, one: Any) -> Sequence[Cell]:
        """As it is written."""
        ...


async def written(database: Database, book: Book, wanted: Any, at: datetime) -> SheetFile:
    """The whole list; Invalid `export-large`; Unavailable `sheet-disk`."""
    async with database.reading() as tx:
        count = await book.count(tx, wanted)
    if count > MOST:
        text = f"these are {count} rows, and a file has {MOST} at most; choose a shorter time or fewer rows"
        raise Invalid(text, error_id="export-large")
    sheet = await asyncio.to_thread(Sheet, book.title, book.columns)
    try:
        following: Any = wanted
        while following is not None and sheet.rows < MOST:
            async with database.reading() as tx:
                rows, following = await book.page(tx, replace(following, limit=_PAGE))
            await asyncio.to_thread(_add, sheet, book, rows)
        content = await asyncio.to_thread(sheet.done)
    finally:
        await asyncio.to_thread(sheet.close)
    return SheetFile(name=f"1022-{book.file}-{local(at):%Y%m%d-%H%M}.xlsx", content=content, rows=sheet.rows)


def _add(sheet: Sheet, book: Book, rows: Sequence[Any]) -> None:
    sheet.add(map(book.row, rows))


def _seconds(ms: int) -> int:
    """Rounded up: what is 20 at most in the sheet waited 20,000 ms at most, as figures count it."""
    return -(-ms // 1000)


def _head(table: str, widths: Mapping[str, int], say: Say) -> Sequence[Column]:
    return tuple(Column(name=say(table, word), width=width) for word, width in widths.items())


class CallBook:
    """Calls."""

    def __init__(self, categories: Mapping[str, str], say: Say, *, numbers: bool) -> None:
        self._categories, self._say, self._numbers = categories, say, numbers
        self.title, self.file, self.columns = (
            say("sheet-calls", "title"),
            say("sheet-calls", "file"),
            _head("sheet-calls", _CALLS, say),
        )

    async def count(self, tx: Work, wanted: CallFilter) -> int:
        """Rows in all."""
        return await tx.figures.count_calls(wanted)

    async def page(self, tx: Work, wanted: CallFilter) -> tuple[Sequence[ListedCall], CallFilter | None]:
        """The next rows."""
        found = await tx.calls.list(wanted)
        after: Cursor | None = found.next
        return found.calls, None if after is None else replace(wanted, before=after)

    def row(self, one: ListedCall) -> Sequence[Cell]:
        """As it is written."""
        call = one.call
        number = call.caller_e164 or call.caller_raw
        return (
            call.id,
            call.entered_at,
            number if self._numbers else mask(number),
            call.did,
            self._say("call-result", call.result or "going-on"),
            self._say("call-reason", call.reason) if call.reason else "",
            self._categories.get(call.category, call.category),
            None if call.wait_ms is None else _seconds(call.wait_ms),
            _seconds(call.talk_ms),
            call.line,
            call.person,
            call.ended_at,
            self._say("directory", "yes" if one.has_recording else "no"),
        )


class TicketBook:
    """Tickets: who asked, when, what, and what came of it, down to agency and category (decision 2376/QĐ-UBND)."""

    def __init__(self, say: Say, *, numbers: bool, at: datetime) -> None:
        self._say, self._numbers, self._at = say, numbers, at
        self.title, self.file, self.columns = (
            say("sheet-tickets", "title"),
            say("sheet-tickets", "file"),
            _head("sheet-tickets", _TICKETS, say),
        )

    async def count(self, tx: Work, wanted: TicketFilter) -> int:
        """Rows in all."""
        return await tx.figures.count_tickets(wanted)

    async def page(self, tx: Work, wanted: TicketFilter) -> tuple[Sequence[Ticket], TicketFilter | None]:
        """The next rows."""
        found = await tx.tickets.list(wanted)
        if len(found) < wanted.limit:
            return found, None
        last = found[-1]
        return found, replace(wanted, before=TicketCursor(created_at=last.created_at, ticket=last.id))

    def row(self, one: Ticket) -> Sequence[Cell]:
        """As it is written."""
        who = (one.name, one.phone, one.email, one.address) if self._numbers else ("", mask(one.phone), "", "")
        free = (lambda text: text) if self._numbers else mask_text
        return (
            grouped(one.code),
            one.created_at,
            self._say("channel", one.channel),
            *who,
            one.area_name or one.area,
            self._say("kind", one.kind),
            self._say("urgency", one.urgency),
            one.category_name or one.category,
            one.service_group,
            one.agency_name or one.agency,
            free(one.content),
            self._say("state", one.state),
            one.answer_by,
            self._say("standing", one.standing(self._at)),
            one.answered_at or one.closed_at,
            free(one.answer),
            one.closed_at,
        )
