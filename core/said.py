"""Sentences of services, made of their id and values, and read back into them. Refuses an id that sentences.py does not have, and
values that are not those of its holes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from hotline1022.core.clock import local
from hotline1022.core.sentences import SENTENCES

_MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d"
_DAY = r"\d{4}-\d\d-\d\d"
_COUNT = r"\d+"
_WORD = r"[A-Za-z0-9_.-]+"
#: of which form the values of a hole are; any text otherwise
FORMS: Mapping[str, str] = {
    **dict.fromkeys(("last", "before", "after", "since", "first", "due"), _MOMENT),
    **dict.fromkeys(("until", "day"), _DAY),
    **dict.fromkeys(("days", "number", "most", "count", "many", "lately", "nights", "left", "room", "files"), _COUNT),
    **dict.fromkeys(("found", "hunt", "seq"), _COUNT),
    **dict.fromkeys(("line", "person", "ticket_state", "category", "urgency", "what", "role", "channel"), _WORD),
    **dict.fromkeys(("state", "webhook", "disclosure", "link", "place", "hours", "request"), _WORD),
    **dict.fromkeys(("error", "webhook_error", "fault"), "[a-z0-9-]*"),
    "name": "[^;]+",
    "gateway": r"\w*",
    "share": r"\d+\.\d",
    "code": r"[\d ]+",
    "night": "stamp of the audit|nightly look at the evidence",
}
#: holes whose value is a moment or a day; in any other one such a text is somebody's name
MOMENTS = frozenset(name for name, form in FORMS.items() if form in (_MOMENT, _DAY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence that was understood."""

    #: the key of its words in the catalogue, such as `doubt.gap`
    id: str
    values: Mapping[str, str]


def said(id: str, **values: object) -> str:
    """The sentence; moments are written on the province's clock, `2026-11-30 14:05`. KeyError for an unknown id or a missing value."""
    return SENTENCES[id].format_map({name: _written(value) for name, value in values.items()})


def understood(text: str, table: str) -> list[Said] | None:
    """The sentences of this table of which the text is made, joined by `; `; None when it is not."""
    if whole := _one(text, table):
        return [whole]
    at = text.find("; ")
    while at >= 0:
        first = _one(text[:at], table)
        if first and (rest := understood(text[at + 2 :], table)):
            return [first, *rest]
        at = text.find("; ", at + 2)
    return None


def holes(sentence: str) -> frozenset[str]:
    """The names of its values."""
    return frozenset(re.findall(r"\{(\w+)\}", sentence))


def _one(text: str, table: str) -> Said | None:
    for id, form in _forms(table):
        if found := form.fullmatch(text):
            return Said(id=id, values=found.groupdict())
    return None


@cache
def _forms(table: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (id, re.compile("".join(_pattern(text)), re.DOTALL))
        for id, text in SENTENCES.items()
        if id.startswith(f"{table}.")
    )


def _pattern(sentence: str) -> Iterator[str]:
    for number, part in enumerate(re.split(r"\{(\w+)\}", sentence)):
        yield f"(?P<{part}>{FORMS.get(part, '.+')})" if number % 2 else re.escape(part)


def _written(value: object) -> str:
    match value:
        case datetime():
            return local(value).strftime("%F %H:%M")
        case date():
            return value.isoformat()
    return str(value)
