"""What people of the story see and do on their pages, each in a browser of their own."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.steps import fill, press
from tests.browser.story_world import AT_LINES, House
from tests.browser.test_agent import sees
from tests.contract.database.desk_world import OWN
from tests.lab.browser import Browser, Tab

#: a folder where scripts/pictures wants them
PICTURES = os.environ.get("STORY_PICTURES", "")
DESK, PHONE, TELEVISION = (1440, 900), (390, 844), (1920, 1080)

#: when the number of who calls, and all of the call, came onto the page: milliseconds of the clock that telephones have too
WATCH = """
(() => {
  window.stays = 1;
  window.rang = window.shown = 0;
  const now = () => performance.timeOrigin + performance.now();
  new MutationObserver(() => {
    const call = document.getElementById('call'), form = document.getElementById('form');
    if (!window.rang && document.getElementById('call-title').textContent.replaceAll(' ', '').includes(NUMBER)) window.rang = now();
    if (!window.shown && call.dataset.call && form.dataset.draft === call.dataset.call && call.innerText.replaceAll(' ', '').includes(NUMBER)) window.shown = now();
  }).observe(document.getElementById('agent'), {subtree: true, childList: true, characterData: true, attributes: true});
})()
"""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody at a computer."""

    tab: Tab
    house: House
    #: where pictures of pages are kept
    pictures: Path
    #: where the desk is, without a slash at the end
    address: str

    async def go(self, path: str) -> None:
        """Open a page of the house."""
        await self.tab.open(self.address + path)

    async def sees(self, script: str, wanted: Any = True, *, seconds: float = 30) -> None:
        """Wait until it is so on the page."""
        await sees(self.tab, script, wanted, seconds=seconds)

    async def reads(self, *texts: str, within: str = "main", seconds: float = 30) -> None:
        """Wait until all this stands in that part of the page."""
        wanted = json.dumps(texts)
        script = (
            f"({wanted}).filter(one => !document.querySelector({json.dumps(within)}).innerText.includes(one)).join()"
        )
        try:
            await self.sees(script, "", seconds=seconds)
        except AssertionError:
            raise AssertionError(f"{texts} are not all there:\n{await self.text(within)}") from None

    async def text(self, within: str = "main") -> str:
        """What stands there."""
        return str(await self.tab.run(f"document.querySelector({json.dumps(within)}).innerText"))

    async def click(self, selector: str) -> None:
        """Press a button that stays on the page."""
        await self.tab.click(selector)

    async def leave(self, selector: str) -> None:
        """Press a button, or follow a link, to another page."""
        await self.tab.leave(selector)

    async def fill(self, **typed: str) -> None:
        """Type into fields by their ids; an underscore stands for a hyphen."""
        await fill(self.tab, **{name.replace("_", "-"): text for name, text in typed.items()})

    async def choose(self, id: str, value: str) -> None:
        """One of a list."""
        await self.tab.choose(f"#{id}", value)

    async def picture(self, name: str, look_at: str = "") -> None:
        """What the window shows, with this in its upper part."""
        await self.tab.run("document.activeElement.blur()")
        await self.tab.run(f"scrollTo(0, {look_at or '0'})")
        await self.tab.front()
        await self.tab.picture(self.pictures / f"{name}.png", whole=False)


async def sit(browser: Browser, house: House, pictures: Path, size: tuple[int, int], *, port: int = 0) -> Seat:
    """Another computer, telephone or television; `port`: by a cable there."""
    tab = await browser.somebody()
    await tab.size(*size, mobile=size == PHONE)
    return Seat(tab, house, pictures, f"http://127.0.0.1:{port}" if port else house.address)


async def sign_in(seat: Seat, login: str) -> None:
    """With the password that was given, and then one of the own."""
    given = seat.house.given[login]
    await seat.go("/desk/sign-in")
    await seat.fill(login=login, password=given)
    await press(seat.tab)
    await seat.fill(old=given, new=OWN, again=OWN)
    await press(seat.tab)
    await seat.reads("Đã đổi mật khẩu.")


async def on_duty(seat: Seat, line: str, number: str) -> None:
    """The agent's page, and in at a line; from here on it is seen when this number rings."""
    await seat.go("/desk/agent")
    await seat.sees("document.getElementById('stream').hidden && !!window.HL")
    await seat.sees(f"[...document.getElementById('line')?.options ?? []].some(one => one.value === '{line}')")
    await seat.choose("line", line)
    await seat.fill(pin=AT_LINES[line][2])
    await seat.tab.press("Enter")
    await seat.sees("document.getElementById('state').dataset.state", "ready")
    await seat.tab.run(WATCH.replace("NUMBER", json.dumps(number)))


async def figure(seat: Seat, name: str) -> int:
    """A figure of supervision by its name."""
    script = "[...document.querySelectorAll('#now .figure-said')].find(e => e.querySelector('.figure-name').textContent === NAME)?.querySelector('strong').textContent"
    return _whole(await seat.tab.run(script.replace("NAME", json.dumps(name))), name)


async def on_television(seat: Seat, id: str) -> int:
    """A figure of the television."""
    return _whole(await seat.tab.run(f"document.querySelector('[data-figure={id}] dd').textContent"), id)


def _whole(text: Any, name: str) -> int:
    assert isinstance(text, str), f"there is no figure {name}"
    digits = re.sub(r"[.\s]", "", text)
    assert digits.isdigit(), f"{name} is {text!r}"
    return int(digits)
