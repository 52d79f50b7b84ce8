"""A real Chromium without a window, driven by its DevTools protocol: pages opened, keys pressed, pictures taken, surely ended.

The program is the machine's own or that of the private root, which is run by that root's own loader. It looks for its data
beside the running program, so the loader is copied next to it. Refuses to be skipped: without it the tests fail and say how
to get it.
"""

import asyncio
import base64
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

from tests.lab.postgres import private_root

#: seconds; a busy machine starts it in about three
SECONDS = 60.0
_KEYS = {
    "Tab": ("Tab", 9, ""),
    "Enter": ("Enter", 13, "\r"),
    " ": ("Space", 32, " "),
    "1": ("Digit1", 49, "1"),
    "2": ("Digit2", 50, "2"),
    "4": ("Digit4", 52, "4"),
    "Home": ("Home", 36, ""),
    "ArrowLeft": ("ArrowLeft", 37, ""),
    "ArrowRight": ("ArrowRight", 39, ""),
}


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


class Tab:
    """One tab of the browser."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        #: what the page said on its console, what was refused by its policy, what broke in it
        self.complaints: list[str] = []
        self._loaded = asyncio.Event()
        #: documents that are loaded, by the browser's own ids
        self._documents: set[str] = set()
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            told = json.loads(message.data)
            if "id" in told:
                if not (answer := self._answers.pop(told["id"])).done():  # else nobody waits for it any more
                    answer.set_result(told)
                continue
            match told["method"]:
                case "Page.loadEventFired":
                    self._loaded.set()
                case "Page.lifecycleEvent" if told["params"]["name"] == "load":
                    self._documents.add(told["params"]["loaderId"])
                    self._loaded.set()
                case "Log.entryAdded" if told["params"]["entry"]["level"] in ("verbose", "info"):
                    pass  # the browser's own remarks: a field that has the focus already needs no autofocus
                case "Log.entryAdded" | "Runtime.exceptionThrown" | "Runtime.consoleAPICalled":
                    self.complaints.append(json.dumps(told["params"]))

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """One command; its result."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        async with asyncio.timeout(SECONDS):
            told = await answer
        if "error" in told:
            raise AssertionError(f"{method}: {told['error']}")
        result: dict[str, Any] = told["result"]
        return result

    async def open(self, address: str) -> None:
        """Load a page and wait until it is there."""
        self._loaded.clear()
        told = await self.send("Page.navigate", url=address)
        await self.loaded()
        async with asyncio.timeout(SECONDS):
            while "errorText" not in told and told["loaderId"] not in self._documents:
                self._loaded.clear()  # it was the page before that had been loaded just now
                await self._loaded.wait()

    async def loaded(self) -> None:
        """Wait for a page that was asked for since `expect_load`, or by `open`."""
        async with asyncio.timeout(SECONDS):
            await self._loaded.wait()

    def expect_load(self) -> None:
        """What follows loads a page."""
        self._loaded.clear()

    async def size(self, width: int, height: int, *, mobile: bool = False) -> None:
        """The window in CSS pixels."""
        await self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile
        )

    async def run(self, script: str) -> Any:
        """The value of an expression of JavaScript in the page."""
        told = await self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise AssertionError(told["exceptionDetails"])
        return told["result"].get("value")

    async def press(self, key: str) -> None:
        """Press and let go one of `_KEYS`."""
        code, number, text = _KEYS[key]
        same = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        await self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **same)
        await self.send("Input.dispatchKeyEvent", type="keyUp", **same)

    async def type(self, text: str) -> None:
        """Type into what has the focus."""
        await self.send("Input.insertText", text=text)

    async def picture(self, path: Path, *, whole: bool = True) -> None:
        """The page as a PNG, packed quickly rather than small: all of it, or what the window shows."""
        told = await self.send("Page.captureScreenshot", captureBeyondViewport=whole, optimizeForSpeed=True)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(told["data"]))

    async def close(self) -> None:
        """End it."""
        await self._socket.close()
        await self._reader


class Browser:
    """A running Chromium."""

    def __init__(self, session: ClientSession, port: int) -> None:
        self._session, self._port = session, port
        self._tabs: list[Tab] = []
        #: the program itself, which opens windows
        self._whole: Tab | None = None

    async def tab(self) -> Tab:
        """A new tab."""
        async with self._session.put(f"http://127.0.0.1:{self._port}/json/new?about:blank") as response:
            told = await response.json()
        return await self._opened(told["webSocketDebuggerUrl"])

    async def somebody(self) -> Tab:
        """A tab in a window of its own, with cookies and a storage of its own: another person at another machine."""
        if self._whole is None:
            async with self._session.get(f"http://127.0.0.1:{self._port}/json/version") as response:
                told = await response.json()
            self._whole = await self._linked(told["webSocketDebuggerUrl"])
        context = (await self._whole.send("Target.createBrowserContext"))["browserContextId"]
        window = {"url": "about:blank", "browserContextId": context, "newWindow": True}
        target = (await self._whole.send("Target.createTarget", **window))["targetId"]
        return await self._opened(f"ws://127.0.0.1:{self._port}/devtools/page/{target}")

    async def _linked(self, address: str) -> Tab:
        made = Tab(await self._session.ws_connect(address, max_msg_size=0))
        self._tabs.append(made)
        return made

    async def _opened(self, address: str) -> Tab:
        made = await self._linked(address)
        for domain in ("Page", "Runtime", "Log"):
            await made.send(f"{domain}.enable")
        await made.send("Page.setLifecycleEventsEnabled", enabled=True)
        return made

    async def close(self) -> None:
        """End all tabs."""
        for tab in self._tabs:
            await tab.close()


@asynccontextmanager
async def running_browser(folder: Path) -> AsyncIterator[Browser]:
    """Chromium with a profile of its own in `folder`; it and all its helpers are ended afterwards."""
    command, profile = browser_command(folder), folder / "profile"
    process = await asyncio.create_subprocess_exec(
        str(command),
        "--headless",
        "--no-sandbox",
        "--no-zygote",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--remote-debugging-port=0",
        f"--browser-subprocess-path={command}",
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        port = await _port(profile / "DevToolsActivePort", process)
        async with ClientSession() as session:
            browser = Browser(session, port)
            try:
                yield browser
            finally:
                await browser.close()
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _port(file: Path, process: asyncio.subprocess.Process) -> int:
    async with asyncio.timeout(SECONDS):
        while process.returncode is None:
            if await asyncio.to_thread(file.is_file):
                text = await asyncio.to_thread(file.read_text)
                if "\n" in text:
                    return int(text.splitlines()[0])
            await asyncio.sleep(0.05)
    raise AssertionError(f"Chromium ended with code {process.returncode} at its start")
