"""What pages and API need of deadlines and days off; the composition root hands it in. Errors: Invalid `deadlines-invalid`,
Refused `deadlines-changed`, `deadlines-same`, NotFound `deadlines-version-unknown`, Unavailable.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from hotline1022.tickets.ports import DayChange, PolicyVersion
from hotline1022.web.deadlines_wire import DayOff, DeadlinesBody, DeadlinesDetail, DeadlinesNow


class Deadlines(Protocol):
    """Deadlines of tickets and the days on which offices are shut."""

    async def now(self) -> DeadlinesNow:
        """What is in force."""
        ...

    async def versions(self, limit: int) -> Sequence[PolicyVersion]:
        """Latest first."""
        ...

    async def version(self, number: int) -> DeadlinesDetail:
        """One."""
        ...

    async def save(self, wanted: DeadlinesBody, by: str) -> DeadlinesNow:
        """Put it in force for what becomes due from now on. An error changes nothing."""
        ...

    async def days(self, since: date, until: date) -> Sequence[DayOff]:
        """Days off and days worked in exchange, both days included, in order."""
        ...

    async def day_changes(self) -> Sequence[DayChange]:
        """What became of the province's own days, latest first."""
        ...

    async def undo_days(self, number: int, *, seen: int, note: str, by: str) -> DeadlinesNow:
        """The days of the change of this version as they were before it. NotFound `days-change-unknown`, Refused
        `days-changed-since`, `deadlines-changed`.
        """
        ...
