"""Runs the whole hotline on one machine: Asterisk and the service, each restarted when it dies, stopped together.

Asterisk is never stopped because the service died: the dialplan carries the calls meanwhile. Whatever ends a start
leaves no process: both are in sessions of their own, so that nobody else would end them.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.service.asked import Asked
from hotline1022.service.asterisk.engine import AsteriskInstance

log = logging.getLogger(__name__)

#: how long calls that go on may take to end when asked to stop, seconds; a second Ctrl-C ends them at once
FINISH_SECONDS = 10.0
#: how long the service may take to write down what is under way, seconds
SERVICE_SECONDS = 15.0
#: pauses before the service is started again after deaths in a row, seconds
RESTART_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)


class Stand:
    """Asterisk and the service, watched."""

    def __init__(
        self,
        asterisk: AsteriskInstance,
        command: Sequence[str],
        asked: Asked,
        tell: Callable[[str], None],
        before: Callable[[], None] = lambda: None,
    ) -> None:
        """`command` starts the service; `before` looks once more, ahead of an Asterisk that does not run yet."""
        self.asterisk = asterisk
        self._command = list(command)
        self._asked = asked
        self._tell = tell
        self._before = before
        self._service: asyncio.subprocess.Process | None = None
        #: whether the Asterisk in the folder is ours to stop
        self._owns = False

    async def start(self) -> None:
        """Start both. When one does not come up, or somebody asks to stop meanwhile (Stopped), nothing is left running."""
        try:
            await self._asked.unless_stopped(self._start())
        except BaseException:
            try:  # the service first: while it starts it would wait for an Asterisk that is gone
                await self._stop_service()
            finally:
                await self._stop_asterisk()
            raise

    async def _start(self) -> None:
        if await self.asterisk.adopt():
            self._say("Asterisk is still running from before: it is taken over, its calls go on.")
        else:
            self._before()
            await self.asterisk.start()  # ended by itself when that fails
        self._owns = True
        await self._start_service()

    async def run(self) -> None:
        """Until asked to stop; both are watched and restarted."""
        try:
            async with asyncio.TaskGroup() as group:
                watchers = [group.create_task(self._watch_asterisk()), group.create_task(self._watch_service())]
                await self._asked.to_stop.wait()
                for watcher in watchers:
                    watcher.cancel()
        finally:
            await self.stop()

    def _say(self, text: str) -> None:
        """To whoever still reads: a terminal that was closed must not keep anything from being stopped."""
        with contextlib.suppress(OSError):
            self._tell(text)

    def _reload_service(self) -> None:
        if self._service is not None and self._service.returncode is None:
            self._service.send_signal(signal.SIGHUP)

    async def stop(self) -> None:
        """Calls may end, Asterisk stops, the service writes everything down and stops."""
        try:
            await self._stop_asterisk()
        finally:
            await self._stop_service()

    async def _stop_service(self) -> None:
        service = self._service
        if service is None or service.returncode is not None:
            return
        service.terminate()
        try:
            async with asyncio.timeout(SERVICE_SECONDS):
                await service.wait()
        except TimeoutError:
            log.error("the service did not stop within %.0f s and is ended", SERVICE_SECONDS)
            service.kill()
            await service.wait()

    async def _stop_asterisk(self) -> None:
        if not (self._owns and self.asterisk.running):
            return
        with contextlib.suppress(Unavailable):
            if "0 active calls" not in await self.asterisk.cli("core show channels count"):
                self._say(f"Waiting up to {FINISH_SECONDS:.0f} s for calls to end (Ctrl-C again: at once) ...")
                await self.asterisk.cli("core stop gracefully")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(FINISH_SECONDS):
                        ended = asyncio.ensure_future(self.asterisk.wait())
                        hurried = asyncio.ensure_future(self._asked.at_once.wait())
                        try:
                            await asyncio.wait({ended, hurried}, return_when=asyncio.FIRST_COMPLETED)
                        finally:
                            hurried.cancel()
                            ended.cancel()
        await self.asterisk.stop()

    async def _start_service(self) -> None:
        """Start and wait until it says that it is ready (one line on its standard output)."""
        self._asked.reload_by(None)  # before it is ready SIGHUP would end it
        self._service = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "TELL_READY": "stdout"},
        )
        assert self._service.stdout is not None
        try:
            async with asyncio.timeout(60):
                line = await self._service.stdout.readline()
        except TimeoutError:
            self._service.kill()
            raise Unavailable("the service was not ready within 60 s", error_id="service-start-failed") from None
        if line.strip() != b"ready":
            code = await self._service.wait()
            raise Unavailable(
                f"the service ended with code {code} while starting; its reason stands above",
                error_id="service-start-failed",
            )
        self._asked.reload_by(self._reload_service)

    async def _watch_service(self) -> None:
        deaths = 0
        while True:
            assert self._service is not None
            started = asyncio.get_running_loop().time()
            code = await self._service.wait()
            if asyncio.get_running_loop().time() - started > 60:
                deaths = 0
            pause = RESTART_PAUSES[min(deaths, len(RESTART_PAUSES) - 1)]
            deaths += 1
            log.error("the service ended (code %s); calls go on without it; starting it again in %.1f s", code, pause)
            await asyncio.sleep(pause)
            try:
                await self._start_service()
            except (Unavailable, OSError) as error:
                log.error("%s", error)

    async def _watch_asterisk(self) -> None:
        while True:
            await self.asterisk.wait()
            log.error("Asterisk ended; starting it again. %s", self.asterisk.log_tail(3))
            try:
                self.asterisk.keep_files()
                await self.asterisk.start()
            except (HotlineError, OSError) as error:
                log.error("Asterisk could not be started: %s", error)
                await asyncio.sleep(2.0)


def service_command(config: str | None) -> list[str]:
    """How this Python starts the service."""
    return [sys.executable, "-m", "hotline1022", "serve", *(["--config", config] if config else [])]
