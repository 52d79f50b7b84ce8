"""No page is forgotten where pages are held against WCAG: a page that is added has no row in tests/browser/barrier_table.py, and fails."""

from dataclasses import fields

import pytest

from hotline1022.web.desk.routes import ROUTES as DESK
from hotline1022.web.routes import ROUTES
from tests.browser.barrier_table import TABLE, Kind, Row
from tests.browser.barrier_world import LOOKS

#: a question with one of these may find nothing
SEARCHES = {"words", "since", "number", "day", "year"}
PAGES = {one.path: one for one in (*ROUTES, *DESK) if one.method == "GET" and one.media == "text/html" and one.seconds}


def test_every_page_has_its_row_and_every_row_its_page() -> None:
    rows = {one.path for one in TABLE}
    assert not (forgotten := sorted(set(PAGES) - rows)), f"add rows to tests/browser/barrier_table.py: {forgotten}"
    assert not (gone := sorted(rows - set(PAGES))), f"take these out of tests/browser/barrier_table.py: {gone}"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.who} {row.path}")
def test_a_row_says_where_a_search_finds_nothing(row: Row) -> None:
    asks = {one.name for one in fields(PAGES[row.path].query)}
    if SEARCHES & asks and row.who == "everybody" and "{" not in row.path and not row.path.endswith("/new"):
        assert row.nothing, "give a question that finds nothing"
    assert (row.kind is Kind.PART) == bool(row.inside) and (not row.inside or row.inside in PAGES)


def test_each_look_is_at_both_windows_in_both_themes() -> None:
    assert {(width, theme) for width, themes in LOOKS.items() for theme in themes} == {
        (width, theme) for width in (360, 1920) for theme in ("light", "dark")
    }
