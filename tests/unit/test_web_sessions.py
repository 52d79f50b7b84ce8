"""The API by a session of the desk: role by role over every route, forms of other sites, sessions that are not whole."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline1022.accounts.roles import first_roles
from hotline1022.accounts.types import Permission, Stage
from hotline1022.web.cookies import HEADER, PLAIN, form_token
from hotline1022.web.routes import ROUTES
from hotline1022.web.users import GOOD
from tests.unit.accounts_memory import OWN, MemoryDoor, MemoryUsers
from tests.unit.calls_memory import NOW
from tests.unit.cascade_memory import MemoryCascades, a_cascade
from tests.unit.catalogue_memory import FIRST
from tests.unit.links_memory import BY_LINK, sent_by_link
from tests.unit.listening_memory import MemoryListening
from tests.unit.permissions import others, permissions, roles
from tests.unit.staff_memory import PIN
from tests.unit.test_web_acts import noted
from tests.unit.test_web_roles import BODIES, FORMS, QUERIES, UPLOADS, real
from tests.unit.tickets_made import CODE
from tests.unit.web_memory import House, MemoryActs, open_house

OFFICERS = {"specialist", "leader"}
LISTEN = f"/api/recordings/{FIRST.id}/listen"


def sign_in(house: House, role: str, **more: Any) -> str:
    allowed = frozenset(map(Permission, roles()[role]))
    assert isinstance(house.ports.door, MemoryDoor)
    return house.ports.door.let_in(role, allowed, NOW, **more)


async def ask(
    house: House, method: str, path: str, cookie: str, *, form: bool = True, **sent: Any
) -> tuple[int, dict[str, Any]]:
    headers = {"Cookie": f"{PLAIN}={cookie}"} | sent.pop("headers", {})
    if form and method != "GET":
        headers[HEADER] = form_token(cookie)
    house.client.session.cookie_jar.clear()  # a browser that signs in by the way stays the same
    async with house.client.request(method, path, headers=headers, allow_redirects=False, **sent) as response:
        is_json = response.content_type == "application/json"
        return response.status, await response.json() if is_json else {"read": len(await response.read())}


@pytest.mark.parametrize("role", [role.id for role in first_roles()])
async def test_every_route_asks_a_session_for_its_permission(tmp_path: Path, role: str) -> None:
    table, also, may = permissions(), others(), roles()[role]
    async with open_house(tmp_path) as house:
        cookie = sign_in(house, role, person="1001", contact="so-xay-dung-cv" if role in OFFICERS else "")
        assert isinstance(house.ports.cascades, MemoryCascades)  # a hunt of the own line: others' are refused
        house.ports.cascades.cascades.append(a_cascade(house.calls.calls[0].id))
        assert isinstance(house.ports.listening, MemoryListening)
        for route in ROUTES:
            house.ports.listening.owner = MemoryListening.owner  # another one's, whoever was given one meanwhile
            await house.lines.login("101", "1001", PIN)
            sent: dict[str, Any] = {"json": BODIES.get(route.path) if route.method == "POST" else None}
            if route.path in QUERIES:
                sent["params"] = QUERIES[route.path]
            if route.path in UPLOADS:
                sent = {"data": b"x", "params": UPLOADS[route.path], "headers": {"Content-Type": "text/plain"}}
            if route.path in FORMS:
                sent = {"data": FORMS[route.path]}
            if route.path == BY_LINK:
                sent["json"] = sent_by_link(house.tickets)
            status, told = await ask(house, route.method, real(route.path, house), cookie, **sent)
            needs, officers = table[route.method, route.path]
            if route.path.startswith("/api/listen/{key}") and needs in {"open", *may}:
                assert (status, told.get("error_id")) == (403, "listen-of-another"), route
            elif needs == "open":
                assert status == route.status, route.path
            elif route.path == "/api/disclosures/{disclosure}/change" and needs in may:
                assert (status, told["error_id"]) == (409, "not-who-asked")
            elif route.path == "/api/tickets/{ticket}/{action}" and role in OFFICERS:
                assert (status, told["error_id"]) == (403, "action-of-1022"), "forward is 1022's"
            elif Stage.FULL not in route.stages:
                assert (status, told["error_id"]) == (401, "session-over"), "who has come the whole way is past that"
            elif (
                needs in {"anybody", "signed-in", *may}
                or also[route.method, route.path] & may
                or (officers and role in OFFICERS)
            ):
                assert status in (200, 201, 202), (route.method, route.path, told)
            else:
                assert (status, told["error_id"]) == (403, "scope-missing"), (route.method, route.path)


async def test_what_changes_something_must_come_from_a_page_of_the_session(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        cookie, other = sign_in(house, "agent", person="1001"), sign_in(house, "auditor")
        path, body = "/api/lines/101/login", {"person": "1001", "pin": PIN}
        for headers in (
            {},
            {HEADER: form_token(other)},
            {HEADER: form_token(cookie), "Sec-Fetch-Site": "cross-site"},
            {HEADER: form_token(cookie), "Origin": "https://example.org"},
        ):
            status, told = await ask(house, "POST", path, cookie, form=False, json=body, headers=headers)
            assert (status, told["error_id"]) == (403, "form-foreign"), headers
        assert not noted(house)
        assert (await ask(house, "POST", path, cookie, json=body))[0] == 200
        (act,) = noted(house)
        assert (act.actor, act.act, act.subject) == ("user:agent", "POST /api/lines/{line}/login", "line:101")
        assert act.detail == {"status": 200, "given": ["person", "pin"]}


async def test_people_alone_make_people(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        admin = sign_in(house, "admin")
        routes = [route for route in ROUTES if route.needs is Permission.USERS]
        assert len(routes) == 14
        for route in routes:
            noted(house).clear()
            body = BODIES.get(route.path) if route.method == "POST" else None
            status, _ = await ask(house, route.method, real(route.path, house), admin, json=body)
            assert status == route.status
            told = [(act.actor, act.act) for act in noted(house)]
            assert told == ([("user:admin", f"{route.method} {route.path}")] if route.method == "POST" else [])
        _, given = await ask(house, "POST", "/api/users", admin, json=BODIES["/api/users"])
        assert (given["user"]["login"], given["password"]) == ("hoa", "ba con 3 mèo")
        assert "ba con" not in repr(noted(house))


async def test_the_own_account_is_of_who_is_signed_in_alone(tmp_path: Path) -> None:
    """Whatever somebody may, and each change is one act of the audit, without what was typed; a token has no account."""
    async with open_house(tmp_path) as house:
        nobody = sign_in(house, "specialist")
        routes = [route for route in ROUTES if route.people and Stage.FULL in route.stages]
        assert len(routes) == 10
        for route in routes:
            noted(house).clear()
            sent: dict[str, Any] = {"json": BODIES.get(route.path)} if route.method == "POST" else {}
            status, told = await ask(house, route.method, route.path, nobody, **sent)
            assert status == route.status, (route.path, told)
            acts = [(act.actor, act.act) for act in noted(house)]
            assert acts == ([("user:specialist", f"POST {route.path}")] if route.method == "POST" else [])
            assert OWN not in repr(noted(house)) and BODIES["/api/me/password"]["new"] not in repr(noted(house))
            for who in ("read", "admin"):
                status, told = await house.ask(route.method, route.path, who, **sent)
                assert (status, told["error_id"]) == (403, "scope-missing"), route.path
        for path in ("password", "second/begin", "second/drop"):
            wrong = {name: "falsch" for name in BODIES[f"/api/me/{path}"]}
            status, told = await ask(house, "POST", f"/api/me/{path}", nobody, json=wrong)
            assert (status, told["error_id"]) == (409, "password-wrong")


async def test_nobody_resets_the_own_password(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        admin = sign_in(house, "admin")
        assert isinstance(house.ports.users, MemoryUsers) and isinstance(house.ports.door, MemoryDoor)
        house.ports.users.user_ = house.ports.door.known[admin].user
        status, told = await ask(house, "POST", f"/api/users/{house.ports.users.user_.id}/reset", admin, json={})
        assert (status, told["error_id"]) == (409, "reset-self")


async def test_an_open_browser_alone_changes_nobody(tmp_path: Path) -> None:
    """Every change of users and roles, a new key, sealing anew and an import want the password, once in ten minutes, as does an erasure; wrong ones are
    refused, and looking is free.
    """
    async with open_house(tmp_path) as house:
        admin = sign_in(house, "admin")
        assert isinstance(house.ports.door, MemoryDoor)
        door = house.ports.door
        known = door.known[admin]
        door.known[admin] = replace(known, session=replace(known.session, made_at=NOW - GOOD))
        routes = [route for route in ROUTES if route.needs is Permission.USERS and route.path != "/api/me/confirm"]
        dear = [route for route in ROUTES if route.confirms]
        assert {route.confirms for route in routes if route.method == "POST"} == {True}
        assert {f"{route.method} {route.path}" for route in ROUTES if route.confirms and route not in routes} == {
            "POST /api/citizens/erasures/{erasure}/begin",
            "POST /api/citizens/erasures/{erasure}/confirm",
            "POST /api/recordings/import",
            "POST /api/recordings/keys",
            "POST /api/recordings/reseal",
        }
        for route in (*routes, *dear):
            body = BODIES.get(route.path) if route.method == "POST" else None
            status, told = await ask(house, route.method, real(route.path, house), admin, json=body)
            assert (
                status == route.status
                if route.method == "GET"
                else (status, told["error_id"]) == (403, "password-needed")
            )
        assert not noted(house)
        status, told = await ask(house, "POST", "/api/me/confirm", admin, json={"password": "falsch"})
        assert (status, told["error_id"]) == (409, "password-wrong")
        status, told = await ask(house, "POST", "/api/me/confirm", admin, json={"password": OWN})
        assert status == 200 and told["until"]
        assert (await ask(house, "POST", "/api/users", admin, json=BODIES["/api/users"]))[0] == 201
        assert OWN not in repr(noted(house))


async def test_who_asks_is_told_what_is_allowed(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, told = await ask(house, "GET", "/api/me", sign_in(house, "specialist", contact="so-xay-dung-cv"))
        assert told == {
            "name": "Người specialist",
            "actor": "user:specialist",
            "permissions": ["handle", "faq-write"],
            "person": "",
            "contact": "so-xay-dung-cv",
            "agency": "so-xay-dung",
        }
        _, told = await house.ask("GET", "/api/me", "agent")
        assert (told["actor"], told["permissions"]) == (
            "token:agent-token",
            ["look", "numbers", "answer", "shift", "faq-write"],
        )


@pytest.mark.parametrize("stage", [Stage.SECOND, Stage.CHANGE, Stage.OVER])
async def test_who_has_not_come_in_whole_is_nobody(tmp_path: Path, stage: Stage) -> None:
    async with open_house(tmp_path) as house:
        cookie = sign_in(house, "admin", stage=stage)
        status, told = await ask(house, "GET", "/api/calls", cookie)
        assert (status, told["error_id"]) == (401, "session-over")
        assert (await ask(house, "GET", "/api/health/live", cookie))[0] == 200
        status, told = await ask(house, "GET", "/api/calls", "A" * 43)
        assert (status, told["error_id"]) == (401, "session-over")


async def test_a_token_counts_before_a_cookie(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        cookie = sign_in(house, "admin")
        status, told = await ask(house, "GET", "/api/calls", cookie, headers={"Authorization": "Bearer made-up"})
        assert (status, told["error_id"]) == (401, "token-invalid")


async def test_an_agent_moves_the_own_line_and_who_leads_the_shift_every_line(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        mine, lead = sign_in(house, "agent", person="1002"), sign_in(house, "shift-manager")
        await house.lines.login("101", "1001", PIN)
        for act, body in (("pause", {"reason": "1"}), ("unpause", {}), ("logout", {})):
            status, told = await ask(house, "POST", f"/api/lines/101/{act}", mine, json=body)
            assert (status, told["error_id"]) == (403, "scope-missing")
        assert (await ask(house, "POST", "/api/lines/101/pause", lead, json={"reason": "1"}))[0] == 200
        assert (await ask(house, "POST", "/api/lines/101/logout", lead, json={}))[0] == 200
        assert (await ask(house, "POST", "/api/lines/101/logout", mine, json={}))[0] == 200, "nobody is there any more"


async def test_numbers_are_masked_for_who_may_not_see_them(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for role in ("supervisor", "agent"):
            _, page = await ask(house, "GET", "/api/calls", sign_in(house, role))
            assert ("0901234567" in repr(page)) == (role == "agent")
        status, told = await ask(house, "GET", "/api/calls?caller=0901234567", sign_in(house, "supervisor"))
        assert (status, told["error_id"]) == (403, "scope-missing")


async def test_an_officer_reaches_the_own_agencys_tickets(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        mine = sign_in(house, "specialist", contact="so-xay-dung-cv")
        _, told = await ask(house, "GET", "/api/tickets", mine)
        assert {one["agency"] for one in told["tickets"]} == {"so-xay-dung"}
        assert (await ask(house, "GET", f"/api/tickets/{CODE}", mine))[0] == 200
        status, told = await ask(house, "GET", "/api/tickets?agency=so-y-te", mine)
        assert (status, told["error_id"]) == (403, "agency-other")
        nobodys = sign_in(house, "leader")
        status, told = await ask(house, "GET", f"/api/tickets/{CODE}", nobodys)
        assert (status, told["error_id"]) == (404, "ticket-unknown"), "a user of no agency has no tickets"
        status, told = await ask(house, "GET", "/api/tickets", nobodys)
        assert (status, told["error_id"]) == (403, "agency-none"), "an empty set of agencies is not all of them"


async def test_who_wants_to_hear_without_the_right_is_written_down(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        cookie = sign_in(house, "supervisor")
        body, proxied = BODIES["/api/recordings/{recording}/listen"], {"X-Forwarded-For": "203.0.113.9"}
        status, _ = await ask(house, "POST", LISTEN, cookie, json=body, headers=proxied)
        assert status == 403
        assert isinstance(house.ports.acts, MemoryActs)
        (act,) = house.ports.acts.without_right
        assert (act.actor, act.detail) == ("user:supervisor", {"refused": "scope-missing"})
        assert act.origin == "203.0.113.9 via 127.0.0.1"
