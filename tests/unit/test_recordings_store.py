"""Filing: the order that survives a power cut, and what is refused."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from hotline1022.core.errors import Invalid, Refused, Unavailable
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings import files, jobs
from hotline1022.recordings.files import open_below, open_regular, space, write_file
from hotline1022.recordings.store import Archive, Mark
from hotline1022.recordings.types import Side, Status
from tests.unit.recordings_world import (
    CALL,
    CITIZEN_TONE,
    START,
    facts,
    file,
    leg,
    name,
    names_in,
    put,
    tone,
    two_agents,
)

SAID = name(CALL, LegKind.CITIZEN, Side.SAID)
DATA = file(tone(CITIZEN_TONE, 300))


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


@pytest.fixture
def archive(spool: Path, root: Path) -> Iterator[Archive]:
    with Archive(spool, root, reserve=0) as opened:
        yield opened


def take(archive: Archive, title: str = SAID) -> Mark:
    source = open_regular(title, archive.spool)
    try:
        folder = archive.folder(CALL)
        mark = archive.take(source, title, folder)
        archive.settle([folder])
        return mark
    finally:
        os.close(source)


def no_links(monkeypatch: pytest.MonkeyPatch, code: int = errno.EXDEV) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refuse)


def test_a_file_is_filed_by_link_and_then_taken_off_the_spool(archive: Archive, spool: Path, root: Path) -> None:
    original = put(spool, SAID, DATA)
    before = original.stat()
    mark = take(archive)
    filed = root / "2026/11/24" / CALL / SAID
    assert filed.samefile(original) and mark.filed_as == filed.relative_to(root).as_posix()
    assert archive.release([mark]) == ()
    assert not original.exists() and filed.read_bytes() == DATA
    assert filed.stat().st_mtime_ns == before.st_mtime_ns
    assert stat.S_IMODE(filed.stat().st_mode) == 0o640
    for folder in (root / "2026", root / "2026/11", root / "2026/11/24", filed.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o750


def test_modes_do_not_depend_on_the_umask(
    archive: Archive, spool: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_links(monkeypatch)
    put(spool, SAID, DATA)
    before = os.umask(0o177)
    try:
        take(archive)
    finally:
        os.umask(before)
    filed = root / "2026/11/24" / CALL / SAID
    assert (stat.S_IMODE(filed.stat().st_mode), stat.S_IMODE(filed.parent.stat().st_mode)) == (0o640, 0o750)


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP])
def test_where_links_cannot_be_it_is_copied(
    archive: Archive, spool: Path, root: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    no_links(monkeypatch, code)
    original = put(spool, SAID, DATA)
    mark = take(archive)
    filed = root / mark.filed_as
    assert filed.read_bytes() == DATA and not filed.samefile(original)
    assert filed.stat().st_mtime_ns == original.stat().st_mtime_ns
    assert names_in(filed.parent) == [SAID]
    assert archive.release([mark]) == () and not original.exists()


def test_a_file_of_somebody_else_is_copied_because_he_could_change_it(
    archive: Archive, spool: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = put(spool, SAID, DATA)
    monkeypatch.setattr(os, "geteuid", lambda: original.stat().st_uid + 1)
    assert not (root / take(archive).filed_as).samefile(original)


@pytest.mark.parametrize("copying", [False, True])
def test_the_order_of_steps(spool: Path, root: Path, monkeypatch: pytest.MonkeyPatch, copying: bool) -> None:
    """fsync of the bytes, then the name, then every folder, then the hash; the spool name goes last."""
    steps: list[str] = []
    call = facts(leg(CALL, LegKind.CITIZEN, 0, 300), ended=300)
    put(spool, SAID, DATA)

    def where(fd: int) -> str:
        path = Path(f"/proc/self/fd/{fd}").readlink()
        return path.name if path.is_file() else f"folder {path.name}"

    real_fsync, real_link, real_rename, real_unlink = os.fsync, os.link, os.rename, os.unlink

    def fsync(fd: int) -> None:
        steps.append(f"fsync {where(fd)}")
        real_fsync(fd)

    def link(source: str, target: str, **rest: object) -> None:
        if copying:
            raise OSError(errno.EXDEV, "other file system")
        steps.append("name")
        real_link(source, target, **rest)  # type: ignore[arg-type]

    def rename(source: str, target: str, **rest: object) -> None:
        steps.append("name")
        real_rename(source, target, **rest)  # type: ignore[arg-type]

    def unlink(path: str, **rest: object) -> None:
        steps.append("unlink")
        real_unlink(path, **rest)  # type: ignore[arg-type]

    real_hash = jobs.hash_and_measure

    def hashed(*rest: object) -> object:
        steps.append("hash")
        return real_hash(*rest)  # type: ignore[arg-type]

    for target, double in ((os, fsync), (os, link), (os, rename), (os, unlink)):
        monkeypatch.setattr(target, double.__name__, double)
    monkeypatch.setattr(jobs, "hash_and_measure", hashed)
    outcome = jobs.file_calls(spool, root, [call])[0]
    assert isinstance(outcome, jobs.Filed)
    steps.append("row")
    jobs.release(spool, root, outcome.marks)
    bytes_durable = [f"fsync {SAID}"] + ([f"fsync .{SAID}.part"] if copying else [])
    folders = [f"fsync folder {part}" for part in (CALL, "24", "11", "2026", "recordings")]
    assert steps == [*bytes_durable, "name", *folders, "hash", "row", "unlink", "fsync folder spool"]


def test_filing_twice_is_filing_once(archive: Archive, spool: Path, root: Path) -> None:
    put(spool, SAID, DATA)
    assert take(archive) == take(archive)
    assert names_in(root / "2026/11/24" / CALL) == [SAID]


def test_another_recording_of_the_same_name_is_never_overwritten(archive: Archive, spool: Path, root: Path) -> None:
    put(spool, SAID, DATA)
    archive.release([take(archive)])
    put(spool, SAID, DATA + b"xx")
    with pytest.raises(Refused) as caught:
        take(archive)
    assert caught.value.error_id == "recording-conflict"
    assert (root / "2026/11/24" / CALL / SAID).read_bytes() == DATA and (spool / SAID).read_bytes() == DATA + b"xx"


def test_a_file_that_was_written_to_after_filing_stays(archive: Archive, spool: Path) -> None:
    put(spool, SAID, DATA)
    mark = take(archive)
    with (spool / SAID).open("ab") as more:
        more.write(b"late")
    assert archive.release([mark]) == (SAID,) and (spool / SAID).exists()


def test_a_file_whose_filed_name_is_gone_stays(archive: Archive, spool: Path, root: Path) -> None:
    put(spool, SAID, DATA)
    mark = take(archive)
    (root / mark.filed_as).unlink()
    assert archive.release([mark]) == (SAID,) and (spool / SAID).read_bytes() == DATA


def test_releasing_twice_is_releasing_once(archive: Archive, spool: Path) -> None:
    put(spool, SAID, DATA)
    mark = take(archive)
    assert archive.release([mark]) == archive.release([mark]) == ()


def test_a_link_in_the_spool_is_not_followed(archive: Archive, spool: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(DATA)
    (spool / SAID).symlink_to(secret)
    with pytest.raises(Invalid) as caught:
        take(archive)
    assert caught.value.error_id == "not-a-file" and secret.read_bytes() == DATA


def test_a_pipe_in_the_spool_does_not_hang(archive: Archive, spool: Path) -> None:
    os.mkfifo(spool / SAID)
    with pytest.raises(Invalid):
        take(archive)


def test_a_link_in_the_recordings_folder_is_not_followed(
    archive: Archive, spool: Path, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "2026").symlink_to(outside)
    put(spool, SAID, DATA)
    with pytest.raises(Refused) as caught:
        take(archive)
    assert caught.value.error_id == "recordings-folder" and names_in(outside) == []


def test_a_call_id_that_leads_out_has_no_folder(archive: Archive) -> None:
    with pytest.raises(Invalid):
        archive.folder(CallId(ChannelId("../../etc")))


@pytest.mark.parametrize("path", ["", "..", "../x", "/etc/passwd", "a//b", "a/./b", "a/../b", "2026/"])
def test_a_path_of_a_row_cannot_lead_out(root: Path, path: str) -> None:
    (root / "a").mkdir(parents=True)
    with pytest.raises(Refused):
        open_below(root, path)


def test_a_path_of_a_row_cannot_lead_through_a_link(root: Path, tmp_path: Path) -> None:
    root.mkdir()
    (tmp_path / "x").mkdir()
    (tmp_path / "x/a.wav").write_bytes(DATA)
    (root / "y").symlink_to(tmp_path / "x")
    with pytest.raises(Refused):
        open_below(root, "y/a.wav")


def test_a_nearly_full_disk_takes_links_but_no_copies(spool: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = space(spool.parent).free
    put(spool, SAID, DATA)
    with Archive(spool, root, reserve=free * 2) as archive:
        take(archive)
        (root / "2026/11/24" / CALL / SAID).unlink()
        no_links(monkeypatch)
        with pytest.raises(Unavailable) as caught:
            take(archive)
    assert caught.value.error_id == "disk-full" and (spool / SAID).read_bytes() == DATA


def test_space_says_when_it_is_low(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=10, f_frsize=1000, f_blocks=100))
    assert (space(tmp_path, reserve=10_000).low, space(tmp_path, reserve=10_001).low) == (False, True)
    assert space(tmp_path).total == 100_000


def test_a_disk_that_fills_up_in_a_copy_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int, __: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            with pytest.raises(Unavailable) as caught:
                write_file(folder, "a.wav", [DATA])
    finally:
        os.close(folder)
    assert caught.value.error_id == "disk-full" and names_in(tmp_path) == []


def test_quarantine_keeps_everything(archive: Archive, spool: Path) -> None:
    names = []
    for content in (b"1", b"2", b"3"):
        (spool / "strange").write_bytes(content)
        names.append(archive.quarantine("strange"))
    assert names == ["quarantine/strange", "quarantine/strange.2", "quarantine/strange.3"]
    assert [(spool / path).read_bytes() for path in names] == [b"1", b"2", b"3"]


def test_a_batch_goes_on_after_a_bad_call(spool: Path, root: Path) -> None:
    good = two_agents(spool)
    other = CallId(ChannelId("hl1-1795470300.7"))
    (spool / name(other, LegKind.CITIZEN, Side.SAID, START, other)).symlink_to("/etc/passwd")
    outcomes = jobs.file_calls(spool, root, [facts(ended=10, call=other), good])
    failed = next(one for one in outcomes if isinstance(one, jobs.Failed))
    filed = next(one for one in outcomes if isinstance(one, jobs.Filed))
    assert failed.error_id == "not-a-file" and failed.name.startswith(other)
    assert {row.status for row in filed.filed.tracks} == {Status.STORED} and len(filed.filed.tracks) == 6


def test_an_error_of_the_disk_is_an_outcome_and_the_file_stays(
    spool: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = two_agents(spool)

    def broken(*_: object) -> object:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(jobs, "hash_and_measure", broken)
    outcome = jobs.file_calls(spool, root, [call])[0]
    assert isinstance(outcome, jobs.Failed) and outcome.error_id == "recording-io" and "input/output" in outcome.text
    assert len(names_in(spool)) == 6


def test_filing_by_copy_and_by_link_store_the_same(spool: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call = two_agents(spool)
    linked = jobs.file_calls(spool, root, [call])[0]
    with monkeypatch.context() as patch:
        no_links(patch)
        copied = jobs.file_calls(spool, root.with_name("other"), [call])[0]
    assert isinstance(linked, jobs.Filed) and isinstance(copied, jobs.Filed) and linked.filed == copied.filed


def test_nothing_of_an_unfinished_call_is_touched(spool: Path, root: Path) -> None:
    call = two_agents(spool)
    open_still = bytes(files.FILE_MODE)
    put(spool, SAID, b"RIFF\0\0\0\0WAVE" + file(b"")[12:40] + bytes(4) + open_still, age=59)
    outcome = jobs.file_calls(spool, root, [call])[0]
    assert outcome == jobs.Unsettled(call=CALL, names=(SAID,))
    assert list(root.rglob("*.wav")) == [] and len(names_in(spool)) == 6
