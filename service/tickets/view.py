"""The API's port for tickets over the desk and the database: conversions, and the guard against guessed codes."""

import asyncio
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime

from hotline1022.core.errors import NotFound
from hotline1022.db.unit import Database, Work
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.tickets.citizen import phone_of
from hotline1022.tickets.code import is_code
from hotline1022.tickets.picture_copy import clean
from hotline1022.tickets.ports import Act, Draft, Left
from hotline1022.tickets.spoken import TEXTS, Guard
from hotline1022.tickets.states import allowed
from hotline1022.tickets.types import HIDDEN, Attachment, HistoryRow, Ticket, TicketFilter, phone_key
from hotline1022.web.errors import TooMany
from hotline1022.web.tickets_wire import AttachmentFile, AttachmentView, StatusView, TicketDetail


def ticket_filter(wanted: TicketFilter) -> TicketFilter:
    """The filter as the database takes it: its number in the form in which it is kept."""
    return replace(wanted, phone=phone_key(phone_of(wanted.phone)))


class TicketsView:
    """web.ports.Tickets."""

    def __init__(
        self,
        database: Database,
        desk: TicketDesk,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._desk, self._clock = database, desk, clock
        self._guard = Guard()

    async def list(self, wanted: TicketFilter) -> Sequence[Ticket]:
        """A page."""
        async with self._database.reading() as tx:
            return await tx.tickets.list(ticket_filter(wanted))

    async def of_calls(self, calls: Collection[str]) -> Sequence[Ticket]:
        """Those that hang on any of these calls, oldest first."""
        async with self._database.reading() as tx:
            return await tx.tickets.of_calls(calls)

    async def get(self, name: str) -> TicketDetail:
        """One ticket."""
        async with self._database.reading() as tx:
            ticket = await _seen(tx, name)
            files = await tx.tickets.attachments(ticket.id)
        return TicketDetail(
            ticket=ticket,
            allowed=allowed(ticket.state),
            late=ticket.late(self._clock()),
            attachments=tuple(map(attachment_view, files)),
        )

    async def history(self, name: str) -> Sequence[HistoryRow]:
        """Its changes."""
        async with self._database.reading() as tx:
            return await tx.tickets.history((await _seen(tx, name)).id)

    async def create(self, draft: Draft, *, answer: str = "", by: str, at: datetime) -> Ticket:
        """Write down a request."""
        return await self._desk.create(draft, answer=answer, by=by, at=at)

    async def act(self, name: str, wanted: Act, *, by: str, at: datetime) -> Ticket:
        """Do it."""
        return await self._desk.act(name, wanted, by=by, at=at)

    def left(self, ticket: Ticket, at: datetime) -> Left | None:
        """What is left until its next deadline."""
        return self._desk.left(ticket, at)

    async def attach(
        self, ticket: str, *, name: str, media_type: str, data: bytes, by: str, at: datetime
    ) -> AttachmentView:
        """Store a file."""
        return attachment_view(
            await self._desk.attach(ticket, name=name, media_type=media_type, data=data, by=by, at=at)
        )

    async def attachment(self, ticket: str, attachment: str) -> AttachmentFile | None:
        """A file, compared with its hash."""
        async with self._database.reading() as tx:
            found = await tx.tickets.attachment((await _seen(tx, ticket)).id, attachment)
        if found is None:
            return None
        return AttachmentFile(view=attachment_view(found), path=await self._desk.file(found))

    async def clean_copy(self, file: AttachmentFile) -> bytes:
        """The same picture without what tells of people and places."""
        return await asyncio.to_thread(lambda: clean(file.path.read_bytes(), file.view.media_type))

    async def status(self, code: str, asker: str, at: datetime) -> StatusView:
        """What whoever has the code is told."""
        self._slow(asker, at)
        try:
            if not is_code(code):
                raise _unknown(code)
            async with self._database.reading() as tx:
                ticket = await _seen(tx, code)
        except NotFound:
            self._slow(
                asker, at
            )  # others asked by the same asker at the same moment: no more answers for them together
            self._guard.wrong(asker, at)
            raise
        self._slow(asker, at)
        return StatusView(
            code=code,
            state=ticket.state,
            words=TEXTS[f"ticket-state-{ticket.state}"],
            agency=ticket.agency_name,
            made_at=ticket.created_at,
            answer_by=ticket.answer_by,
            answered_at=ticket.answered_at,
            closed_at=ticket.closed_at,
        )

    def _slow(self, asker: str, at: datetime) -> None:
        wait = self._guard.wait(asker, at).total_seconds()
        if wait > 0:
            raise TooMany("too many wrong codes; wait, then try again", math.ceil(wait))


async def _seen(tx: Work, name: str) -> Ticket:
    found = await tx.tickets.get(name)
    if found.state in HIDDEN:
        raise _unknown(name)
    return found


def _unknown(name: str) -> NotFound:
    return NotFound(f"there is no ticket {name}; look at its code again", error_id="ticket-unknown")


def attachment_view(file: Attachment) -> AttachmentView:
    """What is told of a file."""
    return AttachmentView(**{field.name: getattr(file, field.name) for field in fields(AttachmentView)})
