"""Facts that the database refused: each whole on its line, in files that do not grow for ever."""

import errno
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.core.events import CallEntered
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.service.calls import laid_aside
from hotline1022.service.calls.laid_aside import lay_aside


def entered(number: int) -> CallEntered:
    channel = ChannelId(f"hl1-1795470208.{number}")
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return CallEntered(at=at, call=CallId(channel), channel=channel, did="1022", caller="0901000001")


def calls(file: Path) -> list[int]:
    return [int(json.loads(line)["call"].rpartition(".")[2]) for line in file.read_text("utf-8").splitlines()]


def test_each_fact_is_a_line_with_its_reason(tmp_path: Path) -> None:
    file = tmp_path / "refused.jsonl"
    lay_aside(file, [entered(1), entered(2)], "vì sao")
    lay_aside(file, [entered(3)], "why")
    assert calls(file) == [1, 2, 3] and json.loads(file.read_text("utf-8").splitlines()[0])["reason"] == "vì sao"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_full_file_is_renamed_and_the_last_two_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(laid_aside, "MOST_BYTES", 500)
    file = tmp_path / "refused.jsonl"
    for number in range(12):
        lay_aside(file, [entered(number)], "why")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["refused.jsonl", "refused.jsonl.1", "refused.jsonl.2"]
    kept = [number for name in reversed(names) for number in calls(tmp_path / name)]
    assert kept == list(range(12))[-len(kept) :] and 0 < len(kept) < 12
    assert all(path.stat().st_size < 1000 for path in tmp_path.iterdir())
    assert "the oldest refused facts, in refused.jsonl.2, are dropped" in caplog.text


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "refused.jsonl"
    lay_aside(file, [entered(1)], "why")
    write, wrote = os.write, list[int]()

    def full(handle: int, data: memoryview) -> int:
        if wrote:
            raise OSError(errno.ENOSPC, "no space left on device")
        wrote.append(write(handle, data[:30]))
        return wrote[0]

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(OSError, match="no space"):
            lay_aside(file, [entered(2)], "why")
    lay_aside(file, [entered(3)], "why")
    assert wrote == [30] and calls(file) == [1, 3]
