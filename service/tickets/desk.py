"""Everything that is done to tickets, each in one transaction with whatever else must know of it (messages).

Refuses what tickets/ refuses. Hidden tickets are nobody's but the cascade's.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hotline1022.core.errors import HotlineError, NotFound, Refused, Unavailable
from hotline1022.core.turns import Turns
from hotline1022.db.unit import Database, Work
from hotline1022.service.tickets.names import act_with_names, with_names
from hotline1022.tickets.acts import NOTHING, act, opened, reserved, settled
from hotline1022.tickets.attachments import MOST, Shelf, check_kind, check_name
from hotline1022.tickets.citizen import masked, phone_of
from hotline1022.tickets.code import draw_code
from hotline1022.tickets.filling import check_answer, filled_in, of_transfer, takes, told_late
from hotline1022.tickets.left import left
from hotline1022.tickets.policy import Policy
from hotline1022.tickets.ports import (
    NOBODY_KNOWN,
    Act,
    Draft,
    Left,
    Names,
    Outcome,
    Reporter,
    Settled,
)
from hotline1022.tickets.reminders import reminders
from hotline1022.tickets.types import (
    HIDDEN,
    Action,
    Attachment,
    Changed,
    Named,
    Purpose,
    Reminder,
    State,
    Ticket,
    Urgency,
)

#: called inside the transaction, with the ticket before and after and the row of history
Also = Callable[[Work, Changed], Awaitable[None]]
#: called inside the transaction that notes that the reminder is sent
Remind = Callable[[Work, Ticket, Reminder], Awaitable[None]]
#: codes drawn before it is given up; of seven million, few are in use
TRIES = 50
#: open tickets looked at together
PORTION = 200
#: who makes and settles reservations, in the history
CASCADE = "cascade"


async def nothing(work: Work, changed: Changed) -> None:
    """Nobody else must know."""


async def alone(work: Work) -> None:
    """Nothing else is written with it."""


async def no_reminder(work: Work, ticket: Ticket, reminder: Reminder) -> None:
    """Nobody sends reminders."""


class TicketDesk:
    """Tickets as the house handles them; tickets.ports.Reservations too."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        names: Names,
        shelf: Shelf,
        *,
        also: Also = nothing,
        remind: Remind = no_reminder,
        below: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        self._database, self._names, self._shelf = database, names, shelf
        #: by which deadlines are made from now on; another one as soon as it is in force
        self.policy = policy
        self._also, self._remind, self._below = also, remind, below
        #: a call's form and its transfer, in the same moment, are one ticket
        self._turns = Turns()

    async def create(
        self,
        draft: Draft,
        *,
        answer: str = "",
        by: str,
        at: datetime,
        within: Callable[[Work], Awaitable[None]] = alone,
    ) -> Ticket:
        """Write down a request, and with an `answer` complete it in the same act; Invalid `category-unknown`, `agency-unknown`.

        `within` is done in the same transaction: what it raises, undoes all.
        """
        draft = await with_names(self._names, draft, at)
        for _ in range(TRIES):
            async with self._database.transaction() as tx:
                if made := await self._add(tx, self._opened(draft, by, at), Purpose.TALK, answer):
                    await within(tx)
                    return made
        raise _no_code()

    async def write_down(
        self,
        call: str,
        draft: Draft,
        *,
        answer: str = "",
        beside: Mapping[str, str] = NOTHING,
        by: str,
        at: datetime,
        within: Callable[[Work], Awaitable[None]] = alone,
    ) -> Ticket:
        """As `create`, by whoever talks with the citizen: the ticket that a transfer of this call has kept is filled in, where there
        is one. Refused `ticket-with-agency` too: its agency has it, and answers it. `beside`: Act.beside of the last row that this
        writes.
        """
        chosen, draft = draft.agency, await with_names(self._names, draft, at)
        chosen = chosen and draft.agency
        for _ in range(TRIES):
            try:
                async with self._turns.of(call), self._database.transaction() as tx:
                    kept = await self._kept(tx, call, chosen)
                    if kept is not None:
                        made: Ticket | None = await self._fill(tx, kept, draft, chosen, answer, beside, by, at)
                    else:
                        new = self._opened(draft, by, at, NOTHING if answer else beside)
                        made = await self._add(tx, new, Purpose.TALK, answer, beside)
                    if made is not None:
                        await within(tx)
                        return made
            except Refused as error:  # the transfer ended at this moment; each round somebody gets on
                if error.error_id != "ticket-changed":
                    raise
        raise _no_code()

    async def _kept(self, tx: Work, call: str, chosen: str) -> Ticket | None:
        for one in reversed(await tx.tickets.of_hunts(call) if call else ()):
            if takes(one, await tx.tickets.history(one.id), chosen, cascade=CASCADE):
                return one
        return None

    async def _fill(
        self,
        tx: Work,
        kept: Ticket,
        draft: Draft,
        chosen: str,
        answer: str,
        beside: Mapping[str, str],
        by: str,
        at: datetime,
    ) -> Ticket:
        wanted = filled_in(kept, draft, chosen)
        if not answer:
            return await self._change(tx, kept, replace(wanted, beside=beside), by, at)
        check_answer(kept, wanted.action)
        changed = act(kept, wanted, by=by, at=at, policy=self.policy)
        await tx.tickets.change(changed)
        return await self._completed(tx, changed.after, answer, beside, by, at, made=kept.state in HIDDEN)

    async def _completed(
        self, tx: Work, ticket: Ticket, answer: str, beside: Mapping[str, str], by: str, at: datetime, *, made: bool
    ) -> Ticket:
        """`made`: others see one change, nobody has to handle it."""
        wanted = Act(action=Action.COMPLETE, answer=answer, beside=beside)
        done = act(ticket, wanted, by=by, at=at, policy=self.policy)
        await tx.tickets.change(done)
        await self._also(tx, replace(done, before=None) if made else done)
        return done.after

    async def back_fill(self, call: str, purpose: Purpose, draft: Draft, *, by: str, at: datetime) -> Ticket:
        """The ticket that this call makes by itself; asked again, the same one. A reservation is opened."""
        draft = await with_names(self._names, replace(draft, calls=(call,)), at, strict=False)
        for _ in range(TRIES):
            async with self._turns.of(call), self._database.transaction() as tx:
                known = await tx.tickets.made_by_call(call, purpose)
                if known is not None:
                    opens = known.state in HIDDEN
                    return await self._change(tx, known, Act(action=Action.OPEN), by, at) if opens else known
                if made := await self._add(tx, self._opened(draft, by, at), purpose):
                    return made
        raise _no_code()

    async def reserve(
        self,
        call: str,
        agency: str,
        category: str,
        at: datetime,
        *,
        phone: str = "",
        content: str = "",
        reporter: Reporter = NOBODY_KNOWN,
        urgent: bool = False,
    ) -> Ticket:
        """A ticket of this call that nobody sees yet; asked again for this agency, the same one, and one that was dropped
        comes back. Another agency gets another one, unless the first is still hidden: then that becomes its. What was written
        down in this call before, for this agency or for none, is the ticket.
        """
        of = await self._names.agency(agency, at) or Named(id=agency, name=agency)
        found = await self._names.category(category, "", at)
        about = Named(id=category, name=found.name if found else category)
        area_name = (await self._names.area(reporter.area) or reporter.area) if reporter.area else ""
        for _ in range(TRIES):
            async with self._turns.of(call), self._database.transaction() as tx:
                before = await tx.tickets.of_hunts(call)
                for known in before:
                    if known.agency == of.id and known.state is not State.DROPPED:
                        return known
                for known in before:
                    if known.state in HIDDEN:
                        names = ("name", "phone", "email", "address", "area", "kind", "requester")
                        said = {name: getattr(reporter, name) for name in names} | {"area_name": area_name}
                        said["phone"] = "" if masked(reporter.phone) else phone_of(reporter.phone)
                        fields = {name: given for name, given in said.items() if given} | {
                            "category": about.id,
                            "category_name": about.name,
                            "content": content or known.content,
                            "urgency": Urgency.URGENT if urgent or reporter.urgent else Urgency.ORDINARY,
                        }
                        return await self._change(
                            tx, known, Act(action=Action.RESERVE, agency=of, fields=fields), CASCADE, at
                        )
                if (written := of_transfer(await tx.tickets.written_in(call), of)) is not None:
                    wanted = Act(action=Action.RESERVE, agency=of)
                    return written if written.agency == of.id else await self._change(tx, written, wanted, CASCADE, at)
                id, code = self._drawn()
                change = reserved(
                    call,
                    agency=of,
                    category=about,
                    phone=phone,
                    content=content,
                    reporter=reporter,
                    area_name=area_name,
                    urgent=urgent,
                    id=id,
                    code=code,
                    by=CASCADE,
                    at=at,
                )
                if made := await self._add(tx, change, Purpose.TALK if before else Purpose.CASCADE):
                    return made
        raise _no_code()

    async def settle(self, ticket: str, outcome: Outcome, at: datetime) -> Ticket:
        """The cascade ended so; told again, or too late to matter, nothing changes. NotFound `ticket-unknown`."""
        while True:
            try:
                async with self._database.transaction() as tx:
                    before = await tx.tickets.get(ticket)
                    changed = settled(before, outcome, by=CASCADE, at=at, policy=self.policy)
                    nobody = outcome.how is Settled.NOBODY and before.state is State.NEW
                    if nobody and told_late(await tx.tickets.history(before.id)):
                        return await self._change(tx, before, Act(action=Action.FORWARD), CASCADE, at)
                    return before if changed is None else await self._write(tx, changed)
            except (
                Refused
            ) as error:  # somebody was quicker, and the state they made decides; each round somebody gets on
                if error.error_id != "ticket-changed":
                    raise

    async def act(self, ticket: str, wanted: Act, *, by: str, at: datetime) -> Ticket:
        """Do it; Refused `ticket-state`, `ticket-changed`, `deadline-not-later`, `deadline-far`, `agency-ended`,
        Invalid for what is missing.
        """
        wanted = await act_with_names(self._names, wanted, at, own=lambda: self._agency_of(ticket))
        async with self._database.transaction() as tx:
            return await self._change(tx, await self._seen(tx, ticket), wanted, by, at)

    async def attach(
        self, ticket: str, *, name: str, media_type: str, data: bytes, by: str, at: datetime
    ) -> Attachment:
        """Store a file with a ticket; Invalid `attachment-…`, Refused `attachments-full`. The file is durable before its row."""
        check_kind(media_type, len(data))
        check_name(name, media_type)
        id = secrets.token_hex(8)
        async with self._database.reading() as tx:
            await self._room(tx, await self._seen(tx, ticket))
        stored = await asyncio.to_thread(self._shelf.put, id, data)
        async with self._database.transaction() as tx:
            of = await self._seen(tx, ticket)
            await self._room(tx, of)
            new = Attachment(
                id=id,
                ticket=of.id,
                name=name,
                media_type=media_type,
                size=stored.size,
                sha256=stored.sha256,
                path=stored.path,
                stored_at=at,
                stored_by=by,
            )
            await tx.tickets.attach(new)
            await self._change(tx, of, Act(action=Action.ATTACH, why=name), by, at)
        return new

    def left(self, ticket: Ticket, at: datetime) -> Left | None:
        """What is left until its next deadline; None where nothing is due."""
        return left(ticket, at, self.policy)

    async def file(self, attachment: Attachment) -> Path:
        """Where it lies, after its bytes were compared with the row; Unavailable `attachment-damaged`."""
        return await asyncio.to_thread(self._shelf.find, attachment)

    async def remind(self, at: datetime) -> Sequence[Reminder]:
        """Send what is due at this moment, each once; gives what was sent. One that fails does not stop the others."""
        told: list[Reminder] = []
        failed: HotlineError | None = None
        last: Ticket | None = None
        while True:  # in portions: calls wait for no more of them than one
            async with self._database.reading() as tx:
                tickets = await tx.tickets.open_after(last, PORTION)
                sent = await tx.tickets.reminded([one.id for one in tickets])
            for one in tickets:
                for reminder in reminders(one, self.policy, sent.get(one.id, ()), at):
                    try:
                        told += [reminder] if await self._send(one.id, reminder, at) else []
                    except HotlineError as error:
                        failed = failed or error
            if len(tickets) < PORTION:
                break
            last = tickets[-1]
        if failed is not None:
            raise failed
        return told

    async def _send(self, ticket: str, reminder: Reminder, at: datetime) -> bool:
        async with self._database.transaction() as tx:
            now = await tx.tickets.get(ticket)
            due = reminder in reminders(now, self.policy, (), at)  # somebody may have acted meanwhile
            if not due or not await tx.tickets.remind(now.id, reminder, at):
                return False
            await self._remind(tx, now, reminder)
        return True

    # -- parts

    def _drawn(self) -> tuple[str, str]:
        return secrets.token_hex(8), draw_code(self._below)

    def _opened(self, draft: Draft, by: str, at: datetime, beside: Mapping[str, str] = NOTHING) -> Changed:
        id, code = self._drawn()
        return opened(draft, id=id, code=code, by=by, at=at, policy=self.policy, beside=beside)

    async def _add(
        self, tx: Work, made: Changed, purpose: Purpose, answer: str = "", beside: Mapping[str, str] = NOTHING
    ) -> Ticket | None:
        if not await tx.tickets.add(made, purpose=purpose):
            return None
        if answer:
            return await self._completed(tx, made.after, answer, beside, made.row.by, made.row.at, made=True)
        await self._also(tx, made)
        return made.after

    async def _change(self, tx: Work, ticket: Ticket, wanted: Act, by: str, at: datetime) -> Ticket:
        return await self._write(tx, act(ticket, wanted, by=by, at=at, policy=self.policy))

    async def _write(self, tx: Work, changed: Changed) -> Ticket:
        await tx.tickets.change(changed)
        await self._also(tx, changed)
        return changed.after

    async def _seen(self, tx: Work, name: str) -> Ticket:
        found = await tx.tickets.get(name)
        if found.state in HIDDEN:
            raise NotFound(f"there is no ticket {name}; look in the list of tickets", error_id="ticket-unknown")
        return found

    async def _agency_of(self, name: str) -> str:
        async with self._database.reading() as tx:
            return (await self._seen(tx, name)).agency

    async def _room(self, tx: Work, ticket: Ticket) -> None:
        if len(await tx.tickets.attachments(ticket.id)) >= MOST:
            raise Refused(f"a ticket has at most {MOST} files; send the others in one", error_id="attachments-full")


def _no_code() -> Unavailable:
    return Unavailable("no free ticket code was found; try again", error_id="code-none")
