"""The pages of the desk over a real database: who comes in, who may what, what a stranger's page or form can do."""

import re
from base64 import b32decode
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from hotline1022.accounts.types import Permission, Wanted
from hotline1022.core.clock import local_day
from hotline1022.core.errors import Unavailable
from hotline1022.db.unit import Database
from hotline1022.directory.edit import end
from hotline1022.directory.types import What
from hotline1022.service.accounts.desk import Terms
from hotline1022.service.accounts.sign_in_tries import OF_BOTH
from hotline1022.web import static_files
from hotline1022.web.desk.routes import ROUTES
from tests.contract.database.desk_world import OWN, World, open_desk
from tests.contract.database.test_account_desk import code
from tests.unit.catalogue_memory import FIRST
from tests.unit.citizen_memory import REQUEST
from tests.unit.disclosure_memory import ONE
from tests.unit.faq_memory import ID, MISS
from tests.unit.listening_memory import KEY
from tests.unit.permissions import desk_pages
from tests.unit.retention_memory import HOLD
from tests.unit.templates_memory import NAME
from tests.unit.wall_memory import FIRST as WALL
from tests.unit.webhooks_memory import HOOK

#: parts of paths that are there in memory
REAL = {"{role}": "agent", "{recording}": FIRST.id, "{disclosure}": ONE.id, "{hold}": HOLD.id, "{key}": KEY}
REAL |= {"{version}": "1", "{agency}": "so-noi-vu", "{area}": "di-an", "{category}": "other", "{contact}": "so-y-te-ld"}
REAL |= {"{template}": NAME, "{channel}": "sms", "{alarm}": "a1", "{erasure}": REQUEST, "{call}": "hl1-1795470208.58"}
REAL |= {"{backup}": "20261129T020000Z", "{step}": "more", "{spoken}": "prompts.greeting"}
REAL |= {"{entry}": ID, "{miss}": MISS, "{webhook}": HOOK, "{wallboard}": WALL.id}
REAL |= {"{day}": "2026-11-24", "{shift}": "night", "{crew}": "k1", "{reason}": "1", "{person}": "1001"}


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with open_desk(database, tmp_path) as made:
        yield made


async def test_the_first_admin_comes_in_and_adds_an_agent_who_comes_in_too(world: World) -> None:
    async with world.browser() as browser:
        assert (await browser.get("/desk")).goes_to == "/desk/sign-in"
        door = await browser.get("/desk/users")
        assert door.goes_to == "/desk/sign-in?next=%2Fdesk%2Fusers"
        entered = await browser.send(door.goes_to, "/desk/sign-in", login="admin", password=world.once)
        assert entered.goes_to == "/desk/password"
        assert (await browser.get("/desk/users")).goes_to == "/desk/password", "nothing before the own password"
        await browser.send("/desk/password", "/desk/password", old=world.once, new=OWN, again=OWN)
        users = await browser.get("/desk/users")
        assert users.status == 200 and "Quản trị" in users.text
        made = await browser.send(
            "/desk/users/new",
            "/desk/users/new",
            name="Nguyễn Thị Lan",
            login="lan",
            role=["agent"],
            person="",
            contact="",
        )
        (password,) = re.findall(r'class="once mb-0">([a-z0-9-]+)<', made.text)
        assert "Nguyễn Thị Lan" in made.text
        async with world.browser() as other:
            assert (await other.enter("lan", password)).goes_to == "/desk/password"
    acts = [one for one in await world.acts() if one["act"] == "POST /desk/users/new"]
    assert [one["actor"] for one in acts] == ["user:admin"]
    assert password not in repr(await world.acts())


async def test_every_page_asks_for_its_permission(world: World) -> None:
    """Each role's browser at each page: who may is let in, others are told so, nobody sees a page half."""
    user = (await world.admin.users())[0]
    real = REAL | {"{user}": user.id}
    roles = {one.id: one.permissions for one in await world.admin.roles()}
    table, seen = desk_pages(), set()
    for role, permissions in roles.items():
        async with world.signed_in(role, login=f"nguoi-{role}") as browser:
            for route in ROUTES:
                if route.desk is None or route.method != "GET" or not route.desk.stages:
                    continue
                path = route.path
                if "{ticket}" in path:  # whose a ticket is counts too: test_desk_tickets.py
                    continue
                for part, value in real.items():
                    path = path.replace(part, value)
                shown = await browser.get(path)
                if path == "/desk/second":
                    assert shown.goes_to == "/desk"
                    continue
                needs = table[route.path]  # as people wrote it down, not as the route says
                allowed = needs == {"anybody"} or bool(needs & {one.value for one in permissions})
                if route.path == "/desk/recordings/listen/{key}":
                    allowed = False  # the right is somebody else's: tests/contract/database/test_audit_desk.py
                assert shown.status == (200 if allowed else 403), (role, path)
                seen.add((role, path, allowed))
    assert {allowed for _, _, allowed in seen} == {True, False} and len(seen) > 50


async def test_no_form_of_a_page_is_taken_from_who_may_not(world: World) -> None:
    admin = await world.admin.by_login("admin")
    async with world.signed_in("supervisor") as browser:
        token = (await browser.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]
        for route in ROUTES:
            if route.desk is None or route.desk.needs in (None, Permission.WALLBOARD) or route.method != "POST":
                continue
            if "{ticket}" in route.path:  # test_desk_tickets.py
                continue
            path = route.path.replace("{user}", admin.id)
            for part, value in REAL.items():
                path = path.replace(part, value)
            shown = await browser.post(
                path, {"csrf": token, "version": "1", "role": "admin", "name": "x", "login": "x"}
            )
            assert shown.status == 403, path
            assert "không có quyền" in shown.text
    assert await world.admin.by_login("admin") == admin


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
        assert done.goes_to == "/desk/account?done=second"
    async with world.browser() as browser:
        assert (await browser.enter("lan", OWN)).goes_to == "/desk/second"
        assert (await browser.get("/desk")).goes_to == "/desk/second"
        assert (await browser.send("/desk/second", "/desk/second", code="000000")).status == 401
        world.now += timedelta(seconds=30)
        entered = await browser.send("/desk/second", "/desk/second", code=code(secret, world.now))
        assert entered.goes_to == "/desk"
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


async def test_two_admins_at_one_user(world: World) -> None:
    async with world.signed_in("admin") as one, world.signed_in("admin", login="two") as two:
        lan = await world.admin.by_login("lan")
        page = f"/desk/users/{lan.id}"
        hidden = (await two.get(page)).forms.fields[page]
        typed = {"name": "Lan Mới", "login": "lan", "role": "agent", "person": "", "contact": ""}
        assert (await one.send(page, page, **typed)).goes_to == "/desk/users?done=saved"
        late = await two.post(page, {**hidden, **typed, "name": "Lan Muộn"})
        assert late.status == 409 and "người khác sửa" in late.text and 'value="Lan Muộn"' in late.text
        assert (await two.post(f"{page}/shut", {**hidden})).status == 409
    assert (await world.admin.by_login("lan")).name == "Lan Mới"


async def test_users_are_chosen_and_found_by_their_names(world: World) -> None:
    async with world.signed_in("admin") as browser:
        page = "/desk/users/new"
        form = await browser.get(page)
        contact = world.directory.now.contacts["so-y-te-ld"]
        assert (
            '<optgroup label="Sở Y tế">' in form.text and f'value="so-y-te-ld">{contact.name} (Lãnh đạo)' in form.text
        )
        assert '<option value="1001">1001 · ' in form.text
        typed = {"name": "Đặng Thị Ánh", "login": "anh", "role": ["leader"], "person": "", "contact": "so-y-te-ld"}
        assert (await browser.send(page, page, **typed)).status == 200
        anh = await world.admin.by_login("anh")
        assert anh.contact == "so-y-te-ld"
        shown = await browser.get(f"/desk/users/{anh.id}")
        assert f'<option value="so-y-te-ld" selected>{contact.name}' in shown.text
        for words in ("dang thi anh", "ĐẶNG", "so y te", "anh lanh dao"):
            found = await browser.get(f"/desk/users?{urlencode({'words': words})}")
            listed = [one for one in found.forms.links if one.startswith("/desk/users/") and one != page]
            assert listed == [f"/desk/users/{anh.id}"], words
        assert "Sở Y tế, Lãnh đạo" in (await browser.get("/desk/users")).text
        assert "Không có người dùng nào khớp" in (await browser.get("/desk/users?words=khong+ai")).text
        today = local_day(world.now)
        await world.directory.change(lambda now: end(now, What.CONTACT, "so-y-te-ld", today), "user:lan")
        shown = await browser.get(f"/desk/users/{anh.id}")
        assert '<option value="so-y-te-ld" selected>' in shown.text, "what an account has is not lost by another edit"
        assert "so-y-te-ld" not in (await browser.get(page)).text


async def test_what_is_typed_is_shown_as_text(world: World) -> None:
    evil = '"><script>alert(1)</script>'
    async with world.signed_in("admin") as browser:
        for page, typed in (
            ("/desk/users/new", {"name": evil, "login": evil, "role": [evil], "person": evil, "contact": evil}),
            ("/desk/roles/new", {"id": evil, "name": evil, "may": [evil]}),
        ):
            shown = await browser.send(page, page, **typed)
            assert shown.status == 400 and "<script>alert" not in shown.text and "&lt;script&gt;" in shown.text
        await browser.send("/desk/roles/new", "/desk/roles/new", id="moi", name=evil, may=["look"])
        assert "<script>alert" not in (await browser.get("/desk/roles")).text
        hidden = await browser.get("/desk/sign-in?next=" + "%22%3E%3Cscript%3Ealert(1)")
        assert "<script>alert" not in hidden.text


async def test_pages_carry_what_keeps_them_safe_and_nothing_from_elsewhere(world: World) -> None:
    async with world.signed_in("admin") as browser:
        user = (await world.admin.users())[0].id
        for path in (
            "/desk",
            "/desk/account",
            "/desk/users",
            "/desk/users/new",
            f"/desk/users/{user}",
            "/desk/roles",
            "/desk/roles/agent",
            "/desk/password",
            "/desk/nowhere",
        ):
            shown = await browser.get(path)
            if path == "/desk/nowhere":
                assert shown.status == 404
                continue
            policy = shown.headers["Content-Security-Policy"]
            assert "'unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
            assert shown.headers["Cache-Control"] == "no-store"
            read = shown.forms
            assert all(link.startswith(("/", "#", "data:image/svg+xml")) for link in read.links), path
            assert len(set(read.ids)) == len(read.ids), path
            assert {id for id, _ in read.inputs} <= read.labelled, path
            assert "<style" not in shown.text and " style=" not in shown.text and " onclick=" not in shown.text


async def test_refused_acts_are_no_acts_and_names_of_strangers_are_left_out(world: World) -> None:
    async with world.signed_in("admin") as browser:
        before = len(await world.acts())
        admin = await world.admin.by_login("lan")
        token = (await browser.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]
        assert (await browser.post(f"/desk/users/{admin.id}/shut", {"csrf": token, "version": "77"})).status == 409
        assert (await browser.post(f"/desk/users/{admin.id}/reset", {"csrf": token})).status == 409, "of oneself"
        assert len(await world.acts()) == before
        sent = {"csrf": token, "id": "moi", "name": "Mới", "may": "look", "Khách <b>": "x", "x" * 500: "y"}
        assert (await browser.post("/desk/roles/new", sent)).goes_to == "/desk/roles?done=saved"
        assert (await world.acts())[-1]["given"] == ["id", "may", "name"]


async def test_a_part_of_a_page_is_not_filled_with_the_door(world: World) -> None:
    async with world.browser() as browser:
        shown = await browser.get("/desk/users", **{"HX-Request": "true"})
        assert (shown.status, shown.text) == (200, "")
        assert shown.headers["HX-Redirect"] == "/desk/sign-in?next=%2Fdesk%2Fusers"


async def test_a_second_tab_at_the_door_is_let_in(world: World) -> None:
    async with world.signed_in("agent") as browser:
        assert (await browser.enter("lan", OWN)).goes_to == "/desk"


async def test_pages_are_served_bare_where_their_files_are_missing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static_files, "_there", dict)
    async with world.browser() as browser:
        shown = await browser.get("/desk/sign-in")
        assert shown.status == 200 and "Đăng nhập" in shown.text
        assert (await browser.get("/desk/users/new")).goes_to.startswith("/desk/sign-in")


async def test_a_database_that_is_away_is_told_in_words_for_people(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise Unavailable(
            "the database does not answer (connect call failed ('10.0.0.5', 5432))", error_id="database-away"
        )

    async with world.signed_in("agent") as browser:
        monkeypatch.setattr(world.database, "reading", away)
        for shown in (await browser.enter("lan", "x"), await browser.get("/desk/account")):
            assert shown.status == 503 and "không trả lời" in shown.text and "10.0.0.5" not in shown.text


async def test_files_of_the_pages_are_kept_and_zipped(world: World) -> None:
    async with world.browser() as browser:
        door = await browser.get("/desk/sign-in")
        style = next(link for link in door.forms.links if link.endswith("/tabler.css"))
        async with browser.client.get(style, headers={"Accept-Encoding": "gzip"}) as response:
            assert response.status == 200 and "immutable" in response.headers["Cache-Control"]
            assert response.headers["Content-Encoding"] == "gzip" and response.content_type == "text/css"
            assert ".navbar" in await response.text()
        old = await browser.get("/assets/0123456789ab/tabler.css")
        assert old.status == 200 and old.headers["Cache-Control"] == "no-store", "of today, not to be kept"
        for path in ("/assets/0123456789ab/..%2fapp.py", "/assets/0123456789ab/app.py", "/assets/x/tabler.css"):
            assert (await browser.get(path)).status == 404


async def test_somebody_without_rights_is_told_what_to_do(world: World) -> None:
    await world.admin.add_role("khong", "Không", [])
    async with world.signed_in("khong") as browser:
        assert "liên hệ quản trị" in (await browser.get("/desk")).text


async def test_all_permissions_have_words(world: World) -> None:
    async with world.signed_in("admin") as browser:
        text = (await browser.get("/desk/roles/admin")).text
        assert text.count('name="may"') == len(Permission)
