"""How long recordings and calls are kept, what would go tonight, and other days, whose consequence is shown before they are decided.
Refuses days that nobody confirmed; what was typed stays on the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.core.words import day_written
from hotline1022.recordings.types import Terms, TermsVersion
from hotline1022.web.desk import seen
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.menu import name_of
from hotline1022.web.desk.render import moment, show
from hotline1022.web.desk.service_words import doubt_words
from hotline1022.web.page_words import words
from hotline1022.web.retention_wire import DueDayView, RetentionView, TermsPreview
from hotline1022.web.route import Ask

HERE = "/desk/evidence/retention"
KINDS = tuple(one.name for one in fields(Terms))
WHY_MOST = 500


async def show_terms(ask: Ask) -> web.Response:
    """The days in force."""
    query: DoneQuery = ask.query
    number = query.count if query.count.isdecimal() else "?"
    return await _page(ask, said=words()("terms.saved", number=number) if query.done == "saved" else "")


async def try_terms(ask: Ask) -> web.Response:
    """What other days would mean; no act yet."""
    typed = _typed(ask.body)
    try:
        preview = await ask.ports.retention.preview_lately(_wanted(typed))
        return await _page(ask, typed=typed, preview=preview, waits=preview is None)
    except HotlineError as error:
        return await _page(ask, error, typed=typed)


async def decide(ask: Ask) -> web.Response:
    """Put them in force, as they were shown."""
    form: Form = ask.body
    typed = _typed(form)
    try:
        done = await ask.ports.retention.change(
            _wanted(typed), seen=form.number("seen"), why=typed["why"], confirm=form.one("confirm"), by=who(ask)
        )
    except HotlineError as error:
        return await _page(ask, error, typed=typed)
    return see(f"{HERE}?done=saved&count={done.number}")


def _typed(form: Form) -> dict[str, str]:
    return {name: form.one(name).strip()[:6] for name in KINDS} | {"why": form.one("why").strip()[:WHY_MOST]}


def _wanted(typed: Mapping[str, str]) -> Terms:
    terms = Terms(**{name: _days(typed[name]) for name in KINDS})
    if not typed["why"]:
        raise Invalid("the change has no reason; write it", error_id="retention-why")
    return terms


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise Invalid(f"{text!r} is no number of days; write 0 (for ever) to 36500", error_id="retention-days")
    return int(text)


async def _page(
    ask: Ask,
    error: HotlineError | None = None,
    *,
    said: str = "",
    typed: Mapping[str, str] | None = None,
    preview: TermsPreview | None = None,
    waits: bool = False,
) -> web.Response:
    now = await ask.ports.retention.terms()
    due = await ask.ports.retention.due_lately()
    in_force = {name: str(getattr(now.terms, name)) for name in KINDS}
    return show(
        ask,
        "retention",
        error=error,
        said=said,
        kinds=KINDS,
        now=in_force,
        hours=(now.from_hour, now.until_hour),
        differs=doubt_words(now.differs),
        of_file=not now.versions or now.versions[0].from_file,
        file={name: str(getattr(now.file, name)) for name in KINDS},
        typed=typed or in_force | {"why": ""},
        seen=now.versions[0].number if now.versions else 0,
        why_most=WHY_MOST,
        due=_due(due.due) if due.due else None,
        counting=due.counting,
        counted=seen.clock(due.at) if due.at else "",
        waits=waits,
        preview=_preview(preview) if preview else None,
        versions=[_version(one, now.terms) for one in now.versions],
        holds=len(await ask.ports.retention.open_holds()),
    )


def _due(found: RetentionView) -> dict[str, Any]:
    return {
        "rows": _by_kind(found.days),
        "recordings": found.recordings,
        "size": seen.size(found.bytes),
        "calls": found.calls,
        "held": found.held,
        "damaged": found.damaged,
        "doubt": doubt_words(found.doubt),
    }


def _by_kind(days: Sequence[DueDayView]) -> list[dict[str, Any]]:
    """Of each kind how many, and of which days."""
    rows = []
    for kind in sorted({one.kind for one in days}):
        mine = [one for one in days if one.kind is kind]
        rows.append(
            {
                "kind": kind.value,
                "recordings": sum(one.recordings for one in mine),
                "size": seen.size(sum(one.bytes for one in mine)),
                "since": day_written(min(one.day for one in mine)),
                "until": day_written(max(one.day for one in mine)),
            }
        )
    return rows


def _preview(found: TermsPreview) -> dict[str, Any]:
    then = _due(found.then)
    return {
        "confirm": found.confirm,
        "shorter": [words()(f"terms.{name.replace('_', '-')}") for name in found.shorter],
        "then": then,
        "more": found.then.recordings - found.now.recordings,
        "more_size": seen.size(max(0, found.then.bytes - found.now.bytes)),
        "more_calls": found.then.calls - found.now.calls,
    }


def _version(one: TermsVersion, in_force: Terms) -> dict[str, Any]:
    return {
        # what is in force needs no way back to it
        "again": words()("terms.again-why", number=one.number) if one.terms != in_force else "",
        "number": one.number,
        "at": moment(one.at),
        "by": name_of(one.by),
        "why": words()("terms.of-file") if one.from_file else one.why,
        "terms": {name: str(getattr(one.terms, name)) for name in KINDS},
    }
