"""Counts on pages are written as an office here writes them, 1.234, and lengths of a wait in minutes; a template that writes one as it
is fails here.
"""

import re
from pathlib import Path

import pytest

from hotline1022.web.desk import seen

PAGES = Path(__file__).parents[2] / "web" / "pages" / "desk"
#: what is a count by its name, or by how it is made
COUNT = re.compile(
    r"(?:\w+=|\{\{ )((?:[a-z_]+\.)*(?:count|total|found|people|failures|ready)|[a-z_.]+\|length)(?=[,)]| \}\}| if)"
)
#: written before they come to the template; names; how far a bar is
WRITTEN = {
    ("alarms-ringing.html", "count"),
    ("supervision.html", "one.count"),
    ("supervision-charts-now.html", "each.count"),
    ("supervision-charts-now.html", "one.total"),
    ("roster-parts.html", "one.people"),
    ("disclosure.html", "packing.count"),
}


def test_a_template_counts_as_an_office_does() -> None:
    plain = {
        (page.name, found)
        for page in sorted(PAGES.glob("*.html"))
        for found in COUNT.findall(page.read_text(encoding="utf-8"))
    }
    wrong = sorted(f"{page}: {found}" for page, found in plain - WRITTEN)
    assert not wrong, f"write these by |counted, or name them in WRITTEN where they come as words: {wrong}"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "khoảng 10 giây"),
        (34, "khoảng 40 giây"),
        (56, "khoảng 1 phút"),
        (139, "khoảng 2 phút 20 giây"),
        (180, "khoảng 3 phút"),
        (595, "khoảng 10 phút"),
        (601, "khoảng 11 phút"),
    ],
)
def test_a_wait_is_said_in_minutes(seconds: int, said: str) -> None:
    assert seen.about(seconds) == said
