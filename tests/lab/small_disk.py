"""A real disk of some KiB that every user may mount, to be filled up and emptied. Refuses where users have no name spaces."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """Its folder."""

    folder: Path

    def fill(self) -> None:
        """Use up what is left."""
        while append(self.folder / "others", bytes(4096)):
            pass
        assert os.statvfs(self.folder).f_bavail == 0

    def free(self) -> None:
        """Make room again."""
        (self.folder / "others").unlink()

    def leave(self, size: int) -> None:
        """Use up all but about so many bytes."""
        found = os.statvfs(self.folder)
        assert append(self.folder / "others", bytes(max(0, found.f_bavail * found.f_frsize - size)))


def append(path: Path, data: bytes) -> bool:
    """Write as a program does that cannot do anything about it; False when the disk took less than all."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        return os.write(handle, data) == len(data)
    except OSError as error:
        assert error.errno == errno.ENOSPC
        return False
    finally:
        os.close(handle)


@contextmanager
def mounted(size: str = "1m") -> Iterator[Path]:
    """The folder of a real one: in name spaces of its own, seen through `/proc`, by other processes of this user too."""
    mount = f"mount -t tmpfs -o size={size} tmpfs /mnt && cd /mnt && echo mounted && exec cat"
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdin is not None and owner.stdout is not None and owner.stderr is not None
        try:
            if owner.stdout.readline() != "mounted\n":
                pytest.fail(
                    f"a disk of {size} cannot be mounted here ({owner.stderr.read().strip()}): allow users name spaces of"
                    " their own (sysctl user.max_user_namespaces; in a container: --security-opt seccomp=unconfined)"
                )
            yield Path(f"/proc/{owner.pid}/cwd")
        finally:
            owner.stdin.close()


def inside(folder: Path, *command: str) -> list[str]:
    """The words that run a command where the disk is mounted, on /mnt: for programs that resolve every link of a path, as SQLite."""
    owner = folder.parts[2]
    return ["nsenter", "--preserve-credentials", "--user", "--mount", "--target", owner, f"--wd={Path.cwd()}", *command]


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """The folder of one of 1 MiB."""
    with mounted() as folder:
        yield folder
