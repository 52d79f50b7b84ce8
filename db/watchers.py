"""Who is told of alarms away from the desk, and how far each telling is. Refuses to write over what somebody else changed meanwhile; a
telling is written once for each alarm and person, whoever is first.
"""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from hotline1022.core.errors import NotFound, Refused
from hotline1022.core.watching import Telling, TellingState, Watcher
from hotline1022.db.columns import condition
from hotline1022.db.sql import Repository, build, insert_new, picker
from hotline1022.db.tables import alarm
from hotline1022.db.tables_watching import alarm_telling as telling
from hotline1022.db.tables_watching import alarm_watcher as watcher
from hotline1022.db.types import AlarmRow

_OPEN = condition("alarm_telling.state <> 'over'")
_FRESH = condition("alarm.passed_at IS NULL")
_telling_values = picker(Telling)
_TELLING = [telling.c[one.name] for one in fields(Telling)]
_ALARM = [alarm.c[one.name].label(f"alarm_{one.name}") for one in fields(AlarmRow)]
#: alarms that are looked at in one go
AT_ONCE = 200


class WatcherRepository(Repository):
    """People and tellings."""

    # -- people

    async def all(self) -> Sequence[Watcher]:
        """Who is told, by name."""
        return await self._people(watcher.c.ended_at.is_(None))

    async def locked(self) -> Sequence[Watcher]:
        """The same, and nobody else tells or changes anything of them until this transaction is over."""
        return await self._people(watcher.c.ended_at.is_(None), lock=True)

    async def get(self, id: str) -> Watcher:
        """One; NotFound `watcher-unknown`, also for one who is told no more."""
        found = await self._people(watcher.c.ended_at.is_(None), watcher.c.id == id)
        if not found:
            raise NotFound("nobody of that id is told of alarms; look at the list", error_id="watcher-unknown")
        return found[0]

    async def names(self, ids: Collection[str]) -> dict[str, Watcher]:
        """By id; those who are told no more too."""
        return {one.id: one for one in await self._people(watcher.c.id.in_(ids))} if ids else {}

    async def add(self, new: Watcher) -> None:
        """A new one."""
        await self._connection.execute(insert(watcher).values(_person_values(new)))

    async def change(self, changed: Watcher, seen: int) -> None:
        """Write it over the version that was seen; Refused `watcher-changed`, NotFound `watcher-unknown`."""
        mine = watcher.c.id == changed.id, watcher.c.version == seen, watcher.c.ended_at.is_(None)
        done = await self._connection.execute(update(watcher).where(*mine).values(_person_values(changed)))
        if not done.rowcount:
            await self.get(changed.id)
            text = "somebody else changed this meanwhile; look at it, then save again"
            raise Refused(text, error_id="watcher-changed")

    async def _people(self, *wanted: Any, lock: bool = False) -> Sequence[Watcher]:
        query = select(watcher).where(*wanted).order_by(watcher.c.name, watcher.c.id)
        if lock:
            query = query.with_for_update()
        rows = (await self._connection.execute(query)).mappings()
        return [build(Watcher, row, kinds=frozenset(row["kinds"])) for row in rows]

    # -- tellings

    async def fresh(self) -> Sequence[AlarmRow]:
        """Alarms of which nobody has thought yet, oldest first, some at a time."""
        query = select(alarm).where(_FRESH).order_by(alarm.c.raised_at, alarm.c.id).limit(AT_ONCE)
        return [build(AlarmRow, row) for row in (await self._connection.execute(query)).mappings()]

    async def passed(self, ids: Collection[str], at: datetime) -> None:
        """They were thought of."""
        if ids:
            wanted = alarm.c.id.in_(ids), _FRESH
            await self._connection.execute(update(alarm).where(*wanted).values(passed_at=at))

    async def open(self) -> Sequence[tuple[Telling, AlarmRow]]:
        """Tellings that are not over, with their alarms, oldest first."""
        joined = alarm.join(telling, telling.c.alarm == alarm.c.id)
        order = alarm.c.raised_at, alarm.c.id, telling.c.watcher
        query = select(*_TELLING, *_ALARM).select_from(joined).where(_OPEN).order_by(*order)
        return [
            (build(Telling, row), AlarmRow(**{one.name: row[f"alarm_{one.name}"] for one in fields(AlarmRow)}))
            for row in (await self._connection.execute(query)).mappings()
        ]

    async def begin(self, new: Telling) -> bool:
        """Write one; False when it was there already."""
        done = await self._connection.execute(insert_new(self._dialect, telling), _telling_values(new))
        return bool(done.rowcount)

    async def move(self, after: Telling, before: TellingState) -> bool:
        """One move; False when it was in another state meanwhile."""
        mine = telling.c.alarm == after.alarm, telling.c.watcher == after.watcher, telling.c.state == before
        done = await self._connection.execute(update(telling).where(*mine).values(_telling_values(after)))
        return bool(done.rowcount)

    async def lately(self, since: datetime) -> Sequence[Telling]:
        """Those whose message was written since then."""
        return await self._tellings(telling.c.told_at > since)

    async def of_alarms(self, alarms: Collection[str]) -> Sequence[Telling]:
        """All of these alarms."""
        return await self._tellings(telling.c.alarm.in_(alarms)) if alarms else []

    async def _tellings(self, *wanted: Any) -> Sequence[Telling]:
        query = select(*_TELLING).where(*wanted).order_by(telling.c.alarm, telling.c.watcher)
        return [build(Telling, row) for row in (await self._connection.execute(query)).mappings()]


def _person_values(one: Watcher) -> dict[str, Any]:
    return {each.name: getattr(one, each.name) for each in fields(Watcher)} | {"kinds": sorted(one.kinds)}
