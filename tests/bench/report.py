"""The table of one run, and its bounds."""

import math
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.bench.figures import milliseconds, percentile
from tests.bench.load import Stretch


class Kept(Protocol):
    """What the hotline kept; see main.Stored."""

    rows: int
    folders: int
    verified: bool
    files: int
    late: list[float]
    drained: float
    static: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two that are compared; `held` calls a second, one for each time it was searched."""

    stretch: Stretch
    held: tuple[float, ...]

    @property
    def highest(self) -> float:
        """Calls a second that were held, the mean of all searches, NaN without any."""
        return sum(self.held) / len(self.held) if self.held else math.nan

    @property
    def searched(self) -> str:
        """What every search found, for people."""
        return ", ".join(f"{one:.0f}" for one in self.held) or "not searched"

    def per_call(self, process: str) -> float:
        """CPU seconds per call."""
        return self.stretch.cpu.get(process, 0.0) / max(self.stretch.calls, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Both sides and what was stored."""

    plain: Side
    full: Side
    stored: Kept
    version: str

    @property
    def bounds(self) -> list[tuple[str, str, bool]]:
        """What was asked, what was measured, whether it holds."""
        full, plain, stored = self.full, self.plain, self.stored
        ratio = full.per_call("service") / full.per_call("asterisk")
        late = percentile(stored.late, 99)
        sipp, calls = full.stretch.sipp, full.stretch.calls
        growth = _growth(full.stretch.memory["service"])
        found = [
            ("service CPU ≤ 0.25 of Asterisk's", f"{ratio:.2f}", ratio <= 0.25),
            ("event → stored p99 ≤ 250 ms", milliseconds(late), late <= 0.25),
            (
                "SIPp's calls (and the measuring ones) = rows = calls with recordings, all verified",
                f"{calls} = {stored.rows} = {stored.folders}, {'verified' if stored.verified else 'NOT verified'}",
                sipp.failed == 0 and calls == stored.rows == stored.folders and stored.verified,
            ),
            ("no measuring citizen lost, none without the service", f"{full.stretch.probes.lost}, {stored.static}",
             full.stretch.probes.lost == 0 and stored.static == 0),
            ("memory flat: the service's second half ≤ 5 % or 8 MiB above its first", f"{growth:+.1f} MiB",
             growth <= max(8.0, 0.05 * full.stretch.memory["service"][-1])),
        ]  # fmt: skip
        if plain.held:
            share = full.highest / plain.highest if plain.highest else 0.0
            found.insert(1, ("sustained rate ≥ 0.85 of bare", f"{share:.2f}", share >= 0.85))
        return found

    @property
    def holds(self) -> bool:
        return all(good for _, _, good in self.bounds)

    def text(self) -> str:
        """Markdown, for people and for docs/benchmarks.md."""
        plain, full, stored = self.plain, self.full, self.stored
        rows = [
            ("calls made by SIPp (failed)", *(f"{s.stretch.sipp.calls} ({s.stretch.sipp.failed})" for s in (plain, full))),
            ("measuring citizens (lost)", *(f"{s.stretch.probes.made} ({s.stretch.probes.lost})" for s in (plain, full))),
            ("calls/s offered", *(f"{s.stretch.sipp.offered_rate:g}" for s in (plain, full))),
            ("highest calls/s held", *(s.searched for s in (plain, full))),
            ("INVITE → 200 OK p99", *(milliseconds(s.stretch.sipp.answer_p99) for s in (plain, full))),
            ("key → next prompt p50", *(milliseconds(percentile(s.stretch.probes.prompts, 50)) for s in (plain, full))),
            ("key → next prompt p99", *(milliseconds(percentile(s.stretch.probes.prompts, 99)) for s in (plain, full))),
            ("115 key → INVITE p50", "-", milliseconds(percentile(full.stretch.probes.invites, 50))),
            ("115 key → INVITE p99", "-", milliseconds(percentile(full.stretch.probes.invites, 99))),
            ("CPU of Asterisk per call", *(milliseconds_of_cpu(s.per_call("asterisk")) for s in (plain, full))),
            ("CPU of the service per call", "-", milliseconds_of_cpu(full.per_call("service"))),
            ("event → stored p50", "-", milliseconds(percentile(stored.late, 50))),
            ("event → stored p99", "-", milliseconds(percentile(stored.late, 99))),
            ("last call ended → last recording stored", "-", f"{stored.drained:.1f} s"),
            ("files that verify", "-", str(stored.files)),
            ("memory of Asterisk, start / middle / end", *(_three(s.stretch.memory["asterisk"]) for s in (plain, full))),
            ("memory of the service, start / middle / end", "-", _three(full.stretch.memory["service"])),
        ]  # fmt: skip
        lines = [f"Machine: {machine()}; {self.version}.", "", "| | bare dialplan | 1022 |", "| --- | ---: | ---: |"]
        lines += [f"| {name} | {left} | {right} |" for name, left, right in rows]
        lines += ["", "| bound | measured | |", "| --- | ---: | --- |"]
        lines += [f"| {asked} | {found} | {'holds' if good else 'MISSED'} |" for asked, found, good in self.bounds]
        return "\n".join(lines)


def milliseconds_of_cpu(value: float) -> str:
    """CPU seconds, for people."""
    return f"{value * 1000:.1f} ms"


def machine() -> str:
    """Cores, processor, memory and system of this machine."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
    release = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {release}, Python {platform.python_version()}"


def _three(values: list[float]) -> str:
    if not values:
        return "-"
    return " / ".join(f"{values[at]:.0f}" for at in (0, len(values) // 2, -1)) + " MiB"


def _growth(values: list[float]) -> float:
    """By how much the second half's end lies above its beginning, MiB."""
    return values[-1] - values[len(values) // 2] if values else math.nan
