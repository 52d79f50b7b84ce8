"""Looks at the disks that calls are written to: rings long before one is full, then stops voicemail, then says what was lost.

Little room left: an alarm. Very little: no new voicemail, so that what is left is for calls. None: calls go on unrecorded, and
the catalogue says why. Deletes nothing, and never stands in the way of a call.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any, Protocol

from hotline1022.core.errors import HotlineError
from hotline1022.queue.ports import AlarmBell
from hotline1022.service.checks import LOW_BYTES
from hotline1022.service.settings import Disk

log = logging.getLogger(__name__)

#: seconds between two looks: a hundred talking pairs write 400 MB a minute at most; sooner while there is little room
EVERY, SOON = 60.0, 5.0
#: an alarm that was seen, and nothing was done: rung anew after so many seconds
AGAIN = 3600.0
#: less than this and a recorder cannot write: it takes 32 KiB at a time, for each of some people
FULL_BYTES = 1024**2


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
    """What an ordinary user can still write to a disk, and what it has in all, bytes."""

    free: int
    total: int


def room_of(folder: Path) -> Room:
    """As the system says; OSError when the disk is not there."""
    found = os.statvfs(folder)
    return Room(free=found.f_bavail * found.f_frsize, total=found.f_blocks * found.f_frsize)


def level_of(room: Room, limits: Disk) -> Level:
    """How bad that is."""
    if room.free < FULL_BYTES:
        return Level.FULL
    if room.free * 100 < limits.voicemail_percent * room.total:
        return Level.NO_VOICEMAIL
    low = room.free * 100 < limits.alarm_percent * room.total or room.free < LOW_BYTES
    return Level.LOW if low else Level.ROOM


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
        room: Callable[[Path], Room] = room_of,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders, self._bell, self._now = tuple(folders), bell, now
        self._limits, self._room = limits, room
        self._voicemail, self._unrecorded = voicemail, unrecorded
        self._rung: dict[Level, float] = {}
        #: since when there is no room, until the catalogue knows that there is again; and whether it knows of the beginning
        self._full_at: datetime | None = None
        self._told_full = False
        self._failed: set[str] = set()
        self.level = Level.ROOM

    async def run(self) -> None:
        """Until cancelled. The bell repeats an alarm until somebody has seen it."""
        while True:
            await self.look()
            await asyncio.sleep(SOON if self.level is not Level.ROOM else EVERY)

    async def look(self) -> Level:
        """Look, ring each alarm once an hour at most (it may go up and down around a limit), and tell who must know."""
        self.level, text = await self._worst()
        for level, kind in ALARMS.items():
            if level <= self.level:
                await self._ring(level, kind, f"{text}; {_MEANING[level]}")
        await self._tell_catalogue()
        if self._voicemail is not None:
            await self._tell("asterisk", self._voicemail.take(self.level < Level.NO_VOICEMAIL))
        return self.level

    async def _worst(self) -> tuple[Level, str]:
        worst, text = Level.ROOM, ""
        limits = self._limits()
        for folder in self._folders:
            try:
                room = await asyncio.to_thread(self._room, folder)
            except OSError as error:
                level, said = Level.LOW, f"the disk of {folder} cannot be looked at ({error.strerror}); is it there?"
            else:
                level = level_of(room, limits)
                share = room.free * 100 / max(1, room.total)
                said = f"only {room.free // 1024**2} MiB ({share:.1f} %) are free below {folder}"
            if level > worst:
                worst, text = level, said
        return worst, text

    async def _ring(self, level: Level, kind: str, text: str) -> None:
        now, rung = self._now(), self._rung.get(level)
        if rung is None or now - rung >= AGAIN:
            self._rung[level] = now
            await self._bell.ring(kind, text)

    async def _tell_catalogue(self) -> None:
        """While there is no room, and once when there is room again; told later when the database is away."""
        if self._unrecorded is None:
            return
        if self.level is Level.FULL:
            self._full_at = self._full_at or datetime.now(UTC)
            self._told_full = await self._tell("database", self._unrecorded.disk_full(self._full_at))
        elif self._full_at is not None:
            # what began while nobody could write it down began then all the same
            if not self._told_full:
                self._told_full = await self._tell("database", self._unrecorded.disk_full(self._full_at))
            if self._told_full and await self._tell("database", self._unrecorded.disk_has_room(datetime.now(UTC))):
                self._full_at = None

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
