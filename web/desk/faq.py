"""Questions and answers at the desk: the list, one question with its versions, writing, proposing, publishing. Refuses to
write over what somebody else changed meanwhile, unseen; what was typed stays on the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from aiohttp import web

from hotline1022.accounts.types import Permission, SignedIn
from hotline1022.core.clock import day_as_written
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.core.words import day_written
from hotline1022.faq.types import (
    Author,
    Days,
    Entry,
    EntryCursor,
    EntryFilter,
    Move,
    Names,
    Said,
    State,
    Text,
    Version,
)
from hotline1022.web.calls import cursor_text, read_cursor
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.leaf import Trail, leaf
from hotline1022.web.desk.meanwhile import Field, Filled, fill, merge
from hotline1022.web.desk.render import moment, show
from hotline1022.web.faq import agencies_for, ends_asked
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule

LIST = "/desk/faq"
#: questions of a page of the list
PAGE = 50
#: what may be done by name → what is said when it is done
_DONE = frozenset({"saved", *Move})
_STATES = "|".join(State)
BADGES = {
    State.DRAFT: "bg-secondary-lt",
    State.PROPOSED: "bg-yellow-lt",
    State.PUBLISHED: "bg-green-lt",
    State.REPLACED: "bg-secondary-lt",
    State.WITHDRAWN: "bg-red-lt",
    Said.NEW: "bg-green-lt",
    Said.THERE: "bg-secondary-lt",
    Said.WRONG: "bg-red-lt",
}
_EMPTY = {
    "question": "",
    "answer": "",
    "keywords": "",
    "legal_source": "",
    "category": "",
    "valid_to": "",
    "agency": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqListQuery:
    """Filters of the list as a form sends them: empty ones too."""

    words: Annotated[str, Rule(high=200)] = ""
    agency: Annotated[str, Rule(pattern=r"([a-z0-9][a-z0-9-]{0,39})?")] = ""
    category: Annotated[str, Rule(pattern=r"([a-z0-9][a-z0-9-]{0,39})?")] = ""
    state: Annotated[str, Rule(pattern=rf"({_STATES})?")] = ""
    over: Annotated[str, Rule(pattern="1?")] = ""
    soon: Annotated[str, Rule(pattern="1?")] = ""
    cursor: Annotated[str, Rule(pattern=r"([A-Za-z0-9_-]{8,120})?")] = ""
    trail: Trail = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqNewQuery:
    """What a new question begins with: words that were searched in vain."""

    question: Annotated[str, Rule(high=300)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEditQuery:
    """Which version the form begins with; "" = the draft, or what is published."""

    of: Annotated[str, Rule(pattern="[0-9]{0,6}")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqDoneQuery:
    """What was done just before."""

    done: Annotated[str, Rule(high=20)] = ""


async def list_entries(ask: Ask) -> web.Response:
    """A page of the list."""
    query: FaqListQuery = ask.query
    by, now = await author(ask), ask.ports.clock()
    before = read_cursor(query.cursor) if query.cursor else None
    agencies, soon = agencies_for(by, query.agency), ask.ports.faq.soon(now)
    found = await ask.ports.faq.list(
        EntryFilter(
            agencies=agencies,
            category=query.category,
            state=State(query.state) if query.state else None,
            ends=ends_asked(soon, over=bool(query.over), soon_too=bool(query.soon)),
            words=query.words,
            before=EntryCursor(changed_at=before.entered_at, entry=before.call) if before else None,
            limit=PAGE + 1,
        )
    )
    names = await ask.ports.faq.names()
    kept = {name: getattr(query, name) for name in ("words", "agency", "category", "state", "over", "soon")}
    last = found[PAGE - 1] if len(found) > PAGE else None
    after = cursor_text(last.changed_at, last.id) if last else ""
    rows = [_row(one, names, now, soon) for one in found[:PAGE]]
    return show(
        ask,
        "faq",
        entries=rows,
        ending=await ask.ports.faq.ending(agencies, now),
        soon_days=(soon.last - soon.first).days,
        asked=kept,
        filtered=any(kept.values()) or bool(query.cursor),
        leaf=leaf(LIST, kept, cursor=query.cursor, trail=query.trail, rows=len(rows), size=PAGE, after=after),
        agencies=_choices(_readable(by, names)),
        categories=_choices(names.categories),
        states=list(State),
        badges=BADGES,
        **rights(ask, by),
    )


async def show_entry(ask: Ask) -> web.Response:
    """One with its versions."""
    query: FaqDoneQuery = ask.query
    by = await author(ask)
    said = words()(f"faq.done-{query.done}") if query.done in _DONE else ""
    return await _entry(ask, await ask.ports.faq.get(ask.path["entry"], by), by, said=said)


async def move(ask: Ask) -> web.Response:
    """What the last part of the address says."""
    form: Form = ask.body
    by = await author(ask)
    wanted = Move(ask.request.path.rpartition("/")[2])
    entry = ask.path["entry"]
    try:
        await ask.ports.faq.move(entry, form.number("revision"), wanted, form.one("why"), by, ask.ports.clock())
    except HotlineError as error:
        return await _entry(ask, await ask.ports.faq.get(entry, by), by, error)
    return see(f"{LIST}/{entry}?done={wanted}")


async def show_new(ask: Ask) -> web.Response:
    """The form for a new one."""
    query: FaqNewQuery = ask.query
    by = await author(ask)
    return await _form(ask, None, by, _EMPTY | {"agency": by.agency, "question": query.question})


async def add(ask: Ask) -> web.Response:
    """A new one, as a draft."""
    by, typed = await author(ask), _typed(ask.body)
    try:
        made = await ask.ports.faq.add(typed["agency"], _text(typed), by, ask.ports.clock())
    except HotlineError as error:
        return await _form(ask, None, by, typed, error)
    return see(f"{LIST}/{made.id}?done=saved")


async def show_edit(ask: Ask) -> web.Response:
    """The form with the draft, with what is published, or with an earlier version."""
    query: FaqEditQuery = ask.query
    by = await author(ask)
    known = await ask.ports.faq.get(ask.path["entry"], by)
    earlier = next((one for one in known.versions if str(one.number) == query.of), None)
    over = known.open if earlier is not None and earlier is not known.open else None
    return await _form(ask, known, by, _as_typed(earlier or known.open or known.shown), over=over)


async def edit(ask: Ask) -> web.Response:
    """The draft changed, or a new version beside what is published."""
    form: Form = ask.body
    by, typed, entry = await author(ask), _typed(form), ask.path["entry"]
    try:
        await ask.ports.faq.edit(entry, form.number("revision"), _text(typed), by, ask.ports.clock())
    except HotlineError as error:
        known = await ask.ports.faq.get(entry, by)
        if known.revision == form.number("revision"):
            return await _form(ask, known, by, typed, error)
        now = _as_typed(known.open or known.shown)
        filled = merge(form, now, typed, _fields(await ask.ports.faq.names()))
        return await _form(ask, known, by, filled.values, error, filled)
    return see(f"{LIST}/{entry}?done=saved")


async def author(ask: Ask) -> Author:
    """Who is signed in, as one who writes."""
    assert ask.signed is not None
    return await ask.ports.faq.author(ask.signed)


def rights(ask: Ask, by: Author, entry: Entry | None = None) -> dict[str, Any]:
    """What the page offers: the desk asks once more when it is done."""
    signed: SignedIn | None = ask.signed
    own = by.agencies is None or (entry.agency in by.agencies if entry else bool(by.agencies))
    return {
        "may_write": own and signed is not None and signed.may(Permission.FAQ_WRITE),
        "may_publish": own and signed is not None and signed.may(Permission.FAQ_PUBLISH),
    }


def writable(by: Author, names: Names) -> list[dict[str, str]]:
    """Agencies for which somebody writes."""
    return _choices({id: name for id, name in _readable(by, names, write=True).items() if id in names.today})


def _readable(by: Author, names: Names, *, write: bool = False) -> Mapping[str, str]:
    if by.agencies is None or (by.reads_all and not write):
        return names.agencies
    return {id: name for id, name in names.agencies.items() if id in by.agencies}


def _choices(names: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"id": id, "name": name} for id, name in sorted(names.items(), key=lambda one: one[1].casefold())]


def day(one: date | None) -> str:
    """`30/11/2026`; "" for none."""
    return day_written(one) if one else ""


def _row(one: Entry, names: Names, now: datetime, soon: Days) -> dict[str, Any]:
    shown, opened = one.shown, one.open
    return {
        "id": one.id,
        "question": shown.text.question,
        "agency": names.agencies.get(one.agency, one.agency),
        "category": names.category(shown.text.category),
        "state": shown.state,
        "beside": opened.state if opened and opened.number != shown.number else "",
        "over": shown.state is State.PUBLISHED and shown.out_of_date(now),
        "soon": shown.ends_within(soon),
        "valid_to": day(shown.text.valid_to),
        "changed": moment(one.changed_at),
    }


def _version(one: Version, names: Names, now: datetime, soon: Days) -> dict[str, Any]:
    acts = [
        (word, name, moment(at))
        for word, name, at in (
            ("written", one.written_by, one.written_at),
            ("proposed", one.proposed_by, one.proposed_at),
            ("published", one.published_by, one.published_at),
            ("ended", one.ended_by, one.ended_at),
        )
        if at is not None
    ]
    return {
        "number": one.number,
        "state": one.state,
        "text": one.text,
        "category": names.category(one.text.category),
        "valid_to": day(one.text.valid_to),
        "over": one.out_of_date(now),
        "soon": one.ends_within(soon),
        "acts": [{"word": word, "name": name, "at": at} for word, name, at in acts],
        "why": one.why,
    }


async def _entry(
    ask: Ask, entry: Entry, by: Author, error: HotlineError | None = None, *, said: str = ""
) -> web.Response:
    names, now = await ask.ports.faq.names(), ask.ports.clock()
    soon = ask.ports.faq.soon(now)
    shown = [one for one in entry.versions if one.number in (entry.published, entry.opened)] or [entry.shown]
    return show(
        ask,
        "faq-entry",
        again=error is not None,
        error=error,
        said=said,
        entry=entry,
        agency=names.agencies.get(entry.agency, entry.agency),
        question=entry.shown.text.question,
        versions=[_version(one, names, now, soon) for one in shown],
        before=[_version(one, names, now, soon) for one in entry.versions if one not in shown],
        badges=BADGES,
        opened=entry.open.state if entry.open else "",
        wrote=await ask.ports.faq.wrote(entry, by),
        **rights(ask, by, entry),
    )


async def _form(
    ask: Ask,
    known: Entry | None,
    by: Author,
    typed: Mapping[str, str],
    error: HotlineError | None = None,
    filled: Filled | None = None,
    over: Version | None = None,
) -> web.Response:
    """`over`: the draft that another version, which is taken up, would take the place of."""
    names = await ask.ports.faq.names()
    categories = dict(names.categories)
    now = _as_typed(known.open or known.shown) if known else _EMPTY
    # its own, which may have ended, and that of an earlier version which is taken up again
    for own in {now["category"], *({typed["category"]} & names.former.keys())} - {""}:
        categories.setdefault(own, names.category(own))
    return show(
        ask,
        "faq-edit",
        error=error,
        known=known,
        over=over,
        beside=known is not None and bool(known.published),
        typed=typed,
        filled=filled or fill(now if known else {}),
        revision=known.revision if known else 0,
        agencies=writable(by, names),
        categories=_choices(categories),
    )


def _fields(names: Names) -> dict[str, Field]:
    """What somebody else may have changed meanwhile."""
    say = words()
    called = {name: Field(label=say(f"faq.{name.replace('_', '-')}")) for name in _EMPTY if name != "agency"}
    return called | {"category": Field(label=say("faq.category"), names={**names.former, **names.categories})}


def _typed(form: Form) -> dict[str, str]:
    return {name: form.one(name).replace("\r\n", "\n").strip()[:5000] for name in _EMPTY}


def _as_typed(version: Version) -> dict[str, str]:
    text = version.text
    return {name: getattr(text, name, "") for name in _EMPTY} | {"valid_to": day(text.valid_to)}


def _text(typed: Mapping[str, str]) -> Text:
    given = {name: typed[name] for name in ("question", "answer", "keywords", "legal_source", "category")}
    last = typed["valid_to"]
    valid_to = day_as_written(last)
    if last and valid_to is None:
        raise Invalid(f"{last[:20]!r} is no day; write it as 31/12/2026", error_id="faq-valid-to")
    return Text(**given, valid_to=valid_to)
