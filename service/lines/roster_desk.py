"""The plan of shifts changed at the desk and by programs, each change with what it was and what it is in the audit. Refuses what
service/lines/shift_plan.py refuses, and to write over what somebody else changed meanwhile.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from hotline1022.core.acting import acting
from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.types import Crew
from hotline1022.db.unit import Database, Work
from hotline1022.queue.roster import Key, Who, in_place_of, nobody_on, too_few, twice, weeks_copied
from hotline1022.queue.types import Shift
from hotline1022.service.lines.roster_history import changes_of, subject_of
from hotline1022.service.lines.shift_plan import Plan, a_crew, a_shift, by_shift, write
from hotline1022.web.roster_wire import (
    Copied,
    CopyBody,
    CrewBody,
    PlannedBody,
    PlannedChange,
    PlannedPast,
    RosterCheck,
    RosterEnded,
    RosterGap,
    ShiftBody,
    SwapBody,
    UndoPlannedBody,
)
from hotline1022.web.types import CrewView, PlannedView, ShiftTimes

_DAY = timedelta(days=1)
#: changes of a copy that its entry of the audit names; the hash names them all
TOLD = 100


class RosterDesk:
    """web.roster_port.RosterPort."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check(self, since: date, until: date) -> RosterCheck:
        """What is odd in these days."""
        async with self._database.reading() as tx:
            shifts, crews = await tx.shifts.shifts(), await tx.shifts.crews()
            duties = await tx.shifts.duties(since - _DAY, until)
            plan = by_shift(await tx.shifts.planned(since - _DAY, until))
        doubles = twice(plan, {one.id: one.people for one in crews}, shifts)
        return RosterCheck(
            gaps=tuple(RosterGap(start=start, end=end) for start, end in nobody_on(since, until, shifts, duties)),
            short=tuple(too_few(since, until, shifts, duties)),
            doubles=tuple(one for one in doubles if one.day >= since),
        )

    # ---------------------------------------------------------------- shifts and crews

    async def save_times(self, shift: ShiftBody) -> ShiftTimes:
        """Write a shift."""
        one = a_shift(id=shift.id, name=shift.name, starts=shift.starts, ends=shift.ends, needed=shift.needed)
        async with self._database.transaction() as tx:
            known = {each.id: each for each in await tx.shifts.shifts()}
            await write(tx, Plan(shifts=(one,)))
            _tell(f"shift:{one.id}", _of_shift(known.get(one.id)), _of_shift(one))
        return ShiftTimes(id=one.id, name=one.name, starts=one.starts, ends=one.ends, needed=one.needed)

    async def save_crew(self, crew: CrewBody) -> CrewView:
        """Write a crew."""
        one = a_crew(id=crew.id, name=crew.name, people=crew.people)
        async with self._database.transaction() as tx:
            known = {each.id: each for each in await tx.shifts.crews()}
            await write(tx, Plan(crews=(one,)))
            _tell(f"crew:{one.id}", _of_crew(known.get(one.id)), _of_crew(one))
        return CrewView(id=one.id, name=one.name, people=one.people)

    async def end_shift(self, shift: str, day: date) -> RosterEnded:
        """No such shift from this day on."""
        async with self._database.transaction() as tx:
            await tx.shifts.hold()
            before = next((one for one in await tx.shifts.shifts() if one.id == shift), None)
            if before is None:
                raise NotFound(f"there is no shift {shift!r}; the list has them", error_id="shift-unknown")
            count = await tx.shifts.end_shift(shift, day)
            _tell(f"shift:{shift}", _of_shift(before), {"ended_on": str(day), "taken_out": count})
        return RosterEnded(id=shift, day=day, taken_out=count)

    async def end_crew(self, crew: str, day: date) -> RosterEnded:
        """The crew is planned for nothing from this day on."""
        async with self._database.transaction() as tx:
            await tx.shifts.hold()
            before = next((one for one in await tx.shifts.crews() if one.id == crew), None)
            if before is None:
                raise NotFound(f"there is no crew {crew!r}; the list has them", error_id="crew-unknown")
            count = await tx.shifts.end_crew(crew, day)
            _tell(f"crew:{crew}", _of_crew(before), {"ended_on": str(day), "taken_out": count})
        return RosterEnded(id=crew, day=day, taken_out=count)

    # ---------------------------------------------------------------- days

    async def save_planned(self, planned: PlannedBody) -> PlannedView:
        """Plan one shift of one day anew."""
        key = planned.day, planned.shift
        async with self._database.transaction() as tx:
            before = await _now(tx, key)
            await write(tx, Plan(days={key: planned.who}), before=_read(key, planned.before))
            _tell(subject_of(key), list(before), list(planned.who))
        return PlannedView(day=planned.day, shift=planned.shift, who=planned.who)

    async def swap(self, wanted: SwapBody) -> PlannedView:
        """One person in place of another."""
        key = wanted.day, wanted.shift
        async with self._database.transaction() as tx:
            await tx.shifts.hold()
            before = await _now(tx, key)
            crews = {one.id: one.people for one in await tx.shifts.crews()}
            after = _swapped(before, crews, wanted)
            await write(tx, Plan(days={key: after}), before=_read(key, wanted.before))
            _tell(subject_of(key), list(before), list(after))
        return PlannedView(day=wanted.day, shift=wanted.shift, who=after)

    async def changes(self, day: date, shift: str) -> Sequence[PlannedPast]:
        """What became of one shift of one day, latest first."""
        key = day, shift
        async with self._database.reading() as tx:
            return await changes_of(tx, key, await _now(tx, key))

    async def undo(self, wanted: UndoPlannedBody) -> PlannedView:
        """The last change undone."""
        key = wanted.day, wanted.shift
        async with self._database.transaction() as tx:
            await tx.shifts.hold()
            now = await _now(tx, key)
            last = next(iter(await changes_of(tx, key, now)), None)
            if last is None or last.number != wanted.number or not last.stands:
                text = "this is not the last change of the shift any more; look at who is planned now"
                raise Refused(text, error_id="roster-changed")
            await write(tx, Plan(days={key: last.before}), before={key: now})
            _tell(subject_of(key), list(now), list(last.before))
        return PlannedView(day=wanted.day, shift=wanted.shift, who=last.before)

    async def copy(self, wanted: CopyBody) -> Copied:
        """What copying a week would change; with the mark of that, write it."""
        monday = wanted.week - timedelta(days=wanted.week.weekday())
        if not wanted.mark:
            async with self._database.reading() as tx:
                changes = await _copied(tx, monday, wanted.weeks)
            return Copied(changes=changes, mark=_mark(changes), written=False)
        async with self._database.transaction() as tx:
            await tx.shifts.hold()
            changes = await _copied(tx, monday, wanted.weeks)
            if _mark(changes) != wanted.mark:
                raise Refused(
                    "somebody else changed the plan meanwhile; look at what would change now, then copy",
                    error_id="roster-changed",
                )
            await write(tx, Plan(days={(one.day, one.shift): one.after for one in changes}))
            told = [
                {"shift": subject_of((one.day, one.shift)), "before": list(one.before), "after": list(one.after)}
                for one in changes[:TOLD]
            ]
            _tell(f"roster:{monday}", told, {"weeks": wanted.weeks, "count": len(changes), "sha256": wanted.mark})
        return Copied(changes=changes, mark=wanted.mark, written=True)


async def _now(tx: Work, key: Key) -> Who:
    return by_shift(await tx.shifts.planned(key[0], key[0])).get(key, ())


def _read(key: Key, before: Who | None) -> dict[Key, Who] | None:
    return None if before is None else {key: before}


def _swapped(before: Who, crews: Mapping[str, Sequence[str]], wanted: SwapBody) -> Who:
    on = {person for one in before for person in crews.get(one, (one,))}
    if wanted.into in on:
        raise Refused(
            f"{wanted.into} is planned for this shift already; choose somebody else", error_id="person-planned"
        )
    after = in_place_of(before, crews, wanted.out, wanted.into)
    if after is None:
        raise Refused(f"{wanted.out} is not planned for this shift; look at it again", error_id="person-not-planned")
    return after


async def _copied(tx: Work, monday: date, weeks: int) -> tuple[PlannedChange, ...]:
    """What changes; crews that have ended by then are left out."""
    crews = {one.id: one for one in await tx.shifts.crews()}
    plan = by_shift(await tx.shifts.planned(monday, monday + timedelta(weeks=weeks + 1)))
    made = weeks_copied(plan, monday, weeks, await tx.shifts.shifts())

    def still(one: str, day: date) -> bool:
        ended_on = crews[one].ended_on if one in crews else None
        return ended_on is None or day < ended_on

    after = {key: tuple(one for one in who if still(one, key[0])) for key, who in made.items()}
    return tuple(
        PlannedChange(day=day, shift=shift, before=plan.get((day, shift), ()), after=who)
        for (day, shift), who in sorted(after.items())
        if set(plan.get((day, shift), ())) != set(who)
    )


def _mark(changes: Sequence[PlannedChange]) -> str:
    told = [[str(one.day), one.shift, sorted(one.before), sorted(one.after)] for one in changes]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _of_shift(one: Shift | None) -> object:
    if one is None:
        return None
    return {"name": one.name, "starts": f"{one.starts:%H:%M}", "ends": f"{one.ends:%H:%M}", "needed": one.needed}


def _of_crew(one: Crew | None) -> object:
    return {"name": one.name, "people": list(one.people)} if one else None


def _tell(subject: str, before: object, after: object) -> None:
    """The entry of the audit says what it was and what it is."""
    if (act := acting()) is not None:
        act.subject = subject
        act.detail = {**act.detail, "before": before, "after": after}
