"""The kernel takes one change of a group in a tenth of a second from all who are not root: who is second asks again, and not for ever."""

import errno
import os
import time
from dataclasses import dataclass, field

import pytest

from hotline1022.recordings import polite


@dataclass
class Group:
    """The kernel's file, which is busy so often."""

    busy: int
    error: int = errno.EAGAIN
    asked: list[str] = field(default_factory=list)

    def write_text(self, text: str) -> None:
        self.asked.append(text)
        if len(self.asked) <= self.busy:
            raise OSError(self.error, os.strerror(self.error))


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """This process keeps its niceness and its group, and is told to lead a session."""
    slept: list[float] = []
    monkeypatch.setattr(os, "nice", lambda by: by)
    monkeypatch.setattr(os, "getsid", lambda _: os.getpid())
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


@pytest.mark.parametrize("busy", [0, 1, 3])
def test_who_is_second_asks_again(pauses: list[float], monkeypatch: pytest.MonkeyPatch, busy: int) -> None:
    group = Group(busy)
    monkeypatch.setattr(polite, "_GROUP", group)
    polite.be_polite(7)
    assert group.asked == ["7"] * (busy + 1) and len(pauses) == busy
    assert all(0.1 <= pause <= 1 for pause in pauses), "the kernel takes none sooner"


def test_one_that_is_busy_for_ever_is_left(pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    group = Group(10_000)
    monkeypatch.setattr(polite, "_GROUP", group)
    polite.be_polite(7)
    assert 1 < len(group.asked) <= 100 and sum(pauses) <= 10


@pytest.mark.parametrize("error", [errno.EPERM, errno.ENOENT])
def test_where_there_is_none_nobody_waits(pauses: list[float], monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    group = Group(10_000, error)
    monkeypatch.setattr(polite, "_GROUP", group)
    polite.be_polite(7)
    assert len(group.asked) == 1 and pauses == []
