"""API tokens at the desk over a real database: made and shown once, listed with who made them and when they were used, revoked once more
asked; and what the command line makes beside.
"""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from hotline1022.core.clock import local_day
from hotline1022.db.unit import Database
from hotline1022.directory.edit import end
from hotline1022.directory.types import What
from hotline1022.service.accounts.token_desk import TokenDesk
from hotline1022.service.directory.token_ends import TokenEnds
from hotline1022.service.views import TokensView
from hotline1022.web.auth import REMEMBER_SECONDS, digest_of
from tests.contract.database.desk_world import World, open_desk
from tests.contract.database.made import T0

LIST = "/desk/tokens"


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    made: World
    parts = {
        "api_tokens": TokenDesk(database, lambda: made.now),
        "tokens": TokensView(database, lambda: made.directory.fresh()),
    }
    async with open_desk(database, tmp_path, **parts) as made:
        yield made


async def status_with(world: World, text: str, path: str = "/api/directory/agencies") -> int:
    headers = {"Authorization": f"Bearer {text}"}
    async with world.browser() as browser:
        return (await browser.get(path, **headers)).status


def text_of(html: str) -> str:
    (found,) = re.findall(r'class="once mb-0">([^<]+)<', html)
    return unescape(found)


async def test_a_token_is_made_shown_once_used_and_revoked(world: World) -> None:
    async with world.signed_in("admin") as browser:
        assert "Chưa có mã nào" in (await browser.get(LIST)).text
        made = await browser.send(LIST, LIST, name="Cổng dịch vụ công", scope=["read"])
        assert made.status == 200, made.text
        text = text_of(made.text)
        assert text.startswith("hl1022_") and await status_with(world, text) == 200
        assert made.headers["Cache-Control"] == "no-store"
        shown = await browser.get(LIST)
        assert text not in shown.text and "Cổng dịch vụ công" in shown.text and "chưa dùng" not in shown.text
        assert ">lan</td>" in shown.text, "who made it"
        (action,) = [one for one in shown.forms.fields if one.endswith("/revoke")]
        assert REMEMBER_SECONDS == 5
        assert "không dùng được API nữa trong vòng 5 giây" in shown.text, "asked first"
        assert (await browser.post(action, shown.forms.fields[action])).goes_to == f"{LIST}?done=revoked"
        # the door asks again after REMEMBER_SECONDS, as the page says
        assert await world.ports.tokens.find(digest_of(text), world.now) is None
        assert "Thu hồi lúc" in (await browser.get(LIST)).text
    acts = [one for one in await world.acts() if str(one["act"]).startswith(f"POST {LIST}")]
    id = action.split("/")[-2]
    assert [(one["actor"], one["subject"]) for one in acts] == [("user:lan", f"token:{id}")] * 2
    assert text not in repr(await world.acts())


async def test_what_cannot_be_is_told_and_stays_in_the_form(world: World) -> None:
    async with world.signed_in("admin") as browser:
        for typed, status, says in (
            ({"name": " ", "scope": ["read"]}, 400, "Tên cần 1 đến 80 ký tự"),
            ({"name": "Cổng"}, 400, "chọn ít nhất một quyền"),
            ({"name": "Cổng", "scope": ["users"]}, 400, "chọn ít nhất một quyền"),
            ({"name": "Cổng", "scope": ["admin"], "contact": "so-y-te-cv"}, 400, "chỉ có quyền Xem và Nghiệp vụ"),
            ({"name": "Cổng", "scope": ["read"], "contact": "nobody"}, 404, "Không có đầu mối"),
        ):
            refused = await browser.send(LIST, LIST, **typed)
            assert refused.status == status and says in refused.text, (typed, refused.text)
            assert all(f'value="{one}" checked' in refused.text for one in typed.get("scope", ()) if one != "users")
        assert (await browser.send(LIST, LIST, name="Cổng", scope=["read"])).status == 200
        twice = await browser.send(LIST, LIST, name="Cổng", scope=["read"])
        assert twice.status == 409 and "Đã có mã truy cập với tên này" in twice.text and 'value="Cổng"' in twice.text
        hidden = (await browser.get(LIST)).forms.fields[LIST]
        assert (await browser.post(f"{LIST}/{'e' * 16}/revoke", hidden)).status == 404
    assert len(await world.ports.api_tokens.list()) == 1


async def test_a_token_of_a_contact_point_ends_with_it(world: World) -> None:
    async with world.signed_in("admin") as browser:
        made = await browser.send(LIST, LIST, name="Sở Y tế", scope=["agent"], contact="so-y-te-cv")
        text = text_of(made.text)
        assert await status_with(world, text, "/api/tickets") == 200
        assert await status_with(world, text) == 403, "an officer's: nothing else"
        day = local_day(world.now)
        after = await world.directory.change(lambda found: end(found, What.CONTACT, "so-y-te-cv", day), "user:lan")
        assert await status_with(world, text, "/api/tickets") == 401
        await TokenEnds(world.database, lambda: T0)(after.contacts["so-y-te-cv"], day)
        assert "Hết dùng cùng đầu mối" in (await browser.get(LIST)).text


async def test_who_may_not_change_users_makes_none_and_the_password_is_asked_again(world: World) -> None:
    async with world.signed_in("supervisor", login="binh") as other:
        assert (await other.get(LIST)).status == 403
        assert (await other.get("/api/tokens")).status == 403
    async with world.signed_in("admin") as browser:
        world.now += timedelta(minutes=11)
        asked = await browser.send(LIST, LIST, name="Cổng", scope=["read"])
        assert asked.status == 303 and asked.goes_to.startswith("/desk/confirm"), asked.text
    assert await world.ports.api_tokens.list() == []


async def test_of_a_token_of_before_it_is_not_known_who_made_it(world: World) -> None:
    async with world.database.transaction() as tx:
        await tx.tokens.create("desk", ["read"], T0)
        await tx.tokens.create("by hand", ["read"], T0, by="cli:root")
    async with world.signed_in("admin") as browser:
        shown = (await browser.get(LIST)).text
        assert "không rõ" in shown and "cli:root" in shown and "chưa dùng" in shown
