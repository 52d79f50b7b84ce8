"""Deadlines as a form of the desk: lengths in words, what a form gives to the API's own rules. Refuses (Invalid `length-invalid`,
`hours-invalid`, `deadlines-category-missing`) what is no length, no hours, and a row of no category.
"""

import re
from collections.abc import Mapping
from typing import Any

from hotline1022.core.errors import Invalid
from hotline1022.tickets.types import Clock, Urgency
from hotline1022.web.deadlines_wire import DeadlinesDocument, TermsView
from hotline1022.web.desk.forms import Form
from hotline1022.web.page_words import words
from hotline1022.web.rules import dump, parse

#: fields of a row, in the order of the page
LENGTHS = ("forward", "accept", "answer", "remind_accept", "remind_answer")
GENERAL = tuple(Urgency)
#: rows for categories in one form, so that a form of them stays within its fields
ROWS = 40
_UNITS = ("minute", "hour", "day")


def said(length: str | None) -> str:
    """`30 phút`; "" for none."""
    if length is None:
        return ""
    number, unit = length.split()
    word = words()(f"length.{unit.removesuffix('s')}")
    return f"{number} {word}"


def meant(text: str) -> str | None:
    """A length as the API takes it, of `30 phút`; None for nothing. Invalid `length-invalid`."""
    say = words()
    text = " ".join(text.lower().split())
    if not text:
        return None
    for unit in _UNITS:
        if found := re.fullmatch(rf"([0-9]{{1,4}}) ?{re.escape(say(f'length.{unit}').lower())}", text):
            number = int(found[1])
            return f"{number} {unit}{'' if number == 1 else 's'}"
    raise Invalid(f"{text[:20]!r} is no length of time; write 30 minutes, 4 hours or 5 days", error_id="length-invalid")


def filled(document: DeadlinesDocument) -> dict[str, Any]:
    """What stands in the form."""
    rows = [
        {"category": one.category, "urgency": one.urgency.value} | _filled(one.terms)
        for one in document.categories[:ROWS]
    ]
    return {
        "general": {urgency.value: _filled(getattr(document, urgency.value)) for urgency in GENERAL},
        "rows": rows,
        "hours": ", ".join(one.replace("-", "–") for one in document.offices.hours),
        "weekdays": frozenset(map(str, document.offices.weekdays)),
        "longest": str(document.longest_extension_days),
    }


def _filled(terms: TermsView) -> dict[str, str]:
    return {name: said(getattr(terms, name)) for name in LENGTHS} | {"clock": terms.clock.value if terms.clock else ""}


def typed(form: Form) -> dict[str, Any]:
    """What was typed, as it goes back into the form."""
    general = {urgency.value: _typed(form, urgency.value) for urgency in GENERAL}
    every = (
        {"category": form.one(f"r{number}-category")[:40], "urgency": form.one(f"r{number}-urgency")[:10]}
        | _typed(form, f"r{number}")
        for number in range(ROWS)
    )
    rows = [row for row in every if row["category"] or unchosen(row)]
    return {
        "general": general,
        "rows": rows,
        "hours": form.one("hours").strip()[:80],
        "weekdays": form.all("weekday"),
        "longest": form.one("longest").strip()[:6],
    }


def _typed(form: Form, group: str) -> dict[str, str]:
    return {name: form.one(f"{group}-{name}").strip()[:20] for name in (*LENGTHS, "clock")}


def unchosen(row: Mapping[str, str]) -> bool:
    """Whether something is said in a row, and not of which category."""
    return not row["category"] and any(row[name] for name in (*LENGTHS, "clock"))


def document_of(given: Mapping[str, Any], now: DeadlinesDocument) -> DeadlinesDocument:
    """The document that a form means; its days off, and rows beyond those that it shows, are those of `now`. Invalid. A row with nothing in
    it is taken away.
    """
    if any(unchosen(row) for row in given["rows"]):
        raise Invalid("a row has no category; choose one", error_id="deadlines-category-missing")
    rows = [
        {"category": row["category"], "urgency": row["urgency"], "terms": terms}
        for row in given["rows"]
        if (terms := _terms(row))
    ]
    value: dict[str, object] = {urgency.value: _terms(given["general"][urgency.value]) for urgency in GENERAL}
    value["categories"] = rows + dump(now.categories[ROWS:])
    value["longest_extension_days"] = (
        int(given["longest"]) if given["longest"].isascii() and given["longest"].isdecimal() else 0
    )
    value["offices"] = {
        "hours": _hours(given["hours"]),
        "weekdays": [int(one) for one in sorted(given["weekdays"]) if one.isascii() and one.isdecimal()],
        "closed": [day.isoformat() for day in now.offices.closed],
        "worked": [day.isoformat() for day in now.offices.worked],
    }
    document: DeadlinesDocument = parse(DeadlinesDocument, value, texts=False)
    return document


def _terms(row: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {name: length for name in LENGTHS if (length := meant(row[name])) is not None}
    if row["clock"]:
        found["clock"] = row["clock"]
    return found


def _hours(text: str) -> list[str]:
    found = ["-".join(part.strip() for part in re.split("[-–]", one)) for one in text.split(",") if one.strip()]
    if not found or not all(re.fullmatch(r"[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]", one) for one in found):
        raise Invalid("these are no hours; write 07:30-11:30, 13:30-17:00", error_id="hours-invalid")
    return found


def rows_of(document: DeadlinesDocument, names: Mapping[str, str]) -> list[dict[str, str]]:
    """A document as a table that is only read."""
    say = words()
    general = [("", urgency, getattr(document, urgency.value)) for urgency in GENERAL]
    own = [(one.category, one.urgency, one.terms) for one in document.categories]
    return [
        {
            "name": names.get(category, category) if category else say("deadlines.general"),
            "urgency": say(f"urgency.{urgency}"),
            "clock": say(f"clock.{terms.clock}") if terms.clock else say("deadlines.as-general"),
        }
        | {name: said(getattr(terms, name)) or say("deadlines.as-general") for name in LENGTHS}
        for category, urgency, terms in general + own
    ]


#: what a clock may be, in the order of the page
CLOCKS = tuple(one.value for one in Clock)
