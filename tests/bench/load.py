"""One stretch of load: SIPp's citizens, the measuring citizens between them, and what it cost."""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.carrier import Carrier
from tests.bench.sipp import SippRun, citizens
from tests.bench.watch import cpu_seconds, memory_mib
from tests.lab.world_conf import Address

#: measuring citizens per second
PROBES = 3.0
#: a rate is held when calls are answered within this many seconds (p99) and SIPp made this share of what it should
ANSWER_P99, SHARE = 0.5, 0.97


@dataclass(slots=True)
class Probes:
    """What the measuring citizens saw, in seconds; `lost` of them saw nothing."""

    prompts: list[float] = field(default_factory=list)
    invites: list[float] = field(default_factory=list)
    made: int = 0
    lost: int = 0


@dataclass(slots=True)
class Stretch:
    """One stretch: CPU in seconds until its last call ended, memory in MiB over time."""

    sipp: SippRun
    probes: Probes
    cpu: dict[str, float]
    memory: dict[str, list[float]]

    @property
    def calls(self) -> int:
        return self.sipp.calls + self.probes.made


class Load:
    """Makes stretches against one product address; numbers of callers never come twice."""

    def __init__(self, folder: Path, product: Address, carrier: Carrier, processes: dict[str, int]) -> None:
        self._folder, self._product, self._carrier, self._processes = folder, product, carrier, processes
        self._numbers = itertools.count(1)
        self._first = 10_000_000

    async def stretch(self, rate: float, seconds: float, *, emergency: bool, probes: bool = True) -> Stretch:
        """Calls for `seconds`, then until the last one has ended. `emergency`: every third measuring citizen presses 9."""
        seen = Probes()
        before = {name: cpu_seconds(pid) for name, pid in self._processes.items()}
        memory: dict[str, list[float]] = {name: [] for name in self._processes}
        watch = asyncio.create_task(self._remember(memory))
        measuring = asyncio.create_task(self._measure(seen, seconds, emergency)) if probes else None
        try:
            run = await citizens(
                self._folder, self._product, self._carrier.at.host, rate=rate, seconds=seconds, first=self._first
            )
            self._first += round(rate * seconds)
            if measuring is not None:
                await measuring
        finally:
            for task in (watch, measuring):
                if task is not None:
                    task.cancel()
            await asyncio.gather(watch, *([measuring] if measuring else []), return_exceptions=True)
        cpu = {name: cpu_seconds(pid) - before[name] for name, pid in self._processes.items()}
        return Stretch(run, seen, cpu, memory)

    async def sustained(
        self, rates: list[float], seconds: float, wrong: Callable[[], int], say: Callable[[str], None]
    ) -> tuple[float, ...]:
        """The highest of these rising rates that was held, or halfway to the one that was not; calls a second, nothing without any.
        `wrong` counts what else went wrong so far.
        """
        if not rates:
            return ()
        held, offered = 0.0, 0.0
        for rate in rates:
            found = await self._held(rate, seconds, wrong, say)
            if not found:
                halfway = await self._held((offered + rate) / 2, seconds, wrong, say) if offered else 0.0
                return (halfway or held,)
            held, offered = found, rate
        return (held,)

    async def _held(self, rate: float, seconds: float, wrong: Callable[[], int], say: Callable[[str], None]) -> float:
        """Calls a second that were made at this rate; 0 when it was not held."""
        before = wrong()
        found = (await self.stretch(rate, seconds, emergency=False, probes=False)).sipp
        quick = found.rate >= SHARE * rate and found.answer_p99 <= ANSWER_P99
        good = quick and found.failed == 0 and wrong() == before
        say(
            f"{rate:g} calls/s: {found.rate:.1f} made, {found.failed} failed,"
            f" answered within {found.answer_p99 * 1000:.0f} ms (p99): {'held' if good else 'not held'}"
        )
        await asyncio.sleep(3 if good else 15)  # what was too much is not to be in the way of the next
        return found.rate if good else 0.0

    async def _measure(self, seen: Probes, seconds: float, emergency: bool) -> None:
        end = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            while time.monotonic() < end:
                number = f"08{next(self._numbers):08d}"
                group.create_task(self._one(seen, number, emergency and seen.made % 3 == 2))
                seen.made += 1
                await asyncio.sleep(1 / PROBES)

    async def _one(self, seen: Probes, number: str, emergency: bool) -> None:
        way, into = (
            (self._carrier.key_to_invite, seen.invites) if emergency else (self._carrier.key_to_prompt, seen.prompts)
        )
        try:
            took = await way(number)
        except TimeoutError:
            took = None
        if took is None:
            seen.lost += 1
        else:
            into.append(took)

    async def _remember(self, memory: dict[str, list[float]]) -> None:
        while True:
            for name, pid in self._processes.items():
                memory[name].append(memory_mib(pid))
            await asyncio.sleep(1)
