"""Changes single places of a TOML text and leaves every other character as it was: comments, order, blanks. Refuses (Invalid
`menu-form-unfit`) what is written in another way than line by line; whoever calls holds the outcome against what was meant.
"""

import re
import tomllib
from collections.abc import Mapping

from hotline1022.core.errors import Invalid
from hotline1022.ivr.toml_lines import Lines, Path, Stood, scan, string_end

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
#: what a string may not have as it is
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def unfit(path: Path) -> Invalid:
    """What is said of a place that cannot be changed so."""
    place = ".".join(map(str, path))
    return Invalid(f"{place} is written in a way that forms cannot change; change the text", error_id="menu-form-unfit")


def literal(value: str | int, *, lines: bool = False) -> str:
    """A value as TOML writes it; `lines`: a text in lines of its own."""
    if isinstance(value, int):
        return str(value)
    text = value.replace("\\", "\\\\")
    if lines or "\n" in text:
        return '"""\n' + _escaped(text.replace('"""', '""\\"')) + '\n"""'
    return '"' + _escaped(text.replace('"', '\\"').replace("\t", "\\t")) + '"'


def set_value(text: str, path: Path, value: str | int) -> str:
    """`path` gets this value; where there is none, a line for it behind the others of its table."""
    lines = scan(text)
    there = _entry(lines, path)
    if there is None:
        return _add(text, lines, path[:-1], f"{_key(path[-1])} = {literal(value)}")
    start, end = _value_at(text, there)
    return text[:start] + literal(value, lines=text.startswith(('"""', "'''"), start)) + text[end:]


def set_table(text: str, table: Path, wanted: Mapping[str, str | int]) -> str:
    """The table has these keys in this order. What is said above a key goes along with it; what is above one that goes stays."""
    lines = scan(text)
    found = _table(lines, table)
    if found is None:
        said = "\n".join(f"{_key(key)} = {literal(value)}" for key, value in wanted.items())
        return _add(text, lines, table, said)
    header, entries = found
    above: dict[str, str] = {}
    there: dict[str, Stood] = {}
    offset, left = header.end + 1, ""
    for one in entries:
        if len(one.path) != len(table) + 1:
            raise unfit(table)
        key = str(one.path[-1])
        said, offset = left + text[offset : one.start], one.end + 1
        left = "" if key in wanted else said
        if key in wanted:
            above[key], there[key] = said, one
    made = [
        above[key] + _restated(text, there[key], value) if key in there else f"{_key(key)} = {literal(value)}\n"
        for key, value in wanted.items()
    ]
    return text[: header.end + 1] + "".join(made) + left + text[offset:]


def add_table(text: str, table: Path, wanted: Mapping[str, str | int]) -> str:
    """A new table behind its kind, or behind everything."""
    said = "\n".join(
        f"{_key(key)} = {literal(value, lines=isinstance(value, str) and key == 'text')}"
        for key, value in wanted.items()
    )
    return _add(text, scan(text), table, said)


def add_element(text: str, name: str, wanted: Mapping[str, str | int]) -> str:
    """One more element of an array of tables, behind the others, or behind everything."""
    kind = [one for one in scan(text).stood if one.path[:1] == (name,)]
    end = kind[-1].end if kind else len(text.rstrip())
    said = "\n".join(f"{_key(key)} = {literal(value)}" for key, value in wanted.items())
    return f"{text[:end]}\n\n[[{_key(name)}]]\n{said}{text[end:]}"


def drop_table(text: str, table: Path) -> str:
    """The table goes, with those within it and what is said between their lines."""
    while True:
        lines = scan(text)
        place = next((at for at, one in enumerate(lines.stood) if one.header and one.path[: len(table)] == table), None)
        if place is None:
            return text
        last = lines.stood[place]
        for one in lines.stood[place + 1 :]:
            if one.header:
                break
            last = one
        rest = text[last.end + 1 :]
        text = text[: lines.stood[place].start] + rest.removeprefix("\n")


def _entry(lines: Lines, path: Path) -> Stood | None:
    return next((one for one in lines.stood if one.path == path and not one.header), None)


def _table(lines: Lines, table: Path) -> tuple[Stood, list[Stood]] | None:
    """Its header, and the keys below that."""
    place = next((at for at, one in enumerate(lines.stood) if one.header and one.path == table), None)
    if place is None:
        return None
    entries: list[Stood] = []
    for one in lines.stood[place + 1 :]:
        if one.header:
            break
        entries.append(one)
    return lines.stood[place], entries


def _add(text: str, lines: Lines, table: Path, said: str) -> str:
    """Lines behind the last one of a table, or with a header of their own behind the last of its kind."""
    if found := _table(lines, table):
        end = (found[1][-1] if found[1] else found[0]).end
        return f"{text[:end]}\n{said}{text[end:]}"
    if not table:
        raise unfit(table)
    kind = [one for one in lines.stood if one.path[:1] == table[:1]]
    end = kind[-1].end if kind else len(text.rstrip())
    header = ".".join(map(_key, table))
    return f"{text[:end]}\n\n[{header}]\n{said}{text[end:]}"


def _restated(text: str, there: Stood, value: str | int) -> str:
    """The lines of a key with this value; what stands behind it stays."""
    start, end = _value_at(text, there)
    if tomllib.loads(f"it = {text[start:end]}")["it"] == value:
        return text[there.start : there.end] + "\n"
    return text[there.start : start] + literal(value) + text[end : there.end] + "\n"


def _value_at(text: str, there: Stood) -> tuple[int, int]:
    """From where to where the value of a key stands: a string, a number or a word."""
    start = there.value
    while start < there.end and text[start] in " \t":
        start += 1
    sign = text[start : start + 1]
    if sign in ("[", "{", ""):
        raise unfit(there.path)
    if sign in "\"'":
        return start, string_end(text, start)
    found = re.compile(r"[^\s#]+").match(text, start)
    if found is None:
        raise unfit(there.path)
    return start, found.end()


def _key(part: str | int) -> str:
    part = str(part)
    return part if _BARE_KEY.fullmatch(part) else literal(part)


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
