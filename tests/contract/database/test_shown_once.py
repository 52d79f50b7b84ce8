"""A password or PIN that was just made is there when the page is loaded again, for who made it and for minutes; loading makes no second one."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.db.unit import Database
from hotline1022.web.desk.shown_once import KEPT, MOST, Once, ShownOnce
from tests.contract.database.desk_world import OWN, Shown
from tests.contract.database.planning_world import Planning, fill, open_planning

KEPT_UNTIL = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
USERS, PEOPLE = "/desk/users", "/desk/roster/people"
NEW = {"name": "Trần Thị Hoa", "login": "hoa", "role": ["agent"], "person": "", "contact": ""}


@pytest.fixture
async def planning(database: Database, tmp_path: Path) -> AsyncIterator[Planning]:
    await fill(database)
    async with open_planning(database, tmp_path) as made:
        yield made


def secrets_of(shown: Shown) -> list[str]:
    return re.findall(r'class="once mb-0">([a-z0-9-]+)<', shown.text)


async def test_loaded_again_it_is_the_same_password_and_no_second_one(planning: Planning) -> None:
    world = planning.world
    async with world.signed_in("admin") as browser:
        made = await browser.send(f"{USERS}/new", f"{USERS}/new", **NEW)
        assert made.status == 303 and re.fullmatch(rf"{USERS}\?once=[0-9a-f]{{16}}", made.goes_to)
        first, again = await browser.get(made.goes_to), await browser.get(made.goes_to)
        (password,) = secrets_of(first)
        assert secrets_of(again) == [password] and "Trần Thị Hoa (hoa)" in again.text
        assert first.headers["Cache-Control"] == "no-store"
        assert await world.admin.still_opens("hoa", password)
        assert secrets_of(await browser.get(USERS)) == [], "without its name nothing is shown"
        hoa = await world.admin.by_login("hoa")
        page = f"{USERS}/{hoa.id}"
        one, two = [(await browser.send(page, f"{page}/reset")).goes_to for _ in range(2)]
        (older,), (newer,) = secrets_of(await browser.get(one)), secrets_of(await browser.get(two))
        assert older != newer, "two windows: each shows what was made in it"
        assert await world.admin.still_opens("hoa", newer) and not await world.admin.still_opens("hoa", older)
        world.now += KEPT
        gone = await browser.get(two)
        assert gone.status == 200 and secrets_of(gone) == [] and "không còn hiển thị" in gone.text
        acts = repr(await world.acts())
        assert newer not in acts and older not in acts and password not in acts


async def test_nobody_else_sees_it_and_a_restart_forgets_it(planning: Planning) -> None:
    world = planning.world
    async with (
        world.signed_in("admin") as browser,
        world.signed_in("admin", login="minh") as other,
        world.browser() as own,
    ):
        made = await browser.send(f"{USERS}/new", f"{USERS}/new", **NEW)
        assert (await own.enter("lan", OWN)).goes_to == "/desk"
        for somebody in (other, own):
            seen = await somebody.get(made.goes_to)
            assert secrets_of(seen) == [] and "không còn hiển thị" in seen.text, "also oneself in another browser"
        async with world.browser() as stranger:
            assert (await stranger.get(made.goes_to)).goes_to.startswith("/desk/sign-in")
        (password,) = secrets_of(await browser.get(made.goes_to))
        assert secrets_of(await browser.get(f"{PEOPLE}?once={made.goes_to[-16:]}")) == [], "it is no PIN"
        for file in world.folder.rglob("*"):
            assert not file.is_file() or password.encode() not in file.read_bytes(), file


async def test_a_pin_is_shown_so_too(planning: Planning) -> None:
    async with planning.world.signed_in("shift-manager") as browser:
        given = await browser.send(PEOPLE, f"{PEOPLE}/1001/pin")
        assert given.status == 303
        first, again = secrets_of(await browser.get(given.goes_to)), secrets_of(await browser.get(given.goes_to))
        assert len(first) == 1 and first == again
        planning.world.now += KEPT
        gone = await browser.get(given.goes_to)
        assert secrets_of(gone) == [] and "cấp PIN mới" in gone.text


async def test_it_goes_by_itself_and_there_are_never_many(monkeypatch: pytest.MonkeyPatch) -> None:
    later: list[object] = []
    monkeypatch.setattr(
        asyncio.get_running_loop(), "call_later", lambda seconds, what, *args: later.append(what(*args))
    )
    store = ShownOnce()
    one = Once(session="s", page=USERS, secret="x", about={}, until=KEPT_UNTIL)
    name = store.put(one)
    assert later == [one] and store.look(name, "s", USERS, KEPT_UNTIL - KEPT) is None
    monkeypatch.undo()
    names = [store.put(one) for _ in range(MOST + 1)]
    assert store.look(names[0], "s", USERS, KEPT_UNTIL - KEPT) is None
    assert store.look(names[-1], "s", USERS, KEPT_UNTIL - KEPT) is one
    assert store.look(names[-1], "s", USERS, KEPT_UNTIL) is None
    assert "secret" not in repr(one)
