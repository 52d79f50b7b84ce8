"""The charts of decision 2376/QĐ-UBND: all of a day together, those of today counted once for all who look, at the desk and on televisions;
which slices are drawn when there are many. Refuses to count today again before AGE seconds are over.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from aiohttp import web

from hotline1022.core.clock import local_day
from hotline1022.figures.types import Bucket, Chart, ChartName
from hotline1022.web.figures import whole
from hotline1022.web.ports import Ports
from hotline1022.web.shared import Shared
from hotline1022.web.today import AGE

#: drawn as bars first: they have an order of their own, which a pie does not show
ORDERED = frozenset({ChartName.RECEIVED_BY_WEEK})


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCharts:
    """All charts of a day, and of the week and month in which it lies, as the database had it at `at`."""

    at: datetime
    day: date
    charts: tuple[Chart, ...]


async def of_day(ports: Ports, day: date, now: datetime) -> DayCharts:
    """One after the other: counting has two places, and calls come first. Errors as those of figures."""
    charts = tuple([await ports.figures.chart(one, day, now) for one in ChartName])
    return DayCharts(at=now, day=day, charts=charts)


class ChartsRoom:
    """One for all who look."""

    def __init__(self, ports: Ports, clock: Callable[[], float] = time.monotonic) -> None:
        self._ports = ports
        self._shared = Shared(self._count, AGE, clock)

    async def now(self) -> DayCharts:
        """Those of today, AGE seconds old at most. Errors as those of figures."""
        return await self._shared.of("")

    async def _count(self, _: str) -> DayCharts:
        now = whole(self._ports.clock())
        return await of_day(self._ports, local_day(now), now)


def kind(chart: Chart) -> str:
    """How it is drawn first: `pie` or `bar`."""
    return "bar" if chart.id in ORDERED else "pie"


def largest(slices: Sequence[Bucket], most: int) -> frozenset[str]:
    """Keys of the slices that are drawn by themselves, so that with the rest as one more there are `most` at most."""
    if len(slices) <= most:
        return frozenset(one.key for one in slices)
    ranked = sorted(slices, key=lambda one: -one.count)  # of those alike the first ones
    return frozenset(one.key for one in ranked[: most - 1])


#: where an application keeps its own
CHARTS: web.AppKey[ChartsRoom] = web.AppKey("charts", ChartsRoom)
