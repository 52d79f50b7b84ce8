"""The pages of the menu over a real database: written, checked by line, tried by keys, published, brought back; two at once."""

import re
from html import unescape
from urllib.parse import urlencode

from hotline1022.audit.types import Kind
from hotline1022.core.clock import local_day
from hotline1022.core.errors import ConfigError
from hotline1022.directory.edit import end
from hotline1022.directory.types import What
from tests.contract.database.desk_world import Shown, World, world
from tests.contract.database.menu_world import OTHER, SHIPPED, THIRD, WRONG

__all__ = ["world"]

DRAFT = "/desk/menu/draft"


def written(shown: Shown, field: str = "text") -> str:
    """What stands in a field of several lines."""
    (text,) = re.findall(rf'<textarea[^>]*id="{field}"[^>]*>\n(.*?)</textarea>', shown.text, re.DOTALL)
    return unescape(text)


async def test_a_menu_is_written_checked_published_and_brought_back(world: World) -> None:
    async with world.signed_in("admin") as browser:
        first = await browser.get("/desk/menu")
        assert first.status == 200 and "Bản 1" in first.text and "Lấy từ tệp cấu hình" in first.text
        opened = await browser.get(DRAFT)
        assert written(opened) == SHIPPED, "one begins with what is in force"
        kept = await browser.send(DRAFT, DRAFT, text=WRONG.replace("\n", "\r\n"), act="save")
        assert kept.goes_to == f"{DRAFT}?done=saved"
        opened = await browser.get(kept.goes_to)
        assert written(opened) == WRONG and "Bản nháp do lan lưu lúc" in opened.text
        hidden = opened.forms.fields[DRAFT]
        refused = await browser.post("/desk/menu/publish", {**hidden, "text": WRONG, "note": "Thêm lời nhắn"})
        line = WRONG[: WRONG.index('8 = "menu:mor"')].count("\n") + 1
        assert refused.status == 400 and f"Dòng {line}:" in refused.text and "Có 1 lỗi" in refused.text
        assert "Không có menu mor." in refused.text and 'value="Thêm lời nhắn"' in refused.text
        assert f"<code>{WRONG.splitlines()[line - 1]}</code>".replace('"', "&#34;") in refused.text
        assert world.menu.leads("4") == "Agents", "callers hear the old one"
        done = await browser.post("/desk/menu/publish", {**hidden, "text": OTHER, "note": "Thêm lời nhắn"})
        assert done.goes_to == "/desk/menu?done=published&count=2"
        after = await browser.get(done.goes_to)
        assert "Đã ban hành bản 2" in after.text and "Thêm lời nhắn" in after.text and "Bản nháp do" not in after.text
        assert world.menu.leads("4") == "Voicemail"
        again = await browser.send("/desk/menu/versions/1", "/desk/menu/versions/1", note="")
        assert again.goes_to == "/desk/menu?done=published&count=3"
        assert "Ban hành lại bản 1" in (await browser.get("/desk/menu")).text
        assert world.menu.leads("4") == "Agents"
    async with world.database.reading() as tx:
        told = [(one.actor, one.subject) async for one in tx.audit.of_kind(Kind.MENU_PUBLISHED)]
    assert told == [("service", "menu:1"), ("user:lan", "menu:2"), ("user:lan", "menu:3")]
    acts = [one["act"] for one in await world.acts() if one["actor"] == "user:lan"]
    assert acts.count("POST /desk/menu/publish") == 1 and "POST /desk/menu/versions/{version}" in acts


async def test_who_is_slower_is_told_and_keeps_the_text(world: World) -> None:
    async with world.signed_in("admin") as one, world.signed_in("admin", login="minh") as two:
        hidden = (await two.get(DRAFT)).forms.fields[DRAFT]
        await one.send(DRAFT, DRAFT, text=OTHER, act="save")
        late = await two.post(DRAFT, {**hidden, "text": THIRD, "act": "save"})
        assert late.status == 409 and "vừa lưu bản nháp" in late.text
        assert written(late) == THIRD and written(late, "other-text") == OTHER
        over = await two.post(DRAFT, {**late.forms.fields[DRAFT], "text": THIRD, "act": "save"})
        assert over.status == 303, "who has seen it may write over it"
        mine = (await one.get(DRAFT)).forms.fields[DRAFT]
        his = (await two.get(DRAFT)).forms.fields[DRAFT]
        assert (await one.post("/desk/menu/publish", {**mine, "text": OTHER, "note": ""})).status == 303
        late = await two.post("/desk/menu/publish", {**his, "text": THIRD, "note": "của tôi"})
        assert late.status == 409 and "vừa ban hành một bản mới" in late.text
        assert written(late) == THIRD and 'value="của tôi"' in late.text
        assert world.menu.leads("4") == "Voicemail"
        stale = {**hidden, "seen": "1", "note": ""}
        assert (await two.post("/desk/menu/versions/1", stale)).status == 409


async def test_a_draft_knows_the_version_it_was_begun_from(world: World) -> None:
    async with world.signed_in("admin") as one:
        assert (await one.send(DRAFT, DRAFT, text=THIRD, note="Đổi phím 4", act="save")).status == 303
        assert "chưa có những thay đổi" not in (await one.get(DRAFT)).text
        await world.menu.desk.publish(OTHER, seen=1, by="user:minh")  # in a hurry; the draft stays
        opened = await one.get(DRAFT)
        assert written(opened) == THIRD and 'value="Đổi phím 4"' in opened.text
        assert "chưa có những thay đổi của bản 2, do minh" in opened.text
        assert "/desk/menu/versions/2" in opened.forms.links
        hidden = {**opened.forms.fields[DRAFT], "text": THIRD, "note": "Đổi phím 4"}
        late = await one.post("/desk/menu/publish", hidden)
        assert late.status == 409 and "vừa ban hành một bản mới" in late.text and "của bản 2, do minh" in late.text
        assert world.menu.leads("4") == "Voicemail"
        again = {**late.forms.fields[DRAFT], "text": THIRD, "note": "Đổi phím 4"}
        done = await one.post("/desk/menu/publish", again)
        assert done.goes_to == "/desk/menu?done=published&count=3", "who was told goes over it"


async def test_whose_draft_was_published_by_another_is_told_so_and_does_not_go_over_it(world: World) -> None:
    async with world.signed_in("admin") as one, world.signed_in("admin", login="minh") as two:
        await one.send(DRAFT, DRAFT, text=OTHER, act="save")
        mine = (await one.get(DRAFT)).forms.fields[DRAFT]
        published = {**(await two.get(DRAFT)).forms.fields[DRAFT], "text": OTHER, "note": ""}
        assert (await two.post("/desk/menu/publish", published)).status == 303
        late = await one.post(DRAFT, {**mine, "text": THIRD, "note": "vội", "act": "save"})
        assert late.status == 409 and "đã được ban hành hoặc đã bỏ" in late.text and 'value="vội"' in late.text
        assert "chưa có những thay đổi của bản 2, do minh" in late.text
        kept = await one.post(DRAFT, {**late.forms.fields[DRAFT], "text": THIRD, "act": "save"})
        assert kept.status == 303
        opened = await one.get(DRAFT)
        assert "chưa có những thay đổi của bản 2" in opened.text, "that it was kept says nothing of the version"
        refused = await one.post("/desk/menu/publish", {**opened.forms.fields[DRAFT], "text": THIRD})
        assert refused.status == 409 and world.menu.leads("4") == "Voicemail"


async def test_a_menu_that_leads_to_an_ended_category_is_odd(world: World) -> None:
    today = local_day(world.now)
    await world.directory.change(lambda now: end(now, What.CATEGORY, "traffic", today), "user:lan")
    async with world.signed_in("admin") as browser:
        for page in ("/desk/menu/versions/1", DRAFT):
            assert "(Giao thông) đã kết thúc hoặc chưa bắt đầu trong danh bạ" in (await browser.get(page)).text
        gaps = await browser.get("/desk/directory/gaps")
        assert "không còn hoặc chưa có hiệu lực" in gaps.text
        assert "/desk/directory/categories/traffic" in gaps.forms.links


async def test_what_is_on_the_screen_is_tried_and_the_reason_stays(world: World) -> None:
    async with world.signed_in("admin") as browser:
        tried = await browser.send(DRAFT, DRAFT, text=OTHER, note="Phím 4 là lời nhắn", act="try")
        assert tried.goes_to == "/desk/menu/try?of=draft", tried.text
        pressed = await browser.get("/desk/menu/try?of=draft&press=4")
        assert "để lại lời nhắn" in pressed.text
        opened = await browser.get(DRAFT)
        assert written(opened) == OTHER and 'value="Phím 4 là lời nhắn"' in opened.text
        for text in (THIRD, WRONG):
            shown = await browser.send(DRAFT, DRAFT, text=text, note="Vẫn còn", act="check")
            assert 'value="Vẫn còn"' in shown.text
        for action, act in ((DRAFT, "try"), ("/desk/menu/publish", "")):
            hidden = (await browser.get(DRAFT)).forms.fields[DRAFT]
            empty = await browser.post(action, {**hidden, "text": " ", "note": "Vẫn còn", "act": act})
            assert empty.status == 400 and 'value="Vẫn còn"' in empty.text


async def test_what_cannot_be_spoken_is_told_and_nothing_is_in_force(world: World) -> None:
    async with world.signed_in("admin") as browser:
        world.menu.mute = ConfigError("espeak-ng is missing", error_id="espeak-missing")
        hidden = (await browser.get(DRAFT)).forms.fields[DRAFT]
        refused = await browser.post("/desk/menu/publish", {**hidden, "text": OTHER, "note": ""})
        assert refused.status == 400 and "Chưa tạo được lời thoại" in refused.text and written(refused) == OTHER
        assert world.menu.leads("4") == "Agents"


async def test_keys_lead_on_the_screen_as_on_the_telephone_and_nothing_is_kept(world: World) -> None:
    async with world.signed_in("admin") as browser:
        before = await world.acts()

        async def pressed(*keys: str, **more: str) -> Shown:
            query = {"of": "", "keys": ".".join(keys[:-1]), "press": keys[-1] if keys else "", **more}
            return await browser.get(f"/desk/menu/try?{urlencode(query)}")

        begun = await pressed()
        assert "Gọi 1022" in begun.text and "Cuộc gọi này được ghi âm" in begun.text
        assert "đang ở menu: root" in begun.text
        assert "đang ở menu: more" in (await pressed("8")).text
        twice = await pressed("8", "none", "7")
        assert "lần thứ 2 chưa chọn được" in twice.text and "không có trong danh mục" in twice.text
        assert "vào hàng chờ gặp điện thoại viên" in (await pressed("8", "none", "7", "none")).text
        assert "chuyển ngay tới cấp cứu 115" in (await pressed("8", "115")).text
        assert "Bộ phận một cửa" in (await pressed("6", "1")).text
        traffic = await pressed("4", at="2026-12-01T09:00")
        assert "Lĩnh vực: Giao thông." in traffic.text and "Sở Giao thông Vận tải trả lời" in traffic.text
        assert "ngoài giờ làm việc" not in traffic.text
        for when in ({"at": "2026-12-01T22:00"}, {"at": "2026-12-01T09:00", "holiday": "1"}):
            assert "ngoài giờ làm việc" in (await pressed("4", **when)).text
        assert 'value="4"' not in (await pressed("4", "back")).forms.fields["/desk/menu/try"].values()
        long = await pressed("4", "8", "8")
        assert long.forms.fields["/desk/menu/try"]["keys"] == "4", "after the end nothing is pressed"
        assert (await pressed(of="7")).status == 404 and (await pressed(of="draft")).status == 404
        await browser.send(DRAFT, DRAFT, text=OTHER, act="save")
        assert "để lại lời nhắn" in (await pressed("4", of="draft")).text
        await browser.send(DRAFT, DRAFT, text=WRONG, act="save")
        assert (await pressed("4", of="draft")).status == 400
        assert (await browser.get("/desk/menu/try?of=x&keys=x.y&press=zz&at=never")).status == 200
        assert len(await world.acts()) == len(before) + 2, "the two drafts"


async def test_what_is_typed_is_shown_as_text(world: World) -> None:
    evil = '</textarea><script>alert(1)</script>"'
    async with world.signed_in("admin") as browser:
        shown = await browser.send(DRAFT, DRAFT, text=evil, act="check")
        assert shown.status == 400 and "<script>alert" not in shown.text and written(shown) == evil
        kept = await browser.send(DRAFT, DRAFT, text=evil, act="save")
        assert "<script>alert" not in (await browser.get(kept.goes_to)).text
        for text in ("", "   ", "x" * 30_001):
            assert (await browser.send(DRAFT, DRAFT, text=text, act="save")).status == 400
        dropped = await browser.send(DRAFT, DRAFT, act="drop")
        assert dropped.goes_to == "/desk/menu?done=dropped"
        assert written(await browser.get(DRAFT)) == SHIPPED
