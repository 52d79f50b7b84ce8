"""`hotline1022 recordings import`: the report, the exit code, and what a wrong map or zone says."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline1022.core.errors import ConfigError
from hotline1022.recordings.pool import HeavyPool
from hotline1022.service.cli.main import main
from hotline1022.service.importing import work
from hotline1022.service.settings.config import load
from tests.contract.database.test_import_unreadable import no_right
from tests.lab.own_settings import own_settings
from tests.unit.recordings_world import CITIZEN_TONE, file, tone

TABLE = "calldate,src,dst,duration,billsec,uniqueid,recordingfile\n2024-03-02 08:30:00,0901234567,1022,1,1,1.1,a.wav\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own_settings(monkeypatch, PATHS_DATA=tmp_path / "data")
    folder = tmp_path / "monitor"
    folder.mkdir()
    (folder / "a.wav").write_bytes(file(tone(CITIZEN_TONE, 1000)))
    (tmp_path / "cdr.csv").write_text(TABLE)
    return folder


def run(folder: Path, *words: str) -> Result:
    table = str(folder.parent / "cdr.csv")
    return CliRunner().invoke(main, ["recordings", "import", str(folder), "--csv", table, *words])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_dry_run_does_nothing_and_a_run_is_reported_row_by_row(folder: Path) -> None:
    dry = run(folder, "--dry-run")
    assert dry.exit_code == 0 and [row["outcome"] for row in rows(dry.stdout)] == ["would-import"]
    assert not (folder.parent / "data" / "recordings").exists() or not any(
        (folder.parent / "data" / "recordings").iterdir()
    )
    report = folder.parent / "report.csv"
    done = run(folder, "--report", str(report))
    assert done.exit_code == 0 and "1 imported" in done.stderr
    (row,) = rows(report.read_text(encoding="utf-8-sig"))
    assert row["outcome"] == "imported" and len(row["sha256"]) == 64 and row["line"] == "2"
    assert [one["outcome"] for one in rows(run(folder).stdout)] == ["already-there"]
    listed = CliRunner().invoke(main, ["calls", "list"])
    assert row["call"] in listed.stdout
    verified = CliRunner().invoke(main, ["recordings", "verify"])
    assert verified.exit_code == 0


def test_a_file_that_cannot_be_opened_is_named_and_the_next_run_takes_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "b.wav").write_bytes(file(tone(CITIZEN_TONE, 1200)))
    with (folder.parent / "cdr.csv").open("a") as table:
        table.write("2024-03-02 08:31:00,0901234567,1022,1,1,1.2,b.wav\n")
    with monkeypatch.context() as patch:
        patch.setattr(work, "HeavyPool", lambda seconds: HeavyPool(lambda: ThreadPoolExecutor(1), seconds=seconds))
        no_right(patch, "a.wav")
        done = run(folder)
    assert done.exit_code == 1 and "1 file-unreadable" in done.stderr and "1 imported" in done.stderr
    first, second = rows(done.stdout)
    assert (first["outcome"], second["outcome"]) == ("file-unreadable", "imported") and "a.wav" in first["note"]
    again = run(folder)
    assert again.exit_code == 0
    assert [row["outcome"] for row in rows(again.stdout)] == ["imported", "already-there"]


def test_a_row_that_is_left_is_exit_code_1(folder: Path) -> None:
    with (folder.parent / "cdr.csv").open("a") as table:
        table.write("2024-03-02 08:31:00,x,1022,1,1,1.2,b.wav\n")
    done = run(folder)
    assert done.exit_code == 1 and "1 file-missing" in done.stderr and "1 imported" in done.stderr


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--map", "when=calldate"), "import-map"),
        (("--map", "file=nothing"), "import-columns"),
        (("--tz", "Mars/Olympus"), "import-zone"),
        (("--tz", "Asia"), "import-zone"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, words: tuple[str, ...], error: str) -> None:
    done = run(folder, *words)
    assert done.exit_code == 1 and f"[{error}]" in done.stderr


def test_no_hotline_is_named_import() -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, {"HOTLINE1022_HOTLINE_SYSTEM_NAME": "import"})
    assert "but not import" in str(caught.value)
    assert load(None, {"HOTLINE1022_HOTLINE_SYSTEM_NAME": "imports"}).hotline.system_name == "imports"
