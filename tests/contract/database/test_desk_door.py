"""The door of the desk over a real database: what lets a browser in and out again, and what another site or a stranger's form can do."""

import re
from base64 import b32decode
from datetime import timedelta
from html import unescape

import pytest

from hotline1022.accounts.types import Wanted
from hotline1022.service.accounts.desk import Terms
from hotline1022.service.accounts.sign_in_tries import OF_BOTH
from tests.contract.database.account_world import code
from tests.contract.database.desk_world import OWN, World, world

__all__ = ["world"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_another_site_cannot_send_a_form(world: World, headers: dict[str, str]) -> None:
    async with world.signed_in("admin") as browser:
        token = (await browser.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]
        refused = await browser.post("/desk/roles/new", {"csrf": token, "id": "moi", "name": "Mới"}, **headers)
        assert refused.status == 403 and "không thuộc phiên" in refused.text
        assert (await browser.post("/desk/sign-in", {"login": "a", "password": "b"}, **headers)).status == 403
    assert "moi" not in {one.id for one in await world.admin.roles()}


@pytest.mark.parametrize("token", ["", "x", "0" * 64])
async def test_a_form_without_this_sessions_token_is_not_taken(world: World, token: str) -> None:
    async with world.signed_in("admin") as browser, world.signed_in("admin", login="other") as other:
        foreign = (await other.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]
        for one in (token, foreign):
            assert (await browser.post("/desk/roles/new", {"csrf": one, "id": "moi", "name": "Mới"})).status == 403
    assert "moi" not in {one.id for one in await world.admin.roles()}


async def test_the_cookie_is_out_of_reach(world: World) -> None:
    given = await world.admin.add(Wanted(login="lan", name="Lan", roles=frozenset({"agent"})))
    async with world.browser() as browser:
        plain = await browser.enter("lan", given.password)
        assert re.fullmatch(r"hl1022=[\w-]{43}; HttpOnly; Path=/; SameSite=Lax", plain.headers["Set-Cookie"])
        secure = await browser.post(
            "/desk/sign-in", {"login": "lan", "password": given.password}, **{"X-Forwarded-Proto": "https"}
        )
        assert re.fullmatch(
            r"__Host-hl1022=[\w-]{43}; HttpOnly; Path=/; SameSite=Lax; Secure", secure.headers["Set-Cookie"]
        )


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/desk\\evil", "/deskevil", "/desk/\r\nx", "javascript:alert(1)", ""],
)
async def test_the_door_leads_nowhere_else(world: World, wanted: str) -> None:
    async with world.signed_in("admin"):
        pass
    async with world.browser() as browser:
        shown = await browser.post("/desk/sign-in", {"login": "lan", "password": OWN, "next": wanted})
        assert shown.goes_to == "/desk"


async def test_wrong_ones_are_told_on_the_page_and_too_many_must_wait(world: World) -> None:
    async with world.browser() as browser:
        for _ in range(OF_BOTH):
            shown = await browser.enter("admin", "wrong")
            assert shown.status == 401 and "không đúng" in shown.text and 'value="admin"' in shown.text
        shown = await browser.enter("admin", world.once)
        assert shown.status == 429 and "đợi 10 phút" in shown.text


async def test_a_second_factor_is_set_up_asked_for_and_taken_away(world: World) -> None:
    async with world.signed_in("agent") as browser:
        wrong = await browser.send("/desk/account", "/desk/account/second/begin", password="wrong")
        assert wrong.status == 409 and "không đúng" in wrong.text
        begun = await browser.send("/desk/account", "/desk/account/second/begin", password=OWN)
        assert "data:image/svg+xml;base64," in begun.text
        typed = re.findall(r'class="once">([A-Z2-7 ]+)<', begun.text)[0].replace(" ", "")
        secret = b32decode(typed)
        hidden = begun.forms.fields["/desk/account/second/confirm"]
        done = await browser.post("/desk/account/second/confirm", {**hidden, "code": code(secret, world.now)})
        assert re.fullmatch(r"/desk/account\?once=[0-9a-f]{16}&done=second", done.goes_to)
        codes = re.findall(r"<li>([a-z2-9]{4}(?:-[a-z2-9]{4}){2})</li>", (await browser.get(done.goes_to)).text)
        assert len(codes) == 10 and "Còn 10 mã chưa dùng" in (await browser.get("/desk/account")).text
    async with world.browser() as browser:
        assert (await browser.enter("lan", OWN)).goes_to == "/desk/second"
        assert (await browser.get("/desk")).goes_to == "/desk/second"
        assert (await browser.send("/desk/second", "/desk/second", code="000000")).status == 401
        world.now += timedelta(seconds=30)
        entered = await browser.send("/desk/second", "/desk/second", code=code(secret, world.now))
        assert entered.goes_to == "/desk"
        async with world.browser() as without:
            assert (await without.enter("lan", OWN)).goes_to == "/desk/second"
            page = await without.get("/desk/second")
            hidden = page.forms.fields["/desk/second"]
            assert (await without.post("/desk/second", hidden | {"code": codes[0]})).goes_to == "/desk"
            assert "Còn 9 mã chưa dùng" in (await without.get("/desk/account")).text
            made = await without.send("/desk/account", "/desk/account/second/codes", password=OWN)
            others = re.findall(r"<li>([a-z2-9]{4}(?:-[a-z2-9]{4}){2})</li>", (await without.get(made.goes_to)).text)
            assert len(others) == 10 and not set(codes) & set(others)
        dropped = await browser.send("/desk/account", "/desk/account/second/drop", password=OWN)
        assert dropped.goes_to == "/desk/account?done=dropped"


async def test_sessions_are_seen_and_ended(world: World) -> None:
    async with world.signed_in("agent") as one, world.browser() as two:
        await two.enter("lan", OWN)
        shown = await one.get("/desk/account")
        assert shown.text.count("Phiên này") == 1 and shown.text.count('name="session"') == 1
        assert (
            await one.send("/desk/account", "/desk/account/sessions/end")
        ).goes_to == "/desk/account?done=ended&count=1"
        assert (await two.get("/desk")).goes_to == "/desk/sign-in?again=1"
        assert (await one.send("/desk", "/desk/sign-out")).goes_to == "/desk/sign-in?out=1"
        assert (await one.get("/desk")).goes_to == "/desk/sign-in"


async def test_one_signs_out_everywhere_and_here_too(world: World) -> None:
    async with world.signed_in("agent") as one, world.browser() as two:
        await two.enter("lan", OWN)
        shown = await one.get("/desk/account")
        assert "Đăng xuất mọi nơi, cả ở đây" in shown.text
        csrf = shown.forms.fields["/desk/sign-out"]["csrf"]
        done = await one.post("/desk/account/sessions/end", {"csrf": csrf, "everywhere": "1"})
        assert done.goes_to == "/desk/sign-in?out=1"
        assert (await one.get("/desk")).goes_to == "/desk/sign-in"
        assert (await two.get("/desk")).goes_to == "/desk/sign-in?again=1"


async def test_a_session_ends_by_itself_and_says_so(world: World) -> None:
    async with world.signed_in("agent") as browser:
        world.now += Terms().idle - timedelta(minutes=1)
        assert (await browser.get("/desk")).status == 200
        world.now += Terms().idle
        door = await browser.get("/desk/account")
        assert door.goes_to == "/desk/sign-in?again=1&next=%2Fdesk%2Faccount"
        assert "Phiên làm việc đã hết" in (await browser.get(door.goes_to)).text


async def test_what_a_page_asks_for_by_itself_keeps_no_session(world: World) -> None:
    for login, role, page, path in (
        ("lan", "agent", "/desk/agent", "/api/drafts/none"),
        ("hoa", "supervisor", "/desk/alarms", ""),
    ):
        async with world.signed_in(role, login=login) as browser:
            begun = world.now
            if not path:
                (path,) = re.findall(r'hx-get="([^"]+)" hx-trigger="every', (await browser.get(page)).text)
            while world.now - begun < Terms().idle:
                world.now += timedelta(minutes=10)
                await browser.get(unescape(path))
            door = await browser.get(page)
            assert (door.status, door.goes_to.partition("?")[0]) == (303, "/desk/sign-in"), page


async def test_a_part_of_a_page_is_not_filled_with_the_door(world: World) -> None:
    async with world.browser() as browser:
        shown = await browser.get("/desk/users", **{"HX-Request": "true"})
        assert (shown.status, shown.text) == (200, "")
        assert shown.headers["HX-Redirect"] == "/desk/sign-in?next=%2Fdesk%2Fusers"


async def test_a_second_tab_at_the_door_is_let_in(world: World) -> None:
    async with world.signed_in("agent") as browser:
        assert (await browser.enter("lan", OWN)).goes_to == "/desk"
