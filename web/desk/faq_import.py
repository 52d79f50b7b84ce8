"""A file of questions and answers taken in at the desk, and searches that had no answer. Refuses to write what was only to be
tried.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.faq.types import Report, Said
from hotline1022.web.desk.door import see
from hotline1022.web.desk.faq import BADGES, LIST, FaqDoneQuery, author, rights, writable
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.leaf import Leaf, shown
from hotline1022.web.desk.render import moment, show, told_id
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
    """The report; with the button to write, written."""
    form: Form = ask.body
    by = await author(ask)
    data = form.file("sheet")
    try:
        if form.too_large:
            raise too_large()
        if not data:
            raise Invalid("no file was chosen; choose one", error_id="sheet-missing")
        report = await ask.ports.faq.take_in(
            form.one("agency"),
            data,
            by,
            ask.ports.clock(),
            dry_run=form.one("act") != "write",
            propose=form.one("propose") == "1",
        )
    except HotlineError as error:
        return await _page(ask, error=error)
    return await _page(ask, report)


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


async def _page(ask: Ask, report: Report | None = None, *, error: HotlineError | None = None) -> web.Response:
    by, names = await author(ask), await ask.ports.faq.names()
    form = ask.body if isinstance(ask.body, Form) else Form(pairs=())
    return show(
        ask,
        "faq-import",
        error=error,
        agencies=writable(by, names),
        chosen=form.one("agency") or by.agency,
        propose=form.one("propose") == "1",
        report=_report(report) if report else None,
        badges=BADGES,
    )


def _report(report: Report) -> dict[str, Any]:
    return {
        "written": report.written,
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
