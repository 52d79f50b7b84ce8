"""The own account by the API over a real database: what the page *Tài khoản của tôi* offers, for programs that speak with a session."""

from base64 import b32decode
from datetime import timedelta
from typing import Any

from hotline1022.accounts.types import Wanted
from hotline1022.audit.types import Kind
from hotline1022.service.accounts.sign_in_tries import OF_BOTH
from hotline1022.web.cookies import HEADER
from tests.contract.database.account_world import code
from tests.contract.database.desk_world import OWN, Browser, World, world

__all__ = ["world"]

NEW = "mây bay qua đồng lúa 7"


async def csrf(browser: Browser) -> str:
    return (await browser.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]


async def ask(browser: Browser, method: str, path: str, form: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
    sent: dict[str, Any] = {"json": body, "headers": {HEADER: form}} if method == "POST" else {}
    async with browser.client.request(method, f"/api/me/{path}", **sent) as response:
        return response.status, await response.json()


async def test_it_tells_of_the_own_account_and_its_browsers(world: World) -> None:
    async with world.signed_in("agent") as one, world.browser() as two:
        await two.enter("lan", OWN)
        status, told = await ask(one, "GET", "account")
        assert (status, told["login"], told["name"], told["second"]) == (200, "lan", "Người lan", False)
        assert told["roles"] == [{"id": "agent", "name": "Điện thoại viên"}]
        _, listed = await ask(one, "GET", "sessions")
        assert sorted(each["here"] for each in listed["sessions"]) == [False, True]
        assert {each["origin"] for each in listed["sessions"]} == {"127.0.0.1"}


async def test_a_session_is_ended_and_all_others_are(world: World) -> None:
    async with world.signed_in("agent") as one, world.browser() as two, world.browser() as three:
        for other in (two, three):
            await other.enter("lan", OWN)
        form = await csrf(one)
        _, listed = await ask(one, "GET", "sessions")
        first = next(each["id"] for each in listed["sessions"] if not each["here"])
        assert await ask(one, "POST", "sessions/end", form, session=first) == (200, {"sessions": 1})
        assert await ask(one, "POST", "sessions/end", form, session=first) == (200, {"sessions": 0})
        assert await ask(one, "POST", "sessions/end", form) == (200, {"sessions": 1})
        assert [(await other.get("/desk")).status for other in (one, two, three)] == [200, 303, 303]
        (mine,) = (await ask(one, "GET", "sessions"))[1]["sessions"]
        assert await ask(one, "POST", "sessions/end", form, session=mine["id"]) == (200, {"sessions": 1})
        assert (await ask(one, "GET", "account"))[0] == 401


async def test_nobody_ends_a_session_of_somebody_else(world: World) -> None:
    async with world.signed_in("agent") as one, world.signed_in("agent", login="hoa") as other:
        theirs = (await ask(other, "GET", "sessions"))[1]["sessions"][0]["id"]
        assert await ask(one, "POST", "sessions/end", await csrf(one), session=theirs) == (200, {"sessions": 0})
        assert (await other.get("/desk")).status == 200


async def test_the_password_is_changed_and_the_session_goes_on_under_another_cookie(world: World) -> None:
    async with world.signed_in("agent") as one, world.browser() as two, world.browser() as three:
        await two.enter("lan", OWN)
        form = await csrf(one)
        for old, new, wanted in (("falsch", NEW, "password-wrong"), (OWN, "1234567890", ""), (OWN, OWN, "")):
            status, told = await ask(one, "POST", "password", form, old=old, new=new)
            assert status in (400, 409) and told["error_id"].startswith("password-"), told
            assert not wanted or told["error_id"] == wanted
        status, told = await ask(one, "POST", "password", form, old=OWN, new=NEW)
        assert status == 200 and told["csrf"] == await csrf(one) != form
        assert (await ask(one, "POST", "sessions/end", form))[1]["error_id"] == "form-foreign"
        assert (await ask(one, "POST", "sessions/end", told["csrf"]))[0] == 200
        assert (await two.get("/desk")).status == 303
        assert (await three.enter("lan", OWN)).status == 401
        assert (await three.enter("lan", NEW)).goes_to == "/desk"
        async with world.database.reading() as tx:
            (fact,) = [one.detail async for one in tx.audit.of_kind(Kind.USER_PASSWORD) if one.actor == "user:lan"][1:]
        assert fact["by"] == "self" and NEW not in repr(await world.acts())


async def test_a_second_factor_is_set_up_and_taken_away(world: World) -> None:
    async with world.signed_in("agent") as one:
        form = await csrf(one)
        assert (await ask(one, "POST", "second/begin", form, password="falsch"))[1]["error_id"] == "password-wrong"
        status, begun = await ask(one, "POST", "second/begin", form, password=OWN)
        secret = b32decode(begun["typed"].replace(" ", ""))
        assert status == 200 and begun["address"].startswith("otpauth://totp/")
        assert (await ask(one, "POST", "second/confirm", form, code="000000"))[1]["error_id"] == "code-wrong"
        right = code(secret, world.now)
        status, on = await ask(one, "POST", "second/confirm", form, code=right)
        assert (status, on["second"], len(on["recovery"])) == (200, True, 10)
        status, others = await ask(one, "POST", "second/codes", form, password=OWN)
        assert status == 200 and not {*on["recovery"]} & {*others["recovery"]}
        assert (await ask(one, "GET", "account"))[1]["second"] is True
        async with world.browser() as two:
            assert (await two.enter("lan", OWN)).goes_to == "/desk/second"
            assert (await ask(two, "GET", "account"))[1]["error_id"] == "session-over", "half the way in is not in"
            world.now += timedelta(seconds=30)
        assert await ask(one, "POST", "second/drop", form, password=OWN) == (200, {"second": False})


async def test_who_finds_a_browser_open_guesses_no_password(world: World) -> None:
    async with world.signed_in("agent") as one:
        form = await csrf(one)
        told = [await ask(one, "POST", "second/drop", form, password=f"falsch {each}") for each in range(OF_BOTH + 1)]
        assert [each["error_id"] for _, each in told] == ["password-wrong"] * OF_BOTH + ["sign-in-wait"]


async def test_who_has_a_one_time_password_has_no_account_by_the_api_yet(world: World) -> None:
    given = await world.admin.add(Wanted(login="moi", name="Người mới", roles=frozenset({"agent"})))
    async with world.browser() as browser:
        assert (await browser.enter("moi", given.password)).goes_to == "/desk/password"
        assert (await ask(browser, "GET", "account"))[1]["error_id"] == "session-over"


async def test_a_password_is_taken_as_it_is_typed_here_and_at_the_door(world: World) -> None:
    spaced = f"\u00a0{NEW} "
    async with world.signed_in("agent") as one, world.browser() as two, world.browser() as three:
        form = await csrf(one)
        status, told = await ask(one, "POST", "password", form, old=OWN, new=f"{NEW}\ud800")
        assert (status, told["error_id"]) == (400, "value-invalid"), "half a character cannot be hashed"
        status, told = await ask(one, "POST", "password", form, old=OWN, new=spaced)
        assert status == 200
        assert (await ask(one, "POST", "password", told["csrf"], old=NEW, new="gió mùa về trên đồi"))[0] == 409
        await two.enter("lan", NEW)
        await three.enter("lan", spaced)
        assert [(await each.get("/desk")).status for each in (two, three)] == [303, 200]
