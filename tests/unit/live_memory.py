"""Live events before a service that stops: each stream ends with what waits in it; and one caller."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from hotline1022.core.errors import NotFound
from hotline1022.core.live import Viewer
from hotline1022.core.outcomes import Reason, Result
from hotline1022.service.live.bus import LiveBus, Subscription
from hotline1022.tickets.types import State, Urgency
from hotline1022.web.line_call_port import KnownCaller
from hotline1022.web.line_call_wire import CallerView, LineCallView, OpenTicketView, PastCallView, PastTicketView
from tests.unit.calls_memory import CALLER, NOW
from tests.unit.staff_memory import MemoryLines
from tests.unit.tickets_made import CODE


@dataclass
class MemoryLive:
    """web.live_port.LiveStreams over a real bus."""

    bus: LiveBus = field(default_factory=LiveBus)
    #: what is told goes on, as in the service
    endless: bool = False
    opened: list[tuple[str, Viewer, str]] = field(default_factory=list)

    def position(self) -> str:
        return self.bus.position()

    def room(self, key: str) -> None:
        self.bus.room(key)

    def open(self, key: str, viewer: Viewer, since: str, alive: Callable[[], bool]) -> Subscription:
        self.opened.append((key, viewer, since))
        stream = self.bus.open(key, viewer, since, alive)
        if not self.endless:
            stream.close()
        return stream

    def close(self) -> None:
        self.bus.close()


@dataclass
class MemoryCallers:
    """web.line_call_port.LineCallers: somebody calls at line 101."""

    lines: MemoryLines
    at: datetime = NOW
    #: who answered her
    people: frozenset[str] = frozenset()

    async def known(self, call: str) -> KnownCaller | None:
        caller = (await self.get("101")).call
        if caller is None or caller.call != call:
            return None
        return KnownCaller(
            call=call,
            caller=caller.caller,
            name=caller.name,
            people=self.people,
            past=caller.past,
            open_tickets=caller.open_tickets,
        )

    async def get(self, line: str) -> LineCallView:
        if line not in self.lines.lines:
            raise NotFound(f"there is no line {line!r}", error_id="line-unknown")
        caller = CallerView(
            call="hl1-1795470208.58",
            since=self.at,
            answered_at=None,
            caller=CALLER,
            name="Lê Thị Cúc",
            category="traffic",
            keys=("3",),
            entered_at=self.at,
            waiting_since=self.at,
            waited_ms=0,
            past=(
                PastCallView(
                    id="hl1-1795470100.7",
                    entered_at=self.at,
                    result=Result.ANSWERED,
                    reason=Reason.AGENT_ANSWERED,
                    category="traffic",
                    person="1001",
                    talk_ms=61_000,
                    person_name="Lê Lan",
                    tickets=(PastTicketView(id="b" * 16, code="87654321"),),
                ),
            ),
            open_tickets=(
                OpenTicketView(
                    id="a" * 16,
                    code=CODE,
                    created_at=self.at,
                    state=State.NEW,
                    urgency=Urgency.ORDINARY,
                    category_name="Giao thông",
                    agency_name="Sở Xây dựng",
                    answer_by=self.at,
                    overdue=False,
                ),
            ),
        )
        return LineCallView(line=self.lines.lines[line], call=caller if line == "101" else None)


@pytest.fixture
def streams() -> MemoryLive:
    return MemoryLive(endless=True)
