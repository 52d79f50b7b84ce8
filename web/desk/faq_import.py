"""A file of questions and answers taken in at the desk, and searches that had no answer. Refuses to write what was only to be
tried, and as tried what is no longer kept: see tried_sheets.py.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused
from hotline1022.faq.types import Author, Report, Said
from hotline1022.web.desk.door import see
from hotline1022.web.desk.faq import BADGES, LIST, FaqDoneQuery, author, rights, writable
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.leaf import Leaf, shown
from hotline1022.web.desk.render import moment, show, told_id
from hotline1022.web.desk.tried_sheets import KEPT, TRIED, Tried, tried
from hotline1022.web.faq import sheet, too_large
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule

#: searches of a page, and pages at most
MISSES, PAGES = 100, 99


@dataclass(frozen=True, slots=True, kw_only=True)
class MissesQuery(FaqDoneQuery):
    """What was done just before, and the page."""

    page: Annotated[int, Rule(doc="number of the page", low=1, high=PAGES)] = 1


async def show_import(ask: Ask) -> web.Response:
    """The form."""
    return await _page(ask)


async def take_in(ask: Ask) -> web.Response:
    """The report; with the button to write, written: a file that was chosen, or the one that was tried just before."""
    form: Form = ask.body
    by, sheets, now = await author(ask), ask.request.app[TRIED], ask.ports.clock()
    write, session = form.one("act") == "write", _session(ask)
    before = sheets.of(session, now)
    again = form.one("tried")
    if again and not form.has_files:
        if before is not None and before.sha256 == again and before.report.written:
            return await _page(ask, before)  # the button was pressed twice
        found = sheets.take(session, again, now)
        if found is None or not write:
            return await _page(ask, error=_gone())
        return await _written(ask, found, by)
    data, agency, propose = form.file("sheet"), form.one("agency"), form.one("propose") == "1"
    try:
        if form.too_large:
            raise too_large()
        if not data:
            raise Invalid("no file was chosen; choose one", error_id="sheet-missing")
        report = await ask.ports.faq.take_in(agency, data, by, now, dry_run=not write, propose=propose)
    except HotlineError as error:
        return await _page(ask, error=error)
    name = next(one.name for one in form.files if one.field == "sheet")
    made = tried(session=session, name=name, data=data, agency=agency, propose=propose, report=report, now=now)
    sheets.put(made)
    return await _page(ask, made)


async def _written(ask: Ask, found: Tried, by: Author) -> web.Response:
    """What was tried, written as it was tried: whatever the form says by now of agency and proposing."""
    sheets = ask.request.app[TRIED]
    try:
        report = await ask.ports.faq.take_in(
            found.agency, found.data, by, ask.ports.clock(), dry_run=False, propose=found.propose
        )
    except BaseException as error:
        sheets.put_back(found)
        if not isinstance(error, HotlineError):
            raise
        return await _page(ask, found, error=error)
    sheets.written(found, report)
    return await _page(ask, replace(found, report=report, data=b""))


async def get_report(ask: Ask) -> web.Response:
    """What was told of each row of the sheet that this session tried or wrote last, as a sheet; NotFound `faq-report-gone`."""
    found = ask.request.app[TRIED].of(_session(ask), ask.ports.clock())
    if found is None:
        text = "the report is no longer kept; try the file again"
        raise NotFound(text, error_id="faq-report-gone")
    return sheet(await ask.ports.faq.report_sheet(found.report), "ket-qua-nhap-hoi-dap.xlsx")


def _session(ask: Ask) -> str:
    assert ask.signed is not None
    return ask.signed.session.id


def _gone() -> Refused:
    text = (
        "the file that was tried is no longer kept, or was written already; look at the list, or choose the file again"
    )
    return Refused(text, error_id="sheet-tried-gone")


async def get_template(ask: Ask) -> web.Response:
    """The sheet that people fill in."""
    return sheet(await ask.ports.faq.template())


async def list_misses(ask: Ask) -> web.Response:
    """Searches without an answer."""
    query: MissesQuery = ask.query
    skipped = (query.page - 1) * MISSES
    found = await ask.ports.faq.misses(MISSES + 1, skipped)
    rows = found[:MISSES]
    return show(
        ask,
        "faq-misses",
        said=words()("faq.done-ticked") if query.done else "",
        misses=[{"id": one.id, "words": one.words, "count": one.count, "last": moment(one.last_at)} for one in rows],
        page=query.page,
        leaf=Leaf(
            shown=shown(skipped, len(rows)),
            first=_misses(1) if query.page > 1 else "",
            before=_misses(query.page - 1) if query.page > 1 else "",
            after=_misses(query.page + 1) if len(found) > MISSES and query.page < PAGES else "",
        ),
        **rights(ask, await author(ask)),
    )


async def tick(ask: Ask) -> web.Response:
    """Somebody has seen to it."""
    assert ask.signed is not None
    await ask.ports.faq.tick(ask.path["miss"], f"user:{ask.signed.user.login}", ask.ports.clock())
    form: Form = ask.body
    page = form.one("page")
    return see(_misses(int(page) if page.isascii() and page.isdecimal() and len(page) < 3 else 1, done="ticked"))


def _misses(page: int, **more: str) -> str:
    """The address of a page of them."""
    given = more | ({"page": str(page)} if page > 1 else {})
    return f"{LIST}/misses?{urlencode(given)}" if given else f"{LIST}/misses"


async def _page(ask: Ask, last: Tried | None = None, *, error: HotlineError | None = None) -> web.Response:
    """`last`: the sheet that was tried or written just now."""
    by, names = await author(ask), await ask.ports.faq.names()
    form = ask.body if isinstance(ask.body, Form) else Form(pairs=())
    report = last.report if last else None
    return show(
        ask,
        "faq-import",
        error=error,
        agencies=writable(by, names),
        chosen=(last.agency if last else form.one("agency")) or by.agency,
        propose=last.propose if last else form.one("propose") == "1",
        report=_report(report) if report else None,
        last=last,
        last_agency=names.agencies.get(last.agency or by.agency, last.agency) if last else "",
        minutes=round(KEPT.total_seconds() / 60),
        badges=BADGES,
    )


def _report(report: Report) -> dict[str, Any]:
    return {
        "written": report.written,
        "new": report.count(Said.NEW),
        "counts": [(said, report.count(said)) for said in Said],
        "rows": [
            {
                "row": one.row,
                "said": one.said,
                "question": one.question,
                "problems": [told_id(error_id) for error_id in one.problems],
            }
            for one in report.rows
        ],
    }
