"""Who is told of alarms, in memory behind its port: one person, to whom nothing is sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hotline1022.core.errors import NotFound, Refused
from hotline1022.core.watching import Severity, TellingState, Watcher
from hotline1022.notify.types import Channel, MessageState
from hotline1022.web.watching_port import Told, Wanted, WatcherSeen, WayTold
from tests.unit.limits_memory import LIMIT

AT = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
WATCHER = Watcher(
    id="0123456789abcdef",
    name="Nguyễn Thị Ánh",
    sms="+84901234567",
    least=Severity.URGENT,
    since=AT,
    by="user:admin",
    at=AT,
)
#: bodies of the routes of alarms
BODIES = {
    "/api/alarms/people": {"name": "Trực đêm", "sms": "0901234567", "least": "urgent"},
    "/api/alarms/people/{watcher}": {"version": 1, "name": "Nguyễn Thị Ánh", "sms": "0901234567", "ends": True},
    "/api/alarms/limits/{limit}": {"version": 0, "value": 15},
}
#: what stands in the braces of their paths
PARTS = {"watcher": WATCHER.id, "limit": LIMIT.key}
SENT = WayTold(channel=Channel.SMS, state=MessageState.SENT, at=AT, ready_at=AT, error_id="")


@dataclass
class MemoryWatch:
    people: dict[str, Watcher] = field(default_factory=lambda: {WATCHER.id: WATCHER})
    tried: list[str] = field(default_factory=list)
    #: whether each alarm was told to somebody
    tells: bool = False

    async def list(self) -> Sequence[WatcherSeen]:
        return [self._seen(one) for one in self.people.values()]

    async def get(self, id: str) -> WatcherSeen:
        if id not in self.people:
            raise NotFound("nobody of that id is told; look at the list", error_id="watcher-unknown")
        return self._seen(self.people[id])

    async def add(self, wanted: Wanted, *, by: str) -> Watcher:
        made = replace(WATCHER, id="f" * 16, name=wanted.name, sms=wanted.sms, email=wanted.email, by=by)
        self.people[made.id] = made
        return made

    async def change(self, id: str, wanted: Wanted, *, seen: int, by: str) -> Watcher:
        before = (await self.get(id)).watcher
        if before.version != seen:
            raise Refused("somebody else changed it; look at it", error_id="watcher-changed")
        self.people[id] = replace(before, name=wanted.name, by=by, version=seen + 1)
        return self.people[id]

    async def end(self, id: str, *, by: str) -> None:
        await self.get(id)
        del self.people[id]

    async def trial(self, id: str) -> None:
        self.tried.append((await self.get(id)).watcher.id)

    async def told(self, alarms: Collection[str]) -> Mapping[str, Sequence[Told]]:
        if not self.tells:
            return {}
        return {one: [Told(name=WATCHER.name, state=TellingState.TOLD, ways=(SENT,))] for one in alarms}

    def _seen(self, one: Watcher) -> WatcherSeen:
        return WatcherSeen(watcher=one, tries=(SENT,) if one.id in self.tried else (), shut=False)
