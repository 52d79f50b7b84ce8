"""What the catalogue says of a recording and how it is asked. Pure; refuses a number that would fit too many.

A search is done by keys: what a recording is found by (numbers, people, lines, agencies, categories, ticket codes, words),
each one short text with its kind in front, so that both databases answer from the same index.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline1022.core.clock import aware
from hotline1022.core.errors import Invalid
from hotline1022.core.folding import fold
from hotline1022.recordings.states import State

#: digits that tell a number from enough others
FEWEST_DIGITS = 4
#: from so many digits on a number is compared as a whole, not by its end
WHOLE_DIGITS = 8
#: longer words, and more of them, are not kept: they are no words of a citizen
LONGEST_WORD, MOST_WORDS = 40, 3000
#: lengths that a search finds by a key
LONG_MINUTES, SHORT_SECONDS = (5, 10, 15, 20, 30, 45, 60, 90, 120), (5, 10, 20, 30)
_WORD = re.compile(r"\w+")
_COUNTRY = "84"


class CallKind(StrEnum):
    """What a recording is of, as far as its keeping is concerned. The database repeats this list."""

    #: asked for 115
    EMERGENCY = "emergency"
    #: one of its tickets is not closed
    TICKET_OPEN = "ticket-open"
    ORDINARY = "ordinary"


class Shown(StrEnum):
    """The states as people see and ask for them: `held` stands before the others."""

    SPOOLED = "spooled"
    STORED = "stored"
    VERIFIED = "verified"
    DAMAGED = "damaged"
    NOT_RECORDED = "not-recorded"
    EXPIRED = "expired"
    HELD = "held"
    EXPIRING = "expiring"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Who and what a call was about, in the order in which it came up; ids, not names."""

    persons: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    #: ticket codes
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogued:
    """One recording as the catalogue has it. Times are aware UTC, durations milliseconds."""

    #: random: it cannot be guessed, and says nothing of the call
    id: str
    call: str
    #: its place among all recordings: greater is later, no two are the same
    place: int
    started_at: datetime
    ended_at: datetime | None
    #: longest original; until it is filed, the call's length
    duration_ms: int
    #: of all originals
    bytes: int
    #: originals with audio, both sides of each person
    tracks: int
    #: `pcm_s16le` …; several with a blank between
    codec: str
    gap_ms: int
    lost_ms: int
    state: State
    #: why it was not recorded: a word of types.Why; "" else
    why: str
    held: bool
    kind: CallKind
    #: E.164, or as sent; "" when withheld
    caller: str
    about: About
    verified_at: datetime | None

    @property
    def shown(self) -> Shown:
        """The state as people see it."""
        return Shown.HELD if self.held else Shown(self.state.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueFilter:
    """Which recordings are wanted; None or empty means all. Newest first."""

    #: in any way of writing, or its last digits: 4 at least
    number: str = ""
    #: it is one to the last digit, and no end of another
    whole_number: bool = False
    #: the call began at or after, and before
    since: datetime | None = None
    until: datetime | None = None
    #: who talked with the citizen, and at which line
    person: str = ""
    line: str = ""
    agency: str = ""
    category: str = ""
    code: str = ""
    #: of a ticket of the call; all of them, in any order and way of typing
    words: str = ""
    #: words of what was asked and answered alone: none that tell who the citizen is
    open_words: bool = False
    shortest_ms: int | None = None
    longest_ms: int | None = None
    state: Shown | None = None
    kind: CallKind | None = None
    #: of the last recording of the page before
    before: int | None = None
    limit: int = 50

    def __post_init__(self) -> None:
        for moment in (self.since, self.until):
            if moment is not None:
                aware(moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class CataloguePage:
    """Recordings, newest first; `next` is None on the last page, else the `before` of the next one."""

    recordings: tuple[Catalogued, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check of all originals of one call found."""

    call: str
    #: originals that were looked at
    checked: int
    #: paths of those that are gone, have other bytes or cannot be read
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What verdicts changed."""

    #: found sound
    verified: int = 0
    #: ids of those that are damaged since this verdict
    damaged: tuple[str, ...] = ()


def significant(number: str) -> str:
    """The digits by which a number is told from others, whatever way it is written; "" for none.

    `+84 274 3822 222`, `0084274…`, `(0274) 3.822.222` and a carrier's `842743822222` or `2743822222` are the same.
    """
    digits = re.sub(r"[^0-9]", "", number)
    abroad = number.strip().startswith("+")
    if digits.startswith("00"):
        digits, abroad = digits[2:], True
    if digits.startswith(_COUNTRY) and (abroad or len(digits) >= 11):
        # people write the 0 behind the country's code too
        return digits[2:].removeprefix("0")
    return digits if abroad else digits.removeprefix("0")


def number_keys(numbers: Iterable[str]) -> tuple[str, ...]:
    """The keys of these numbers: as a whole, turned round so that the last digits come first, and the last four alone."""
    found = list(dict.fromkeys(digits[::-1] for number in numbers if (digits := significant(number))))
    ends = dict.fromkeys(one[:FEWEST_DIGITS] for one in found if len(one) >= FEWEST_DIGITS)
    return (*(f"n:{one}" for one in found), *(f"e:{one}" for one in ends))


def asked_number(number: str) -> tuple[str, str]:
    """The keys of it as a whole, "" where it is a part of a number, and of its last digits. Invalid `number-short`."""
    digits = re.sub(r"[^0-9]", "", number)
    if len(digits) < FEWEST_DIGITS:
        text = f"{number!r} fits too many numbers; write its last {FEWEST_DIGITS} digits at least"
        raise Invalid(text, error_id="number-short")
    if len(digits) < WHOLE_DIGITS:
        return "", f"n:{digits[::-1]}"
    key = f"n:{significant(number)[::-1]}"
    return key, key


def duration_keys(ms: int) -> tuple[str, ...]:
    """The keys of how long it is: few are very long or very short."""
    longer = (f"d:{minutes}" for minutes in LONG_MINUTES if ms >= minutes * 60_000)
    return (*longer, *(f"s:{seconds}" for seconds in SHORT_SECONDS if ms <= seconds * 1000))


def asked_duration(shortest_ms: int | None, longest_ms: int | None) -> tuple[str, ...]:
    """Keys that all recordings of such a length have; others may have them too."""
    longer = [minutes for minutes in LONG_MINUTES if shortest_ms is not None and shortest_ms >= minutes * 60_000]
    shorter = [seconds for seconds in SHORT_SECONDS if longest_ms is not None and longest_ms <= seconds * 1000]
    return (*(f"d:{one}" for one in longer[-1:]), *(f"s:{one}" for one in shorter[:1]))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, each once, without marks and case."""
    found = dict.fromkeys(word for word in _WORD.findall(fold(text)) if len(word) <= LONGEST_WORD)
    return tuple(found)[:MOST_WORDS]


def word_keys(text: str, *, open_to_all: bool = False) -> tuple[str, ...]:
    """The keys of a text's words; those that are open to all have keys of their own."""
    kind = "v" if open_to_all else "w"
    return tuple(f"{kind}:{word}" for word in words_of(text))


def about_keys(about: About) -> tuple[str, ...]:
    """The keys of who and what it was about."""
    named = (
        ("p", about.persons),
        ("l", about.lines),
        ("a", about.agencies),
        ("c", about.categories),
        ("t", about.codes),
    )
    return tuple(f"{kind}:{one}" for kind, ids in named for one in ids)


def kind_keys(kind: CallKind) -> tuple[str, ...]:
    """The key of its kind; ordinary ones are most, and have none."""
    return () if kind is CallKind.ORDINARY else (f"k:{kind}",)


def state_keys(state: State | Shown | None) -> tuple[str, ...]:
    """The key of what was not recorded: a state that stays, of recordings that are spread over years."""
    return ("x:not-recorded",) if state in (State.NOT_RECORDED, Shown.NOT_RECORDED) else ()


def asked_keys(wanted: CatalogueFilter) -> tuple[str, ...]:
    """The keys but number and words that a recording must have; the one that fits fewest comes first."""
    asked = (("t", wanted.code), ("p", wanted.person), ("l", wanted.line), ("a", wanted.agency), ("c", wanted.category))
    return tuple(f"{kind}:{one}" for kind, one in asked if one)
