"""A backup that the API was asked for: a real process, put back and verified, on both databases; how it stands, what it refuses, and
that nothing is left of it when the service ends.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from click.testing import CliRunner

from hotline1022.audit.types import Entry, Kind
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database
from hotline1022.service.background.work import Progress
from hotline1022.service.backup.child import backup_in_child
from hotline1022.service.backup.desk import BackupDesk
from hotline1022.service.backup.shelf import UNFINISHED, backups, read_about
from hotline1022.service.cli.main import main
from hotline1022.service.cli.shell_user import shell_actor
from hotline1022.service.lock import LEAVING, may_leave, owner
from hotline1022.web.desk.render import told_id
from tests.contract.database.backup_world import House, call_of, house, sound
from tests.lab.evidence_world import Bells
from tests.lab.flipped import flip
from tests.lab.own_settings import own_settings
from tests.lab.real_api import api
from tests.lab.waiting import until

__all__ = ["house"]


@dataclass
class Office:
    """Who asks over the API, and the desk that answers."""

    client: TestClient[Any, Any]
    token: dict[str, str]
    desk: BackupDesk
    bells: Bells
    #: of the settings
    folder: list[str]

    async def ask(self, method: str = "GET", more: str = "") -> tuple[int, dict[str, Any]]:
        """Of /api/backups."""
        async with self.client.request(method, f"/api/backups{more}", headers=self.token) as answer:
            told: dict[str, Any] = await answer.json()
            return answer.status, told

    async def ended(self) -> dict[str, Any]:
        """The one that was begun, at its end."""
        async with asyncio.timeout(60):
            while True:
                _, told = await self.ask()
                if told["backup"]["state"] != "running":
                    return dict(told["backup"])
                await asyncio.sleep(0.05)

    async def made(self) -> dict[str, Any]:
        """One, begun and ended."""
        status, begun = await self.ask("POST")
        assert (status, begun["state"], begun["asked_by"]) == (202, "running", "token:quan-tri"), begun
        return await self.ended()


@pytest.fixture
async def office(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    own_settings(monkeypatch, PATHS_DATA=house.settings.paths.data, DATABASE_URL=house.settings.database.url)
    bells, folder = Bells(), [str(house.shelf)]
    async with Database(house.settings.database_url) as database:
        desk = BackupDesk(database, bells, folder=lambda: folder[0], make=partial(backup_in_child, None))
        async with (
            at_work(desk),
            api(database, tmp_path / "http", "quan-tri", ["admin"], backups=desk) as (client, token),
        ):
            yield Office(client, token, desk, bells, folder)


@contextlib.asynccontextmanager
async def at_work(desk: BackupDesk) -> AsyncIterator[Callable[[], object]]:
    """While the service runs; what is given ends it."""
    task = asyncio.create_task(desk.run())
    try:
        yield task.cancel
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=20)


async def entries(house: House, kind: Kind) -> list[Entry]:
    async with Database(house.settings.database_url) as database, database.reading() as tx:
        return [one async for some in tx.audit.entries() for one in some if one.kind == kind]


async def test_it_is_made_told_and_put_back(house: House, office: Office) -> None:
    assert (await office.ask())[1] == {
        "backup": None,
        "last": None,
        "shelf": [],
        "error": "the folder of backup.folder is not there; the first backup makes it",
        "error_id": "backup-folder-new",
    }
    done = await office.made()
    (folder,) = backups(house.shelf)
    about, sha256 = read_about(folder)
    assert (done["state"], done["name"], done["sha256"], done["wrong"]) == ("done", folder.name, sha256, 0)
    assert done["files"] == about["files"] and done["error"] == "" and done["ended_at"] is not None
    _, told = await office.ask()
    (shelved,) = told["shelf"]
    whole = {"name": folder.name, "sha256": sha256, "files": about["files"], "wrong": 0, "error": "", "error_id": ""}
    own = sum((folder / name).stat().st_size for name in ("SHA256SUMS", "manifest.json", "manifest.sha256"))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) - own
    named = datetime.strptime(folder.name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert abs(datetime.fromisoformat(shelved.pop("made_at")) - named) < timedelta(seconds=5)
    assert shelved == whole | {"bytes": size, "findings": []}
    (entry,) = await entries(house, Kind.BACKUP_MADE)
    assert (entry.actor, entry.origin, entry.subject) == ("token:quan-tri", "127.0.0.1", f"backup:{folder.name}")
    assert (entry.detail["manifest"], entry.detail["keys"]) == (sha256, False)
    assert told["last"]["sha256"] == entry.sha256 and told["error"] == ""
    acts = [one for one in await entries(house, Kind.ACT) if one.actor == "token:quan-tri"]
    assert [(one.detail["act"], one.origin) for one in acts] == [("POST /api/backups", "127.0.0.1")]
    assert office.bells.rung == []
    stranger = await asyncio.create_subprocess_exec("sha256sum", "--quiet", "-c", "SHA256SUMS", cwd=folder)
    assert await stranger.wait() == 0
    await house.put_back(folder)
    assert await sound(house.elsewhere) == 3, "evidence verify finds nothing there"
    # the next one is another, and of both the newer one comes first
    again = await office.made()
    assert [one["name"] for one in (await office.ask())[1]["shelf"]] == [again["name"], folder.name]


async def test_what_is_not_as_it_should_be_is_told_and_rings(house: House, office: Office) -> None:
    async with Database(house.settings.database_url) as database, database.reading() as tx:
        (damaged,) = await tx.recordings.originals([call_of(1)])
    flip(house.settings.paths.recordings / damaged.path)
    done = await office.made()
    assert (done["state"], done["wrong"]) == ("done", 1)
    assert done["findings"] == [f"changed recordings/{damaged.path}"]
    ((kind, text, _),) = office.bells.rung
    assert kind == "backup-failed" and done["name"] in text
    shelved = (await office.ask())[1]["shelf"][0]
    assert (shelved["wrong"], shelved["findings"]) == (1, done["findings"])
    (house.shelf / done["name"] / "manifest.json").write_text("{}")
    (one,) = (await office.ask())[1]["shelf"]
    assert one["sha256"] == "" and "manifest.json is not what was written" in one["error"]


async def test_without_a_folder_none_begins_and_what_stops_it_is_said(house: House, office: Office) -> None:
    office.folder[0] = ""
    status, told = await office.ask("POST")
    assert (status, told["error_id"]) == (409, "backup-no-folder") and "backup.folder" in told["cure"]
    assert "backup.folder" in (await office.ask())[1]["error"]
    office.folder[0] = str(house.settings.paths.data / "inside")
    done = await office.made()
    assert done["state"] == "failed" and "[backup-inside-data]" in done["error"], done
    assert [kind for kind, _, _ in office.bells.rung] == ["backup-failed"]
    assert await entries(house, Kind.BACKUP_MADE) == []
    office.folder[0] = str(house.shelf)
    assert (await office.made())["state"] == "done", "and the next one works"


async def test_one_at_a_time_and_the_services_end_leaves_no_process(house: House, office: Office) -> None:
    """It waits where nothing may be deleted meanwhile: as long as somebody just deletes, it has begun and is not done."""
    house.shelf.mkdir()
    desk = BackupDesk(office.desk._database, office.bells, folder=lambda: str(house.shelf), make=office.desk._make)
    with may_leave(house.settings.paths.data / LEAVING) as may:
        assert may
        async with at_work(desk):
            await desk.begin()
            await until(lambda: owner(house.shelf / ".lock") is not None, "its process has begun", 30)
            process = owner(house.shelf / ".lock")
            failed = await office.made()  # of another service: its process finds the folder taken
            assert (
                failed["state"] == "failed" and "[data-locked]" in failed["error"] and str(process) in failed["error"]
            )
            with pytest.raises(Refused) as second:
                await desk.begin()
            assert second.value.error_id == "backup-running"
        stopped = (await desk.now()).backup
        assert stopped is not None and (stopped.state, stopped.name) == ("stopped", "")
        assert process is not None and owner(house.shelf / ".lock") is None
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
    assert backups(house.shelf) == [] and not (house.shelf / UNFINISHED / "manifest.json").exists()
    assert (await office.made())["state"] == "done", "the next service makes one"


async def test_one_that_runs_is_stopped_with_its_process_and_the_next_one_is_made(house: House, office: Office) -> None:
    none = await office.ask("POST", "/stop")
    assert (none[0], none[1]["error_id"]) == (409, "backup-none")
    house.shelf.mkdir()
    with may_leave(house.settings.paths.data / LEAVING):
        await office.ask("POST")
        await until(lambda: owner(house.shelf / ".lock") is not None, "its process has begun", 30)
        process = owner(house.shelf / ".lock")
        status, stopped = await office.ask("POST", "/stop")
        assert (status, stopped["state"]) == (200, "stopped") and process is not None
        await until(lambda: owner(house.shelf / ".lock") is None, "its process has ended", 30)
    assert backups(house.shelf) == [] and office.bells.rung == []
    await until(lambda: not office.desk._work.ending)
    assert (await office.made())["state"] == "done"


async def test_one_that_hangs_rings_and_no_other_is_begun_before_it_has_ended(house: House, office: Office) -> None:
    answers, moves = asyncio.Event(), asyncio.Event()

    async def hangs(folder: Path, actor: str, origin: str, progress: Progress) -> Mapping[str, object]:
        try:
            await moves.wait()
            progress(1, 2)
            return dict(await asyncio.Future[Mapping[str, object]]())
        finally:  # as a process that is killed while its disk does not answer
            await answers.wait()

    desk = BackupDesk(office.desk._database, office.bells, folder=lambda: str(house.shelf), make=hangs, stuck=0.2)
    async with at_work(desk):
        await desk.begin()
        await until(lambda: len(office.bells.rung) == 1, "it rings")
        moves.set()
        await until(lambda: len(office.bells.rung) == 2, "it rings again when it stands still again")
        assert {kind for kind, _, _ in office.bells.rung} == {"backup-stuck"}
        assert (await desk.stop()).state == "stopped"
        await until(lambda: desk._work.ending)
        with pytest.raises(Refused, match="has not ended") as refused:
            await desk.begin()
        assert refused.value.error_id == "backup-ending"
        assert "chưa kết thúc" in told_id("backup-ending") and "chưa kết thúc" not in told_id("backup-running")
        answers.set()
        await until(lambda: not desk._work.ending)
        assert (await desk.begin()).state == "running"


async def test_the_command_takes_the_folder_of_the_settings(
    house: House, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = await asyncio.to_thread(CliRunner().invoke, main, ["backup"])
    assert none.exit_code == 1 and "[backup-no-folder]" in none.output
    monkeypatch.setenv("HOTLINE1022_BACKUP_FOLDER", str(house.shelf))
    done = await asyncio.to_thread(CliRunner().invoke, main, ["backup"])
    assert done.exit_code == 0, done.output
    (entry,) = await entries(house, Kind.BACKUP_MADE)
    assert (entry.actor, entry.origin) == (shell_actor(), "cli")
    told = (await office.ask())[1]
    assert told["backup"] is None and told["last"]["actor"] == shell_actor() and len(told["shelf"]) == 1
