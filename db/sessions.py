"""Sessions of browsers, by the hash of what the cookie says. Refuses a move that the table of states does not know."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from hotline1022.accounts.types import Session, Stage
from hotline1022.db.sql import Repository
from hotline1022.db.tables_accounts import user_session

#: being seen is noted once in this time, not with every request
NOTE_EVERY = timedelta(minutes=1)
_OPEN = user_session.c.stage != Stage.OVER


class SessionRepository(Repository):
    """Who is signed in where."""

    async def add(self, one: Session, token: str) -> None:
        """A new one; of the cookie's text the hash is kept."""
        values = _values(one) | {"sha256": hash_of(token), "ended_by": ""}
        await self._connection.execute(insert(user_session), [values])

    async def find(self, token: str, at: datetime, idle: timedelta) -> Session | None:
        """The open one of this cookie that was seen within `idle` and has not ended; None for all others."""
        found = await self._all(_OPEN, user_session.c.sha256 == hash_of(token), *_alive(at, idle))
        return found[0] if found else None

    async def was_of(self, token: str, at: datetime, idle: timedelta) -> str:
        """Id of the user whose session this cookie was; "" where it is open still, or is of nobody."""
        if await self.find(token, at, idle) is not None:
            return ""
        found = await self._all(user_session.c.sha256 == hash_of(token))
        return found[0].user if found else ""

    async def confirm(self, one: Session, at: datetime) -> bool:
        """The password was typed once more; False when it is open no more."""
        done = await self._connection.execute(
            update(user_session).where(user_session.c.id == one.id, _OPEN).values(confirmed_at=at)
        )
        return bool(done.rowcount)

    async def of_id(self, id: str, at: datetime) -> Session | None:
        """The open one of this id that has not ended; who was not seen for long is ended by `end_over`."""
        found = await self._all(_OPEN, user_session.c.id == id, user_session.c.ends_at > at)
        return found[0] if found else None

    async def open_of(self, user: str, at: datetime, idle: timedelta) -> Sequence[Session]:
        """All that are open, latest first."""
        return await self._all(_OPEN, user_session.c.user_id == user, *_alive(at, idle))

    async def came_from(self, user: str, origin: str) -> bool:
        """Whether the right password of this user was typed there, as far as rows go back."""
        wanted = (user_session.c.user_id == user, user_session.c.origin == origin)
        return (await self._connection.execute(select(user_session.c.id).where(*wanted).limit(1))).first() is not None

    async def seen(self, id: str, at: datetime) -> None:
        """Note it; most calls change nothing, see NOTE_EVERY."""
        stale = user_session.c.seen_at <= at - NOTE_EVERY
        await self._connection.execute(
            update(user_session).where(user_session.c.id == id, _OPEN, stale).values(seen_at=at)
        )

    async def stage(self, one: Session, after: Stage) -> bool:
        """Move it from the stage that was seen; False when it is there no more."""
        done = await self._connection.execute(
            update(user_session)
            .where(user_session.c.id == one.id, user_session.c.stage == one.stage, _OPEN)
            .values(stage=after)
        )
        return bool(done.rowcount)

    async def renew(self, one: Session, token: str) -> None:
        """Another cookie for the same session, when what it may do has grown: one that was planted before is worth nothing."""
        await self._connection.execute(
            update(user_session).where(user_session.c.id == one.id, _OPEN).values(sha256=hash_of(token))
        )

    async def end(self, by: str, *, user: str, id: str = "", but: str = "") -> int:
        """End those of a user: one by its id, or all but one; says how many were open."""
        wanted = [user_session.c.user_id == user, _OPEN]
        if id:
            wanted.append(user_session.c.id == id)
        if but:
            wanted.append(user_session.c.id != but)
        done = await self._connection.execute(update(user_session).where(*wanted).values(stage=Stage.OVER, ended_by=by))
        return done.rowcount

    async def end_over(self, at: datetime, idle: timedelta) -> int:
        """End those that timed out; says how many."""
        over = or_(user_session.c.ends_at <= at, user_session.c.seen_at <= at - idle)
        done = await self._connection.execute(
            update(user_session).where(_OPEN, over).values(stage=Stage.OVER, ended_by="timed-out")
        )
        return done.rowcount

    async def end_all(self, by: str) -> int:
        """End all, of everybody; says how many were open."""
        done = await self._connection.execute(update(user_session).where(_OPEN).values(stage=Stage.OVER, ended_by=by))
        return done.rowcount

    async def forget(self, before: datetime) -> None:
        """Rows of sessions that ended before; the audit has who signed in."""
        await self._connection.execute(
            delete(user_session).where(user_session.c.ends_at < before, user_session.c.stage == Stage.OVER)
        )

    async def _all(self, *wanted: Any) -> list[Session]:
        query = select(user_session).where(*wanted).order_by(user_session.c.made_at.desc(), user_session.c.id)
        return [_session(row) for row in (await self._connection.execute(query)).mappings()]


def _alive(at: datetime, idle: timedelta) -> tuple[Any, ...]:
    return (user_session.c.ends_at > at, user_session.c.seen_at > at - idle)


def hash_of(token: str) -> str:
    """It has 256 random bits, so a plain hash is enough."""
    return sha256(token.encode()).hexdigest()


def _values(one: Session) -> dict[str, Any]:
    return {
        "id": one.id,
        "user_id": one.user,
        "stage": one.stage,
        "made_at": one.made_at,
        "seen_at": one.seen_at,
        "ends_at": one.ends_at,
        "confirmed_at": one.confirmed_at,
        "origin": one.origin,
        "browser": one.browser,
    }


def _session(row: Mapping[Any, Any]) -> Session:
    names = ("id", "stage", "made_at", "seen_at", "ends_at", "origin", "browser", "confirmed_at")
    return Session(user=row["user_id"], **{name: row[name] for name in names})
