"""The directory on the command line: shown, checked, changed by a file."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline1022.db.unit import Database
from hotline1022.notify.types import OutboxFilter
from hotline1022.service.cli.main import main
from hotline1022.service.directory.desk import fill
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.join import stored
from hotline1022.service.tickets.names import DirectoryNames
from hotline1022.tickets.attachments import Shelf
from tests.lab.migrated import migrated
from tests.lab.own_settings import own_settings
from tests.unit.directory_memory import AT, NUMBERS
from tests.unit.tickets_made import POLICY, a_draft

MERGER = """
[[agencies]]
id = "so-nong-nghiep-moi-truong"
name = "Sở Nông nghiệp và Môi trường"
short = "Sở NN&MT"
kind = "department"
parent = "ubnd-tinh"

[[agencies]]
id = "so-nong-nghiep"
name = "Sở Nông nghiệp và Phát triển nông thôn"
short = "Sở NN&PTNT"
kind = "department"
parent = "ubnd-tinh"
code = 707
valid_to = 2025-03-01
successor = "so-nong-nghiep-moi-truong"
"""


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a database without a directory."""
    own_settings(monkeypatch, PATHS_DATA=tmp_path / "data")
    return tmp_path / "data" / "db" / "hotline.sqlite"


@pytest.fixture
def data(empty: Path) -> Path:
    """The same after the service's first start."""

    async def start() -> None:
        await migrated(empty)
        async with Database(empty) as database:
            assert await fill(database, NUMBERS, AT)

    asyncio.run(start())
    return empty


def directory(*words: str) -> Result:
    return CliRunner().invoke(main, ["directory", *words])


def test_an_empty_directory_says_what_to_do_and_takes_a_file(empty: Path, tmp_path: Path) -> None:
    for words in (["show"], ["check"]):
        done = directory(*words)
        assert done.exit_code == 1 and "directory-empty" in done.stderr
    file = tmp_path / "own.toml"
    file.write_text(directory("sample").stdout, encoding="utf-8")
    # 24 areas, 39 agencies, 10 categories, 78 contact points
    assert directory("import", str(file), "--dry-run").stdout.endswith("\n151 changes; nothing was written.\n")
    assert directory("show").exit_code == 1, "a dry run writes nothing"
    assert directory("import", str(file)).exit_code == 0
    assert "Written: 0 changes" in directory("import", str(file)).stdout
    assert directory("show").stdout.startswith("700  Ủy ban nhân dân tỉnh Bình Dương (ubnd-tinh)\n")


def test_all_agencies_as_a_tree(data: Path) -> None:
    lines = directory("show").stdout.splitlines()
    assert len(lines) == 39
    at = lines.index("711    Sở Thông tin và Truyền thông (so-thong-tin-truyen-thong)")
    assert lines[at + 1] == "750      Tổng đài 1022 (tong-dai-1022)"
    assert len(json.loads(directory("show", "--json").stdout)) == 39


def test_one_agency_and_whom_it_would_ring(data: Path) -> None:
    shown = directory("show", "cap-cuu-115").stdout.splitlines()
    assert shown[0] == "723  Cấp cứu 115, ngành y tế (cap-cuu-115, emergency)"
    assert shown[1].split()[:5] == ["specialist", "office", "115", "30", "s"]
    told = json.loads(directory("show", "cong-an-tinh", "--json").stdout)
    assert [(step["role"], step["which"], step["skip"]) for step in told["steps"]] == [
        ("specialist", "office", ""),
        ("leader", "office", ""),
        ("specialist", "mobile", ""),
        ("leader", "mobile", ""),
    ]
    done = directory("show", "so-x")
    assert done.exit_code == 1 and "agency-unknown" in done.stderr


def test_what_is_missing(data: Path) -> None:
    done = directory("check")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert len(lines) == 78 and all(line.startswith("sample-number") for line in lines)
    assert {one["kind"] for one in json.loads(directory("check", "--json").stdout)} == {"sample-number"}


def test_a_merger_is_a_file(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "merger.toml"
    file.write_text(MERGER, encoding="utf-8")
    before = directory("show", "--json").stdout
    dry = directory("import", str(file), "--dry-run").stdout
    assert directory("show", "--json").stdout == before
    assert dry.splitlines() == [
        'agency so-nong-nghiep: successor null -> "so-nong-nghiep-moi-truong"; valid_to null -> "2025-03-01"',
        "new agency so-nong-nghiep-moi-truong: Sở Nông nghiệp và Môi trường",
        'contact so-nong-nghiep-cv: valid_to null -> "2025-03-01"',
        'contact so-nong-nghiep-ld: valid_to null -> "2025-03-01"',
        "4 changes; nothing was written.",
    ]
    written = directory("import", str(file)).stdout
    assert written.splitlines()[:4] == dry.splitlines()[:4] and "Written: 4 changes" in written
    shown = directory("show", "so-nong-nghiep").stdout
    assert "has ended; in its place:" in shown and "so-nong-nghiep-moi-truong" in shown
    assert "Phát triển nông thôn" in directory("show", "--day", "2025-02-28").stdout
    assert "Phát triển nông thôn" not in directory("show", "--day", "2025-03-01").stdout

    async def who() -> set[str]:
        async with Database(data) as database, database.reading() as tx:
            return {one.by for one in await tx.directory.changes(limit=4)}

    (by,) = asyncio.run(who())
    assert by.startswith("command line, ")


OFFICERS = """
[[contacts]]
id = "nnmt-cv"
agency = "so-nong-nghiep-moi-truong"
role = "specialist"
name = "Phạm Văn Dũng"
mobile = "0900 111 222"
email = "dung@example.vn"
letter = "12/SNNMT-VP"
"""


def test_a_merger_by_a_file_tells_the_new_people_of_the_open_tickets_and_the_same_file_again_nobody(
    data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "merger.toml"
    file.write_text(MERGER + OFFICERS, encoding="utf-8")

    async def make() -> str:
        async with Database(data) as database:
            desk = TicketDesk(database, POLICY, DirectoryNames(stored(database)), Shelf(tmp_path / "files"))
            draft = a_draft(agency="so-nong-nghiep", agency_name="", calls=())
            return (await desk.create(draft, by="lan", at=datetime.now(UTC))).code

    async def told() -> list[tuple[str, str, bool]]:
        async with Database(data) as database, database.reading() as tx:
            found = await tx.outbox.list(OutboxFilter())
            return sorted((one.contact, one.template, code in one.text) for one in found)

    code = asyncio.run(make())
    assert directory("import", str(file), "--dry-run").exit_code == 0 and asyncio.run(told()) == []
    for _ in range(2):
        assert directory("import", str(file)).exit_code == 0
        assert asyncio.run(told()) == [
            ("nnmt-cv", "specialist.taken-over.email", True),
            ("nnmt-cv", "specialist.taken-over.sms", True),
        ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[agencies]]\nid = 'a'\n", "line 1: agency a: name is missing"),
        (MERGER.replace('parent = "ubnd-tinh"', 'parent = "x"', 1), "its parent x is not there"),
        (MERGER.replace("code = 707", "code = 701"), "code 701 is that of"),
    ],
)
def test_a_file_with_a_fault_writes_nothing(data: Path, tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    before = directory("show", "--json").stdout
    done = directory("import", str(file))
    assert done.exit_code == 1 and says in done.stderr and "directory-invalid" in done.stderr
    assert directory("show", "--json").stdout == before


def test_a_file_that_is_no_text(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_bytes(b"\xff\xfe")
    done = directory("import", str(file))
    assert done.exit_code == 1 and "not UTF-8" in done.stderr
