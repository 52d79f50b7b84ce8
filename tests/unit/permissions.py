"""docs/permissions.md as data: what each route asks for, as people wrote it down."""

import re
from pathlib import Path

_ROW = re.compile(
    r"^\| `(GET|POST) (/\S+)` \| ([a-z-]+)(?:, ([a-z, -]+))? \|(?: (officer|own tickets) \||  \|)$", re.MULTILINE
)


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
    """(method, path) → (permission, or `open`, `anybody`, `signed-in`; whether an officer is let in)."""
    return {(method, path): (needs, who == "officer") for method, path, needs, _, who in _ROW.findall(_document())}


def others() -> dict[tuple[str, str], frozenset[str]]:
    """(method, path) → permissions of which one lets in too."""
    return {
        (method, path): frozenset(more.split(", ") if more else ())
        for method, path, _, more, _ in _ROW.findall(_document())
    }


def of_own_tickets() -> set[tuple[str, str]]:
    """(method, path) of what lets in who hears recordings of the own agency's tickets alone."""
    return {(method, path) for method, path, _, _, who in _ROW.findall(_document()) if who == "own tickets"}


_PAGE = re.compile(r"^\| `(/desk\S*)` \| ([a-z-]+(?: tickets)?(?:, [a-z-]+(?: tickets)?)*) \| [^|]+ \|$", re.MULTILINE)


def desk_pages() -> dict[str, frozenset[str]]:
    """Path of a page or form of the desk → permissions of which one lets in; or `anybody`, or `door`; beside them `own tickets`."""
    return {path: frozenset(who.split(", ")) for path, who in _PAGE.findall(_document())}
