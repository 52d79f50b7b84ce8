"""Every text that services make has words of its own in the catalogue of pages: errors, findings, entries, reasons. A new one without
words fails here, and not on the screen of somebody who reads no English.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from hotline1022.audit.faults import Fault
from hotline1022.audit.types import Kind
from hotline1022.core.errors import Refused, Unavailable
from hotline1022.directory.types import What
from hotline1022.recordings.types import Why
from hotline1022.service.background.work import id_of
from hotline1022.web.desk.render import told, told_id
from hotline1022.web.page_words import words
from hotline1022.web.route import PARTS

HOUSE = Path(__file__).parents[2]
ROOMS = sorted(
    one.name for one in (HOUSE / "hotline1022").iterdir() if one.is_symlink() and one.name != "asterisk_conf"
)
SAY = words()
#: what only a terminal, Asterisk or the start of the service shows: no page can
TERMINAL = re.compile(
    r"service/(cli/|doctor/|asterisk/(engine|render|console|reload)|backup/(restore|half_restore|key_)|prepare|stand|reload|lock"
    r"|settings/secrets|evidence/stamp_key|recordings/(key_|export\.py))"
    r"|ami_bridge/(agi_|fastagi)|db/(migrate|engine\.py)|recordings/keys"
)


def _texts(node: ast.expr) -> Iterator[str]:
    """The words that an expression can be, where it says so itself."""
    match node:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp():
            yield from _texts(node.body)
            yield from _texts(node.orelse)


def error_ids() -> dict[str, list[str]]:
    """Each id of an error in the code, with the places where it is said."""
    found: dict[str, list[str]] = {}
    for room in ROOMS:
        for path in sorted((HOUSE / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                given: ast.expr | None = None
                if (isinstance(node, ast.keyword) and node.arg == "error_id") or (
                    isinstance(node, ast.Assign)
                    and any(isinstance(one, ast.Name) and one.id == "error_id" for one in node.targets)
                ):
                    given = node.value
                for id in _texts(given) if given is not None else ():
                    found.setdefault(id, []).append(str(path.relative_to(HOUSE)))
    return found


def test_every_error_that_a_page_can_show_has_words() -> None:
    found = error_ids()
    assert len(found) > 400, "the walk saw the code"
    bare = {
        id: places
        for id, places in found.items()
        if f"error.{id}" not in SAY.texts and not all(TERMINAL.match(one) for one in places)
    }
    assert not bare, "write words for them into [error] of web/pages/vi.toml"


def test_errors_whose_ids_are_made_of_parts_have_words() -> None:
    made = {f"{part}-unknown" for part in PARTS}
    source = (HOUSE / "service" / "background" / "chore_desk.py").read_text(encoding="utf-8")
    chores = re.findall(r'Chore\("([a-z-]+)"', source)
    assert len(chores) == 6
    made |= {f"{chore}-{end}" for chore in (*chores, "backup") for end in ("running", "none", "failed")}
    made |= {f"{what}-{end}" for what in What for end in ("unknown", "invalid")}
    assert not {id for id in made if f"error.{id}" not in SAY.texts}


@pytest.mark.parametrize("table", ["fault", "fault-more"])
def test_every_finding_has_words(table: str) -> None:
    for one in Fault:
        text = SAY.texts.get(f"{table}.{one.value}", "")
        assert text, one
        assert {name for _, name, _, _ in Formatter().parse(text) if name} <= {"seq"}
    assert {key.removeprefix(f"{table}.") for key in SAY.texts if key.startswith(f"{table}.")} == set(Fault)


def test_every_kind_of_entry_and_reason_has_words() -> None:
    assert not {one.value for one in Kind} - {key.removeprefix("entry.") for key in SAY.texts}
    assert not {one.value for one in Why if one.value} - {key.removeprefix("recording-why.") for key in SAY.texts}


def test_an_error_is_never_told_in_its_own_english() -> None:
    known = Refused("the disk is full; make room", error_id="disk-full")
    strange = Refused("the moon is full; wait", error_id="moon-full")
    assert told(known) == told_id("disk-full") == SAY("error.disk-full")
    assert told(strange) == SAY("error.other", said="moon-full") and "moon is" not in told(strange)
    assert told(Unavailable("the moon is away", error_id="moon-away")) == SAY("failure.503.said")
    assert told(ValueError("no")) == told_id("") == ""


def test_what_broke_in_the_background_has_an_id() -> None:
    for error, id in (
        (Refused("no", error_id="backup-running"), "backup-running"),
        (OSError("no"), "disk-io"),
        (KeyError("no"), "internal"),
    ):
        assert id_of(error) == id and f"error.{id}" in SAY.texts
