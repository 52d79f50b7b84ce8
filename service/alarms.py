"""The bell: an alarm is written down, logged and counted, and told again until somebody has seen it. Never blocks a call, and raises
nothing to whoever rings.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import local_day
from hotline1022.core.errors import Unavailable
from hotline1022.db.types import AlarmRow
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell

log = logging.getLogger(__name__)

#: alarms that wait for the database at most: the log has all
WAITING = 1000


class Bell:
    """queue.ports.AlarmBell, and the repeating."""

    def __init__(self, database: Database, repeat: timedelta) -> None:
        self._database = database
        #: time between two tellings of an alarm that nobody has seen
        self.repeat = repeat
        #: by what makes them one alarm: kind, and call or detail
        self._unwritten: dict[tuple[str, str], tuple[str, str, str, datetime]] = {}
        #: alarms raised, by kind, for the metrics
        self.raised: Counter[str] = Counter()
        #: alarms that nobody has seen, at the last look
        self.unseen = 0
        #: told of each alarm after the commit that raised it; raises nothing
        self.told: Callable[[AlarmRow], None] = lambda alarm: None
        database.alarm_raised = self._new

    async def ring(self, kind: str, detail: str, call: str = "") -> None:
        """Raise; while the database is away it is logged now and written later."""
        at = datetime.now(UTC)
        try:
            await self._write(kind, detail, call, at)
        except Unavailable:
            log.error("ALARM %s: %s %s", kind, detail, call)
            if len(self._unwritten) < WAITING:
                self._unwritten.setdefault((kind, call or detail), (kind, detail, call, at))
        except Exception:
            log.exception("ALARM %s: %s %s (it cannot be written down)", kind, detail, call)

    async def _write(self, kind: str, detail: str, call: str, at: datetime) -> None:
        with by_the_service():  # a refused act may ring; it is not noted as done by that
            async with self._database.transaction() as tx:
                await tx.alarms.raise_alarm(kind, detail, at, call or None)

    async def over(self, kind: str, begins: str = "") -> None:
        """The cause of all alarms of a kind, whose detail begins so, is gone. While the database is away they ring on until somebody has
        seen them.
        """
        try:
            with by_the_service():
                async with self._database.transaction() as tx:
                    await tx.alarms.clear(kind, datetime.now(UTC), begins=begins)
        except Exception:
            log.exception("that %s is over cannot be written down", kind)

    def _new(self, alarm: AlarmRow) -> None:
        """One that was just raised, by `ring` or by a part of the database together with what it tells of."""
        self.raised[alarm.kind] += 1
        log.error("ALARM %s: %s %s", alarm.kind, alarm.detail, alarm.call_id or "")
        self.told(alarm)

    async def run(self) -> None:
        """Until cancelled: tell again what nobody has seen."""
        while True:
            await asyncio.sleep(min(5.0, self.repeat.total_seconds()))
            try:
                await self._again()
            except Unavailable as error:
                log.warning("alarms cannot be read: %s", error)

    async def _again(self) -> None:
        for same, waiting in list(self._unwritten.items()):
            try:
                await self._write(*waiting)
            except Unavailable:
                raise
            except Exception:  # the others do not wait for it
                log.exception("ALARM %s: it cannot be written down", waiting[0])
            self._unwritten.pop(same, None)
        now = datetime.now(UTC)
        async with self._database.reading() as tx:
            due = await tx.alarms.due(now - self.repeat)
            self.unseen = len(await tx.alarms.list(seen=False, limit=100))
        for alarm in due:
            log.error("ALARM not seen yet, %s: %s %s", alarm.kind, alarm.detail, alarm.call_id or "")
        if due:  # hundreds that nobody sees must not be as many transactions, for which the log of calls waits
            async with self._database.transaction() as tx:
                for alarm in due:
                    await tx.alarms.repeated(alarm.id, now)


class Daily:
    """Rings once a day for each kind, whatever the text: the bell repeats it until somebody has seen it."""

    def __init__(self, bell: AlarmBell, clock: Callable[[], datetime]) -> None:
        self._bell, self._clock = bell, clock
        self._rung: tuple[date, set[str]] = (date.min, set())

    async def ring(self, kind: str, text: str) -> None:
        """Unless it was rung today."""
        today = local_day(self._clock())
        if self._rung[0] != today:
            self._rung = (today, set())
        if kind not in self._rung[1]:
            self._rung[1].add(kind)
            await self._bell.ring(kind, text)
