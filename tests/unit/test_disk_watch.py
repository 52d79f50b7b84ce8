"""A disk with little room rings until it is seen; with very little, messages are no longer taken; without any, calls say so."""

import errno
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.db.unit import Database
from hotline1022.service.alarms import Bell
from hotline1022.service.checks import LOW_BYTES, disk_has_room
from hotline1022.service.recordings.disk_watch import (
    AGAIN,
    FULL_BYTES,
    FULL_FILES,
    DiskWatch,
    Level,
    Room,
    level_of,
    room_of,
)
from hotline1022.service.recordings.voicemail_gate import AGAIN as SAID_AGAIN
from hotline1022.service.recordings.voicemail_gate import VoicemailGate
from hotline1022.service.settings.tree import Disk
from tests.lab.migrated import migrated
from tests.lab.small_disk import append, mounted, small_disk

__all__ = ["small_disk"]
TOTAL = 1000 * 1024**3


class Disks:
    """Free thousandths of a disk of 1000 GiB by folder name, and a clock."""

    def __init__(self) -> None:
        self.free: dict[str, float] = {"spool": 500, "recordings": 500}
        self.now = 5.0

    def room(self, folder: Path) -> Room:
        if folder.name not in self.free:
            raise FileNotFoundError(2, "No such file or directory", str(folder))
        return Room(free=int(self.free[folder.name] * TOTAL / 1000), total=TOTAL)


class Told:
    """Asterisk and the catalogue, which may be away."""

    def __init__(self) -> None:
        self.said: list[object] = []
        self.away = False

    def _say(self, what: object) -> None:
        if self.away:
            raise Unavailable("away")
        self.said.append(what)

    async def take(self, allowed: bool) -> None:
        self._say(allowed)

    async def disk_full(self, at: datetime) -> None:
        self._say(("full", at))

    async def disk_has_room(self, at: datetime) -> None:
        self._say("room")


@pytest.fixture
async def bell(tmp_path: Path) -> AsyncIterator[Bell]:
    await migrated(tmp_path / "hotline.sqlite")
    async with Database(f"sqlite:///{tmp_path / 'hotline.sqlite'}") as database:
        yield Bell(database, timedelta(seconds=30))


def watch_of(disks: Disks, bell: Bell, folder: Path, **more: object) -> DiskWatch:
    folders = [folder / "spool", folder / "recordings"]
    return DiskWatch(folders, bell, room=disks.room, now=lambda: disks.now, **more)  # type: ignore[arg-type]


async def alarms(bell: Bell) -> list[tuple[str, str, bool]]:
    async with bell._database.reading() as tx:
        found = await tx.alarms.list()
    return [(one.kind, one.detail, one.seen_at is not None) for one in reversed(found)]


async def test_an_alarm_is_over_after_an_hour_with_room(bell: Bell, tmp_path: Path) -> None:
    disks = Disks()
    watch = watch_of(disks, bell, tmp_path, over=bell.over)
    disks.free["spool"] = 50
    await watch.look()
    for thousandths, seconds in ((500, AGAIN - 1), (50, 5), (500, 5), (500, AGAIN - 1)):
        disks.free["spool"] = thousandths
        disks.now += seconds
        await watch.look()
        assert await ringing(bell) == ["disk-low"], "what goes up and down is not over"
    disks.now += 5
    await watch.look()
    assert await ringing(bell) == []
    disks.free["spool"] = 50
    await watch.look()
    assert await ringing(bell) == ["disk-low"], "and rings anew at once"
    disks.free["spool"] = 500
    later = watch_of(disks, bell, tmp_path, over=bell.over)
    await later.look()
    disks.now += AGAIN
    await later.look()
    assert await ringing(bell) == [], "one of an earlier service too"


async def ringing(bell: Bell) -> list[str]:
    async with bell._database.reading() as tx:
        return [one.kind for one in await tx.alarms.list(ringing=True)]


def names(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


async def see(bell: Bell) -> None:
    async with bell._database.transaction() as tx:
        for one in await tx.alarms.list(seen=False):
            await tx.alarms.mark_seen(one.id, "1001", datetime.now(UTC))


@pytest.mark.parametrize(
    ("free", "total", "level"),
    [
        (100, 1000, Level.ROOM),
        (99, 1000, Level.LOW),
        (20, 1000, Level.LOW),
        (19, 1000, Level.NO_VOICEMAIL),
        (0, 1000, Level.FULL),
    ],
)
def test_the_levels_are_the_percentages_of_the_settings(free: int, total: int, level: Level) -> None:
    assert level_of(Room(free=free * 1024**3, total=total * 1024**3), Disk()) is level


def test_a_level_by_bytes_where_percentages_say_nothing() -> None:
    assert level_of(Room(free=LOW_BYTES - 1, total=LOW_BYTES), Disk()) is Level.LOW
    assert level_of(Room(free=FULL_BYTES - 1, total=FULL_BYTES), Disk(voicemail_percent=0)) is Level.FULL
    assert level_of(Room(free=30 * 1024**3, total=TOTAL), Disk(alarm_percent=5, voicemail_percent=4)) is (
        Level.NO_VOICEMAIL
    )


async def test_a_low_disk_is_one_alarm_until_it_is_seen_and_anew_when_nothing_was_done(
    bell: Bell, tmp_path: Path
) -> None:
    disks = Disks()
    watch = watch_of(disks, bell, tmp_path)
    await watch.look()
    assert await alarms(bell) == []
    disks.free["recordings"] = 99
    for _ in range(3):
        assert await watch.look() is Level.LOW
        disks.now += AGAIN + 1
    ((kind, detail, seen),) = await alarms(bell)
    assert (kind, seen) == ("disk-low", False) and "(9.9 %)" in detail and "recordings" in detail
    assert bell.raised == {"disk-low": 1}
    await see(bell)
    disks.now -= AGAIN
    await watch.look()
    assert len(await alarms(bell)) == 1, "whoever has seen it has an hour to make room"
    disks.now += AGAIN
    await watch.look()
    assert [seen for _, _, seen in await alarms(bell)] == [True, False]


async def test_room_that_came_back_rings_no_more(bell: Bell, tmp_path: Path) -> None:
    disks = Disks()
    watch = watch_of(disks, bell, tmp_path)
    disks.free["spool"] = 50
    await watch.look()
    await see(bell)
    disks.free["spool"] = 500
    disks.now += 2 * AGAIN
    await watch.look()
    assert len(await alarms(bell)) == 1


async def test_each_step_down_rings_by_its_own_name(bell: Bell, tmp_path: Path) -> None:
    disks = Disks()
    watch = watch_of(disks, bell, tmp_path)
    for free in (99, 19, 0):
        disks.free["spool"] = free
        await watch.look()
    assert [kind for kind, _, _ in await alarms(bell)] == ["disk-low", "disk-no-voicemail", "disk-full"]


async def test_a_disk_that_is_gone_rings_too(bell: Bell, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be looked at"):
        await disk_has_room(tmp_path / "unmounted")
    await DiskWatch([tmp_path / "unmounted"], bell).look()
    assert len(await alarms(bell)) == 1


async def test_asterisk_is_told_of_voicemail_and_the_catalogue_of_a_full_disk(bell: Bell, tmp_path: Path) -> None:
    disks, asterisk, catalogue = Disks(), Told(), Told()
    watch = watch_of(disks, bell, tmp_path, voicemail=asterisk, unrecorded=catalogue)
    for free in (500, 50, 19, 0, 0, 19, 500):
        disks.free["spool"] = free
        await watch.look()
    assert asterisk.said == [True, True, False, False, False, False, True]
    begun, first, again, room = catalogue.said
    assert begun == room == "room", "what an earlier service left open is closed, once"
    assert first == again and isinstance(first, tuple) and first[0] == "full"


async def test_a_database_on_the_full_disk_hears_of_it_when_it_is_back(bell: Bell, tmp_path: Path) -> None:
    disks, catalogue = Disks(), Told()
    watch = watch_of(disks, bell, tmp_path, unrecorded=catalogue)
    catalogue.away = True
    before = datetime.now(UTC)
    for free in (0, 0, 500):
        disks.free["spool"] = free
        await watch.look()
    assert catalogue.said == []
    after, catalogue.away = datetime.now(UTC), False
    await watch.look()
    (full, room) = catalogue.said
    assert isinstance(full, tuple) and before <= full[1] <= after and room == "room"
    await watch.look()
    assert len(catalogue.said) == 2


async def test_a_real_small_disk_goes_through_all_levels(small_disk: Path, bell: Bell) -> None:
    limits, told = Disk(alarm_percent=90, voicemail_percent=50), Told()
    watch = DiskWatch([small_disk], bell, limits=lambda: limits, voicemail=told, unrecorded=told)
    room = room_of(small_disk)
    assert room.total == 1024**2 == FULL_BYTES
    while append(small_disk / "others", bytes(4096)):
        pass
    assert room_of(small_disk).free == 0
    assert await watch.look() is Level.FULL
    assert told.said[1] is False and [kind for kind, _, _ in await alarms(bell)][-1] == "disk-full"


async def test_a_disk_without_names_for_files_is_full_although_it_has_bytes(bell: Bell) -> None:
    limits, told = Disk(alarm_percent=90, voicemail_percent=50), Told()
    with mounted("64m,nr_inodes=200") as folder:
        watch = DiskWatch([folder], bell, limits=lambda: limits, unrecorded=told)
        for name in range(200 - room_of(folder).files, 200):
            if room_of(folder).files < FULL_FILES:
                break
            assert await watch.look() is not Level.FULL
            (folder / f"track-{name}").touch()
        assert await watch.look() is Level.FULL
        assert room_of(folder).free > 32 * FULL_BYTES
        assert [one for one in told.said if isinstance(one, tuple)], "the catalogue says why calls have no recording"
        assert "more files" in {kind: detail for kind, detail, _ in await alarms(bell)}["disk-full"]


@pytest.mark.parametrize("code", [errno.EDQUOT, errno.ENOSPC])
async def test_a_quota_that_no_figure_tells_is_a_full_disk(
    bell: Bell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    told = Told()
    watch = DiskWatch([tmp_path], bell, unrecorded=told)
    assert not room_of(tmp_path).refused and not any(name.startswith("tmp") for name in names(tmp_path)), (
        "a probe leaves nothing"
    )
    before = await watch.look()

    def refuse(handle: int, data: bytes) -> int:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as quota:
        quota.setattr("hotline1022.service.recordings.disk_watch.os.write", refuse)
        assert await watch.look() is Level.FULL
    assert any("quota is used up" in detail for kind, detail, _ in await alarms(bell) if kind == "disk-full")
    assert await watch.look() is before and told.said[-1] == "room"


async def test_a_disk_that_takes_no_writes_at_all_rings(
    bell: Bell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: int, data: bytes) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("hotline1022.service.recordings.disk_watch.os.write", refuse)
    assert await DiskWatch([tmp_path], bell).look() is Level.LOW
    ((kind, detail, _),) = await alarms(bell)
    assert kind == "disk-low" and "Read-only" in detail


class Phrases:
    """Asterisk's console."""

    def __init__(self, answer: str = "Updated database successfully") -> None:
        self.answer, self.said = answer, list[str]()

    async def say(self, command: str) -> str:
        self.said.append(command)
        return self.answer


async def test_the_gate_says_it_once_and_again_after_a_while() -> None:
    console, now = Phrases(), 0.0
    clock: Callable[[], float] = lambda: now
    gate = VoicemailGate(console, now=clock)
    for allowed in (True, True, False, False):
        await gate.take(allowed)
    now = SAID_AGAIN
    await gate.take(False)
    put = "database put hl1022 no-voicemail disk"
    assert console.said == ["database show hl1022 no-voicemail", put, put], "a key that is not there is not deleted"


async def test_the_gate_opens_what_an_earlier_service_closed() -> None:
    console = Phrases("/hl1022/no-voicemail                              : disk")
    await VoicemailGate(console).take(True)
    assert console.said == ["database show hl1022 no-voicemail", "database del hl1022 no-voicemail"]


async def test_a_gate_that_asterisk_does_not_keep_is_tried_again() -> None:
    console = Phrases("No such command")
    gate = VoicemailGate(console)
    for _ in range(2):
        with pytest.raises(Unavailable, match="does not keep"):
            await gate.take(False)
    assert len(console.said) == 2
