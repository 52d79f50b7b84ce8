"""Old recordings on a real database and disk, and everything that retention needs, with a clock of its own. Keeps nothing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.ids import CallId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.service.retention.parts import retention_of
from hotline1022.service.retention.work import Retention
from hotline1022.service.settings.retention import Retention as Settings
from hotline1022.service.settings.tree import Paths
from tests.contract.database.catalogue_made import ended
from tests.lab.evidence_world import World, thread_pool
from tests.unit.recordings_world import CALL

#: a quiet hour of the province, more than two years after whatever is written down now
NIGHT = (datetime.now(UTC) + timedelta(days=900)).replace(hour=19, minute=0, second=0, microsecond=0)


@dataclass
class Elsewhere:
    """recordings.ports.Elsewhere: remembers what it was told to forget."""

    forgotten: list[str] = field(default_factory=list)

    async def forget(self, call: CallId) -> None:
        """Keep its name."""
        self.forgotten.append(call)


@dataclass
class Old:
    """The world of the evidence, 900 days later."""

    world: World
    now: datetime = NIGHT
    settings: Settings = field(default_factory=Settings)
    elsewhere: Elsewhere = field(default_factory=Elsewhere)

    def store(self) -> SqlRecordingStore:
        """The database, on this clock."""
        return SqlRecordingStore(self.world.database, clock=lambda: self.now)

    def retention(self, **more: Any) -> Retention:
        """The nightly work; `more` in place of its parts."""
        shipped = retention_of(
            lambda: self.settings,
            Paths(data=self.world.root.parent),
            self.world.database,
            self.world.bells,
            pool=thread_pool(),
            examiner=self.world.examiner(),
            elsewhere=[self.elsewhere],
            keys=self.world.ring,
            clock=lambda: self.now,
            pause=0.0,
        )
        for name, part in more.items():
            setattr(shipped, f"_{name}", part)
        return shipped

    async def looks(self, days: int = 20, *, until: datetime | None = None) -> None:
        """The service has looked at the evidence each night of so many days."""
        last = until or self.now - timedelta(hours=1)
        async with self.world.database.transaction() as tx:
            for ago in range(days, -1, -1):
                at = last - timedelta(days=ago)
                tx.audit.add(Fact(at=at, kind=Kind.CHAIN_CHECKED, actor="service", subject="chain"))

    def files(self) -> list[str]:
        """Everything that lies below the recordings folder."""
        root = self.world.root
        return sorted(one.relative_to(root).as_posix() for one in root.rglob("*") if one.is_file())


async def old(world: World, **more: Any) -> Old:
    """Its call has ended, and the service has run every day since."""
    await ended(world.database, CALL, version=2)
    made = Old(world=world, **more)
    await made.looks()
    return made
