"""Once a day looks at the chain's new part, all stamps, the day's recordings and a sample of the others. Repairs nothing; what
is wrong rings until somebody has seen it.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from hotline1022.audit.types import EMPTY, Entry, Fact, Head, Kind
from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError
from hotline1022.db.originals import PORTION
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.service.evidence import Evidence, Examiner

log = logging.getLogger(__name__)

#: seconds between two looks at the calendar; the first is that long after the start
EVERY = 60.0
#: alarms of one night; what else is wrong is in their last one
MOST_ALARMS = 20


def _now() -> datetime:
    return datetime.now(UTC)


class Nightly:
    """The nightly look."""

    def __init__(
        self,
        database: Database,
        examiner: Examiner,
        bell: AlarmBell,
        *,
        calls: int,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._database, self._examiner, self._bell = database, examiner, bell
        self._calls, self._clock = calls, clock

    async def run(self) -> None:
        """Until cancelled. A database that is away only delays it."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                if await self.due():
                    await self.look()
            except (HotlineError, OSError) as error:
                log.warning("the nightly look at the evidence waits: %s", error)
            except ValueError as error:  # a row that no program of ours writes, such as a stamp of an unknown method
                log.error("the nightly look at the evidence cannot read a row: %s", error)
                await self._bell.ring(
                    "evidence-damaged", "a row of the audit cannot be read; run hotline1022 evidence verify"
                )

    async def due(self) -> bool:
        """Whether the last look was on an earlier day; while there was none yet: whether the chain began on one."""
        async with self._database.reading() as tx:
            last = await tx.audit.last(Kind.CHAIN_CHECKED)
            since = last.at if last else await tx.audit.oldest()
        return since is not None and local_day(since) < local_day(self._clock())

    async def look(self) -> Evidence:
        """Look now, write down what was found, ring."""
        async with self._database.reading() as tx:
            last = await tx.audit.last(Kind.CHAIN_CHECKED)
            start = _end_of(last)
            sample = await tx.originals.sample(self._calls)
        evidence = Evidence()
        await self._examiner.chain(evidence, start)
        await self._examiner.stamps(evidence)
        await self._grown(start)
        seen: set[str] = set()
        async with self._database.reading() as tx:
            new = [portion async for portion in tx.originals.told(since=start.seq)] if start.seq else []
        for portion in [*new, sample]:
            calls = sorted(set(portion) - seen)
            seen.update(calls)
            await self._examiner.originals(evidence, calls)
        await self._tell(evidence, start)
        return evidence

    async def _grown(self, start: Head) -> None:
        """Calls whose history went on after they were filed: another entry tells of it."""
        async with self._database.reading() as tx:
            new = [portion async for portion in tx.originals.told(since=start.seq)]
        for portion in new:
            for at in range(0, len(portion), PORTION):
                async with self._database.transaction() as tx:
                    await tx.originals.attest_grown(portion[at : at + PORTION], self._clock())

    async def _tell(self, evidence: Evidence, start: Head) -> None:
        at = self._clock()
        detail = {
            "after": start.seq,
            "seq": evidence.head.seq,
            "sha256": evidence.head.sha256,
            "entries": evidence.entries,
            "stamps": evidence.stamps,
            "calls": evidence.calls,
            "files": evidence.files,
            "findings": [
                {"fault": one.fault.value, "seq": one.seq, "name": one.name} for one in evidence.findings[:MOST_ALARMS]
            ],
            "wrong": len(evidence.findings) + evidence.more,
        }
        async with self._database.transaction() as tx:
            tx.audit.add(Fact(at=at, kind=Kind.CHAIN_CHECKED, actor="service", subject="chain", detail=detail))
        for one in evidence.findings[:MOST_ALARMS]:
            await self._bell.ring("evidence-damaged", f"{one.fault}: {one.text}")
        left = len(evidence.findings) + evidence.more - MOST_ALARMS
        if left > 0:
            await self._bell.ring("evidence-damaged", f"and {left} more; run hotline1022 evidence verify")


def _end_of(check: Entry | None) -> Head:
    """Where a check ended; the beginning when there was none, or when somebody changed its entry."""
    if check is None:
        return EMPTY
    try:
        return Head(seq=int(str(check.detail["seq"])), sha256=str(check.detail["sha256"]))
    except (KeyError, ValueError):
        return EMPTY
