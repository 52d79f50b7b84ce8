"""Who calls at a line, or called: what the call log holds in memory, and what the database knows of the number, in few questions that
indexes answer. Refuses a line that there is not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from hotline1022.core.call import Call
from hotline1022.core.clock import ms_between
from hotline1022.core.errors import NotFound
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import Direction
from hotline1022.db.types import CallRow
from hotline1022.db.unit import Database, Work
from hotline1022.queue.agents import Agents
from hotline1022.service.calls.log_store import e164
from hotline1022.service.live.line_calls import AtLine, LineCalls
from hotline1022.tickets.types import Ticket, phone_key
from hotline1022.web.line_call_port import KnownCaller
from hotline1022.web.line_call_wire import CallerView, LineCallView, OpenTicketView, PastCallView, PastTicketView

#: rows at most
PAST, TICKETS = 5, 20


class LineCallsView:
    """web.line_call_port.LineCallers."""

    def __init__(
        self,
        database: Database,
        agents: Agents,
        at_lines: LineCalls,
        call: Callable[[CallId], Call | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._agents, self._at_lines = database, agents, at_lines
        self._call, self._clock = call, clock

    async def get(self, line: str) -> LineCallView:
        """The line now, and its call; NotFound `line-unknown`."""
        view = self._agents.view(line)
        at = self._at_lines.at(line)
        return LineCallView(line=view, call=await self._caller(at) if at else None)

    async def known(self, call: str) -> KnownCaller | None:
        """The citizen of a call, from memory while it goes on, else from the log; None: there is none."""
        held = self._call(CallId(ChannelId(call)))
        if held is not None:
            raw, first = held.caller, held.person
            legs = [(leg.person, leg.answered_at) for leg in held.legs.values()]
        else:
            try:
                async with self._database.reading() as tx:
                    found = await tx.calls.get(call)
            except NotFound:
                return None
            raw, first = found.call.caller_raw, found.call.person
            legs = [(leg.person, leg.answered_at) for leg in found.legs]
        people = frozenset({first, *(person for person, answered_at in legs if answered_at is not None)} - {""})
        past, name, tickets = await self._known(e164(raw) or raw, raw, call)
        now = self._clock()
        shown = tuple(_ticket(one, now) for one in tickets)
        return KnownCaller(call=call, caller=raw, name=name, people=people, past=past, open_tickets=shown)

    async def _caller(self, at: AtLine) -> CallerView:
        call, now = self._call(at.call), self._clock()
        raw = call.caller if call else ""
        since = (call and call.waiting_since) or at.waiting_since
        past, name, tickets = await self._known(e164(raw) or raw, raw, at.call)
        by = call.person if call and call.direction is Direction.OUT else ""
        return CallerView(
            call=at.call,
            since=at.since,
            answered_at=at.answered_at,
            caller=raw,
            name=name,
            category=call.category if call else "",
            keys=call.keys if call else (),
            entered_at=call.entered_at if call else None,
            waiting_since=since,
            waited_ms=_ms(since, at.answered_at or now) if since else None,
            past=past,
            open_tickets=tuple(_ticket(one, now) for one in tickets),
            direction=call.direction if call else Direction.IN,
            state=call.state if call else None,
            called_by=by,
            called_by_name=await self._name(by),
        )

    async def _name(self, person: str) -> str:
        """Of somebody at a line, else as it is kept."""
        if not person:
            return ""
        async with self._database.reading() as tx:
            return (await self._names(tx, [person]))[person]

    async def _names(self, tx: Work, people: Iterable[str]) -> Mapping[str, str]:
        """Of each; "" for nobody, and for who is no more."""
        names = {one.person: one.name for one in self._agents.views() if one.person}
        for person in set(people) - names.keys():
            known = await tx.agents.person(person) if person else None
            names[person] = known.name if known else ""
        return names

    async def _known(self, number: str, raw: str, call: str) -> tuple[tuple[PastCallView, ...], str, Sequence[Ticket]]:
        """Earlier calls from the number, the name in its latest ticket, its open tickets; nothing of a withheld one."""
        if not number:
            return (), "", ()
        phones = frozenset({phone_key(number), phone_key(raw)})
        async with self._database.reading() as tx:
            rows = await tx.calls.of_number(number, but=call, limit=PAST)
            name = await tx.tickets.name_of(phones)
            tickets = await tx.tickets.open_of(phones, limit=TICKETS)
            names = await self._names(tx, [row.person for row in rows])
            made = await tx.tickets.of_calls([row.id for row in rows]) if rows else ()
        past = tuple(_past(row, names[row.person], [one for one in made if row.id in one.calls]) for row in rows)
        return past, name, tickets


def _ms(since: datetime, until: datetime) -> int:
    return max(0, ms_between(since, until))


def _past(row: CallRow, name: str, made: Sequence[Ticket]) -> PastCallView:
    return PastCallView(
        id=row.id,
        entered_at=row.entered_at,
        result=row.result,
        reason=row.reason,
        category=row.category,
        person=row.person,
        talk_ms=row.talk_ms,
        person_name=name,
        tickets=tuple(PastTicketView(id=one.id, code=one.code) for one in made),
    )


def _ticket(one: Ticket, now: datetime) -> OpenTicketView:
    return OpenTicketView(
        id=one.id,
        code=one.code,
        created_at=one.created_at,
        state=one.state,
        urgency=one.urgency,
        category_name=one.category_name,
        agency_name=one.agency_name,
        answer_by=one.answer_by,
        overdue=bool(one.late(now)),
    )
