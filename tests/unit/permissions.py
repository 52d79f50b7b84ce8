"""docs/permissions.md as data: what each route asks for, as people wrote it down."""

import re
from pathlib import Path

_ROW = re.compile(r"^\| `(GET|POST) (/\S+)` \| ([a-z-]+) \|(?: (officer) \||  \|)$", re.MULTILINE)


_SET = re.compile(r"^\| `([a-z-]+)` \| [^|]+ \| ([a-z, -]+) \|$", re.MULTILINE)


def _document() -> str:
    return (Path(__file__).parents[2] / "docs" / "permissions.md").read_text(encoding="utf-8")


def _sets(head: str) -> dict[str, frozenset[str]]:
    text = _document().partition(head)[2].partition("\n\n")[0]
    return {name: frozenset(words.split(", ")) for name, words in _SET.findall(text)}


def scopes() -> dict[str, frozenset[str]]:
    """Scope of a token → permissions, as people wrote it down."""
    return _sets("| scope of a token")


def roles() -> dict[str, frozenset[str]]:
    """Role that a new house begins with → permissions, as people wrote it down."""
    return _sets("| role of a user")


def permissions() -> dict[tuple[str, str], tuple[str, bool]]:
    """(method, path) → (permission, or `open`, or `anybody`; whether an officer is let in)."""
    return {(method, path): (needs, bool(officer)) for method, path, needs, officer in _ROW.findall(_document())}
