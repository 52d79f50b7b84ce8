"""Tickets in memory behind the API's port: the same pure rules, without a database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from hotline1022.core.errors import NotFound
from hotline1022.core.folding import fold
from hotline1022.tickets.acts import NOTHING, act, opened
from hotline1022.tickets.attachments import check_kind, check_name
from hotline1022.tickets.citizen import phone_of
from hotline1022.tickets.code import draw_code
from hotline1022.tickets.left import left
from hotline1022.tickets.picture_copy import clean
from hotline1022.tickets.ports import Act, Draft, Left
from hotline1022.tickets.spoken import TEXTS, Guard
from hotline1022.tickets.states import allowed
from hotline1022.tickets.types import Action, Changed, HistoryRow, Ticket, TicketFilter
from hotline1022.web.errors import TooMany
from hotline1022.web.tickets_wire import AttachmentFile, AttachmentView, StatusView, TicketDetail
from tests.unit.tickets_made import NOW, POLICY, made

#: behind whatever is due
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass
class MemoryTickets:
    folder: Path
    tickets: dict[str, Ticket] = field(default_factory=dict)
    rows: dict[str, list[HistoryRow]] = field(default_factory=dict)
    files: dict[str, AttachmentFile] = field(default_factory=dict)
    asked: list[TicketFilter] = field(default_factory=list)
    guard: Guard = field(default_factory=Guard)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self._keep(made())
        self._store("f" * 16, "Vỉa hè.pdf", "application/pdf", b"%PDF", "lan", made().after.created_at)

    def _keep(self, change: Changed) -> Ticket:
        self.tickets[change.after.id] = change.after
        self.rows.setdefault(change.after.id, []).append(change.row)
        return change.after

    def _find(self, name: str) -> Ticket:
        for one in self.tickets.values():
            if name in (one.id, one.code):
                return one
        raise NotFound(f"there is no ticket {name}; look in /api/tickets", error_id="ticket-unknown")

    async def list(self, wanted: TicketFilter) -> Sequence[Ticket]:
        self.asked.append(wanted)
        found = [one for one in self.tickets.values() if self._fits(one, wanted)]
        found.sort(key=lambda one: (one.created_at, one.id), reverse=not wanted.due_first)
        if wanted.due_first:  # of equals the older comes first
            found.sort(key=self._due)
        return found[wanted.skip :][: wanted.limit]

    async def of_calls(self, calls: Collection[str]) -> Sequence[Ticket]:
        found = [one for one in self.tickets.values() if not set(calls).isdisjoint(one.calls)]
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def _due(self, one: Ticket) -> datetime:
        owed = self.left(one, self.now)
        return owed.by if owed else LAST

    def _fits(self, one: Ticket, wanted: TicketFilter) -> bool:
        before = wanted.before
        if before is not None and wanted.due_first:
            place = (before.due or LAST, before.created_at, before.ticket)
            if (self._due(one), one.created_at, one.id) <= place:
                return False
            before = None
        words = fold(one.content if wanted.open_words else f"{one.name} {one.content}")
        return (
            wanted.code in ("", one.code)
            and (not wanted.agencies or one.agency in wanted.agencies)
            and (not wanted.call or wanted.call in one.calls)
            and wanted.state in (None, one.state)
            and (not wanted.states or one.state in wanted.states)
            and (not wanted.phone or phone_of(wanted.phone) == one.phone)
            and all(word in words for word in fold(wanted.words).split())
            and (before is None or (one.created_at, one.id) < (before.created_at, before.ticket))
        )

    async def get(self, name: str) -> TicketDetail:
        ticket = self._find(name)
        views = tuple(file.view for file in self.files.values())
        return TicketDetail(ticket=ticket, allowed=allowed(ticket.state), late=ticket.late(self.now), attachments=views)

    async def history(self, name: str) -> Sequence[HistoryRow]:
        return self.rows[self._find(name).id]

    async def create(
        self, draft: Draft, *, answer: str = "", beside: Mapping[str, str] = NOTHING, by: str, at: datetime
    ) -> Ticket:
        number = len(self.tickets)
        code = draw_code(lambda below: number)
        first = NOTHING if answer else beside
        made = self._keep(opened(draft, id=f"{number:016x}", code=code, by=by, at=at, policy=POLICY, beside=first))
        wanted = Act(action=Action.COMPLETE, answer=answer, beside=beside)
        return await self.act(made.id, wanted, by=by, at=at) if answer else made

    async def act(self, name: str, wanted: Act, *, by: str, at: datetime) -> Ticket:
        return self._keep(act(self._find(name), wanted, by=by, at=at, policy=POLICY))

    def left(self, ticket: Ticket, at: datetime) -> Left | None:
        return left(ticket, at, POLICY)

    async def attach(
        self, ticket: str, *, name: str, media_type: str, data: bytes, by: str, at: datetime
    ) -> AttachmentView:
        check_kind(media_type, len(data))
        check_name(name, media_type)
        self._keep(act(self._find(ticket), Act(action=Action.ATTACH, why=name), by=by, at=at, policy=POLICY))
        return self._store(f"{len(self.files):016x}", name, media_type, data, by, at)

    def _store(self, id: str, name: str, media_type: str, data: bytes, by: str, at: datetime) -> AttachmentView:
        self.folder.mkdir(exist_ok=True)
        (self.folder / id).write_bytes(data)
        view = AttachmentView(
            id=id,
            name=name,
            media_type=media_type,
            size=len(data),
            sha256=sha256(data).hexdigest(),
            stored_at=at,
            stored_by=by,
        )
        self.files[id] = AttachmentFile(view=view, path=self.folder / id)
        return view

    async def attachment(self, ticket: str, attachment: str) -> AttachmentFile | None:
        self._find(ticket)
        return self.files.get(attachment)

    async def clean_copy(self, file: AttachmentFile) -> bytes:
        return clean(file.path.read_bytes(), file.view.media_type)

    async def status(self, code: str, asker: str, at: datetime) -> StatusView:
        if (wait := self.guard.wait(asker, at).total_seconds()) > 0:
            raise TooMany("too many wrong codes; wait, then try again", wait)
        try:
            ticket = self._find(code)
        except NotFound:
            self.guard.wrong(asker, at)
            raise
        same = {f.name: getattr(ticket, f.name) for f in fields(StatusView) if hasattr(ticket, f.name)}
        told = StatusView(**same | {"agency": ticket.agency_name, "made_at": ticket.created_at, "words": ""})
        return replace(told, words=TEXTS[f"ticket-state-{ticket.state}"])
