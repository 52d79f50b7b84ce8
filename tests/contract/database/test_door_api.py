"""The door by the API over a real database: in by name and password, the second factor, a password of one's own, out; as far as a
session has come, and no further.
"""

from base64 import b32decode
from datetime import timedelta
from typing import Any

from hotline1022.accounts.types import Wanted
from hotline1022.web.cookies import HEADER, PLAIN
from tests.contract.database.account_world import code
from tests.contract.database.desk_world import OWN, Browser, World, world

__all__ = ["world"]

NEW = "mây bay qua đồng lúa 7"


async def ask(browser: Browser, method: str, path: str, form: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
    sent: dict[str, Any] = {"json": body, "headers": {HEADER: form} if form else {}} if method == "POST" else {}
    async with browser.client.request(method, path, **sent) as response:
        return response.status, await response.json()


async def test_a_program_signs_in_as_somebody_works_and_signs_out(world: World) -> None:
    async with world.signed_in("agent"), world.browser() as program:
        wrong = await ask(program, "POST", "/api/sign-in", login="lan", password="falsch")
        assert (wrong[0], wrong[1]["error_id"]) == (409, "sign-in-wrong")
        nobody = await ask(program, "POST", "/api/sign-in", login="khong-ai", password="falsch")
        assert nobody == wrong, "which of the two was wrong is not said"
        status, came = await ask(program, "POST", "/api/sign-in", login="lan", password=OWN)
        assert (status, came["stage"]) == (200, "full")
        assert (await ask(program, "GET", "/api/me"))[1]["actor"] == "user:lan"
        assert (await ask(program, "POST", "/api/me/confirm", password=OWN))[1]["error_id"] == "form-foreign"
        status, told = await ask(program, "POST", "/api/me/confirm", came["csrf"], password=OWN)
        assert status == 200 and told["until"], "whoever is signed in may show the password once more"
        assert await ask(program, "POST", "/api/me/sign-out", came["csrf"]) == (200, {"sessions": 1})
        assert (await ask(program, "GET", "/api/me"))[0] == 401
        assert PLAIN not in {one.key for one in program.client.cookie_jar}
    acts = [one for one in await world.acts() if one["act"].startswith("POST /api/")]
    assert [one["act"] for one in acts] == ["POST /api/me/confirm", "POST /api/me/sign-out"]
    assert OWN not in repr(await world.acts())


async def test_a_one_time_password_opens_nothing_but_the_way_to_an_own_one(world: World) -> None:
    given = await world.admin.add(Wanted(login="moi", name="Người mới", roles=frozenset({"agent"})))
    async with world.browser() as program:
        _, came = await ask(program, "POST", "/api/sign-in", login="moi", password=given.password)
        assert came["stage"] == "change"
        for path in ("/api/me", "/api/me/account", "/api/calls"):
            assert (await ask(program, "GET", path))[1]["error_id"] == "session-over"
        assert (await ask(program, "POST", "/api/me/second", came["csrf"], code="123456"))[0] == 401
        status, told = await ask(program, "POST", "/api/me/password", came["csrf"], old=given.password, new=NEW)
        assert status == 200
        assert (await ask(program, "GET", "/api/me"))[1]["actor"] == "user:moi"
        assert (await ask(program, "POST", "/api/me/sign-out", told["csrf"]))[0] == 200


async def test_a_second_factor_stands_between(world: World) -> None:
    async with world.signed_in("agent") as one, world.browser() as program:
        _, mine = await ask(program, "POST", "/api/sign-in", login="lan", password=OWN)
        _, begun = await ask(program, "POST", "/api/me/second/begin", mine["csrf"], password=OWN)
        secret = b32decode(begun["typed"].replace(" ", ""))
        assert (await ask(program, "POST", "/api/me/second/confirm", mine["csrf"], code=code(secret, world.now)))[
            0
        ] == 200
        assert (await ask(program, "POST", "/api/me/sign-out", mine["csrf"]))[0] == 200
        world.now += timedelta(seconds=60)
        _, came = await ask(program, "POST", "/api/sign-in", login="lan", password=OWN)
        assert came["stage"] == "second"
        assert (await ask(program, "GET", "/api/me"))[1]["error_id"] == "session-over"
        assert (await ask(program, "POST", "/api/me/password", came["csrf"], old=OWN, new=NEW))[0] == 401
        wrong = await ask(program, "POST", "/api/me/second", came["csrf"], code="000000")
        assert (wrong[0], wrong[1]["error_id"]) == (409, "code-wrong")
        assert (await ask(program, "POST", "/api/me/second", "", code=code(secret, world.now)))[1][
            "error_id"
        ] == "form-foreign"
        status, whole = await ask(program, "POST", "/api/me/second", came["csrf"], code=code(secret, world.now))
        assert (status, whole["stage"]) == (200, "full") and whole["csrf"] != came["csrf"]
        assert (await ask(program, "GET", "/api/me/account"))[1]["second"] is True
        assert (await one.get("/desk")).status == 200
    half = [one["act"] for one in await world.acts() if one["act"] == "POST /api/me/second"]
    assert half == [], "who has come half the way in has done nothing yet"


async def test_another_sites_page_signs_nobody_in(world: World) -> None:
    async with world.signed_in("agent"), world.browser() as program:
        body, headers = {"login": "lan", "password": OWN}, {"Origin": "https://example.vn"}
        async with program.client.post("/api/sign-in", json=body, headers=headers) as response:
            assert (response.status, (await response.json())["error_id"]) == (403, "form-foreign")
            assert not response.cookies


async def test_the_history_of_a_user_and_a_role_is_told_to_who_changes_them(world: World) -> None:
    async with world.signed_in("admin") as admin, world.signed_in("auditor", login="hoa") as other:
        users = (await ask(admin, "GET", "/api/users"))[1]["users"]
        hoa = next(one["id"] for one in users if one["login"] == "hoa")
        for path in (f"/api/users/{hoa}/history", "/api/roles/agent/history"):
            assert (await ask(other, "GET", path))[1]["error_id"] == "scope-missing"
            assert (await ask(admin, "GET", path))[0] == 200
        for path, error_id in (
            (f"/api/users/{'0' * 16}/history", "user-unknown"),
            ("/api/roles/no/history", "role-unknown"),
        ):
            status, told = await ask(admin, "GET", path)
            assert (status, told["error_id"]) == (404, error_id)
