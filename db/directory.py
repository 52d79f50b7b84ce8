"""The directory: read whole, changed one after the other, with its history. Refuses to delete."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy import insert as plain_insert

from hotline1022.db.sql import Repository, Values, build, insert, picker, run_many, upsert
from hotline1022.db.tables_directory import (
    agency,
    area,
    category,
    category_area,
    contact_point,
    directory_change,
    directory_version,
)
from hotline1022.directory.types import (
    Agency,
    Answering,
    Area,
    Category,
    Change,
    Contact,
    Directory,
    PastChange,
    Role,
    Step,
    Thing,
    What,
    Which,
    document,
)

_agency_values, _area_values, _contact_values = picker(Agency), picker(Area), picker(Contact)


class DirectoryRepository(Repository):
    """Agencies, areas, categories, contact points."""

    async def version(self) -> int:
        """How often the directory was changed; 0 = never, so that it is empty."""
        found = await self._connection.execute(select(func.max(directory_version.c.version)))
        return found.scalar() or 0

    async def load(self) -> Directory:
        """All of it, what has ended included."""
        version = await self.version()  # first: what is written meanwhile is then read again, not missed
        rules: dict[str, list[Answering]] = defaultdict(list)
        for row in await self._all(category_area):
            rules[row["category"]].append(Answering(area=row["area"], agency=row["agency"]))
        return Directory(
            version=version,
            agencies={
                row["id"]: build(Agency, row, hunt=tuple(_step(text) for text in row["hunt"]))
                for row in await self._all(agency)
            },
            areas={row["id"]: build(Area, row) for row in await self._all(area)},
            categories={
                row["id"]: build(Category, row, by_area=tuple(rules[row["id"]])) for row in await self._all(category)
            },
            contacts={row["id"]: build(Contact, row) for row in await self._all(contact_point)},
        )

    async def load_to_change(self) -> Directory:
        """All of it; whoever asks the same waits until this transaction has ended. Its version is the one to come."""
        await self._connection.execute(
            insert(self._dialect, directory_version)
            .values(id=1, version=1)
            .on_conflict_do_update(index_elements=["id"], set_={"version": directory_version.c.version + 1})
        )
        return await self.load()

    async def save(self, changes: Sequence[Change], by: str, at: datetime) -> None:
        """Write what was made of `load_to_change`, and who changed it."""
        things = [change.after for change in changes]
        agencies = [one for one in things if isinstance(one, Agency)]
        # codes may go from one agency to another: for a moment nobody has them
        await self._connection.execute(
            update(agency).where(agency.c.id.in_([a.id for a in agencies])).values(code=None)
        )
        await self._write(agency, (_agency_row(one) for one in agencies))
        await self._write(area, (_area_values(one) for one in things if isinstance(one, Area)))
        await self._write_categories([one for one in things if isinstance(one, Category)])
        await self._write(contact_point, (_contact_values(one) for one in things if isinstance(one, Contact)))
        await run_many(
            self._connection, plain_insert(directory_change), (_history(change, by, at) for change in changes)
        )

    async def changes(self, *, what: What | None = None, id: str = "", limit: int = 100) -> Sequence[PastChange]:
        """What was changed, latest first."""
        query = select(directory_change).order_by(directory_change.c.id.desc()).limit(limit)
        if what is not None:
            query = query.where(directory_change.c.what == what)
        if id:
            query = query.where(directory_change.c.thing == id)
        rows = await self._connection.execute(query)
        return [build(PastChange, row, id=row["thing"], number=row["id"]) for row in rows.mappings()]

    async def _all(self, table: Table) -> Sequence[Any]:
        return (await self._connection.execute(select(table).order_by(*table.primary_key))).mappings().all()

    async def _write(self, table: Table, values: Iterable[Values]) -> None:
        await run_many(self._connection, upsert(self._dialect, table), values)

    async def _write_categories(self, categories: Sequence[Category]) -> None:
        await self._write(category, (_category_row(one) for one in categories))
        ids = [one.id for one in categories]
        await self._connection.execute(delete(category_area).where(category_area.c.category.in_(ids)))
        rules = [
            {"category": one.id, "area": rule.area, "agency": rule.agency} for one in categories for rule in one.by_area
        ]
        await run_many(self._connection, plain_insert(category_area), rules)


def _agency_row(one: Agency) -> Values:
    return {**_agency_values(one), "hunt": [str(step) for step in one.hunt]}


def _category_row(one: Category) -> Values:
    return {c.name: getattr(one, c.name) for c in category.c}


def _history(change: Change, by: str, at: datetime) -> Values:
    before = {} if change.before is None else document(change.before)
    after: Thing = change.after
    return {"at": at, "by": by, "what": change.what, "thing": after.id, "before": before, "after": document(after)}


def _step(text: str) -> Step:
    who, _, seconds = text.partition(" ")
    role, _, which = who.partition(".")
    return Step(role=Role(role), which=Which(which), seconds=int(seconds))
