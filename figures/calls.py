"""From cells of calls to figures and groups, each with the query of its list. Pure; refuses nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import time
from math import gcd

from hotline1022.core.outcomes import Result
from hotline1022.core.words import time_written
from hotline1022.figures.formulas import LEVEL_BY_ID, LEVELS, RATES, mean
from hotline1022.figures.types import Bucket, CallCell, CallPart, Figure, Group, Rows, Slot, Unit
from hotline1022.tickets.types import NONE

#: a word of a table in Vietnamese; `{…}` is put in by the keyword
Say = Callable[..., str]
#: id → name
Names = Mapping[str, str]
PATH = "/api/calls"
#: the four that those who were offered to the queue are in
FOUR = (CallPart.ANSWERED, CallPart.GIVEN_UP, CallPart.LEFT, CallPart.WAITING)
_HOURS = tuple(Slot(id=f"{hour:02d}", name="", starts=time(hour), ends=time((hour + 1) % 24)) for hour in range(24))
_DAY = 24 * 60


def step_of(slots: Iterable[Slot]) -> int:
    """The longest cell, in minutes, of which hours and these slots are made up."""
    return gcd(60, *(_minute(at) for slot in slots for at in (slot.starts, slot.ends)))


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def counted(cells: Iterable[CallCell]) -> Counter[CallPart]:
    """How many are in each part."""
    found: Counter[CallPart] = Counter()
    for one in cells:
        if one.result == "":
            found[CallPart.GOING_ON] += one.calls
        if one.part is None:
            continue
        found[CallPart.OFFERED] += one.calls
        found[one.part] += one.calls
        if one.part is CallPart.ANSWERED:
            found[CallPart.ANSWERED_SOON] += one.soon
            found[CallPart.SOON] += one.soon
        if one.part is CallPart.GIVEN_UP:
            found[CallPart.GIVEN_UP_SOON] += one.soon
            found[CallPart.SOON] += one.soon
            found[CallPart.GIVEN_UP_SHORT] += one.short
    return found


def figures(cells: Sequence[CallCell], query: Mapping[str, str], say: Say, *, wrap_up_ms: int | None) -> list[Figure]:
    """All of them. `wrap_up_ms` None: it cannot be told of these calls."""
    n, made = counted(cells), _Maker(query, say)
    found = [made.calls("calls", sum(one.calls for one in cells))]
    found += [made.part(part, n[part]) for part in CallPart]
    found += [
        Figure(
            id=share.id,
            name=say("figure", share.id),
            value=share.permille(n),
            unit=Unit.PERMILLE,
            formula=share.formula,
            rows=made.rows(part=share.part),
        )
        for share in (*LEVELS, *RATES)
    ]
    answered = [one for one in cells if one.part is CallPart.ANSWERED]
    given_up = [one for one in cells if one.part is CallPart.GIVEN_UP]
    talk, count = sum(one.talk_ms for one in answered), n[CallPart.ANSWERED]
    found += [
        made.time("asa", mean(sum(one.wait_ms for one in answered), count), "Σ w(A) / A", CallPart.ANSWERED),
        made.time(
            "given-up-after",
            mean(sum(one.wait_ms for one in given_up), n[CallPart.GIVEN_UP]),
            "Σ w(B) / B",
            CallPart.GIVEN_UP,
        ),
        _longest(cells, made),
        made.time("att", mean(talk, count), "Σ talk / A", CallPart.ANSWERED),
    ]
    if wrap_up_ms is not None:
        found += [
            made.time("acw", mean(wrap_up_ms, count), "Σ wrap-up / A", CallPart.ANSWERED),
            made.time("aht", mean(talk + wrap_up_ms, count), "(Σ talk + Σ wrap-up) / A", CallPart.ANSWERED),
        ]
    return found


def _longest(cells: Iterable[CallCell], made: "_Maker") -> Figure:
    """Of those who wait still nobody knows yet how long."""
    waits = [one.longest_ms for one in cells if one.part is not None and one.longest_ms is not None]
    longest = max(waits, default=None)
    more = {} if longest is None else {"waited": str(longest)}
    rows = made.rows(part=CallPart.OFFERED, **more)
    return made.named("longest-wait", longest, Unit.MS, "max w(O)", rows)


class _Maker:
    """Figures of the calls of one query."""

    def __init__(self, query: Mapping[str, str], say: Say) -> None:
        self._query, self._say = query, say

    def rows(self, **more: str) -> Rows:
        """The list, narrowed down."""
        return Rows(path=PATH, query={**self._query, **{key: str(value) for key, value in more.items()}})

    def named(self, id: str, value: int | None, unit: Unit, formula: str, rows: Rows) -> Figure:
        """A figure with the name that belongs to its id."""
        return Figure(id=id, name=self._say("figure", id), value=value, unit=unit, formula=formula, rows=rows)

    def calls(self, id: str, value: int) -> Figure:
        """All calls."""
        return self.named(id, value, Unit.CALLS, "", self.rows())

    def part(self, part: CallPart, value: int) -> Figure:
        """Those of a part."""
        name = self._say("call-part", part)
        return Figure(id=part, name=name, value=value, unit=Unit.CALLS, formula="", rows=self.rows(part=part))

    def time(self, id: str, value: int | None, formula: str, part: CallPart) -> Figure:
        """A mean time."""
        return self.named(id, value, Unit.MS, formula, self.rows(part=part))


def groups(
    cells: Sequence[CallCell],
    query: Mapping[str, str],
    say: Say,
    *,
    categories: Names,
    shifts: Sequence[Slot],
    level: str,
) -> list[Group]:
    """By result, hour, shift and category. Hours and shifts are left out where the query has a time of day already."""
    by_result: dict[str, list[CallCell]] = {}
    by_category: dict[str, list[CallCell]] = {}
    for one in cells:
        by_result.setdefault(one.result, []).append(one)
        by_category.setdefault(one.category, []).append(one)
    make = _Buckets(query, level)
    results = [make(*_result(key, say), found) for key, found in by_result.items()]
    names = {**categories, NONE: say("figure", "not-known")}
    found = [
        _group("result", say, _largest(results)),
        _group(
            "category",
            say,
            _largest([make(key, names.get(key, key), {"category": key}, of) for key, of in by_category.items()]),
        ),
    ]
    if "from_time" not in query:
        hours = [make(slot.id, _between(slot, say), _slot_query(slot), _within(cells, slot)) for slot in _HOURS]
        found.append(_group("hour", say, hours))
        if shifts:
            of_shifts = [make(slot.id, slot.name, _slot_query(slot), _within(cells, slot)) for slot in shifts]
            found.append(_group("shift", say, of_shifts))
    return found


def _result(key: str, say: Say) -> tuple[str, str, Mapping[str, str]]:
    if not key:
        return CallPart.GOING_ON, say("call-result", CallPart.GOING_ON), {"part": CallPart.GOING_ON}
    return key, say("call-result", Result(key)), {"result": key}


def _between(slot: Slot, say: Say) -> str:
    return say("figure-group", "hour-of", start=time_written(slot.starts), end=time_written(slot.ends))


def _slot_query(slot: Slot) -> Mapping[str, str]:
    return {"from_time": f"{slot.starts:%H:%M}", "to_time": f"{slot.ends:%H:%M}"}


def _within(cells: Iterable[CallCell], slot: Slot) -> list[CallCell]:
    """Those of a slot; one that ends where it begins is the whole day."""
    first, length = _minute(slot.starts), (_minute(slot.ends) - _minute(slot.starts)) % _DAY or _DAY
    return [one for one in cells if (one.minute - first) % _DAY < length]


class _Buckets:
    def __init__(self, query: Mapping[str, str], level: str) -> None:
        self._query, self._level = query, LEVEL_BY_ID[level]

    def __call__(self, key: str, name: str, more: Mapping[str, str], cells: Sequence[CallCell]) -> Bucket:
        """Those of one key; of calls that go on there are no parts to list: the part is the key itself."""
        n = counted(cells)
        rows = Rows(path=PATH, query={**self._query, **more})
        parts = {} if "part" in more else {part.value: n[part] for part in CallPart}
        count = sum(one.calls for one in cells)
        return Bucket(key=key, name=name, count=count, parts=parts, level=self._level.permille(n), rows=rows)


def _largest(buckets: Iterable[Bucket]) -> list[Bucket]:
    return sorted(buckets, key=lambda one: (-one.count, one.key))


def _group(id: str, say: Say, buckets: Iterable[Bucket]) -> Group:
    return Group(id=id, name=say("figure-group", id), part="part", buckets=tuple(buckets))
