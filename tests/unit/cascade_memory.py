"""Cascades in memory behind the API's port."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hotline1022.cascade.types import PickUp
from hotline1022.core.cascade import Outcome, State, StepOutcome
from hotline1022.core.errors import Refused
from hotline1022.web.cascade_wire import Begun, CascadeBody, CascadeQuery, CascadeView, StepView

BEGAN = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def a_step(number: int, outcome: StepOutcome) -> StepView:
    """One try of twenty seconds."""
    at = BEGAN + timedelta(seconds=20 * number)
    return StepView(
        number=number,
        role="specialist",
        contact="so-xay-dung-cv",
        name="Nguyễn Văn An",
        which="office",
        dialled="02743822222",
        started_at=at,
        answered_at=at if outcome is StepOutcome.TAKEN else None,
        taken_at=at if outcome is StepOutcome.TAKEN else None,
        ended_at=at + timedelta(seconds=20),
        outcome=outcome,
        cause=17 if outcome is StepOutcome.BUSY else 16,
    )


def a_cascade(call: str = "hl1-1795470208.58") -> CascadeView:
    """One that was busy first and taken then."""
    return CascadeView(
        call=call,
        hunt=1,
        agency="so-xay-dung",
        category="construction",
        ticket="a" * 16,
        code="23456789",
        line="101",
        origin="phone",
        started_at=BEGAN,
        state=State.ENDED,
        outcome=Outcome.CONNECTED,
        ended_at=BEGAN + timedelta(seconds=60),
        taken_by="so-xay-dung-cv",
        taken_at=BEGAN + timedelta(seconds=40),
        passed="",
        steps=(a_step(1, StepOutcome.BUSY), a_step(2, StepOutcome.TAKEN)),
        version=17,
    )


@dataclass(slots=True)
class MemoryCascades:
    """One that is over; what was asked is kept."""

    cascades: list[CascadeView] = field(default_factory=lambda: [a_cascade()])
    asked: list[tuple[str, str]] = field(default_factory=list)
    refuses: str = ""

    async def list(self, wanted: CascadeQuery) -> Sequence[CascadeView]:
        """Those of the agency."""
        return [
            one
            for one in self.cascades
            if wanted.agency in (None, one.agency)
            and wanted.call in (None, one.call)
            and not (wanted.under_way and one.ended_at)
        ]

    async def pick_ups(self, since: datetime, until: datetime) -> Sequence[PickUp]:
        """One agency's."""
        return [PickUp(agency="so-xay-dung", cascades=2, taken=1, taken_after_ms=40_000)]

    async def begin(self, wanted: CascadeBody, *, by: str) -> Begun:
        """Begun."""
        self._do(f"begin {wanted.agency} {wanted.introduce}", by)
        return Begun(call=wanted.call, agency=wanted.agency, category=wanted.category, ticket="b" * 16, code="34567898")

    async def take_back(self, call: str, *, by: str) -> None:
        """Done."""
        self._do(f"take back {call}", by)

    async def connect(self, call: str, *, by: str) -> None:
        """Done."""
        self._do(f"connect {call}", by)

    def _do(self, what: str, by: str) -> None:
        if self.refuses:
            raise Refused("not as things stand", error_id=self.refuses)
        self.asked.append((what, by))
