"""Long work as a process of its own: what it is given, what it says, and that it goes with all that it started."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from hotline1022.service.background.child import in_child
from tests.lab.waiting import until


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A program in Python's place."""
    fake = folder / "python"
    fake.write_text(f"#!/bin/sh\n{text}\n")
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))


def gone(process: int) -> bool:
    """Whether it runs no more; one that its new parent has not looked at yet does not run either."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


async def test_what_it_is_given_and_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, 'echo "$*"; cat; echo 1/2 >&2; echo "no room [disk-full]" >&2; echo 2/2 >&2; exit 3')
    steps: list[tuple[int, int]] = []
    said = await in_child(["some.module", "word"], lambda done, work: steps.append((done, work)), b"who")
    assert (said.text, said.code, steps) == (b"-m some.module word\nwho", 3, [(1, 2), (2, 2)])
    assert said.failed("work") == "the work ended with code 3: no room [disk-full]"


async def test_one_that_reads_nothing_and_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, "exit 1")
    said = await in_child(["m"], lambda done, work: None, bytes(1 << 20))
    assert said.failed("work") == "the work ended with code 1: it said nothing"


async def test_cancelled_it_goes_with_what_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, f"sleep 600 & echo $$ $! > {tmp_path}/pids; echo 1/9 >&2; wait")
    begun = asyncio.Event()
    task = asyncio.create_task(in_child(["m"], lambda done, work: begun.set()))
    await asyncio.wait_for(begun.wait(), 10)
    processes = [int(one) for one in (tmp_path / "pids").read_text().split()]
    assert len(processes) == 2 and not any(map(gone, processes))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(processes[0], 0)
    await until(lambda: all(map(gone, processes)), "both are gone")
