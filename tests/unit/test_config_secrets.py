"""Secrets: made once, 0600, never replaced, and not read when others may."""

import os
import stat
from pathlib import Path

import pytest

from hotline1022.core.errors import ConfigError
from hotline1022.service.settings.secrets import ALPHABET, LENGTH, ensure_secrets, read_secret


def test_made_at_first_start_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "secrets"
    first = ensure_secrets(folder, ("101", "102"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name for path in folder.iterdir()} == {
        *("line-101", "line-102", "ami-reader", "ami-actor", "links", "accounts")
    }
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    words = [
        first.line("101"),
        first.line("102"),
        first.ami_reader,
        first.ami_actor,
        first.links.decode(),
        first.accounts,
    ]
    assert len(set(words)) == 6
    assert all(len(word) == LENGTH and set(word) <= set(ALPHABET) for word in words)
    assert first.get("line-101") == first.line("101")
    assert not any(word in repr(first) for word in words)
    again = ensure_secrets(folder, ("101", "102", "103"))
    assert again.line("101") == first.line("101")
    with pytest.raises(ConfigError, match="line-999") as caught:
        again.line("999")
    assert caught.value.error_id == "secret-missing"


def test_made_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        ensure_secrets(tmp_path / "secrets", ("101",))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secrets" / "line-101").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_wider_mode_is_refused(tmp_path: Path, mode: int) -> None:
    ensure_secrets(tmp_path, ("101",))
    (tmp_path / "line-101").chmod(mode)
    with pytest.raises(ConfigError, match=f"mode {mode:04o} .*chmod 0600") as caught:
        ensure_secrets(tmp_path, ("101",))
    assert caught.value.error_id == "secret-mode"


@pytest.mark.parametrize("content", [b"", b"\n", b"a\nb\n", b"\xff", b"x" * 5000])
def test_unusable_content_is_refused_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ami-actor"
    file.touch(mode=0o600)
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        ensure_secrets(tmp_path, ())
    assert caught.value.error_id == "secret-invalid"
    assert file.read_bytes() == content


def test_only_plain_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("pipe", "."):
        with pytest.raises(ConfigError) as caught:
            read_secret(tmp_path / name)
        assert caught.value.error_id == "secret-mode"


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError) as caught:
        ensure_secrets(tmp_path / "file" / "secrets", ())
    assert caught.value.error_id == "secret-unwritable"
