"""Asterisk's journal is read from where it was left, across rotation, torn lines and a position that is gone."""

import json
import multiprocessing
import os
import random
import re
import time
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.ami_bridge import journal as module
from hotline1022.ami_bridge.journal import CHUNK_BYTES, ROW, Journal, Position

TOP = Path(__file__).parents[2]


def write(path: Path, *numbers: int, tail: str = "") -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps({"n": n}) + "\n" for n in numbers) + tail)


def read_all(journal: Journal, position: Position) -> tuple[list[int], int, Position]:
    """Everything that can be read now: rows, torn pieces, and the position after it."""
    seen: list[int] = []
    torn = 0
    while True:
        batch = journal.read(position)
        seen += [row["n"] for row in batch.rows]
        torn += len(batch.torn)
        if batch.empty and batch.position == position:
            return seen, torn, position
        position = batch.position


def row(number: int) -> str:
    """A row as Asterisk writes it, with words of a stranger that look like one."""
    fields = {"eventenum": "USER_DEFINED", "userdeftype": "HL_ENTRY", "n": number, "peer": '{"eventenum":"x"}'}
    return json.dumps(fields, separators=(",", ":"))


class Hours:
    """A clock that goes as fast as the test wants."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time_ns(self) -> int:
        return time.time_ns()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Hours:
    hours = Hours()
    monkeypatch.setattr(module, "time", hours)
    return hours


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "cel.jsonl", keep=2, rotate_bytes=20)


def test_nothing_there_is_nothing_read(journal: Journal) -> None:
    assert read_all(journal, Position()) == ([], 0, Position())


def test_only_whole_lines_are_taken_and_each_once(journal: Journal) -> None:
    write(journal.path, 1, 2, tail='{"n": 3')
    seen, torn, position = read_all(journal, Position())
    assert (seen, torn) == ([1, 2], 0)
    write(journal.path, tail="}\n")
    seen, torn, position = read_all(journal, position)
    assert (seen, torn) == ([3], 0)
    assert read_all(journal, position)[0] == []


def test_a_piece_that_is_no_row_is_told_and_passed_over(journal: Journal) -> None:
    write(journal.path, 1, tail='{"n": 2, "cut\n[1]\n')
    write(journal.path, 3)
    seen, torn, _ = read_all(journal, Position())
    assert (seen, torn) == ([1, 3], 2)


@pytest.mark.parametrize("cut", [1, 5, 13, 14, 40, -1])
def test_the_whole_row_after_a_cut_one_in_the_same_line_is_taken(journal: Journal, cut: int) -> None:
    """The disk was full for a moment: Asterisk appends the next row behind what it could write of the last."""
    write(journal.path, 1, tail=row(2)[:cut])
    assert read_all(journal, Position())[0] == [1]
    write(journal.path, tail=row(3) + "\n" + row(4) + "\n")
    batch = journal.read(Position())
    assert [found["n"] for found in batch.rows] == [1, 3, 4]
    (torn,) = batch.torn
    assert torn.text == row(2)[:cut] and torn.offset == len('{"n": 1}\n')
    assert batch.position.offset == journal.path.stat().st_size


def test_a_row_that_lost_only_its_line_feed_is_taken_too(journal: Journal) -> None:
    write(journal.path, tail=row(1) + row(2)[:9] + row(3) + row(4)[:30] + row(5) + "\n")
    batch = journal.read(Position())
    assert [found["n"] for found in batch.rows] == [1, 3, 5]
    assert [torn.text for torn in batch.torn] == [row(2)[:9], row(4)[:30]]


def test_zeros_of_a_power_cut_hide_no_row(journal: Journal) -> None:
    write(journal.path, 1, tail="\0" * (CHUNK_BYTES - 300) + row(2) + "\n")
    write(journal.path, tail="\0" * (CHUNK_BYTES - 50) + row(3) + "\n" + row(4) + "\n")
    seen, torn, _ = read_all(journal, Position())
    assert (seen, torn) == ([1, 2, 3, 4], 2)


@given(st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=12))
def test_every_whole_row_is_found_whatever_was_cut_before_it(made: list[tuple[int, bool]]) -> None:
    line, whole = b"", []
    for number, (length, is_whole) in enumerate(made):
        text = row(number).encode()
        line += text if is_whole else text[: min(length, len(text) - 1)]
        if is_whole:
            whole.append(number)
    found = list(module._pieces(line))
    assert [piece["n"] for _, piece in found if isinstance(piece, dict)] == whole
    torn = b"".join(piece for _, piece in found if isinstance(piece, bytes))
    assert len(torn) == len(line) - sum(len(row(number)) for number in whole)


def test_rows_begin_with_the_first_field_of_asterisks_file() -> None:
    conf = (TOP / "asterisk-conf/hl1022/cel_custom.conf").read_text(encoding="utf-8")
    first = re.search(r"^fields=(\w+)", conf, re.MULTILINE)
    assert first is not None and f'{{"{first[1].lower()}":'.encode() == ROW


def test_rotation_loses_nothing_not_even_what_was_written_just_then(journal: Journal, clock: Hours) -> None:
    """Nor when the last row before was written long ago: the file's own times do not tell that somebody has it open."""
    write(journal.path, 1, 2, 3)
    os.utime(journal.path, (1e9, 1e9))
    _, _, position = read_all(journal, Position())
    handle = journal.path.open("a", encoding="utf-8")
    assert journal.rotate(position)
    write(journal.path, 5)
    assert read_all(journal, position)[0] == []
    handle.write('{"n": 4}\n')
    handle.close()
    os.utime(next(journal.path.parent.glob("cel.jsonl.*")), (1e9, 1e9))
    seen, _, position = read_all(journal, position)
    assert seen == [4]  # the renamed file is watched for a while before the new one is begun
    clock.now += module.GRACE_SECONDS + 0.1
    assert read_all(journal, position)[0] == [5]


def test_a_clock_that_is_set_back_changes_no_order(
    journal: Journal, clock: Hours, monkeypatch: pytest.MonkeyPatch
) -> None:
    position, seen = Position(), []
    for number, stamp in enumerate((5_000, 4_000, 3_000, 6_000)):
        monkeypatch.setattr(clock, "time_ns", lambda stamp=stamp: stamp)
        write(journal.path, *[number] * 3)
        for _ in range(2):
            new, _, position = read_all(journal, position)
            seen += new
            clock.now += module.GRACE_SECONDS + 0.1
        assert journal.rotate(position)
        assert next(p for p in journal.path.parent.glob("*.*") if p.stat().st_ino == position.inode)
    assert seen == [n for n in range(4) for _ in range(3)]


def asterisk(path: Path, enough: Event, written: Connection) -> None:
    """Another process writes as Asterisk does: for each row open, append, close; at times it is held up in between."""
    dice, number = random.Random(1), 0
    while not enough.is_set():
        for _ in range(50):
            with path.open("ab", buffering=0) as file:
                if dice.random() < 0.01:
                    time.sleep(dice.random() * 0.05)
                file.write(row(number).encode() + b"\n")
            number += 1
        time.sleep(dice.random() * 0.02)
    written.send(number)


def test_while_asterisk_writes_every_row_is_read_once_over_rotations_and_restarts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real second process, thousands of rows; the grace is short here, and longer than the writer is held up."""
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.4)
    context, dice = multiprocessing.get_context("spawn"), random.Random(7)
    enough, (told, tells) = context.Event(), context.Pipe(duplex=False)
    journal = Journal(tmp_path / "cel.jsonl", keep=3, rotate_bytes=20_000)
    writer = context.Process(target=asterisk, args=(journal.path, enough, tells))
    writer.start()
    stored, seen, rotations, total = Position(), list[int](), 0, -1
    deadline = time.monotonic() + 90
    try:
        while len(seen) != total and time.monotonic() < deadline:
            if dice.random() < 0.01:  # killed, at times after it read what it did not store
                if dice.random() < 0.5:
                    journal.read(stored)
                journal = Journal(journal.path, keep=3, rotate_bytes=20_000)
            batch = journal.read(stored)
            seen += [found["n"] for found in batch.rows]
            assert batch.torn == ()
            stored = batch.position
            if batch.empty:
                rotations += journal.rotate(stored)
                time.sleep(0.002)
            if rotations >= 6 and len(seen) > 5000:
                enough.set()
            if total < 0 and told.poll():
                total = told.recv()
    finally:
        enough.set()
        writer.join(30)
    assert writer.exitcode == 0 and total > 5000 and rotations >= 6
    assert seen == list(range(total))
    assert len(list(tmp_path.glob("cel.jsonl.*"))) <= 3


def test_what_is_not_read_yet_is_not_rotated_away(journal: Journal) -> None:
    write(journal.path, 1, 2, 3)
    _, _, position = read_all(journal, Position())
    write(journal.path, 4)
    assert not journal.rotate(position)


def test_old_files_are_bounded(journal: Journal, clock: Hours) -> None:
    position = Position()
    for n in range(5):
        write(journal.path, n, n, n)
        _, _, position = read_all(journal, position)
        clock.now += module.GRACE_SECONDS + 0.1
        _, _, position = read_all(journal, position)
        assert journal.rotate(position)
    assert len(list(journal.path.parent.glob("cel.jsonl.*"))) == 2


def test_a_position_that_is_gone_begins_with_the_oldest_file(journal: Journal, clock: Hours) -> None:
    """An older database was put back: what is still there is read again; facts that are known change nothing."""
    write(journal.path, 1, 2, 3)
    _, _, position = read_all(journal, Position())
    assert journal.rotate(position)
    write(journal.path, 4)
    seen, _, position = read_all(journal, Position(inode=1, offset=99))
    assert seen == [1, 2, 3]
    clock.now += module.GRACE_SECONDS + 0.1
    assert read_all(journal, position)[0] == [4]


def test_a_file_that_became_shorter_is_read_from_its_start(journal: Journal) -> None:
    write(journal.path, 1, 2, 3)
    _, _, position = read_all(journal, Position())
    os.truncate(journal.path, 0)
    write(journal.path, 4)
    assert read_all(journal, position)[0] == [4]
