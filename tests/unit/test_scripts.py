"""The shell scripts: each is sound, tells how far it is, and says on standard output only what others read there."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
SHELL = sorted(file for file in SCRIPTS.iterdir() if file.is_file() and b"bash" in file.read_bytes()[:40])
COUNT = f'. "{SCRIPTS}/progress.sh"; progress Unpacked 8'


@pytest.mark.parametrize("script", [*SHELL, SCRIPTS / "progress.sh"], ids=lambda script: script.name)
def test_bash_can_read_it(script: Path) -> None:
    assert subprocess.run(["bash", "-n", str(script)], check=False, capture_output=True).stderr == b""


def test_progress_is_four_lines_where_nobody_watches() -> None:
    done = subprocess.run(
        ["bash", "-euc", COUNT], check=True, capture_output=True, text=True, input=".\n" * 8 + "Putting them away ...\n"
    )
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "  Unpacked 2/8", "  Unpacked 4/8", "  Unpacked 6/8", "  Unpacked 8/8", "  Putting them away ...",
    ]  # fmt: skip


def test_progress_is_one_moving_line_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    try:
        subprocess.run(["bash", "-euc", COUNT], check=True, stderr=theirs, text=True, input=".\n.\nAnd on ...\n.\n")
        wanted = "\r  Unpacked 1/8\r  Unpacked 2/8\n  And on ...\n\r  Unpacked 3/8\n"
        said = ""
        while len(said) < len(wanted):  # a terminal hands over what it has, which may be a part
            said += os.read(ours, 1000).decode().replace("\r\n", "\n")
    finally:
        os.close(ours)
        os.close(theirs)
    assert said == wanted


def test_private_root_prints_the_folder_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".packages").mkdir()
    (tmp_path / ".packages" / "something").touch()
    done = subprocess.run(
        [str(SCRIPTS / "private-root"), "something"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "HOTLINE1022_ROOT": str(tmp_path)},
    )
    assert (done.stdout, done.stderr) == (f"{tmp_path}\n", "")


def test_private_root_shows_how_far_it_is(tmp_path: Path) -> None:
    """With an apt that has two packages, and a dpkg-deb that unpacks them."""
    tools = tmp_path / "bin"
    tools.mkdir()
    apt = """#!/bin/bash
case "$*" in
  *indextargets*) echo http://mirror.invalid/debian/ ;;
  *--print-uris*) printf "'http://mirror.invalid/%s.deb' %s.deb 3000000 SHA256:0\\n" a a b b ;;
  *--download-only*) for one in a b; do echo "Get:1 http://mirror.invalid/ $one"; : >"$HOTLINE1022_ROOT/.apt/archives/$one.deb"; done ;;
esac
"""
    for name, text in (("apt-get", apt), ("dpkg-deb", "#!/bin/sh\nexit 0\n")):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    assert keyring.exists(), "install debian-archive-keyring: packages are taken only with its signatures"
    done = subprocess.run(
        [str(SCRIPTS / "private-root"), "a"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "HOTLINE1022_ROOT": str(tmp_path / "root"), "PATH": f"{tools}:{os.environ['PATH']}"},
    )
    assert done.stdout == f"{tmp_path / 'root'}\n"
    assert done.stderr.splitlines() == [
        "  Asking the Debian mirror for a ...", "  Downloading 2 packages, 6 MB (first time only) ...",
        "  Downloaded 1/2", "  Downloaded 2/2", f"  Unpacking into {tmp_path / 'root'} ...",
        "  Unpacked 1/2", "  Unpacked 2/2",
    ]  # fmt: skip
