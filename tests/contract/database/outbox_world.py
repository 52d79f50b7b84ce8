"""The outbox's worker before a gateway that says what it is told to, with a clock that the test moves. Keeps nothing."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from hotline1022.db.unit import Database
from hotline1022.notify.answers import Accepted, Asked, Sent, StillOpen
from hotline1022.notify.caps import Caps
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.types import Channel, Encoding, Message, MessageState, NewMessage, OutboxFilter, RecipientKind
from hotline1022.service.notify.outbox_book import OutboxBook
from hotline1022.service.notify.outbox_worker import OutboxWorker
from tests.unit.notify_memory import Book

PHONE = "+84901234567"
SECONDS = 20
NO_CAPS = Caps(per_minute=0, per_number=0)
NEVER = Quiet(starts=time(), ends=time())
S = MessageState


def a_message(key: str = "k1", **more: Any) -> NewMessage:
    given: dict[str, Any] = {
        "key": key,
        "channel": Channel.SMS,
        "kind": RecipientKind.CITIZEN,
        "recipient": PHONE,
        "ticket": "t1",
        "template": "citizen.made.sms",
        "encoding": Encoding.GSM7,
        "text": "Ma phieu 4711",
        "created_at": datetime.now(UTC) - timedelta(seconds=1),
    }
    return NewMessage(**given | more)


@dataclass
class Script:
    """A gateway that says what it is told to; the last answer is repeated."""

    says: list[Sent | Exception] = field(default_factory=lambda: [Accepted(ids=("a1",))])
    answers: list[Asked | Exception] = field(default_factory=lambda: [StillOpen()])
    name: str = "script"
    can_ask: bool = False
    can_follow: bool = False
    price: int = 400
    sent: list[str] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    hold: asyncio.Event | None = None

    async def send(self, message: Message) -> Sent:
        self.sent.append(message.client_key)
        if self.hold is not None:
            await self.hold.wait()
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, Exception):
            raise said
        return said

    async def ask(self, message: Message, ids: tuple[str, ...]) -> Asked:
        self.asked.append(ids)
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(said, Exception):
            raise said
        return said

    async def run(self) -> None:
        """Nothing of its own."""


@dataclass
class Rung:
    """A bell that remembers."""

    rings: list[tuple[str, str]] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)

    async def ring(self, kind: str, detail: str, call: str = "") -> None:
        self.rings.append((kind, detail))

    async def over(self, kind: str, begins: str = "") -> None:
        self.ended.append((kind, begins))


@dataclass
class World:
    database: Database
    gateway: Script
    bell: Rung
    book: OutboxBook
    worker: OutboxWorker
    #: the clock is moved by this
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def put(self, *messages: NewMessage) -> None:
        async with self.database.transaction() as tx:
            await tx.outbox.put(messages)

    async def only(self) -> Message:
        async with self.database.reading() as tx:
            (one,) = await tx.outbox.list(OutboxFilter())
            return one

    async def until(self, wanted: Callable[[Message], bool]) -> Message:
        async with asyncio.timeout(SECONDS):
            for _ in itertools.count():
                if wanted(message := await self.only()):
                    return message
                await asyncio.sleep(0.02)
        raise AssertionError

    async def eventually(self, wanted: Callable[[], bool]) -> None:
        async with asyncio.timeout(SECONDS):
            for _ in itertools.count():
                if wanted():
                    return
                await asyncio.sleep(0.02)

    async def state(self, state: MessageState) -> Message:
        return await self.until(lambda message: message.state is state)


@asynccontextmanager
async def running(
    database: Database,
    gateway: Script,
    *,
    caps: Caps = NO_CAPS,
    quiet: Quiet = NEVER,
    idle: float = 0.05,
    contacts: Book | None = None,
) -> AsyncIterator[World]:
    bell = Rung()
    world: World

    def clock() -> datetime:
        return world.now()

    book = OutboxBook(database, bell, clock)
    worker = OutboxWorker(
        database,
        {Channel.SMS: (gateway, caps)},
        book,
        bell,
        owner="w1",
        over=bell.over,
        patience=timedelta(hours=24),
        quiet=quiet,
        contacts=contacts or Book(),
        clock=clock,
        chance=lambda: 0.5,
        idle=idle,
    )
    world = World(database, gateway, bell, book, worker)
    task = asyncio.create_task(worker.run())
    try:
        yield world
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
