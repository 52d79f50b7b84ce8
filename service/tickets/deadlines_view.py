"""Deadlines and days off for pages and API: the policy's document as values, examples, days by their names. Decides nothing itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from hotline1022.core.errors import Invalid, NotFound
from hotline1022.core.said import said
from hotline1022.service.tickets.policy_desk import PolicyDesk
from hotline1022.tickets.calendar import holiday_names
from hotline1022.tickets.day_changes import Days, day_changes, undone
from hotline1022.tickets.day_changes import days_of as decided
from hotline1022.tickets.deadlines import due
from hotline1022.tickets.policy import LONGEST_EXTENSION, Policy
from hotline1022.tickets.ports import DayChange, DayWord, PolicyVersion
from hotline1022.tickets.types import Urgency
from hotline1022.web.deadlines_wire import (
    CategoryTerms,
    DayOff,
    DeadlinesBody,
    DeadlinesDetail,
    DeadlinesDocument,
    DeadlinesNow,
    DueView,
    OfficesView,
    TermsView,
)
from hotline1022.web.rules import dump, parse

#: versions that are looked through for changes of days off
LOOKED = 200


class DeadlinesView:
    """web.deadlines_port.Deadlines."""

    def __init__(self, desk: PolicyDesk, clock: Callable[[], datetime]) -> None:
        self._desk, self._clock = desk, clock

    async def now(self) -> DeadlinesNow:
        """What is in force."""
        desk = self._desk
        found = tuple(_due(desk.policy, self._clock()))
        return DeadlinesNow(version=desk.version, document=wire(desk.document), due=found)

    async def versions(self, limit: int) -> Sequence[PolicyVersion]:
        """Latest first."""
        return await self._desk.versions(limit)

    async def version(self, number: int) -> DeadlinesDetail:
        """One."""
        version, document = await self._desk.one(number)
        return DeadlinesDetail(version=version, document=wire(document))

    async def save(self, wanted: DeadlinesBody, by: str) -> DeadlinesNow:
        """Put it in force."""
        if (wanted.document is None) == (wanted.again == 0):
            raise Invalid("give a document, or `again`, one of the two", error_id="deadlines-invalid")
        given = plain(wanted.document) if wanted.document is not None else {}
        await self._desk.save(given, seen=wanted.seen, by=by, note=wanted.note, again=wanted.again)
        return await self.now()

    async def days(self, since: date, until: date) -> Sequence[DayOff]:
        """Days that are not as the week has them."""
        return days_of(self._desk.policy, since, until)

    async def day_changes(self) -> Sequence[DayChange]:
        """What became of days off, latest first."""
        return day_changes([(version, _decided(found)) for version, found in await self._desk.documents(LOOKED)])

    async def undo_days(self, number: int, *, seen: int, note: str, by: str) -> DeadlinesNow:
        """The days of one change as they were before it; nothing else."""
        change = next((one for one in await self.day_changes() if one.version.number == number), None)
        if change is None:
            text = f"version {number} changed no day off; look in the list of changes"
            raise NotFound(text, error_id="days-change-unknown")
        document = self._desk.document
        after = undone(_decided(document), change)
        offices = {**document.get("offices", {}), **_kept(after)}
        await self._desk.save({**document, "offices": offices}, seen=seen, by=by, note=note)
        return await self.now()


def _decided(document: Mapping[str, Any]) -> Days:
    """Of a document of any release: of a version of long ago the days alone are read."""
    offices = document.get("offices", {})
    closed, worked = ([date.fromisoformat(str(one)) for one in offices.get(name, ())] for name in ("closed", "worked"))
    return decided(closed, worked)


def _kept(days: Days) -> dict[str, list[str]]:
    """As a document has them."""
    return {
        name: [day.isoformat() for day in sorted(days) if days[day] is word]
        for name, word in (("closed", DayWord.CLOSED), ("worked", DayWord.WORKED))
    }


def days_of(policy: Policy, since: date, until: date) -> list[DayOff]:
    """Of the state and of one's own; one's own word wins."""
    offices = policy.offices
    found: dict[date, DayOff] = {}
    for year in range(since.year, until.year + 1):
        names, state = holiday_names(year), offices.state(year)
        found |= {day: DayOff(day=day, off=True, own=False, name=names.get(day, "")) for day in state.off}
        found |= {day: DayOff(day=day, off=False, own=False, name="") for day in state.worked}
    found |= {day: DayOff(day=day, off=True, own=True, name="") for day in offices.closed}
    found |= {day: DayOff(day=day, off=False, own=True, name="") for day in offices.worked}
    return [found[day] for day in sorted(found) if since <= day <= until]


def _due(policy: Policy, at: datetime) -> Sequence[DueView]:
    kinds = [("", urgency) for urgency in Urgency] + sorted(policy.special)
    made = []
    for category, urgency in kinds:
        terms = policy.terms(category, urgency)
        calendar = policy.calendar(terms.clock)
        accept, answer = due(at, terms.accept, calendar), due(at, terms.answer, calendar)
        made.append(DueView(category=category, urgency=urgency, accept_by=accept, answer_by=answer))
    return made


# ---------------------------------------------------------------- the document of the policy, and its value here


def wire(document: Mapping[str, Any]) -> DeadlinesDocument:
    """A document that was read as a policy before."""
    offices = document.get("offices", {})
    categories = document.get("categories", {})
    own = [
        {"category": category, "urgency": urgency, "terms": terms}
        for category, each in sorted(categories.items())
        for urgency, terms in sorted(each.items())
    ]
    value: DeadlinesDocument = parse(
        DeadlinesDocument,
        {
            "offices": {name: offices[name] for name in (one.name for one in fields(OfficesView)) if name in offices},
            "ordinary": document["ordinary"],
            "urgent": document["urgent"],
            "categories": own,
            "longest_extension_days": document.get("extension", {}).get("longest_days", LONGEST_EXTENSION),
        },
        texts=False,
    )
    return value


def plain(given: DeadlinesDocument) -> dict[str, Any]:
    """As versions keep it. Invalid `deadlines-invalid` for a category that is named twice."""
    categories: dict[str, dict[str, Any]] = {}
    for one in given.categories:
        each = categories.setdefault(one.category, {})
        if one.urgency in each:
            raise Invalid(
                said("policy-fault.twice", category=one.category, urgency=one.urgency), error_id="deadlines-invalid"
            )
        each[one.urgency.value] = _terms(one)
    return {
        "offices": dump(given.offices),
        "ordinary": _given(given.ordinary),
        "urgent": _given(given.urgent),
        "categories": categories,
        "extension": {"longest_days": given.longest_extension_days},
    }


def _terms(one: CategoryTerms) -> dict[str, Any]:
    terms = _given(one.terms)
    if not terms:
        text = said("policy-fault.nothing", category=one.category, urgency=one.urgency)
        raise Invalid(text, error_id="deadlines-invalid")
    return terms


def _given(terms: TermsView) -> dict[str, Any]:
    return {name: value for name, value in dump(terms).items() if value is not None}
