"""Writes down what became of messages, and tells people of those that need them. Refuses to forget an outcome.

An outcome is known here alone: while the database is away it is tried again until it is written. What a carrier said that no database
can keep is left out of it: one message holds up no other.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hotline1022.core.clock import utc_now
from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.core.said import said
from hotline1022.db.unit import Database, Work
from hotline1022.notify.decide import Step
from hotline1022.notify.receipts import spellings
from hotline1022.notify.states import Trigger, moves
from hotline1022.notify.types import Channel, Message, MessageState, Piece, Receipt, RecipientKind, ToTell
from hotline1022.queue.ports import AlarmBell

log = logging.getLogger(__name__)
#: seconds between two tries to write
AGAIN = 1.0
#: receipts that fit no message are kept so long
KEEP = timedelta(days=7)


class OutboxBook:
    """notify.ports.Postbox, and the outcomes of the worker."""

    def __init__(self, database: Database, bell: AlarmBell, clock: Callable[[], datetime] = utc_now) -> None:
        self._database, self._bell, self._clock = database, bell, clock
        #: messages that reached a state since the start, by (state, gateway)
        self.reached: Counter[tuple[str, str]] = Counter()

    async def record(self, message: Message, step: Step, *, gateway: str, price: int, owner: str = "") -> None:
        """Write a step; a message that another worker moved meanwhile is left to it."""
        while True:
            try:
                async with self._database.transaction() as tx:
                    state, error = await self._step(tx, message, step, gateway=gateway, price=price, owner=owner)
                break
            except Unavailable as error_:
                log.warning("outbox: an outcome waits until the database is back: %s", error_)
                await asyncio.sleep(AGAIN)
            except HotlineError as error_:
                if not (step.error or step.ids):
                    log.error("outbox: what became of message %s cannot be written: %s", message.id, error_)
                    await self._bell.ring(
                        "outbox-dead-letter",
                        said("alarm-said.message-not-written", channel=message.channel.value, gateway=gateway),
                    )
                    return
                log.error("outbox: what a carrier said of message %s is left out: %s", message.id, error_)
                step = replace(step, error="", ids=())
        await self._tell(message, state, gateway, step.error_id or error)

    async def _step(
        self, tx: Work, message: Message, step: Step, *, gateway: str, price: int, owner: str
    ) -> tuple[MessageState | None, str]:
        at = self._clock()
        values: dict[str, Any] = {"ask_at": step.ask_at, "error_id": step.error_id, "error": step.error}
        if message.state in (MessageState.SENT, MessageState.UNKNOWN):
            values["asked"] = message.asked + 1
        if step.trigger is None:
            here = {message.state: message.state}
            kept = {"error_id": message.error_id, "error": message.error}
            await tx.outbox.move(message.id, here, **{**values, **kept})
            gone = step.ask_at is None and message.state is MessageState.UNKNOWN
            return (MessageState.UNKNOWN, "no-answer") if gone else (None, "")
        if step.due_at is not None:
            values["due_at"] = step.due_at
        if step.trigger in (Trigger.REFUSED, Trigger.TOO_LATE, Trigger.ARRIVED, Trigger.UNDELIVERABLE):
            values["ended_at"] = at
        accepted = step.trigger is Trigger.ACCEPTED
        taken = accepted or (step.trigger is Trigger.ARRIVED and message.sent_at is None)
        if taken:
            values["sent_at"] = at
        state = await tx.outbox.move(
            message.id,
            moves(step.trigger),
            owner=owner,
            tried=0 if step.counts else -1,
            price=price * message.parts if taken else None,
            **values,
        )
        if state is not None and accepted:
            parts = [spellings(one) for one in step.ids]
            await tx.receipts.named(message.id, gateway, [one[0] for one in parts if one])
            over, error = await tx.receipts.early(gateway, message.id, parts)
            if over is not None:
                return await self._over(tx, await tx.outbox.get(message.id), over, error, at), error
        if state is MessageState.FAILED:
            await _to_tell(tx, message, at)
        return state, step.error

    async def _over(self, tx: Work, message: Message, arrived: bool, error: str, at: datetime) -> MessageState | None:
        """A receipt ends the message. One whose request was not answered was taken, then."""
        trigger = Trigger.ARRIVED if arrived else Trigger.UNDELIVERABLE
        error_id = "" if arrived else "undeliverable"
        state = await tx.outbox.move(
            message.id,
            moves(trigger),
            ended_at=at,
            sent_at=message.sent_at or at,
            ask_at=None,
            error_id=error_id,
            error=error,
        )
        if state is MessageState.FAILED:
            await _to_tell(tx, message, at)
        return state

    async def _tell(self, message: Message, state: MessageState | None, gateway: str, error: str) -> None:
        if state is None:
            return
        self.reached[state.value, gateway] += 1
        if state in (MessageState.FAILED, MessageState.UNKNOWN):
            about = {"channel": message.channel.value, "gateway": gateway, "state": state.value, "error": error}
            await self._bell.ring("outbox-dead-letter", said("alarm-said.message", **about)[:200])

    # -- what comes in

    async def receipt(self, gateway: str, receipt: Receipt) -> None:
        """Note it; raises when it could not be kept, so that the carrier sends it again."""
        at = self._clock()
        state: MessageState | None = None
        async with self._database.transaction() as tx:
            found, arrived = await tx.receipts.receipt(gateway, receipt, at)
            message = await tx.outbox.get(found) if found else None
            if message is not None and arrived is not None:
                state = await self._over(tx, message, arrived, receipt.error, at)
        if message is not None:
            await self._tell(message, state, gateway, receipt.error)

    async def inbound(self, gateway: str, piece: Piece) -> None:
        """Keep an SMS that came in; raises when it could not be kept."""
        async with self._database.transaction() as tx:
            kept = await tx.inbound.store(gateway, piece, self._clock())
        log.info("SMS came in: %s, %d of %d parts", kept.id, piece.number, piece.total)

    async def forget(self) -> None:
        """Drop receipts that are older than a week and fit nothing, and links that are over."""
        async with self._database.transaction() as tx:
            await tx.receipts.forget(self._clock() - KEEP)
            await tx.ticket_links.forget(self._clock())


async def _to_tell(tx: Work, message: Message, at: datetime) -> None:
    """A citizen's SMS that will never arrive: people must tell."""
    if message.kind is not RecipientKind.CITIZEN or message.channel is not Channel.SMS or not message.ticket:
        return
    event = message.template.split(".")[1] if message.template.count(".") == 2 else ""
    ticket = await tx.tickets.find(message.ticket)
    line = ToTell(
        ticket=message.ticket,
        code=ticket.code if ticket else "",
        name=message.name,
        number=message.recipient,
        event=event,
        text=message.text,
        since=at,
    )
    await tx.to_tell.put([line])
