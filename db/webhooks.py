"""Webhooks and their deliveries. Refuses to write over what somebody else changed meanwhile, and to tell an event twice.

Deliveries are written beside what they tell of; each later step is one UPDATE that names the state it starts from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import and_, delete, func, insert, literal, or_, select, update

from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.columns import UtcTime, condition
from hotline1022.db.sql import Repository, build, insert_new
from hotline1022.db.tables_webhooks import webhook as hook
from hotline1022.db.tables_webhooks import webhook_delivery as delivery
from hotline1022.webhooks.types import (
    Delivery,
    DeliveryState,
    EventKind,
    Happened,
    Leased,
    PausedWhy,
    Wanted,
    Webhook,
)

_WAITING = condition("webhook_delivery.state = 'waiting'")
_OPEN = condition("webhook_delivery.ended_at IS NULL")
_LEASED = condition("webhook_delivery.leased_until IS NOT NULL")
_PLAIN = [hook.c[one.name] for one in fields(Webhook)]
_FREE: Mapping[str, Any] = {"state": DeliveryState.WAITING, "lease_owner": "", "leased_until": None}
#: nothing is wrong with the receiver
_SOUND: Mapping[str, Any] = {"failures": 0, "failing_since": None, "retry_at": None, "error_id": ""}
#: deliveries that are forgotten in one transaction
AT_ONCE = 500


class WebhookRepository(Repository):
    """Addresses, and what waits for them."""

    #: whether deliveries were put, or set free, in this transaction: the worker is woken when it is through
    filled = False

    async def list(self) -> Sequence[Webhook]:
        """By name."""
        return await self._hooks()

    async def get(self, webhook: str) -> Webhook:
        """One; NotFound `webhook-unknown`."""
        found = await self._hooks(hook.c.id == webhook)
        if not found:
            raise NotFound(f"there is no webhook {webhook}; look in the list", error_id="webhook-unknown")
        return found[0]

    async def secret(self, webhook: str) -> bytes:
        """Sealed; NotFound `webhook-unknown`."""
        await self.get(webhook)
        found = await self._connection.execute(select(hook.c.secret).where(hook.c.id == webhook))
        return bytes(found.scalar_one())

    async def add(self, new: Webhook, secret: bytes) -> None:
        """A new one."""
        values = {one.name: getattr(new, one.name) for one in fields(Webhook)}
        values |= {"kinds": sorted(new.kinds), "secret": secret}
        await self._connection.execute(insert(hook).values(values))

    async def change(self, webhook: str, version: int, wanted: Wanted) -> Webhook:
        """What is given; Refused `webhook-changed`, NotFound `webhook-unknown`."""
        await self.get(webhook)
        values = {one.name: getattr(wanted, one.name) for one in fields(Wanted)}
        given = {name: value for name, value in values.items() if value is not None}
        if wanted.kinds is not None:
            given["kinds"] = sorted(wanted.kinds)
        done = await self._connection.execute(
            update(hook).where(hook.c.id == webhook, hook.c.version == version).values(**given, version=version + 1)
        )
        if not done.rowcount:
            text = "somebody else has changed the webhook meanwhile; look again"
            raise Refused(text, error_id="webhook-changed")
        return await self.get(webhook)

    async def set_secret(self, webhook: str, secret: bytes) -> Webhook:
        """Another one, sealed."""
        await self._connection.execute(update(hook).where(hook.c.id == webhook).values(secret=secret))
        return await self.get(webhook)

    async def pause(self, webhook: str, why: PausedWhy, at: datetime) -> bool:
        """Unless it is paused; whether it was not."""
        done = await self._connection.execute(
            update(hook).where(hook.c.id == webhook, hook.c.paused_at.is_(None)).values(paused_at=at, paused_why=why)
        )
        return bool(done.rowcount)

    async def resume(self, webhook: str, at: datetime) -> Webhook:
        """Told again; what waits is due now, with all its tries before it."""
        await self._connection.execute(
            update(hook).where(hook.c.id == webhook).values(paused_at=None, paused_why=None, **_SOUND)
        )
        fresh = {"due_at": at, "tries": 0, "first_try_at": None}
        # what was never tried is as fresh as can be: there may be very many
        tried = or_(delivery.c.tries > 0, delivery.c.due_at > at)
        await self._connection.execute(
            update(delivery).where(delivery.c.webhook_id == webhook, _WAITING, tried).values(**fresh)
        )
        self.filled = True
        return await self.get(webhook)

    async def remove(self, webhook: str) -> None:
        """Out of sight, with all its deliveries: `sweep` takes these; NotFound `webhook-unknown`."""
        await self.get(webhook)
        await self._connection.execute(delete(hook).where(hook.c.id == webhook))

    async def going(self) -> str:
        """A webhook that was removed and has deliveries still; "" when there is none."""
        there, last = set((await self._connection.execute(select(hook.c.id))).scalars()), ""
        while True:  # from one webhook to the next along the index, whatever they have
            following = select(func.min(delivery.c.webhook_id)).where(delivery.c.webhook_id > last)
            last = await self._connection.scalar(following) or ""
            if last not in there:
                return last

    async def sweep(self) -> int:
        """Some deliveries of a webhook that was removed; how many: none is left after 0."""
        gone = delivery.c.webhook_id == await self.going()
        # one that was added since `going` looked is there now
        some = select(delivery.c.place).where(gone, delivery.c.webhook_id.not_in(select(hook.c.id))).limit(AT_ONCE)
        return (await self._connection.execute(delete(delivery).where(delivery.c.place.in_(some)))).rowcount

    # -- what happens

    async def put(self, happened: Iterable[Happened], at: datetime) -> int:
        """Write down what is to be told, for each webhook that wants it; what was put before is not put again."""
        rows = list(happened)
        if not rows:
            return 0
        count = 0
        for one in (await self._connection.execute(select(hook.c.id, hook.c.kinds))).all():
            wanted = _kinds(one.kinds)
            for event in rows:
                kind = next((kind for kind in event.kinds if kind in wanted), None)
                if kind is None:
                    continue
                values = {
                    **_FREE,
                    "id": f"msg_{token_hex(12)}",
                    "webhook_id": one.id,
                    "key": event.key,
                    "kind": kind,
                    "thing": event.thing,
                    "at": event.at,
                    "data": dict(event.data),
                    "created_at": at,
                    "due_at": at,
                    "tries": 0,
                    "status": 0,
                    "error_id": "",
                }
                done = await self._connection.execute(insert_new(self._dialect, delivery), values)
                count += done.rowcount
        self.filled = self.filled or count > 0
        return count

    async def deliveries(self, webhook: str, limit: int = 100) -> Sequence[Delivery]:
        """Newest first."""
        query = select(delivery).where(delivery.c.webhook_id == webhook).order_by(delivery.c.place.desc()).limit(limit)
        return [build(Delivery, row) for row in (await self._connection.execute(query)).mappings()]

    # -- the worker's

    async def due(self, at: datetime) -> Sequence[str]:
        """Webhooks for which something is to be sent now."""
        waits = select(1).where(_WAITING, delivery.c.webhook_id == hook.c.id, delivery.c.due_at <= at).exists()
        found = await self._connection.execute(select(hook.c.id).where(_tried(at), waits))
        return [row.id for row in found]

    async def lease(self, webhook: str, owner: str, at: datetime, until: datetime, limit: int) -> Sequence[Leased]:
        """Take some that are due, oldest first; of one thing the oldest alone."""
        older = delivery.alias("older")
        before = select(1).where(
            older.c.ended_at.is_(None),
            older.c.webhook_id == delivery.c.webhook_id,
            older.c.thing == delivery.c.thing,
            older.c.place < delivery.c.place,
        )
        about = (
            await self._connection.execute(
                select(hook.c.url, hook.c.numbers, hook.c.secret).where(hook.c.id == webhook, _tried(at))
            )
        ).first()
        if about is None:
            return []
        chosen = (
            select(delivery.c.place)
            .where(_WAITING, delivery.c.webhook_id == webhook, delivery.c.due_at <= at, ~before.exists())
            .order_by(delivery.c.place)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        done = await self._connection.execute(
            update(delivery)
            .where(delivery.c.place.in_(select(chosen.c.place)), _WAITING)
            .values(
                state=DeliveryState.SENDING,
                lease_owner=owner,
                leased_until=until,
                tries=delivery.c.tries + 1,
                first_try_at=func.coalesce(delivery.c.first_try_at, literal(at, UtcTime)),
            )
            .returning(delivery)
        )
        taken = sorted((build(Delivery, row) for row in done.mappings()), key=lambda one: one.place)
        return [Leased(delivery=one, url=about.url, numbers=about.numbers, secret=bytes(about.secret)) for one in taken]

    async def free(self, at: datetime, owner: str = "") -> int:
        """Set free what a dead worker had: the lease ran out, or it was one of `owner`, who begins anew; how many."""
        dead = delivery.c.leased_until < at
        if owner:
            dead = or_(dead, delivery.c.lease_owner == owner)
        done = await self._connection.execute(update(delivery).where(_LEASED, dead).values(**_FREE))
        return done.rowcount

    async def taken(self, one: Delivery, owner: str, at: datetime, status: int) -> bool:
        """The receiver has it, and is sound; False: it is another worker's now."""
        ended = {"state": DeliveryState.DELIVERED, "ended_at": at, "status": status, "error_id": ""}
        if not await self._end_lease(one, owner, ended):
            return False
        await self.sound(one.webhook_id, at)
        return True

    async def sound(self, webhook: str, at: datetime) -> None:
        """The receiver answers."""
        await self._connection.execute(update(hook).where(hook.c.id == webhook).values(succeeded_at=at, **_SOUND))

    async def failed(
        self, one: Delivery, owner: str, *, status: int, error_id: str, due_at: datetime, given_up_at: datetime | None
    ) -> bool:
        """It was not taken: it waits, or is given up; False: it is another worker's now."""
        values: dict[str, Any] = {"status": status, "error_id": error_id, "due_at": due_at}
        if given_up_at is not None:
            values |= {"state": DeliveryState.GIVEN_UP, "ended_at": given_up_at}
        return await self._end_lease(one, owner, values)

    async def _end_lease(self, one: Delivery, owner: str, values: Mapping[str, Any]) -> bool:
        held = (delivery.c.place == one.place, delivery.c.lease_owner == owner, _LEASED)
        done = await self._connection.execute(update(delivery).where(*held).values(**{**_FREE, **values}))
        return bool(done.rowcount)

    async def leave_alone(
        self, webhook: str, *, failures: int, since: datetime, until: datetime, error_id: str
    ) -> None:
        """The receiver fails: nothing is sent to it until then."""
        values = {"failures": failures, "failing_since": since, "retry_at": until, "error_id": error_id}
        await self._connection.execute(update(hook).where(hook.c.id == webhook).values(**values))

    async def forget(self, before: datetime) -> int:
        """Some deliveries that were written before, told or not; how many: fewer than AT_ONCE were the last."""
        old = (
            select(delivery.c.place)
            .where(delivery.c.created_at < before, delivery.c.leased_until.is_(None))
            .limit(AT_ONCE)
        )
        done = await self._connection.execute(delete(delivery).where(delivery.c.place.in_(old)))
        return done.rowcount

    async def waiting(self) -> int:
        """Deliveries that are not over."""
        query = select(func.count()).where(_OPEN, delivery.c.webhook_id.in_(select(hook.c.id)))
        return int(await self._connection.scalar(query) or 0)

    async def _hooks(self, *wanted: Any) -> Sequence[Webhook]:
        query = select(*_PLAIN).where(*wanted).order_by(hook.c.name, hook.c.id)
        rows = (await self._connection.execute(query)).mappings()
        return [build(Webhook, row, kinds=_kinds(row["kinds"])) for row in rows]


def _tried(at: datetime) -> Any:
    """Webhooks that are neither paused nor left alone."""
    return and_(hook.c.paused_at.is_(None), or_(hook.c.retry_at.is_(None), hook.c.retry_at <= at))


def _kinds(words: object) -> frozenset[EventKind]:
    """A word of another version, or a spoilt row, wants nothing here: it must not stop the log of calls."""
    known = words if isinstance(words, list | tuple) else ()
    return frozenset(kind for kind in EventKind if kind.value in known)
