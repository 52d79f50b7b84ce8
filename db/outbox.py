"""The outbox: messages that were put beside the change that causes them, and how each went. Refuses a key twice.

The state machine is notify/states.py; here a move is one UPDATE that names the state it starts from, so that of two who
move the same message one does nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import and_, case, func, or_, select, update

from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.columns import condition
from hotline1022.db.sql import Repository, build, insert_new, picker
from hotline1022.db.tables_notify import outbox_message, outbox_part
from hotline1022.notify.types import (
    TEST,
    Begun,
    Billed,
    Channel,
    Due,
    Message,
    MessageState,
    Moves,
    NewMessage,
    OutboxFilter,
)

_values = picker(NewMessage)
_row = outbox_message.c
_NEW = condition("outbox_message.state = 'new'")
_LEASED = condition("outbox_message.leased_until IS NOT NULL")
_ASKING = condition("outbox_message.ask_at IS NOT NULL")
_BAD = condition("outbox_message.state IN ('failed', 'unknown')")
#: what a message has that nobody has touched
_FRESH: Mapping[str, Any] = {
    "state": MessageState.NEW,
    "tries": 0,
    "round": 0,
    "gateway": "",
    "lease_owner": "",
    "asked": 0,
    "accepted": 0,
    "price": 0,
    "error_id": "",
    "error": "",
}
_HELD = frozenset({MessageState.LEASED, MessageState.SENDING})


class OutboxRepository(Repository):
    """Messages."""

    #: whether messages were put in this transaction: the worker is woken when it is through
    filled = False

    async def put(self, messages: Iterable[NewMessage]) -> int:
        """Write those whose key is new; gives how many. The same key again changes nothing."""
        count = 0
        for new in messages:
            values = _values(new)
            ready_at = values.pop("not_before") or new.created_at
            row = {**_FRESH, **values, "id": token_hex(12), "ready_at": ready_at, "due_at": ready_at}
            done = await self._connection.execute(insert_new(self._dialect, outbox_message), row)
            count += done.rowcount
        self.filled = self.filled or count > 0
        return count

    async def get(self, message: str) -> Message:
        """One; NotFound `message-unknown`."""
        found = await self._messages(_row.id == message)
        if not found:
            raise NotFound(f"there is no message {message!r}; look in /api/outbox", error_id="message-unknown")
        return found[0]

    async def list(self, wanted: OutboxFilter) -> Sequence[Message]:
        """Latest first."""
        chosen: list[Any] = [
            column == value
            for column, value in (
                (_row.state, wanted.state),
                (_row.channel, wanted.channel),
                (_row.ticket, wanted.ticket or None),
            )
            if value is not None
        ]
        if wanted.ticket:
            chosen.append(condition("outbox_message.ticket <> ''"))
        return await self._messages(*chosen, order=(_row.created_at.desc(), _row.id), limit=wanted.limit)

    async def _messages(self, *wanted: Any, order: tuple[Any, ...] = (), limit: int | None = None) -> Sequence[Message]:
        query = select(outbox_message).where(*wanted).order_by(*order).limit(limit)
        return [build(Message, row) for row in (await self._connection.execute(query)).mappings()]

    async def by_keys(self, keys: Sequence[str]) -> Mapping[str, Message]:
        """Those of these keys that were written."""
        return {one.key: one for one in await self._messages(_row.key.in_(keys))} if keys else {}

    # -- the worker's

    async def look(self, at: datetime) -> Due:
        """Whether there is anything to do; a few looks into small indexes."""
        wanted = [
            *(and_(_NEW, _row.channel == channel, _row.due_at <= at) for channel in Channel),
            and_(_LEASED, _row.leased_until < at),
            and_(_ASKING, _row.ask_at <= at),
        ]
        query = select(*(select(1).where(one).exists().label(f"n{number}") for number, one in enumerate(wanted)))
        *new, over, ask = (await self._connection.execute(query)).one()
        channels = frozenset(channel for channel, there in zip(Channel, new, strict=True) if there)
        return Due(new=channels, over=bool(over), ask=bool(ask))

    async def lease(
        self, channel: Channel, owner: str, at: datetime, until: datetime, limit: int, to: MessageState
    ) -> Sequence[Message]:
        """Take messages that are due, urgent ones first; what another worker is taking now is left to it."""
        due = (
            select(_row.id)
            .where(_NEW, _row.channel == channel, _row.due_at <= at)
            .order_by(_row.urgent.desc(), _row.due_at, _row.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")  # chosen once: as a sub-query PostgreSQL may choose anew for each row, and take them all
        )
        done = await self._connection.execute(
            update(outbox_message)
            .where(_row.id.in_(select(due.c.id)), _NEW)
            .values(state=to, lease_owner=owner, leased_until=until)
            .returning(outbox_message)
        )
        taken = [build(Message, row) for row in done.mappings()]
        return sorted(taken, key=lambda one: (not one.urgent, one.due_at, one.id))

    async def move(
        self, message: str, moves: Moves, *, owner: str = "", tried: int = 0, price: int | None = None, **values: Any
    ) -> MessageState | None:
        """One move; gives the state reached, None when the message was in none of these states (or another's).

        `tried`: so many requests more; `price`: taken, for so many đồng.
        """
        if tried:
            values["tries"] = _row.tries + tried
        if price is not None:
            values |= {"accepted": _row.accepted + 1, "price": _row.price + price}
        for was, to in moves.items():
            chosen = [_row.id == message, _row.state == was]
            if owner:
                chosen.append(_row.lease_owner == owner)
            lease = {} if to in _HELD else {"lease_owner": "", "leased_until": None}
            done = await self._connection.execute(
                update(outbox_message).where(*chosen).values(state=to, **lease, **values)
            )
            if done.rowcount:
                return to
        return None

    async def leases_over(self, at: datetime, owner: str = "") -> Sequence[Message]:
        """Messages whose worker is dead: the lease ran out, or it was one of `owner`, who begins anew."""
        dead = _row.leased_until < at
        if owner:
            dead = or_(dead, _row.lease_owner == owner)
        return await self._messages(_LEASED, dead)

    async def begun_since(
        self, gateway: str, since: datetime, *, longer: datetime, recipients: Sequence[str]
    ) -> Sequence[Begun]:
        """Requests that left for the gateway since then, and those to these recipients since `longer`, oldest first.

        Of a message only the last one counts.
        """
        wanted = or_(_row.begun_at >= since, _row.recipient.in_(recipients))
        rows = await self._connection.execute(
            select(_row.recipient, _row.begun_at)
            .where(_row.begun_at >= longer, wanted, _row.gateway == gateway)
            .order_by(_row.begun_at)
        )
        return [Begun(recipient=row.recipient, at=row.begun_at) for row in rows]

    async def to_ask(self, at: datetime, limit: int = 50) -> Sequence[tuple[Message, tuple[str, ...]]]:
        """Messages whose gateway is to be asked now, with the ids that it gave."""
        found = await self._messages(_ASKING, _row.ask_at <= at, order=(_row.ask_at, _row.id), limit=limit)
        ids = await self._connection.execute(
            select(outbox_part.c.message_id, outbox_part.c.gateway_id)
            .where(outbox_part.c.message_id.in_([one.id for one in found]))
            .order_by(outbox_part.c.number)
        )
        by_message: dict[str, tuple[str, ...]] = {}
        for row in ids:
            by_message[row.message_id] = (*by_message.get(row.message_id, ()), row.gateway_id)
        return [(one, by_message.get(one.id, ())) for one in found]

    # -- people's

    async def resend(self, message: str, moves: Moves, at: datetime, *, confirmed: bool) -> Message:
        """By hand: failed ones, and with `confirmed` unknown ones too, are new again; Refused `message-not-resendable`,
        `message-unconfirmed`.

        An unknown one keeps its key at the gateway: one that knows the key will not send it twice.
        """
        known = await self.get(message)
        if known.state not in moves:
            cure = "only failed and unknown ones are resent"
            raise Refused(f"the message is {known.state.value}; {cure}", error_id="message-not-resendable")
        unknown = known.state is MessageState.UNKNOWN
        if unknown and not confirmed:
            raise Refused(
                "nobody knows whether this message arrived; send confirm = true if it may arrive twice",
                error_id="message-unconfirmed",
            )
        fresh: dict[str, Any] = {
            "tries": 0,
            "asked": 0,
            "ask_at": None,
            "ended_at": None,
            "ready_at": at,
            "due_at": at,
            "error_id": "",
            "error": "",
        }
        more = 0 if unknown else 1
        if await self.move(message, {known.state: moves[known.state]}, round=_row.round + more, **fresh) is None:
            raise Refused("the message was changed at the same moment; look again", error_id="message-not-resendable")
        self.filled = True
        return await self.get(message)

    async def open_counts(self) -> Mapping[MessageState, int]:
        """Messages that are not over, and those that people must look at."""
        found: Counter[MessageState] = Counter()
        for (_, state), count in (await self.queued()).items():
            found[state] += count
        return found

    async def queued(self) -> Mapping[tuple[Channel, MessageState], int]:
        """The same by channel."""
        found: dict[tuple[Channel, MessageState], int] = {}
        for going in (_NEW, _LEASED, _BAD):
            query = select(_row.channel, _row.state, func.count()).where(going).group_by(_row.channel, _row.state)
            found |= {(row[0], row[1]): row[2] for row in await self._connection.execute(query)}
        return found

    async def oldest_waiting(self, channel: Channel) -> datetime | None:
        """Since when the oldest message that waits may be sent; None: none waits."""
        query = select(func.min(_row.ready_at)).where(_NEW, _row.channel == channel)
        found: datetime | None = (await self._connection.execute(query)).scalar()
        return found

    async def last_sent(self, channel: Channel, limit: int) -> Sequence[Message]:
        """What the gateway of a channel took last, latest first."""
        wanted = (_row.sent_at.is_not(None), _row.channel == channel)
        return await self._messages(*wanted, order=(_row.sent_at.desc(), _row.id), limit=limit)

    async def last_bad(self, channel: Channel, limit: int) -> Sequence[Message]:
        """What people must look at, latest first."""
        return await self._messages(_BAD, _row.channel == channel, order=(_row.created_at.desc(), _row.id), limit=limit)

    async def tests_since(self, since: datetime) -> Sequence[Message]:
        """Messages that only tried a gateway."""
        wanted = (_row.created_at >= since, _row.template == TEST)
        return await self._messages(*wanted, order=(_row.created_at, _row.id))

    async def billed(self, since: datetime, until: datetime) -> Sequence[Billed]:
        """What gateways took in a time, by gateway, channel and kind of recipient; and what they perhaps took."""
        taken = and_(_row.sent_at >= since, _row.sent_at < until)
        doubtful = and_(_row.state == MessageState.UNKNOWN, _row.begun_at >= since, _row.begun_at < until)
        keys = (_row.gateway, _row.channel, _row.kind)
        rows = await self._connection.execute(
            select(
                *keys,
                func.sum(case((taken, _row.accepted), else_=0)).label("messages"),
                func.sum(case((taken, _row.accepted * _row.parts), else_=0)).label("parts"),
                func.sum(case((taken, _row.price), else_=0)).label("price"),
                func.sum(case((doubtful, 1), else_=0)).label("unknown"),
            )
            .where(or_(taken, doubtful))
            .group_by(*keys)
            .order_by(*keys)
        )
        return [
            Billed(
                gateway=row.gateway,
                channel=row.channel,
                kind=row.kind,
                messages=int(row.messages),
                parts=int(row.parts),
                price=int(row.price),
                unknown=int(row.unknown),
            )
            for row in rows
        ]
