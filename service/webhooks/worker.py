"""Tells webhooks what waits for them: leases, sends, notes. Sleeps until woken, at most five seconds; refuses to have more than
four requests at one receiver, and leaves one alone that fails, or whose rows break what works on them.

Each receiver has a lane of its own, so that one that hangs holds up no other. An event is told at least once, with the same
id each time: a kill between sending and noting tells it again.
"""

import asyncio
import contextlib
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from hotline1022.core.clock import utc_now
from hotline1022.core.errors import NotFound, Unavailable
from hotline1022.core.said import said
from hotline1022.db.unit import Database, Work
from hotline1022.service.background.set_back import SetBack
from hotline1022.service.settings.webhooks import WebhookSettings
from hotline1022.service.webhooks.event import event_of, unseal_secret
from hotline1022.service.webhooks.tidy import Tidy
from hotline1022.webhooks.rules import PAUSES, headers_of, pause_after
from hotline1022.webhooks.types import Delivery, Leased, PausedWhy, Sent

log = logging.getLogger(__name__)
#: seconds between two looks when nobody wakes, and between two tries to write an outcome
IDLE, AGAIN = 5.0, 1.0
#: requests at one receiver at a time
CONNECTIONS = 4
#: longer than any request takes
LEASE = timedelta(seconds=120)
#: seconds between two counts for the figures, and two looks at what may go
COUNT_EVERY = 15.0
#: kind of the alarm of a receiver that is told nothing any more
PAUSED_ALARM = "webhook-paused"


class Sender(Protocol):
    """Sends one request."""

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """What became of it."""
        ...


#: is told which part broke, and of what
Broke = Callable[[str, Exception], Awaitable[None]]


async def _nobody(part: str, error: Exception) -> None:
    """Where nobody listens: the log has it."""


async def _no_doubt(_: datetime) -> str:
    return ""


class WebhookWorker:
    """All receivers."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        key: str,
        settings: Callable[[], WebhookSettings],
        *,
        owner: str,
        clock: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = random.random,
        pauses: Sequence[timedelta] = PAUSES,
        idle: float = IDLE,
        broke: Broke = _nobody,
        doubt: Callable[[datetime], Awaitable[str]] = _no_doubt,
    ) -> None:
        """`broke` is told of what nobody foresaw; `doubt`: why the clock is not to be believed, before anything is forgotten."""
        self._database, self._sender, self._key, self._settings = database, sender, key, settings
        self._owner, self._clock, self._chance, self._pauses, self._idle = owner, clock, chance, pauses, idle
        self._broke, self._tidy = broke, Tidy(database, settings, clock, doubt)
        self._tidying = False
        self._lanes: set[str] = set()
        #: webhooks whose events broke what works on them, so that they are not told again and again
        self._set_back: SetBack[str] = SetBack(first=60.0, longest=3600.0)
        #: requests since the start, by what became of them
        self.sent: Counter[str] = Counter()
        #: events that are not told yet, at the last count
        self.waiting = 0

    async def run(self) -> None:
        """Until cancelled."""
        anew, counted = True, 0.0
        self._tidying = False
        self._lanes.clear()  # of a run before, whose tasks are over
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            while True:
                self._database.webhooks_filled.clear()
                try:
                    if anew or loop.time() - counted >= COUNT_EVERY:
                        async with self._database.transaction() as tx:
                            await tx.webhooks.free(self._clock(), self._owner if anew else "")
                        async with self._database.reading() as tx:
                            self.waiting = await tx.webhooks.waiting()
                        anew, counted = False, loop.time()
                        if not self._tidying:
                            self._tidying = True
                            group.create_task(self._let_go())
                    await self._look(group)
                except Unavailable as error:
                    log.warning("webhooks: the database is away, events wait: %s", error)
                except Exception as error:  # a spoilt row of one must not end the lanes of all
                    log.exception("webhooks: a look broke, events wait")
                    await self._broke("the look at webhooks", error)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._idle):
                        await self._database.webhooks_filled.wait()

    async def _look(self, group: asyncio.TaskGroup) -> None:
        async with self._database.reading() as tx:
            due = await tx.webhooks.due(self._clock())
        for webhook in set(due) - self._lanes:
            if self._set_back.waits(webhook, self._clock()):
                continue
            self._lanes.add(webhook)
            group.create_task(self._lane(webhook))

    async def _let_go(self) -> None:
        """What is over, beside what is told."""
        try:
            await self._tidy.once()
        except Unavailable as error:
            log.warning("webhooks: the database is away, what is over stays: %s", error)
        except Exception as error:  # events are told all the same
            log.exception("webhooks: what is over stays")
            await self._broke("letting go what webhooks were told", error)
        finally:
            self._tidying = False

    async def _lane(self, webhook: str) -> None:
        """Send one receiver what is due, until nothing is."""
        try:
            while not self._set_back.waits(webhook, self._clock()) and (leased := await self._lease(webhook)):
                async with asyncio.TaskGroup() as group:
                    for one in leased:
                        group.create_task(self._one(one))
        except Unavailable as error:
            log.warning("webhooks: the database is away, events wait: %s", error)
        except Exception as error:  # the same: one receiver's row
            log.exception("webhooks: events for %s wait", webhook)
            await self._breaks(webhook, error)
        finally:
            self._lanes.discard(webhook)

    async def _breaks(self, webhook: str, error: Exception) -> None:
        """It is left alone for a while: what is leased is free again when the lease ends."""
        self._set_back.failed(webhook, self._clock())
        await self._broke("telling a webhook", error)

    async def _lease(self, webhook: str) -> Sequence[Leased]:
        at = self._clock()
        async with self._database.transaction() as tx:
            return await tx.webhooks.lease(webhook, self._owner, at, at + LEASE, CONNECTIONS)

    async def _one(self, one: Leased) -> None:
        begun, delivery = self._clock(), one.delivery
        secret = unseal_secret(one.secret, delivery.webhook_id, self._key)
        if secret is None:
            sent = Sent(error_id="webhook-secret-lost")
        else:
            try:
                body = await event_of(self._database, one)
                sent = await self._sender.send(one.url, headers_of(delivery.id, begun, body, secret), body)
            except Unavailable as error:  # not sent: the end of its lease sets it free
                log.warning("webhooks: the database is away, events wait: %s", error)
                return
            except Exception:  # what a receiver answers must not end the service, calls go on
                log.exception("webhooks: a request broke")
                sent = Sent(error_id="webhook-broken")
        self.sent["taken" if sent.taken else sent.error_id] += 1
        while True:
            try:
                async with self._database.transaction() as tx:
                    await self._note(tx, delivery, sent, begun)
            except Unavailable as error:
                log.warning("webhooks: an outcome waits until the database is back: %s", error)
                await asyncio.sleep(AGAIN)
            except Exception as error:  # not written down, it would be told again at the end of each lease
                log.exception("webhooks: an outcome cannot be written down, events for %s wait", delivery.webhook_id)
                await self._breaks(delivery.webhook_id, error)
                return
            else:
                self._set_back.done(delivery.webhook_id)
                return

    async def _note(self, tx: Work, delivery: Delivery, sent: Sent, begun: datetime) -> None:
        at = self._clock()
        if sent.taken:
            await tx.webhooks.taken(delivery, self._owner, at, sent.status)
            return
        try:
            webhook = await tx.webhooks.get(delivery.webhook_id)
        except NotFound:  # it was removed meanwhile
            return
        since = webhook.failing_since or begun
        long = timedelta(days=self._settings().give_up_days)
        failing, stale = at - since >= long, at - (delivery.first_try_at or begun) >= long
        gone = sent.error_id == "webhook-gone"
        held = await tx.webhooks.failed(
            delivery,
            self._owner,
            status=sent.status,
            error_id=sent.error_id,
            due_at=at + pause_after(delivery.tries, self._chance(), self._pauses),
            given_up_at=at if stale and not failing and not gone else None,
        )
        if not held:
            return
        if webhook.retry_at is None or webhook.retry_at <= begun:  # of those under way together, one counts
            failures = webhook.failures + 1
            until = at + pause_after(failures, self._chance(), self._pauses)
            await tx.webhooks.leave_alone(
                webhook.id, failures=failures, since=since, until=until, error_id=sent.error_id
            )
        if not (gone or failing):
            return
        why = PausedWhy.GONE if gone else PausedWhy.FAILING
        if await tx.webhooks.pause(webhook.id, why, at):
            log.warning("webhook %s is paused: %s", webhook.id, sent.error_id)
            text = said("alarm-said.webhook", name=webhook.name, webhook=webhook.id, webhook_error=sent.error_id)
            await tx.alarms.raise_alarm(PAUSED_ALARM, text, at)
