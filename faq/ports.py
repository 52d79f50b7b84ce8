"""What others ask of questions and answers. Refuses nothing itself: rules.py and states.py do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hotline1022.accounts.types import SignedIn
from hotline1022.faq.types import (
    Asked,
    Author,
    Days,
    Ending,
    Entry,
    EntryFilter,
    Found,
    Miss,
    Move,
    Names,
    Report,
    Text,
)


class Faq(Protocol):
    """Questions and answers of the agencies."""

    async def author(self, signed: SignedIn) -> Author:
        """Who is signed in, as one who writes: a contact point writes for its agency, and those that this has taken over."""
        ...

    async def names(self) -> Names:
        """Who may be named."""
        ...

    async def search(self, asked: Asked) -> Found:
        """Published answers, best first. Without `typing`, a search that no answer has all the words of is noted."""
        ...

    async def list(self, wanted: EntryFilter) -> Sequence[Entry]:
        """Entries, latest change first, each with the version that is shown and the one that is worked on."""
        ...

    def soon(self, at: datetime) -> Days:
        """An answer whose last day is one of these ends soon: from that day on, as many as the settings say."""
        ...

    async def ending(self, agencies: frozenset[str] | None, at: datetime) -> Ending:
        """How many published answers of these agencies (None: of all) end soon, or are over."""
        ...

    async def get(self, entry: str, by: Author | None = None) -> Entry:
        """One with all its versions; NotFound `faq-unknown`, also where `by` may not see it."""
        ...

    async def wrote(self, entry: Entry, by: Author) -> bool:
        """Whether somebody wrote a part of the version that is worked on, and so does not publish it; False where none is."""
        ...

    async def add(self, agency: str, text: Text, by: Author, at: datetime) -> Entry:
        """A new one as a draft; "" = of the author's agency. Invalid `faq-question` …, `category-unknown`,
        `faq-agency-unknown`; Refused `faq-agency`, `faq-there`.
        """
        ...

    async def edit(self, entry: str, revision: int, text: Text, by: Author, at: datetime) -> Entry:
        """Change the draft, or write a new version beside the published one. As `add`; Refused `faq-state`, `faq-changed`."""
        ...

    async def move(self, entry: str, revision: int, move: Move, why: str, by: Author, at: datetime) -> Entry:
        """Propose, return, publish, drop, withdraw. Refused `faq-state`, `faq-same-person`, `faq-over`, `faq-changed`,
        `faq-agency`; Invalid `faq-why`.
        """
        ...

    async def take_in(
        self, agency: str, data: bytes, by: Author, at: datetime, *, dry_run: bool, propose: bool
    ) -> Report:
        """The rows of an .xlsx file as drafts of one agency, or as proposed; wrong rows and known questions are left out.

        Invalid `sheet-…`; Refused `faq-agency`.
        """
        ...

    async def template(self) -> bytes:
        """The .xlsx file that people fill in."""
        ...

    async def report_sheet(self, report: Report) -> bytes:
        """What became of each row as an .xlsx file; Unavailable `sheet-disk`."""
        ...

    async def misses(self, limit: int, skip: int = 0) -> Sequence[Miss]:
        """Searches without an answer that nobody has ticked off, the most frequent first, without the first `skip`."""
        ...

    async def tick(self, miss: str, by: str, at: datetime) -> None:
        """Somebody has seen to it; NotFound `miss-unknown`. Asked again by a citizen, it comes back."""
        ...
