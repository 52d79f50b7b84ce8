"""Every word of every page comes from the catalogue, and every day and number is written as it says: the whole service speaks a
language that nobody speaks, and whatever Vietnamese is left on its pages is of the house's own data.
"""

import re
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hotline1022.core.words import shipped
from hotline1022.service.settings.tree import Queue
from hotline1022.tickets.calendar import holiday_names
from tests.contract.test_every_page import SEE, _get, _paths, pages
from tests.lab.pseudo_language import outside, pseudo, spoken, strings, vietnamese
from tests.lab.whole_service import Whole, served
from tests.unit.test_words import HOUSE

pytestmark = pytest.mark.slow
#: what people read or hear of an element beside its text
SEEN = {"title", "alt", "placeholder", "aria-label", "aria-description", "label", "summary"}
#: what may be words, or ids
MIXED = {"value", "content"}
#: words of the catalogue without marks that pages have as ids, units and forms of files, and those of an SMS in GSM-7
BARE = {"menu", "root", "information", "ticket", "recording", "recordings", "kb", "wav", "opus", "https", "api"}
BARE |= {"phieu", "tra", "goi", "phim"}
#: commands
BARE |= {"restore", "evidence", "verify"}
#: a section of the settings' file
BARE |= {"notify"}
#: a key of the keyboard
BARE |= {"shift"}
_WORD = re.compile(r"(?<![\w./_-])[a-z]{2,}(?![\w_-]|\.\w|/)", re.IGNORECASE)
#: files of the house's own content, which it writes anew at the desk: agencies, menu, plan, holidays, reasons, templates
CONTENT: tuple[str, ...] = (
    "directory/agencies.toml",
    "ivr/menu.toml",
    "service/lines/shifts.toml",
    "tickets/policy.toml",
)
CONTENT += ("recordings/reasons.toml", "notify/templates.toml", "faq/seed.toml")
#: a day as the pseudo-language does not write it
DAY = re.compile(r"\b\d\d?/\d\d?/\d{4}\b")


class Said(HTMLParser):
    """What a page says, piece by piece: texts of elements, and of attributes that people see or scripts say."""

    def __init__(self, html: str) -> None:
        super().__init__()
        #: what people see, and what may be for programs
        self.seen: list[str] = []
        self.mixed: list[str] = []
        self.language = ""
        self._quiet = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._quiet += tag in ("script", "style")
        if tag == "html":
            self.language = given.get("lang", "")
        self.seen += [value for name, value in given.items() if name in SEEN]
        self.mixed += [value for name, value in given.items() if name in MIXED or name.startswith("data-")]

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.seen.append(data)


@pytest.fixture(scope="module", params=["sqlite"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with spoken(pseudo()), served(request, tmp_path_factory.mktemp("words"), "every_word") as made:
        yield made


def _rows(address: str) -> set[str]:
    """Every text in the database."""
    found: set[str] = set()
    with closing(sqlite3.connect(address.partition(":///")[2])) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                found.update(strings(list(row)))
    return found


def data_of(whole: Whole) -> tuple[str, ...]:
    """Whatever is the house's own, the longest first; a text that is a whole file by its lines."""
    found = _rows(whole.app.settings.database_url)
    for name in CONTENT:
        text = (HOUSE / name).read_text(encoding="utf-8")
        found |= {*strings(tomllib.loads(text)), *text.splitlines()}
    found |= {one.name for one in Queue().pause_reasons}
    lines = {line.strip() for one in found for line in (one, *one.splitlines())}
    # as the library of holidays writes them, with days in them
    lines |= {name for year in range(2024, 2030) for name in holiday_names(year).values()}
    return tuple(sorted((one for one in lines if "«" not in one and len(one) > 2), key=len, reverse=True))


@cache
def without(rest: str, data: tuple[str, ...]) -> str:
    """The text without what is the house's own."""
    if not re.search(r"[^\W\d_]{2}|/", rest):
        return ""
    for one in data:
        rest = rest.replace(one, "\n")
    return rest


def vocabulary() -> set[str]:
    """Words of the catalogue that have no marks: neither names nor values in braces."""
    texts = (re.sub(r"\{[^}]*\}|[\w.-]+\.[\w.-]+|/\S+", "", text) for text in shipped().texts.values())
    return {word.lower() for text in texts for word in re.findall(r"\w+", text) if re.fullmatch("[A-Za-z]{2,}", word)}


def test_every_word_of_every_page_is_of_the_catalogue(whole: Whole) -> None:
    data, looked = data_of(whole), 0
    wrong: dict[str, str] = {}
    known = vocabulary()
    for route in pages():
        for who in SEE if route.desk else ("nobody",):
            for path in _paths(whole, route):
                answer = _get(whole, path, who)
                if not answer.headers.get("Content-Type", "").startswith("text/html"):
                    continue
                said = Said(answer.text)
                looked += 1
                assert said.language in ("qps-Ploc", ""), (path, said.language)
                assert "«" in answer.text or not said.language, path
                for piece in (*said.seen, *said.mixed):
                    rest = without(outside(piece), data)
                    if vietnamese(rest) or DAY.search(rest):
                        wrong.setdefault(f"{route.path}: {' '.join(rest.split())}", piece)
                for piece in said.seen:
                    found = {one.lower() for one in _WORD.findall(without(outside(piece), data))}
                    if bare := found & known - BARE:
                        wrong.setdefault(f"{route.path}: {bare}", piece)
    assert looked > 150, looked
    assert not wrong, "\n".join(wrong)


def test_the_api_and_files_that_leave_name_things_by_it(whole: Whole) -> None:
    told = whole.ask("GET", "/api/figures/calls", params={"since": "2026-01-01"})
    assert all(one["name"].startswith("«") for one in told["figures"]), told
    sample = Path(HOUSE / "web" / "pages" / "vi.toml").read_text(encoding="utf-8")
    assert "«" not in sample, "else what is wrapped would not be told from what was there"
