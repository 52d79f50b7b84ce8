"""Working hours of a week as rows of a form, days to tick and times, and as an office writes them: `T2–T6 07:30–11:30`. Refuses nothing:
what is no hours stays as it was typed, and the directory refuses it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotline1022.web.desk.forms import Form
from hotline1022.web.page_words import words

#: as the directory writes them, Monday first
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = "always"
#: rows of one form at most, many more than a week of any office has; what is kept with more is shown all the same
MOST = 30
#: spans of a row: in the morning, in the afternoon
SPANS = ("a", "b")
#: stands for days that nobody ticked: the directory knows no such day
_NO_DAY = "?"
_ROW = re.compile(r"h([0-9]{1,3})-a-from")
_TIME = re.compile(r"([0-9]{1,2})(?:[:hHgG.]([0-9]{2})?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    """Some days with their hours; times as they were typed."""

    #: places in DAYS
    days: frozenset[int] = frozenset()
    spans: tuple[tuple[str, str], ...] = (("", ""), ("", ""))

    @property
    def blank(self) -> bool:
        """Whether nothing is said in it."""
        return not self.days and not any(map(any, self.spans))


def typed_rows(form: Form) -> list[HourRow]:
    """The rows of a form, blank ones too: all that it has."""
    found = (_ROW.fullmatch(name) for name, _ in form.pairs)
    return [
        HourRow(
            days=frozenset(int(day) for day in form.all(f"h{number}-day") if day in "0123456" and len(day) == 1),
            spans=tuple(
                (_time(form.one(f"h{number}-{span}-from")), _time(form.one(f"h{number}-{span}-to"))) for span in SPANS
            ),
        )
        for number in dict.fromkeys(one[1] for one in found if one)
    ]


def text_of(rows: Sequence[HourRow], *, always: bool = False) -> str:
    """As the directory keeps it: `mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30`; "" for no row with anything in it."""
    return ALWAYS if always else "; ".join(_part(row) for row in rows if not row.blank)


def rows_of(text: str) -> list[HourRow]:
    """The rows of a text that is kept, or that `text_of` made of what was typed; none of `always`."""
    return [row for part in text.split(";") if part.strip() and part.strip() != ALWAYS for row in _rows(part)]


def said(text: str) -> str:
    """`T2–T6 07:30–11:30, 13:30–17:00; T7 07:30–11:30`; "" for none."""
    if text == ALWAYS:
        return words()("week.always")
    return "; ".join(_said(row) for row in rows_of(text))


def _said(row: HourRow) -> str:
    say = words()
    runs = [
        say(f"week.{run[0]}") if len(run) == 1 else f"{say(f'week.{run[0]}')}–{say(f'week.{run[-1]}')}"
        for run in _runs(row.days)
    ]
    return f"{', '.join(runs)} {', '.join(f'{since}–{until}' for since, until in row.spans if since or until)}".strip()


def _part(row: HourRow) -> str:
    runs = [DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in _runs(row.days)]
    spans = [f"{since}-{until}" for since, until in row.spans if since or until]
    return " ".join((",".join(runs) or _NO_DAY, *spans))


def _runs(days: frozenset[int]) -> Iterator[list[int]]:
    """Days one after the other; of two alone each for itself."""
    run: list[int] = []
    for day in sorted(days):
        if run and day != run[-1] + 1:
            yield from _apart(run)
            run = []
        run.append(day)
    yield from _apart(run)


def _apart(run: list[int]) -> list[list[int]]:
    return [run] if len(run) > 2 else [[day] for day in run]


def _rows(part: str) -> Iterator[HourRow]:
    days, *spans = part.split()
    found = [(since, until) for since, _, until in (span.partition("-") for span in spans)]
    for place in range(0, max(1, len(found)), len(SPANS)):
        some = [*found[place : place + len(SPANS)], *(("", ""),) * len(SPANS)]
        yield HourRow(days=frozenset(_days(days)), spans=tuple(some[: len(SPANS)]))


def _days(text: str) -> Iterator[int]:
    for one in text.split(","):
        first, _, last = one.partition("-")
        if first in DAYS and (last or first) in DAYS:
            yield from range(DAYS.index(first), DAYS.index(last or first) + 1)


def _time(text: str) -> str:
    """`7h30`, `7:30` and `07:30` are one; what is no time stays, without what parts hours in their text."""
    bare = "".join(text.split())[:8]
    if found := _TIME.fullmatch(bare):
        return f"{int(found[1]):02d}:{found[2] or '00'}"
    return re.sub(r"[;-]", "?", bare)
