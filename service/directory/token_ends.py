"""What ends with a contact point: its API tokens are revoked, with the reason. Refuses nothing: told twice, nothing changes.

A token is good on the days of its contact point alone, whatever stands here: this writes down for people that it ended.
"""

from collections.abc import Callable
from datetime import date, datetime

from hotline1022.db.unit import Database
from hotline1022.directory.types import Contact


class TokenEnds:
    """directory.ports.Ended."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def __call__(self, contact: Contact, day: date) -> None:
        """Its tokens are revoked."""
        why = f"contact point {contact.id} ended on {contact.valid_to or day}"
        async with self._database.transaction() as tx:
            await tx.tokens.revoke_of(contact.id, self._clock(), why)
