"""What the API needs of the evidence as a whole; the composition root hands it in. Refuses nothing itself."""

from collections.abc import Collection
from datetime import date
from typing import Protocol

from hotline1022.audit.types import EntryFilter, Kind
from hotline1022.web.evidence_wire import (
    CheckedView,
    EntryList,
    EvidenceView,
    StampKeyView,
    StampView,
    VerificationView,
)


class EvidencePort(Protocol):
    """The chain, its stamps, and verifications."""

    async def now(self) -> EvidenceView:
        """How it stands."""
        ...

    async def entries(self, subject: str, limit: int) -> EntryList:
        """The last entries about one thing."""
        ...

    async def told_about(self, subject: str, kinds: Collection[Kind]) -> EntryList:
        """All entries of these kinds about one thing, oldest first."""
        ...

    async def search(self, wanted: EntryFilter) -> EntryList:
        """Entries by day, kind and actor, the latest first."""
        ...

    async def key(self) -> StampKeyView:
        """The public key; NotFound `stamp-key-none`."""
        ...

    async def stamp(self) -> StampView:
        """A stamp now; Refused `chain-empty`, Unavailable `second-place-away` and what the authority says."""
        ...

    async def verify(self, since: date | None) -> VerificationView:
        """Begin a verification; Refused `verification-running`."""
        ...

    async def stop(self) -> VerificationView:
        """End the one that runs; Refused `verification-none`."""
        ...

    async def check(self, recording: str) -> CheckedView:
        """Look at one recording's rows and files now; NotFound `recording-unknown`."""
        ...
