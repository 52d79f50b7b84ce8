"""The parts of the running service that look after the evidence, made from its settings and run together. Refuses nothing
itself.
"""

import contextlib
import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.clock import local_day
from hotline1022.core.errors import Unavailable
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.pool import HeavyPool
from hotline1022.service.background.guard import Run
from hotline1022.service.evidence.act_book import ActBook
from hotline1022.service.evidence.child import verify_in_child
from hotline1022.service.evidence.desk import EvidenceDesk
from hotline1022.service.evidence.nightly import Nightly
from hotline1022.service.evidence.nights import NightsWatch
from hotline1022.service.evidence.stamp_check import trust_of
from hotline1022.service.evidence.stamp_key import read_key
from hotline1022.service.evidence.stamper import stamper_of
from hotline1022.service.evidence.walk import Examiner
from hotline1022.service.recordings.listening_book import ListeningBook
from hotline1022.service.recordings.original_check import OriginalCheck
from hotline1022.service.recordings.recorder_keys import keys_of
from hotline1022.service.settings.tree import Settings

log = logging.getLogger(__name__)


class EvidenceParts:
    """Acts, stamps, the nightly look, the look at one call, what was heard. ConfigError: audit.tsa_roots cannot be read, keys in the data folder."""

    def __init__(
        self, settings: Settings, database: Database, bell: AlarmBell, pool: HeavyPool, config: str | None = None
    ) -> None:
        self._database = database
        root, trust, keys = settings.paths.recordings, trust_of(settings), keys_of(settings)
        self.examiner = examiner = Examiner(
            database, root, trust, keys=keys, pool=pool, book=SqlRecordingStore(database)
        )
        self.acts = ActBook(database, settings.paths.journal / "acts.jsonl")
        self.stamper = stamper_of(settings, database, bell)
        self.nightly = Nightly(database, examiner, bell, calls=settings.audit.nightly_calls)
        self.nights = NightsWatch(database, bell)
        self.originals = OriginalCheck(database, examiner, bell)
        self.heard = ListeningBook(database)
        self.desk = EvidenceDesk(
            database,
            bell,
            look=lambda since, progress: verify_in_child(config, since, progress),
            originals=self.originals,
            stamper=self.stamper,
            key=lambda: read_key(settings.keys_folder),
        )

    async def start(self) -> None:
        """Before anything is filed: what is there from before the chain gets its entries."""
        await begin(self._database)

    def parts(self) -> Mapping[str, Run]:
        """Each until cancelled."""
        return {
            "acts beside the database": self.acts.run,
            "stamps": self.stamper.run,
            "the nightly look": self.nightly.run,
            "the look at stamps and nights": self.nights.run,
            "what was heard": self.heard.run,
            "verifications": self.desk.run,
        }

    async def end(self) -> None:
        """What was heard until now goes into the chain; when the database is away, the next start does that."""
        with contextlib.suppress(Unavailable):
            await self.heard.flush()


async def begin(database: Database) -> int:
    """Once in the life of a database: recordings from before the chain are taken into it as they are now; how many calls.

    Killed on the way, the next start goes on.
    """
    async with database.reading() as tx:
        if await tx.audit.last(Kind.CHAIN_BEGUN) is not None:
            return 0
    count, after = 0, ""
    while True:
        async with database.reading() as tx:
            calls = await anext(tx.originals.untold(after), None)
        if calls is None:
            break
        after = calls[-1]
        async with database.transaction() as tx:
            at = datetime.now(UTC)
            count += await tx.originals.attest(calls, at, adopted=local_day(at).isoformat())
    async with database.transaction() as tx:
        detail = {"calls": count}
        tx.audit.add(Fact(at=datetime.now(UTC), kind=Kind.CHAIN_BEGUN, actor="service", subject="chain", detail=detail))
    if count:
        log.info("recordings of %d calls from before the chain of the audit are taken into it", count)
    return count
