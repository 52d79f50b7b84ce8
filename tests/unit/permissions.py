"""docs/permissions.md as data: what each route asks for, as people wrote it down."""

import re
from pathlib import Path

_ROW = re.compile(r"^\| `(GET|POST) (/\S+)` \| ([a-z ]+) \|(?: (officer) \||  \|)$", re.MULTILINE)


def permissions() -> dict[tuple[str, str], tuple[str, bool]]:
    """(method, path) → (scope, or `open`, or `any token`; whether an officer's token is let in)."""
    text = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text(encoding="utf-8")
    return {(method, path): (scope, bool(officer)) for method, path, scope, officer in _ROW.findall(text)}
