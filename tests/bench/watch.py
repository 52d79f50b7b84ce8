"""Looks at the processes and at the database from outside: CPU, memory, and when a fact became readable for others."""

import os
import sqlite3
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """Of the process and of all below it, those that have ended and were waited for included."""
    total = 0.0
    for each in _tree(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(value) for value in fields[11:15]) / TICK
    return total


def memory_mib(pid: int) -> float:
    """Resident memory of the process and of all below it, MiB; shared pages count in each."""
    total = 0
    for each in _tree(pid):
        try:
            total += int(Path(f"/proc/{each}/statm").read_text().split()[1]) * PAGE
        except OSError:
            continue
    return total / (1 << 20)


def _tree(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        try:
            for task in Path(f"/proc/{each}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


@dataclass(slots=True)
class DatabaseWatch:
    """A second reader of the SQLite file, every 20 ms: how long after a call's entry and its end was each to be read?"""

    file: Path
    late: list[float] = field(default_factory=list)
    _open: dict[int, bool] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    error: Exception | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="database watch")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        try:
            self._look()
        except sqlite3.Error as error:
            self.error = error

    def _look(self) -> None:
        link = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=5)
        try:
            newest = link.execute("SELECT coalesce(max(rowid), 0) FROM call").fetchone()[0]
            while not self._stop.wait(0.02):
                first = min(self._open, default=newest + 1)
                query = "SELECT rowid, entered_at, ended_at FROM call WHERE rowid >= ?"
                rows = link.execute(query, (min(first, newest + 1),)).fetchall()
                now = time.time()
                for row, entered, ended in rows:
                    if row > newest:
                        self.late.append(now - entered / 1e6)
                        self._open[row] = True
                    if ended is not None and self._open.pop(row, False):
                        self.late.append(now - ended / 1e6)
                newest = max([newest, *(row[0] for row in rows)])
        finally:
            link.close()
