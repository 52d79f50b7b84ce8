"""API tokens. Refuses to keep a token itself: it is shown once, and only its SHA-256 is stored.

One that belongs to a contact point is good on the days of that contact point alone.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from secrets import token_hex, token_urlsafe
from typing import Any

from sqlalchemy import or_, select, update

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.texts import one_form
from hotline1022.db.columns import condition
from hotline1022.db.sql import Repository, build, insert_new
from hotline1022.db.tables import api_token
from hotline1022.db.tables_directory import contact_point
from hotline1022.db.types import TokenRow

#: how a token begins, so that one that leaked is recognised
PREFIX = "hl1022_"
#: a use is noted once in this time, not with every request
NOTE_EVERY = timedelta(minutes=1)
_VALID = condition("api_token.revoked_at IS NULL")


def digest(token: str) -> str:
    """What is stored of a token; it has 256 random bits, so a plain hash is enough."""
    return sha256(token.encode()).hexdigest()


class TokenRepository(Repository):
    """Tokens by the hash of their text."""

    async def create(
        self, name: str, scopes: Iterable[str], at: datetime, *, contact: str = "", by: str = ""
    ) -> tuple[TokenRow, str]:
        """Make one: its row, and its text, which is not kept. Refused `token-exists` for a name in use."""
        words, name = tuple(scopes), one_form(name)
        if not words or any(not word or " " in word for word in words):
            raise Invalid("a token needs at least one scope, each one word")
        text = PREFIX + token_urlsafe(32)
        values = {
            "id": token_hex(8),
            "name": name,
            "sha256": digest(text),
            "scopes": " ".join(words),
            "created_at": at,
            "revoked_why": "",
            "contact": contact,
            "made_by": by,
        }
        done = await self._connection.execute(insert_new(self._dialect, api_token), values)
        if not done.rowcount:
            raise Refused(f"there is a valid token {name!r}; revoke it or choose another name", error_id="token-exists")
        return (await self._all(api_token.c.id == values["id"]))[0], text

    async def find(self, hashed: str) -> TokenRow | None:
        """The valid token of this SHA-256; None when there is none or it was revoked. Of a contact point: see `agency_of`."""
        found = await self._all(api_token.c.sha256 == hashed, _VALID)
        return found[0] if found else None

    async def valid(self, token_id: str) -> bool:
        """Whether it was not revoked."""
        return bool(await self._all(api_token.c.id == token_id, _VALID))

    async def agency_of(self, contact: str, day: date) -> str | None:
        """The agency of a contact point that is one on that day; None on other days."""
        query = select(contact_point.c.agency).where(
            contact_point.c.id == contact,
            or_(contact_point.c.valid_from.is_(None), contact_point.c.valid_from <= day),
            or_(contact_point.c.valid_to.is_(None), contact_point.c.valid_to > day),
        )
        found: str | None = (await self._connection.execute(query)).scalar()
        return found

    async def used(self, token_id: str, at: datetime) -> None:
        """Note a use; most calls change nothing, see NOTE_EVERY."""
        stale = or_(api_token.c.last_used_at.is_(None), api_token.c.last_used_at <= at - NOTE_EVERY)
        await self._connection.execute(
            update(api_token).where(api_token.c.id == token_id, stale).values(last_used_at=at)
        )

    async def revoke(self, token_id: str, at: datetime) -> None:
        """End it; the first time stays. NotFound `token-not-found`."""
        if not await self._all(api_token.c.id == token_id):
            raise NotFound(
                f"there is no token {token_id!r}; the list of tokens shows their ids", error_id="token-not-found"
            )
        await self._connection.execute(
            update(api_token).where(api_token.c.id == token_id, _VALID).values(revoked_at=at)
        )

    async def revoke_of(self, contact: str, at: datetime, why: str) -> int:
        """End all tokens of a contact point, and say why; how many were valid until now."""
        wanted = (api_token.c.contact == contact, _VALID)
        done = await self._connection.execute(update(api_token).where(*wanted).values(revoked_at=at, revoked_why=why))
        return done.rowcount

    async def all(self) -> Sequence[TokenRow]:
        """All, revoked ones too, oldest first."""
        return await self._all()

    async def _all(self, *wanted: Any) -> list[TokenRow]:
        query = select(api_token).where(*wanted).order_by(api_token.c.created_at, api_token.c.id)
        rows = (await self._connection.execute(query)).mappings()
        return [build(TokenRow, row, scopes=tuple(row["scopes"].split())) for row in rows]
