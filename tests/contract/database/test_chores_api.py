"""Keys, sealing anew, the catalogue, files and backups by the API: real processes on both databases, under the commands' locks."""

import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from hotline1022.audit.types import Kind
from hotline1022.core.errors import Unavailable
from hotline1022.db.unit import Database
from hotline1022.recordings.types import CatalogueFilter
from hotline1022.service.background.chore import in_process
from hotline1022.service.background.chore_desk import ChoreDesk
from hotline1022.service.lock import LEAVING, ONE_RESEALS, may_leave, owner
from hotline1022.service.recordings.catalogue_view import CatalogueView
from hotline1022.service.recordings.key_work import new_key
from hotline1022.service.settings.backup import BackupSettings
from hotline1022.service.settings.recordings import Recordings
from hotline1022.service.settings.tree import Settings
from tests.contract.database.backup_world import House, call_of, house, sound
from tests.contract.database.chore_world import WHO, Office, at_work, command, opened
from tests.lab.flipped import flip
from tests.lab.waiting import until

__all__ = ["house"]
RESEAL, KEYS, FILES = "/recordings/reseal", "/recordings/keys", "/recordings/verification"
CHECK = "/backups/verification"


@pytest.fixture
async def office(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    async with opened(house, tmp_path, monkeypatch) as one:
        yield one


async def key(office: Office) -> str:
    """A new one, by the API."""
    status, made = await office.ask("POST", KEYS)
    assert (status, made["newest"]) == (201, True), made
    return str(made["id"])


async def test_without_keys_each_says_what_to_set(office: Office, tmp_path: Path) -> None:
    for path in (KEYS, RESEAL, f"{KEYS}/count"):
        await office.refused(path, 409, "recording-keys-unset")
    assert (await office.ask("GET", KEYS))[1]["error_id"] == "recording-keys-unset"
    office.set(keys=tmp_path / "keys")
    await office.refused(RESEAL, 503, "recording-key-none")
    assert (await office.ask("GET", KEYS))[1] == {"sealing": False, "keys": [], "count": None}
    office.set(keys=office.data / "keys")
    await office.refused(KEYS, 409, "keys-inside-data")
    (tmp_path / "file").touch()
    office.set(keys=tmp_path / "file" / "keys")
    await office.refused(KEYS, 409, "recording-key-unwritable")
    await office.refused(f"{RESEAL}/stop", 409, "reseal-none")
    assert Kind.KEY_MADE not in {one.kind for one in await office.entries()}


async def test_a_new_key_seals_all_and_is_never_shown(house: House, office: Office, tmp_path: Path) -> None:
    office.set(keys=tmp_path / "keys", seal=True)
    first = await key(office)
    (kept,) = (tmp_path / "keys").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    entry = next(one for one in await office.entries() if one.kind == Kind.KEY_MADE)
    assert (entry.actor, entry.origin, entry.subject) == (WHO, "127.0.0.1", f"key:{first}")
    done = await office.done(RESEAL)
    assert (done["key"], done["sealed"], done["ready"], done["wrong"], done["done"]) == (first, 6, 0, 0, 6)
    sealed = [one for one in await office.entries() if one.kind == Kind.RECORDING_SEALED]
    assert {(one.actor, one.origin) for one in sealed} == {(WHO, "127.0.0.1")} and len(sealed) == 3
    second = await key(office)
    count = (await office.begun(f"{KEYS}/count"))["counts"]
    assert count == []
    counted = await office.ended(KEYS, "count")
    assert counted["counts"] == [{"key": first, "files": 6}] and counted["done"] == 6
    status, told = await office.ask("GET", KEYS)
    assert status == 200 and [(one["id"], one["newest"]) for one in told["keys"]] == [(first, False), (second, True)]
    assert all(one["since"].startswith("20") for one in told["keys"])
    secrets = [path.read_text().strip() for path in (tmp_path / "keys").iterdir()]
    assert len(secrets) == 2 and not any(one in str(told) + str(counted) for one in secrets)
    assert (await office.done(RESEAL))["sealed"] == 6
    assert (await office.done(RESEAL))["ready"] == 6
    assert await sound(house.settings, office.settings.recordings.ring) == 6


async def test_no_key_is_made_while_its_entry_cannot_be_written(tmp_path: Path) -> None:
    settings = replace(Settings(), recordings=Recordings(keys=str(tmp_path / "keys")))
    async with Database("postgresql://nobody@127.0.0.1:1/away") as database:
        with pytest.raises(Unavailable):
            await new_key(database, settings, WHO, "test")
    assert not (tmp_path / "keys").exists()


async def test_sealing_anew_is_stopped_and_killed_and_finished(house: House, office: Office, tmp_path: Path) -> None:
    """Held up where files get their names: nothing may leave then."""
    office.set(keys=tmp_path / "keys", seal=True)
    await key(office)
    lock = office.data / ONE_RESEALS
    with may_leave(office.data / LEAVING) as may:
        assert may
        await office.begun(RESEAL)
        await until(lambda: owner(lock) is not None, "its process has begun", 30)
        await office.refused(RESEAL, 409, "reseal-running")
        code, said = await command("recordings", "reseal")
        assert code == 1 and "[data-locked]" in said
        process = owner(lock)
        assert process is not None
        await until(lambda: any(house.settings.paths.recordings.rglob(".*.reseal")), "files are made", 30)
        os.kill(process, signal.SIGKILL)
        failed = await office.ended(RESEAL)
        assert failed["state"] == "failed" and "code -9" in failed["error"]
        await office.begun(RESEAL)
        await until(lambda: owner(lock) is not None, "another one has begun", 30)
        status, stopped = await office.ask("POST", f"{RESEAL}/stop")
        assert (status, stopped["state"]) == (200, "stopped")
        await until(lambda: owner(lock) is None, "and has ended", 30)
    await until(lambda: not office.desk._reseal._work.ending)
    assert (await office.done(RESEAL))["sealed"] == 6
    assert not any(house.settings.paths.recordings.rglob(".*.reseal"))
    assert await sound(house.settings, office.settings.recordings.ring) == 6


async def test_the_services_end_leaves_no_process(house: House, office: Office, tmp_path: Path) -> None:
    office.set(keys=tmp_path / "keys", seal=True)
    await key(office)
    desk = ChoreDesk(office.database, office.bells, settings=lambda: office.settings, do=in_process(None))
    lock = office.data / ONE_RESEALS
    with may_leave(office.data / LEAVING):
        async with at_work(desk):
            await desk.reseal()
            await until(lambda: owner(lock) is not None, "its process has begun", 30)
            process = owner(lock)
        stopped = (await desk.resealing()).chore
        assert stopped is not None and stopped.state == "stopped" and process is not None
        assert owner(lock) is None
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
    assert (await office.done(RESEAL))["sealed"] == 6, "the next service finishes it"


async def test_the_catalogue_is_made_again(house: House, office: Office) -> None:
    async with office.database.transaction() as tx:
        await tx.catalogue._connection.execute(text("UPDATE recording SET duration_ms = 77"))
    done = await office.done("/recordings/catalogue/rebuild")
    assert (done["calls"], done["done"]) == (3, 3)
    page = await CatalogueView(office.database).search(CatalogueFilter())
    assert len(page.recordings) == 3 and 77 not in {one.duration_ms for one in page.recordings}
    await office.refused("/recordings/catalogue/rebuild/stop", 409, "rebuild-none")
    assert WHO in {
        one.actor for one in await office.entries() if one.detail.get("act") == "POST /api/recordings/catalogue/rebuild"
    }


async def test_files_are_verified_and_what_is_wrong_rings(house: House, office: Office) -> None:
    good = await office.done(FILES)
    assert (good["wrong"], good["done"], good["since"]) == (0, 6, None) and office.bells.rung == []
    assert {one.shown.value for one in (await CatalogueView(office.database).search(CatalogueFilter())).recordings} == {
        "verified"
    }
    async with office.database.reading() as tx:
        (damaged,) = await tx.recordings.originals([call_of(1)])
    flip(house.settings.paths.recordings / damaged.path)
    bad = await office.done(FILES)
    assert bad["wrong"] == 1 and bad["findings"] == [f"changed {damaged.path}: other bytes than were stored"]
    ((kind, said, _),) = office.bells.rung
    assert kind == "evidence-damaged" and damaged.path in said
    states = {
        one.call: one.shown.value for one in (await CatalogueView(office.database).search(CatalogueFilter())).recordings
    }
    assert states[call_of(1)] == "damaged"
    assert (await office.done(FILES, since="2100-01-01"))["done"] == 0
    await office.refused(FILES, 400, "value-invalid", since="yesterday")


async def test_a_backup_on_the_shelf_is_read(house: House, office: Office) -> None:
    made = await house.back_up()
    name = made.folder.name
    await office.refused(f"/backups/{name}/verify", 409, "backup-no-folder")
    office.settings = replace(office.settings, backup=BackupSettings(folder=str(house.shelf)))
    await office.refused("/backups/20200101T000000Z/verify", 404, "backup-unknown")
    for odd in ("..", "%2e%2e%2fshelf", "x", ".unfinished"):
        assert (await office.ask("POST", f"/backups/{odd}/verify"))[0] in (400, 404, 405), odd
    good = await office.done(f"/backups/{name}/verify", told_at=CHECK)
    assert (good["name"], good["wrong"], good["files"]) == (name, 0, good["done"]) and good["files"] > 3
    assert office.bells.rung == []
    path = next((made.folder / "recordings").rglob("*.wav"))
    flip(path)
    bad = await office.done(f"/backups/{name}/verify", told_at=CHECK)
    assert bad["wrong"] == 1 and bad["findings"] == [f"broken {path.relative_to(made.folder)}: is not what was written"]
    ((kind, said, _),) = office.bells.rung
    assert kind == "backup-damaged" and name in said
    (made.folder / "manifest.json").write_text("{}")
    bad = await office.done(f"/backups/{name}/verify", told_at=CHECK)
    assert bad["wrong"] == 1 and "manifest.json is not what was written" in bad["findings"][0]
    code, words = await command("backup", str(house.shelf), "--verify")
    assert code == 1 and "manifest.json is not what was written" in words and "restore --without-broken" in words
    act = next(one for one in await office.entries() if one.detail.get("act") == "POST /api/backups/{backup}/verify")
    assert (act.actor, act.subject) == (WHO, f"backup:{name}")


async def test_a_failure_of_its_process_is_told_with_its_error_id(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE1022_LOG_LEVEL", "loud")
    failed = await office.done(FILES, state="failed")
    assert "the files-verification ended with code 1" in failed["error"] and "[" in failed["error"]
