"""What pages and API need to change the plan of shifts and to look it over; the composition root hands it in. Errors: Invalid
`shift-invalid`, NotFound `shift-unknown`, `crew-unknown`, `person-not-found`, Refused `roster-changed`, `shift-ended`, `crew-ended`,
`person-planned`, `person-not-planned`, Unavailable.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from hotline1022.web.roster_wire import (
    Copied,
    CopyBody,
    CrewBody,
    PlannedBody,
    PlannedPast,
    RosterCheck,
    RosterEnded,
    ShiftBody,
    SwapBody,
    UndoPlannedBody,
)
from hotline1022.web.types import CrewView, PlannedView, ShiftTimes


class RosterPort(Protocol):
    """The plan of who should be on."""

    async def check(self, since: date, until: date) -> RosterCheck:
        """What is odd in these days, both included."""
        ...

    async def save_times(self, shift: ShiftBody) -> ShiftTimes:
        """Write a shift, in place of the one of this id; one that had ended is there again."""
        ...

    async def save_crew(self, crew: CrewBody) -> CrewView:
        """Write a crew, in place of the one of this id; one that had ended is there again."""
        ...

    async def end_shift(self, shift: str, day: date) -> RosterEnded:
        """No such shift from this day on; who was planned for it then is taken out."""
        ...

    async def end_crew(self, crew: str, day: date) -> RosterEnded:
        """The crew is planned for nothing from this day on."""
        ...

    async def save_planned(self, planned: PlannedBody) -> PlannedView:
        """Plan one shift of one day anew."""
        ...

    async def swap(self, wanted: SwapBody) -> PlannedView:
        """One person in place of another for one shift of one day."""
        ...

    async def changes(self, day: date, shift: str) -> Sequence[PlannedPast]:
        """What became of one shift of one day, latest first."""
        ...

    async def undo(self, wanted: UndoPlannedBody) -> PlannedView:
        """Who had it before the last change has it again; Refused `roster-changed`."""
        ...

    async def copy(self, wanted: CopyBody) -> Copied:
        """What copying a week would change; with the mark of that, write it."""
        ...
