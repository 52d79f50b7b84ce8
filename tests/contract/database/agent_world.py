"""An agent at the desk: drafts and tickets over a real database, one line, one citizen who calls, hunts that tests move."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hotline1022.accounts.types import Wanted
from hotline1022.core.cascade import Outcome, State
from hotline1022.core.ids import PersonId
from hotline1022.core.live import Event, Topic
from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState, Person
from hotline1022.service.live.bus import LiveBus
from hotline1022.service.tickets.agent_drafts import AgentDrafts
from hotline1022.tickets.types import Ticket, TicketFilter
from hotline1022.web.cascade_wire import Begun, CascadeBody
from hotline1022.web.line_call_port import KnownCaller
from hotline1022.web.line_call_wire import CallerView, LineCallView
from tests.contract.database.desk_world import OWN, Browser, World, open_desk
from tests.contract.database.made import HASH
from tests.contract.database.ticket_office import Office
from tests.unit.callback_memory import MemoryCallbacks
from tests.unit.cascade_memory import MemoryCascades, a_cascade
from tests.unit.live_memory import MemoryCallers, MemoryLive
from tests.unit.staff_memory import MemoryLines, a_line

CALL, NEXT = "hl1-1795470208.58", "hl1-1795470400.61"
AGENT = "1001"

#: ids that pages have in hidden fields
LOGIN = "lan"


@dataclass
class OneCaller:
    """web.line_call_port.LineCallers: nobody calls until a test says so."""

    lines: MemoryLines
    call: CallerView | None = None
    #: whoever was there, and who answered her
    before: CallerView | None = None
    people: frozenset[str] = frozenset()

    async def get(self, line: str) -> LineCallView:
        return LineCallView(line=self.lines.lines[line], call=self.call if line == "101" else None)

    async def rings(self, call: str = CALL, **changes: Any) -> CallerView:
        """A citizen who is known."""
        known = (await MemoryCallers(self.lines, at=datetime.now(UTC)).get("101")).call
        assert known is not None
        self.call = replace(known, call=call, **changes)
        return self.call

    async def known(self, call: str) -> KnownCaller | None:
        one = next((one for one in (self.call, self.before) if one is not None and one.call == call), None)
        if one is None:
            return None
        more: dict[str, Any] = {name: getattr(one, name) for name in ("caller", "name", "past", "open_tickets")}
        return KnownCaller(call=call, people=self.people, **more)

    def hangs_up(self, *people: str) -> None:
        """She is gone; these had answered her."""
        self.before, self.call, self.people = self.call, None, frozenset(people or {AGENT})


@dataclass(slots=True)
class Hunts(MemoryCascades):
    """Hunts that are begun, and go on until a test ends them."""

    bodies: list[CascadeBody] = field(default_factory=list)

    async def begin(self, wanted: CascadeBody, *, by: str) -> Begun:
        begun = await MemoryCascades.begin(self, wanted, by=by)
        self.bodies.append(wanted)
        state = State.INTRODUCING if wanted.introduce else State.HUNTING
        version = 1 + max((one.version for one in self.cascades), default=0)
        hunt = replace(a_cascade(wanted.call), agency=wanted.agency, state=state, outcome=None, version=version)
        self.cascades.insert(0, replace(hunt, steps=hunt.steps[:1], ended_at=None, taken_at=None, taken_by=""))
        return begun

    async def take_back(self, call: str, *, by: str) -> None:
        await MemoryCascades.take_back(self, call, by=by)
        self.end(Outcome.TAKEN_BACK)

    def end(self, outcome: Outcome) -> None:
        hunt, now = self.cascades[0], datetime.now(UTC)
        self.cascades[0] = replace(hunt, state=State.ENDED, outcome=outcome, ended_at=now, version=hunt.version + 1)


@dataclass(slots=True)
class Desk:
    """What a test moves and looks at."""

    world: World
    office: Office
    lines: MemoryLines
    caller: OneCaller
    hunts: Hunts
    callbacks: MemoryCallbacks
    live: MemoryLive
    drafts: AgentDrafts
    passwords: dict[str, str] = field(default_factory=dict)

    @asynccontextmanager
    async def agent(self, login: str = LOGIN, person: str = AGENT) -> AsyncIterator[Browser]:
        """Somebody who answers, signed in."""
        async with self.world.browser() as browser:
            await self.make_agent(login, person)
            assert (await browser.enter(login, OWN)).goes_to == "/desk"
            yield browser

    async def make_agent(self, login: str = LOGIN, person: str = AGENT) -> str:
        """A user who answers, with a password of the own choice; the id."""
        async with self.office.database.transaction() as tx:
            if await tx.agents.person(PersonId(person)) is None:
                await tx.agents.add_person(Person(id=PersonId(person), name="Lan", pin_hash=HASH, active=True))
        wanted = Wanted(login=login, name="Nguyễn Thị Lan", roles=frozenset({"agent"}), person=person)
        given = await self.world.admin.add(wanted)
        async with self.world.browser() as browser:
            await browser.enter(login, given.password)
            done = await browser.send("/desk/password", "/desk/password", old=given.password, new=OWN, again=OWN)
            assert done.goes_to == "/desk/account?done=password", done.text
        return given.user.id

    def sits(self, state: AgentState = AgentState.READY, **changes: Any) -> None:
        """Logged in at line 101."""
        since = datetime.now(UTC) - timedelta(seconds=75)
        self.lines.lines["101"] = a_line(
            "101", person=AGENT, name="Nguyễn Thị Lan", state=state, **{"since": since} | changes
        )

    def happens(self, topic: Topic, what: str, **facts: Any) -> None:
        """Told to every browser that may see it."""
        self.live.bus.publish(Event(topic=topic, what=what, facts=facts, line="101", people=frozenset({AGENT})))

    async def tickets(self) -> Sequence[Ticket]:
        async with self.office.database.reading() as tx:
            return await tx.tickets.list(TicketFilter(call=CALL))


@asynccontextmanager
async def open_agent_desk(database: Database, folder: Path, **more: Any) -> AsyncIterator[Desk]:
    """The desk with an agent's parts; `more`: other ones."""
    office = Office(database, folder)
    lines = MemoryLines({number: a_line(number) for number in ("101", "102")})
    caller, hunts, callbacks = OneCaller(lines), Hunts(cascades=[]), MemoryCallbacks()
    live = MemoryLive(bus=LiveBus(), endless=True)
    drafts = AgentDrafts(database, office.desk)
    parts: dict[str, Any] = {
        "lines": lines,
        "callers": caller,
        "cascades": hunts,
        "callbacks": callbacks,
        "live": live,
        "drafts": drafts,
        "tickets": office.view,
        **more,
    }
    async with open_desk(database, folder, **parts) as world:
        yield Desk(world, office, lines, caller, hunts, callbacks, live, drafts)
        live.close()
