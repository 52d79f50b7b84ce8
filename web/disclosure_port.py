"""What the API needs to disclose recordings. Refuses nothing itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hotline1022.evidence.types import Filter, Request
from hotline1022.web.disclosure_wire import Decision, DisclosureList, DisclosureView, LinkMade, PackingView, PartBody


class Packs(Protocol):
    """Packages that are made in the background, one at a time."""

    async def begin(self, id: str, actor: str) -> PackingView:
        """Begin; NotFound `disclosure-unknown`, Refused `pack-running`, `disclosure-state`."""
        ...

    async def now(self) -> PackingView | None:
        """The one that is made, or the last one since the service's start: what was refused is told by it."""
        ...


class Disclosures(Protocol):
    """Disclosures. NotFound `disclosure-unknown`; Refused `disclosure-state`, `disclosure-changed`."""

    async def list(self, wanted: Filter) -> DisclosureList:
        """Newest first, a page; those whose rows cannot be read by their ids."""
        ...

    async def get(self, id: str) -> DisclosureView:
        """One."""
        ...

    async def request(self, wanted: Request, parts: Sequence[PartBody], actor: str, at: datetime) -> DisclosureView:
        """Write it down; NotFound `recording-unknown`, Invalid `excerpt-…`."""
        ...

    async def change(self, id: str, parts: Sequence[PartBody], actor: str, at: datetime) -> DisclosureView:
        """Ask for other parts; it must be allowed anew. Refused `not-who-asked`, Invalid `excerpt-…`."""
        ...

    async def decide(
        self, id: str, decision: Decision, words: str, terms: str, actor: str, at: datetime
    ) -> DisclosureView:
        """Refused `same-person`, `disclosure-terms`; Invalid `disclosure-words`."""
        ...

    async def pack(self, id: str, actor: str, at: datetime) -> DisclosureView:
        """Refused `recording-damaged`; NotFound `recording-none`."""
        ...

    async def hand_out(self, id: str, received_by: str, actor: str, at: datetime) -> DisclosureView:
        """Refused `package-damaged`, `disclosure-expired`."""
        ...

    async def link(self, id: str, received_by: str, actor: str, at: datetime) -> LinkMade:
        """Hand it out by a link; the same errors, Invalid `link-address-missing`."""
        ...
