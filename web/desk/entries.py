"""The audit searched: by day, by who and by kind, or about one thing; pages, the latest first. Refuses nothing of it itself:
audit_search.py says which entries somebody may know of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.audit.types import EntryFilter, Kind
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.web.audit_search import May, kinds_of, opened, wanted
from hotline1022.web.desk import seen
from hotline1022.web.desk.render import show
from hotline1022.web.page_words import words
from hotline1022.web.recordings_wire import AuditEntryView
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule

HERE = "/desk/evidence/entries"
#: entries of a page, and of one thing
SIZE, OF_ONE = 50, 1000
YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesQuery:
    """What is wanted, as a form sends it: empty ones too."""

    subject: Annotated[str, Rule(doc="one thing: call:ID, recording:ID, ticket:ID, user:ID, disclosure:ID, chain")] = ""
    since: Annotated[str, Rule(doc="day")] = ""
    until: Annotated[str, Rule(doc="day, through its end")] = ""
    actor: Annotated[str, Rule(doc="who, as the audit writes it: user:lan; a login alone is a user's")] = ""
    kind: Annotated[str, Rule(doc="one kind alone")] = ""
    after: Annotated[str, Rule(doc="number of the last entry of the page before", pattern="[0-9]{0,15}")] = ""


async def show_entries(ask: Ask) -> web.Response:
    """Those that are wanted, the latest first."""
    query: EntriesQuery = ask.query
    typed = {
        "subject": query.subject.strip()[:200],
        "since": query.since.strip()[:20],
        "until": query.until.strip()[:20],
        "actor": query.actor.strip()[:200],
        "kind": query.kind.strip()[:40],
    }
    known = kinds_of(_may(ask))
    try:
        found = await _found(ask, typed["subject"], _wanted(typed, known, int(query.after or 0)))
    except HotlineError as error:
        return await _page(ask, typed, known, (), error=error)
    shown = found[:SIZE] if not typed["subject"] else found
    later = f"{HERE}?{_address(typed, after=shown[-1].seq)}" if len(found) > len(shown) else ""
    return await _page(ask, typed, known, shown, later=later, first=not query.after)


def _wanted(typed: dict[str, str], known: frozenset[Kind], after: int) -> EntryFilter:
    return wanted(
        known,
        kind=typed["kind"],
        actor=typed["actor"],
        since=_day(typed["since"]),
        until=_day(typed["until"]),
        after=after,
        limit=SIZE + 1,
    )


def _may(ask: Ask) -> May:
    assert ask.signed is not None
    return ask.signed.may


async def _found(ask: Ask, subject: str, filter: EntryFilter) -> Sequence[AuditEntryView]:
    """The latest first."""
    if not subject:
        return (await ask.ports.evidence.search(filter)).entries
    about = (await ask.ports.evidence.entries(subject, OF_ONE)).entries
    return [one for one in reversed(about) if _fits(one, filter)]


def _fits(one: AuditEntryView, wanted: EntryFilter) -> bool:
    """What the search finds by an index, of the few entries about one thing."""
    return (
        any(one.kind == kind.value for kind in wanted.kinds)
        and wanted.actor in ("", one.actor)
        and (wanted.since is None or one.at >= wanted.since)
        and (wanted.until is None or one.at < wanted.until)
    )


def _day(text: str) -> date | None:
    """Invalid `search-time`."""
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
        if found.year not in YEARS:
            raise ValueError(text)
    except ValueError:
        raise Invalid("a day of the search cannot be read; choose one", error_id="search-time") from None
    return found


def _address(typed: dict[str, str], **more: object) -> str:
    return urlencode({name: value for name, value in (typed | more).items() if value})


async def _page(
    ask: Ask,
    typed: dict[str, str],
    known: frozenset[Kind],
    found: Sequence[AuditEntryView],
    *,
    error: HotlineError | None = None,
    later: str = "",
    first: bool = True,
) -> web.Response:
    assert ask.signed is not None
    say, users = words(), list[tuple[str, str]]()
    if ask.signed.may(Permission.USERS):
        users = [(f"user:{one.login}", one.name) for one in await ask.ports.users.users()]
    people = {one.id: one.name for one in await ask.ports.people.list()}
    kinds = sorted(((one.value, say.or_itself("entry", one.value)) for one in known), key=lambda one: one[1].casefold())
    return show(
        ask,
        "entries",
        error=error,
        typed=typed,
        entries=seen.entries_of([*reversed(opened(found, _may(ask)))], people),
        kinds=kinds,
        users=users,
        later=later,
        newest="" if first else f"{HERE}?{_address(typed)}",
        listens=ask.signed.may(Permission.LISTEN),
    )
