"""Users and roles on the desk's pages over a real database: chosen, found, changed by two at once; what is typed is shown as text."""

from urllib.parse import urlencode

from hotline1022.core.clock import local_day
from hotline1022.directory.edit import end
from hotline1022.directory.types import What
from tests.contract.database.desk_world import World, world

__all__ = ["world"]


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
        assert (await browser.send(page, page, **typed)).goes_to.startswith("/desk/users?once=")
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
