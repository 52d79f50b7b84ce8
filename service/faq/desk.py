"""Questions and answers as the house handles them: written by one, published by another. Refuses what faq/ refuses, and
agencies and categories that the directory does not have.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_hex

from hotline1022.accounts.types import Permission, SignedIn
from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid, Refused
from hotline1022.core.folding import fold
from hotline1022.db.unit import Database, Work
from hotline1022.directory.lookup import active, agency_at, had_by
from hotline1022.directory.types import Directory
from hotline1022.faq.rules import (
    check_agency,
    check_seen,
    edited,
    moved,
    new_entry,
    replaced,
    text_of,
    with_version,
    written,
    wrote,
)
from hotline1022.faq.search import keys_of
from hotline1022.faq.sheet import report_table, template
from hotline1022.faq.states import BY_ANOTHER
from hotline1022.faq.types import (
    Account,
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
    State,
    Text,
)
from hotline1022.service.faq.search import FaqSearch
from hotline1022.service.faq.sheet_import import FaqImport
from hotline1022.service.figures.sheet_write import book_of
from hotline1022.web.desk.render import told_id
from hotline1022.web.page_words import words

#: before the id of an account, in the key of an author
_USER = "user:"
#: an answer ends soon so many days before its last one, where the settings say nothing else
SOON_DAYS = 30
#: see entries of all agencies
_READ_ALL = (Permission.LOOK, Permission.ANSWER)


def head_words(key: str) -> str:
    """A word of the sheet that people fill in."""
    return words()(f"sheet-faq.{key}")


class FaqDesk:
    """faq.ports.Faq."""

    def __init__(
        self,
        database: Database,
        directory: Callable[[], Awaitable[Directory]],
        clock: Callable[[], datetime],
        *,
        soon_days: int = SOON_DAYS,
    ) -> None:
        """`soon_days`: days before the last one from which on an answer ends soon."""
        self._database, self._directory, self._clock = database, directory, clock
        self._soon = timedelta(days=soon_days)
        self._search = FaqSearch(database, clock)
        self._import = FaqImport(database)

    async def author(self, signed: SignedIn) -> Author:
        """Who is signed in, as one who writes: of no agency where the contact point is none today. Without one, who sees everything
        writes for all; an officer for nobody, as with tickets.
        """
        user = signed.user
        reads_all = any(signed.may(one) for one in _READ_ALL)
        keys, agencies, agency = frozenset({f"{_USER}{user.id}"}), None if reads_all else frozenset[str](), ""
        if user.contact:
            directory, day = await self._directory(), local_day(self._clock())
            contact = directory.contacts.get(user.contact)
            there = contact is not None and active(contact, day)
            agency = contact.agency if contact is not None and there else ""
            agencies = had_by(directory, agency, day) if agency else frozenset[str]()
            keys |= {f"contact:{user.contact}"}
        return Author(keys=keys, name=user.name, agencies=agencies, agency=agency, reads_all=reads_all)

    async def names(self) -> Names:
        """Who may be named."""
        directory, day = await self._directory(), local_day(self._clock())
        agencies = {id: (agency_at(directory, id, day) or one).name for id, one in directory.agencies.items()}
        today = frozenset(id for id, one in directory.agencies.items() if active(one, day))
        return Names(
            agencies=agencies,
            today=today,
            categories={id: one.name for id, one in directory.categories.items() if active(one, day)},
            former={id: one.name for id, one in directory.categories.items() if not active(one, day)},
        )

    async def search(self, asked: Asked) -> Found:
        """Published answers, best first."""
        return await self._search.search(asked)

    async def list(self, wanted: EntryFilter) -> Sequence[Entry]:
        """Entries, latest change first."""
        async with self._database.reading() as tx:
            return await tx.faq.list(wanted)

    def soon(self, at: datetime) -> Days:
        """An answer whose last day is one of these ends soon."""
        today = local_day(at)
        return Days(first=today, last=today + self._soon)

    async def ending(self, agencies: frozenset[str] | None, at: datetime) -> Ending:
        """How many published answers of these agencies (None: of all) end soon, or are over."""
        async with self._database.reading() as tx:
            return await tx.faq.ending(agencies, self.soon(at))

    async def get(self, entry: str, by: Author | None = None) -> Entry:
        """One with all its versions; NotFound `faq-unknown`."""
        async with self._database.reading() as tx:
            return await _seen(tx, entry, by)

    async def wrote(self, entry: Entry, by: Author) -> bool:
        """Whether somebody wrote a part of the version that is worked on."""
        if entry.open is None:
            return False
        async with self._database.reading() as tx:
            return wrote(entry.open, by, await _accounts(tx, by.keys | entry.open.authors))

    async def add(self, agency: str, text: Text, by: Author, at: datetime) -> Entry:
        """A new one as a draft."""
        agency = await self._agency(agency, by)
        text = text_of(text)
        _check_category(text, await self.names())
        new = new_entry(token_hex(8), agency, written(None, text, by, at), at)
        async with self._database.transaction() as tx:
            await _once(tx, new)
            await tx.faq.add(new)
        return new

    async def edit(self, entry: str, revision: int, text: Text, by: Author, at: datetime) -> Entry:
        """Change the draft, or write a new version beside the published one."""
        text, names = text_of(text), await self.names()
        async with self._database.transaction() as tx:
            before = await self._own(tx, entry, revision, by)
            _check_category(text, names, before)
            after = edited(before, text, by, at)
            await _once(tx, after)
            return await _write(tx, before, after)

    async def move(self, entry: str, revision: int, move: Move, why: str, by: Author, at: datetime) -> Entry:
        """Propose, return, publish, drop, withdraw."""
        async with self._database.transaction() as tx:
            before = await self._own(tx, entry, revision, by)
            authors = before.open.authors if before.open and move in BY_ANOTHER else None
            accounts = await _accounts(tx, by.keys | authors) if authors is not None else {}
            version = moved(before, move, why, by, at, accounts)
            after = before
            ending = replaced(before, by, at) if version.state is State.PUBLISHED else None
            if ending is not None:
                after = with_version(after, ending, at)
            after = with_version(after, version, at)
            return await _write(tx, before, after)

    async def take_in(
        self, agency: str, data: bytes, by: Author, at: datetime, *, dry_run: bool, propose: bool
    ) -> Report:
        """The rows of an .xlsx file as drafts of one agency, or as proposed."""
        agency = await self._agency(agency, by)
        names = await self.names()
        return await self._import.take_in(
            agency, data, by, at, categories=names.categories, dry_run=dry_run, propose=propose
        )

    async def template(self) -> bytes:
        """The .xlsx file that people fill in."""
        names = await self.names()
        return await asyncio.to_thread(book_of, template(names.categories, head_words))

    async def report_sheet(self, report: Report) -> bytes:
        """What became of each row as an .xlsx file."""
        return await asyncio.to_thread(book_of, [report_table(report, head_words, told_id)])

    async def misses(self, limit: int, skip: int = 0) -> Sequence[Miss]:
        """Searches without an answer."""
        async with self._database.reading() as tx:
            return await tx.faq_find.misses(limit, skip)

    async def tick(self, miss: str, by: str, at: datetime) -> None:
        """Somebody has seen to it."""
        async with self._database.transaction() as tx:
            await tx.faq_find.tick(miss, by, at)

    # -- parts

    async def _agency(self, agency: str, by: Author) -> str:
        agency = agency or by.agency
        if agency not in (await self.names()).today:
            text = f"there is no agency {agency!r} today; choose one that there is"
            raise Invalid(text, error_id="faq-agency-unknown")
        check_agency(by, agency)
        return agency

    async def _own(self, tx: Work, entry: str, revision: int, by: Author) -> Entry:
        """As it was seen, and the author's to change."""
        found = await _seen(tx, entry, by)
        check_agency(by, found.agency)
        if found.revision != revision:
            text = "somebody else changed this question meanwhile; read it again, then decide"
            raise Refused(text, error_id="faq-changed")
        return found


def _check_category(text: Text, names: Names, before: Entry | None = None) -> None:
    """One of today, or one that the entry has had."""
    had = {one.text.category for one in before.versions} if before else set[str]()
    if text.category and text.category not in names.categories and text.category not in had:
        said = f"there is no category {text.category!r} today; choose one that there is"
        raise Invalid(said, error_id="category-unknown")


async def _accounts(tx: Work, keys: Iterable[str]) -> Mapping[str, Account]:
    """Who stands behind these keys, as people are known by now."""
    ids = {key.removeprefix(_USER) for key in keys if key.startswith(_USER)}
    return {f"{_USER}{one.id}": Account(login=one.login, name=one.name) for one in await tx.accounts.some(ids)}


async def _write(tx: Work, before: Entry, after: Entry) -> Entry:
    """Write the change, and by what the published version is found."""
    now = await tx.faq.change(before, after)
    was, shown = _published(before), _published(now)
    if was != shown:
        if was is not None:
            await tx.faq_find.forget(now.id, keys_of(was))
        if shown is not None:
            await tx.faq_find.find_by(now.id, now.agency, shown.category, keys_of(shown))
    return now


def _published(entry: Entry) -> Text | None:
    return entry.version(entry.published).text if entry.published else None


async def _seen(tx: Work, entry: str, by: Author | None) -> Entry:
    found = await tx.faq.get(entry)
    if by is not None:
        check_seen(by, found)
    return found


async def _once(tx: Work, entry: Entry) -> None:
    """Refused `faq-there` where the agency has the question in another entry."""
    now = entry.open
    if now is not None and await tx.faq.has(entry.agency, [fold(now.text.question)], but=entry.id):
        text = "this agency has the same question already; change that one"
        raise Refused(text, error_id="faq-there")
