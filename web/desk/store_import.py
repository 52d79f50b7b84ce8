"""Recordings of another PBX at the desk: a folder chosen, tried, and taken over as it was tried. Refuses to take over what was not tried
last, or is no more what it was; everything else the service refuses, and it is told on the page.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.web.chores_wire import Channel, ImportBody, ImportRow, ImportView, Preset
from hotline1022.web.desk import seen
from hotline1022.web.desk.acted import acted
from hotline1022.web.desk.chores_said import work
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show, told_id
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule, parse
from hotline1022.web.types import WorkState

HERE = "/desk/store/import"
#: the same page as it asks for itself
NOW = "/desk/store/import/now"
#: rows of the report on a page
SIZE = 50
_DONE = ("try-begun", "begun", "stopped")
#: what a row can come to that is well
_WELL = {"imported", "would-import", "already-there"}
#: states of an import that came of the form, however often it was sent
_TAKEN = {WorkState.RUNNING, WorkState.DONE}
_FIELDS = ("folder", "preset", "map", "tz", "citizen")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportQuery:
    """What was just done, and which rows are shown."""

    done: Annotated[str, Rule(doc="what was done: a word of the page")] = ""
    page: Annotated[str, Rule(doc="which rows, from 1")] = ""


async def show_import(ask: Ask) -> web.Response:
    """How imports stand."""
    query: ImportQuery = ask.query
    said = words()(f"store-import.done-{query.done}") if query.done in _DONE else ""
    return await _page(ask, said=said, page=query.page)


async def try_it(ask: Ask) -> web.Response:
    """Say what would be done, and do nothing."""
    form: Form = ask.body
    given = {name: form.one(name) for name in _FIELDS} | {"dry_run": "true"}

    async def begin() -> object:
        if not given["folder"]:
            raise NotFound("no folder is chosen; choose one of the list", error_id="import-folder-unknown")
        return await ask.ports.chores.begin_import(parse(ImportBody, given, texts=True))

    return await _done(ask, begin, "try-begun")


async def begin(ask: Ask) -> web.Response:
    """Take over what was tried, read as it was read then. Pressed twice it is one."""
    form: Form = ask.body
    mark = form.one("mark")

    async def taken() -> ImportView | None:
        one = (await ask.ports.chores.imports()).chore
        return one if one and mark and one.mark == mark and not one.dry_run and one.state in _TAKEN else None

    async def take_over() -> object:
        if (one := await taken()) is not None:
            return one
        tried = (await ask.ports.chores.imports()).chore
        if tried is not None and tried.state is WorkState.RUNNING:
            raise Refused("an import runs already; see how far it is, and wait for it", error_id="import-running")
        if tried is None or not _tried(tried) or tried.asked_at.isoformat() != form.one("tried"):
            text = "another import was tried or begun meanwhile; look at what came of it, and try yours again"
            raise Refused(text, error_id="import-untried")
        read = {name: getattr(tried, name) for name in (*_FIELDS, "mark")}
        try:
            return await ask.ports.chores.begin_import(ImportBody(**read))
        except Refused:  # pressed twice at once
            if (one := await taken()) is not None:
                return one
            raise

    return await _done(ask, take_over, "begun")


async def stop(ask: Ask) -> web.Response:
    """End the one that runs."""
    return await _done(ask, ask.ports.chores.stop_import, "stopped")


async def _done(ask: Ask, act: Callable[[], Awaitable[object]], word: str) -> web.Response:
    return await acted(act, f"{HERE}?done={word}", lambda error: _page(ask, error))


def _tried(one: ImportView) -> bool:
    return one.dry_run and one.state is WorkState.DONE


async def _page(ask: Ask, error: HotlineError | None = None, *, said: str = "", page: str = "") -> web.Response:
    now = await ask.ports.chores.imports()
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 4 else 1
    number = max(1, number)
    return show(
        ask,
        "store-import",
        error=error,
        again=error is not None,
        said=said,
        now=NOW,
        folders=now.folders,
        away=told_id(now.error_id),
        unset=now.error_id == "import-no-folder",
        presets=[one.value for one in Preset],
        channels=[one.value for one in Channel],
        zone=ImportBody(folder="-").tz,
        one=_import(ask, now.chore, number) if now.chore else None,
    )


def _import(ask: Ask, one: ImportView, number: int) -> dict[str, Any]:
    counts = {each.outcome: each.rows for each in one.counts}
    rows = one.rows[(number - 1) * SIZE : number * SIZE]
    last = -(-len(one.rows) // SIZE)
    return (work(one) or {}) | {
        "folder": seen.free(ask, one.folder),
        "dry": one.dry_run,
        "preset": one.preset.value,
        "citizen": one.citizen.value,
        "tz": one.tz,
        "map": one.map,
        "wrong": one.wrong,
        "counts": [{"what": _outcome(what), "well": what in _WELL, "rows": rows} for what, rows in counts.items()],
        "tried": one.asked_at.isoformat() if _tried(one) and counts.get("would-import") else "",
        "mark": one.mark,
        "new": counts.get("would-import", 0),
        "rows": [_row(ask, each) for each in rows],
        "first": (number - 1) * SIZE + 1,
        "until": (number - 1) * SIZE + len(rows),
        "listed": len(one.rows),
        "all": sum(counts.values()),
        "earlier": f"{HERE}?{urlencode({'page': number - 1})}" if 1 < number <= last else "",
        "later": f"{HERE}?{urlencode({'page': number + 1})}" if number < last else "",
    }


def _outcome(what: str) -> str:
    return words().texts.get(f"import-outcome.{what}") or told_id(what)


def _row(ask: Ask, one: ImportRow) -> dict[str, Any]:
    return {
        "line": one.line,
        # other PBXs write numbers of citizens into names of files
        "file": seen.free(ask, one.file),
        "what": _outcome(one.outcome),
        "well": one.outcome in _WELL,
        "odd": one.note == "number-odd",
        "call": one.call,
        "sha256": one.sha256,
    }
