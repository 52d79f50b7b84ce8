"""A restore that is cut off, at each of its lines: nothing starts on the half of it, and beginning again finishes it."""

import asyncio
import itertools
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest

from hotline1022.core.errors import ConfigError, HotlineError
from hotline1022.db.migrate import migrate
from hotline1022.db.restoring import begin, standing
from hotline1022.service.backup import key_box
from hotline1022.service.backup.half_restore import MARK
from hotline1022.service.backup.make import KeyFile
from hotline1022.service.backup.pg_tools import APPLICATION
from hotline1022.service.backup.restore import STAGE, restore
from hotline1022.service.backup.shelf import MANIFEST, sha256_file
from hotline1022.service.prepare import folders
from hotline1022.service.settings.tree import Settings
from tests.contract.database.backup_world import PASSPHRASE, House, house, kinds, record, sound
from tests.lab.forked import forked
from tests.lab.postgres import TemporaryPostgres
from tests.lab.restore_process import place_for

__all__ = ["house"]
_numbers = itertools.count(1)


class Place:
    """Where one backup is put back again and again."""

    def __init__(self, house: House, backup: Path, box: Path, cluster: TemporaryPostgres | None) -> None:
        self.house, self.backup, self.box, self.cluster = house, backup, box, cluster
        self.settings = house.elsewhere

    async def new(self, folder: Path) -> None:
        """An empty one."""
        number = next(_numbers)
        url = "" if self.cluster is None else await self.cluster.make(f"killed{number}")
        self.settings = place_for(folder / f"place{number}", url)

    async def killed_at(self, line: int) -> list[int]:
        """Where it was marked as begun and how many lines there were; nothing when it was killed."""
        words = (str(self.settings.paths.data), self.settings.database.url, str(self.backup), str(self.box), PASSPHRASE)
        async with forked("restore_process", *words, str(line)) as running:
            return [int(one) for one in (await asyncio.wait_for(running.stdout.read(), 60)).split()]

    async def again(self) -> None:
        """By the same command."""
        keys = KeyFile(path=self.box, passphrase=PASSPHRASE)
        await restore(self.settings, self.backup, keys=keys, watch=lambda _done, _total: None)


def half(settings: Settings) -> bool:
    """Whether all that begins with the data folder refuses it, as the service and every command do."""
    try:
        folders(settings)
    except ConfigError as error:
        assert error.error_id == "restore-unfinished" and "restore" in str(error)
        return True
    return False


async def all_there(settings: Settings) -> None:
    """Everything, once."""
    assert await sound(settings) == 3
    assert (await kinds(settings)).count("backup-restored") == 1
    assert (settings.paths.secrets / "line-101").read_text() == "bí mật\n"
    assert (settings.paths.data / "restored-settings" / "menu.toml").read_text() == "# thực đơn\n"
    left = [path for path in settings.paths.data.rglob("*") if path.name in (MARK, STAGE) or path.suffix == ".part"]
    assert left == []


@pytest.fixture
async def place(house: House, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    """With a backup and its keys' file, cheap to open."""
    monkeypatch.setattr(key_box, "_LOG_N", 14)
    house.settings.paths.secrets.mkdir(mode=0o700)
    (house.settings.paths.secrets / "line-101").write_text("bí mật\n")
    box = tmp_path / "keys.box"
    made = await house.back_up(keys=KeyFile(path=box, passphrase=PASSPHRASE))
    cluster = request.getfixturevalue("cluster") if house.settings.database.url else None
    return Place(house, made.folder, box, cluster)


@pytest.mark.parametrize("torn", ['{"backup": "/mnt', "", "[]", "7", '{"backup": "/mnt/b", "manifest": null}'])
async def test_a_torn_mark_is_written_anew(place: Place, tmp_path: Path, torn: str) -> None:
    """On a share without links the mark is written in place: cut off there, nothing was put back yet."""
    await place.new(tmp_path)
    place.settings.paths.data.mkdir(parents=True, exist_ok=True)
    (place.settings.paths.data / MARK).write_text(torn)
    assert half(place.settings)
    await place.again()
    await all_there(place.settings)


async def test_a_torn_mark_beside_what_is_there_is_refused(place: Place, tmp_path: Path) -> None:
    await place.new(tmp_path)
    there = place.settings.paths.recordings / "2026" / "11" / "24" / "a.wav"
    there.parent.mkdir(parents=True)
    there.write_bytes(b"RIFF")
    (place.settings.paths.data / MARK).write_text("{")
    with pytest.raises(HotlineError) as caught:
        await place.again()
    assert caught.value.error_id == "restore-not-empty" and half(place.settings) and there.read_bytes() == b"RIFF"


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_killed_at_any_line(place: Place, tmp_path: Path) -> None:
    await place.new(tmp_path)
    begun, total = await place.killed_at(-1)
    await all_there(place.settings)
    assert 20 < begun < total - 60
    halves = []
    for line in [0, begun - 1, *range(begun, total, 3), total - 1]:
        await place.new(tmp_path)
        assert await place.killed_at(line) == [], line
        settings = place.settings
        if half(settings):
            halves.append(line)
            if settings.database.url and (await standing(settings.database.url)).begun:
                with pytest.raises(ConfigError, match="begin it again"):
                    await migrate(settings.database.url)
            await place.again()
        elif line < begun:
            assert not [path for path in settings.paths.recordings.rglob("*") if path.is_file()]
            await place.again()
        with pytest.raises(HotlineError) as caught:
            await place.again()
        assert caught.value.error_id == "restore-not-empty", line
        await all_there(settings)
    assert len(halves) > 15


async def test_only_the_backup_that_was_begun_goes_on(place: Place, tmp_path: Path) -> None:
    await place.new(tmp_path)
    begun, total = await place.killed_at(-1)
    await record(place.house, 40, 1)
    other = await place.house.back_up()
    await place.new(tmp_path)
    assert await place.killed_at((begun + total) // 2) == []
    first, place.backup = place.backup, other.folder
    with pytest.raises(ConfigError, match=str(first)) as caught:
        await place.again()
    assert caught.value.error_id == "restore-other-backup"
    stranger = place.settings.paths.recordings / "stranger.wav"
    stranger.write_bytes(b"x")
    place.backup = first
    with pytest.raises(HotlineError, match=r"stranger\.wav"):
        await place.again()
    assert stranger.read_bytes() == b"x", "what a restore did not write it does not take away"
    stranger.unlink()
    await place.again()
    await all_there(place.settings)


@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
async def test_a_database_that_was_begun_goes_on_in_another_folder(place: Place, tmp_path: Path) -> None:
    await place.new(tmp_path)
    url = place.settings.database.url
    await begin(url, sha256_file(place.backup / MANIFEST))
    with pytest.raises(ConfigError, match="begin it again") as caught:
        await migrate(url)
    assert caught.value.error_id == "restore-unfinished"
    left = await asyncpg.connect(url.replace("+asyncpg", ""), server_settings={"application_name": APPLICATION})
    try:
        with pytest.raises(HotlineError) as running:
            await place.again()
        assert running.value.error_id == "restore-running"
    finally:
        await left.close()
    await place.again()
    await all_there(place.settings)
