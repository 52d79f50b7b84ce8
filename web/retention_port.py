"""What the API needs of retention; the composition root hands it in. Refuses nothing itself."""

from collections.abc import Sequence
from typing import Protocol

from hotline1022.recordings.types import DueView, Hold, Terms, TermsVersion
from hotline1022.web.retention_wire import DueSeen, TermsNow, TermsPreview


class RetentionPort(Protocol):
    """Holds on recordings, and what would go."""

    async def hold(self, recording: str, *, letter: str, why: str) -> Hold:
        """Keep it whatever its age; NotFound `recording-unknown`, Refused `recording-expired`."""
        ...

    async def release(self, hold: str, *, why: str) -> tuple[Hold, bool]:
        """End this hold, and whether another one keeps the recording; NotFound `hold-unknown`, Refused `hold-released`."""
        ...

    async def holds_of(self, recording: str) -> Sequence[Hold]:
        """All of a recording, oldest first; NotFound `recording-unknown`."""
        ...

    async def open_holds(self) -> Sequence[Hold]:
        """All that are not released, oldest first."""
        ...

    async def due(self) -> DueView:
        """What would go now."""
        ...

    async def due_lately(self) -> DueSeen:
        """The same for a page, which waits for a moment only."""
        ...

    async def terms(self) -> TermsNow:
        """How long things are kept, and how long they were."""
        ...

    async def preview(self, terms: Terms) -> TermsPreview:
        """What these days would mean; changes nothing. Invalid `retention-days`, `retention-calls`."""
        ...

    async def preview_lately(self, terms: Terms) -> TermsPreview | None:
        """The same for a page; None: it is being counted, ask again. The same errors."""
        ...

    async def change(self, terms: Terms, *, seen: int, why: str, confirm: str, by: str) -> TermsVersion:
        """Put them in force from the next night on. The same errors, Refused `retention-changed`, `retention-same`,
        `retention-unconfirmed` where something would go earlier and `confirm` is not the preview's.
        """
        ...
