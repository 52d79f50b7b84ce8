"""Reads TOML and environment into raw values with the place each came from. Refuses unknown keys and wrong types."""

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from hotline1022.core.errors import ConfigError
from hotline1022.service.settings.secrets import read_secret
from hotline1022.service.settings.tree import PauseReason, Settings

#: Every setting's variable begins so: HOTLINE1022_TRUNK_HOST.
PREFIX = "HOTLINE1022_"
#: Variables with our prefix that are not settings: the private Asterisk root, the settings file.
RESERVED = frozenset({"HOTLINE1022_ROOT", "HOTLINE1022_CONFIG"})
#: Others may not write such a file, nor read it; its group may read (systemd credentials).
FILE_FORBIDDEN = 0o037

_HEADER = re.compile(r"^\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_BOOLS = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with the settings, and its cure."""

    #: `file:line`, or the variable, or `default`
    where: str
    #: `section.key`
    key: str
    #: the value as given, `***` for a secret
    value: str
    #: what is wrong
    reason: str
    #: what to do
    cure: str

    def __str__(self) -> str:
        shown = f"{self.key} = {self.value}" if self.value else self.key
        return f"{self.where}: {shown}: {self.reason}; {self.cure}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """What was given: values by (section, key), where each came from, and the problems so far."""

    values: dict[tuple[str, str], Any]
    places: dict[tuple[str, str], str]
    problems: list[Problem]
    #: keys whose value could not be used; later checks leave them alone
    spoilt: set[str]


def sections() -> dict[str, dict[str, Any]]:
    """Section name → key → type, from the tree itself."""
    return {
        name: {key: hint for key, hint in get_type_hints(kind).items() if key in {f.name for f in fields(kind)}}
        for name, kind in get_type_hints(Settings).items()
        if name in {f.name for f in fields(Settings)}
    }


def secret_keys() -> frozenset[str]:
    """`section.key` of every secret; each may be given as `key_file` too."""
    hints = get_type_hints(Settings)
    return frozenset(
        f"{section.name}.{f.name}"
        for section in fields(Settings)
        for f in fields(hints[section.name])
        if f.metadata.get("secret")
    )


def shown(key: str, value: object) -> str:
    """The value as it may be printed."""
    return "***" if key in secret_keys() else repr(value)


def read(path: Path | None, env: Mapping[str, str], base: Path) -> Raw:
    """Everything that was given, the environment over the file; problems are collected, not raised."""
    raw = Raw(values={}, places={}, problems=[], spoilt=set())
    if path is not None:
        _read_file(path, raw)
    _read_env(env, raw)
    _read_secret_files(raw, base)
    return raw


def _read_file(path: Path, raw: Raw) -> None:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); name an existing file with --config") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text ({error.reason}); save it as UTF-8") from error
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"{path}:{line.group(1)}" if line else f"{path}:{text.count(chr(10)) + 1}"
        raise ConfigError(f"{where}: is not TOML ({error}); correct this line, see the sample") from error
    lines = _key_lines(text)
    known = sections()
    for section, table in tree.items():
        where = f"{path}:{lines.get((section, ''), lines.get(('', section), 1))}"
        if section not in known:
            raw.problems.append(_unknown(where, section, section, list(known), "section"))
            continue
        if not isinstance(table, dict):
            cure = f"write [{section}] and its keys below"
            raw.problems.append(
                Problem(where=where, key=section, value=repr(table), reason="is a section, not a value", cure=cure)
            )
            continue
        for key, value in table.items():
            at = f"{path}:{lines.get((section, key), where.rpartition(':')[2])}"
            _accept(raw, section, key, value, at, known[section])


def _accept(raw: Raw, section: str, key: str, value: Any, where: str, hints: dict[str, Any]) -> None:
    name = f"{section}.{key}"
    if key.endswith("_file") and f"{section}.{key.removesuffix('_file')}" in secret_keys():
        hint: Any = str
    elif key not in hints:
        choices = [*hints, *(f"{k.partition('.')[2]}_file" for k in secret_keys() if k.startswith(f"{section}."))]
        raw.problems.append(_unknown(where, name, key, choices, "key"))
        return
    else:
        hint = hints[key]
    try:
        raw.values[section, key] = value if name in secret_keys() and isinstance(value, str) else _typed(value, hint)
    except ValueError as error:
        reason, _, cure = str(error).partition("; ")
        raw.problems.append(Problem(where=where, key=name, value=shown(name, value), reason=reason, cure=cure))
        raw.spoilt.add(name)
    raw.places[section, key] = where


def _read_env(env: Mapping[str, str], raw: Raw) -> None:
    known = sections()
    for variable in sorted(name for name in env if name.startswith(PREFIX) and name not in RESERVED):
        section, _, key = variable.removeprefix(PREFIX).lower().partition("_")
        where = f"environment {variable}"
        if section not in known:
            names = [f"{PREFIX}{s}_{k}".upper() for s, keys in known.items() for k in keys]
            raw.problems.append(_unknown(where, variable, variable, names, "variable"))
            continue
        value: Any = env[variable]
        hint = known[section].get(key)
        if hint is not None:
            value = _from_text(value, hint)
        raw.spoilt.discard(f"{section}.{key}")
        before = (section, key) in raw.values
        count = len(raw.problems)
        _accept(raw, section, key, value, where, known[section])
        if before and len(raw.problems) > count:
            raw.values.pop((section, key))


def _read_secret_files(raw: Raw, base: Path) -> None:
    for name in sorted(secret_keys()):
        section, _, key = name.partition(".")
        file = raw.values.pop((section, f"{key}_file"), "")
        if not file:
            continue
        where = raw.places[section, f"{key}_file"]
        if raw.values.get((section, key)) and _from_env(raw, section, key) != _from_env(raw, section, f"{key}_file"):
            if _from_env(raw, section, key):
                continue
        elif raw.values.get((section, key)):
            cure = f"keep one of {key} and {key}_file"
            raw.problems.append(Problem(where=where, key=name, value="***", reason="is given twice", cure=cure))
            raw.spoilt.add(name)
            continue
        try:
            raw.values[section, key] = read_secret(base / file, forbidden=FILE_FORBIDDEN)
            raw.places[section, key] = where
        except ConfigError as error:
            reason, _, cure = str(error).rpartition("; ")
            raw.problems.append(Problem(where=where, key=f"{name}_file", value=repr(file), reason=reason, cure=cure))
            raw.spoilt.add(name)


def _from_env(raw: Raw, section: str, key: str) -> bool:
    return raw.places[section, key].startswith("environment ")


def _unknown(where: str, name: str, word: str, choices: list[str], what: str) -> Problem:
    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    cure = f'did you mean "{near[0]}"?' if near else f"remove it; known are: {', '.join(sorted(choices))}"
    return Problem(where=where, key=name, value="", reason=f"is an unknown {what}", cure=cure)


def _typed(value: Any, hint: Any) -> Any:
    """The value as the field's type; ValueError("reason; cure") when it is another."""
    if hint is bool:
        if isinstance(value, bool):
            return value
        raise ValueError("is not true or false; write true or false without quotes")
    if hint is int:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise ValueError("is not a whole number; write digits without quotes")
    if hint is float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        raise ValueError("is not a number; write digits without quotes, such as 1.5")
    if hint == tuple[str, ...]:
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(unicodedata.normalize("NFC", item).strip() for item in value)
        raise ValueError('is not a list of texts; write ["…", "…"]')
    if hint == tuple[PauseReason, ...]:
        return _pause_reasons(value)
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    raise ValueError('is not a text; write it in quotes, "…"')


def _pause_reasons(value: Any) -> tuple[PauseReason, ...]:
    reasons = []
    for item in value if isinstance(value, list) else [None]:
        if (
            not isinstance(item, dict)
            or set(item) != {"code", "name"}
            or not all(isinstance(part, str) for part in item.values())
        ):
            raise ValueError('is not a list of reasons; write [{ code = "1", name = "Giải lao" }, …]')
        reasons.append(PauseReason(code=item["code"], name=unicodedata.normalize("NFC", item["name"]).strip()))
    return tuple(reasons)


def _from_text(text: str, hint: Any) -> Any:
    """A variable's text as TOML would have given it; the text itself where it does not fit (then refused)."""
    text = text.strip()
    if hint is bool:
        return _BOOLS.get(text.lower(), text)
    if hint is int:
        return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else text
    if hint is float:
        return float(text) if re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", text) else text
    if hint == tuple[str, ...]:
        return [part.strip() for part in text.split(",") if part.strip()]
    if hint == tuple[PauseReason, ...]:
        pairs = [part.partition("=") for part in text.split(",") if part.strip()]
        return [{"code": code.strip(), "name": name.strip()} for code, _, name in pairs]
    return text


def _key_lines(text: str) -> dict[tuple[str, str], int]:
    """(section, key) → line of its first mention; (section, "") → line of the section's header."""
    found: dict[tuple[str, str], int] = {}
    path: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            path = _parts(header.group(1))
            found.setdefault((path[0], ""), number)
            if len(path) > 1:
                found.setdefault((path[0], path[1]), number)
        elif key := _KEY.match(line):
            parts = [*path, *_parts(key.group(1))]
            found.setdefault(("", parts[0]) if len(parts) == 1 else (parts[0], parts[1]), number)
            found.setdefault((parts[0], ""), number)
    return found


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]
