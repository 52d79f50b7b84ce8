"""Citizens whom agents called back. Refuses two tries at a time: for one citizen of a list, and from one line."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, not_, or_, select, update

from hotline1022.core.callbacks import Callback, CallbackWhat
from hotline1022.core.outcomes import Reason
from hotline1022.db.columns import condition
from hotline1022.db.sql import Repository, build, insert_new, picker
from hotline1022.db.tables import call, number
from hotline1022.db.tables_callbacks import callback

_OPEN = condition("callback.ended_at IS NULL")
_values = picker(Callback)


class CallbackRepository(Repository):
    """Tries to reach citizens."""

    async def begin(self, new: Callback) -> bool:
        """Write it; False when another one goes on, for the same target or from the same line."""
        done = await self._connection.execute(insert_new(self._dialect, callback), _values(new))
        return bool(done.rowcount)

    async def going_on(self, what: CallbackWhat, target: str, line: str) -> Callback | None:
        """The one that goes on for the target, else from the line."""
        query = select(callback).where(
            _OPEN, or_((callback.c.what == what) & (callback.c.target == target), callback.c.line == line)
        )
        found = [build(Callback, row) for row in (await self._connection.execute(query)).mappings()]
        return next((one for one in found if (one.what, one.target) == (what, target)), next(iter(found), None))

    async def forget(self, call_id: str) -> None:
        """It never began: Asterisk was not asked."""
        await self._connection.execute(delete(callback).where(callback.c.call == call_id, _OPEN))

    async def lapse(self, asked_before: datetime, at: datetime) -> int:
        """End those that were asked for before then and whose phone never rang; how many."""
        rang = exists().where(call.c.id == callback.c.call)
        done = await self._connection.execute(
            update(callback).where(_OPEN, callback.c.asked_at < asked_before, not_(rang)).values(ended_at=at)
        )
        return done.rowcount

    async def end(self, call_id: str, reason: Reason, at: datetime) -> Callback | None:
        """The call has ended so; the try, or None when there is none that goes on."""
        done = await self._connection.execute(
            update(callback).where(callback.c.call == call_id, _OPEN).values(ended_at=at, reason=reason)
        )
        if not done.rowcount:
            return None
        found = await self._connection.execute(select(callback).where(callback.c.call == call_id))
        return build(Callback, found.mappings().one())

    async def latest(self, what: CallbackWhat, targets: Iterable[str]) -> Mapping[str, Callback]:
        """The last try for each of these, by target; those that never rang are left out."""
        query = select(callback).where(callback.c.what == what, callback.c.target.in_(list(targets)), _told())
        rows = await self._connection.execute(query.order_by(callback.c.asked_at))
        return {row["target"]: build(Callback, row) for row in rows.mappings()}

    async def latest_to(self, numbers: Iterable[str]) -> Mapping[str, Callback]:
        """The last try to reach each of these numbers (E.164, or as sent), whatever for."""
        query = select(callback, number.label("caller")).join(call, call.c.id == callback.c.call)
        rows = await self._connection.execute(query.where(number.in_(list(numbers))).order_by(callback.c.asked_at))
        return {row["caller"]: build(Callback, row) for row in rows.mappings()}


def _told() -> ColumnElement[bool]:
    """It goes on, or ended with a reason."""
    return or_(_OPEN, callback.c.reason.is_not(None))
