"""A seeded history, day by day, as rows by table: calls with legs, facts and hunts, tickets with their history, people at lines.

The same for the same seed, sizes and end. Refuses more calls or tickets than were asked for, and fewer.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Table

from hotline1022.audit.types import Fact, Kind
from hotline1022.cascade.types import CascadeRow, StepRow
from hotline1022.core.call import Call, fold
from hotline1022.core.outcomes import Result
from hotline1022.db.rows import call_row, cascade_rows, event_row, leg_rows, step_rows
from hotline1022.db.tables import agent_session, agent_state_change, call, call_event, leg
from hotline1022.db.tables_cascade import cascade, cascade_step
from hotline1022.db.tables_tickets import ticket, ticket_call, ticket_history
from hotline1022.db.tickets import history_values, ticket_values
from hotline1022.db.types import CallRow, EventRow, LegRow, SessionRow
from hotline1022.directory.types import Directory
from hotline1022.tickets.policy import Policy
from hotline1022.tickets.types import OF_THE_CASCADE, Channel, HistoryRow, Purpose
from tests.lab.seed import calls as stories
from tests.lab.seed.floor import Floor
from tests.lab.seed.rhythm import QUIET, moments, per_day
from tests.lab.seed.tickets import Kept, Office
from tests.lab.seed.words import WANTED, a_number

#: of all calls, those that want an agent; of their tickets, those that come from a transfer; of all tickets, those without a call
TO_AGENT, HUNTED, ELSEWHERE = 0.68, 0.35, 0.12
#: how citizens come without a call
_CHANNELS = (Channel.WEB, Channel.SMS, Channel.EMAIL, Channel.CHAT, Channel.API)


def _names(cls: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(cls))


def _columns(of: Table, *without: str) -> tuple[str, ...]:
    return tuple(column.name for column in of.columns if column.name not in without)


#: table → its columns, in the order in which tables are filled
COLUMNS: dict[Table, tuple[str, ...]] = {
    call: _names(CallRow),
    leg: _names(LegRow),
    call_event: _names(EventRow),
    cascade: (*_names(CascadeRow), "settled_at"),
    cascade_step: _names(StepRow),
    ticket: _columns(ticket),
    ticket_call: ("ticket_id", "call_id", "purpose", "place", "entered_at"),
    ticket_history: _columns(ticket_history),
    agent_session: ("id", "person_id", "line", "logged_in_at", "logged_out_at", "end_reason"),
    agent_state_change: ("person_id", "line", "state", "reason", "at"),
}
_take = {cls: attrgetter(*_names(cls)) for cls in (CallRow, LegRow, EventRow, CascadeRow, StepRow, SessionRow)}


@dataclass(slots=True, kw_only=True)
class Portion:
    """Rows of some days."""

    rows: dict[Table, list[tuple[Any, ...]]] = field(default_factory=lambda: {table: [] for table in COLUMNS})
    #: answered calls, which have a recording or a reason why not
    answered: list[str] = field(default_factory=list)
    #: what people did to tickets, for the audit
    acts: list[Fact] = field(default_factory=list)

    @property
    def calls(self) -> int:
        """How many."""
        return len(self.rows[call])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be made."""

    calls: int
    tickets: int
    days: int
    #: nothing is later
    until: datetime
    seed: int = 1022
    #: facts of calls of so many days at the end; older calls have rows alone
    fact_days: int = 36_500


class History:
    """Everything, as it goes on."""

    def __init__(self, wanted: Wanted, directory: Directory, policy: Policy) -> None:
        self._wanted = wanted
        self._dice = random.Random(wanted.seed)
        self._office = Office(self._dice, directory, policy, wanted.until)
        self._floor = Floor(self._dice)
        self._facts_from = wanted.until - timedelta(days=wanted.fact_days)
        self._calls, self._tickets, self._owed = 0, 0, 0.0
        self._categories, self._weights = list(WANTED), list(WANTED.values())

    def portions(self, size: int = 5000) -> Iterator[Portion]:
        """Of so many calls or a day more."""
        made = Portion()
        for day, number in per_day(self._wanted.calls, self._wanted.days, self._wanted.until):
            for at in moments(self._dice, day, number, self._wanted.until):
                self._one(made, at)
            if made.calls >= size:
                yield self._closed(made)
                made = Portion()
        while self._tickets < self._wanted.tickets:  # the last of them have no call
            self._without_call(made, self._wanted.until - QUIET * self._dice.uniform(1, 20))
        yield self._closed(made)

    def _one(self, made: Portion, at: datetime) -> None:
        dice, wanted = self._dice, self._wanted
        self._calls += 1
        self._owed += wanted.tickets / wanted.calls
        story = stories.Story(self._calls, at, a_number(dice) if dice.random() < 0.97 else "")
        if dice.random() >= TO_AGENT:
            stories.short(story, dice)
            self._keep(made, story)
            return
        category = dice.choices(self._categories, self._weights)[0]
        line = stories.to_agent(story, dice, self._floor, category)
        owed = self._tickets + 1 <= self._owed and self._tickets < wanted.tickets
        if owed and dice.random() < ELSEWHERE:
            self._without_call(made, at)
        elif owed and line:
            self._ticket(made, story, category, line)
        story.end(timedelta(seconds=1))
        self._keep(made, story)

    def _ticket(self, made: Portion, story: stories.Story, category: str, line: str) -> None:
        number, office = self._tickets, self._office
        self._tickets += 1
        phone = story.caller
        if self._dice.random() >= HUNTED:
            kept = office.written(number, story.at, category, call=story.call, phone=phone)
            self._keep_ticket(made, kept, Purpose.TALK, story.events[0].at)
            return
        reserved = office.hunted(number, story.at, category, call=story.call, phone=phone)
        agency = reserved.after.agency
        hunt = stories.Hunt(
            agency=agency,
            category=category,
            contacts=office.contacts(agency),
            ticket=reserved.after.id,
            code=reserved.after.code,
        )
        stories.hunted(story, self._dice, hunt, line)
        kept = office.settled(reserved, story.at, story.taker)
        self._keep_ticket(made, kept, Purpose.CASCADE, story.events[0].at)

    def _without_call(self, made: Portion, at: datetime) -> None:
        dice = self._dice
        number = self._tickets
        self._tickets += 1
        category, channel = dice.choices(self._categories, self._weights)[0], dice.choice(_CHANNELS)
        self._keep_ticket(made, self._office.written(number, at, category, channel=channel), Purpose.TALK)

    def _keep(self, made: Portion, story: stories.Story) -> None:
        folded = fold(story.events)
        assert isinstance(folded, Call) and folded.complete, "a seeded call has ended"
        row = call_row(folded, version=len(story.events), backfilled=False, caller_e164=story.caller or None)
        made.rows[call].append(_take[CallRow](row))
        made.rows[leg] += map(_take[LegRow], leg_rows(folded))
        made.rows[cascade] += ((*_take[CascadeRow](one), one.ended_at) for one in cascade_rows(folded))
        made.rows[cascade_step] += map(_take[StepRow], step_rows(folded))
        if story.events[0].at >= self._facts_from:
            events = (event_row(event, seq) for seq, event in enumerate(story.events, start=1))
            made.rows[call_event] += map(_take[EventRow], events)
        if row.answered_at is not None and row.result is not Result.REFUSED:
            made.answered.append(row.id)

    def _keep_ticket(self, made: Portion, kept: Kept, purpose: Purpose, entered: datetime | None = None) -> None:
        values = ticket_values(kept.ticket)
        made.rows[ticket].append(tuple(values[name] for name in COLUMNS[ticket]))
        for one in kept.ticket.calls:
            made.rows[ticket_call].append((kept.ticket.id, one, purpose, 0, entered))
        for row in kept.rows:
            values = history_values(row)
            made.rows[ticket_history].append(tuple(values[name] for name in COLUMNS[ticket_history]))
            if row.action not in OF_THE_CASCADE or row.by != "cascade":
                made.acts.append(_act(row))

    def _closed(self, made: Portion) -> Portion:
        floor = self._floor
        made.rows[agent_session] += map(_take[SessionRow], floor.sessions)
        made.rows[agent_state_change] += ((c.person, c.line, c.state, c.reason, c.at) for c in floor.changes)
        floor.sessions, floor.changes = [], []
        return made


def _act(row: HistoryRow) -> Fact:
    """As the API's door would have told it."""
    new = row.number == 1
    route = "POST /api/tickets" if new else "POST /api/tickets/{ticket}/{action}"
    detail: dict[str, object] = {"act": route, "status": 201 if new else 200}
    if not new:
        detail["path"] = {"action": row.action.value}
    subject = "" if new else f"ticket:{row.ticket}"
    return Fact(at=row.at, kind=Kind.ACT, actor=f"token:{row.by}", origin="127.0.0.1", subject=subject, detail=detail)
