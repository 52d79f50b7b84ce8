"""Runs an Asterisk in a folder of our own, from start to stop; it refuses to write the dialplan.

    engine = find_engine()                                   # blocking: a second at most
    ports = [Port(host="127.0.0.1", number=5060, setting="asterisk.sip_port")]
    pbx = AsteriskInstance(folder, {"modules.conf": ...}, engine, system_name="hl1", ports=ports)
    await pbx.start()                                        # returns when Asterisk is fully booted
    print(await pbx.cli("core show channels count"))
    await pbx.stop()

Asterisk outlives the process that started it (its death must not end calls) unless `die_with_parent` is asked for;
`adopt()` takes a running one over again.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from hotline1022.core.errors import Unavailable
from hotline1022.service.asterisk.engine_find import AsteriskEngine, find_engine
from hotline1022.service.asterisk.engine_folder import bound_log, link, own_folder, run_folder, sound_folders
from hotline1022.service.asterisk.engine_process import Port, check_free, die_with, ended

__all__ = ["AsteriskEngine", "AsteriskInstance", "Port", "find_engine"]


class AsteriskInstance:
    """One Asterisk in one folder: etc/ lib/ log/ spool/ run/ (run/ elsewhere if the path is too long for a socket).

    `conf` is the text of the files in etc/ (an earlier etc/ is replaced), or a folder that is used as it is.
    `sounds` are folders that appear as lib/sounds/NAME; `options` go into [options] of asterisk.conf.
    """

    def __init__(
        self,
        folder: Path,
        conf: Mapping[str, str] | Path,
        engine: AsteriskEngine,
        *,
        system_name: str = "",
        transmit_silence: bool = True,
        ports: Sequence[Port] = (),
        sounds: Mapping[str, Path] | None = None,
        options: Mapping[str, str] | None = None,
        die_with_parent: bool = False,
    ) -> None:
        self.folder = folder.absolute()
        self.engine = engine
        self.etc = conf.absolute() if isinstance(conf, Path) else self.folder / "etc"
        self.lib = self.folder / "lib"
        self.log = self.folder / "log"
        self.spool = self.folder / "spool"
        self.run = run_folder(self.folder)
        self._conf = None if isinstance(conf, Path) else dict(conf)
        self._sounds = dict(sounds or {})
        self._options = {
            "systemname": system_name,
            "transmit_silence": "yes" if transmit_silence else "no",
            "documentation_language": "en_US",
            "hideconnect": "yes",
            "nocolor": "yes",
            **(options or {}),
        }
        self._ports = tuple(ports)
        self._die_with_parent = die_with_parent
        self._process: asyncio.subprocess.Process | None = None
        self._adopted: int | None = None

    @property
    def main_conf(self) -> Path:
        """The asterisk.conf that Asterisk is called with."""
        return self.folder / "asterisk.conf"

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        if self._process is not None:
            return self._process.pid if self._process.returncode is None else None
        if self._adopted is not None and not self._is_ours(self._adopted):
            self._adopted = None
        return self._adopted

    @property
    def running(self) -> bool:
        return self.pid is not None

    def write(self) -> None:
        """Write asterisk.conf and all files and folders that Asterisk needs."""
        for place in (
            self.folder,
            self.lib,
            self.lib / "sounds",
            self.lib / "keys",
            self.spool,
            self.log / "cel-custom",
        ):
            place.mkdir(parents=True, exist_ok=True, mode=0o750)
        own_folder(self.run)
        bound_log(self.log / "messages.log")
        if self._conf is not None:
            shutil.rmtree(self.etc, ignore_errors=True)
            for name, text in {"logger.conf": _LOGGER, **self._conf}.items():
                file = self.etc / name
                file.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
                file.touch(mode=0o600)
                file.write_text(text, encoding="utf-8")
        link(self.lib / "documentation", self.engine.documentation)
        for name, place in {**sound_folders(self.engine.sounds), **self._sounds}.items():
            link(self.lib / "sounds" / name, place)
        directories = {
            "astetcdir": self.etc,
            "astmoddir": self.engine.modules,
            "astvarlibdir": self.lib,
            "astdatadir": self.lib,
            "astdbdir": self.lib,
            "astkeydir": self.lib,
            "astcachedir": self.lib,
            "astagidir": self.lib / "agi-bin",
            "astspooldir": self.spool,
            "astrundir": self.run,
            "astlogdir": self.log,
            "astsbindir": Path(self.engine.command[-1]).parent,
        }
        lines = ["[directories]", *(f"{key} => {value}" for key, value in directories.items())]
        lines += ["", "[options]", *(f"{key} = {value}" for key, value in self._options.items() if value)]
        self.main_conf.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def keep_files(self) -> None:
        """Its next start takes the files as they lie in etc/ now: a reload may have changed them."""
        for name in self._conf or ():
            file = self.etc / name
            if self._conf is not None and file.is_file():
                self._conf[name] = file.read_text(encoding="utf-8")

    async def start(self, seconds: float = 30) -> None:
        """Start and wait until fully booted. Raises ConfigError port-taken, Unavailable asterisk-start-failed."""
        if self.running or self._find_running() is not None:
            raise Unavailable(f"an Asterisk runs in {self.folder} already; stop it first", error_id="asterisk-running")
        for port in self._ports:
            check_free(port)
        await asyncio.to_thread(self.write)
        output = self.log / "console.log"
        with output.open("wb") as console:
            self._process = await asyncio.create_subprocess_exec(
                *self.engine.command, "-C", str(self.main_conf), "-f",
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, cwd=self.folder, start_new_session=True,
                preexec_fn=die_with(os.getpid()) if self._die_with_parent else None,
            )  # fmt: skip
        try:
            async with asyncio.timeout(seconds):
                while not (await self._booted() and await self._booted()):  # twice: it may be giving up just now
                    if self._process.returncode is not None:
                        raise Unavailable(
                            f"Asterisk ended with code {self._process.returncode} while starting; its last words:\n{self.log_tail()}",
                            error_id="asterisk-start-failed",
                        )
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            await self.kill9()
            raise Unavailable(
                f"Asterisk was not ready within {seconds:g} s; its last words:\n{self.log_tail()}",
                error_id="asterisk-start-failed",
            ) from error
        except BaseException:
            await self.kill9()
            raise

    async def adopt(self) -> bool:
        """Take over the Asterisk that already runs in this folder; False if none answers."""
        if self.running:
            return True
        self._process, self._adopted = None, self._find_running()
        if self._adopted is None:
            return False
        return await self._booted()

    async def cli(self, command: str, seconds: float = 10) -> str:
        """Run one console command and return what it printed. Raises Unavailable asterisk-not-running."""
        code, output = await self._remote(command, seconds)
        if code != 0:
            raise Unavailable(
                f"Asterisk in {self.folder} does not answer on its console: {output.strip()[:300]}",
                error_id="asterisk-not-running",
            )
        return output

    async def wait(self) -> int | None:
        """Wait until Asterisk has ended; its exit code, or None if it was adopted."""
        if self._process is not None:
            return await self._process.wait()
        pid = self.pid
        if pid is not None:
            await ended(pid)
        return None

    async def stop(self, seconds: float = 10) -> None:
        """Stop now, hanging up all calls: by the console, then SIGTERM, then SIGKILL; each has a third of the time."""
        if not self.running:
            return
        with contextlib.suppress(Unavailable):
            await self.cli("core stop now", seconds / 3)
        for number in (None, signal.SIGTERM, signal.SIGKILL):
            if number is not None:
                self._signal(number)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds / 3):
                    await self.wait()
                    if self.run.parent != self.folder:
                        shutil.rmtree(self.run, ignore_errors=True)
                    return
        raise Unavailable(f"Asterisk {self.pid} does not end even by SIGKILL", error_id="asterisk-not-stopping")

    async def kill9(self) -> None:
        """End it at once without a word, as a power cut would."""
        self._signal(signal.SIGKILL)
        async with asyncio.timeout(10):
            await self.wait()

    def log_tail(self, lines: int = 15) -> str:
        """The last lines that it wrote, for people."""
        found: list[str] = []
        for name in ("messages.log", "console.log"):
            file = self.log / name
            if file.is_file():
                found += file.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
        return "\n".join(found) or "(it wrote nothing)"

    async def _booted(self) -> bool:
        """Whether it says so itself: a console that is cut while Asterisk gives up starting ends with 0 as well."""
        if not (self.run / "asterisk.ctl").exists():
            return False
        code, said = await self._remote("core waitfullybooted", 60)
        return code == 0 and "fully booted" in said

    async def _remote(self, command: str, seconds: float) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *self.engine.command, "-C", str(self.main_conf), "-rx", command,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            async with asyncio.timeout(seconds):
                output, _ = await process.communicate()
        except TimeoutError as error:
            raise Unavailable(
                f"Asterisk in {self.folder} did not answer `{command}` within {seconds:g} s",
                error_id="asterisk-not-running",
            ) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode or 0, output.decode("utf-8", errors="replace")

    def _signal(self, number: signal.Signals) -> None:
        pid = self.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _find_running(self) -> int | None:
        try:
            pid = int((self.run / "asterisk.pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if self._is_ours(pid) else None

    def _is_ours(self, pid: int) -> bool:
        """Whether the process with this id is the Asterisk of this folder (ids are given out again)."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self.main_conf) in words and b"-f" in words


_LOGGER = "[general]\ndateformat=%F %T.%3q\n[logfiles]\nmessages.log => notice,warning,error\n"
