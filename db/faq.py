"""Questions and answers with their versions. Refuses to write over what somebody else changed meanwhile.

What a change does is decided in faq/; here it is written whole, or not at all.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.sql.elements import ColumnElement

from hotline1022.core.errors import NotFound, Refused
from hotline1022.core.folding import fold
from hotline1022.db.sql import Repository, Values, picker, run_many
from hotline1022.db.tables_faq import faq_entry, faq_version
from hotline1022.faq.types import Days, Ending, Entry, EntryFilter, State, Text, Version

_TEXT = tuple(one.name for one in fields(Text))
_PLAIN = tuple(one.name for one in fields(Version) if one.name not in ("text", "authors"))
_entry_values = picker(Entry)
_AT_ONCE = 500


class FaqRepository(Repository):
    """Entries by id, and in lists."""

    async def get(self, entry: str) -> Entry:
        """With all versions, newest first; NotFound `faq-unknown`."""
        row = (await self._connection.execute(select(faq_entry).where(faq_entry.c.id == entry))).mappings().first()
        if row is None:
            raise NotFound(f"there is no question {entry}; look in the list", error_id="faq-unknown")
        versions = await self._versions(faq_version.c.entry_id == entry)
        return _entry(row, versions.get(entry, ()))

    async def list(self, wanted: EntryFilter) -> Sequence[Entry]:
        """Latest change first, at most `limit`, with the versions that are shown, worked on, latest."""
        query = select(faq_entry).where(*_conditions(wanted))
        query = query.order_by(faq_entry.c.changed_at.desc(), faq_entry.c.id.desc()).limit(wanted.limit)
        rows = (await self._connection.execute(query)).mappings().all()
        versions: dict[str, Sequence[Version]] = {}
        for start in range(0, len(rows), _AT_ONCE):
            ids = [row["id"] for row in rows[start : start + _AT_ONCE]]
            versions |= await self._versions(
                faq_entry.c.id == faq_version.c.entry_id, faq_entry.c.id.in_(ids), _seen_in_lists()
            )
        return [_entry(row, versions[row["id"]]) for row in rows]

    async def ending(self, agencies: frozenset[str] | None, soon: Days) -> Ending:
        """How many published answers of these agencies (None: of all) end on one of these days, and how many ended before."""
        over = faq_version.c.valid_to < soon.first
        query = select(func.count().filter(~over), func.count().filter(over)).where(
            faq_version.c.state == State.PUBLISHED, faq_version.c.valid_to <= soon.last
        )
        if agencies is not None:
            mine = faq_entry.c.id == faq_version.c.entry_id
            query = query.join(faq_entry, mine).where(faq_entry.c.agency.in_(sorted(agencies)))
        ends, ended = (await self._connection.execute(query)).one()
        return Ending(soon=ends, over=ended)

    async def has(self, agency: str, folded: Collection[str], *, but: str = "") -> Mapping[str, str]:
        """Those of these folded questions that the agency has in a version that is published or worked on → id of the entry."""
        found: dict[str, str] = {}
        asked = sorted(folded)
        for start in range(0, len(asked), _AT_ONCE):
            wanted = (
                faq_version.c.folded.in_(asked[start : start + _AT_ONCE]),
                faq_version.c.state.in_([State.DRAFT, State.PROPOSED, State.PUBLISHED]),
                faq_entry.c.agency == agency,
                faq_entry.c.id != but,
            )
            query = select(faq_version.c.folded, faq_entry.c.id).join(
                faq_entry, faq_entry.c.id == faq_version.c.entry_id
            )
            found |= {row.folded: row.id for row in await self._connection.execute(query.where(*wanted))}
        return found

    async def add(self, *new: Entry) -> None:
        """New ones, with their versions."""
        await run_many(self._connection, plain_insert(faq_entry), map(_values_of_entry, new))
        rows = (_values(entry.id, one) for entry in new for one in entry.versions)
        await run_many(self._connection, plain_insert(faq_version), rows)

    async def change(self, before: Entry, after: Entry) -> Entry:
        """Write the versions that changed; Refused `faq-changed` when the entry is no longer as it was before.

        Gives the entry as it is now.
        """
        values = _values_of_entry(after) | {"revision": before.revision + 1}
        done = await self._connection.execute(
            update(faq_entry).where(faq_entry.c.id == before.id, faq_entry.c.revision == before.revision).values(values)
        )
        if not done.rowcount:
            text = "somebody else changed this question meanwhile; read it again, then decide"
            raise Refused(text, error_id="faq-changed")
        known = {one.number: one for one in before.versions}
        changed = [one for one in after.versions if known.get(one.number) != one]
        # what ends goes first: an entry has one version of a kind at any moment
        for one in sorted(changed, key=lambda one: one.ended_at is None):
            if one.number in known:
                place = (faq_version.c.entry_id == after.id, faq_version.c.number == one.number)
                await self._connection.execute(update(faq_version).where(*place).values(_values(after.id, one)))
            else:
                await self._connection.execute(plain_insert(faq_version), _values(after.id, one))
        return _entry(values, after.versions)

    async def _versions(self, *wanted: ColumnElement[bool]) -> dict[str, Sequence[Version]]:
        query = select(faq_version).where(*wanted).order_by(faq_version.c.entry_id, faq_version.c.number.desc())
        found: dict[str, list[Version]] = {}
        for row in (await self._connection.execute(query)).mappings():
            found.setdefault(row["entry_id"], []).append(version_of(row))
        return {entry: tuple(some) for entry, some in found.items()}


def version_of(row: Mapping[Any, Any]) -> Version:
    """The value of a row."""
    return Version(
        text=Text(**{name: row[name] for name in _TEXT}),
        authors=frozenset(row["authors"]),
        **{name: row[name] for name in _PLAIN},
    )


def _entry(row: Mapping[Any, Any], versions: Sequence[Version]) -> Entry:
    names = (one.name for one in fields(Entry) if one.name != "versions")
    return Entry(**{name: row[name] for name in names}, versions=tuple(versions))


def _values_of_entry(one: Entry) -> Values:
    values = _entry_values(one)
    del values["versions"]
    return values


def _values(entry: str, one: Version) -> Values:
    text = {name: getattr(one.text, name) for name in _TEXT}
    searched = f"{one.text.question} {one.text.keywords} {one.text.legal_source}"
    return (
        {name: getattr(one, name) for name in _PLAIN}
        | text
        | {
            "entry_id": entry,
            "authors": sorted(one.authors),
            "search": fold(searched),
            "folded": fold(one.text.question),
        }
    )


def _seen_in_lists() -> ColumnElement[bool]:
    number = faq_version.c.number
    return or_(number == faq_entry.c.published, number == faq_entry.c.opened, number == faq_entry.c.last)


def _conditions(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.agencies is not None:
        found.append(faq_entry.c.agency.in_(sorted(wanted.agencies)))
    if wanted.before is not None:
        at, last = wanted.before.changed_at, wanted.before.entry
        found += [faq_entry.c.changed_at <= at, or_(faq_entry.c.changed_at < at, faq_entry.c.id < last)]
    if wanted.state is State.WITHDRAWN:
        found += [faq_entry.c.published == 0, faq_entry.c.opened == 0]
    # of the versions that are shown in lists
    of_version: list[ColumnElement[bool]] = [
        faq_version.c.search.contains(word, autoescape=True) for word in fold(wanted.words).split()
    ]
    if wanted.state is not None and wanted.state is not State.WITHDRAWN:
        of_version.append(faq_version.c.state == wanted.state)
    if wanted.category:
        of_version.append(faq_version.c.category == wanted.category)
    if wanted.over_on is not None:
        of_version += [faq_version.c.state == State.PUBLISHED, faq_version.c.valid_to < wanted.over_on]
    if wanted.ends is not None:
        ends = faq_version.c.valid_to.between(wanted.ends.first, wanted.ends.last)
        of_version += [faq_version.c.state == State.PUBLISHED, ends]
    if of_version:
        if wanted.state is not State.REPLACED:
            of_version.append(_seen_in_lists())
        mine = and_(faq_version.c.entry_id == faq_entry.c.id, *of_version)
        found.append(select(faq_version.c.entry_id).where(mine).correlate(faq_entry).exists())
    return found
