"""The service's side of cascades over a SQLite file, with a call log, a console and an Asterisk that are made of memory."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.ami_bridge.journal import Position
from hotline1022.ami_bridge.types import ChannelNow
from hotline1022.cascade.types import KeptCascade
from hotline1022.core.call import Call, fold
from hotline1022.core.errors import Unavailable
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.unit import Database
from hotline1022.ivr.load import shipped as shipped_menu
from hotline1022.ivr.model import MenuTree
from hotline1022.ivr.prompts import Further
from hotline1022.notify.links import Links
from hotline1022.notify.types import Message, OutboxFilter
from hotline1022.service.calls.call_log import Saved
from hotline1022.service.calls.log_store import DatabaseLogStore
from hotline1022.service.cascades.hunts import Cascades
from hotline1022.service.cascades.view import CascadesView
from hotline1022.service.directory.desk import DirectoryDesk
from hotline1022.service.directory.sounds import DirectorySounds
from hotline1022.service.settings.notify import Notify
from hotline1022.service.settings.tree import Paths, Settings
from hotline1022.service.tickets.announcer import Announcer
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.names import DirectoryNames
from hotline1022.service.tickets.notices import Notices
from hotline1022.tickets.attachments import Shelf
from hotline1022.tickets.types import Purpose, Ticket
from tests.lab.migrated import migrated
from tests.scenario.tables import CHANNELS, events
from tests.unit.directory_memory import NUMBERS
from tests.unit.queue_memory import MemoryBell
from tests.unit.tickets_made import POLICY

#: a Tuesday, 9 o'clock in the province
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CALL = CHANNELS["c"]
LINKS = Links(secret=b"0123456789abcdef")
#: an agent talks with the citizen
TALKING = """
0.0 c HL_ENTRY did=1022|from=0901234567
0.1 c ANSWER
0.2 c HL_STEP menu=root|step=agents|target=construction|mode=service
1.0 c HL_QUEUE queue=hl1022-main
1.1 a HL_LEG call=%c|kind=agent|party=101
2.0 a ANSWER
2.1 c BRIDGE_ENTER q
2.1 a BRIDGE_ENTER q
"""
FREE = """9.0 c BRIDGE_EXIT q
9.0 a BRIDGE_EXIT q
"""


def hunting(ticket: Ticket | None, agency: str = "so-xay-dung", hunt: int = 1) -> str:
    """The agent has put the citizen through, and the specialist's office phone is rung."""
    id, code = (ticket.id, ticket.code) if ticket else ("", "")
    return f"""{10 * hunt}.0 c HL_CASCADE hunt={hunt}|agency={agency}|category=construction|ticket={id}|code={code}|line=101|origin=phone
{10 * hunt}.1 c HL_TRY hunt={hunt}|try=1|role=specialist|contact={agency}-cv|which=office|number=02740000019
{10 * hunt}.2 s HL_LEG call=%c|kind=contact|party=02740000019
"""


TAKEN = """15.0 s ANSWER
18.0 s HL_CONFIRM call=%c|try=1|key=1
18.2 s HL_TAKEN call=%c|try=1
"""


def call_of(*tables: str) -> Call:
    """The call that these tables make."""
    call = fold(events("".join(tables)))
    assert call is not None
    return call


@dataclass(slots=True)
class MemoryLog:
    """What is asked of the call log."""

    calls: dict[str, Call] = field(default_factory=dict)

    def call_of(self, channel: ChannelId) -> CallId | None:
        return next((call.id for call in self.calls.values() if channel in call.legs), None)

    def call(self, call: CallId) -> Call | None:
        return self.calls.get(call)


@dataclass(slots=True)
class MemoryConsole:
    """Asterisk's database behind its console; `away` as long as there is none."""

    rows: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    away: bool = False

    async def say(self, command: str) -> str:
        self.said.append(command)
        if self.away:
            raise Unavailable("no Asterisk of ours runs here", error_id="asterisk-not-running")
        match command.split(" "):
            case ["database", "show", family]:
                lines = [f"/{family}/{key:<48}: {value:<25}\n" for key, value in sorted(self.rows.items())]
                return "".join([*lines, f"{len(lines)} results found.\n"])
            case ["database", "put", _, key, value]:
                self.rows[key] = value
                return "Updated database successfully\n"
            case ["database", "del", _, key]:
                del self.rows[key]
                return "Database entry removed.\n"
        raise AssertionError(f"no such command: {command}")


@dataclass(slots=True)
class MemoryAsterisk:
    """What of ami_bridge.ports.Actions the API's cascades use: the channels that live, and what was done to them."""

    living: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    #: global variables, and what functions say
    known: dict[str, str] = field(default_factory=dict)

    async def channels(self) -> tuple[ChannelNow, ...]:
        return tuple(_channel(letter) for letter in self.living)

    async def getvar(self, name: str, *, channel: str = "") -> str:
        return self.known.get(name, "")

    async def setvar(self, name: str, value: str, *, channel: str = "") -> None:
        self.done.append(f"set {channel} {name}={value}")

    async def redirect(
        self,
        channel: str,
        context: str,
        exten: str = "s",
        priority: int = 1,
        *,
        extra: str = "",
        extra_context: str = "",
    ) -> None:
        self.done.append(f"redirect {channel} {context},{exten},{priority} {extra} {extra_context}".rstrip())

    async def hangup(self, channel: str, *, cause: int = 16) -> None:
        self.done.append(f"hangup {channel}")


def _channel(letter: str) -> ChannelNow:
    return ChannelNow(
        channel=ChannelId(CHANNELS[letter]),
        name=f"PJSIP/{letter}",
        linked=ChannelId(CALL),
        state="Up",
        caller_number="",
        context="",
        exten="",
        application="",
        bridge="",
        age=timedelta(),
    )


@dataclass
class House:
    """Everything that the service has for cascades, over one database."""

    database: Database
    folder: Path
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.log, self.asterisk, self.console, self.bell = MemoryLog(), MemoryAsterisk(), MemoryConsole(), MemoryBell()
        self.directory = DirectoryDesk(self.database, lambda: NUMBERS, clock=self.clock)
        notify = Notify(link_address="https://1022.example/p/", quiet_from="21:00", quiet_until="07:00")
        settings = replace(Settings(), paths=Paths(data=self.folder / "data"), notify=notify)
        self.notices = Notices(self.directory.read, Announcer(settings, LINKS), self.clock)
        self.tickets = TicketDesk(
            self.database,
            POLICY,
            DirectoryNames(self.directory.read),
            Shelf(self.folder / "attachments"),
            also=self.notices.changed,
            remind=self.notices.reminded,
        )
        self.sounds = DirectorySounds(self.directory, shipped_menu, self.speak, self.clock)
        self.cascades = Cascades(
            database=self.database,
            directory=self.directory,
            tickets=self.tickets,
            call_log=self.log,  # type: ignore[arg-type]
            about=self.sounds.about,
            bell=self.bell,
            clock=self.clock,
        )
        self.view = CascadesView(self.database, self.cascades, self.directory, self.log, self.asterisk)  # type: ignore[arg-type]

    def speak(self, menu: MenuTree, more: Mapping[str, str]) -> Further:
        """Everything can be spoken, at once."""
        return Further(ready=frozenset(more), made=len(more), failed=())

    def clock(self) -> datetime:
        """Now."""
        return self.now

    async def stored(self, *tables: str) -> Call:
        """The call of these tables, as the call log knows and stores it; cascades are told."""
        call = call_of(*tables)
        self.log.calls[call.id] = call
        saved = Saved(calls=(call,), events=(), backfilled=frozenset(), position=Position())
        await DatabaseLogStore(self.database).save(saved)
        self.cascades.saved(saved)
        return call

    async def kept(self, hunt: int = 1) -> KeptCascade:
        """The hunt as it is kept."""
        async with self.database.reading() as tx:
            found = await tx.cascades.get(CALL, hunt)
        assert found is not None
        return found

    async def ticket(self) -> Ticket:
        """The one ticket that the call made."""
        async with self.database.reading() as tx:
            found = await tx.tickets.made_by_call(CALL, Purpose.CASCADE)
        assert found is not None
        return found

    async def messages(self) -> list[Message]:
        """Everything in the outbox."""
        async with self.database.reading() as tx:
            return list(await tx.outbox.list(OutboxFilter(limit=1000)))


@asynccontextmanager
async def a_house(folder: Path) -> AsyncIterator[House]:
    """A house with the shipped directory."""
    await migrated(folder / "hotline.sqlite")
    async with Database(folder / "hotline.sqlite") as database:
        house = House(database, folder)
        await house.directory.start()
        yield house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as one:
        yield one
