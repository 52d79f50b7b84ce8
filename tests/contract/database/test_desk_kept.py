"""Forms that come too late: the session is over, or the password is wanted once more; and forms that nobody answers. Nothing that was
typed is lost, and nobody else sees it.
"""

import re
from datetime import timedelta

import pytest

from hotline1022.core.errors import NotFound, Unavailable
from hotline1022.service.accounts.desk import AccountDesk, Terms
from hotline1022.service.accounts.sign_in_tries import OF_BOTH
from hotline1022.service.directory.view import DirectoryView
from hotline1022.web.desk.kept import KEPT, KeptForms
from hotline1022.web.page_words import words
from hotline1022.web.users import GOOD
from tests.contract.database.desk_world import OWN, Browser, Shown, World, world

__all__ = ["world"]

AREA = "/desk/directory/areas/di-an"
TYPED = {"name": "Dĩ An <Mới>", "kind": "city", "parent": ""}


async def too_late(world: World, browser: Browser, page: str = AREA, **more: str) -> Shown:
    """The page is open, lunch is long, the form is sent."""
    hidden = (await browser.get(page)).forms.fields[page]
    world.now += Terms().idle + timedelta(minutes=1)
    referer = {"Referer": str(world.server.make_url(page))}
    return await browser.post(page, {**hidden, **TYPED} | more, **referer)


async def test_what_was_typed_is_in_its_form_after_the_door(world: World) -> None:
    async with world.signed_in("admin") as browser:
        door = await too_late(world, browser)
        assert (door.status, door.goes_to) == (303, "/desk/sign-in?again=1&next=%2Fdesk%2Fdirectory%2Fareas%2Fdi-an")
        assert world.directory.now.areas["di-an"].name != TYPED["name"]
        entered = await browser.send(door.goes_to, "/desk/sign-in", login="lan", password=OWN)
        assert entered.goes_to == AREA
        page = await browser.get(AREA)
        assert 'value="Dĩ An &lt;Mới&gt;"' in page.text and 'id="kept"' in page.text
        done = await browser.post(AREA, {**page.forms.fields[AREA], **TYPED})
        assert done.status == 303 and world.directory.now.areas["di-an"].name == TYPED["name"]
        assert 'id="kept"' not in (await browser.get(AREA)).text, "once"


async def test_who_changed_it_meanwhile_is_not_written_over(world: World) -> None:
    async with world.signed_in("admin") as browser, world.signed_in("admin", login="minh") as other:
        hidden = (await browser.get(AREA)).forms.fields[AREA]
        assert (await other.send(AREA, AREA, **TYPED | {"name": "Dĩ An Khác"})).status == 303
        world.now += Terms().idle + timedelta(minutes=1)
        door = await browser.post(AREA, {**hidden, **TYPED})
        await browser.send(door.goes_to, "/desk/sign-in", login="lan", password=OWN)
        page = await browser.get(AREA)
        late = await browser.post(AREA, {**page.forms.fields[AREA], **TYPED})
        assert late.status == 409 and "người khác sửa" in late.text


async def test_nobody_else_sees_it_and_not_for_ever(world: World) -> None:
    async with world.signed_in("admin") as browser, world.signed_in("admin", login="minh"):
        door = await too_late(world, browser)
        await browser.send(door.goes_to, "/desk/sign-in", login="minh", password=OWN)
        assert "&lt;Mới&gt;" not in (await browser.get(AREA)).text, "another user at the same browser"
    async with world.browser() as browser:
        await browser.enter("lan", OWN)
        world.now += KEPT
        assert "&lt;Mới&gt;" not in (await browser.get(AREA)).text


async def test_who_signed_in_anew_in_another_window_looks_once_more(world: World) -> None:
    own = str(world.server.make_url("/")).rstrip("/")
    async with world.signed_in("admin") as browser:
        hidden = (await browser.get(AREA)).forms.fields[AREA]
        world.now += Terms().idle + timedelta(minutes=1)
        await browser.enter("lan", OWN)
        for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": own, "Sec-Fetch-Site": "cross-site"}):
            assert (await browser.post(AREA, {**hidden, **TYPED}, **headers)).status == 403
        assert 'id="kept"' not in (await browser.get(AREA)).text
        back = await browser.post(AREA, {**hidden, **TYPED}, Origin=own)
        assert (back.status, back.goes_to) == (303, AREA)
        assert world.directory.now.areas["di-an"].name != TYPED["name"], "nothing is done by it"
        assert 'value="Dĩ An &lt;Mới&gt;"' in (await browser.get(AREA)).text


@pytest.mark.parametrize("login", ["lan", "minh"])
async def test_after_a_restart_a_script_says_whose_page_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    own = str(world.server.make_url("/")).rstrip("/")
    async with world.signed_in("admin") as browser, world.signed_in("admin", login="minh"):
        page = await browser.get(AREA)
        (mine,) = re.findall(r'hx-headers=.*"HL-User": "([^"]+)"', page.text)
        assert mine == (await world.admin.by_login("lan")).id
        world.now += Terms().idle + timedelta(minutes=1)
        monkeypatch.setattr(KeptForms, "of_form", lambda *_: "")
        await browser.enter(login, OWN)
        script = {"Origin": own, "HX-Request": "true", "HX-Current-URL": own + AREA, "HL-User": mine}
        sent = await browser.post(AREA, {**page.forms.fields[AREA], **TYPED}, **script)
        assert sent.status == (200 if login == "lan" else 403) and ("HL-Kept" in sent.headers) == (login == "lan")
        assert ('value="Dĩ An &lt;Mới&gt;"' in (await browser.get(AREA)).text) == (login == "lan")


@pytest.mark.parametrize("login", ["lan", "minh"])
async def test_after_a_restart_a_plain_form_says_whose_page_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    """Without scripts: who had opened it gets it back, who comes after gets a sentence and nothing else."""
    own = str(world.server.make_url("/")).rstrip("/")
    async with world.signed_in("admin") as browser, world.signed_in("admin", login="minh"):
        hidden = (await browser.get(AREA)).forms.fields[AREA]
        world.now += Terms().idle + timedelta(minutes=1)
        monkeypatch.setattr(KeptForms, "of_form", lambda *_: "")
        await browser.enter(login, OWN)
        sent = await browser.post(AREA, {**hidden, **TYPED}, Origin=own)
        shown = (await browser.get(AREA)).text
        assert world.directory.now.areas["di-an"].name != TYPED["name"], "nothing is done by it"
        if login == "lan":
            assert (sent.status, sent.goes_to) == (303, AREA) and "Dĩ An &lt;Mới&gt;" in shown
        else:
            assert sent.status == 403 and words()("error.form-of-another") in sent.text
            assert "&lt;Mới&gt;" not in sent.text + shown and 'id="kept"' not in shown
        mute = {**hidden, **TYPED, "csrf": hidden["csrf"].partition(".")[0]}
        sent = await browser.post(AREA, mute, Origin=own)
        assert sent.status == 403 and words()("error.form-foreign") in sent.text, "nothing says whose it is"
        assert 'id="kept"' not in (await browser.get(AREA)).text


async def test_what_is_read_beneath_an_open_page_leaves_what_is_kept(world: World) -> None:
    async with world.signed_in("admin") as browser:
        await too_late(world, browser)
        await browser.enter("lan", OWN)
        beneath = await browser.get(AREA, **{"HL-Beneath": "1"})
        assert beneath.status == 200 and "&lt;Mới&gt;" not in beneath.text and 'id="kept"' not in beneath.text
        assert "&lt;Mới&gt;" in (await browser.get(AREA)).text


@pytest.mark.parametrize("wrong", ["token", "site", "cookie"])
async def test_what_no_page_of_that_session_sent_is_not_kept(world: World, wrong: str) -> None:
    async with world.signed_in("admin") as browser, world.browser() as stranger:
        hidden = (await browser.get(AREA)).forms.fields[AREA]
        world.now += Terms().idle + timedelta(minutes=1)
        body = {**hidden, **TYPED} | ({"csrf": "0" * 64} if wrong == "token" else {})
        headers = {"Origin": "https://evil.example"} if wrong == "site" else {}
        door = await (stranger if wrong == "cookie" else browser).post(AREA, body, **headers)
        assert door.status == 303 and "next" not in door.goes_to
        await browser.enter("lan", OWN)
        assert 'id="kept"' not in (await browser.get(AREA)).text


async def test_who_signed_out_and_secrets_leave_nothing(world: World) -> None:
    async with world.signed_in("agent") as browser:
        hidden = (await browser.get("/desk/password")).forms.fields["/desk/password"]
        world.now += Terms().idle + timedelta(minutes=1)
        door = await browser.post("/desk/password", {**hidden, "old": OWN, "new": "x" * 12, "again": "x" * 12})
        assert door.status == 303 and "next" not in door.goes_to


async def test_a_form_of_a_part_of_a_page_leads_the_whole_page(world: World) -> None:
    async with world.signed_in("admin") as browser:
        hidden = (await browser.get(AREA)).forms.fields[AREA]
        world.now += Terms().idle + timedelta(minutes=1)
        at = str(world.server.make_url(f"{AREA}?done=saved"))
        door = await browser.post(AREA, {**hidden, **TYPED}, **{"HX-Request": "true", "HX-Current-URL": at})
        assert door.headers["HX-Redirect"].endswith("next=%2Fdesk%2Fdirectory%2Fareas%2Fdi-an%3Fdone%3Dsaved")


async def test_users_and_roles_want_the_password_once_more(world: World) -> None:
    async with world.signed_in("admin") as browser:
        admin = await world.admin.by_login("admin")
        page = "/desk/users/new"
        typed = {"name": "Hoa", "login": "hoa", "role": ["agent"], "person": "", "contact": ""}
        assert (await browser.send(page, page, **typed)).goes_to.startswith("/desk/users?once="), "just signed in"
        world.now += GOOD
        for path in (
            f"/desk/users/{admin.id}/reset",
            f"/desk/users/{admin.id}/shut",
            f"/desk/users/{admin.id}/sign-out",
        ):
            token = (await browser.get("/desk/users")).forms.fields["/desk/sign-out"]["csrf"]
            asked = await browser.post(path, {"csrf": token, "version": str(admin.version)})
            assert asked.status == 303 and asked.goes_to.startswith("/desk/confirm?next="), path
        assert await world.admin.by_login("admin") == admin
        asked = await browser.send(page, page, **typed | {"name": "Bình", "login": "binh"})
        assert asked.goes_to == "/desk/confirm?next=%2Fdesk%2Fusers%2Fnew"
        wrong = await browser.send(asked.goes_to, "/desk/confirm", password="sai rồi sai rồi")
        assert wrong.status == 401 and "không đúng" in wrong.text
        right = await browser.send(asked.goes_to, "/desk/confirm", password=OWN)
        assert right.goes_to == page
        shown = await browser.get(page)
        assert 'value="Bình"' in shown.text and re.search('value="agent"[^>]* checked', shown.text)
        done = await browser.send(page, page, **typed | {"name": "Bình", "login": "binh"})
        assert "binh" in (await browser.get(done.goes_to)).text
    acts = [one for one in await world.acts() if one["act"] == "POST /desk/confirm"]
    assert [one["actor"] for one in acts] == ["user:lan"] and OWN not in repr(await world.acts())


AWAY = Unavailable("the database does not answer", error_id="database-away")


async def unheard(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch, where: str, what: BaseException
) -> Shown:
    """The form is sent, and `what` is raised at that place."""
    hidden = (await browser.get(AREA)).forms.fields[AREA]

    async def broken(*given: object) -> None:
        raise what

    with monkeypatch.context() as patch:
        if where == "door":
            patch.setattr(AccountDesk, "find", broken)
        else:  # the page that would tell of it cannot be made either
            patch.setattr(DirectoryView, "areas", broken)
        return await browser.post(AREA, {**hidden, **TYPED}, Referer=str(world.server.make_url(AREA)))


@pytest.mark.parametrize("where", ["door", "handler"])
@pytest.mark.parametrize("what", [AWAY, TimeoutError(), ZeroDivisionError()])
async def test_what_nobody_answered_is_in_its_form_again(
    world: World, monkeypatch: pytest.MonkeyPatch, where: str, what: BaseException
) -> None:
    async with world.signed_in("admin") as browser:
        failed = await unheard(world, browser, monkeypatch, where, what)
        assert failed.status == (500 if isinstance(what, ZeroDivisionError) else 503)
        assert AREA in failed.forms.links and "30 phút" in failed.text
        assert world.directory.now.areas["di-an"].name != TYPED["name"]
        page = await browser.get(AREA)
        assert 'value="Dĩ An &lt;Mới&gt;"' in page.text and "chưa chắc đã được ghi nhận" in page.text
        assert (await browser.post(AREA, {**page.forms.fields[AREA], **TYPED})).status == 303


async def test_what_was_sent_again_with_success_is_not_offered_once_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world.signed_in("admin") as browser:
        hidden = (await browser.get(AREA)).forms.fields[AREA]
        await unheard(world, browser, monkeypatch, "door", AWAY)
        assert (await browser.post(AREA, {**hidden, **TYPED})).status == 303, "loaded again, as browsers offer it"
        assert 'id="kept"' not in (await browser.get(AREA)).text


async def test_what_has_no_page_any_more_is_given_to_be_copied(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with world.signed_in("admin") as browser:
        gone = NotFound("there is no such area", error_id="area-unknown")
        failed = await unheard(world, browser, monkeypatch, "handler", gone)
        assert failed.status == 404 and "Dĩ An &lt;Mới&gt;" in failed.text
        monkeypatch.setattr(KeptForms, "whose", lambda *_: "")  # the service was started anew since that page
        failed = await unheard(world, browser, monkeypatch, "door", AWAY)
        assert failed.status == 503 and AREA not in failed.forms.links and "Dĩ An &lt;Mới&gt;" in failed.text


async def test_what_no_page_of_the_session_sent_is_not_kept_when_nobody_answers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world.signed_in("admin") as browser, world.browser() as stranger:
        hidden = (await browser.get(AREA)).forms.fields[AREA]

        async def away(*given: object) -> None:
            raise AWAY

        with monkeypatch.context() as patch:
            patch.setattr(AccountDesk, "find", away)
            foreign = await browser.post(AREA, {**hidden, **TYPED}, Origin="https://evil.example")
            wrong = await browser.post(AREA, {**hidden, **TYPED, "csrf": "0" * 64})
            nobody = await stranger.post(AREA, {**hidden, **TYPED})
            part = await browser.post(AREA, {**hidden, **TYPED}, **{"HX-Request": "true"})
        assert nobody.goes_to == "/desk/sign-in"
        for one in (foreign, wrong, part):
            assert one.status == 503 and AREA not in one.forms.links and "Mới" not in one.text
        assert 'id="kept"' not in (await browser.get(AREA)).text


async def test_who_guesses_at_it_must_wait(world: World) -> None:
    async with world.signed_in("admin") as browser:
        for _ in range(OF_BOTH):
            assert (await browser.send("/desk/confirm", "/desk/confirm", password="sai")).status == 401
        waits = await browser.send("/desk/confirm", "/desk/confirm", password=OWN)
        assert waits.status == 429 and "đợi 10 phút" in waits.text


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "javascript:alert(1)"])
async def test_it_leads_nowhere_else(world: World, wanted: str) -> None:
    async with world.signed_in("admin") as browser:
        hidden = (await browser.get("/desk/confirm")).forms.fields["/desk/confirm"]
        done = await browser.post("/desk/confirm", {**hidden, "next": wanted, "password": OWN})
        assert done.goes_to == "/desk"


async def test_somebody_else_at_the_same_browser_gets_nothing_of_it(world: World) -> None:
    own = str(world.server.make_url("/")).rstrip("/")
    async with world.signed_in("admin") as browser, world.signed_in("admin", login="minh"):
        hidden = (await browser.get(AREA)).forms.fields[AREA]
        world.now += Terms().idle + timedelta(minutes=1)
        await browser.enter("minh", OWN)
        refused = await browser.post(AREA, {**hidden, **TYPED}, Origin=own)
        assert refused.status == 403 and "Mới" not in refused.text and "HL-Kept" not in refused.headers
        assert words()("error.form-of-another") in refused.text
        assert words()("failure.403.cure") not in refused.text, "an admin cures nothing there"
        led = await browser.post(AREA, {**hidden, **TYPED}, Origin=own, Referer=f"{own}{AREA}")
        assert f'href="{AREA}"' in led.text
        assert "&lt;Mới&gt;" not in (await browser.get(AREA)).text
