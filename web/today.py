"""What everybody who looks on is told: who is at the lines and who waits now, and the day since midnight, counted once for all of them.
Refuses to count again before AGE seconds are over, and to show what Asterisk told before its link was lost as if it were so now.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from hotline1022.core.beside import beside
from hotline1022.core.clock import day_begins, local_day
from hotline1022.figures.types import CallFigures, Figure, Rows, TicketFigures
from hotline1022.queue.types import AgentState
from hotline1022.tickets.types import TicketFilter
from hotline1022.web.cascade_wire import CascadeQuery, CascadeView
from hotline1022.web.figures import query_text, whole
from hotline1022.web.figures_wire import CallFiguresQuery, Lines, Queue, Today, TodayQuery, UnderWay
from hotline1022.web.ports import Ports
from hotline1022.web.route import Ask
from hotline1022.web.shared import Shared
from hotline1022.web.tickets_wire import TicketListed
from hotline1022.web.types import CallFilter

#: seconds for which what was counted is good, and for which a fault is not tried again; supervision.js loads once more when they are over
AGE = 2.0
#: of whom the page shows hunts at once
_MOST_HUNTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The day as the database had it at a moment."""

    at: datetime
    calls: CallFigures
    tickets: TicketFigures
    #: of all times: open, and overdue
    standing: tuple[Figure, ...]
    hunts: tuple[CascadeView, ...]


class TodayRoom:
    """One for all who look: browsers, programs, televisions."""

    def __init__(self, ports: Ports, clock: Callable[[], float] = time.monotonic) -> None:
        self._ports = ports
        self._shared = Shared(self._count, AGE, clock)

    async def now(self, level: str) -> Today:
        """The day by this service level, AGE seconds old at most; lines and queue as they are. Errors as those of figures."""
        return await self.shown(await self.counted(level))

    async def counted(self, level: str) -> Counted:
        """The day alone: whoever asks while it is counted waits for that."""
        return await self._shared.of(level)

    async def _count(self, level: str) -> Counted:
        now = whole(self._ports.clock())
        since, figures = day_begins(local_day(now)), self._ports.figures
        of_calls = query_text(CallFiguresQuery(since=since, until=now))
        of_tickets = query_text(TicketListed(since=since, until=now, at=now))
        async with beside() as group:
            calls = group.create_task(figures.calls(CallFilter(since=since, until=now), of_calls, level=level))
            made = group.create_task(figures.tickets(TicketFilter(since=since, until=now), of_tickets, at=now))
            standing = group.create_task(figures.open_tickets(now))
            hunts = group.create_task(self._ports.cascades.list(CascadeQuery(under_way=True, limit=_MOST_HUNTS)))
        return Counted(
            at=now,
            calls=calls.result(),
            tickets=made.result(),
            standing=standing.result(),
            hunts=tuple(hunts.result()),
        )

    async def shown(self, counted: Counted) -> Today:
        """With lines and queue, which are in memory."""
        lines = tuple(await self._ports.lines.list())
        queue = await self._ports.queue.now()
        told_at = queue.lost_at or self._ports.clock()
        waits = [max(timedelta(0), told_at - one.since) // timedelta(milliseconds=1) for one in queue.waiting]
        states = [one.state for one in lines]
        calls = counted.calls
        return Today(
            at=counted.at,
            lost_at=queue.lost_at,
            lines=Lines(
                lines=lines,
                people=sum(1 for one in lines if one.person),
                ready=states.count(AgentState.READY),
                talking=states.count(AgentState.TALKING),
                paused=states.count(AgentState.PAUSED),
                rows=Rows(path="/api/lines", query={}),
            ),
            queue=Queue(
                queue=queue,
                longest_wait_ms=max(waits, default=None),
                rows=Rows(path="/api/queue", query={}),
            ),
            cascades=UnderWay(cascades=counted.hunts, rows=Rows(path="/api/cascades", query={"under_way": "true"})),
            level=next(one for one in calls.figures if one.id == calls.level),
            calls=calls.figures,
            tickets=(counted.tickets.figures[0], *counted.standing),
        )


#: where an application keeps its own
TODAY: web.AppKey[TodayRoom] = web.AppKey("today", TodayRoom)


async def get_today(ask: Ask) -> Today:
    """Now, and since midnight."""
    query: TodayQuery = ask.query
    return await ask.request.app[TODAY].now(query.level)
