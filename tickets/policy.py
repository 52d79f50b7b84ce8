"""The policy: deadlines for each category and urgency, how far they may be extended, and the calendar of the offices.

The file is TOML; an own file may leave out what stays as shipped. A document is the same as a mapping of what JSON knows, with
nothing left out, as versions of the policy are kept. Refuses (ConfigError, `ticket-policy-invalid`) with every fault named.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, time
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from hotline1022.core.errors import ConfigError, HotlineError
from hotline1022.core.said import said
from hotline1022.tickets.calendar import Calendar, DayAndNight, OfficeHours
from hotline1022.tickets.deadlines import Amount, amount
from hotline1022.tickets.types import Clock, Urgency

V = TypeVar("V")
#: name of the policy file that comes with the product
SHIPPED = "policy.toml"
_OFFICES = frozenset({"hours", "weekdays", "closed", "worked"})
#: no ticket is put off by more days at once: it would be forgotten, and its clock could never be set going again
LONGEST_EXTENSION = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The deadlines of one category at one urgency."""

    clock: Clock
    forward: Amount
    accept: Amount
    answer: Amount
    #: how long before a deadline whoever has the ticket is reminded
    remind_accept: Amount
    remind_answer: Amount


_TERMS = frozenset(field.name for field in fields(Terms))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All deadlines, and the hours in which they run."""

    offices: OfficeHours
    general: Mapping[Urgency, Terms]
    #: where a category has its own
    special: Mapping[tuple[str, Urgency], Terms]
    #: days from the day of the extension to the new last day, at most
    longest_extension: int = LONGEST_EXTENSION

    def terms(self, category: str, urgency: Urgency) -> Terms:
        """Those of this category, else the general ones."""
        return self.special.get((category, urgency)) or self.general[urgency]

    def calendar(self, clock: Clock) -> Calendar:
        """The hours by which a clock runs."""
        return self.offices if clock is Clock.WORKING else DayAndNight()


def load_policy(path: Path | None = None) -> Policy:
    """The policy in the file `path`, or the shipped one."""
    return policy_of(load_document(path), str(path or SHIPPED))


def load_document(path: Path | None = None) -> dict[str, Any]:
    """The document that the file `path` makes of the shipped one, or the shipped one; it need not be sound yet."""
    base = _read((files("hotline1022.tickets") / SHIPPED).read_text(encoding="utf-8"), SHIPPED)
    if path is None:
        return base
    try:
        own = _read(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise _invalid([f"{path}: cannot be read ({error.strerror}); check paths.ticket_policy"]) from error
    except UnicodeDecodeError as error:
        raise _invalid([f"{path}: is not UTF-8 at byte {error.start}; save it as UTF-8"]) from error
    return _laid_over(base, own)


def parse_policy(text: str, source: str = SHIPPED) -> Policy:
    """The policy in `text`, which leaves nothing out."""
    return policy_of(_read(text, source), source)


def _read(text: str, source: str) -> dict[str, Any]:
    try:
        document = _plain(tomllib.loads(text))
        return document if isinstance(document, dict) else {}
    except tomllib.TOMLDecodeError as error:
        raise _invalid([f"{source}: is not TOML ({error}); correct that line"]) from error


def _plain(value: Any) -> Any:
    """Days as texts, as JSON has them."""
    match value:
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list():
            return [_plain(one) for one in value]
        case date():
            return value.isoformat()
    return value


def _laid_over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        merged[key] = _laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


class _Faults:
    """What is wrong, with the place."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.found: list[str] = []

    def add(self, place: str, what: str) -> None:
        """What only a file can have."""
        self.found.append(f"{self._source}: {place}: {what}")

    def say(self, id: str, place: str, **values: object) -> None:
        """What the desk can have too: pages have words for it."""
        self.found.append(f"{self._source}: {said(id, place=place, **values)}")

    def table(self, data: Mapping[str, Any], key: str, place: str, known: frozenset[str]) -> dict[str, Any]:
        value = data.get(key, {})
        if not isinstance(value, dict):
            self.add(place, f"is no section; write [{place}]")
            return {}
        for name in value.keys() - known:
            self.add(f"{place}.{name}", f"is unknown; known are {', '.join(sorted(known))}")
        return {name: one for name, one in value.items() if name in known}

    def read(self, place: str, how: Callable[[], V], default: V, id: str, **values: object) -> V:
        try:
            return how()
        except (ValueError, TypeError, KeyError, HotlineError):
            self.say(id, place, **values)
            return default


def policy_of(data: Mapping[str, Any], source: str) -> Policy:
    """The policy that a document tells; `source` stands before each fault."""
    faults = _Faults(source)
    for name in data.keys() - {"offices", "categories", "extension", *Urgency}:
        faults.add(name, f"is unknown; known are offices, categories, extension, {', '.join(Urgency)}")
    offices = _offices(faults.table(data, "offices", "offices", _OFFICES), faults)
    raw = {urgency: faults.table(data, urgency, urgency, _TERMS) for urgency in Urgency}
    general = {urgency: _terms(raw[urgency], urgency, faults) for urgency in Urgency}
    special = {}
    categories = data.get("categories", {})
    if not isinstance(categories, dict):
        faults.add("categories", "is no section; write [categories.CATEGORY.ordinary]")
        categories = {}
    for category in categories:
        place = f"categories.{category}"
        own = faults.table(categories, category, place, frozenset(Urgency))
        for word in own:
            urgency = Urgency(word)
            given = faults.table(own, word, f"{place}.{word}", _TERMS)
            special[category, urgency] = _terms({**raw[urgency], **given}, f"{place}.{word}", faults)
    given = faults.table(data, "extension", "extension", frozenset({"longest_days"}))
    longest = faults.read(
        "extension.longest_days",
        lambda: _days_long(given),
        LONGEST_EXTENSION,
        "policy-fault.no-number",
        most=LONGEST_EXTENSION,
    )
    if faults.found:
        raise _invalid(faults.found)
    return Policy(
        longest_extension=longest,
        offices=offices,
        general={urgency: terms for urgency, terms in general.items() if terms},
        special={key: terms for key, terms in special.items() if terms},
    )


def _terms(raw: Mapping[str, Any], place: str, faults: _Faults) -> Terms | None:
    words = ", ".join(Clock)
    clock = faults.read(f"{place}.clock", lambda: Clock(raw["clock"]), None, "policy-fault.no-clock", known=words)
    lengths: dict[str, Amount] = {}
    for name in sorted(_TERMS - {"clock"}):
        id = "policy-fault.no-length"
        length = faults.read(f"{place}.{name}", lambda name=name: amount(str(raw[name])), None, id)  # type: ignore[misc]
        if length is not None:
            lengths[name] = length
    return Terms(clock=clock, **lengths) if clock and len(lengths) == len(_TERMS) - 1 else None


def _offices(raw: Mapping[str, Any], faults: _Faults) -> OfficeHours:
    shipped = OfficeHours()
    hours = faults.read("offices.hours", lambda: _hours(raw["hours"]), shipped.hours, "policy-fault.no-hours")
    weekdays = faults.read(
        "offices.weekdays", lambda: _weekdays(raw["weekdays"]), shipped.weekdays, "policy-fault.no-weekdays"
    )
    id = "policy-fault.no-days"
    closed = faults.read("offices.closed", lambda: _days(raw["closed"]), shipped.closed, id)
    worked = faults.read("offices.worked", lambda: _days(raw["worked"]), shipped.worked, id)
    for day in sorted(closed & worked):
        faults.say("policy-fault.both", "offices.closed", day=day)
    return OfficeHours(hours=hours, weekdays=weekdays, closed=closed, worked=worked)


def _days_long(given: Mapping[str, Any]) -> int:
    days = given.get("longest_days", LONGEST_EXTENSION)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= LONGEST_EXTENSION:
        raise ValueError(days)
    return days


def _hours(raw: Any) -> tuple[tuple[time, time], ...]:
    hours = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in (text.split("-") for text in raw))
    ends = [moment for stretch in hours for moment in stretch]
    if not hours or any(a >= b for a, b in pairwise(ends)):
        raise ValueError(raw)
    return hours


def _weekdays(raw: Any) -> frozenset[int]:
    if not raw or any(isinstance(day, bool) or day not in range(1, 8) for day in raw):
        raise ValueError(raw)
    return frozenset(day - 1 for day in raw)


def _days(raw: Any) -> frozenset[date]:
    if not isinstance(raw, list):
        raise TypeError(raw)
    return frozenset(date.fromisoformat(day) for day in raw)


def _invalid(messages: list[str]) -> ConfigError:
    return ConfigError("\n".join(messages), error_id="ticket-policy-invalid")
