"""Reads a directory file: TOML to values, or one error that names every fault with file, line, entry and cure.

Refuses (Invalid `directory-invalid`) a file with one fault whole. What the file does not name is nobody's business here.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from hotline1022.core.errors import Invalid
from hotline1022.directory.make import a_category, a_contact, an_agency, an_area
from hotline1022.directory.numbers import Numbers
from hotline1022.directory.types import AgencyKind, AreaKind, Role, Thing

#: name of the file that comes with the product
SHIPPED = "agencies.toml"
_TABLE = re.compile(r"^[ \t]*\[\[[ \t]*([a-z]+)[ \t]*\]\]", re.MULTILINE)
_LISTS = "areas, agencies, categories, contacts"
_WORDS = {
    str: 'a text: "…"',
    int: "a whole number",
    bool: "true or false",
    date: "a day: 2026-12-01",
    list: 'a list of texts: ["…", "…"]',
}
#: what an entry may say, and of which kind it is; the first ones must be there
_TREE = {"id": str, "name": str, "kind": str}
_TIMES = {"valid_from": date, "valid_to": date}
_AREA = {**_TREE, "parent": str, "successor": str, **_TIMES}
_AGENCY = {**_TREE, "short": str, "parent": str, "successor": str, **_TIMES, "code": int, "hours": str, "hunt": list}
_CATEGORY = {"id": str, "name": str, "agency": str, "urgent": bool, "by_area": list, **_TIMES}
_CONTACT = {
    "id": str,
    "agency": str,
    "role": str,
    "name": str,
    **dict.fromkeys(("office", "mobile", "sms", "email", "hours", "letter"), str),
    "order": int,
    "letter_date": date,
    **_TIMES,
}
_NEEDED = {
    "areas": ("id", "name", "kind"),
    "agencies": ("id", "name", "short", "kind"),
    "categories": ("id", "name", "agency"),
    "contacts": ("id", "agency", "role", "name"),
}
_ENTRY = {"areas": "area", "agencies": "agency", "categories": "category", "contacts": "contact"}


def shipped_text() -> str:
    """The file that comes with the product: the decision's agencies with sample numbers."""
    return (files("hotline1022.directory") / SHIPPED).read_text(encoding="utf-8")


@cache
def shipped(numbers: Numbers) -> tuple[Thing, ...]:
    """Everything that it names."""
    return read(shipped_text(), numbers)


def read(text: str, numbers: Numbers, *, source: str = SHIPPED) -> tuple[Thing, ...]:
    """Everything that the file names; `source` names it in messages."""
    text = unicodedata.normalize("NFC", text.removeprefix("\ufeff").replace("\r\n", "\n"))
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid([f"{source}: it is no TOML ({error}); see `hotline1022 directory sample`"]) from error
    problems = [f"{source}: {key!r} is unknown here; known are {_LISTS}" for key in given if key not in _ENTRY]
    things: list[Thing] = []
    seen: dict[tuple[str, str], int] = {}
    for kind, line, entry in _entries(text, given, source, problems):
        where = f"{source} line {line}: {_ENTRY[kind]} {entry.get('id', '')}".rstrip()
        try:
            thing = _MAKERS[kind](entry, numbers)
        except Invalid as error:
            problems.append(f"{where}: {error}")
            continue
        first = seen.setdefault((kind, thing.id), line)
        if first != line:
            problems.append(f"{where}: it is there already in line {first}; give each its own id")
        things.append(thing)
    if problems:
        raise _invalid(problems)
    return tuple(things)


def _entries(
    text: str, given: Mapping[str, Any], source: str, problems: list[str]
) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    lines: dict[str, list[int]] = {}
    for match in _TABLE.finditer(text):
        lines.setdefault(match[1], []).append(text.count("\n", 0, match.start(1)) + 1)
    for kind in _ENTRY:
        entries = given.get(kind, [])
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            problems.append(f"{source}: {kind} is no list of tables; write [[{kind}]]")
            continue
        places = lines.get(kind, [])
        for number, entry in enumerate(entries):
            yield kind, places[number] if len(places) == len(entries) else 1, entry


def _area(entry: Mapping[str, Any], numbers: Numbers) -> Thing:
    taken = _taken("areas", entry, _AREA)
    return an_area(**{**taken, "kind": _word("kind", taken["kind"], AreaKind)})


def _agency(entry: Mapping[str, Any], numbers: Numbers) -> Thing:
    taken = _taken("agencies", entry, _AGENCY)
    return an_agency(**{**taken, "kind": _word("kind", taken["kind"], AgencyKind)})


def _category(entry: Mapping[str, Any], numbers: Numbers) -> Thing:
    return a_category(**_taken("categories", entry, _CATEGORY))


def _contact(entry: Mapping[str, Any], numbers: Numbers) -> Thing:
    taken = _taken("contacts", entry, _CONTACT)
    return a_contact(numbers, **{**taken, "role": _word("role", taken["role"], Role)})


_MAKERS: dict[str, Callable[[Mapping[str, Any], Numbers], Thing]] = {
    "areas": _area,
    "agencies": _agency,
    "categories": _category,
    "contacts": _contact,
}


def _taken(kind: str, entry: Mapping[str, Any], known: Mapping[str, type]) -> dict[str, Any]:
    for key, value in entry.items():
        if key not in known:
            raise Invalid(f"{key!r} is unknown here; known are {', '.join(known)}")
        if not _is(value, known[key]):
            raise Invalid(f"{key} is of the wrong kind; write {_WORDS[known[key]]}")
    for key in _NEEDED[kind]:
        if key not in entry:
            raise Invalid(f"{key} is missing; write {_WORDS[known[key]]}")
    return dict(entry)


def _is(value: object, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind) and not isinstance(value, datetime)


def _word(key: str, text: str, words: type[StrEnum]) -> StrEnum:
    if text not in set(words):
        raise Invalid(f"{key} {text!r} is not one of the words; choose {', '.join(words)}")
    return words(text)


def _invalid(messages: list[str]) -> Invalid:
    return Invalid("\n".join(messages), error_id="directory-invalid")
