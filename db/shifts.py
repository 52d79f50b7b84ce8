"""Crews, shifts and who is planned for which. Refuses a plan that names both a crew and a person, or neither."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Table, delete, func, select, update
from sqlalchemy import insert as plain_insert

from hotline1022.core.errors import Invalid
from hotline1022.db.sql import Repository, build, picker, run_many, upsert
from hotline1022.db.tables import crew, crew_member, person, roster, shift
from hotline1022.db.types import Crew, RosterRow
from hotline1022.queue.types import Duty, Shift

_shift_values = picker(Shift)


class ShiftRepository(Repository):
    """The plan."""

    async def save_crews(self, crews: Iterable[Crew]) -> None:
        """Write these crews with exactly these people; others are left."""
        crews = tuple(crews)
        named = [{"id": one.id, "name": one.name, "ended_on": one.ended_on} for one in crews]
        await run_many(self._connection, upsert(self._dialect, crew), named)
        await self._connection.execute(delete(crew_member).where(crew_member.c.crew_id.in_([c.id for c in crews])))
        members = [{"crew_id": one.id, "person_id": who} for one in crews for who in one.people]
        await run_many(self._connection, plain_insert(crew_member), members)

    async def crews(self) -> Sequence[Crew]:
        """All, by id."""
        rows = await self._connection.execute(
            select(crew.c.id, crew.c.name, crew.c.ended_on, crew_member.c.person_id)
            .outerjoin(crew_member, crew_member.c.crew_id == crew.c.id)
            .order_by(crew.c.id, crew_member.c.person_id)
        )
        return [
            Crew(
                id=key[0],
                name=key[1],
                people=tuple(r.person_id for r in members if r.person_id is not None),
                ended_on=key[2],
            )
            for key, members in groupby(rows.all(), key=lambda row: (row.id, row.name, row.ended_on))
        ]

    async def save_shifts(self, shifts: Iterable[Shift]) -> None:
        """Write these shifts; others are left."""
        await run_many(self._connection, upsert(self._dialect, shift), map(_shift_values, shifts))

    async def shifts(self) -> Sequence[Shift]:
        """All, by the time at which they begin."""
        rows = await self._connection.execute(select(shift).order_by(shift.c.starts, shift.c.id))
        return [build(Shift, row) for row in rows.mappings()]

    async def plan(self, rows: Iterable[RosterRow], *, anew: Iterable[tuple[date, str]] = ()) -> None:
        """Write the plan of the days and shifts that are named, in place of what was planned for them.

        `anew`: days and shifts that are emptied when no row names them.
        """
        rows = tuple(rows)
        if any((row.crew is None) == (row.person is None) for row in rows):
            raise Invalid("a line of the plan names a crew or a person, one of the two")
        for day, name in {(row.day, row.shift) for row in rows} | set(anew):
            await self._connection.execute(delete(roster).where(roster.c.day == day, roster.c.shift_id == name))
        values = [{"day": row.day, "shift_id": row.shift, "crew_id": row.crew, "person_id": row.person} for row in rows]
        await run_many(self._connection, plain_insert(roster), values)

    async def hold(self) -> None:
        """Until the end of the transaction nobody else who holds the plan reads or writes it."""
        await self._connection.execute(select(shift.c.id).order_by(shift.c.id).with_for_update())

    async def end_shift(self, id: str, day: date) -> int:
        """No such shift from this day on; how many of its days were planned, and are no more."""
        return await self._end(shift, roster.c.shift_id, id, day)

    async def end_crew(self, id: str, day: date) -> int:
        """The crew is planned for nothing from this day on; of how many shifts it was taken out."""
        return await self._end(crew, roster.c.crew_id, id, day)

    async def _end(self, table: Table, named: Column[Any], id: str, day: date) -> int:
        await self._connection.execute(update(table).where(table.c.id == id).values(ended_on=day))
        gone = roster.c.day >= day, named == id
        days = select(roster.c.day, roster.c.shift_id).where(*gone).distinct().subquery()
        count = (await self._connection.execute(select(func.count()).select_from(days))).scalar_one()
        await self._connection.execute(delete(roster).where(*gone))
        return int(count)

    async def planned(self, since: date, until: date) -> Sequence[RosterRow]:
        """The plan as written, both days included."""
        rows = await self._connection.execute(
            select(roster).where(*_between(since, until)).order_by(roster.c.day, roster.c.shift_id, roster.c.id)
        )
        return [RosterRow(day=r.day, shift=r.shift_id, crew=r.crew_id, person=r.person_id) for r in rows]

    async def duties(self, since: date, until: date) -> Sequence[Duty]:
        """Who should be on, crews as their people, by day and shift; both days included. Inactive people are left out."""
        who = person.c.id == crew_member.c.person_id
        by_crew = (
            select(roster.c.day, roster.c.shift_id, person.c.id)
            .join(crew_member, crew_member.c.crew_id == roster.c.crew_id)
            .join(person, who)
        )
        by_name = select(roster.c.day, roster.c.shift_id, person.c.id).join(person, person.c.id == roster.c.person_id)
        limits = (*_between(since, until), person.c.active)
        both = by_crew.where(*limits).union(by_name.where(*limits)).subquery()
        rows = await self._connection.execute(select(both).order_by(both.c.day, both.c.shift_id, both.c.id))
        return [
            Duty(day=key[0], shift=key[1], people=tuple(row.id for row in people))
            for key, people in groupby(rows.all(), key=lambda row: (row.day, row.shift_id))
        ]


def _between(since: date, until: date) -> tuple[Any, ...]:
    return roster.c.day >= since, roster.c.day <= until
