"""The documents: states are drawn from the tables, links lead somewhere, commands, alarms and figures are those of the code."""

import re
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import click
import pytest

from hotline1022.db.catalogue import DAMAGED_ALARM
from hotline1022.db.copies import ALARM as COPY_ALARM
from hotline1022.service.calls.log_store import HISTORY_ALARM
from hotline1022.service.citizen.standing import ERASURE_ALARM
from hotline1022.service.cli.main import main
from hotline1022.service.disclosure.links import DIFFERS_ALARM
from hotline1022.service.evidence.act_book import ASIDE_ALARM
from hotline1022.service.evidence.nights import LATE_ALARM
from hotline1022.service.recordings.disk_watch import ALARMS
from hotline1022.service.tickets.notices import NOT_FORWARDED_ALARM
from hotline1022.service.webhooks.worker import PAUSED_ALARM

TOP = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for path in TOP.rglob("*.md")
    if not {"data", "build", "dist", "hotline1022"} & set(path.relative_to(TOP).parts[:-1])
    and not any(part.startswith(".") for part in path.relative_to(TOP).parts)
)
OPERATIONS = TOP / "docs" / "operations.md"
UNITS = TOP / "deploy" / "systemd"


@pytest.mark.parametrize(
    "name", [f"{one}-states.md" for one in ("call", "cascade", "disclosure", "faq", "recording", "ticket")]
)
def test_states_are_as_drawn(name: str) -> None:
    drawn = subprocess.run(
        [sys.executable, TOP / "scripts" / "draw-states", "--print", name], capture_output=True, text=True, check=True
    )
    text = (TOP / "docs" / name).read_text(encoding="utf-8")
    assert text == drawn.stdout, "run scripts/draw-states"


def test_the_api_is_as_written() -> None:
    written = subprocess.run(
        [sys.executable, TOP / "scripts" / "write-openapi", "--print"], capture_output=True, text=True, check=True
    )
    text = (TOP / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert text == written.stdout, "run scripts/write-openapi"


def links(text: str) -> Iterator[str]:
    yield from re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def anchors(text: str) -> set[str]:
    """As GitHub makes them from headings."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", DOCUMENTS, ids=[str(path.relative_to(TOP)) for path in DOCUMENTS])
def test_relative_links_lead_to_files(path: Path) -> None:
    broken = []
    for link in links(path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            broken.append(link)
    assert not broken


def test_there_are_documents_with_links() -> None:
    assert {"README.md", "ARCHITECTURE.md"} <= {path.name for path in DOCUMENTS}
    assert sum(len(list(links(path.read_text(encoding="utf-8")))) for path in DOCUMENTS) > 20


def commands(group: click.Command, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield before, group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            one = group.get_command(context, name)
            assert one is not None
            yield from commands(one, (*before, name))


def test_commands_in_documents_exist() -> None:
    known = dict(commands(main))
    wrong, seen = [], 0
    for path in DOCUMENTS:
        for line in re.findall(r"(?:bin/|-m |`)hotline1022 ([^`\n|#>]+)", path.read_text(encoding="utf-8")):
            words: list[str] = []
            options = re.findall(r"--[a-z-]+", line)
            for word in line.split():
                if (*words, word) not in known:
                    break
                words.append(word)
            seen += 1
            command = known[tuple(words)]
            takes = {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | {"--help"}
            if (isinstance(command, click.Group) and options != ["--help"]) or not set(options) <= takes:
                wrong.append(f"{path.name}: hotline1022 {line}")
    assert not wrong
    assert seen > 20


def rows(heading: str) -> str:
    text = OPERATIONS.read_text(encoding="utf-8")
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_every_alarm_is_explained() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for room in ("core", "queue", "service") for path in (TOP / room).rglob("*.py")
    )
    raised = set(re.findall(r'(?:\.ring\(\s*|RaiseAlarm\(kind=)"([a-z-]+)"', code))
    assert len(raised) >= 4
    raised |= {
        *ALARMS.values(),
        DAMAGED_ALARM,
        COPY_ALARM,
        NOT_FORWARDED_ALARM,
        LATE_ALARM,
        DIFFERS_ALARM,
        PAUSED_ALARM,
        ASIDE_ALARM,
        HISTORY_ALARM,
        ERASURE_ALARM,
    }
    assert set(re.findall(r"^\| `([a-z-]+)` \|", rows("Alarms"), flags=re.MULTILINE)) == raised


def test_every_figure_is_explained() -> None:
    code = "".join((TOP / room / "metrics.py").read_text(encoding="utf-8") for room in ("service", "web"))
    figures = set(re.findall(r'"(hotline(?:1022)?_[a-z_]+)"', code))
    assert len(figures) > 10
    assert set(re.findall(r"`(hotline(?:1022)?_[a-z_]+)`", rows("Metrics"))) == figures


def test_units_start_what_is_there() -> None:
    known = dict(commands(main))
    starts = {}
    for path in UNITS.glob("*.service"):
        unit = ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment, method-assign]
        unit.read(path, encoding="utf-8")
        assert unit["Service"]["Restart"] == "always"
        assert unit["Unit"]["StartLimitIntervalSec"] == "0"
        starts[path.name] = unit["Service"]["ExecStart"].split()
    python = "/opt/hotline1022/.venv/bin/python"
    service, asterisk = starts["hotline1022.service"], starts["hotline1022-asterisk.service"]
    assert service[:3] == [python, "-m", "hotline1022"]
    assert (service[3],) in known
    assert asterisk[0] == python
    assert (TOP / Path(asterisk[1]).relative_to("/opt/hotline1022")).is_file()
