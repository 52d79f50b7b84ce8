"""Recordings as an auditor looks for them. Refuses a part of a number to whoever may not see numbers, and all but those of one ticket
to somebody of an agency; tells on the page what a search lacks.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.clock import PROVINCE
from hotline1022.core.errors import Invalid, NotFound
from hotline1022.recordings.types import CallKind, CatalogueFilter, Shown
from hotline1022.web.desk import seen
from hotline1022.web.desk.door import see
from hotline1022.web.desk.render import show, told
from hotline1022.web.desk.tickets import asked
from hotline1022.web.errors import Forbidden
from hotline1022.web.failures import failure
from hotline1022.web.number_search import check_number
from hotline1022.web.recording_rights import check_ticket, of_tickets, only_own
from hotline1022.web.recordings import check_words, read_place
from hotline1022.web.recordings_wire import RecordingView
from hotline1022.web.route import Ask
from hotline1022.web.rules import YEARS, Rule
from hotline1022.web.ticket_rights import found_for

LIST = "/desk/recordings"
#: recordings of a page
ROWS = 50
#: what somebody of an agency looks by
_OF_TICKET = frozenset({"ticket", "cursor"})
_LENGTH = re.compile(r"(?:(\d{1,3}):)?(\d{1,4})(?::(\d\d))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """A search as it was typed; what is empty does not count."""

    number: Annotated[str, Rule(doc="number in any way of writing, or its last four digits or more")] = ""
    since: Annotated[str, Rule(doc="day")] = ""
    since_time: Annotated[str, Rule(doc="time of that day")] = ""
    until: Annotated[str, Rule(doc="day, through its end")] = ""
    until_time: Annotated[str, Rule(doc="time of that day")] = ""
    person: Annotated[str, Rule(doc="id of a person")] = ""
    line: Annotated[str, Rule(doc="number of a line")] = ""
    agency: Annotated[str, Rule(doc="id of an agency")] = ""
    category: Annotated[str, Rule(doc="id of a category")] = ""
    ticket: Annotated[str, Rule(doc="code of a ticket, however it is grouped")] = ""
    words: Annotated[str, Rule(doc="words of a ticket")] = ""
    longer: Annotated[str, Rule(doc="minutes:seconds")] = ""
    shorter: Annotated[str, Rule(doc="minutes:seconds")] = ""
    state: Annotated[str, Rule(doc="a state")] = ""
    kind: Annotated[str, Rule(doc="a kind")] = ""
    cursor: Annotated[str, Rule(doc="of the page before")] = ""


async def search(ask: Ask) -> web.Response:
    """The form, and a page of what fits."""
    ask = await asked(ask)
    query: SearchQuery = ask.query
    own = only_own(ask.asker, Permission.LISTEN)
    names = await seen.names_of(ask)
    typed = {name: value.strip() if not own or name in _OF_TICKET else "" for name, value in asdict(query).items()}
    problem, rows, more, status = "", [], "", 200
    try:
        wanted = _wanted(ask, SearchQuery(**typed))
        await check_ticket(ask, wanted.code, Permission.LISTEN)
        wanted = replace(wanted, whole_number=await check_number(ask, wanted.number, f"GET {LIST}"))
        page = await ask.ports.catalogue.search(wanted)
    except (Invalid, Forbidden, NotFound) as error:
        problem, status = told(error), failure(error).status
    else:
        found = [of_tickets(one, {wanted.code}) if own else one for one in page.recordings]
        rows = [row_of(ask, one, names) for one in found]
        given = {name: value for name, value in typed.items() if value}
        more = f"{LIST}?{urlencode(given | {'cursor': page.next})}" if page.next else ""
    return show(
        ask,
        "recordings",
        status=status,
        problem=problem,
        own=own,
        typed=typed,
        searched=any(value for name, value in typed.items() if name != "cursor"),
        later=bool(typed["cursor"]),
        rows=rows,
        more=more,
        first=f"{LIST}?{urlencode({k: v for k, v in typed.items() if v and k != 'cursor'})}",
        numbers=seen.sees_numbers(ask),
        people=sorted(names.people.items()),
        agencies=_by_name(names.agencies),
        categories=_by_name(names.categories),
        states=[one.value for one in Shown],
        kinds=[one.value for one in CallKind],
    )


async def of_ticket(ask: Ask) -> web.Response:
    """To the recording of a ticket, where it has one alone, else to the list of them; whose ticket it is counts as in the list."""
    ask = await asked(ask)
    code = (await found_for(ask)).ticket.code
    await check_ticket(ask, code, Permission.LISTEN)
    found = await ask.ports.catalogue.search(CatalogueFilter(code=code, limit=2))
    alone = found.recordings[0].id if len(found.recordings) == 1 else ""
    return see(f"{LIST}/{alone}" if alone else f"{LIST}?{urlencode({'ticket': code})}")


def _wanted(ask: Ask, typed: SearchQuery) -> CatalogueFilter:
    """What the catalogue is asked. Invalid `search-…`, Forbidden `search-number` for one among the words."""
    check_words(typed.words, numbers=seen.sees_numbers(ask))
    since, until = _moment(typed.since, typed.since_time), _moment(typed.until, typed.until_time, end=True)
    if since and until and since >= until:
        raise Invalid("the search ends before it begins; exchange the two", error_id="search-reversed")
    code = re.sub(r"[\s.-]", "", typed.ticket)
    for text, pattern, name in ((code, r"[0-9]{8}", "ticket"), (typed.line, r"[0-9]{2,6}", "line")):
        if text and not re.fullmatch(pattern, text):
            raise Invalid(f"{name} is none; see what is written there", error_id=f"search-{name}")
    return CatalogueFilter(
        number=typed.number,
        since=since,
        until=until,
        person=typed.person,
        line=typed.line,
        agency=typed.agency,
        category=typed.category,
        code=code,
        words=typed.words,
        open_words=not seen.sees_numbers(ask),
        shortest_ms=_length(typed.longer),
        longest_ms=_length(typed.shorter),
        state=next((one for one in Shown if one == typed.state), None),
        kind=next((one for one in CallKind if one == typed.kind), None),
        before=read_place(typed.cursor) if typed.cursor else None,
        limit=ROWS,
    )


def _moment(day: str, at: str, *, end: bool = False) -> datetime | None:
    """On the province's clock; a day alone is its beginning, or with `end` the beginning of the next. Invalid `search-time`."""
    if not day and not at:
        return None
    try:
        made = datetime.combine(date.fromisoformat(day), time.fromisoformat(at or "00:00"), PROVINCE)
        if made.year not in YEARS:
            raise ValueError(day)
        return made + timedelta(days=1) if end and not at else made
    except ValueError:
        raise Invalid("a day or a time of the search cannot be read", error_id="search-time") from None


def _length(text: str) -> int | None:
    """Milliseconds of `5`, `5:30` or `1:05:00`; minutes where one number stands alone. Invalid `search-length`."""
    if not text:
        return None
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise Invalid("a length of the search cannot be read", error_id="search-length")
    first, second, third = (int(one or 0) for one in found.groups())
    if found[3] is not None:
        seconds = (first * 60 + second) * 60 + third
    else:
        seconds = first * 60 + second if found[1] is not None else second * 60
    return seconds * 1000


def _by_name(names: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda one: one[1])


def row_of(ask: Ask, one: RecordingView, names: seen.Names) -> dict[str, Any]:
    """A recording as pages show it."""
    return {
        "id": one.id,
        "call": one.call,
        "at": seen.instant(one.started_at),
        "length": seen.length(one.duration_ms),
        "caller": seen.number(ask, one.caller),
        "state": one.state.value,
        "why": one.why,
        "kind": one.kind.value,
        "persons": [names.person(id) for id in one.persons],
        "lines": one.lines,
        "agencies": [names.agencies.get(id, id) for id in one.agencies],
        "categories": [names.categories.get(id, id) for id in one.categories],
        "tickets": [f"{code[:4]} {code[4:]}" for code in one.tickets],
        "heard": one.track_count > 0 and one.state not in (Shown.EXPIRED, Shown.EXPIRING, Shown.NOT_RECORDED),
    }
