"""What a person does at a page in a Chromium: keys, fields, the door; and what axe and the browser complain of. Keeps nothing."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.contract.database.desk_world import OWN, World
from tests.lab.browser import Tab

AXE = Path(__file__).parents[1] / "vendor" / "axe.js"
FOCUSED = """
(() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  return {tag: e.tagName, id: e.id, text: (e.textContent || e.value || '').trim(), href: e.getAttribute('href') || '',
          outline: s.outlineStyle, width: parseFloat(s.outlineWidth), seen: r.width > 0}; })()
"""


async def barriers(tab: Tab) -> list[Any]:
    """What axe finds against WCAG 2.2 A and AA."""
    await tab.run(AXE.read_text(encoding="utf-8") + "\n;0")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    script = f"axe.run(document, {{runOnly: {tags}, resultTypes: ['violations']}}).then(r => JSON.stringify(r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120))])))"

    found: list[Any] = json.loads(await tab.run(script))
    return found


def serious(tab: Tab) -> list[str]:
    """What the browser complained of, but for the statuses that are wanted."""
    return [one for one in tab.complaints if "status of 40" not in one]


async def until(tab: Tab, condition: str) -> None:
    """Until an expression of the page is true; fails after a minute."""
    try:
        async with asyncio.timeout(60):
            while not await tab.run(condition):  # noqa: ASYNC110 -- a page tells nobody
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"never: {condition}") from None


async def go_to(tab: Tab, wanted: str) -> None:
    """By the key Tab alone; whatever has the focus on the way shows it."""
    for _ in range(60):
        await tab.press("Tab")
        focused = await tab.run(FOCUSED)
        if focused["tag"] == "BODY":
            continue
        assert focused["seen"] and focused["outline"] != "none" and focused["width"] >= 2, focused
        if wanted in (focused["id"], focused["text"], focused["href"]):
            return
    raise AssertionError(f"the key Tab does not lead to {wanted}")


async def press(tab: Tab) -> None:
    """Enter, and the page that follows."""
    tab.expect_load()
    await tab.press("Enter")
    await tab.loaded()


async def fill(tab: Tab, **typed: str) -> None:
    """Into fields by their ids, in the order of the page."""
    for name, text in typed.items():
        await tab.fill(f"#{name}", text)


async def enter(tab: Tab, world: World, login: str, password: str) -> None:
    await tab.open(str(world.server.make_url("/desk/sign-in")))
    await fill(tab, login=login, password=password)
    await press(tab)


async def settle(tab: Tab, world: World) -> None:
    """The first admin signs in and chooses a password."""
    await enter(tab, world, "admin", world.once)
    await fill(tab, old=world.once, new=OWN, again=OWN)
    await press(tab)
