"""Where a list is empty the page says what to do, and not only that there is nothing."""

import re
from pathlib import Path

from hotline1022.web.page_words import words

PAGES = Path(__file__).parents[2] / "web" / "pages" / "desk"
#: nothing there is as it should be, and nothing is to be done
GOOD = {"directory.no-gaps", "faq.no-misses"}
_BOX = re.compile(r'<div class="empty">(.*?)</div>', re.DOTALL)
_KEY = re.compile(r"t\('([a-z0-9.-]+)'")


def boxes() -> dict[str, list[list[str]]]:
    """Page → the catalogue's keys of each of its empty boxes."""
    found = {
        page.name: [keys for box in _BOX.findall(page.read_text()) if (keys := _KEY.findall(box))]
        for page in PAGES.glob("*.html")
    }
    return {page: keys for page, keys in found.items() if keys}


def test_every_empty_list_says_what_to_do() -> None:
    assert sum(map(len, boxes().values())) > 12
    for page, all_of_it in boxes().items():
        for keys in all_of_it:
            if GOOD.isdisjoint(keys):
                said = " ".join(words()(key) for key in keys)
                assert re.search(r"\b(Xin|Thử|Thêm|Soạn|Điền|xuất hiện khi)\b", said), f"{page}: {said}"
