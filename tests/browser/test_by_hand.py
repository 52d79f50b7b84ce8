"""What these tests take for a hand: it presses only what it could see and reach, in a list it takes what the list has; a look at a page
is no gesture. Neither Chromium nor its driver outlives who uses them.
"""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.lab.browser import Browser, Tab

#: seconds within which a hand gives up here
BRIEF = 3.0
#: seconds for a page to stand open on a busy machine, and for all to be gone
PATIENCE = 60.0
PRESSED = "document.title"
BUTTON = "<button id=b onclick='document.title = `pressed`'>Lưu</button>"
COVER = "<div id=cover style='position: fixed; inset: 0; background: white'></div>"


async def page(browser: Browser, html: str) -> Tab:
    tab = await browser.tab()
    await tab.size(800, 600)
    await tab.open(f"data:text/html,{quote(f'<!doctype html><meta charset=utf-8><title>untouched</title>{html}')}")
    return tab


@pytest.mark.parametrize(
    ("html", "told"),
    [
        (BUTTON + COVER, "intercepts pointer events"),
        (f"<div style='pointer-events: none'>{BUTTON}</div>", "intercepts pointer events"),
        (f"<div style='visibility: hidden'>{BUTTON}</div>", "not visible"),
        (f"<fieldset disabled>{BUTTON}</fieldset>", "not enabled"),
        (f"<div style='position: fixed; left: 900px'>{BUTTON}</div>", "outside of the viewport"),
    ],
    ids=["covered", "deaf", "hidden", "disabled", "outside"],
)
async def test_what_no_hand_could_press_is_not_pressed(browser: Browser, html: str, told: str) -> None:
    tab = await page(browser, html)
    with pytest.raises(AssertionError, match=told):
        await tab.click("#b", patience=BRIEF)
    assert await tab.run(PRESSED) == "untouched"


async def test_what_is_further_down_or_comes_late_is_pressed(browser: Browser) -> None:
    tab = await page(browser, f"<div style='height: 3000px'></div>{BUTTON}{COVER}")
    await tab.run("setTimeout(() => document.getElementById('cover').remove(), 400)")
    await tab.click("#b")
    assert await tab.run(PRESSED) == "pressed" and await tab.run("scrollY") > 0


async def test_a_list_gives_what_it_has(browser: Browser) -> None:
    options = "<option value=a>A<option value=b>B<option value=c disabled>C"
    tab = await page(browser, f"<select id=s onchange='document.title = this.value'>{options}</select>")
    assert await tab.choose("#s", "b") == "b" and await tab.run(PRESSED) == "b"
    assert await tab.choose("#s", 0) == "a" and await tab.run("document.activeElement.id") == "s"
    for nothing in ("c", "d"):
        with pytest.raises(AssertionError):
            await tab.choose("#s", nothing, patience=BRIEF)
    assert await tab.run(PRESSED) == "a"


async def test_letters_are_keys_and_a_look_is_no_gesture(browser: Browser) -> None:
    tab = await page(browser, "<input id=i onkeydown='(window.keys ||= []).push(event.key)'>")
    await tab.run("document.getElementById('i').focus()")
    assert await tab.run("navigator.userActivation.hasBeenActive") is False
    await tab.type("ab ệ1")
    assert await tab.run("document.getElementById('i').value") == "ab ệ1"
    assert await tab.run("window.keys.join('')") == "ab 1"
    assert await tab.run("navigator.userActivation.hasBeenActive") is True


async def test_a_window_is_that_of_a_telephone_or_of_a_computer(browser: Browser) -> None:
    tab = await browser.tab()
    for _ in range(2):
        await tab.size(360, 740, mobile=True)
        await tab.open("data:text/html,<p>Laid out wide, as telephones do with pages that say nothing of them")
        assert await tab.run("innerWidth") == 980
        await tab.open("data:text/html,<meta name=viewport content='width=device-width'>")
        assert await tab.run("[innerWidth, innerHeight]") == [360, 740]
        await tab.size(1280, 800)
        assert await tab.run("[innerWidth, innerHeight]") == [1280, 800]
        await tab.open("data:text/html,<p>As wide as the window")
        assert await tab.run("innerWidth") == 1280


def _begun(id: int) -> set[int]:
    """All that a process has begun, and what those have."""
    found: set[int] = set()
    for task in Path(f"/proc/{id}/task").glob("*/children"):
        for one in task.read_text().split():
            found |= {int(one)} | _begun(int(one))
    return found


def _commands(some: set[int]) -> list[bytes]:
    """How those were called that run still."""
    found = []
    for one in some:
        with suppress(FileNotFoundError, ProcessLookupError):
            found.append(Path(f"/proc/{one}/cmdline").read_bytes())
    return [one for one in found if one]


async def test_nothing_is_left_when_the_tests_are_killed(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "tests.lab.chromium_process", str(tmp_path))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            assert await process.stdout.readline() == b"open\n"
        begun = await asyncio.to_thread(_begun, process.pid)
        running = _commands(begun)
        assert any(b"run-driver" in one for one in running) and any(b"--type=renderer" in one for one in running)
    finally:
        process.kill()
        await process.wait()
    async with asyncio.timeout(PATIENCE):
        while _commands(begun):  # noqa: ASYNC110 -- who is gone tells nobody
            await asyncio.sleep(0.05)
