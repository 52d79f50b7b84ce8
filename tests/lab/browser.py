"""Windows of a real Chromium that somebody looks at: pages opened, buttons pressed by a mouse, keys by a keyboard, pictures taken.

Whatever is clicked is hit where a hand would: it is seen, it stands still, it is not disabled and nothing lies over it. Refuses what
could not be done by hand, with what was in the way.
"""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, ConsoleMessage, Dialog, FilePayload, Locator, Page
from playwright.async_api import Error as PageError

from tests.lab.chromium import SECONDS, Chromium, running_chromium

#: seconds for which a hand tries what it cannot do yet
PATIENCE = 20.0
#: what is longer is not typed key by key: it comes at once, as by a method of input
_TYPED = 60


class Tab:
    """One window or tab."""

    def __init__(self, chromium: Chromium, page: Page, devtools: CDPSession) -> None:
        self._chromium, self._page, self._devtools = chromium, page, devtools
        #: what the page said on its console, what was refused by its policy, what broke in it
        self.complaints: list[str] = []
        #: what it asked in a dialog of the browser, and what somebody answers
        self.asked: list[str] = []
        self.agrees = True
        self._loaded = asyncio.Event()
        page.on("load", lambda _: self._loaded.set())
        page.on("console", self._says)
        page.on("pageerror", self._breaks)
        page.on("dialog", self._asks)

    def _says(self, said: ConsoleMessage) -> None:
        if said.args or said.type not in ("verbose", "info"):  # else the browser's own remark
            self.complaints.append(f"{said.type}: {said.text} {json.dumps(said.location)}")

    def _breaks(self, error: PageError) -> None:
        self.complaints.append(error.stack or error.message)

    async def _asks(self, dialog: Dialog) -> None:
        self.asked.append(dialog.message)
        await (dialog.accept() if self.agrees else dialog.dismiss())

    def _at(self, selector: str) -> Locator:
        return self._page.locator(selector).first

    async def send(self, method: str, **params: Any) -> Any:
        """What the driver has no words for: one command of the browser's own protocol; its result."""
        return await self._chromium.do(self._devtools.send(method, params))

    async def open(self, address: str) -> None:
        """Load a page and wait until it is there."""
        await self._chromium.do(self._page.goto(address))

    async def reload(self) -> None:
        """Load it again and wait until it is there."""
        await self._chromium.do(self._page.reload())

    async def loaded(self) -> None:
        """Wait for a page that was asked for since `expect_load`."""
        await self._chromium.do(asyncio.wait_for(self._loaded.wait(), SECONDS))

    def expect_load(self) -> None:
        """What follows loads a page."""
        self._loaded.clear()

    async def leave(self, selector: str) -> None:
        """Click something that leads to another page, and wait until that is there."""
        self.expect_load()
        await self.click(selector)
        await self.loaded()

    async def at_first(self, script: str) -> None:
        """Before any script of the pages that are opened from now on."""
        await self._chromium.do(self._page.add_init_script(script))

    async def front(self) -> None:
        """In front of the other tabs of its window."""
        await self._chromium.do(self._page.bring_to_front())

    async def size(self, width: int, height: int, *, mobile: bool = False) -> None:
        """The window in CSS pixels; `mobile`: laid out as on a telephone."""
        # for the driver something is a telephone from its first page on, here a page is looked at on both
        await self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile
        )

    async def calm(self) -> None:
        """Somebody who wants nothing to move."""
        await self._chromium.do(self._page.emulate_media(reduced_motion="reduce"))

    async def run(self, script: str) -> Any:
        """The value of an expression of JavaScript in the page. A look, no gesture: what pages may do only after somebody has
        pressed something they may not do after this, as they might after the driver's own.
        """
        told = await self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise AssertionError(told["exceptionDetails"])
        return told["result"].get("value")

    async def click(self, selector: str, *, times: int = 1, patience: float = PATIENCE) -> None:
        """Press the first such thing with the mouse, in its middle, as soon as a hand could."""
        await self._chromium.do(self._at(selector).click(click_count=times, timeout=patience * 1000))

    async def choose(self, selector: str, wanted: str | int, *, patience: float = PATIENCE) -> str:
        """One of a list that is seen, by its value or its place from 0 on; the value. The focus is in the list then."""
        at, most = self._at(selector), patience * 1000
        await self._chromium.do(at.focus(timeout=most))
        if isinstance(wanted, int):
            (chosen,) = await self._chromium.do(at.select_option(index=wanted, timeout=most))
        else:
            (chosen,) = await self._chromium.do(at.select_option(value=wanted, timeout=most))
        return chosen

    async def attach(self, selector: str, name: str, kind: str, data: bytes) -> None:
        """A file into a field for files, whatever stands there of it."""
        file = FilePayload(name=name, mimeType=kind, buffer=data)
        await self._chromium.do(self._at(selector).set_input_files(file, timeout=PATIENCE * 1000))

    async def fill(self, selector: str, text: str) -> None:
        """In place of what stands in a field that is seen and may be changed; the focus stays in it."""
        await self._chromium.do(self._at(selector).fill(text, timeout=PATIENCE * 1000))

    async def press(self, key: str) -> None:
        """Press and let go a key by its name, or several at once: `Control+Enter`."""
        await self._chromium.do(self._page.keyboard.press(key))

    async def type(self, text: str) -> None:
        """Type into what has the focus."""
        keyboard = self._page.keyboard
        await self._chromium.do(keyboard.type(text) if len(text) <= _TYPED else keyboard.insert_text(text))

    async def point(self, x: float, y: float) -> None:
        """The mouse comes here, in CSS pixels of the window."""
        await self._chromium.do(self._page.mouse.move(x, y))

    async def hold(self, pressed: bool) -> None:
        """The mouse's button goes down, or is let go."""
        await self._chromium.do(self._page.mouse.down() if pressed else self._page.mouse.up())

    async def network(self, *, lost: bool = False, late: int = 0) -> None:
        """That of this tab alone: gone, or with each answer later by so many milliseconds; as it was, when nothing is given."""
        await self.send("Network.enable")
        speed = {"latency": late, "downloadThroughput": -1, "uploadThroughput": -1}
        await self.send("Network.emulateNetworkConditions", offline=lost, **speed)

    async def refuse(self, pattern: str) -> None:
        """Nothing is got from addresses in which this regular expression is found; from all again: an empty one."""
        await self._chromium.do(self._page.unroute_all())
        if pattern:
            await self._chromium.do(self._page.route(re.compile(pattern), lambda route: route.abort()))

    async def forget(self) -> None:
        """Without the cookies of all tabs of this person."""
        await self._chromium.do(self._page.context.clear_cookies())

    async def cookie(self, name: str, value: str, address: str) -> None:
        """With this one for the pages of an address."""
        await self._chromium.do(self._page.context.add_cookies([{"name": name, "value": value, "url": address}]))

    async def picture(self, path: Path, *, whole: bool = True) -> None:
        """The page as a PNG, packed quickly rather than small: all of it, or what the window shows. The driver's own puts a style
        into the page, which its policy refuses.
        """
        told = await self.send("Page.captureScreenshot", captureBeyondViewport=whole, optimizeForSpeed=True)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(told["data"]))

    async def close(self) -> None:
        """The window is gone."""
        await self._chromium.do(self._page.close())


class Browser:
    """A Chromium as it comes to those who use it: without cookies, with an empty storage."""

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []
        self._first: BrowserContext | None = None

    async def tab(self) -> Tab:
        """A new tab of the first person."""
        if self._first is None:
            self._first = await self._context()
        return await self._opened(self._first)

    async def somebody(self) -> Tab:
        """A tab in a window of its own, with cookies and a storage of its own: another person at another machine."""
        return await self._opened(await self._context())

    async def _context(self) -> BrowserContext:
        made = await self._chromium.do(self._chromium.driven.new_context(no_viewport=True))
        self._contexts.append(made)
        return made

    async def _opened(self, context: BrowserContext) -> Tab:
        async def there() -> Tab:
            page = await context.new_page()
            return Tab(self._chromium, page, await context.new_cdp_session(page))

        return await self._chromium.do(there())

    async def close(self) -> None:
        """All windows are gone, and what they kept."""
        for one in self._contexts:
            await self._chromium.do(one.close())


@asynccontextmanager
async def windows(chromium: Chromium) -> AsyncIterator[Browser]:
    """Of people who come to this Chromium for the first time; closed afterwards."""
    opened = Browser(chromium)
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def running_browser(folder: Path) -> AsyncIterator[Browser]:
    """A Chromium for somebody alone, run by a program that is laid into `folder`; all of it is ended afterwards."""
    with ExitStack() as stack:
        chromium = await asyncio.to_thread(stack.enter_context, running_chromium(folder))
        async with windows(chromium) as opened:
            yield opened
