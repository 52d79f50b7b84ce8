"""API tokens made and revoked at the desk, as `hotline1022 token` does. Refuses a name that says nothing, a token without a right, and one of
a contact point that is none today or has rights that are not an officer's.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from hotline1022.core.acting import acting
from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid, NotFound
from hotline1022.core.texts import one_form
from hotline1022.db.types import TokenRow
from hotline1022.db.unit import Database
from hotline1022.web.tokens_wire import ApiToken
from hotline1022.web.types import OFFICER_SCOPES, Scope

NAME_LIMIT = 80


class TokenDesk:
    """web.tokens_port.ApiTokens."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def list(self) -> Sequence[ApiToken]:
        """All, those that are valid first, the latest first."""
        async with self._database.reading() as tx:
            rows = await tx.tokens.all()
        latest = [_told(one) for one in rows[::-1]]
        return [one for over in (False, True) for one in latest if (one.revoked_at is not None) is over]

    async def add(self, name: str, scopes: frozenset[Scope], contact: str, by: str) -> tuple[ApiToken, str]:
        """Another one, and its text; the act says which."""
        name = one_form(name).strip()
        if not 0 < len(name) <= NAME_LIMIT or not name.isprintable():
            raise Invalid(f"a token needs a name of 1 to {NAME_LIMIT} characters", error_id="name-invalid")
        check_scopes(scopes, contact)
        at = self._clock()
        async with self._database.transaction() as tx:
            if contact and await tx.tokens.agency_of(contact, local_day(at)) is None:
                text = f"there is no contact point {contact!r} today; look in the directory"
                raise NotFound(text, error_id="contact-unknown")
            made, secret = await tx.tokens.create(name, sorted(scopes), at, contact=contact, by=by)
            _tell(made.id)
        return _told(made), secret

    async def revoke(self, id: str) -> ApiToken:
        """End it; the first time stays."""
        async with self._database.transaction() as tx:
            await tx.tokens.revoke(id, self._clock())
            _tell(id)
            (now,) = [one for one in await tx.tokens.all() if one.id == id]
        return _told(now)


def check_scopes(scopes: frozenset[Scope], contact: str) -> None:
    """Invalid `scope-none`, `scope-invalid`."""
    if not scopes:
        raise Invalid("the token has no right; choose one at least", error_id="scope-none")
    if contact and not scopes <= OFFICER_SCOPES:
        text = "a contact point's token has scope read or agent; leave the others out"
        raise Invalid(text, error_id="scope-invalid")


def _tell(id: str) -> None:
    if (act := acting()) is not None:
        act.subject = f"token:{id}"


def _told(row: TokenRow) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        scopes=tuple(sorted(Scope(one) for one in row.scopes)),
        contact=row.contact,
        made_at=row.created_at,
        made_by=row.made_by,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        revoked_why=row.revoked_why,
    )
