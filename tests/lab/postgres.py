"""A real PostgreSQL of the tests' own: made in a temporary folder, its data in memory where that is asked for and there is room,
started on a free port, surely ended.

The programs are those of the private root. They are linked into the temporary folder, because initdb looks for postgres
beside itself, and because as root the server runs as an unprivileged user who may not see the root's home.
Refuses to be skipped: without the package the tests fail and say how to get it.
"""

import ctypes
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import asyncpg  # type: ignore[import-untyped]

USER = "hotline"
#: seconds; a busy machine makes a cluster in about two
START_SECONDS = 60.0
STOP_SECONDS = 20.0
#: where Linux has files in memory, and bytes that must be free there for a cluster's data: a database is some hundreds of files,
#: and each test has one of its own
_MEMORY, _ROOM = Path("/dev/shm"), 1 << 30
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "40",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
    "timezone": "GMT",
    "log_timezone": "GMT",
}


class PostgresMissing(Exception):
    """The package is not there."""


def private_root() -> Path:
    """Where scripts/private-root puts packages."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("HOTLINE1022_ROOT") or Path(cache) / "hotline1022" / "root")


class TemporaryPostgres:
    """One cluster: `start`, any number of `stop` and `start`, `remove`."""

    def __init__(self, root: Path | None = None, *, in_memory: bool = False) -> None:
        self._root = root or private_root()
        self._usr = _version_folder(self._root)
        self._folder = Path(tempfile.mkdtemp(prefix="hl1022-pg-"))
        self._bin = self._folder / self._usr / "bin"
        #: of the data alone: programs may not be run from memory everywhere
        self._memory = Path(tempfile.mkdtemp(prefix="hl1022-pg-", dir=_MEMORY)) if in_memory and _has_room() else None
        self._data = (self._memory or self._folder) / "data"
        self._sockets = self._folder / "s"
        self._log = self._folder / "log"
        self._password = secrets.token_hex(12)
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        #: the kernel ends the server with the thread that started it: one that lives as long as the cluster
        self._starter = ThreadPoolExecutor(1)
        self._who = pwd.getpwnam("nobody") if os.geteuid() == 0 else None

    # -- life

    def create(self) -> None:
        """Link the programs and make the cluster."""
        _mirror(self._root, self._usr, self._folder)
        secret = self._folder / "password"
        secret.write_text(self._password)
        self._sockets.mkdir()
        for mine in (self._folder, self._sockets, secret, *([self._memory] if self._memory else [])):
            self._give(mine)
        words: list[str | Path] = [
            self._bin / "initdb",
            "-D",
            self._data,
            "-U",
            USER,
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
        ]
        done = subprocess.run(
            [*words, "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"],
            check=False,
            cwd=self._folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            **self._as_who(),
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def start(self) -> None:
        """Start on the same port as before, or on a free one; returns when it answers."""
        for _ in range(3):
            self._port = self._port or _free_port()
            if self._started():
                return
            self._port = 0
        raise RuntimeError(f"PostgreSQL does not start:\n{self._tail()}")

    def _started(self) -> bool:
        settings = _SETTINGS | {"port": str(self._port), "unix_socket_directories": str(self._sockets)}
        settings |= {"max_wal_size": "128MB"} if self._memory else {}
        words: list[Any] = [self._bin / "postgres", "-D", self._data]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        with self._log.open("ab") as log:
            self._process = self._starter.submit(self._spawn, words, log).result(START_SECONDS)
        process = self._process
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                return False
            if self._ready():
                return True
            time.sleep(0.02)
        self.stop()
        return False

    def _spawn(self, words: list[Any], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            words,
            cwd=self._folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 -- it calls nothing but prctl
            **self._as_who(),
        )

    def _ready(self) -> bool:
        """The eighth line of its own pid file says so."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        assert self._process is not None
        return len(lines) >= 8 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"

    def stop(self) -> None:
        """End the server: politely, then at once, then by force."""
        process, self._process = self._process, None
        if process is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with suppress(ProcessLookupError):
                process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
                return
        raise RuntimeError(f"PostgreSQL, process {process.pid}, does not end")

    def remove(self) -> None:
        """End it and delete everything."""
        try:
            self.stop()
        finally:
            self._starter.shutdown()
            if self._memory is not None:
                shutil.rmtree(self._memory)
            shutil.rmtree(self._folder)

    # -- use

    def url(self, name: str, *, password: str | None = None) -> str:
        """The address of a database."""
        return f"postgresql://{USER}:{password or self._password}@127.0.0.1:{self._port}/{name}"

    async def make(self, name: str, *, template: str = "template0") -> str:
        """A new database; its address. Files are copied as they are: in memory that costs less than a log of every page."""
        # before 15 there was no other way
        how = " STRATEGY FILE_COPY" if self._memory and int(self._usr.name) >= 15 else ""
        await self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{how}')
        return self.url(name)

    async def drop(self, name: str) -> None:
        """Delete a database, whoever is connected."""
        await self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def run(self, sql: str, *, name: str = "postgres") -> list[Any]:
        """Ask one thing."""
        connection = await asyncpg.connect(self.url(name), timeout=10)
        try:
            rows: list[Any] = await connection.fetch(sql)
            return rows
        finally:
            await connection.close()

    # -- inside

    def _give(self, path: Path) -> None:
        if self._who is not None:
            os.chown(path, self._who.pw_uid, self._who.pw_gid)

    def _as_who(self) -> dict[str, Any]:
        if self._who is None:
            return {}
        return {"user": self._who.pw_uid, "group": self._who.pw_gid, "extra_groups": []}

    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "GMT", "HOME": str(self._folder)}

    def _tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:]) if self._log.exists() else ""


def _has_room() -> bool:
    try:
        return os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM
    except OSError:
        return False


def _version_folder(root: Path) -> Path:
    """usr/lib/postgresql/NN, below the root; the newest."""
    found = [path.parents[1] for path in root.glob("usr/lib/postgresql/*/bin/postgres")]
    if not found:
        raise PostgresMissing("PostgreSQL for the tests is missing: run `scripts/private-root postgresql`")
    return max(found, key=lambda path: int(path.name)).relative_to(root)


def _mirror(root: Path, usr: Path, folder: Path) -> None:
    """Programs, their libraries and their shared files, in the same places below `folder`; two programs by wrapper."""
    loader = next(iter(sorted(root.glob("usr/lib/*-linux-gnu/ld-linux-*.so.*"))), None)
    if loader is None:
        raise PostgresMissing(f"{root} has no loader: run `scripts/private-root postgresql` anew")
    libraries = folder / "lib"
    libraries.mkdir()
    _link(loader, libraries / loader.name)
    (folder / usr / "bin").mkdir(parents=True)
    for program in ("postgres", "initdb"):
        real = root / usr / "bin" / program
        listed = subprocess.run(
            [loader, "--library-path", loader.parent, "--list", real],
            capture_output=True,
            text=True,
            check=True,
            timeout=START_SECONDS,
        )
        for path in re.findall(r"=> (/\S+) \(", listed.stdout):
            if not (libraries / Path(path).name).exists():
                _link(Path(path), libraries / Path(path).name)
        _link(real, folder / usr / "bin" / f"{program}.real")
        wrapper = folder / usr / "bin" / program
        command = f"{libraries / loader.name} --argv0 {wrapper} --library-path {libraries} {wrapper}.real"
        wrapper.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        wrapper.chmod(0o755)
    share = Path("usr/share/postgresql") / usr.name
    for part in (usr / "lib", share):
        shutil.copytree(root / part, folder / part, copy_function=_link, ignore=shutil.ignore_patterns("bitcode"))


def _link(source: Any, target: Any) -> None:
    """A second name for the file, or a copy where that cannot be."""
    source = Path(source).resolve()
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Ask the kernel to end the server if the tests are killed."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
