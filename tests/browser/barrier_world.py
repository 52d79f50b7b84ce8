"""A browser that looks at pages as axe does: what it finds against WCAG 2.2 A and AA at 1920 and at 360, light and dark, and whether the
page is wider than the window. Refuses a page that is not of the status that it should be.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from hotline1022.web.cookies import PLAIN
from tests.lab.browser import Tab

AXE = (Path(__file__).parents[1] / "vendor" / "axe.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: what another theme alone may change
COLOURS = ["color-contrast", "link-in-text-block"]


def _run(kind: str, of: Sequence[str]) -> str:
    return f"""
axe.run(document, {{runOnly: {{type: '{kind}', values: {json.dumps(of)}}}, resultTypes: ['violations']}})
  .then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 160))]))
"""


_RUN, _COLOURS = _run("tag", TAGS), _run("rule", COLOURS)
_STATUS = "performance.getEntriesByType('navigation')[0].responseStatus"
#: a form is sent as a browser sends it, whatever the page's scripts make of forms
_SEND = """
((action, pairs, files) => {
  const form = document.createElement('form');
  form.method = 'post'; form.action = action; form.enctype = files ? 'multipart/form-data' : 'application/x-www-form-urlencoded';
  for (const [name, value] of pairs) {
    const one = document.createElement('textarea'); one.name = name; one.value = value; form.append(one);
  }
  document.body.append(form); form.submit();
})(%s)
"""
NARROW, WIDE = 360, 1920
#: width → the theme in which everything is looked at, and the other
LOOKS = {WIDE: ("light", "dark"), NARROW: ("dark", "light")}


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page that changes something."""

    action: str
    files: bool
    #: what is sent as it stands: hidden, and pre-filled
    given: tuple[tuple[str, str], ...]
    #: names of what people fill in or choose
    fields: frozenset[str]
    #: names and values of its buttons
    buttons: tuple[tuple[str, str], ...]

    def filled(self, text: str) -> Iterator[list[tuple[str, str]]]:
        """What is sent when this is in every field, by each of its buttons."""
        pairs = [(name, text if name in self.fields else value) for name, value in self.given]
        for button in self.buttons or (("", ""),):
            yield [*pairs, button] if button[0] else pairs


class _Read(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[Form] = []
        self._action: str | None = None
        self._files = False
        self._given: dict[str, str] = {}
        self._fields: set[str] = set()
        self._buttons: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value, kind = given.get("name", ""), given.get("value", ""), given.get("type", "")
        match tag:
            case "form":
                self._action = (given.get("action") or self.page) if given.get("method", "").lower() == "post" else None
                self._files = "multipart" in given.get("enctype", "")
                self._given, self._fields, self._buttons = {}, set(), []
            case "input" | "textarea" | "select" if name and kind not in ("file", "submit"):
                self._given.setdefault(name, value)
                if kind != "hidden":
                    self._fields.add(name)
            case "button" if kind != "button":
                self._buttons.append((name, value))
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._action is not None:
            given, fields = tuple(self._given.items()), frozenset(self._fields)
            self.forms.append(Form(self._action, self._files, given, fields, tuple(self._buttons)))
            self._action = None


def forms_of(page: str, html: str) -> list[Form]:
    """Those of a page that people fill something into, each address once."""
    read = _Read(page)
    read.feed(html)
    read.close()
    return list({one.action: one for one in read.forms if one.fields}.values())


@dataclass
class Looker:
    """One tab of somebody's browser."""

    tab: Tab
    base: str
    #: what was found, with where
    wrong: dict[str, Any] = field(default_factory=dict)
    looked: int = 0

    async def enter(self, headers: Mapping[str, str]) -> None:
        """With the cookie of a session, where one is given."""
        await self.tab.calm()
        if cookie := headers.get("Cookie", ""):
            await self.tab.cookie(PLAIN, cookie.partition("=")[2], self.base)

    async def open(self, path: str, status: int | None = 200) -> None:
        """A page of this status, or of any."""
        await self.tab.open(self.base + path)
        told = await self.tab.run(_STATUS)
        assert status is None or told == status, (path, told)

    async def send(self, form: Form, pairs: Sequence[tuple[str, str]]) -> int:
        """A form; the status of the page that follows."""
        self.tab.expect_load()
        await self.tab.run(_SEND % ", ".join(map(json.dumps, (form.action, pairs, form.files))))
        await self.tab.loaded()
        return int(await self.tab.run(_STATUS))

    async def insert(self, path: str) -> None:
        """A part of a page into the page that is open, in place of what it has."""
        script = (
            "fetch(%s, {headers: {'HX-Request': 'true'}}).then(async a => { const text = await a.text();"
            " const at = document.querySelector('main') || document.body; at.innerHTML = '<div class=container-xl><h1>1022</h1>' + text + '</div>';"
            " return a.status; })"
        )
        assert await self.tab.run(script % json.dumps(path)) == 200, path

    async def look(self, name: str) -> None:
        """What axe finds on a desk's screen and on a telephone, light and dark, as the page is now: loaded once, its window and theme
        changed. Everything at either width, of the other theme what colours decide.
        """
        for width, themes in LOOKS.items():
            await self.tab.size(width, 800, mobile=width == NARROW)
            for theme, run in zip(themes, (_RUN, _COLOURS), strict=True):
                await self.tab.run(f"document.documentElement.dataset.bsTheme = '{theme}'")
                if not await self.tab.run("!!window.axe"):
                    await self.tab.run(f"{AXE}\n;0")
                if found := await self.tab.run(run):
                    self.wrong[f"{name} {width} {theme}"] = found
                self.looked += 1
            if (wide := await self.tab.run("document.documentElement.scrollWidth")) > width:
                self.wrong[f"{name} {width} sideways"] = wide


def told(*some: Mapping[str, Any]) -> str:
    """What was found, a line each."""
    return "\n".join(f"{where}: {one}" for each in some for where, one in each.items())


def address(path: str, known: Mapping[str, Sequence[str]]) -> str:
    """A route with what is there in its braces: the first of each."""
    return re.sub(r"\{(\w+)\}", lambda part: known[part[1]][0], path)
