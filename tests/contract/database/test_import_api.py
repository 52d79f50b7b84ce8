"""An import that the API was asked for: a real process, row by row, on both databases; which folders it takes and which it
refuses; stopped, killed and bereft of its folder in the middle, it is finished by the next one.
"""

import asyncio
import errno
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.audit.types import Kind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.service.importing.folder import written_of
from hotline1022.service.importing.table import PRESETS, columns_of, records
from hotline1022.service.importing.work import CITIZEN, Wanted, import_rows, zone_of
from hotline1022.service.lock import ONE_IMPORTS, locked, owner
from hotline1022.web.chores_wire import Channel, Preset
from tests.contract.database.backup_world import House, house, sound
from tests.contract.database.chore_world import HEAD, WHO, Office, command, moving, opened
from tests.lab.waiting import until

__all__ = ["house"]
PATH = "/recordings/import"
#: so many that it is not over before it is stopped
MANY = 150


@pytest.fixture
async def office(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    (tmp_path / "incoming").mkdir()
    async with opened(house, tmp_path, monkeypatch) as one:
        one.set(import_folder=tmp_path / "incoming")
        yield one


async def test_a_folder_is_imported_row_by_row_and_once(house: House, office: Office) -> None:
    folder = office.monitor("thang-3", 3)
    with (folder / "cdr.csv").open("a") as table:
        table.write("\n2024-03-02 09:00:00,0901234567,1022,1,1,1.9,away.wav")
    (office.place / ".hidden").mkdir()
    (office.place / "link").symlink_to(folder)
    nothing = {"chore": None, "folders": ["thang-3"], "error": "", "error_id": ""}
    assert (await office.ask("GET", PATH))[1] == nothing
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    dry = await office.done(PATH, folder="thang-3", dry_run=True)
    assert (dry["wrong"], dry["done"], dry["dry_run"]) == (1, 4, True)
    assert dry["counts"] == [{"outcome": "would-import", "rows": 3}, {"outcome": "file-missing", "rows": 1}]
    assert Kind.RECORDING_IMPORTED not in {one.kind for one in await office.entries()}
    done = await office.done(PATH, folder="thang-3")
    assert done["mark"] == dry["mark"] != ""
    assert [(one["outcome"], one["line"]) for one in done["rows"]] == [
        ("file-missing", 5), ("imported", 2), ("imported", 3), ("imported", 4),
    ]  # fmt: skip
    row = done["rows"][1]
    (stored,) = await SqlRecordingStore(office.database).tracks(CallId(ChannelId(row["call"])))
    assert stored.sha256 == row["sha256"]
    assert (house.settings.paths.recordings / stored.path).read_bytes() == before["c0.wav"]
    told = [one for one in await office.entries() if one.kind == Kind.RECORDING_IMPORTED]
    assert [(one.actor, one.origin) for one in told] == [(WHO, "127.0.0.1")] * 3
    acts = [one.detail for one in await office.entries() if one.kind == Kind.ACT and one.actor == WHO]
    assert [one["act"] for one in acts] == ["POST /api/recordings/import"] * 2
    assert [one["given"] for one in acts] == [["folder", "dry_run"], ["folder"]], "names, no contents"
    again = await office.done(PATH, folder="thang-3")
    assert again["counts"][0] == {"outcome": "already-there", "rows": 3}
    code, said = await command("recordings", "import", str(folder), "--csv", str(folder / "cdr.csv"))
    assert code == 1 and "3 already-there, 1 file-missing" in said, "the command takes them for the same calls"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before, "nothing is changed there"
    assert await sound(house.settings) == 9


async def test_no_name_leads_out_of_the_folder(office: Office, tmp_path: Path) -> None:
    folder = office.monitor("good", 1)
    secret = tmp_path / "elsewhere"
    shutil.copytree(folder, secret)
    (office.place / "link").symlink_to(secret)
    (office.place / "table.csv").write_text(HEAD)
    for name in ("..", ".", "good/..", "../elsewhere", "/etc", ".hidden", "a\\b", "", "x" * 101):
        await office.refused(PATH, 400, "value-invalid", folder=name)
    await office.refused(PATH, 409, "import-folder-link", folder="link")
    await office.refused(PATH, 409, "import-folder-link", folder="table.csv")
    await office.refused(PATH, 404, "import-folder-unknown", folder="away")
    # links within it lead nowhere either
    (folder / "c0.wav").unlink()
    (folder / "c0.wav").symlink_to(secret / "c0.wav")
    assert (await office.done(PATH, folder="good"))["counts"] == [{"outcome": "file-missing", "rows": 1}]
    (folder / "cdr.csv").unlink()
    (folder / "cdr.csv").symlink_to(secret / "cdr.csv")
    failed = await office.done(PATH, state="failed", folder="good")
    assert "[import-table]" in failed["error"] and "link" in failed["error"]


async def test_our_own_data_is_not_imported(office: Office) -> None:
    office.set(import_folder=office.data)
    await office.refused(PATH, 409, "import-inside-data", folder="recordings")
    office.set(import_folder=office.data.parent)
    await office.refused(PATH, 409, "import-inside-data", folder=office.data.name)


async def test_what_is_missing_is_named(office: Office) -> None:
    folder = office.monitor("one", 1)
    await office.refused(PATH, 400, "import-zone", folder="one", tz="Mars/Olympus")
    await office.refused(PATH, 400, "import-zone", folder="one", tz="Asia")
    await office.refused(PATH, 400, "import-map", folder="one", map="when=calldate")
    failed = await office.done(PATH, state="failed", folder="one", map="file=nothing")
    assert "[import-columns]" in failed["error"]
    (folder / "more.CSV").write_text(HEAD)
    await office.refused(PATH, 409, "import-table", folder="one")
    (folder / "more.CSV").unlink()
    (folder / "cdr.csv").unlink()
    await office.refused(PATH, 409, "import-table", folder="one")
    shutil.rmtree(office.place)
    await office.refused(PATH, 503, "folder-away", folder="one")
    assert "cannot be read" in (await office.ask("GET", PATH))[1]["error"]
    office.set(import_folder="")
    await office.refused(PATH, 409, "import-no-folder", folder="one")
    assert "recordings.import_folder" in (await office.ask("GET", PATH))[1]["error"]
    await office.refused(f"{PATH}/stop", 409, "import-none")


async def test_one_at_a_time_also_beside_the_command(office: Office) -> None:
    folder = office.monitor("many", MANY)
    with locked(office.data / ONE_IMPORTS, "recordings import"):
        failed = await office.done(PATH, state="failed", folder="many")
        assert "[data-locked]" in failed["error"] and str(os.getpid()) in failed["error"]
        code, said = await command("recordings", "import", str(folder), "--csv", str(folder / "cdr.csv"))
        assert code == 1 and "[data-locked]" in said
        assert (await office.done(PATH, folder="many", dry_run=True))["wrong"] == 0, "which writes nothing"
    await office.begun(PATH, folder="many")
    await office.refused(PATH, 409, "import-running", folder="many")
    await moving(office)
    status, stopped = await office.ask("POST", f"{PATH}/stop")
    assert (status, stopped["state"]) == (200, "stopped") and 0 < stopped["done"] < MANY
    await until(lambda: owner(office.data / ONE_IMPORTS) is None, "its process has ended", 20)
    await until(lambda: not office.desk._import._work.ending)
    done = await office.done(PATH, folder="many")
    assert done["wrong"] == 0 and sum(one["rows"] for one in done["counts"]) == MANY
    assert {one["outcome"] for one in done["counts"]} == {"imported", "already-there"}
    assert list((office.data / "import").iterdir()) == []
    assert await sound(office.settings) == MANY + 6


async def test_killed_in_the_middle_it_is_finished_by_the_next_one(office: Office) -> None:
    office.monitor("many", MANY)
    await office.begun(PATH, folder="many")
    await moving(office)
    process = owner(office.data / ONE_IMPORTS)
    assert process is not None
    os.kill(process, signal.SIGKILL)
    failed = await office.ended(PATH)
    assert failed["state"] == "failed" and "code -9" in failed["error"]
    done = await office.done(PATH, folder="many")
    assert done["wrong"] == 0 and sum(one["rows"] for one in done["counts"]) == MANY
    assert len([one for one in await office.entries() if one.kind == Kind.RECORDING_IMPORTED]) == MANY
    assert await sound(office.settings) == MANY + 6


async def test_killed_with_its_service_it_ends_and_the_next_service_finishes_it(office: Office) -> None:
    office.monitor("many", MANY)
    service = (
        "import asyncio, json, sys; from hotline1022.service.background.chore import in_process\n"
        "asyncio.run(in_process(None)('import', json.loads(sys.argv[1]), lambda done, work: print(done, flush=True)))"
    )
    given = {"place": str(office.place), "folder": "many", "dry_run": False, "preset": "freepbx", "map": ""}
    given |= {"tz": "Asia/Ho_Chi_Minh", "citizen": "left", "actor": WHO, "origin": "test"}
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", service, json.dumps(given), stdout=asyncio.subprocess.PIPE
    )
    assert killed.stdout is not None
    done = int(await asyncio.wait_for(killed.stdout.readline(), 60))
    assert 0 < done < MANY
    killed.kill()
    await killed.wait()
    await until(lambda: owner(office.data / ONE_IMPORTS) is None, "its import ends with it", 30)
    told = await office.done(PATH, folder="many")
    assert told["wrong"] == 0 and sum(one["rows"] for one in told["counts"]) == MANY
    assert await sound(office.settings) == MANY + 6


async def test_a_file_that_changes_while_what_was_tried_is_taken_over_is_left_out(office: Office) -> None:
    folder = office.monitor("thang-3", 3)
    rows = list(records((folder / "cdr.csv").read_bytes(), columns_of("freepbx", ""), zone_of("Asia/Ho_Chi_Minh")))
    tried = written_of(office.place, "thang-3")
    (folder / "c1.wav").write_bytes((folder / "c2.wav").read_bytes())
    wanted = Wanted(folder=office.place, below="thang-3", files=tried, actor=WHO, origin="test")
    done = await import_rows(office.database, office.settings, rows, wanted, lambda *_: None)
    assert [one.outcome for one in done] == ["imported", "import-changed", "imported"]
    whatever = await import_rows(office.database, office.settings, rows, replace(wanted, files=None), lambda *_: None)
    assert [one.outcome for one in whatever] == ["already-there", "imported", "already-there"]


@pytest.mark.parametrize("wrong", [errno.EACCES, errno.ESTALE, errno.EIO])
def test_a_file_that_cannot_be_looked_at_is_there_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: int
) -> None:
    (tmp_path / "thang-3").mkdir()
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / "thang-3" / name).write_bytes(b"RIFF")
    stat = Path.stat

    def looked(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if self.name == "b.wav":
            raise OSError(wrong, "no")
        if self.name == "c.wav":
            raise FileNotFoundError(errno.ENOENT, "gone since")
        return stat(self, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", looked)
    found = written_of(tmp_path, "thang-3")
    assert {name: one.size for name, one in found.items()} == {"a.wav": 4, "b.wav": -1}


async def test_a_folder_that_vanishes_is_told_once(office: Office) -> None:
    folder = office.monitor("many", MANY)
    await office.begun(PATH, folder="many")
    await moving(office)
    folder.rename(office.place / "moved")
    failed = await office.ended(PATH)
    assert failed["state"] == "failed" and "[import-folder-gone]" in failed["error"] and failed["rows"] == []
    done = await office.done(PATH, folder="moved")
    assert done["wrong"] == 0 and {one["outcome"] for one in done["counts"]} == {"imported", "already-there"}


def test_the_words_of_the_api_are_those_of_the_command() -> None:
    assert {one.value for one in Preset} == set(PRESETS)
    assert {one.value for one in Channel} == set(CITIZEN)
