"""`hotline1022 recordings verify`: what is as it was stored, what is not, and the exit code that a nightly job looks at."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline1022.core.events import LegKind
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings import jobs
from hotline1022.recordings.types import Side
from hotline1022.service.cli.main import main
from tests.lab.migrated import migrated
from tests.lab.own_settings import own_settings
from tests.unit.recordings_world import CALL, name, two_agents


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one call of six tracks."""
    data = tmp_path / "data"
    spool, root = data / "spool", data / "recordings"
    spool.mkdir(parents=True)
    (outcome,) = jobs.file_calls(spool, root, [two_agents(spool)])
    assert isinstance(outcome, jobs.Filed)
    filed = outcome.filed

    async def save() -> None:
        file = data / "db" / "hotline.sqlite"
        await migrated(file)
        async with Database(file) as database:
            await SqlRecordingStore(database).save([filed])

    asyncio.run(save())
    own_settings(monkeypatch, PATHS_DATA=data)
    return data


def verify(*words: str) -> Result:
    return CliRunner().invoke(main, ["recordings", "verify", *words])


def test_all_is_well(data: Path) -> None:
    done = verify()
    assert (done.exit_code, done.output) == (0, "6 files checked, every one as it was stored.\n")
    said = json.loads(verify("--json").stdout)
    assert said == {
        "ok": True, "since": None, "checked": 6, "changed": [], "missing": [], "extra": [], "key_missing": [],
        "unreadable": [],
    }  # fmt: skip


def test_what_is_not_as_it_was_is_named_with_exit_code_1(data: Path) -> None:
    folder = data / "recordings" / "2026" / "11" / "24" / CALL
    said = folder / name(CALL, LegKind.CITIZEN, Side.SAID)
    body = bytearray(said.read_bytes())
    body[-1] ^= 1
    said.write_bytes(body)
    gone = folder / name(CALL, LegKind.CITIZEN, Side.HEARD)
    gone.unlink()
    before = sorted(path.read_bytes() for path in folder.iterdir())
    done = verify("--since", "2026-11-24")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["changed", "missing"]
    assert said.name in lines[0] and gone.name in lines[1]
    assert "6 files checked, 2 findings" in done.stderr
    plain = verify("--json", "--since", "2026-11-24")
    found = json.loads(plain.stdout)
    assert plain.exit_code == 1 and not found["ok"] and len(found["changed"]) == len(found["missing"]) == 1
    assert verify("--since", "2026-11-25").exit_code == 0
    assert sorted(path.read_bytes() for path in folder.iterdir()) == before, "nothing is changed"


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "20261124", "2026-W48-2"])
def test_what_is_no_day(data: Path, day: str) -> None:
    done = verify("--since", day)
    assert done.exit_code == 1 and "day-invalid" in done.output


def test_hold_release_and_what_would_go(data: Path) -> None:
    def said(*words: str) -> Result:
        return CliRunner().invoke(main, ["recordings", *words])

    held = said("hold", CALL, "--letter", "12/CV-CAT", "--why", "điều tra")
    hold = held.stdout.rstrip(".\n").rpartition(" ")[2]
    assert held.exit_code == 0 and hold in said("holds").stdout
    (one,) = json.loads(said("holds", CALL, "--json").stdout)
    assert (one["letter"], one["why"], one["released_at"]) == ("12/CV-CAT", "điều tra", None)
    assert "nothing holds it any more" in said("release", hold, "--why", "xong").stdout
    assert "hold-released" in said("release", hold, "--why", "xong").stderr
    assert said("holds").stdout == "No holds.\n" and "released" in said("holds", CALL).stdout
    assert "value-missing" in said("hold", CALL, "--letter", " ", "--why", "điều tra").stderr
    due = said("retention", "--dry-run")
    assert due.stdout.splitlines()[0] == "0 recordings, 0.00 GB of originals, and 0 calls would go."
    assert json.loads(said("retention", "--dry-run", "--json").stdout)["held"] == 0
    assert "dry-run-only" in said("retention").stderr
    entries = CliRunner().invoke(main, ["evidence", "show", f"recording:{one['recording']}"]).stdout
    assert [line.split()[3] for line in entries.splitlines()] == [
        "recording-stored", "recording-held", "act", "recording-released",
    ]  # fmt: skip
    shown = CliRunner().invoke(main, ["evidence", "show", f"recording:{one['recording']}", "--json"]).stdout
    assert "12/CV-CAT" in shown and "điều tra" not in shown, "the reason stays out of the chain"


def test_what_is_kept_of_a_citizen(data: Path, tmp_path: Path) -> None:
    def said(*words: str) -> Result:
        return CliRunner().invoke(main, ["citizen", *words])

    seen = json.loads(said("erase", "0901 234 567", "--dry-run", "--json").stdout)
    assert seen["counts"]["calls"] == 0 and not seen["request"]
    assert "citizen-unknown" in said("erase", "0901 234 567", "--reason", "Đơn").stderr
    assert "value-missing" in said("erase", "0901 234 567").stderr
    assert "number-invalid" in said("erase", "115", "--dry-run").stderr
    assert "erasure-unknown" in said("confirm", "f" * 16, "--number", "0901234567").stderr
    to = tmp_path / "out.zip"
    why = ("--reason", "citizen", "--words", "Đơn ngày 12/11/2026")
    done = said("export", "0901 234 567", "--to", str(to), "--audio", *why)
    assert done.exit_code == 0 and to.is_file() and "0 recordings in it" in done.stdout
    assert "file-exists" in said("export", "0901 234 567", "--to", str(to), *why).stderr
