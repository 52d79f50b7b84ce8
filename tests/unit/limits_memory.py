"""Limits of alarms in memory behind their port: one that is changed at the desk."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hotline1022.core.errors import NotFound, Refused
from hotline1022.web.limits_port import LimitNeeds, LimitSource, LimitView

LIMIT = LimitView(
    key="disk.alarm_percent",
    value=10,
    low=1,
    high=90,
    source=LimitSource.SHIPPED,
    place="",
    of_file=10,
    needs=LimitNeeds.NOTHING,
    kinds=("disk-low",),
)


@dataclass
class MemoryLimits:
    one: LimitView = LIMIT

    async def list(self) -> Sequence[LimitView]:
        return [self.one]

    async def change(self, key: str, value: int, *, seen: int, by: str) -> None:
        self._check(key, seen)
        self.one = replace(self.one, value=value, source=LimitSource.DESK, by=by, version=seen + 1)

    async def back(self, key: str, *, seen: int, by: str) -> None:
        self._check(key, seen)
        self.one = replace(self.one, value=self.one.of_file, source=LimitSource.SHIPPED, by=by, version=seen + 1)

    def _check(self, key: str, seen: int) -> None:
        if key != self.one.key:
            raise NotFound("that is no limit that is changed here; look at the list", error_id="limit-unknown")
        if seen != self.one.version:
            raise Refused("somebody else changed it; look at it", error_id="limit-changed")
