"""The parts of a backup: the keys' file, the shelf when it is killed or full, the commands and what they refuse."""

import os
import shutil
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline1022.core.errors import ConfigError, HotlineError, Invalid, Refused, Unavailable
from hotline1022.recordings import files
from hotline1022.service.backup import key_box, pg_tools
from hotline1022.service.backup import shelf as backup_shelf
from hotline1022.service.backup import writer as backup_writer
from hotline1022.service.backup.half_restore import Begun, mark, unmark
from hotline1022.service.backup.key_box import NewBox, read_box
from hotline1022.service.backup.pg_tools import find_tool
from hotline1022.service.backup.shelf import UNFINISHED, backups, check_files, free_name, read_manifest
from hotline1022.service.backup.writer import Writer
from hotline1022.service.cli.main import main
from hotline1022.service.settings import secrets
from hotline1022.service.settings.desk import DeskSettings
from hotline1022.service.settings.language import use_language
from hotline1022.web.page_words import words as page_words
from tests.lab.killed import KILLED, run_until
from tests.lab.own_settings import own_settings
from tests.lab.small_disk import append, small_disk

__all__ = ["small_disk"]
PASSPHRASE = "correct horse battery"


# ---------------------------------------------------------------- the keys' file


def test_what_goes_into_the_box_comes_out(tmp_path: Path) -> None:
    box = tmp_path / "keys.box"
    contents = {"keys/a.key": os.urandom(65), "secrets/line-101": "bí mật\n".encode(), "secrets/empty": b""}
    NewBox(box, contents, PASSPHRASE).name()
    assert read_box(box, PASSPHRASE) == contents
    data = box.read_bytes()
    assert contents["keys/a.key"].hex().encode() not in data and b"line-101" not in data
    with pytest.raises(Refused, match="there already"):
        NewBox(box, contents, PASSPHRASE).name()
    with pytest.raises(Invalid, match="12 characters"):
        NewBox(tmp_path / "other", contents, "short")
    with pytest.raises(Refused, match="passphrase is another"):
        read_box(box, PASSPHRASE + "!")
    for place in (0, 8, 9, 10, 12, 30, 45, len(data) - 1):
        touched = bytearray(data)
        touched[place] ^= 1
        box.write_bytes(touched)
        with pytest.raises(HotlineError) as caught:
            read_box(box, PASSPHRASE)
        assert caught.value.error_id in ("key-box-refused", "key-box-unreadable"), place
    box.write_bytes(data[:30])
    with pytest.raises(ConfigError, match="is not what"):
        read_box(box, PASSPHRASE)


@pytest.mark.slow
def test_killed_at_any_line_a_box_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_box, "_LOG_N", 14)
    contents = {"secrets/line-101": b"x"}
    for line in range(1000):
        box = tmp_path / f"{line}.box"
        code = run_until(
            lambda: NewBox(box, contents, PASSPHRASE).name(),  # noqa: B023 -- it is used up in this turn
            (key_box.__file__, secrets.__file__),
            line,
        )
        assert code in (0, KILLED)
        if box.exists():
            assert read_box(box, PASSPHRASE) == contents, line
        else:
            NewBox(box, contents, PASSPHRASE).name()
        if code == 0:
            break
    assert line > 30


def test_a_full_disk_leaves_no_half_box(small_disk: Path) -> None:
    box = small_disk / "keys.box"
    contents = {"secrets/big": bytes(400_000)}
    assert append(small_disk / "others", bytes(700_000))
    with pytest.raises(Unavailable, match="free some space") as caught:
        NewBox(box, contents, PASSPHRASE)
    assert caught.value.error_id == "disk-full" and [one.name for one in small_disk.iterdir()] == ["others"]
    (small_disk / "others").unlink()
    NewBox(box, contents, PASSPHRASE).name()
    assert read_box(box, PASSPHRASE) == contents


# ---------------------------------------------------------------- the shelf


def source(folder: Path) -> Path:
    root = folder / "source"
    (root / "day").mkdir(parents=True)
    for number in range(3):
        (root / "day" / f"{number}.wav").write_bytes(bytes([number]) * 1000)
    return root


def make(folder: Path) -> Path:
    """One whole backup of three files; its folder."""
    shelf = folder / "shelf"
    shelf.mkdir(exist_ok=True)
    writer = Writer(shelf)
    for number in range(3):
        writer.add(folder / "source", f"day/{number}.wav", f"recordings/day/{number}.wav")
    name = free_name(shelf, "20261129T120000Z")
    writer.finish(name, {"database": "sqlite"})
    return shelf / name


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_any_line_a_backup_is_whole_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    pristine, now = tmp_path / "pristine", tmp_path / "now"
    source(pristine)
    for line in range(0, 5000, 3):
        shutil.copytree(pristine, now)
        code = run_until(partial(make, now), (backup_shelf.__file__, backup_writer.__file__, files.__file__), line)
        assert code in (0, KILLED)
        for one in backups(now / "shelf") if (now / "shelf").exists() else []:
            assert check_files(one, read_manifest(one)[1], lambda _done, _total: None).size == 3000
        again = make(now)
        assert check_files(again, read_manifest(again)[1], lambda _done, _total: None).size == 3000
        assert not (now / "shelf" / UNFINISHED).exists(), f"killed at {line}"
        shutil.rmtree(now)
        if code == 0:
            break
    assert line > 300


def test_a_changed_source_is_copied_and_never_into_the_backup_before(tmp_path: Path) -> None:
    root = source(tmp_path)
    first = make(tmp_path)
    (root / "day" / "1.wav").write_bytes(b"another")
    second = make(tmp_path)
    assert second.name == f"{first.name}-2"
    assert (first / "recordings/day/1.wav").read_bytes() == b"\1" * 1000
    assert (second / "recordings/day/1.wav").read_bytes() == b"another"
    for backup in (first, second):
        assert not check_files(backup, read_manifest(backup)[1], lambda _done, _total: None).broken
    assert [(second / f"recordings/day/{n}.wav").stat().st_nlink for n in range(3)] == [2, 1, 2]


def test_what_an_earlier_try_copied_and_nobody_wants_any_more_goes(tmp_path: Path) -> None:
    source(tmp_path)
    left = tmp_path / "shelf" / UNFINISHED / "recordings" / "old"
    left.mkdir(parents=True)
    (left / "gone.wav").write_bytes(b"x")
    made = make(tmp_path)
    assert sorted(path.name for path in made.rglob("*.wav")) == ["0.wav", "1.wav", "2.wav"]
    assert not (made / "recordings" / "old").exists()


def test_no_path_leads_out(tmp_path: Path) -> None:
    root = source(tmp_path)
    (root / "link.wav").symlink_to("/etc/passwd")
    (tmp_path / "shelf").mkdir()
    writer = Writer(tmp_path / "shelf")
    for path, name in (("link.wav", "a"), ("../source/day/0.wav", "a"), ("day/0.wav", "a\nb")):
        with pytest.raises((Refused, Invalid)):
            writer.add(root, path, name)
    made = make(tmp_path)
    for line in ("../../etc/passwd", "/etc/passwd"):
        with pytest.raises(HotlineError):
            check_files(made, {line: "0" * 64}, lambda _done, _total: None)


def test_a_full_disk_makes_no_backup_and_the_next_goes_on(small_disk: Path, tmp_path: Path) -> None:
    root = source(tmp_path)
    (root / "day" / "1.wav").write_bytes(bytes(1_500_000))  # more than the disk has
    shelf = small_disk / "shelf"
    shelf.mkdir()
    writer = Writer(shelf)
    writer.add(root, "day/0.wav", "recordings/day/0.wav")
    with pytest.raises(Unavailable, match="full") as caught:
        writer.add(root, "day/1.wav", "recordings/day/1.wav")
    assert caught.value.error_id == "disk-full" and backups(shelf) == []
    assert [path.name for path in shelf.rglob("*.wav*") if path.is_file()] == ["0.wav"]
    (root / "day" / "1.wav").write_bytes(bytes(1000))
    again = Writer(shelf)
    for number in range(3):
        again.add(root, f"day/{number}.wav", f"recordings/day/{number}.wav")
    again.finish("20261129T120000Z", {})
    assert len(backups(shelf)) == 1 and append(small_disk / "room", b"x")


# ---------------------------------------------------------------- commands


def test_without_pg_dump_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pg_tools, "_candidates", lambda _: iter([("/bin/false",)]))
    with pytest.raises(ConfigError, match="postgresql-client-18") as caught:
        find_tool("pg_dump", 18)
    assert caught.value.error_id == "pg-tools-missing"


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own_settings(monkeypatch)
    monkeypatch.setattr(os, "nice", lambda _: 0)  # it would last for all tests after this one
    monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_the_commands(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = ask("backup", tmp_path / "shelf")
    assert refused.exit_code == 1 and "backup-no-schema" in refused.output
    assert ask("people", "add", "1001", "Nguyễn Thị Lan", "--pin", "4711").exit_code == 0, "a database is there"
    inside = ask("backup", data / "shelf")
    assert inside.exit_code == 1 and "backup-inside-data" in inside.output
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    secret.chmod(0o600)
    done = ask("backup", tmp_path / "shelf", "--keys", tmp_path / "box", "--passphrase-file", secret)
    assert done.exit_code == 0, done.output
    (backup,) = backups(tmp_path / "shelf")
    assert str(backup) in done.stdout and "SHA-256 of its manifest: " in done.stdout
    same = ask("backup", tmp_path / "shelf", "--keys", tmp_path / "box", "--passphrase-file", secret)
    assert same.exit_code == 1 and "key-box-exists" in same.output and len(backups(tmp_path / "shelf")) == 1
    again = ask("backup", tmp_path / "shelf")
    assert again.exit_code == 0 and "Keys and secrets are not in it" in again.stderr
    over = ask("restore", backup)
    assert over.exit_code == 1 and "restore-not-empty" in over.output
    monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(tmp_path / "new"))
    back = ask("restore", backup, "--keys", tmp_path / "box", "--passphrase-file", secret)
    assert back.exit_code == 0 and "are back" in back.stdout, back.output
    assert "Nguyễn Thị Lan" in ask("people", "list").stdout
    none = ask("restore", tmp_path / "shelf")
    assert none.exit_code == 1 and "backup-none" in none.output and backups(tmp_path / "shelf")[-1].name in none.output
    for command in ("backup", "restore"):
        told = ask(command, "--help").stdout
        assert f"hotline1022 {command} /mnt/backup" in told


def test_a_catalogue_that_is_only_in_the_backup_comes_back_with_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings of the burnt machine name it; nothing else of that machine is there yet."""
    own, config = tmp_path / "own.toml", tmp_path / "1022.toml"
    own.write_text('[page]\nservice = "Tổng đài của tỉnh"\n')
    config.write_text(f'[desk]\ncatalogue = "{own}"\n')
    try:
        assert ask("people", "add", "1001", "Nguyễn Thị Lan", "--pin", "4711", "--config", config).exit_code == 0
        assert page_words()("page.service") == "Tổng đài của tỉnh"
        done = ask("backup", tmp_path / "shelf", "--config", config)
        assert done.exit_code == 0, done.output
        (backup,) = backups(tmp_path / "shelf")
        own.unlink()
        monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(tmp_path / "new"))
        back = ask("restore", backup, "--config", config)
        assert back.exit_code == 0 and "are back" in back.stdout, back.output
        (kept,) = (tmp_path / "new").rglob("restored-settings*/catalogue.toml")
        own.write_bytes(kept.read_bytes())
        assert "Nguyễn Thị Lan" in ask("people", "list", "--config", config).stdout
        assert page_words()("page.service") == "Tổng đài của tỉnh"
    finally:
        use_language(DeskSettings())


def test_nothing_starts_on_half_a_restore(data: Path, tmp_path: Path) -> None:
    assert ask("people", "add", "1001", "Nguyễn Thị Lan", "--pin", "4711").exit_code == 0
    mark(data, Begun(backup="/mnt/backup/20261129T020000Z", manifest="0" * 64))
    for words in (
        ["serve"],
        ["people", "list"],
        ["prompts"],
        ["asterisk-conf", tmp_path / "conf"],
        ["backup", tmp_path / "shelf"],
    ):
        told = ask(*words)
        assert told.exit_code == 1 and "restore-unfinished" in told.output, words
        assert "hotline1022 restore /mnt/backup/20261129T020000Z" in told.output and len(told.output.splitlines()) == 1
    assert not (data / "secrets").exists() and not (tmp_path / "shelf").exists()
    assert "was cut off" in ask("doctor").output
    unmark(data)
    assert ask("people", "list").exit_code == 0


def test_keys_alone_come_back_beside_what_is_there(data: Path, tmp_path: Path) -> None:
    passphrase, box = tmp_path / "passphrase", tmp_path / "keys.box"
    passphrase.write_text(PASSPHRASE)
    passphrase.chmod(0o600)
    NewBox(box, {"secrets/line-101": b"from the box\n", "secrets/line-102": b"another\n"}, PASSPHRASE).name()
    (data / "secrets").mkdir(parents=True, mode=0o700)
    (data / "secrets" / "line-102").write_bytes(b"made anew\n")
    only = ("restore", "--only-keys", "--keys", box, "--passphrase-file", passphrase)
    for _ in range(2):
        told = ask(*only)
        assert told.exit_code == 0 and "1 keys and secrets are back" in told.output
        assert "kept  secrets/line-102" in told.output
    there = data / "secrets" / "line-101"
    assert there.read_bytes() == b"from the box\n" and there.stat().st_mode & 0o777 == 0o600
    assert (data / "secrets" / "line-102").read_bytes() == b"made anew\n"
    assert ask(*only, tmp_path).exit_code == 2 and ask("restore").exit_code == 2
    NewBox(tmp_path / "with-key.box", {"keys/a.key": b"x"}, PASSPHRASE).name()
    told = ask("restore", "--only-keys", "--keys", tmp_path / "with-key.box", "--passphrase-file", passphrase)
    assert told.exit_code == 1 and "recording-keys-unset" in told.output


def test_two_backups_at_once_into_one_place_are_refused(data: Path, tmp_path: Path) -> None:
    from hotline1022.service.lock import locked

    assert ask("people", "add", "1001", "Nguyễn Thị Lan", "--pin", "4711").exit_code == 0
    with locked(tmp_path / "shelf" / ".lock", "a backup"):
        told = ask("backup", tmp_path / "shelf")
    assert told.exit_code == 1 and "data-locked" in told.output
    assert data.exists() and not backups(tmp_path / "shelf")
