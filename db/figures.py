"""Calls and tickets counted, in one pass each: cells of what is alike, which figures/ adds up. Writes nothing.

Every cell is counted under the conditions of the list (call_filter.py, ticket_filter.py), so each figure has its list.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    case,
    cast,
    func,
    literal,
    select,
    text,
    type_coerce,
    union_all,
)

from hotline1022.db.call_filter import QUEUE_PART, call_conditions, local_day, minute_of_day
from hotline1022.db.sql import Repository
from hotline1022.db.tables import agent_state_change, call
from hotline1022.db.tables_tickets import ticket
from hotline1022.db.ticket_filter import IN_FIRST_TIME, SEEN, key_of, late_at, standing_at, ticket_conditions
from hotline1022.db.types import CallFilter
from hotline1022.figures.types import CallCell, CallPart, TicketCell
from hotline1022.queue.types import AgentState
from hotline1022.tickets.types import Standing, TicketFilter

_FIRST_DAY = date(1970, 1, 1)
#: writing down ends by itself long before (queue.wrap_up_seconds)
_ENDS_WITHIN = timedelta(hours=1)
#: groups of tickets: key, and the name that was written beside it
_GROUPS: Mapping[str, tuple[ColumnElement[Any], ColumnElement[Any] | None]] = {
    "state": (ticket.c.state, None),
    "agency": (ticket.c.agency, ticket.c.agency_name),
    "category": (ticket.c.category, ticket.c.category_name),
    "service": (ticket.c.service_group, None),
    "channel": (ticket.c.channel, None),
    "area": (ticket.c.area, ticket.c.area_name),
}
GROUPS = tuple(_GROUPS)


#: what PostgreSQL may count on for cells. It thinks of as many cells as there are rows, and with its own 4 MB would put a year's
#: calls in order on the disk; the few hundred cells that there are take two.
_ROOM = text("SET LOCAL work_mem = '64MB'")


class FigureRepository(Repository):
    """Counts."""

    async def calls(self, wanted: CallFilter, *, step: int = 60) -> Sequence[CallCell]:
        """Calls of this filter; `step` divides a day: the length of a cell's slot in minutes."""
        narrow = wanted.narrow
        part, result = QUEUE_PART.label("part"), func.coalesce(_text(call.c.result), "").label("result")
        minute = minute_of_day(self._dialect, step).label("minute")
        category = key_of(call.c.category).label("category")
        keys = (part, result, category, minute)
        query = (
            select(
                *keys,
                func.count().label("calls"),
                func.count().filter(call.c.wait_ms <= narrow.within_ms).label("soon"),
                func.count().filter(call.c.wait_ms <= narrow.short_ms).label("short"),
                _sum(call.c.wait_ms).label("wait_ms"),
                _sum(call.c.talk_ms).label("talk_ms"),
                func.max(call.c.wait_ms).label("longest_ms"),
            )
            .where(*call_conditions(self._dialect, wanted))
            .group_by(*keys)
        )
        await self._make_room()
        rows = await self._connection.execute(query)
        return [
            CallCell(
                part=None if one[0] is None else CallPart(one[0]),
                result=one[1],
                category=one[2],
                minute=one[3],
                calls=one[4],
                soon=one[5],
                short=one[6],
                wait_ms=int(one[7]),
                talk_ms=int(one[8]),
                longest_ms=one[9],
            )
            for one in rows
        ]

    async def calls_by_day(self, wanted: CallFilter) -> Mapping[date, int]:
        """How many calls came in on each day of the province; days without any are left out."""
        day = local_day(self._dialect).label("day")
        query = select(day, func.count()).where(*call_conditions(self._dialect, wanted)).group_by(day)
        rows = await self._connection.execute(query)
        return {_FIRST_DAY + timedelta(days=number): count for number, count in rows}

    async def count_calls(self, wanted: CallFilter) -> int:
        """The length of the list, without its limit."""
        query = select(func.count()).select_from(call).where(*call_conditions(self._dialect, wanted))
        return int((await self._connection.execute(query)).scalar_one())

    async def count_tickets(self, wanted: TicketFilter) -> int:
        """The length of the list, without its limit."""
        query = select(func.count()).select_from(ticket).where(SEEN, *ticket_conditions(wanted))
        return int((await self._connection.execute(query)).scalar_one())

    async def open_tickets(self, at: datetime) -> tuple[int, int]:
        """How many of those made until then are open, and how many of these overdue: the lengths of their lists."""
        wanted = TicketFilter(until=at, standing=Standing.OPEN, standing_at=at)
        query = select(func.count(), func.count().filter(late_at(at))).select_from(ticket)
        row = (await self._connection.execute(query.where(SEEN, *ticket_conditions(wanted)))).one()
        return row[0], row[1]

    async def tickets(
        self, wanted: TicketFilter, at: datetime, groups: Collection[str] = GROUPS
    ) -> Sequence[TicketCell]:
        """Tickets of this filter as they stood at that moment, by each of these groups."""
        names = [name for name in GROUPS if name in groups]
        columns: list[ColumnElement[Any]] = []
        for name in names:
            key, written = _GROUPS[name]
            columns.append(key_of(_text(key)).label(f"{name}_key"))
            if written is not None:
                columns.append(written.label(f"{name}_name"))
        found = (
            select(
                *columns,
                standing_at(at).label("standing"),
                case((IN_FIRST_TIME, 1), else_=0).label("first"),
                self._closed_ms().label("closed_ms"),
            )
            .where(SEEN, *ticket_conditions(wanted))
            .cte("found")
        )
        each = [
            select(
                literal(name).label("group"),
                found.c[f"{name}_key"].label("key"),
                (func.max(found.c[f"{name}_name"]) if f"{name}_name" in found.c else literal("")).label("name"),
                found.c.standing,
                func.count().label("tickets"),
                _sum(found.c.first).label("first"),
                _sum(found.c.closed_ms).label("closed_ms"),
            ).group_by(found.c[f"{name}_key"], found.c.standing)
            for name in names
        ]
        await self._make_room()
        rows = await self._connection.execute(union_all(*each))
        return [
            TicketCell(
                group=one[0],
                key=one[1],
                name=one[2] or "",
                standing=one[3],
                tickets=one[4],
                first=int(one[5]),
                closed_ms=int(one[6]),
            )
            for one in rows
        ]

    async def _make_room(self) -> None:
        """Until the end of the transaction."""
        if self._dialect == "postgresql":
            await self._connection.execute(_ROOM)

    def _closed_ms(self) -> ColumnElement[Any]:
        """From being made to being closed; 0 while it is open."""
        if self._dialect == "sqlite":  # microseconds since 1970
            took: Any = (
                type_coerce(ticket.c.closed_at, BigInteger) - type_coerce(ticket.c.created_at, BigInteger)
            ) // 1000
        else:
            took = func.floor(func.date_part("epoch", ticket.c.closed_at - ticket.c.created_at) * 1000)
        return func.coalesce(cast(took, BigInteger), 0)

    async def wrap_up_ms(self, since: datetime, until: datetime) -> int:
        """How long people wrote down after calls of the main queue, of what began in [since, until) and has ended within `_ENDS_WITHIN`."""
        of = agent_state_change.c
        ended = func.lead(of.at).over(partition_by=of.person_id, order_by=(of.at, of.id)).label("ended")
        span = select(of.at, of.state, of.counted, ended).where(of.at >= since, of.at < until + _ENDS_WITHIN).subquery()
        if self._dialect == "sqlite":  # microseconds since 1970
            took: Any = (type_coerce(span.c.ended, BigInteger) - type_coerce(span.c.at, BigInteger)) // 1000
        else:
            took = cast(func.floor(func.date_part("epoch", span.c.ended - span.c.at) * 1000), BigInteger)
        query = select(_sum(took)).where(
            span.c.state == AgentState.WRAP_UP,
            span.c.counted,
            span.c.at < until,
            took <= _ENDS_WITHIN // timedelta(milliseconds=1),
        )
        return int((await self._connection.execute(query)).scalar_one())


def _sum(what: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(what), 0)


def _text(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A word of a list as plain text: it may be empty here."""
    return type_coerce(column, String)
