"""The pages of the desk over a real database: who comes in, who may what, what keeps them safe, what is said when something is away."""

import re

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import Unavailable
from hotline1022.web import static_files
from hotline1022.web.desk.routes import ROUTES
from tests.contract.database.desk_world import OWN, World, world
from tests.unit.api_tokens_memory import TOKEN
from tests.unit.calls_memory import a_call
from tests.unit.catalogue_memory import FIRST
from tests.unit.citizen_memory import REQUEST
from tests.unit.disclosure_memory import ONE
from tests.unit.faq_memory import ID, MISS
from tests.unit.letters_memory import LETTER
from tests.unit.limits_memory import LIMIT
from tests.unit.listening_memory import KEY
from tests.unit.permissions import desk_pages
from tests.unit.retention_memory import HOLD
from tests.unit.templates_memory import NAME
from tests.unit.wall_memory import FIRST as WALL
from tests.unit.watching_memory import WATCHER
from tests.unit.webhooks_memory import HOOK

__all__ = ["world"]

#: parts of paths that are there in memory
REAL = {"{role}": "agent", "{recording}": FIRST.id, "{disclosure}": ONE.id, "{hold}": HOLD.id, "{key}": KEY}
REAL |= {"{version}": "1", "{agency}": "so-noi-vu", "{area}": "di-an", "{category}": "other", "{contact}": "so-y-te-ld"}
REAL |= {"{template}": NAME, "{channel}": "sms", "{alarm}": "a1", "{erasure}": REQUEST, "{call}": a_call(0).id}
REAL |= {"{backup}": "20261129T020000Z", "{step}": "more", "{spoken}": "prompts.greeting"}
REAL |= {"{letter}": LETTER, "{change}": "1", "{api_token}": TOKEN}
REAL |= {"{entry}": ID, "{miss}": MISS, "{webhook}": HOOK, "{wallboard}": WALL.id}
REAL |= {"{watcher}": WATCHER.id, "{limit}": LIMIT.key}
REAL |= {"{day}": "2026-11-24", "{shift}": "night", "{crew}": "k1", "{reason}": "1", "{person}": "1001"}


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
        made = await browser.get(made.goes_to)
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
                there = 404 if route.path == "/desk/faq/import/report" else 200  # nobody has tried a sheet here
                assert shown.status == (there if allowed else 403), (role, path)
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
