"""Turns the parsed TOML of a menu file into the model, noting every wrong shape with its line. Judges no sense."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from hotline1022.ivr.flow import NAME
from hotline1022.ivr.model import (
    Agency,
    Agents,
    Back,
    Category,
    Choice,
    Emergency,
    Fixed,
    Information,
    Menu,
    MenuTree,
    Repeat,
    Status,
    Target,
    ToMenu,
    Voice,
    Voicemail,
)
from hotline1022.ivr.toml_lines import Lines, Path

TARGETS = (
    '"agents", "agents:CATEGORY", "menu:MENU", "information:ID", "status", "emergency", "voicemail", "repeat" or "back"'
)
KEYS = frozenset("0123456789*#")
#: espeak-ng's Vietnamese voices, each perhaps with one of its variants: vi+f2
VOICES = re.compile(r"vi(-vn-x-central|-vn-x-south)?(\+[a-z0-9]+)?")
#: a sound's name below the language's folder, as Asterisk asks for it
_SOUND = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)?")


@dataclass(slots=True)
class Problems:
    """Faults and oddities found so far, each with its line."""

    lines: Lines
    faults: list[tuple[int, str]] = field(default_factory=list)
    oddities: list[tuple[int, str]] = field(default_factory=list)
    #: a menu that is in force is read: what an earlier release let pass is no hindrance
    standing: bool = False
    outdated: list[tuple[int, str]] = field(default_factory=list)

    def add(self, path: Path, message: str) -> None:
        """A fault at `path`."""
        self.add_line(self.lines.line(path), message)

    def add_late(self, path: Path, message: str) -> None:
        """A fault that earlier releases let pass."""
        if self.standing:
            self.outdated.append((self.lines.line(path), message))
        else:
            self.add(path, message)

    def add_line(self, line: int, message: str) -> None:
        """A fault in `line`."""
        if (line, message) not in self.faults:
            self.faults.append((line, message))

    def add_syntax(self, message: str) -> None:
        """A fault that tomllib found."""
        found = re.search(r" \(at line (\d+), column \d+\)$", message)
        line = int(found[1]) if found else max(self.lines.at.values(), default=1)
        self.add_line(line, f"this is not TOML: {message}; mend the line")

    def warn(self, path: Path, message: str) -> None:
        """An oddity at `path`."""
        self.oddities.append((self.lines.line(path), message))

    def messages(self, source: str) -> list[str]:
        """The faults as `file:line: text`, in the order of lines."""
        return list(_by_line(source, self.faults))

    def warnings(self, source: str) -> tuple[str, ...]:
        """The oddities as `file:line: text`, in the order of lines."""
        return _by_line(source, self.oddities)

    def passed(self, source: str) -> tuple[str, ...]:
        """What is no fault only because the menu is in force, in the same form."""
        return _by_line(source, self.outdated)


def _by_line(source: str, found: list[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(f"{source}:{line}: {message}" for line, message in sorted(found))


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the fields of one table, noting what is missing, of the wrong kind or unknown."""

    table: Mapping[str, Any]
    path: Path
    problems: Problems

    def known(self, *names: str) -> None:
        """Every other field is a fault."""
        for name in self.table:
            if name not in names:
                self.problems.add(
                    (*self.path, name), f"{name} is not known here; leave it out, or use one of: {', '.join(names)}"
                )

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self.table.get(name, default)
        if value is None:
            self.problems.add(self.path, f'{name} is missing; add {name} = "..."')
        elif not isinstance(value, str):
            self.problems.add((*self.path, name), f"{name} must be a text; put it in quotation marks")
        elif not value.strip():
            self.problems.add((*self.path, name), f"{name} is empty; write what is to be spoken or named")
        else:
            return " ".join(value.split())
        return ""

    def number(self, name: str, low: int, high: int, default: int) -> int:
        """A whole number from `low` to `high`."""
        value = self.table.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.problems.add((*self.path, name), f"{name} must be a whole number from {low} to {high}")
            return default
        return value

    def child(self, name: str) -> "Reader":
        """A table within; an empty one if it is not there."""
        value = self.table.get(name, {})
        if not isinstance(value, dict):
            self.problems.add((*self.path, name), f"{name} must be a table: [{name}]")
            value = {}
        return Reader(value, (*self.path, name), self.problems)

    def children(self) -> Iterable[tuple[str, "Reader"]]:
        """The tables within, with their names, which must be usable as file names."""
        for name in self.table:
            if not NAME.fullmatch(name):
                self.problems.add((*self.path, name), f"{name!r} is no id; use a-z, 0-9 and -, at most 40 letters")
            else:
                yield name, self.child(name)

    def elements(self, name: str) -> list["Reader"]:
        """The tables of an array of tables."""
        value = self.table.get(name, [])
        if not isinstance(value, list) or not all(isinstance(element, dict) for element in value):
            self.problems.add((*self.path, name), f"{name} must be written as [[{name}]]")
            return []
        return [Reader(element, (*self.path, name, place), self.problems) for place, element in enumerate(value)]

    def texts(self, name: str, inherited: Mapping[str, str], pattern: re.Pattern[str]) -> Mapping[str, str]:
        """A table of texts, laid over the inherited ones."""
        child = self.child(name)
        result = dict(inherited)
        for key in child.table:
            if not pattern.fullmatch(key):
                child.problems.add((*child.path, key), f"{key!r} is no name; use a-z, 0-9 and - only")
            result[key] = child.text(key)
        return MappingProxyType(result)


def tree_of(data: Mapping[str, Any], *, source: str, base: MenuTree | None, problems: Problems) -> MenuTree | None:
    """The model of `data`; None when there is no menu at all."""
    top = Reader(data, (), problems)
    top.known("root", "menus", "information", "categories", "agencies", "prompts", "sounds", "voice", "pronounce")
    nothing: Mapping[str, str] = {}
    any_word = re.compile(r".*\S.*")
    prompts = top.texts("prompts", base.prompts if base else nothing, NAME)
    agencies = [_agency(reader) for reader in top.elements("agencies")]
    categories = [_category(reader) for reader in top.elements("categories")]
    menus = {name: _menu(name, reader) for name, reader in top.child("menus").children()}
    information = {name: _information(reader) for name, reader in top.child("information").children()}
    root = top.text("root")
    if not menus:
        problems.add(("menus",), 'there is no menu; add [menus.root] with a text and keys, and root = "root"')
        return None
    return MenuTree(
        source=source,
        root=root,
        menus=MappingProxyType(menus),
        information=MappingProxyType(information),
        prompts=prompts,
        sounds=top.texts("sounds", base.sounds if base else nothing, _SOUND),
        categories=tuple(categories),
        agencies=tuple(agencies),
        voice=_voice(top.child("voice"), base.voice if base else Voice(name="vi", speed=150, pitch=45)),
        pronounce=top.texts("pronounce", base.pronounce if base else nothing, any_word),
    )


def _agency(reader: Reader) -> Agency:
    reader.known("id", "name")
    return Agency(id=_id(reader), name=reader.text("name"))


def _category(reader: Reader) -> Category:
    reader.known("id", "name", "agency", "goes_to")
    goes_to = reader.text("goes_to", "agents")
    if goes_to not in ("agents", "emergency", ""):
        reader.problems.add((*reader.path, "goes_to"), 'goes_to must be "agents" or "emergency"')
    return Category(id=_id(reader), name=reader.text("name"), agency=reader.text("agency"), goes_to=goes_to)


def _id(reader: Reader) -> str:
    value = reader.text("id")
    if value and not NAME.fullmatch(value):
        reader.problems.add((*reader.path, "id"), f"{value!r} is no id; use a-z, 0-9 and -, at most 40 letters")
    return value


def _information(reader: Reader) -> str:
    reader.known("text")
    return reader.text("text")


def _voice(reader: Reader, default: Voice) -> Voice:
    reader.known("name", "speed", "pitch")
    name = reader.text("name", default.name)
    if name and not VOICES.fullmatch(name):
        # espeak-ng itself says nothing of a voice it does not know: it speaks English.
        reader.problems.add(
            (*reader.path, "name"),
            f"{name!r} is no Vietnamese voice of espeak-ng; use vi, vi-vn-x-central or vi-vn-x-south",
        )
    return Voice(
        name=name,
        speed=reader.number("speed", 80, 300, default.speed),
        pitch=reader.number("pitch", 0, 99, default.pitch),
    )


def _menu(name: str, reader: Reader) -> Menu:
    reader.known("text", "tries", "wait_seconds", "no_input", "invalid", "after", "keys")
    keys = reader.child("keys")
    choices = [_choice(key, keys) for key in keys.table]
    after = _target(reader, "after", reader.text("after", "agents"))
    if after is not None and not isinstance(after, Agents | Emergency | Voicemail):
        reader.problems.add(
            (*reader.path, "after"),
            f'menu {name} has no way out: after the last try the caller would stay in a menu; use after = "agents"',
        )
        after = None
    return Menu(
        id=name,
        text=reader.text("text"),
        choices=tuple(choice for choice in choices if choice is not None),
        tries=reader.number("tries", 1, 9, 3),
        wait_seconds=reader.number("wait_seconds", 1, 30, 5),
        no_input=reader.text("no_input", Fixed.NO_INPUT),
        invalid=reader.text("invalid", Fixed.INVALID),
        after=after if isinstance(after, Agents | Emergency | Voicemail) else Agents(),
        parent=name,
    )


def _choice(key: str, keys: Reader) -> Choice | None:
    if key not in KEYS:
        why = "115 always calls 115" if key == "115" else "a key is one of 0-9, * and #"
        keys.problems.add((*keys.path, key), f"{key!r} cannot be a key: {why}; leave it out")
        return None
    target = _target(keys, key, keys.text(key))
    return None if target is None else Choice(key=key, target=target)


def _target(reader: Reader, name: str, value: str) -> Target | None:
    word, colon, id = value.partition(":")
    id = id.strip()
    match word.strip(), bool(id):
        case "agents", _ if bool(colon) == bool(id):
            return Agents(category=id)
        case "menu", True:
            return ToMenu(menu=id)
        case "information", True:
            return Information(id=id)
        case "emergency", False if not colon:
            return Emergency()
        case "voicemail", False if not colon:
            return Voicemail()
        case "status", False if not colon:
            return Status()
        case "repeat", False if not colon:
            return Repeat()
        case "back", False if not colon:
            return Back()
        case _:
            if value:
                reader.problems.add((*reader.path, name), f"{value!r} leads nowhere; use {TARGETS}")
            return None
