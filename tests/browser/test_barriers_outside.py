"""Pages outside the desk, and those that say that something went wrong, in a real Chromium: links of officers and of packages, open and
ended, televisions, what is not there, not allowed, broken, away, too much. Axe finds no barrier in any, narrow and wide, light and dark.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import Unavailable
from hotline1022.tickets.types import State
from hotline1022.web.cookies import PLAIN
from hotline1022.web.failures import failure
from tests.browser.barrier_table import TABLE, Kind
from tests.browser.barrier_world import Form, Looker, forms_of, told
from tests.lab.browser import Browser
from tests.unit.accounts_memory import MemoryDoor
from tests.unit.calls_memory import NOW
from tests.unit.links_memory import TICKET, TOKEN
from tests.unit.listening_memory import KEY
from tests.unit.wall_memory import KEY as WALL
from tests.unit.wall_memory import OLD
from tests.unit.web_memory import House, open_house

LINK, PACKAGE = f"/l/{TOKEN}", f"/g/{KEY}"
AWAY = Unavailable("the database does not answer", error_id="database-away")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as made:
        yield made


@pytest.fixture
async def looker(house: House, browser: Browser) -> AsyncIterator[Looker]:
    made = Looker(await browser.tab(), str(house.client.make_url("")).rstrip("/"))
    await made.enter({})
    yield made
    assert not (wrong := told(made.wrong)), wrong


async def see(looker: Looker, path: str, status: int = 200, name: str = "") -> None:
    """A page of this status."""
    await looker.open(path, status)
    await looker.look(f"{path} {name}")


def breaks(error: Exception) -> Callable[..., object]:
    async def broken(*_: object, **__: object) -> object:
        raise error

    return broken


async def test_pages_outside_the_desk_have_no_barriers(
    house: House, looker: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {one.path for one in TABLE if one.kind is Kind.OUTSIDE} == {"/l/{token}", "/g/{key}", "/wall/{key}"}
    ticket = house.tickets.tickets[TICKET]
    await see(looker, LINK, 200, "before it is forwarded")
    house.tickets.tickets[TICKET] = replace(ticket, state=State.FORWARDED)
    walls = (f"/wall/{WALL}", f"/wall/{WALL}?theme=light", f"/wall/{WALL}?show=charts")
    for path in (LINK, f"{LINK}?done=accept", PACKAGE, *walls):
        await see(looker, path)
    for path in (f"/l/{'A' * 60}", f"/g/{'A' * 43}", f"/wall/{OLD}"):
        await see(looker, path, 404)
    house.packages.over = True
    await see(looker, PACKAGE, 404, "over")
    (form,) = forms_of(LINK, await (await house.client.get(LINK)).text())
    for pairs in form.filled(""):
        await looker.open(LINK)
        await looker.send(form, pairs)
        await looker.look(f"{LINK} {pairs[-1]}")
    house.tickets.tickets[TICKET] = replace(ticket, agency="so-y-te", agency_name="Sở Y tế")
    await see(looker, LINK, 200, "of another agency")
    with monkeypatch.context() as patch:
        for error in (AWAY, RuntimeError("broken")):
            patch.setattr(house.links, "open", breaks(error))
            await see(looker, LINK, failure(error).status)
    for _ in range(40):
        await house.client.get(f"/l/{'B' * 60}")
    await see(looker, f"/l/{'B' * 60}", 429)


async def test_pages_that_say_what_went_wrong_have_no_barriers(
    house: House, looker: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(house.ports.door, MemoryDoor)
    cookie = house.ports.door.let_in("supervisor", frozenset({Permission.LOOK}), NOW)
    for path, status in (("/", 404), ("/desk/nowhere", 404), ("/desk/account/second/drop", 405), ("/l/x/y", 404)):
        await see(looker, path, status)
        said = await looker.tab.run("document.body.innerText")
        assert ("Không tìm thấy trang" in said) != ("Liên kết không mở được" in said), path
    await looker.enter({"Cookie": f"{PLAIN}={cookie}"})
    await see(looker, "/desk/users", 403)
    await see(looker, "/desk/nowhere", 404)
    await see(looker, f"/desk/tickets/{'9' * 16}", 404)
    await see(looker, "/desk/alarms?page=x&which=khong", 200, "asked wrongly")
    form = Form("/desk/password", files=False, given=(), fields=frozenset(), buttons=())
    await looker.open("/desk")
    assert await looker.send(form, [("old", "x")]) == 403
    await looker.look("a form of another session")
    await looker.open("/desk")
    assert await looker.send(form, [("old", "x" * 600_000)]) == 413
    await looker.look("too much")
    for error in (AWAY, RuntimeError("broken"), TimeoutError()):
        with monkeypatch.context() as patch:
            patch.setattr(house.ports.users, "roles", breaks(error))
            await see(looker, "/desk/account", failure(error).status, repr(error))
