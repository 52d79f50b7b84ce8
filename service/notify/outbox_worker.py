"""The outbox's worker: leases, sends, asks. Sleeps until woken, at most five seconds; refuses to send what has begun, and
anything to a contact point that has ended meanwhile.

Each channel has its own loop, so that a mail server that hangs holds up no SMS. A message is written down as `sending`
before its request leaves: whatever kills this process, what may have left is known.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from hotline1022.core.clock import utc_now
from hotline1022.core.errors import Unavailable
from hotline1022.core.masking import mask_text
from hotline1022.core.said import said
from hotline1022.db.unit import Database, Work
from hotline1022.notify.answers import Accepted, Asked, NoAnswer, NotTaken, Sent, StillOpen
from hotline1022.notify.caps import HOUR, MINUTE, Caps, may_send
from hotline1022.notify.decide import Step, after_ask, after_send
from hotline1022.notify.ports import ContactBook, Gateway
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.retry import ask_at
from hotline1022.notify.states import Trigger, moves
from hotline1022.notify.types import Begun, Channel, Message, MessageState
from hotline1022.queue.ports import AlarmBell
from hotline1022.service.background.guard import Run, together
from hotline1022.service.notify.outbox_book import OutboxBook

log = logging.getLogger(__name__)
#: seconds between two looks when nobody wakes
IDLE = 5.0
#: messages leased at a time, and requests under way
BATCH = 10
#: longer than any gateway takes
LEASE = timedelta(seconds=600)
#: a gateway that is away is left alone so long, doubled up to the longest, and rung for after
PAUSE, LONGEST_PAUSE, RING_AFTER = timedelta(seconds=2), timedelta(seconds=60), timedelta(seconds=30)
#: seconds between two counts for the figures
COUNT_EVERY = 15.0
FORGET_EVERY = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a gateway stands at this moment, as the worker that sends by it knows."""

    gateway: str
    #: caps; 0 = none
    per_minute: int
    per_number: int
    #: of one part; đồng
    price: int
    #: since when it does not answer, or refuses our account; None = it does
    away_since: datetime | None
    #: until when it is left alone
    until: datetime | None
    #: why; "" = nothing is wrong
    error_id: str


@dataclass(slots=True)
class _Way:
    """A gateway as it is now."""

    gateway: Gateway
    caps: Caps
    wake: asyncio.Event
    #: until when it is left alone
    until: datetime | None = None
    pause: timedelta = PAUSE
    away_since: datetime | None = None
    #: why it is left alone
    error_id: str = ""
    #: an alarm of it may ring: of an earlier service too
    rings: bool = True


class OutboxWorker:
    """All channels."""

    def __init__(
        self,
        database: Database,
        gateways: Mapping[Channel, tuple[Gateway, Caps]],
        book: OutboxBook,
        bell: AlarmBell,
        *,
        owner: str,
        patience: timedelta,
        quiet: Quiet,
        contacts: ContactBook,
        over: Callable[[str, str], Awaitable[None]] | None = None,
        clock: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = random.random,
        idle: float = IDLE,
    ) -> None:
        self._database, self._book, self._bell = database, book, bell
        self._owner, self._patience, self._clock, self._chance, self._idle = owner, patience, clock, chance, idle
        self._quiet, self._contacts, self._over = quiet, contacts, over
        self._ways = {
            channel: _Way(gateway=gateway, caps=caps, wake=asyncio.Event())
            for channel, (gateway, caps) in gateways.items()
        }
        self._asking = asyncio.Event()
        self._under_way = 0
        self._rest = asyncio.Event()
        self._rest.set()
        self._stopping = False
        #: messages that are not over, by state, at the last count
        self.open: Mapping[MessageState, int] = {}

    def parts(self) -> Mapping[str, Run]:
        """Each until cancelled; two channels may share a gateway."""
        gateways = {id(way.gateway): (channel, way.gateway) for channel, way in self._ways.items()}
        return {
            **{f"the gateway of {channel}": gateway.run for channel, gateway in gateways.values()},
            **{
                f"sending {channel}": partial(self._repeat, way.wake, partial(self._batch, channel))
                for channel, way in self._ways.items()
            },
            "asking what became of messages": partial(self._repeat, self._asking, self._ask),
            "the outbox": self._tend,
        }

    def standings(self) -> Mapping[Channel, Standing]:
        """How each gateway stands now."""
        return {
            channel: Standing(
                gateway=way.gateway.name,
                per_minute=way.caps.per_minute,
                per_number=way.caps.per_number,
                price=way.gateway.price,
                away_since=way.away_since,
                until=way.until,
                error_id=way.error_id,
            )
            for channel, way in self._ways.items()
        }

    async def run(self) -> None:
        """All of them, until cancelled; the first that breaks ends the others."""
        await together(self.parts())

    async def drain(self, *, seconds: float) -> bool:
        """Begin nothing more, and wait for what is under way; False when some of it did not end in time."""
        self._stopping = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rest.wait()
        return self._rest.is_set()

    async def _repeat(self, wake: asyncio.Event, work: Callable[[], Awaitable[bool]]) -> None:
        while True:
            await wake.wait()
            wake.clear()
            try:
                while await work():
                    pass
            except Unavailable as error:
                log.warning("outbox: the database is away, messages wait: %s", error)

    async def _tend(self) -> None:
        """Look, wake who has something to do, sleep."""
        anew, counted, forgotten = True, 0.0, self._clock()
        loop = asyncio.get_running_loop()
        while True:
            self._database.outbox_filled.clear()
            try:
                await self._look(self._owner if anew else "")
                anew = False
                if loop.time() - counted >= COUNT_EVERY:
                    async with self._database.reading() as tx:
                        self.open = await tx.outbox.open_counts()
                    counted = loop.time()
                if self._clock() - forgotten >= FORGET_EVERY:
                    await self._book.forget()
                    forgotten = self._clock()
            except Unavailable as error:
                log.warning("outbox: the database is away, messages wait: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._idle):
                    await self._database.outbox_filled.wait()

    async def _look(self, owner: str) -> None:
        at = self._clock()
        async with self._database.reading() as tx:
            due = await tx.outbox.look(at)
        if due.over or owner:
            await self._recover(at, owner)
        for channel in due.new & self._ways.keys():
            self._ways[channel].wake.set()
        if due.ask:
            self._asking.set()

    async def _recover(self, at: datetime, owner: str) -> None:
        """Messages of dead workers: free again, or unknown when their request may have left."""
        async with self._database.reading() as tx:
            over = await tx.outbox.leases_over(at, owner)
        for message in over:
            begun = message.state is MessageState.SENDING
            asks = ask_at(0, at) if begun and self._ways[message.channel].gateway.can_ask else None
            step = Step(
                trigger=Trigger.LEASE_OVER,
                ask_at=asks,
                error_id="worker-died" if begun else "",
                error="the service ended while the message was being sent" if begun else "",
            )
            await self._book.record(message, step, gateway=message.gateway, price=0)

    # -- sending

    async def _batch(self, channel: Channel) -> bool:
        """Send some; whether there may be more."""
        way, at = self._ways[channel], self._clock()
        if self._stopping or (way.until is not None and at < way.until):
            return False
        async with self._database.transaction() as tx:
            leased = await tx.outbox.lease(channel, self._owner, at, at + LEASE, BATCH, MessageState.LEASED)
            history = await self._history(tx, way, leased, at)
            ready: list[Message] = []
            for message in leased:
                if message.contact and not await self._contacts.active(message.contact):
                    await tx.outbox.move(
                        message.id,
                        moves(Trigger.RECIPIENT_ENDED),
                        owner=self._owner,
                        ended_at=at,
                        error_id="contact-ended",
                        error="who should get it is no contact point any more",
                    )
                    continue
                quiet = self._quiet.holds(message, at)  # it may have waited for its gateway until night
                due_at = quiet or may_send(history, message.recipient, at, way.caps)
                if due_at > at:
                    await tx.outbox.move(message.id, moves(Trigger.WAIT), owner=self._owner, due_at=due_at)
                    continue
                history.append(Begun(recipient=message.recipient, at=at))
                ready.append(message)
        async with asyncio.TaskGroup() as group:
            for message in ready:
                group.create_task(self._one(way, message))
        return bool(ready)

    async def _history(self, tx: Work, way: _Way, leased: Sequence[Message], at: datetime) -> list[Begun]:
        """What the caps ask for."""
        if not leased or not (way.caps.per_minute or way.caps.per_number):
            return []
        phones = [message.recipient for message in leased]
        return list(await tx.outbox.begun_since(way.gateway.name, at - MINUTE, longer=at - HOUR, recipients=phones))

    async def _one(self, way: _Way, message: Message) -> None:
        if self._stopping:
            return
        self._under_way += 1
        self._rest.clear()
        try:
            await self._whole(way, message)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._rest.set()

    async def _whole(self, way: _Way, message: Message) -> None:
        gateway, at = way.gateway, self._clock()
        try:
            async with self._database.transaction() as tx:
                begun = await tx.outbox.move(
                    message.id,
                    moves(Trigger.BEGIN),
                    owner=self._owner,
                    tried=1,
                    gateway=gateway.name,
                    begun_at=at,
                    leased_until=at + LEASE,
                )
        except Unavailable as error:
            log.warning("outbox: the database is away, messages wait: %s", error)
            # it was not sent: given back as soon as that can be written, else its lease would hold it for ten minutes
            step = Step(trigger=Trigger.LEASE_OVER)
            await self._book.record(message, step, gateway=gateway.name, price=0, owner=self._owner)
            return
        if begun is None:
            return
        said = await self._send(gateway, message)
        step = after_send(
            message,
            said,
            self._clock(),
            chance=self._chance(),
            patience=self._patience,
            can_ask=gateway.can_ask,
            can_follow=gateway.can_follow,
        )
        await self._book.record(message, step, gateway=gateway.name, price=gateway.price, owner=self._owner)
        await self._note(way, said)

    async def _send(self, gateway: Gateway, message: Message) -> Sent:
        try:
            return await gateway.send(message)
        except Exception as error:  # a defect of a gateway must not end the service, calls go on
            log.exception("outbox: gateway %s broke", gateway.name)
            return NoAnswer(reason=f"{gateway.name} broke: {type(error).__name__}")

    async def _note(self, way: _Way, answer: Sent) -> None:
        """Leave a gateway alone that is away or wants us slower; ring when it stays away."""
        at = self._clock()
        match answer:
            case NotTaken(away=True, error_id=error_id, reason=reason):
                way.error_id = error_id
                if way.until is None or at >= way.until:
                    way.until, way.pause = at + way.pause, min(LONGEST_PAUSE, way.pause * 2)
                    log.warning("outbox: %s is away: %s", way.gateway.name, mask_text(reason))
                way.away_since = way.away_since or at
                if at - way.away_since >= RING_AFTER:
                    way.rings = True
                    await self._bell.ring(
                        "gateway-away", said("alarm-said.gateway", gateway=way.gateway.name, error=error_id)
                    )
            case NotTaken(seconds=float(seconds), error_id=error_id):
                way.until, way.error_id = max(way.until or at, at + timedelta(seconds=seconds)), error_id
            case Accepted():
                way.until, way.pause, way.away_since, way.error_id = None, PAUSE, None, ""
                if way.rings and self._over is not None:
                    way.rings = False
                    await self._over("gateway-away", f"{way.gateway.name}: ")

    # -- asking

    async def _ask(self) -> bool:
        at = self._clock()
        async with self._database.reading() as tx:
            asked = await tx.outbox.to_ask(at)
        for message, ids in () if self._stopping else asked:
            gateway = self._ways[message.channel].gateway
            if gateway.name != message.gateway:
                step = Step(trigger=None, error_id=message.error_id, error=message.error)
            else:
                said = await self._answer(gateway, message, ids)
                step = after_ask(message, said, self._clock(), can_follow=gateway.can_follow)
            await self._book.record(message, step, gateway=message.gateway, price=gateway.price)
        return bool(asked) and not self._stopping

    async def _answer(self, gateway: Gateway, message: Message, ids: tuple[str, ...]) -> Asked:
        try:
            return await gateway.ask(message, ids)
        except Exception:  # the same defect as in sending: the others are asked all the same
            log.exception("outbox: gateway %s broke when it was asked", gateway.name)
            return StillOpen()
