"""A disk with little room rings, is told until it is seen, and rings anew when nothing was done."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.db.unit import Database
from hotline1022.service.alarms import Bell
from hotline1022.service.checks import LOW_BYTES, disk_has_room
from hotline1022.service.disk_watch import AGAIN, DiskWatch
from tests.lab.migrated import migrated

PLENTY, LITTLE = LOW_BYTES, LOW_BYTES - 1


class Disks:
    """Free bytes by folder name, and a clock."""

    def __init__(self) -> None:
        self.free = {"spool": PLENTY, "recordings": PLENTY}
        self.now = 5.0

    def usage(self, folder: Path) -> SimpleNamespace:
        if folder.name not in self.free:
            raise FileNotFoundError(2, "No such file or directory", str(folder))
        return SimpleNamespace(free=self.free[folder.name])


@pytest.fixture
def disks(monkeypatch: pytest.MonkeyPatch) -> Disks:
    made = Disks()
    monkeypatch.setattr(shutil, "disk_usage", made.usage)
    return made


@pytest.fixture
async def bell(tmp_path: Path) -> AsyncIterator[Bell]:
    await migrated(tmp_path / "hotline.sqlite")
    async with Database(f"sqlite:///{tmp_path / 'hotline.sqlite'}") as database:
        yield Bell(database, timedelta(seconds=30))


async def alarms(bell: Bell) -> list[tuple[str, str, bool]]:
    async with bell._database.reading() as tx:
        found = await tx.alarms.list()
    return [(one.kind, one.detail, one.seen_at is not None) for one in reversed(found)]


async def see(bell: Bell) -> None:
    async with bell._database.transaction() as tx:
        for one in await tx.alarms.list(seen=False):
            await tx.alarms.mark_seen(one.id, "1001", datetime.now(UTC))


async def test_a_low_disk_is_one_alarm_until_it_is_seen_and_anew_when_nothing_was_done(
    disks: Disks, bell: Bell, tmp_path: Path
) -> None:
    watch = DiskWatch([tmp_path / "spool", tmp_path / "recordings"], bell, now=lambda: disks.now)
    await watch.look()
    assert await alarms(bell) == []
    disks.free["recordings"] = LITTLE
    for _ in range(3):
        await watch.look()
        disks.now += AGAIN + 1
    ((kind, detail, seen),) = await alarms(bell)
    assert (kind, seen) == ("disk-low", False) and "only 4095 MiB" in detail and "recordings" in detail
    assert bell.raised == {"disk-low": 1}
    await see(bell)
    disks.now -= AGAIN
    await watch.look()
    assert len(await alarms(bell)) == 1, "whoever has seen it has an hour to make room"
    disks.now += AGAIN
    await watch.look()
    assert [seen for _, _, seen in await alarms(bell)] == [True, False]


async def test_room_that_came_back_rings_no_more(disks: Disks, bell: Bell, tmp_path: Path) -> None:
    watch = DiskWatch([tmp_path / "spool"], bell, now=lambda: disks.now)
    disks.free["spool"] = LITTLE
    await watch.look()
    await see(bell)
    disks.free["spool"] = PLENTY
    disks.now += 2 * AGAIN
    await watch.look()
    assert len(await alarms(bell)) == 1


async def test_a_disk_that_is_gone_rings_too(disks: Disks, bell: Bell, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be looked at"):
        await disk_has_room(tmp_path / "unmounted")
    await DiskWatch([tmp_path / "unmounted"], bell).look()
    assert len(await alarms(bell)) == 1
