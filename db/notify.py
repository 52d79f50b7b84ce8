"""Citizens whom people must tell, and SMS that came in. Refuses a second open line for one ticket."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import func, select, update

from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.columns import condition
from hotline1022.db.sql import Repository, build, insert, picker
from hotline1022.db.tables_notify import inbound_sms, to_tell
from hotline1022.notify.types import InboundSms, Piece, ToTell, ToTellRow

_values = picker(ToTell)
_UNTOLD = condition("told_at IS NULL")
_OPEN = condition("NOT complete")
#: what stands for a part that has not come yet
MISSING = "[…]"
#: an 8-bit reference comes again after 256 long messages: older parts are another message's
TOGETHER = timedelta(days=1)
#: a carrier that was not thanked sends again: the same bytes of the same sender within this time are the same SMS
AGAIN = timedelta(minutes=30)


class ToTellRepository(Repository):
    """The list "tell the citizen"."""

    async def put(self, lines: Iterable[ToTell]) -> None:
        """One open line a ticket: a later change takes the place of what was to be told, the earlier day stays."""
        for line in lines:
            values = _values(line)
            changed = {name: value for name, value in values.items() if name not in ("ticket", "since")}
            await self._connection.execute(
                insert(self._dialect, to_tell)
                .values(id=token_hex(8), told_by="", **values)
                .on_conflict_do_update(index_elements=["ticket"], index_where=_UNTOLD, set_=changed)
            )

    async def list(self, *, told: bool | None = False, limit: int = 100) -> Sequence[ToTellRow]:
        """Who waits longest first."""
        query = select(to_tell).order_by(to_tell.c.since, to_tell.c.id).limit(limit)
        if told is not None:
            query = query.where(to_tell.c.told_at.is_not(None) if told else _UNTOLD)
        return [build(ToTellRow, row) for row in (await self._connection.execute(query)).mappings()]

    async def waiting(self, *, skip: int, limit: int, latest: bool) -> tuple[Sequence[ToTellRow], int]:
        """A part of those who were not told yet, who waits longest first, else the latest; and how many there are."""
        count = select(func.count()).select_from(to_tell).where(_UNTOLD)
        total = int((await self._connection.execute(count)).scalar_one())
        order = to_tell.c.since.desc() if latest else to_tell.c.since
        query = select(to_tell).where(_UNTOLD).order_by(order, to_tell.c.id).offset(skip).limit(limit)
        return [build(ToTellRow, row) for row in (await self._connection.execute(query)).mappings()], total

    async def open_of(self, ticket: str) -> ToTellRow | None:
        """The line of a ticket whose citizen waits to be told; None when there is none."""
        query = select(to_tell).where(to_tell.c.ticket == ticket, _UNTOLD)
        found = (await self._connection.execute(query)).mappings().one_or_none()
        return None if found is None else build(ToTellRow, found)

    async def told_of(self, ticket: str) -> ToTellRow | None:
        """The line of a ticket whose citizen was told last; None when she never was."""
        query = select(to_tell).where(to_tell.c.ticket == ticket, to_tell.c.told_at.is_not(None))
        found = await self._connection.execute(query.order_by(to_tell.c.told_at.desc()).limit(1))
        row = found.mappings().one_or_none()
        return None if row is None else build(ToTellRow, row)

    async def mark_told(self, line: str, by: str, at: datetime, *, seen: str = "") -> ToTellRow:
        """The citizen was told what `seen` is the mark of, "" = what stands there; the first mark stays. NotFound `to-tell-unknown`,
        Refused `to-tell-changed`.
        """
        found = await self._line(line)
        if found.told_at is not None:
            return found
        same = (to_tell.c.event == found.event, to_tell.c.text == found.text)
        if seen in ("", found.mark):
            done = update(to_tell).where(to_tell.c.id == line, _UNTOLD, *same).values(told_at=at, told_by=by)
            await self._connection.execute(done)
            found = await self._line(line)
        if found.told_at is None:
            text = "the ticket has changed meanwhile, and so has what is to be told; read it, then tell it"
            raise Refused(text, error_id="to-tell-changed")
        return found

    async def _line(self, line: str) -> ToTellRow:
        found = (await self._connection.execute(select(to_tell).where(to_tell.c.id == line))).mappings().one_or_none()
        if found is None:
            raise NotFound("there is no such line; look in /api/to-tell", error_id="to-tell-unknown")
        return build(ToTellRow, found)


class InboundRepository(Repository):
    """SMS that citizens sent."""

    async def store(self, gateway: str, piece: Piece, at: datetime) -> InboundSms:
        """Keep one as it came; a part goes to the others of its message. The same twice, as a carrier sends what was stored
        and not acknowledged, is kept once.
        """
        pieces = {str(piece.number): {"text": piece.text, "raw": piece.raw, "coding": piece.coding}}
        if (had := await self._had(gateway, piece, pieces, at)) is not None:
            return had
        known = await self._open(gateway, piece, at) if piece.reference is not None else None
        if known is not None:
            pieces = {**known["pieces"], **({} if str(piece.number) in known["pieces"] else pieces)}
        values = {
            "pieces": pieces,
            "text": _joined(pieces, piece.total),
            "complete": len(pieces) >= piece.total,
        }
        if known is None:
            row = {
                "id": token_hex(12),
                "gateway": gateway,
                "sender": piece.sender,
                "recipient": piece.recipient,
                "reference": piece.reference,
                "parts": piece.total,
                "received_at": at,
            }
            await self._connection.execute(inbound_sms.insert(), {**row, **values})
            return build(InboundSms, {**row, **values})
        await self._connection.execute(update(inbound_sms).where(inbound_sms.c.id == known["id"]).values(**values))
        return build(InboundSms, {**known, **values})

    async def _had(self, gateway: str, piece: Piece, pieces: dict[str, Any], at: datetime) -> InboundSms | None:
        """The message that has this very piece already."""
        for row in await self._like(gateway, piece, at - AGAIN):
            if row["pieces"].get(str(piece.number)) == pieces[str(piece.number)]:
                return build(InboundSms, row)
        return None

    async def _open(self, gateway: str, piece: Piece, at: datetime) -> dict[Any, Any] | None:
        """The unfinished message of which this is a part."""
        return next(iter(await self._like(gateway, piece, at - TOGETHER, _OPEN)), None)

    async def _like(self, gateway: str, piece: Piece, since: datetime, *more: Any) -> list[dict[Any, Any]]:
        """What came since then from this sender under this reference, the latest first."""
        rows = await self._connection.execute(
            select(inbound_sms)
            .where(
                *more,
                inbound_sms.c.gateway == gateway,
                inbound_sms.c.sender == piece.sender,
                inbound_sms.c.recipient == piece.recipient,
                inbound_sms.c.reference.is_not_distinct_from(piece.reference),
                inbound_sms.c.parts == piece.total,
                inbound_sms.c.received_at > since,
            )
            .order_by(inbound_sms.c.received_at.desc())
        )
        return [dict(row) for row in rows.mappings()]

    async def list(self, *, limit: int = 100) -> Sequence[InboundSms]:
        """Latest first."""
        query = select(inbound_sms).order_by(inbound_sms.c.received_at.desc(), inbound_sms.c.id).limit(limit)
        return [build(InboundSms, row) for row in (await self._connection.execute(query)).mappings()]


def _joined(pieces: dict[str, Any], total: int) -> str:
    return "".join(pieces[str(n)]["text"] if str(n) in pieces else MISSING for n in range(1, total + 1))
