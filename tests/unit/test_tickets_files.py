"""Files of tickets on the disk: whole or not at all, never outside their folder, never through a link."""

import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError, Invalid, Refused, Unavailable
from hotline1022.tickets import attachments
from hotline1022.tickets.attachments import Shelf, Stored, check_name
from hotline1022.tickets.types import Attachment
from hotline1022.web import tickets

ID = "ab" + "0" * 14


def row(stored: Stored, **more: str) -> Attachment:
    given = {"path": stored.path, "sha256": stored.sha256} | more
    return Attachment(
        id=ID,
        ticket="a" * 16,
        name="../../etc/passwd",
        media_type="text/plain",
        size=stored.size,
        stored_at=datetime(2026, 11, 25, tzinfo=UTC),
        stored_by="lan",
        **given,
    )


def test_stored_and_found(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "attachments")
    stored = shelf.put(ID, b"a file")
    assert stored == Stored(path=f"ab/{ID}", size=6, sha256=sha256(b"a file").hexdigest())
    path = shelf.find(row(stored))
    assert path.read_bytes() == b"a file"
    assert path.stat().st_mode & 0o027 == 0
    assert sorted(p.name for p in (tmp_path / "attachments" / "ab").iterdir()) == [ID]


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    stored = shelf.put(ID, b"first")
    with pytest.raises(FileExistsError):
        shelf.put(ID, b"second")
    assert shelf.find(row(stored)).read_bytes() == b"first"
    assert len(list((tmp_path / "ab").iterdir())) == 1


def test_what_a_crash_left_behind_does_not_stop_the_next(tmp_path: Path) -> None:
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / f".{ID}.part").write_bytes(b"hal")
    assert Shelf(tmp_path).put(ID, b"whole").size == 5
    assert [p.name for p in (tmp_path / "ab").iterdir()] == [ID]


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "ab/../../secret", "ab", "", "ab/..", "link/" + ID])
def test_no_path_leads_outside(tmp_path: Path, path: str) -> None:
    root = tmp_path / "attachments"
    shelf = Shelf(root)
    shelf.put(ID, b"a file")
    secret = tmp_path / "secret"
    secret.write_bytes(b"a file")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / ID).write_bytes(b"a file")
    (root / "link").symlink_to(tmp_path / "elsewhere")
    stored = Stored(path=path, size=6, sha256=sha256(b"a file").hexdigest())
    with pytest.raises(HotlineError) as caught:
        shelf.find(row(stored))
    assert isinstance(caught.value, Refused | Unavailable)


@pytest.mark.parametrize("how", ["link", "gone", "pipe", "folder", "other"])
def test_what_is_not_as_it_was_stored_is_not_given_out(tmp_path: Path, how: str) -> None:
    shelf = Shelf(tmp_path / "attachments")
    stored = shelf.put(ID, b"a file")
    path = shelf.root / stored.path
    path.unlink()
    other = tmp_path / "other"
    other.write_bytes(b"a file")
    match how:
        case "link":
            path.symlink_to(other)
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "other":
            path.write_bytes(b"another")
    with pytest.raises(Unavailable) as caught:
        shelf.find(row(stored))
    assert caught.value.error_id == "attachment-damaged"


def test_a_full_disk_is_named_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "RESERVE_BYTES", 1 << 62)
    with pytest.raises(Unavailable) as caught:
        Shelf(tmp_path / "attachments").put(ID, b"a file")
    assert caught.value.error_id == "disk-full"
    assert not (tmp_path / "attachments").exists()


def test_the_api_reads_as_much_as_is_stored() -> None:
    assert tickets.LARGEST == attachments.LARGEST


@pytest.mark.parametrize(
    "name", ["x.exe", "ảnh.pdf.exe", "a.", "hóa đơn\u202efdp.exe", "ảnh\u202e.pdf", "x.png", "x.pdf."]
)
def test_a_name_that_hides_what_a_file_is_gets_refused(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_name(name, "application/pdf")
    assert caught.value.error_id == "attachment-name" and ".pdf" in str(caught.value)


@pytest.mark.parametrize("name", ["Vỉa hè.pdf", "VIA HE.PDF", "Công văn 12", "a.b.pdf"])
def test_names_as_people_write_them_are_taken(name: str) -> None:
    check_name(name, "application/pdf")
