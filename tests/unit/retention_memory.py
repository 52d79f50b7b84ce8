"""Holds and retention in memory behind the API's port: one hold, and what would go of one day."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from hotline1022.core.errors import NotFound
from hotline1022.recordings.retention import shorter
from hotline1022.recordings.types import CallKind, DueDay, DueView, Hold, Terms, TermsVersion
from hotline1022.service.settings.retention import Retention
from hotline1022.web.retention_wire import DueSeen, TermsNow, TermsPreview, due_view
from tests.unit.catalogue_memory import AT, FIRST

HOLD = Hold(id="f" * 16, recording=FIRST.id, letter="12/CV-CAT", why="điều tra", since=AT, by="token:admin")


@dataclass
class MemoryRetention:
    """web.retention_port.RetentionPort; `asked` is what came in."""

    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def hold(self, recording: str, *, letter: str, why: str) -> Hold:
        """A hold of the first recording."""
        if recording != FIRST.id:
            raise NotFound(f"there is no recording {recording}", error_id="recording-unknown")
        self.asked.append(("hold", recording, letter, why))
        return replace(HOLD, letter=letter, why=why)

    async def release(self, hold: str, *, why: str) -> tuple[Hold, bool]:
        """It ends; another one goes on."""
        self.asked.append(("release", hold, why))
        return replace(HOLD, released_at=AT, released_by="token:admin", release_why=why), True

    async def holds_of(self, recording: str) -> Sequence[Hold]:
        """One."""
        return [replace(HOLD, recording=recording)]

    async def open_holds(self) -> Sequence[Hold]:
        """One."""
        return [HOLD]

    async def terms(self) -> TermsNow:
        """As the settings say."""
        kept = Retention().terms
        return TermsNow(terms=kept, file=kept, versions=(), differs="", from_hour=1, until_hour=5)

    async def preview(self, terms: Terms) -> TermsPreview:
        """The same goes whatever the days."""
        due = due_view(await self.due())
        return TermsPreview(now=due, then=due, shorter=shorter(terms, Retention().terms), confirm="c" * 16)

    async def preview_lately(self, terms: Terms) -> TermsPreview | None:
        """At once."""
        return await self.preview(terms)

    async def change(self, terms: Terms, *, seen: int, why: str, confirm: str, by: str) -> TermsVersion:
        """Nothing is kept."""
        days = {f"{name}_days": count for name, count in asdict(terms).items()}
        return TermsVersion(number=seen + 2, why=why, by=by, at=AT, **days)

    async def due_lately(self) -> DueSeen:
        """At once."""
        return DueSeen(due=due_view(await self.due()), at=AT, counting=False)

    async def due(self) -> DueView:
        """Two of one day."""
        day = DueDay(day=date(2024, 11, 20), kind=CallKind.ORDINARY, recordings=2, bytes=1_000)
        return DueView(days=(day,), held=1, damaged=0, calls=3, doubt="")
