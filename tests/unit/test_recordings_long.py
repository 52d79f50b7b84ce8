"""Four hours: filed, repaired, mapped and copied in little memory, far faster than they were spoken."""

import hashlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

import pytest

from hotline1022.core.events import LegKind
from hotline1022.recordings import jobs, wav
from hotline1022.recordings.types import CallFacts, Side, Status
from tests.unit.recordings_world import AGENT, CALL, facts, leg, name, put, span, tone

pytestmark = pytest.mark.slow
HOURS_MS = 4 * 3_600_000
#: MiB that the process may hold at most, ffmpeg not counted
MOST_MIB = 150
WORK = """
    import sys
    from pathlib import Path
    from hotline1022.recordings import jobs
    from hotline1022.recordings.cache import Cache
    from hotline1022.recordings.derive import derive
    from hotline1022.recordings.types import CopyKind
    from tests.lab.ffmpeg import ffmpeg
    from tests.lab.memory import peak_kib
    from tests.unit.test_recordings_long import four_hours

    folder = Path(sys.argv[1])
    spool, root = folder / "spool", folder / "recordings"
    (outcome,) = jobs.file_calls(spool, root, [four_hours()])
    assert isinstance(outcome, jobs.Filed), outcome
    cache = Cache(folder=folder / "copies", most=10**10)
    rows = outcome.filed.tracks
    for kind, speakers in ((CopyKind.SURVEY, ""), (CopyKind.SPEAKERS, ""), (CopyKind.WAV, "citizen"), (CopyKind.WAV_LEVELLED, "")):
        made = derive(spool, root, cache, ffmpeg(), four_hours(), rows, kind, None, speakers)
        print(made.path.stat().st_size)
        made.path.unlink()
    print(peak_kib() // 1024)
"""


def four_hours() -> CallFacts:
    """A call of four hours with one agent."""
    both = span(0, HOURS_MS)
    return facts(
        leg(CALL, LegKind.CITIZEN, 0, HOURS_MS, both), leg(AGENT, LegKind.AGENT, 0, HOURS_MS, both), ended=HOURS_MS
    )


def fill(spool: Path, *, torn: bool = False, sides: Iterable[Side] = Side) -> None:
    """Its tracks: ten seconds of sound at the beginning and the end, holes of the file system between."""
    for channel, kind in ((CALL, LegKind.CITIZEN), (AGENT, LegKind.AGENT)):
        for side in sides:
            path = put(spool, name(channel, kind, side), b"", age=0)
            with path.open("r+b") as file:
                file.write(bytes(44) if torn else wav.header(HOURS_MS * 8))
                file.write(tone(400, 10_000))
                file.truncate(44 + HOURS_MS * 16)
                file.seek(-160_000, 2)
                file.write(tone(700, 10_000))
    for path in spool.iterdir():
        os.utime(path, (1_000_000, 1_000_000))


def test_four_hours_in_little_memory(tmp_path: Path) -> None:
    # as WAV, levelled and not: what is held and piped here is the same for every form, and encoders are ffmpeg's alone
    (tmp_path / "spool").mkdir()
    fill(tmp_path / "spool")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WORK), str(tmp_path)], capture_output=True, text=True, check=True
    )
    survey, speakers, copy, levelled, mib = map(int, done.stdout.split())
    assert survey < 62_000, "map and peaks of four hours"
    assert speakers < 3 * 30_000, "peaks of the citizen, the agent and the machine"
    assert copy == pytest.approx(HOURS_MS * 16, abs=2000), "one of them alone is one channel"
    assert levelled > 1_000_000
    assert mib < MOST_MIB


def test_a_torn_file_of_four_hours_is_repaired_as_a_copy_and_marked(tmp_path: Path) -> None:
    spool, root = tmp_path / "spool", tmp_path / "recordings"
    spool.mkdir()
    fill(spool, torn=True)
    before = {path.name: sha(path) for path in spool.iterdir()}
    (outcome,) = jobs.file_calls(spool, root, [four_hours()])
    assert isinstance(outcome, jobs.Filed)
    assert [row.status for row in outcome.filed.tracks] == [Status.REPAIRED] * 4
    for row in outcome.filed.tracks:
        assert row.duration_ms == HOURS_MS and row.sha256 == before[f"{row.id}.wav"] == sha(root / row.path)
        again = root / str(row.detail["repaired_path"])
        assert sha(again) == row.detail["repaired_sha256"]
        with again.open("rb") as file:
            assert file.read(44) == wav.header(HOURS_MS * 8)
        assert "header-repaired" in str(row.detail)


def sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
