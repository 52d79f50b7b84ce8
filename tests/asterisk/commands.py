"""The hotline as people start it: `python -m hotline1022 run` or the demo as a process, on free ports and a fresh folder.

Every process that comes of it carries a mark in its environment, so that none can stay behind unseen.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.ports import free_port
from tests.lab.prompts import kept_prompts

ROOT = Path(__file__).parents[2]
MARK = "HL_TEST_MARK"


@dataclass(slots=True)
class Place:
    """A fresh folder with a settings file; ports by their setting."""

    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    @classmethod
    def make(cls, folder: Path, *, prompts: bool = True) -> "Place":
        """`prompts`: those that the tests share, spoken already; else none are there."""
        folder.mkdir(parents=True, exist_ok=True)
        place = cls(folder)
        rtp = free_port("udp", block=400)
        place.ports = {
            "sip_port": free_port("udp"),
            "rtp_first": rtp,
            "rtp_last": rtp + 399,
            "ami_port": free_port("tcp"),
            "trunk": free_port("udp", "127.0.0.2"),
            "agi_port": free_port("tcp"),
            "http_port": free_port("tcp"),
        }
        place.write()
        if prompts:
            place.data.mkdir()
            (place.data / "prompts").symlink_to(kept_prompts())
        return place

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def config(self) -> Path:
        return self.folder / "1022.toml"

    def write(self, asterisk: str = "") -> None:
        """The settings file; `asterisk` is one more line of that table."""
        p = self.ports
        self.config.write_text(
            f"[asterisk]\nsip_port = {p['sip_port']}\nrtp_first = {p['rtp_first']}\nrtp_last = {p['rtp_last']}\n"
            f"ami_port = {p['ami_port']}\n{asterisk}\n[trunk]\nport = {p['trunk']}\n"
            f"[service]\nagi_port = {p['agi_port']}\nhttp_port = {p['http_port']}\n",
            encoding="utf-8",
        )

    def processes(self) -> list[str]:
        """Whatever runs of it, as its command line."""
        mark, found = f"{MARK}={self.mark}".encode(), []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:  # gone meanwhile, or somebody else's
                continue
        return found

    async def nothing_left(self, seconds: float = 3.0) -> None:
        """No process of it is there (the last of them may be about to end)."""
        deadline = time.monotonic() + seconds
        while left := self.processes():
            assert time.monotonic() < deadline, f"left behind: {left}"
            await asyncio.sleep(0.05)

    @asynccontextmanager
    async def started(
        self, *words: str, command: Sequence[str] = ("-m", "hotline1022", "run"), env: Mapping[str, str] | None = None
    ) -> AsyncIterator["Run"]:
        """The command runs, in a session of its own as in a terminal; nothing of it is left after the block."""
        out, error = (self.folder / name for name in ("stdout", "stderr"))
        with out.open("wb") as stdout, error.open("wb") as stderr:
            process = await asyncio.create_subprocess_exec(
                sys.executable, *command, "--config", str(self.config), *words,
                stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, cwd=ROOT, start_new_session=True,
                env={**os.environ, MARK: self.mark, "PYTHONUNBUFFERED": "1", **(env or {})},
            )  # fmt: skip
        run = Run(self, process, out, error)
        try:
            yield run
        finally:
            if process.returncode is None:
                process.terminate()
                await run.ended()
            await self.nothing_left()


@dataclass(slots=True)
class Run:
    """One such process."""

    place: Place
    process: asyncio.subprocess.Process
    _stdout: Path
    _stderr: Path

    @property
    def stdout(self) -> str:
        return self._stdout.read_text(encoding="utf-8", errors="replace")

    @property
    def stderr(self) -> str:
        return self._stderr.read_text(encoding="utf-8", errors="replace")

    async def says(self, words: str, seconds: float = 90.0) -> None:
        """Wait until it has said this."""
        await self.until(lambda: words in self.stdout + self.stderr, seconds)

    async def until(self, true: Callable[[], bool], seconds: float = 90.0) -> None:
        """Wait until it is so, while it runs."""
        deadline = time.monotonic() + seconds
        while not true():
            assert self.process.returncode is None, f"it ended: {self.stdout}\n{self.stderr}"
            assert time.monotonic() < deadline, f"{self.stdout}\n{self.stderr}"
            await asyncio.sleep(0.02)

    async def ended(self, seconds: float = 40.0) -> int:
        """Its exit code."""
        async with asyncio.timeout(seconds):
            return await self.process.wait()

    async def ctrl_c(self) -> int:
        """As from a terminal: to it and to everything that shares its group."""
        os.killpg(self.process.pid, signal.SIGINT)
        return await self.ended()

    async def sigterm(self) -> int:
        """To it alone."""
        self.process.terminate()
        return await self.ended()
