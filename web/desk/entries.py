"""The audit searched: by day, by who and by kind, or about one thing; pages, the latest first. Refuses kinds of entries to whoever may not
know of them: who may not listen sees what people did in the house, and of recordings and citizens no details.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.audit.types import EntryFilter, Kind
from hotline1022.core.clock import PROVINCE
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.core.masking import mask_text
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
P, K = Permission, Kind
#: kind → what lets people know of such entries, beside `listen`, which lets know of all; what is not here is the auditor's alone
SEEN: dict[Kind, Permission] = {
    **dict.fromkeys((K.USER_SIGNED_IN, K.USER_SIGNED_OUT, K.USER_CHANGED, K.ROLE_CHANGED), P.USERS),
    **dict.fromkeys((K.USER_PASSWORD, K.USER_SECOND_FACTOR), P.USERS),
    **dict.fromkeys((K.ACT, K.MENU_PUBLISHED, K.TEMPLATE_CHANGED, K.DEADLINES_CHANGED), P.SETTINGS),
    **dict.fromkeys((K.RETENTION_CHANGED, K.BACKUP_MADE, K.BACKUP_RESTORED), P.SETTINGS),
}
#: acts about these are told to who may not listen without details: which recording, and why, is not theirs
CLOSED = ("call", "recording", "disclosure", "hold", "citizen", "erasure", "listen", "voicemail")


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
    known = kinds_of(ask)
    try:
        wanted = _wanted(typed, known, int(query.after or 0))
        found = await _found(ask, typed["subject"], wanted)
    except HotlineError as error:
        return await _page(ask, typed, known, (), error=error)
    shown = found[:SIZE] if not typed["subject"] else found
    later = f"{HERE}?{_address(typed, after=shown[-1].seq)}" if len(found) > len(shown) else ""
    return await _page(ask, typed, known, shown, later=later, first=not query.after)


def kinds_of(ask: Ask) -> frozenset[Kind]:
    """Of which entries who asks may know."""
    assert ask.signed is not None
    may = ask.signed.may
    return frozenset(kind for kind in Kind if may(P.LISTEN) or (kind in SEEN and may(SEEN[kind])))


def _wanted(typed: dict[str, str], known: frozenset[Kind], after: int) -> EntryFilter:
    since, until = _day(typed["since"]), _day(typed["until"])
    if since and until and since > until:
        raise Invalid("the search ends before it begins; exchange the two", error_id="search-reversed")
    actor = typed["actor"]
    if actor and ":" not in actor and actor != "service":
        actor = f"user:{actor.casefold()}"
    return EntryFilter(
        kinds=frozenset(kind for kind in known if typed["kind"] in ("", kind.value)),
        actor=actor,
        since=_begins(since) if since else None,
        until=_begins(until + timedelta(days=1)) if until else None,
        after=after,
        limit=SIZE + 1,
    )


async def _found(ask: Ask, subject: str, wanted: EntryFilter) -> Sequence[AuditEntryView]:
    """The latest first."""
    if not subject:
        return (await ask.ports.evidence.search(wanted)).entries
    about = (await ask.ports.evidence.entries(subject, OF_ONE)).entries
    return [one for one in reversed(about) if _fits(one, wanted)]


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


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), PROVINCE)


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
    if ask.signed.may(P.USERS):
        users = [(f"user:{one.login}", one.name) for one in await ask.ports.users.users()]
    people = {one.id: one.name for one in await ask.ports.people.list()}
    kinds = sorted(((one.value, say.or_itself("entry", one.value)) for one in known), key=lambda one: one[1].casefold())
    return show(
        ask,
        "entries",
        error=error,
        typed=typed,
        entries=seen.entries_of([*reversed(_open(ask, found))], people),
        kinds=kinds,
        users=users,
        later=later,
        newest="" if first else f"{HERE}?{_address(typed)}",
        listens=ask.signed.may(P.LISTEN),
    )


def _open(ask: Ask, found: Iterable[AuditEntryView]) -> list[AuditEntryView]:
    """As who asks may read them: the rows stay as they are."""
    assert ask.signed is not None
    listens, numbers = ask.signed.may(P.LISTEN), seen.sees_numbers(ask)
    opened = []
    for one in found:
        if not listens and one.subject.partition(":")[0] in CLOSED:
            act = {"act": one.detail["act"]} if "act" in one.detail else {}
            one = replace(one, subject="", detail=act)
        elif not numbers:
            one = replace(one, detail={name: _masked(value) for name, value in one.detail.items()})
        opened.append(one)
    return opened


def _masked(value: Any) -> Any:
    match value:
        case str():
            return mask_text(value)
        case list():
            return [_masked(one) for one in value]
        case dict():
            return {name: _masked(one) for name, one in value.items()}
        case _:
            return value
