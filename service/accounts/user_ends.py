"""What ends with a contact point at the desk: its user is shut out, at once, and is of no agency any more. Refuses to leave nobody who
may change users: such a one keeps the account, without the agency. Told twice, nothing changes.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from hotline1022.accounts.types import User
from hotline1022.audit.types import Kind
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database
from hotline1022.directory.types import Contact
from hotline1022.service.accounts.user_admin import fact, told


class UserEnds:
    """directory.ports.Ended."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def __call__(self, contact: Contact, day: date) -> None:
        """Its user is shut out, and all sessions end."""
        async with self._database.reading() as tx:
            users = await tx.accounts.of_contact(contact.id)
        for user in users:
            try:
                await self._end(user, active=False)
            except Refused as error:
                if error.error_id != "last-admin":
                    raise
                await self._end(user, active=user.active)

    async def _end(self, user: User, *, active: bool) -> None:
        async with self._database.transaction() as tx:
            changed = await tx.accounts.change_user(replace(user, active=active, contact=""))
            ended = await tx.sessions.end("contact-ended", user=user.id)
            detail = {"before": told(user), "after": told(changed), "by": "contact-ended", "sessions": ended}
            tx.audit.add(fact(Kind.USER_CHANGED, f"user:{user.id}", self._clock(), detail))
