"""The outbox's worker on both databases: nothing twice, nothing lost, and people are told of what needs them."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from hotline1022.core.clock import local
from hotline1022.core.errors import Refused, Unavailable
from hotline1022.db.unit import Database
from hotline1022.notify.answers import Accepted, Arrived, Asked, NoAnswer, NotTaken, RefusedForGood, Sent, StillOpen
from hotline1022.notify.caps import Caps
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.receipts import spellings
from hotline1022.notify.states import Trigger, moves
from hotline1022.notify.types import (
    Channel,
    Encoding,
    Message,
    MessageState,
    NewMessage,
    OutboxFilter,
    Receipt,
    RecipientKind,
)
from hotline1022.service.notify.outbox_book import OutboxBook
from hotline1022.service.notify.outbox_worker import OutboxWorker
from tests.contract.database.catalogue_made import a_ticket, add_ticket
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

    async def ring(self, kind: str, detail: str, call: str = "") -> None:
        self.rings.append((kind, detail))


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


async def test_a_message_is_sent_once_and_soon_after_the_commit(database: Database) -> None:
    async with running(database, Script(), idle=60) as world:
        await asyncio.sleep(0.2)
        await world.put(a_message())
        sent = await world.state(S.SENT)
        assert (sent.gateway, sent.tries, sent.client_key) == ("script", 1, world.gateway.sent[0])
        await asyncio.sleep(0.2)
        assert len(world.gateway.sent) == 1
        assert world.bell.rings == []
        assert world.book.reached == {("sent", "script"): 1}
        async with database.reading() as tx:
            (billed,) = await tx.outbox.billed(world.now() - timedelta(days=1), world.now() + timedelta(days=1))
        assert (billed.messages, billed.parts, billed.price) == (1, 1, 400)


async def test_nothing_is_sent_to_a_contact_point_that_has_ended_meanwhile(database: Database) -> None:
    async with running(database, Script(), contacts=Book({"c1"})) as world:
        await world.put(a_message("k1", contact="c1", kind=RecipientKind.AGENCY))
        gone = await world.state(S.FAILED)
        assert (gone.error_id, gone.contact, world.gateway.sent) == ("contact-ended", "c1", [])
        assert world.bell.rings == [], "nothing is broken"
        async with database.transaction() as tx:
            await tx.outbox.resend(gone.id, moves(Trigger.RESEND), world.now(), confirmed=True)
        await world.until(lambda one: one.round > gone.round and one.state is S.FAILED)
        assert world.gateway.sent == []


async def test_what_was_turned_down_comes_again_later_and_then_is_a_dead_letter(database: Database) -> None:
    gateway = Script([NotTaken(error_id="gateway-500", reason="please try again")])
    async with running(database, gateway) as world:
        await world.put(a_message())
        waits = await world.until(lambda one: one.tries == 1 and one.state is S.NEW)
        assert timedelta(seconds=15) < waits.due_at - world.now() <= timedelta(seconds=25)
        for tries in range(2, 12):
            world.ahead += timedelta(hours=1)
            await world.until(lambda one, tries=tries: one.tries == tries and one.state is S.NEW)  # type: ignore[misc]
        world.ahead += timedelta(hours=1)
        dead = await world.state(S.FAILED)
        assert (dead.error_id, dead.error, len(gateway.sent)) == ("gateway-500", "please try again", 12)
        assert world.bell.rings[-1] == ("outbox-dead-letter", "sms script: failed, gateway-500")
        async with database.reading() as tx:
            (line,) = await tx.to_tell.list()
        assert (line.ticket, line.number, line.event) == ("t1", PHONE, "made"), "people must tell the citizen"


async def test_a_refusal_is_final_until_people_resend_it(database: Database) -> None:
    gateway = Script([RefusedForGood(error_id="number-refused", reason="no such number"), Accepted()])
    async with running(database, gateway) as world:
        await world.put(a_message())
        dead = await world.state(S.FAILED)
        world.ahead += timedelta(days=3)
        async with database.transaction() as tx:
            await tx.outbox.resend(dead.id, moves(Trigger.RESEND), world.now(), confirmed=False)
        await world.state(S.SENT)
        assert gateway.sent == [dead.id, f"{dead.id}-1"]


async def test_whom_an_sms_will_never_reach_is_to_be_told_with_the_code_of_the_ticket(database: Database) -> None:
    ticket = a_ticket("82496815")
    await add_ticket(database, ticket)
    async with running(database, Script([RefusedForGood(error_id="number-refused", reason="no such number")])) as world:
        await world.put(a_message(ticket=ticket.id))
        await world.state(S.FAILED)
        async with database.reading() as tx:
            (line,) = await tx.to_tell.list()
    assert (line.ticket, line.code, line.number) == (ticket.id, "82496815", PHONE)


async def test_silence_is_never_sent_again(database: Database) -> None:
    gateway = Script([NoAnswer(reason="timeout")])
    async with running(database, gateway) as world:
        await world.put(a_message())
        unknown = await world.state(S.UNKNOWN)
        for _ in range(5):
            world.ahead += timedelta(hours=12)
            await asyncio.sleep(0.1)
        assert (await world.only()).state is S.UNKNOWN
        assert (len(gateway.sent), gateway.asked) == (1, [])
        assert unknown.error == "timeout"
        assert ("outbox-dead-letter", "sms script: unknown, no-answer") in world.bell.rings


async def test_a_gateway_that_can_say_is_asked(database: Database) -> None:
    gateway = Script(
        [NoAnswer(reason="timeout"), Accepted(ids=("a7",))],
        [StillOpen(), NotTaken(error_id="x", reason="not here"), Arrived()],
        can_ask=True,
        can_follow=True,
    )
    async with running(database, gateway) as world:
        await world.put(a_message())
        await world.state(S.UNKNOWN)
        world.ahead += timedelta(minutes=2)
        await world.until(lambda one: one.asked == 1)
        assert len(gateway.sent) == 1
        world.ahead += timedelta(minutes=6)
        await world.state(S.SENT)
        assert len(gateway.sent) == 2, "it said that it has it not"
        world.ahead += timedelta(hours=1)
        await world.state(S.DELIVERED)
        assert gateway.asked == [(), (), ("a7",)]


async def test_a_gateway_that_breaks_when_it_is_asked_is_asked_again(database: Database) -> None:
    answers: list[Asked | Exception] = [ZeroDivisionError("defect"), Arrived()]
    gateway = Script([NoAnswer(reason="timeout")], answers, can_ask=True, can_follow=True)
    async with running(database, gateway) as world:
        await world.put(a_message())
        await world.state(S.UNKNOWN)
        world.ahead += timedelta(minutes=2)
        await world.until(lambda one: one.asked == 1)
        world.ahead += timedelta(hours=1)
        await world.state(S.DELIVERED)


async def test_a_broken_gateway_does_not_end_the_worker(database: Database) -> None:
    async with running(database, Script([ZeroDivisionError("defect"), Accepted()])) as world:
        await world.put(a_message())
        assert "ZeroDivisionError" in (await world.state(S.UNKNOWN)).error
        await world.put(a_message("k2"))
        await world.eventually(lambda: world.book.reached["sent", "script"] >= 1)


async def test_a_gateway_that_is_away_costs_no_message_its_life(database: Database) -> None:
    away = NotTaken(error_id="smpp-away", reason="no bind", away=True)
    gateway = Script([*[away] * 20, Accepted()])
    async with running(database, gateway) as world:
        await world.put(a_message())
        await world.eventually(lambda: len(gateway.sent) == 1)
        for _ in range(19):
            world.ahead += timedelta(minutes=30)
            before = len(gateway.sent)
            await world.eventually(lambda before=before: len(gateway.sent) > before)  # type: ignore[misc]
            await world.state(S.NEW)
        world.ahead += timedelta(minutes=30)
        sent = await world.state(S.SENT)
        assert sent.tries == 1
        assert ("gateway-away", "script: smpp-away") in world.bell.rings
        assert "outbox-dead-letter" not in {kind for kind, _ in world.bell.rings}


async def test_over_a_cap_a_message_waits(database: Database) -> None:
    gateway = Script([Accepted()])
    async with running(database, gateway, caps=Caps(per_minute=3, per_number=0)) as world:
        await world.put(*(a_message(f"k{n}", recipient=f"+8490123456{n}") for n in range(5)))
        await world.eventually(lambda: world.book.reached["sent", "script"] >= 3)
        await asyncio.sleep(0.3)
        assert len(gateway.sent) == 3
        world.ahead += timedelta(seconds=61)
        await world.eventually(lambda: world.book.reached["sent", "script"] >= 5)
        assert len(set(gateway.sent)) == 5


async def test_what_its_gateway_kept_until_night_waits_for_the_morning(database: Database) -> None:
    now = local(datetime.now(UTC))
    night = Quiet(starts=(now - timedelta(hours=1)).time(), ends=(now + timedelta(hours=2)).time())
    async with running(database, Script(), quiet=night) as world:
        await world.put(a_message(), a_message("k2", kind=RecipientKind.AGENCY, urgent=True))
        await world.eventually(lambda: len(world.gateway.sent) == 1)
        async with database.reading() as tx:
            (waits,) = await tx.outbox.list(OutboxFilter(state=S.NEW))
        assert (waits.key, waits.tries) == ("k1", 0)
        assert waits.due_at == night.until(datetime.now(UTC))
        world.ahead += timedelta(hours=2, minutes=1)
        await world.eventually(lambda: len(world.gateway.sent) == 2)


async def test_a_receipt_ends_it_whenever_it_comes(database: Database) -> None:
    hold = asyncio.Event()
    gateway = Script([Accepted(ids=("1A",))], hold=hold)
    async with running(database, gateway) as world:
        await world.put(a_message())
        await world.state(S.SENDING)
        await world.book.receipt("script", Receipt(ids=spellings("26"), number=PHONE, delivered=True))
        assert (await world.only()).state is S.SENDING
        hold.set()
        await world.state(S.DELIVERED)
        await world.put(a_message("k2", recipient="+84907654321"))
        await world.eventually(lambda: len(gateway.sent) == 2 and world.book.reached["sent", "script"] == 1)
        late = Receipt(ids=spellings("26"), number="+84907654321", delivered=False, error="EXPIRED")
        await world.book.receipt("script", late)
        assert world.book.reached["failed", "script"] == 1


async def test_who_died_left_nothing_half_known(database: Database) -> None:
    """The next worker of the same name knows at once; another one after the lease."""
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        await tx.outbox.put([a_message("begun"), a_message("held")])
        begun, held = await tx.outbox.lease(Channel.SMS, "w1", now, now + timedelta(hours=1), 2, S.LEASED)
        await tx.outbox.move(begun.id, moves(Trigger.BEGIN), gateway="script", begun_at=now)
    gateway = Script([Accepted()])
    async with running(database, gateway) as world:
        await world.eventually(lambda: world.book.reached["sent", "script"] >= 1)
        assert gateway.sent == [held.id]
        async with database.reading() as tx:
            assert (await tx.outbox.get(begun.id)).state is S.UNKNOWN


async def test_a_stop_waits_for_what_is_under_way_and_begins_nothing(database: Database) -> None:
    hold = asyncio.Event()
    async with running(database, Script([Accepted()], hold=hold)) as world:
        await world.put(a_message())
        await world.state(S.SENDING)
        assert not await world.worker.drain(seconds=0.1)
        hold.set()
        assert await world.worker.drain(seconds=10)
        await world.state(S.SENT)
        await world.put(a_message("k2"))
        await asyncio.sleep(0.3)
        assert len(world.gateway.sent) == 1


async def test_an_outcome_is_written_when_the_database_is_back(database: Database) -> None:
    hold = asyncio.Event()
    async with running(database, Script([Accepted()], hold=hold)) as world:
        await world.put(a_message())
        await world.state(S.SENDING)
        whole, away = database.transaction, True

        @asynccontextmanager
        async def broken() -> AsyncIterator[Any]:
            if away:
                raise Unavailable("the database does not answer")
            async with whole() as tx:
                yield tx

        database.transaction = broken  # type: ignore[method-assign]
        hold.set()
        await asyncio.sleep(0.3)
        assert (await world.only()).state is S.SENDING
        away = False
        await world.state(S.SENT)


async def test_what_could_not_begin_is_sent_as_soon_as_the_database_is_back(database: Database) -> None:
    async with running(database, Script([Accepted()])) as world:
        whole, refused = database.transaction, False

        @asynccontextmanager
        async def broken() -> AsyncIterator[Any]:
            nonlocal refused
            if not refused and (await world.only()).state is S.LEASED:
                refused = True
                raise Unavailable("the database does not answer")
            async with whole() as tx:
                yield tx

        database.transaction = broken  # type: ignore[method-assign]
        async with whole() as tx:
            await tx.outbox.put([a_message()])
        await world.state(S.SENT)
        assert refused and len(world.gateway.sent) == 1


async def met(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SECONDS):
        for _ in itertools.count():
            if await condition():
                return
            await asyncio.sleep(0.02)


async def test_what_a_carrier_says_that_no_database_keeps_holds_up_nobody(database: Database) -> None:
    """PostgreSQL takes no zero in a text."""
    says: list[Sent | Exception] = [
        RefusedForGood(error_id="refused", reason="bad\x00words"),
        Accepted(ids=("a\x00b",)),
        Accepted(ids=("a2",)),
    ]
    async with running(database, Script(says=says)) as world:
        for number in range(3):
            await world.put(a_message(f"k{number}", recipient=f"+8490123456{number}"))

            async def all_over() -> bool:
                async with database.reading() as tx:
                    found = await tx.outbox.list(OutboxFilter())
                return all(one.state in (S.SENT, S.FAILED) for one in found)

            await met(all_over)
        async with database.reading() as tx:
            states = sorted(one.state for one in await tx.outbox.list(OutboxFilter()))
        assert states == [S.FAILED, S.SENT, S.SENT]


async def test_an_outcome_that_is_never_taken_rings_and_the_others_go_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = OutboxBook._step

    async def step(self: OutboxBook, tx: Any, message: Message, *given: Any, **more: Any) -> Any:
        if message.recipient == PHONE:
            raise Refused("never", error_id="row-refused")
        return await real(self, tx, message, *given, **more)

    monkeypatch.setattr(OutboxBook, "_step", step)
    async with running(database, Script()) as world:
        await world.put(a_message("k1"), a_message("k2", recipient="+84901234568"))

        async def sent() -> bool:
            async with database.reading() as tx:
                return any(one.state is S.SENT for one in await tx.outbox.list(OutboxFilter()))

        await met(sent)
        await world.eventually(lambda: ("outbox-dead-letter", "sms script: not written") in world.bell.rings)
