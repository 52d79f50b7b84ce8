"""Asterisk's journal is read from where it was left, across rotation, torn lines and a position that is gone."""

import json
import os
from pathlib import Path

import pytest

from hotline1022.ami_bridge import journal as module
from hotline1022.ami_bridge.journal import Journal, Position


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


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "cel.jsonl", keep=2, rotate_bytes=20)


def settle(path: Path) -> None:
    """As if nobody had written to it for a while."""
    old = path.stat().st_mtime - module.GRACE_SECONDS - 1
    os.utime(path, (old, old))


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


def test_rotation_loses_nothing_not_even_what_was_written_just_then(journal: Journal) -> None:
    write(journal.path, 1, 2, 3)
    _, _, position = read_all(journal, Position())
    handle = journal.path.open("a", encoding="utf-8")
    assert journal.rotate(position)
    handle.write('{"n": 4}\n')
    handle.close()
    write(journal.path, 5)
    seen, _, position = read_all(journal, position)
    assert seen == [4]  # the renamed file is watched for a while before the new one is begun
    for renamed in journal.path.parent.glob("cel.jsonl.*"):
        settle(renamed)
    assert read_all(journal, position)[0] == [5]


def test_what_is_not_read_yet_is_not_rotated_away(journal: Journal) -> None:
    write(journal.path, 1, 2, 3)
    _, _, position = read_all(journal, Position())
    write(journal.path, 4)
    assert not journal.rotate(position)


def test_old_files_are_bounded(journal: Journal) -> None:
    position = Position()
    for n in range(5):
        write(journal.path, n, n, n)
        for renamed in journal.path.parent.glob("cel.jsonl.*"):
            settle(renamed)
        _, _, position = read_all(journal, position)
        assert journal.rotate(position)
    assert len(list(journal.path.parent.glob("cel.jsonl.*"))) == 2


def test_a_position_that_is_gone_begins_with_the_oldest_file(journal: Journal) -> None:
    """An older database was put back: what is still there is read again; facts that are known change nothing."""
    write(journal.path, 1, 2, 3)
    _, _, position = read_all(journal, Position())
    assert journal.rotate(position)
    for renamed in journal.path.parent.glob("cel.jsonl.*"):
        settle(renamed)
    write(journal.path, 4)
    assert read_all(journal, Position(inode=1, offset=99))[0] == [1, 2, 3, 4]


def test_a_file_that_became_shorter_is_read_from_its_start(journal: Journal) -> None:
    write(journal.path, 1, 2, 3)
    _, _, position = read_all(journal, Position())
    os.truncate(journal.path, 0)
    write(journal.path, 4)
    assert read_all(journal, position)[0] == [4]
