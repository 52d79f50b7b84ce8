"""A new request by a unit's letter, and other parts for one that was made already. Refuses a letter that says too little, on the page
itself, with all that was typed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from aiohttp import web

from hotline1022.core.errors import HotlineError, Invalid, NotFound
from hotline1022.evidence.types import LONGEST, MOST, Request
from hotline1022.web.desk import seen
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.parts_form import Row, as_typed, parts_of, rows_of
from hotline1022.web.desk.recordings import row_of
from hotline1022.web.desk.render import show
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule

LIST = "/desk/disclosures"
#: an id of a recording, or of its call
NAME = re.compile(r"[0-9a-f]{16}|[a-z][a-z0-9]{0,15}-[0-9]{1,12}\.[0-9]{1,12}")
_TEXTS = ("unit", "letter", "letter_date", "person", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQuery:
    """Which recordings; the key may come more than once."""

    recording: Annotated[str, Rule(doc="id of a recording, or of its call")] = ""


async def show_new(ask: Ask) -> web.Response:
    """The form, about the recordings that were chosen."""
    chosen = [one.strip() for one in ask.request.query.getall("recording", []) if one.strip()]
    rows, problem = await _with(ask, [], chosen)
    return await _form(ask, rows, dict.fromkeys(_TEXTS, ""), problem)


async def other_rows(ask: Ask) -> web.Response:
    """The form with a recording more, or less; all that was typed stays, and nothing is written down yet."""
    form: Form = ask.body
    out, more = form.one("drop"), form.one("add").strip()
    given = rows_of(form)
    rows = [row for row in given if row["recording"] != out] or given  # with none there is no form
    rows, problem = await _with(ask, rows, [more] if more and not out else [])
    return await _form(ask, rows, _typed(form), problem)


async def _with(ask: Ask, rows: list[Row], chosen: Sequence[str]) -> tuple[list[Row], HotlineError | None]:
    """The rows, and those of other recordings, each once; what is wrong with one of them."""
    problem: HotlineError | None = None
    for name in dict.fromkeys(chosen[: MOST + 1]):
        try:
            if not NAME.fullmatch(name):
                raise NotFound(f"there is no recording {name}; look in the list", error_id="recording-unknown")
            found = (await ask.ports.catalogue.get(name)).recording.id
        except NotFound as error:
            problem = error
            continue
        if all(row["recording"] != found for row in rows):
            rows = [*rows, *as_typed([found], ())]
    return rows, problem


async def request(ask: Ask) -> web.Response:
    """Write it down."""
    assert ask.signed is not None
    form: Form = ask.body
    rows = rows_of(form)
    typed = _typed(form)
    try:
        if not rows:
            raise Invalid("no recording is chosen; choose one", error_id="disclosure-recordings")
        for name in ("unit", "letter", "person", "why"):
            if not 1 <= len(typed[name]) <= LONGEST:
                raise Invalid(f"{name} is missing or too long; write it", error_id=f"disclosure-{name}")
        wanted = Request(
            unit=typed["unit"],
            letter=typed["letter"],
            person=typed["person"],
            why=typed["why"],
            letter_date=_day(typed["letter_date"]),
            recordings=tuple(row["recording"] for row in rows),
        )
        made = await ask.ports.disclosures.request(wanted, parts_of(rows), actor_of(ask), ask.ports.clock())
    except HotlineError as error:
        return await _form(ask, rows, typed, error)
    return see(f"{LIST}/{made.id}?done=asked")


def _typed(form: Form) -> dict[str, str]:
    return {name: form.one(name).strip() for name in _TEXTS}


async def show_change(ask: Ask) -> web.Response:
    """The form with the parts as they are."""
    one = await ask.ports.disclosures.get(ask.path["disclosure"])
    return await _form(ask, as_typed(one.recordings, one.parts), {}, known=one.id)


async def change(ask: Ask) -> web.Response:
    """Ask for other parts."""
    id, rows = ask.path["disclosure"], rows_of(ask.body)
    try:
        await ask.ports.disclosures.change(id, parts_of(rows), actor_of(ask), ask.ports.clock())
    except HotlineError as error:
        return await _form(ask, rows, {}, error, known=id)
    return see(f"{LIST}/{id}?done=changed")


def actor_of(ask: Ask) -> str:
    """Who acts, as the audit writes it."""
    assert ask.signed is not None
    return f"user:{ask.signed.user.login}"


async def _form(
    ask: Ask, rows: Sequence[Row], typed: Mapping[str, str], error: HotlineError | None = None, *, known: str = ""
) -> web.Response:
    names = await seen.names_of(ask)
    shown: list[dict[str, Any]] = []
    for row in rows:
        if not NAME.fullmatch(row["recording"]):
            continue
        detail = await ask.ports.catalogue.get(row["recording"])
        tracks = [one for one in detail.tracks if one.sha256 and one.kind is not None]
        shown.append({**row, "one": row_of(ask, detail.recording, names), "tracks": [one.id for one in tracks]})
    return show(
        ask,
        "disclosure-new",
        error=error,
        rows=shown,
        typed=typed,
        known=known,
        longest=LONGEST,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("the letter has no day; write it", error_id="disclosure-letter_date") from None
