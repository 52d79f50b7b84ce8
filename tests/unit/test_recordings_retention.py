"""When a time is over, how many may go, and when the clock is not believed; and files are removed without following anything."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.core.errors import Refused
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings.removal import remove
from hotline1022.recordings.retention import Terms, allowed, clock_doubt
from hotline1022.recordings.types import CallKind
from hotline1022.service.settings.retention import Retention

NOW = datetime(2028, 11, 29, 19, 0, tzinfo=UTC)
CALL = CallId(ChannelId("hl1-1795470208.58"))


def days(*ago: float) -> list[datetime]:
    return [NOW - timedelta(days=one) for one in ago]


def test_terms_end_by_kind_and_nothing_ends_what_is_kept_for_ever() -> None:
    terms = Terms(ordinary=730, emergency=0, calls=1825, calls_emergency=3650)
    assert dict(terms.ends(NOW)) == {CallKind.ORDINARY: NOW - timedelta(days=730)}
    assert set(terms.call_ends(NOW)) == {CallKind.ORDINARY, CallKind.EMERGENCY}
    assert CallKind.TICKET_OPEN not in terms.ends(NOW)


@pytest.mark.parametrize(
    ("last", "looks", "word"),
    [
        (0.1, range(20, -1, -1), ""),
        (0.1, (20, 17.5, 15, 13, 10.5, 8, 5, 2.5), ""),
        (0.1, (900, *range(14, -1, -1)), ""),  # a jump, and two weeks since
        (0.1, (900, *range(13, -1, -1)), "no daily look"),
        (0.1, (20, 19, 18, 5), "no daily look"),
        (0.1, (20, 10, 11, 9, 8, 7, 6, 5, 4, 3, 2, 1), "went back"),
        (0.1, (30, 1, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1), ""),
        (0.1, (14.5, 13, 12, 5, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1), "went back"),
        (0.1, range(10, -1, -1), "alone"),
        (-1, range(20, -1, -1), "still to come"),
        (0.1, (), "no daily looks yet"),
        (None, (), "no daily looks yet"),
    ],
)
def test_the_clock(last: float | None, looks: tuple[float, ...], word: str) -> None:
    found = clock_doubt(NOW, None if last is None else NOW - timedelta(days=last), days(*looks))
    assert (word in found) if word else found == "", found


def test_how_many_a_night() -> None:
    assert allowed(0, 0) == 500
    assert allowed(0, 30 * 700) == 3500
    assert allowed(12, 30 * 700) == 12


def test_quiet_hours_may_go_over_midnight() -> None:
    usual, late = Retention(), Retention(from_hour=22, until_hour=4)
    assert [hour for hour in range(24) if usual.quiet(hour)] == [1, 2, 3, 4]
    assert [hour for hour in range(24) if late.quiet(hour)] == [0, 1, 2, 3, 22, 23]


def test_what_is_beside_stays_and_again_is_fine(tmp_path: Path) -> None:
    folder = tmp_path / "2026" / "11" / "24" / CALL
    folder.mkdir(parents=True)
    names = ["a-r.wav", "a-r.repaired.wav", f"{CALL}~listen-1.wav", f".{CALL}~listen-2.wav.part", "late-r.wav"]
    names += [f".{CALL}~listen-1.wav.reseal", f"..{CALL}~listen-1.wav.reseal.part", "..a-r.wav.reseal.part"]
    for name in names:
        (folder / name).write_bytes(b"x")
    path = f"2026/11/24/{CALL}/a-r.wav"
    assert remove(tmp_path, CALL, [path]) == 7
    assert [one.name for one in folder.iterdir()] == ["late-r.wav"]
    assert remove(tmp_path, CALL, [path]) == 0
    (folder / "late-r.wav").unlink()
    assert remove(tmp_path, CALL, [path]) == 0 and list(tmp_path.iterdir()) == []
    assert remove(tmp_path, CALL, [path]) == 0, "the folder is gone too"


def test_nothing_outside_is_touched(tmp_path: Path) -> None:
    root, other = tmp_path / "recordings", tmp_path / "other"
    root.mkdir()
    other.mkdir()
    (other / "a.wav").write_bytes(b"x")
    (root / "link").symlink_to(other)
    for path in ("link/a.wav", "../other/a.wav", "/etc/passwd"):
        with pytest.raises(Refused) as refused:
            remove(root, CALL, [path])
        assert refused.value.error_id == "recording-path"
    assert (other / "a.wav").exists()
