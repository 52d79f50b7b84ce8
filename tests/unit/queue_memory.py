"""A queue in memory: sessions, members and alarms, each of which can be away."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hotline1022.core.errors import Refused, Unavailable
from hotline1022.core.ids import LineId, PersonId
from hotline1022.core.standing import Standing
from hotline1022.queue.agents import MAIN, Agents
from hotline1022.queue.types import LineView, Person, Phone, Session

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
PIN = "4711"


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@dataclass
class MemoryStore:
    """queue.ports.AgentStore."""

    sessions: dict[str, Session] = field(default_factory=dict)
    states: list[tuple[str, str]] = field(default_factory=list)
    #: when the last of them was noted, for each person
    noted_at: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    #: of calls that are not of the main queue
    uncounted: list[tuple[str, str]] = field(default_factory=list)
    away: bool = False
    #: who is not in force
    standing: dict[str, Standing] = field(default_factory=dict)
    #: seconds that opening a session takes
    slow: float = 0.0

    def _here(self) -> None:
        if self.away:
            raise Unavailable("the database is away")

    async def person(self, person: str) -> Person | None:
        self._here()
        return Person(id=PersonId(person), name=f"Person {person}", pin_hash="hash", active=True)

    async def standings(self, people: Collection[str]) -> Mapping[str, Standing]:
        self._here()
        return {one: self.standing.get(one, Standing.IN_FORCE) for one in people}

    async def try_pin(self, person: str, at: datetime, *, tries: int, since: datetime) -> bool:
        self._here()
        return True

    async def forget_pin_tries(self, person: str) -> None:
        self._here()

    async def open_sessions(self) -> Sequence[Session]:
        self._here()
        return list(self.sessions.values())

    async def open_session(self, person: str, line: str, at: datetime) -> Session:
        self._here()
        await asyncio.sleep(self.slow)
        for one in self.sessions.values():
            if (one.person, one.line) == (person, line):
                return one
            if one.line == line:
                raise Refused("in use", error_id="line-taken")
        session = Session(id=f"s{len(self.sessions)}-{line}", person=PersonId(person), line=LineId(line), since=at)
        self.sessions[session.id] = session
        return session

    async def close_session(self, session: str, at: datetime, reason: str) -> None:
        self._here()
        self.sessions.pop(session, None)

    async def note_state(
        self, person: str, line: str, state: str, reason: str, at: datetime, *, counted: bool = True
    ) -> None:
        self._here()
        self.states.append((line, state))
        self.noted_at[person] = state, at
        if not counted:
            self.uncounted.append((line, state))

    async def state_since(self, person: str, state: str, since: datetime) -> datetime | None:
        self._here()
        last, at = self.noted_at.get(person, ("", since))
        return at if last == state and at >= since else None


@dataclass
class MemoryHands:
    """queue.ports.QueueHands: members as (queue, line) → (person, paused, reason)."""

    members: dict[tuple[str, str], tuple[str, bool, str]] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    fails: BaseException | None = None
    #: queues about which Asterisk does not answer
    hangs: set[str] = field(default_factory=set)
    refuses_pause: set[str] = field(default_factory=set)
    #: what Asterisk has forgotten the last call of
    renewed: list[tuple[str, str]] = field(default_factory=list)

    async def add(self, queue: str, line: str, person: str, *, paused: bool, reason: str) -> None:
        if self.fails:
            raise self.fails
        if queue in self.hangs:
            await asyncio.Event().wait()
        self.members[queue, line] = (person, paused, reason)

    async def remove(self, queue: str, line: str) -> None:
        self.members.pop((queue, line), None)

    async def renew(self, queue: str, line: str, person: str) -> None:
        await self.add(queue, line, person, paused=False, reason="")
        self.renewed.append((queue, line))

    async def pause(self, queue: str, line: str, *, paused: bool, reason: str) -> None:
        if line in self.refuses_pause:
            raise Unavailable("Asterisk does not answer")
        person, *_ = self.members[queue, line]
        self.members[queue, line] = (person, paused, reason)

    async def phone(self, queue: str, line: str) -> Phone:
        return self.phones.get(line, Phone.IDLE)


@dataclass
class MemoryBell:
    """queue.ports.AlarmBell."""

    rung: list[tuple[str, str]] = field(default_factory=list)

    async def ring(self, kind: str, detail: str, call: str = "") -> None:
        self.rung.append((kind, detail))


@dataclass
class Room:
    """Agents, and what they use."""

    store: MemoryStore = field(default_factory=MemoryStore)
    hands: MemoryHands = field(default_factory=MemoryHands)
    bell: MemoryBell = field(default_factory=MemoryBell)
    lines: Sequence[str] = ("101", "102")
    #: each line as it was told that it is from now on
    seen: list[LineView] = field(default_factory=list)
    agents: Agents = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """The service starts anew: what it knew is gone, what the others know is not."""

        async def verify(_: str, pin: str) -> bool:
            return pin == PIN

        self.agents = Agents(
            lines=self.lines,
            reasons=["1"],
            store=self.store,
            hands=self.hands,
            bell=self.bell,
            verify_pin=verify,
            wrap_up=timedelta(seconds=10),
            seen=self.seen.append,
        )

    async def login(self, *lines: str) -> "Room":
        for line in lines:
            await self.agents.login(line, person(line), PIN)
        return self

    def state(self, line: str = "101") -> str:
        return self.agents.view(line).state

    def paused(self, line: str) -> Any:
        return self.hands.members[MAIN, line][1:]


def person(line: str) -> str:
    """Who sits at line 101: 1001."""
    return f"10{line[1:]}"
