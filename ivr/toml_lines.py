"""Which line of a TOML text says what, from where to where it stands, and what is said twice: tomllib tells none of it. Understands no
values.
"""

import re
from dataclasses import dataclass

#: a key or table as its parts; the elements of an array of tables are counted from 0
Path = tuple[str | int, ...]

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """A key or table that was there already."""

    path: Path
    first_line: int
    line: int
    #: the text of the second one, from its first to behind its last character
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """A key with its value, or the header of a table, as it stands in the text."""

    path: Path
    header: bool
    #: the beginning of its first line
    start: int
    #: behind its last line, without the end of it
    end: int
    #: behind the sign = of a key; where a header begins
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What stands where in a TOML text."""

    #: path → line, from 1
    at: dict[Path, int]
    twice: tuple[Twice, ...]
    #: all of it, in the order of the text
    stood: tuple[Stood, ...] = ()

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest table around it; 1 when there is none."""
        while path:
            if path in self.at:
                return self.at[path]
            path = path[:-1]
        return 1

    def paths(self) -> dict[int, Path]:
        """Line → what begins there, the innermost of it."""
        found: dict[int, Path] = {}
        for path, line in self.at.items():
            if len(path) >= len(found.get(line, ())):
                found[line] = path
        return found


def scan(text: str) -> Lines:
    """Find every key and table of `text`; what cannot be understood is passed over, tomllib will name it."""
    at: dict[Path, int] = {}
    twice: list[Twice] = []
    stood: list[Stood] = []
    elements: dict[Path, int] = {}
    table: Path = ()
    offset = 0
    while offset < len(text):
        end = _line_end(text, offset)
        line = text[offset:end]
        bare = line.strip()
        number = text.count("\n", 0, offset) + 1
        if bare.startswith("["):
            many = bare.startswith("[[")
            name = _key(bare.lstrip("["), "]")
            if name is not None:
                table = _inside(name, elements)
                if many:
                    elements[table] = elements.get(table, -1) + 1
                    table = (*table, elements[table])
                if table in at and not many:
                    twice.append(Twice(path=table, first_line=at[table], line=number, start=offset, end=end))
                at.setdefault(table, number)
                stood.append(Stood(path=table, header=True, start=offset, end=end, value=offset))
        elif bare and not bare.startswith("#"):
            name = _key(line, "=")
            if name is not None:
                value = text.index("=", offset + _key_length(line)) + 1
                end = _line_end(text, _value_end(text, value))
                path = (*table, *name)
                if path in at:
                    twice.append(Twice(path=path, first_line=at[path], line=number, start=offset, end=end))
                at.setdefault(path, number)
                stood.append(Stood(path=path, header=False, start=offset, end=end, value=value))
        offset = end + 1
    return Lines(at=at, twice=tuple(twice), stood=tuple(stood))


def without(text: str, twice: tuple[Twice, ...]) -> str:
    """`text` with the second sayings blanked, its lines where they were, so that the rest can be checked as well."""
    for second in reversed(twice):
        blank = "\n" * text.count("\n", second.start, second.end)
        text = text[: second.start] + blank + text[second.end :]
    return text


def _inside(name: tuple[str, ...], elements: dict[Path, int]) -> Path:
    """`name` with the counts of the arrays of tables it lies in."""
    path: Path = ()
    for place, part in enumerate(name):
        path = (*path, part)
        if path in elements and place < len(name) - 1:
            path = (*path, elements[path])
    return path


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _key(line: str, stop: str) -> tuple[str, ...] | None:
    """The parts of the dotted key that `line` begins with, if `stop` follows."""
    parts: list[str] = []
    offset = 0
    while found := _PART.match(line, offset):
        parts.append(next(part for part in found.groups() if part is not None))
        offset = found.end()
        if line[offset : offset + 1] == stop:
            return tuple(parts)
        if line[offset : offset + 1] != ".":
            return None
        offset += 1
    return None


def _key_length(line: str) -> int:
    """How far the key reaches, so that a = within its quotes is not taken for the sign."""
    offset = 0
    while found := _PART.match(line, offset):
        offset = found.end()
        if line[offset : offset + 1] != ".":
            break
        offset += 1
    return offset


def _value_end(text: str, offset: int) -> int:
    """Behind the value that begins at `offset`: behind its strings of several lines and its brackets."""
    depth = 0
    while offset < len(text):
        sign = text[offset]
        if sign in "\"'":
            offset = string_end(text, offset)
            continue
        if sign == "#":
            offset = _line_end(text, offset)
            continue
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        elif sign == "\n" and depth <= 0:
            return offset
        offset += 1
    return offset


def string_end(text: str, offset: int) -> int:
    """Behind the string that begins at `offset`; where it has no end, behind the text or its line."""
    quote = text[offset]
    mark = quote * 3 if text.startswith(quote * 3, offset) else quote
    offset += len(mark)
    while offset < len(text):
        if text.startswith(mark, offset):
            offset += len(mark)
            while len(mark) == 3 and text.startswith(quote, offset):
                offset += 1
            return offset
        if len(mark) == 1 and text[offset] == "\n":
            return offset
        offset += 2 if quote == '"' and text[offset] == "\\" else 1
    return offset
