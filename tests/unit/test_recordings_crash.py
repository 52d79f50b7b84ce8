"""Killed at any line and run again: the same end, and never a moment in which an original is nowhere.

A process that is killed leaves what is on the disk and nothing else. So it is killed at each line at which the disk is
other than at the line before; which these are is found out by watching the disk at every line.
"""

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from hotline1022.core.events import LegKind
from hotline1022.recordings import copies, files, jobs, seal, store
from hotline1022.recordings.keys import Keys, make_key
from hotline1022.recordings.reader import pieces
from hotline1022.recordings.types import CallFacts, FiledCall, Side
from tests.lab.killed import KILLED, at_each_line, run_until
from tests.unit.recordings_world import (
    AGENT,
    CALL,
    CITIZEN_TONE,
    START,
    facts,
    file,
    leg,
    name,
    names_in,
    put,
    span,
    tone,
)

WATCHED = {jobs.__file__, store.__file__, files.__file__, copies.__file__, seal.__file__}


def world(folder: Path) -> CallFacts:
    """A whole track, one of a killed recorder, an empty one, a message."""
    spool = folder / "spool"
    spool.mkdir(parents=True)
    put(spool, name(CALL, LegKind.CITIZEN, Side.SAID), file(tone(CITIZEN_TONE, 200)), age=100)
    crashed = bytearray(file(tone(700, 200)))
    crashed[4:8] = crashed[40:44] = bytes(4)
    put(spool, name(AGENT, LegKind.AGENT, Side.SAID), bytes(crashed), age=100)
    put(spool, name(AGENT, LegKind.AGENT, Side.HEARD), file(b""), age=100)
    put(spool, name(CALL, None, None, START + 100), file(tone(CITIZEN_TONE, 100)), age=100)
    return facts(
        leg(CALL, LegKind.CITIZEN, 0, 200, span(0, 200)), leg(AGENT, LegKind.AGENT, 0, 200, span(0, 200)), ended=200
    )


def keys_of(folder: Path) -> Keys:
    """Sealing where the world has keys."""
    beside = folder.parent / "keys"
    return Keys(folder=beside, seal=True) if beside.exists() else Keys()


def work(folder: Path, call: CallFacts) -> None:
    """All of it, one after the other: file, rows, off the spool, listening copy."""
    spool, root = folder / "spool", folder / "recordings"
    outcome = jobs.file_calls(spool, root, [call], keys=keys_of(folder))[0]
    assert isinstance(outcome, jobs.Filed), outcome
    with sqlite3.connect(folder / "rows.sqlite") as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("CREATE TABLE IF NOT EXISTS row (id TEXT PRIMARY KEY, content TEXT)")
        database.executemany("INSERT OR REPLACE INTO row VALUES (?, ?)", rows_of(outcome.filed))
    database.close()
    assert jobs.release(spool, root, outcome.marks) == ()
    made = copies.make_copy(spool, root, call, outcome.filed.tracks, None, keys=keys_of(folder)).row
    assert made.duration_ms == 200


def rows_of(filed: FiledCall) -> list[tuple[str, str]]:
    tracks = [(row.id, json.dumps(repr(row))) for row in filed.tracks]
    return tracks + [(row.id, json.dumps(repr(row))) for row in filed.voicemails]


def end(folder: Path) -> dict[str, object]:
    """Everything that is left."""
    root = folder / "recordings"
    found: dict[str, object] = {
        path.relative_to(root).as_posix(): (
            oct(stat.S_IMODE(path.stat().st_mode)),
            hashlib.sha256(plain_bytes(folder, path)).hexdigest() if path.is_file() else "",
        )
        for path in sorted(root.rglob("*"))
    }
    database = sqlite3.connect(folder / "rows.sqlite")
    found["rows"] = sorted(database.execute("SELECT * FROM row").fetchall())
    database.close()
    found["spool"] = names_in(folder / "spool")
    return found


def plain_bytes(folder: Path, path: Path) -> bytes:
    """What a file holds, sealed or not; of half a file its bytes."""
    try:
        with closing(keys_of(folder).open(os.open(path, os.O_RDONLY))) as file:
            return b"".join(pieces(file))
    except seal.SealBroken:
        return path.read_bytes()


def originals(folder: Path) -> set[str]:
    """Hashes of all bytes that are anywhere."""
    return {hashlib.sha256(plain_bytes(folder, path)).hexdigest() for path in folder.rglob("*") if path.is_file()}


def disk(folder: Path) -> dict[Path, tuple[int, int, int, str]]:
    """Everything that a killed process leaves: names, kinds and rights, links, contents."""
    found = {}
    for path in folder.rglob("*"):
        known = path.stat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[path] = (known.st_mode, known.st_ino, known.st_nlink, content)
    return found


def moments(folder: Path, call: CallFacts) -> tuple[list[int], int]:
    """The lines at which the disk is other than at the line before, and the number of all lines."""
    changed: list[int] = []
    last: object = None

    def look(line: int) -> None:
        nonlocal last
        now = disk(folder)
        if now != last:
            changed.append(line)
        last = now

    lines = at_each_line(partial(work, folder, call), WATCHED, look)
    return changed, lines


def refuse(*_: object, **__: object) -> None:
    raise OSError(errno.EXDEV, "other file system")


@pytest.mark.parametrize("way", ["link", "copy", "seal"])
def test_killed_at_any_line_and_run_again_gives_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a killed process loses no writes; the order is tested elsewhere
    if way == "copy":
        monkeypatch.setattr(os, "link", refuse)
    if way == "seal":
        make_key(tmp_path / "keys", datetime(2026, 11, 29, tzinfo=UTC))
    pristine, fresh = tmp_path / "pristine", tmp_path / "fresh"
    call = world(pristine)
    wanted_bytes = originals(pristine)
    shutil.copytree(pristine, fresh)
    work(fresh, call)
    wanted = end(fresh)
    assert wanted["spool"] == [] and len(wanted["rows"]) == 5  # type: ignore[arg-type]
    shutil.copytree(pristine, folder := tmp_path / "now")
    changed, lines = moments(folder, call)
    assert len(changed) > 20 and lines > 200
    for line in [*changed, lines]:
        shutil.rmtree(folder)
        shutil.copytree(pristine, folder)
        code = run_until(partial(work, folder, call), WATCHED, line)
        assert code == (KILLED if line < lines else 0), f"at line {line}"
        assert wanted_bytes <= originals(folder), f"killed at line {line}: an original is nowhere"
        work(folder, call)
        assert end(folder) == wanted, f"killed at line {line}"


def test_a_later_run_with_more_facts_changes_rows_and_no_file(tmp_path: Path) -> None:
    call = world(tmp_path)
    work(tmp_path, call)
    before = end(tmp_path)
    more = replace(call, legs=(*call.legs[:1], replace(call.legs[1], rtp_received=100)))
    work(tmp_path, more)
    after = end(tmp_path)
    assert before.pop("rows") != after.pop("rows")
    assert before == after
