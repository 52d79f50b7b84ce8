"""A real Chromium without a window and the driver that leads it, in a thread of their own: one for all tests of a file, whichever loops
those have. Both are surely ended, also when the tests are killed: the driver ends when nobody listens to it any more, and the
browser with it.

The program is the machine's own or that of the private root, which is run by that root's own loader. It looks for its data
beside the running program, so the loader is copied next to it. Refuses to be skipped: without it the tests fail and say how
to get it.
"""

import asyncio
import shutil
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from playwright.async_api import Browser, Error, async_playwright

from tests.lab.postgres import private_root

#: seconds; a busy machine starts it in about three
SECONDS = 60.0
_Told = TypeVar("_Told")


class BrowserMissing(Exception):
    """The package is not there."""


def browser_command(folder: Path) -> Path:
    """A program in `folder` that runs Chromium with whatever arguments, itself as its helpers."""
    own = shutil.which("chromium")
    script = folder / "chromium.sh"
    root = private_root()
    home = root / "usr/lib/chromium"
    if own:
        text = f'#!/bin/sh\nexec {own} "$@"\n'
    elif (home / "chromium").is_file():
        triplet = next(one.parent.name for one in (root / "usr/lib").glob("*-linux-gnu/libc.so.6"))
        loader = next(one for one in (root / "usr").glob("lib*/ld-linux-*.so.*"))
        if not (home / "loader").exists():
            shutil.copy(loader.resolve(), home / "loader")
        libraries = f"{root}/usr/lib/{triplet}:{root}/usr/lib/{triplet}/pulseaudio:{home}"
        text = (
            f'#!/bin/sh\nexport FONTCONFIG_SYSROOT="{root}"\n'
            f'exec "{home}/loader" --library-path "{libraries}" "{home}/chromium" "$@"\n'
        )
    else:
        raise BrowserMissing("there is no Chromium; run scripts/private-root chromium fonts-dejavu-core")
    script.write_text(text)
    script.chmod(0o755)
    return script


@dataclass(frozen=True, slots=True)
class Chromium:
    """A running browser in its thread. What is done with it is awaited in any loop."""

    #: of the thread
    loop: asyncio.AbstractEventLoop
    #: as the driver has it; touched in the thread alone, by what is given to `do`
    driven: Browser
    #: the thread ends
    over: asyncio.Event

    async def do(self, what: Coroutine[Any, Any, _Told]) -> _Told:
        """Do this in the thread. Raises AssertionError with the driver's own words where it cannot be done."""
        try:
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(what, self.loop))
        except Error as error:
            raise AssertionError(error.message) from None


async def _live(command: Path, ready: "Future[Chromium]") -> None:
    try:
        async with async_playwright() as driver:
            driven = await driver.chromium.launch(
                executable_path=command,
                args=["--no-zygote", "--disable-gpu", f"--browser-subprocess-path={command}"],
                # a bar for scrolling takes its room from a page, as it does for people
                ignore_default_args=["--hide-scrollbars"],
                timeout=SECONDS * 1000,
            )
            over = asyncio.Event()
            ready.set_result(Chromium(asyncio.get_running_loop(), driven, over))
            await over.wait()
            await driven.close()
    except Exception as error:
        if ready.done():
            raise
        ready.set_exception(error)


@contextmanager
def running_chromium(folder: Path) -> Iterator[Chromium]:
    """Chromium, run by a program that is laid into `folder`; it, its helpers and the driver are ended afterwards."""
    command, ready = browser_command(folder), Future[Chromium]()
    thread = Thread(target=lambda: asyncio.run(_live(command, ready)), name="chromium", daemon=True)
    thread.start()
    running = ready.result(SECONDS)
    try:
        yield running
    finally:
        running.loop.call_soon_threadsafe(running.over.set)
        thread.join(SECONDS)
        assert not thread.is_alive(), "Chromium did not end"
