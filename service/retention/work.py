"""Lets recordings and calls go when their time is over: at night, in portions, each file hashed right before it goes.

Refuses what is held, damaged, of an open ticket, or not what the chain tells; and everything while the clock is in doubt.
Killed at any moment, the next start goes on where it was.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from hotline1022.audit.types import Fault, Finding, Kind
from hotline1022.core.clock import day_begins, local, local_day
from hotline1022.core.errors import HotlineError, Refused
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.said import said
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.names import call_of
from hotline1022.recordings.ports import Elsewhere
from hotline1022.recordings.retention import NIGHTS, allowed, clock_doubt
from hotline1022.recordings.types import CallKind, Due, DueView, Terms
from hotline1022.service.alarms import Daily
from hotline1022.service.background.work import with_id
from hotline1022.service.recordings.original_check import note_damage
from hotline1022.service.retention.terms_book import terms_of
from hotline1022.service.settings.retention import Retention as Settings

log = logging.getLogger(__name__)

#: seconds between two looks at the clock, and between two portions
EVERY, PAUSE = 60.0, 0.2
#: recordings hashed together
PORTION = 20
#: daily looks that tell whether the clock is right
_LOOKS = 60


class Checked(Protocol):
    """What a check of files found."""

    @property
    def wrong(self) -> frozenset[str]:
        """Paths of files that are not as they were stored."""
        ...

    @property
    def key_missing(self) -> Sequence[str]:
        """Paths of files of which nothing can be said: their key is away."""
        ...


def wall_clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


async def doubt_of(database: Database, now: datetime) -> str:
    """Why the clock is not to be believed; "" = it is."""
    async with database.reading() as tx:
        return clock_doubt(now, await tx.audit.newest(), await tx.audit.last_moments(Kind.CHAIN_CHECKED, _LOOKS))


async def look(database: Database, settings: Settings, now: datetime, *, terms: Terms | None = None) -> DueView:
    """What would go now, by the days in force or by `terms`; changes nothing."""
    async with database.reading() as tx:
        kept, differs = await terms_of(tx, settings)
        terms = terms or kept.terms
        ends, call_ends = terms.ends(now), terms.call_ends(now)
        days = await tx.retention.days(ends)
        held, damaged = await tx.retention.kept(ends)
        calls = sum([await tx.old_calls.count(kind, before) for kind, before in call_ends.items()])
    return DueView(days=days, held=held, damaged=damaged, calls=calls, doubt=await doubt_of(database, now) or differs)


class Retention:
    """The nightly work. `check` hashes the originals of calls and moves their states; `rows` compares them with the chain."""

    def __init__(
        self,
        database: Database,
        bell: AlarmBell,
        *,
        settings: Callable[[], Settings],
        check: Callable[[Sequence[str]], Awaitable[Checked]],
        rows: Callable[[Sequence[str]], Awaitable[Sequence[Finding]]],
        remove: Callable[[CallId, Sequence[str]], Awaitable[int]],
        elsewhere: Sequence[Elsewhere],
        clock: Callable[[], datetime] = wall_clock,
        leave: Callable[[], AbstractContextManager[bool]] = lambda: nullcontext(True),
        pause: float = PAUSE,
    ) -> None:
        self._database, self._bell, self._settings, self._clock = database, bell, settings, clock
        self._check, self._rows, self._remove, self._elsewhere = check, rows, remove, elsewhere
        #: whether files may go while inside; False: a backup copies what rows promised when it began
        self._leave = leave
        self._pause = pause
        #: with the days by which this night works; None before the first one
        self._kept: Settings | None = None
        self._done: date | None = None
        self._daily = Daily(bell, clock)
        #: of these quiet hours: whether a backup held something up, and whether anything went
        self._held_up = self._went = False

    async def run(self) -> None:
        """Until cancelled. A database or a disk that is away only delays it."""
        while True:
            try:
                await self.resume()
                if self._quiet and self._done != local_day(self._clock()):
                    day = local_day(self._clock())
                    if await self.night():
                        self._done = day
                if not self._quiet:
                    await self.morning()
            except (HotlineError, OSError) as error:
                log.warning("retention waits: %s", error)
            await asyncio.sleep(EVERY)

    @property
    def _quiet(self) -> bool:
        return self._settings().quiet(local(self._clock()).hour)

    async def resume(self) -> None:
        """Finish what was begun: files of which the audit tells already that they go."""
        async with self._database.reading() as tx:
            calls = await tx.retention.leaving()
        for call in calls:
            with self._leave() as may:
                if not may:
                    return
                await self._finish(call)

    async def night(self) -> bool:
        """Let go what is due, as much as a night may take; False when the quiet hours ended before, or a backup is made."""
        now = self._clock()
        if doubt := await doubt_of(self._database, now):
            due = await look(self._database, self._settings(), now)
            if due.days or due.calls:  # else nothing would have gone: a new house has had no looks yet
                await self._daily.ring("retention-clock", said("alarm-said.nothing-deleted", doubt=doubt))
            return True
        async with self._database.reading() as tx:
            self._kept, differs = await terms_of(tx, self._settings())
        if differs:
            await self._daily.ring("retention-terms", said("alarm-said.nothing-deleted", doubt=differs))
            return True
        terms = self._kept.terms
        done = await self._recordings(terms.ends(now), now)
        return await self._calls(terms.call_ends(now), now) and done

    async def morning(self) -> None:
        """The quiet hours are over: ring where all of them were lost to a backup."""
        lost, self._held_up, self._went = self._held_up and not self._went, False, False
        if lost:
            await self._bell.ring("retention-held-up", said("alarm-said.backup-all-night"))

    # ---------------------------------------------------------------- recordings

    async def _recordings(self, ends: Mapping[CallKind, datetime], now: datetime) -> bool:
        async with self._database.reading() as tx:
            due = await tx.retention.count(ends)
            lately = await tx.retention.lately(now - timedelta(days=NIGHTS))
            tonight = await tx.retention.lately(_midnight(now))
        left = await self._left("recordings", due, lately, tonight)
        for kind, before in ends.items():
            after = 0
            while left > 0:
                if not self._quiet:
                    return False
                async with self._database.reading() as tx:
                    found = await tx.retention.due(kind, before, after=after, limit=min(PORTION, left))
                if not found:
                    break
                after = found[-1].place
                with self._leave() as may:
                    if not may:
                        log.info("retention waits: a backup is being made")
                        self._held_up = True
                        return False
                    self._went = True
                    left -= await self.portion(found, before, now)
                await asyncio.sleep(self._pause)
        return True

    async def _left(self, what: str, due: int, lately: int, tonight: int) -> int:
        most = allowed(self._settings().most_a_night, lately)
        left = max(0, most - tonight)
        if due > left:
            text = said("alarm-said.many", many=due, what=what, lately=lately, nights=NIGHTS, left=left)
            await self._daily.ring("retention-many", text)
        return left

    async def portion(self, found: Sequence[Due], before: datetime, now: datetime) -> int:
        """Check these, and let those go that are as they were stored; how many."""
        since = self._clock()
        sound = await self._sound([one.call for one in found])
        terms = self._kept or self._settings()
        days = {CallKind.EMERGENCY: terms.emergency_days, CallKind.ORDINARY: terms.ordinary_days}
        gone = 0
        for one in found:
            if one.call not in sound:
                continue
            try:
                async with self._database.transaction() as tx:
                    await tx.retention.let_go(
                        one, before, self._clock(), verified_since=since, days=days.get(one.kind, 0)
                    )
            except Refused as error:  # it was held, or a ticket was opened, in this very moment
                log.info("recording %s is kept: %s", one.id, error)
                if error.error_id == "hold-differs":
                    await self._bell.ring("hold-differs", with_id(error), one.call)
                continue
            await self._finish(one.call)
            gone += 1
        return gone

    async def _sound(self, calls: Sequence[str]) -> frozenset[str]:
        """Those whose rows are what the chain tells and whose files have the bytes of their rows; damage is told of."""
        bad = {call for call in calls if await self._differs(call)} if await self._rows(calls) else set()
        good = [call for call in calls if call not in bad]
        if not good:
            return frozenset()
        checked = await self._check(good)
        wrong = checked.wrong
        for call in {call_of(path) for path in wrong}:
            found = [
                Finding(fault=Fault.FILE_CHANGED, seq=0, name=path, text=f"{path} is not what was stored")
                for path in sorted(wrong)
                if call_of(path) == call
            ]
            await note_damage(self._database, self._bell, call, found)
        return frozenset(good) - {call_of(path) for path in (*wrong, *checked.key_missing)}

    async def _differs(self, call: str) -> bool:
        found = await self._rows([call])
        if found:
            await note_damage(self._database, self._bell, call, found)
        return bool(found)

    async def _finish(self, name: str) -> None:
        call = CallId(ChannelId(name))
        async with self._database.reading() as tx:
            paths = await tx.retention.paths(name)
        try:
            await self._remove(call, paths)
            for one in self._elsewhere:
                await one.forget(call)
        except (Refused, OSError) as error:
            await self._daily.ring("retention-stuck", said("alarm-said.stuck", call=name, why=with_id(error)))
            return
        async with self._database.transaction() as tx:
            await tx.retention.gone(name)

    # ---------------------------------------------------------------- calls

    async def _calls(self, ends: Mapping[CallKind, datetime], now: datetime) -> bool:
        async with self._database.reading() as tx:
            due = sum([await tx.old_calls.count(kind, before) for kind, before in ends.items()])
            lately = await tx.old_calls.lately(now - timedelta(days=NIGHTS))
            tonight = await tx.old_calls.lately(_midnight(now))
        left = await self._left("calls", due, lately, tonight)
        for kind, before in ends.items():
            after = ""
            while left > 0:
                if not self._quiet:
                    return False
                async with self._database.reading() as tx:
                    calls = await tx.old_calls.due(kind, before, after=after, limit=min(PORTION, left))
                if not calls:
                    break
                after = calls[-1]
                bad = {call for call in calls if await self._differs(call)} if await self._rows(calls) else set()
                async with self._database.transaction() as tx:
                    whole = [call for call in calls if call not in bad]
                    left -= await tx.old_calls.empty(whole, kind, before, self._clock())
                await asyncio.sleep(self._pause)
        return True


def _midnight(now: datetime) -> datetime:
    return day_begins(local_day(now)).astimezone(UTC)
