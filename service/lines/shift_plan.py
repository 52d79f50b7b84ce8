"""The shift plan as people write it (a TOML file, a table as CSV, single days), checked and written. Refuses half a plan.

Who is planned is a crew or a person: crews have names such as k1, people are digits, so one word says which.
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.people import PERSON_DIGITS, fits
from hotline1022.db.types import Crew, RosterRow
from hotline1022.db.unit import Work
from hotline1022.queue.types import Shift

#: id of a shift or a crew
NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
#: days that one rotation may fill
MOST_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be written; what it does not name is left."""

    shifts: tuple[Shift, ...] = ()
    crews: tuple[Crew, ...] = ()
    #: (day, shift) → crews and people; nobody empties the shift of that day
    days: Mapping[tuple[date, str], tuple[str, ...]] = field(default_factory=dict)


def a_shift(*, id: str, name: str, starts: time, ends: time, needed: int) -> Shift:
    """A shift that can be; Invalid `shift-invalid`."""
    _name(id, "shift")
    if not 1 <= len(name) <= 80:
        raise _bad(f"shift {id}: the name is empty or too long; write 1 to 80 characters")
    if starts == ends:
        raise _bad(f"shift {id} ends when it starts; give it an end")
    if not 0 <= needed <= 1000:
        raise _bad(f"shift {id}: needed is out of range; choose from 0 to 1000")
    return Shift(id=id, name=name, starts=starts, ends=ends, needed=needed)


def a_crew(*, id: str, name: str, people: Sequence[str]) -> Crew:
    """A crew that can be; Invalid `shift-invalid`."""
    _name(id, "crew")
    if not 1 <= len(name) <= 80:
        raise _bad(f"crew {id}: the name is empty or too long; write 1 to 80 characters")
    for person in people:
        if not fits(person, PERSON_DIGITS):
            raise _bad(f"crew {id}: {person!r} is no person id; name people by their digits")
    if len(set(people)) < len(people):
        raise _bad(f"crew {id} names a person twice; name each once")
    return Crew(id=id, name=name, people=tuple(people))


def _name(id: str, what: str) -> None:
    if not NAME.fullmatch(id):
        cure = "use a small letter, then small letters, digits and -, 20 in all: k1, night"
        raise _bad(f"{id!r} is no id of a {what}; {cure}")


def _bad(text: str) -> Invalid:
    return Invalid(text, error_id="shift-invalid")


# ---------------------------------------------------------------- files


def read_toml(text: str) -> Plan:
    """The plan in a TOML file of the sample's form."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _bad(f"the plan is no TOML ({error}); see `hotline1022 shifts sample`") from None
    _known("the plan", given, {"shift", "crew", "rotation"})
    shifts = tuple(
        a_shift(
            id=_take(one, "id", str, where),
            name=_take(one, "name", str, where),
            starts=_take(one, "starts", time, where),
            ends=_take(one, "ends", time, where),
            needed=_take(one, "needed", int, where),
        )
        for where, one in _tables(given, "shift", {"id", "name", "starts", "ends", "needed"})
    )
    crews = tuple(
        a_crew(
            id=_take(one, "id", str, where), name=_take(one, "name", str, where), people=_texts(one, "people", where)
        )
        for where, one in _tables(given, "crew", {"id", "name", "people"})
    )
    days: dict[tuple[date, str], tuple[str, ...]] = {}
    for where, one in _tables(given, "rotation", None):
        days |= _rotation(one, where)
    return Plan(shifts=shifts, crews=crews, days=days)


def _rotation(table: Mapping[str, Any], where: str) -> dict[tuple[date, str], tuple[str, ...]]:
    """Day by day down each shift's list, and from its beginning again until the last day."""
    first, last = _take(table, "first", date, where), _take(table, "last", date, where)
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        raise _bad(f"{where}: last lies before first, or more than {MOST_DAYS} days after it; correct the days")
    days: dict[tuple[date, str], tuple[str, ...]] = {}
    for shift in table.keys() - {"first", "last"}:
        turns = _texts(table, shift, where)
        if not turns:
            raise _bad(f"{where}: {shift} names nobody; list who has it on the first day, the second, ...")
        for number in range((last - first).days + 1):
            days[first + timedelta(days=number), shift] = tuple(turns[number % len(turns)].split())
    return days


def _tables(given: Mapping[str, Any], key: str, names: set[str] | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    tables = given.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise _bad(f"{key} is no list of tables; write [[{key}]]")
    for number, one in enumerate(tables, start=1):
        where = f"{key} {one.get('id', number)}"
        if names is not None:
            _known(where, one, names)
        yield where, one


def _known(where: str, given: Mapping[str, Any], names: set[str]) -> None:
    for name in given:
        if name not in names:
            raise _bad(f"{where}: {name!r} is unknown here; known are {', '.join(sorted(names))}")


def _take(table: Mapping[str, Any], key: str, kind: type, where: str) -> Any:
    words = {str: 'a text: "…"', int: "a whole number", time: "a time: 06:00:00", date: "a day: 2026-12-01"}
    value = table.get(key)
    if kind is time and isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        return time.fromisoformat(value)
    if not isinstance(value, kind) or isinstance(value, bool | datetime):
        raise _bad(f"{where}: {key} is missing or of the wrong kind; write {words[kind]}")
    return value


def _texts(table: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = table.get(key)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _bad(f'{where}: {key} is no list of texts; write ["…", "…"]')
    return value


def read_csv(text: str) -> Plan:
    """The days in a table with the columns day, shift, who; several lines for one shift add up."""
    text = text.removeprefix("\ufeff")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    if sorted(rows.fieldnames or ()) != ["day", "shift", "who"]:
        raise _bad("the first line of the table must name its columns: day,shift,who")
    days: dict[tuple[date, str], tuple[str, ...]] = {}
    for row in rows:
        where = f"line {rows.line_num}"
        if None in row or None in row.values():
            raise _bad(f"{where} has not three columns; write day,shift,who")
        try:
            key = datetime.strptime(row["day"].strip(), "%Y-%m-%d").date(), row["shift"].strip()
        except ValueError:
            raise _bad(f"{where}: {row['day']!r} is no day; write it as 2026-12-01") from None
        days[key] = (*days.get(key, ()), *row["who"].split())
    return Plan(days=days)


# ---------------------------------------------------------------- the database


async def write(tx: Work, plan: Plan, *, before: Mapping[tuple[date, str], Sequence[str]] | None = None) -> None:
    """Write it all, or nothing; NotFound and Invalid name what is not there.

    `before`: what was planned, as whoever writes has read it. Refused `roster-changed` when it is another by now, `shift-ended`,
    `crew-ended` for days after an end.
    """
    await tx.shifts.hold()
    if before:
        await _as_read(tx, before)
    people = {one.id: one for one in await tx.agents.people()}
    for crew in plan.crews:
        for person in crew.people:
            if person not in people:
                raise _nobody(person, f"crew {crew.id}")
    await tx.shifts.save_shifts(plan.shifts)
    await tx.shifts.save_crews(plan.crews)
    shifts = {one.id: one for one in await tx.shifts.shifts()}
    crews = {one.id: one for one in await tx.shifts.crews()}
    rows: list[RosterRow] = []
    for (day, shift), who in plan.days.items():
        where = f"{day} {shift}"
        if shift not in shifts:
            raise NotFound(
                f"{where}: there is no shift {shift!r}; shifts are {_list(set(shifts))}", error_id="shift-unknown"
            )
        if who and not shifts[shift].on(day):
            raise Refused(
                f"{where}: there is no shift {shift!r} from {shifts[shift].ended_on} on; write it anew, or choose another one",
                error_id="shift-ended",
            )
        if len(set(who)) < len(who):
            raise _bad(f"{where} names somebody twice; name each once")
        for one in who:
            if one in crews:
                ended_on = crews[one].ended_on
                if ended_on is not None and day >= ended_on:
                    raise Refused(
                        f"{where}: there is no crew {one!r} from {ended_on} on; write it anew, or choose another one",
                        error_id="crew-ended",
                    )
                rows.append(RosterRow(day=day, shift=shift, crew=one))
            elif one in people:
                rows.append(RosterRow(day=day, shift=shift, person=one))
            elif one.isdecimal():
                raise _nobody(one, where)
            else:
                raise NotFound(
                    f"{where}: there is no crew {one!r}; crews are {_list(set(crews))}", error_id="crew-unknown"
                )
    await tx.shifts.plan(rows, anew=plan.days)


async def _as_read(tx: Work, before: Mapping[tuple[date, str], Sequence[str]]) -> None:
    days = [day for day, _ in before]
    now = by_shift(await tx.shifts.planned(min(days), max(days)))
    for (day, shift), who in before.items():
        if set(now.get((day, shift), ())) != set(who):
            raise Refused(
                f"{day} {shift}: somebody else changed the plan meanwhile; look at it again, then change it",
                error_id="roster-changed",
            )


def _nobody(person: str, where: str) -> NotFound:
    return NotFound(
        f"{where}: there is no person {person}; `hotline1022 people add` makes one", error_id="person-not-found"
    )


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none yet"


def by_shift(rows: Sequence[RosterRow]) -> dict[tuple[date, str], tuple[str, ...]]:
    """The plan as written, by day and shift."""
    days: dict[tuple[date, str], tuple[str, ...]] = {}
    for row in rows:
        key = row.day, row.shift
        days[key] = (*days.get(key, ()), row.crew or row.person or "")
    return days
