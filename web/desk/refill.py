"""Puts what was typed back into the form of a page. Refuses to put anything elsewhere: what no field takes is given back."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from hotline1022.web.desk.kept import SECRETS, Kept

#: kinds of inputs whose value nobody types
_NOT_TYPED = frozenset({"submit", "button", "reset", "image", "file", "password"})
_Attributes = list[tuple[str, str | None]]


def refill(html: str, kept: Kept, *, hidden: bool = True) -> tuple[str, list[str]]:
    """The page with what was typed, and the texts that found no field; without `hidden` what nobody types is as the page says."""
    looked = _Forms()
    looked.feed(html)
    names = {name for name, _ in kept.pairs}
    fitting = [one for one in looked.found if kept.action in one.actions]
    if not fitting:
        return html, texts(kept.pairs)
    best = max(fitting, key=lambda one: len(names & one.names))
    writer = _Writer(best.place, kept.pairs, hidden)
    writer.feed(html)
    writer.close()
    left = [(name, value) for name, value in kept.pairs if name not in best.names]
    return "".join(writer.out), texts(left)


def texts(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """What people would miss: no words of the page, such as which button it was."""
    return [value.strip() for _, value in pairs if len(value.strip().split()) > 1]


@dataclass(slots=True)
class _Seen:
    place: int
    actions: set[str]
    names: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    """The forms of a page, each with its addresses and its fields."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Seen] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = True
            sent = given.get("hx-post") or (given.get("action") if given.get("method", "") == "post" else "") or ""
            self.found.append(_Seen(place=len(self.found), actions={sent.partition("?")[0]}))
        elif self._inside and given.get("formaction"):
            self.found[-1].actions.add(str(given["formaction"]).partition("?")[0])
        elif self._inside and tag in ("input", "select", "textarea") and given.get("type") not in _NOT_TYPED:
            self.found[-1].names.add(given.get("name") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


class _Writer(HTMLParser):
    """The page as it was, but for the fields of one form."""

    def __init__(self, place: int, pairs: Sequence[tuple[str, str]], hidden: bool) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._place, self._forms, self._inside = place, -1, False
        self._left = _NOT_TYPED if hidden else _NOT_TYPED | {"hidden"}
        self._values: dict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            self._values[name].append(value)
        self._select: str | None = None
        self._skipping = False

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        text = self.get_starttag_text() or ""
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self._forms += 1
            self._inside = self._forms == self._place
        if not self._inside or name in SECRETS:
            self.out.append(text)
        elif tag == "input" and given.get("type") not in self._left and name:
            self.out.append(self._input(attrs, given, name, text))
        elif tag == "textarea" and name in self._values:
            self.out.append(f"{text}\n{escape(self._next(name))}")
            self._skipping = True
        elif tag == "select":
            self._select = name if name in self._values else None
            self.out.append(text)
        elif tag == "option" and self._select is not None:
            chosen = (given.get("value") or "") in self._values[self._select]
            self.out.append(_tag("option", attrs, "selected", chosen))
        else:
            self.out.append(text)

    def _input(self, attrs: _Attributes, given: dict[str, str | None], name: str, text: str) -> str:
        if given.get("type") in ("checkbox", "radio"):
            return _tag("input", attrs, "checked", (given.get("value") or "on") in self._values.get(name, ()))
        if name not in self._values:
            return text
        typed = self._next(name)
        there = [(key, typed if key == "value" else value) for key, value in attrs]
        return _tag("input", there if "value" in given else [*there, ("value", typed)])

    def _next(self, name: str) -> str:
        """Fields of one name have their values in the order of the page."""
        values = self._values[name]
        return values.pop(0) if len(values) > 1 else values[0]

    def handle_startendtag(self, tag: str, attrs: _Attributes) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._skipping = False
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")


def _tag(name: str, attrs: _Attributes, flag: str = "", on: bool = False) -> str:
    """A start tag with or without a flag."""
    kept = [(key, value) for key, value in attrs if key != flag]
    told = "".join(f" {key}" if value is None else f' {key}="{escape(value)}"' for key, value in kept)
    return f"<{name}{told}{f' {flag}' if flag and on else ''}>"
