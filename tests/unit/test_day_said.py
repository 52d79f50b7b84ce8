"""Days in forms of the desk stand beside their fields in words: each field of each page, and as an office writes them."""

import re
from datetime import date
from pathlib import Path

import pytest

from hotline1022.web.desk.day_said import in_words, marks, said

#: the page of a link has no script, and nothing of the desk's
PAGES = sorted((Path(__file__).parents[2] / "web" / "pages" / "desk").rglob("*.html"))


def test_each_field_for_a_day_says_it_in_words() -> None:
    found = 0
    for page in PAGES:
        for line in page.read_text(encoding="utf-8").splitlines():
            fields = line.count('type="date"')
            found += fields
            assert fields <= line.count("{{ day_of("), f"{page.name}: give the field {{{{ day_of(id) }}}}: {line[:200]}"
        text = page.read_text(encoding="utf-8")
        assert re.findall(r"day_of\(([^,)]+)", text) == re.findall(r"day_said\(([^,)]+)", text), page.name
    assert found == 20


def test_a_day_is_written_as_an_office_writes_it() -> None:
    assert in_words(date(2026, 11, 30)) == "Thứ Hai, ngày 30 tháng 11 năm 2026"
    assert in_words(date(2026, 4, 5)) == "Chủ nhật, ngày 5 tháng 4 năm 2026"
    assert ">Thứ Sáu, ngày 3 tháng 4 năm 2026</small>" in said("since", "2026-04-03")


@pytest.mark.parametrize("value", ["", "31/12/2026", "2026-02-30", "<b>", None])
def test_what_is_no_day_is_said_as_nothing(value: object) -> None:
    html = said('x"y', value)
    assert html.endswith("></small>") and "x&#34;y-day" in html and "{weekday}, ngày {day}" in html


def test_other_notes_describe_the_field_too() -> None:
    assert marks("since", " since-note ") == ' data-day aria-describedby="since-day since-note"'
