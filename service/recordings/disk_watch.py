"""Looks at the disks that calls are written to: rings long before one is full, then stops voicemail, then says what was lost.

Little room left: an alarm. Very little: no new voicemail, so that what is left is for calls. None: calls go on unrecorded, and
the catalogue says why. Room is bytes and names of files (inodes), and what a quota still allows: that alone a write tells.
Deletes nothing, and never stands in the way of a call.
"""

import asyncio
import logging
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from hotline1022.core.errors import HotlineError
from hotline1022.core.said import said
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.apart import SECONDS, apart
from hotline1022.recordings.files import no_room
from hotline1022.service.checks import LOW_BYTES
from hotline1022.service.settings.tree import Disk

log = logging.getLogger(__name__)

#: seconds between two looks: a hundred talking pairs write 400 MB a minute at most; sooner while there is little room
EVERY, SOON = 60.0, 5.0
#: an alarm that was seen, and nothing was done: rung anew after so many seconds
AGAIN = 3600.0
#: less than this and a recorder cannot write: it takes 32 KiB at a time, for each of some people
FULL_BYTES = 1024**2
#: fewer files than this and a call of some people cannot be recorded: each of them needs a name of its own
FULL_FILES = 32
#: bytes that are written at each look, and gone at once: what a quota refuses, nothing else tells
PROBE = 64 * 1024


class Level(IntEnum):
    """How much room there is; greater is worse."""

    ROOM = 0
    LOW = 1
    NO_VOICEMAIL = 2
    FULL = 3


#: the alarm of each level, with those of the lower ones
ALARMS = {Level.LOW: "disk-low", Level.NO_VOICEMAIL: "disk-no-voicemail", Level.FULL: "disk-full"}
_MEANING = {
    Level.LOW: "make room, or calls will lose their recordings",
    Level.NO_VOICEMAIL: "nobody can leave a message any more; make room",
    Level.FULL: "calls go on and are not recorded; make room now",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What an ordinary user can still write to a disk, and what it has in all."""

    #: bytes
    free: int
    total: int
    #: files that can still be made, and all; total 0 = the disk does not count them
    files: int = 0
    files_total: int = 0
    #: a write was refused for want of room, whatever the figures say: a quota
    refused: bool = False

    def share(self) -> float:
        """What is left of the scarcer of both, per cent."""
        shares = [self.free * 100 / max(1, self.total)]
        if self.files_total:
            shares.append(self.files * 100 / self.files_total)
        return min(shares)

    def said(self, folder: Path, meaning: str) -> str:
        """In words, with what follows from it."""
        if self.refused:
            return said("alarm-said.disk-quota", folder=folder, meaning=meaning)
        about = {"folder": folder, "share": f"{self.share():.1f}", "meaning": meaning}
        if self.files_total and self.files * self.total < self.free * self.files_total:
            return said("alarm-said.disk-files", files=self.files, **about)
        return said("alarm-said.disk-room", room=self.free // 1024**2, **about)


def _away(folder: Path, why: str, meaning: str) -> str:
    return said("alarm-said.disk-away", folder=folder, why=why, meaning=meaning)


def room_of(folder: Path) -> Room:
    """As the system says, and as a write of some KiB finds it; OSError when the disk is not there, or cannot be written."""
    found = os.statvfs(folder)
    room = Room(
        free=found.f_bavail * found.f_frsize,
        total=found.f_blocks * found.f_frsize,
        files=found.f_favail,
        files_total=found.f_files,
    )
    # what is full already is not asked: the last bytes are for calls
    return room if _full(room) or _writes(folder) else replace(room, refused=True)


def _writes(folder: Path) -> bool:
    """Whether the disk takes some KiB; OSError when it takes none for another reason than room."""
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:  # without a name, where the disk can do that
            os.write(probe.fileno(), bytes(PROBE))
            os.fsync(probe.fileno())  # a network's disk says it only here
    except OSError as error:
        if not no_room(error):
            raise
        return False
    return True


def _full(room: Room) -> bool:
    return room.refused or room.free < FULL_BYTES or (room.files_total > 0 and room.files < FULL_FILES)


def level_of(room: Room, limits: Disk) -> Level:
    """How bad that is."""
    if _full(room):
        return Level.FULL
    share = room.share()
    if share < limits.voicemail_percent:
        return Level.NO_VOICEMAIL
    return Level.LOW if share < limits.alarm_percent or room.free < LOW_BYTES else Level.ROOM


class Voicemail(Protocol):
    """Asterisk's own word on whether messages are taken."""

    async def take(self, allowed: bool) -> None:
        """Let citizens leave messages, or not; Unavailable when Asterisk could not be told."""
        ...


class Unrecorded(Protocol):
    """The catalogue, which says why a call was not recorded."""

    async def disk_full(self, at: datetime) -> None:
        """There is no room since then."""
        ...

    async def disk_has_room(self, at: datetime) -> None:
        """There is room again since then."""
        ...


class DiskWatch:
    """Looks at the disks of these folders; several of them on one disk are one alarm."""

    def __init__(
        self,
        folders: Sequence[Path],
        bell: AlarmBell,
        *,
        limits: Callable[[], Disk] = Disk,
        voicemail: Voicemail | None = None,
        unrecorded: Unrecorded | None = None,
        over: Callable[[str], Awaitable[None]] | None = None,
        room: Callable[[Path], Room] = room_of,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders, self._bell, self._now = tuple(folders), bell, now
        self._limits, self._room = limits, room
        self._voicemail, self._unrecorded = voicemail, unrecorded
        self._rung: dict[Level, float] = {}
        #: alarms that may ring, of an earlier service too, and since when there was more room than they tell of
        self._over, self._open, self._better = over, set(ALARMS), dict[Level, float]()
        #: since when there is no room, until the catalogue knows that there is again; and whether it knows of the beginning
        self._full_at: datetime | None = None
        self._told_full = False
        #: an earlier service may have ended while there was no room: the catalogue may believe so still
        self._unsettled = True
        self._failed: set[str] = set()
        self.level = Level.ROOM

    async def run(self) -> None:
        """Until cancelled. The bell repeats an alarm until somebody has seen it."""
        while True:
            await self.look()
            await asyncio.sleep(SOON if self.level is not Level.ROOM else EVERY)

    async def look(self) -> Level:
        """Look, ring each alarm once an hour at most (it may go up and down around a limit), and tell who must know."""
        self.level, say = await self._worst()
        for level, kind in ALARMS.items():
            if level <= self.level:
                await self._ring(level, kind, say(_MEANING[level]))
            else:
                await self._end(level, kind)
        await self._tell_catalogue()
        if self._voicemail is not None:
            await self._tell("asterisk", self._voicemail.take(self.level < Level.NO_VOICEMAIL))
        return self.level

    async def _worst(self) -> tuple[Level, Callable[[str], str]]:
        """The worst level, and what says it with its meaning."""
        worst: Level = Level.ROOM
        say: Callable[[str], str] = str
        limits = self._limits()
        for folder in self._folders:
            try:
                room = await apart(folder, SECONDS, self._room, folder)
            except OSError as error:  # a TimeoutError of ours, or of the disk, is one
                why = error.strerror or "it does not answer"
                level, told = Level.LOW, partial(_away, folder, why)
            else:
                level, told = level_of(room, limits), partial(room.said, folder)
            if level > worst:
                worst, say = level, told
        return worst, say

    async def _ring(self, level: Level, kind: str, text: str) -> None:
        now, rung = self._now(), self._rung.get(level)
        self._open.add(level)
        self._better.pop(level, None)
        if rung is None or now - rung >= AGAIN:
            self._rung[level] = now
            await self._bell.ring(kind, text)

    async def _end(self, level: Level, kind: str) -> None:
        """It is over after an hour without: what goes up and down around a limit does not ring anew each time."""
        if self._over is None or level not in self._open:
            return
        if self._now() - self._better.setdefault(level, self._now()) >= AGAIN:
            self._open.discard(level)
            self._rung.pop(level, None)
            await self._over(kind)

    async def _tell_catalogue(self) -> None:
        """While there is no room, and once when there is room again; told later when the database is away."""
        if self._unrecorded is None:
            return
        if self.level is Level.FULL:
            self._full_at = self._full_at or datetime.now(UTC)
            self._told_full = await self._tell("database", self._unrecorded.disk_full(self._full_at))
        elif self._full_at is not None or self._unsettled:
            # what began while nobody could write it down began then all the same
            if self._full_at is not None and not self._told_full:
                self._told_full = await self._tell("database", self._unrecorded.disk_full(self._full_at))
                if not self._told_full:
                    return
            if await self._tell("database", self._unrecorded.disk_has_room(datetime.now(UTC))):
                self._full_at, self._unsettled = None, False

    async def _tell(self, who: str, telling: Coroutine[Any, Any, None]) -> bool:
        try:
            await telling
        except HotlineError as error:
            if who not in self._failed:
                log.warning("a disk with little room: %s could not be told: %s", who, error)
            self._failed.add(who)
            return False
        self._failed.discard(who)
        return True
