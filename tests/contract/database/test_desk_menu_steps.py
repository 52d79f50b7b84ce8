"""The menu by forms over a real database: what a form changes is changed in the document alone, what is wrong stands beside its field,
two at once lose nothing; the draft is tried and published.
"""

import re
import tomllib
from html import unescape

import pytest

from hotline1022.service.directory.view import DirectoryView
from hotline1022.web.directory_wire import CategoryBody
from tests.contract.database.desk_world import Browser, Shown, World, world
from tests.contract.database.menu_world import OTHER, SHIPPED

__all__ = ["world"]

STEPS = "/desk/menu/steps"
MORE, ROOT = f"{STEPS}/more", f"{STEPS}/root"
GREETING = "/desk/menu/spoken/prompts.greeting"


def typed(shown: Shown) -> dict[str, str]:
    """What a browser would send of the form of a step, as it stands on the page."""
    page = shown.text[shown.text.index('<form class="card"') :]
    page = page[: page.index("</form>")]
    found = {
        name: unescape(value) for name, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
    }
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        found[name] = unescape(chosen[1]) if chosen else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL):
        found[name] = unescape(text)
    return found


async def save(browser: Browser, page: str, **changed: str) -> Shown:
    """Open a form, change fields of it, send it as a browser does."""
    return await again(browser, page, await browser.get(page), **changed)


async def again(browser: Browser, page: str, shown: Shown, **changed: str) -> Shown:
    assert shown.forms.fields[page]["csrf"]
    given = {name: value.replace("\n", "\r\n") for name, value in {**typed(shown), **changed}.items()}
    return await browser.post(page, given)


async def draft(world: World) -> str:
    kept = await world.menu.view(lambda: world.directory.now).draft()
    assert kept is not None
    return kept.text


def row(shown: Shown, key: str) -> str:
    """The row of a key: `r3`."""
    given = typed(shown)
    return next(name.removesuffix("-key") for name, value in given.items() if name.endswith("-key") and value == key)


def wrong(shown: Shown, field: str) -> str:
    """What stands beside a field."""
    found = re.search(rf'id="{field}-wrong">([^<]*)<', shown.text)
    return unescape(found[1]) if found else ""


async def test_forms_write_the_document_and_nothing_else_in_it(world: World) -> None:
    async with world.signed_in("admin") as browser:
        for page in (ROOT, MORE, f"{STEPS}/information"):
            same = await save(browser, page)
            assert same.status == 303, same.text
        assert await world.menu.view(lambda: world.directory.now).draft() is None, "nothing was changed"
        assert (await save(browser, MORE, act="try")).goes_to == "/desk/menu/try"
        shown = await browser.get(ROOT)
        four = row(shown, "4")
        kept = await again(browser, ROOT, shown, **{f"{four}-to": "voicemail"})
        assert kept.goes_to == f"{STEPS}?done=saved&count=root"
        assert await draft(world) == OTHER, "one line of the document is another one"
        told = await browser.get(kept.goes_to)
        assert "Bản nháp do lan lưu" in told.text and "Người gọi chưa nghe thấy" in told.text
        assert world.menu.leads("4") == "Agents"
        assert (await save(browser, MORE, act="try")).goes_to == "/desk/menu/try?of=draft"
        kept = await save(browser, MORE, tries="5", wait_seconds="8", after="voicemail", no_input="please-wait")
        kept = await save(browser, MORE, text="Nội dung khác, bấm phím 4.\nCấp cứu, bấm phím 9.", invalid="no-input")
        kept = await save(browser, GREETING, text="Xin kính chào quý vị. Cuộc gọi này được ghi âm.")
        assert kept.goes_to == "/desk/menu/spoken?done=saved&count=greeting"
        kept = await save(browser, "/desk/menu/spoken/information.look-up", text="Xin gặp điện thoại viên.")
        kept = await save(browser, "/desk/menu/spoken/sounds.pbx-invalid", text="Mã sai.")
        now, before = tomllib.loads(await draft(world)), tomllib.loads(OTHER)
        more = now["menus"]["more"]
        assert more.pop("text") == "Nội dung khác, bấm phím 4.\nCấp cứu, bấm phím 9.\n"
        assert [more.pop(name) for name in ("tries", "wait_seconds", "after", "no_input", "invalid")] == [
            5, 8, "voicemail", "please-wait", "no-input",
        ]  # fmt: skip
        assert now["prompts"].pop("greeting") == "Xin kính chào quý vị. Cuộc gọi này được ghi âm."
        assert now["information"].pop("look-up") == {"text": "Xin gặp điện thoại viên.\n"}
        assert now["sounds"].pop("pbx-invalid") == "Mã sai."
        for part in (before["menus"]["more"], before):
            for name in ("text", "tries", "wait_seconds"):
                part.pop(name, None)
        del before["prompts"]["greeting"], before["information"]["look-up"], before["sounds"]["pbx-invalid"]
        assert now == before
        comments = [line for line in SHIPPED.splitlines() if line.startswith("#")]
        assert [line for line in (await draft(world)).splitlines() if line.startswith("#")] == comments
        hidden = (await browser.get(STEPS)).forms.fields["/desk/menu/publish-draft"]
        done = await browser.post("/desk/menu/publish-draft", {**hidden, "note": "Gọn hơn"})
        assert done.goes_to == "/desk/menu?done=published&count=2"
        assert world.menu.leads("4") == "Voicemail" and "Gọn hơn" in (await browser.get("/desk/menu")).text
        back = await browser.send("/desk/menu/versions/1", "/desk/menu/versions/1", note="")
        assert back.status == 303 and world.menu.leads("4") == "Agents"
    acts = [one["act"] for one in await world.acts() if one["actor"] == "user:lan"]
    assert acts.count("POST /desk/menu/publish-draft") == 1 and "POST /desk/menu/steps/{step}" in acts


async def test_a_step_is_added_led_to_tried_and_taken_away(world: World) -> None:
    async with world.signed_in("admin") as browser:
        new = "/desk/menu/step-new"
        empty = await save(browser, new)
        assert empty.status == 400 and wrong(empty, "name") and wrong(empty, "text")
        there = await save(browser, new, name="More", text="Cấp cứu, bấm phím 9.")
        assert there.status == 400 and "more đã có" in wrong(there, "name") and 'value="More"' in there.text
        added = await again(
            browser, new, there, name="Đất đai", text="Cấp cứu 115, bấm phím 9. Điện thoại viên, phím 0."
        )
        assert added.goes_to == f"{STEPS}?done=added&count=dat-dai", added.text
        assert "không phím nào dẫn tới" in (await browser.get(STEPS)).text
        shown = await browser.get(ROOT)
        assert '<option value="menu:dat-dai">' in shown.text
        await again(browser, ROOT, shown, **{f"{row(shown, '2')}-to": "menu:dat-dai"})
        tried = await browser.get("/desk/menu/try?of=draft&press=2")
        assert "đang ở menu: dat-dai" in tried.text
        page = await browser.get(f"{STEPS}/dat-dai")
        assert "phím 2 của bước root" in page.text and f"{STEPS}/dat-dai/remove" not in page.forms.fields
        token = {"csrf": page.forms.fields[f"{STEPS}/dat-dai"]["csrf"]}
        used = await browser.post(f"{STEPS}/dat-dai/remove", token)
        assert used.status == 409 and "Chưa bỏ được: còn phím 2 của bước root dẫn tới đây" in used.text
        first = await browser.post(f"{ROOT}/remove", token)
        assert first.status == 409 and "bước đầu tiên" in first.text
        shown = await browser.get(ROOT)
        await again(browser, ROOT, shown, **{f"{row(shown, '2')}-to": "agents:environment-land"})
        page = await browser.get(f"{STEPS}/dat-dai")
        assert "Đồng ý: Bỏ bước này" in page.text, "asked first"
        gone = await browser.send(f"{STEPS}/dat-dai", f"{STEPS}/dat-dai/remove")
        assert gone.goes_to == f"{STEPS}?done=removed&count=dat-dai"
        assert await draft(world) == SHIPPED
        assert (await browser.get(f"{STEPS}/dat-dai")).status == 404
        added = await save(browser, "/desk/menu/text-new", name="Lịch tiếp dân", text="Thứ Năm hằng tuần.")
        assert added.goes_to == "/desk/menu/spoken?done=added&count=lich-tiep-dan"
        text = "/desk/menu/spoken/information.lich-tiep-dan"
        assert (await browser.send(text, f"{text}/remove")).status == 303
        assert await draft(world) == SHIPPED
        kept = await browser.post("/desk/menu/spoken/information.look-up/remove", token)
        assert kept.status == 409 and "phím 2 của bước information" in kept.text
        chosen = await browser.post("/desk/menu/first", token | {"root": "more"})
        assert chosen.status == 303 and 'root = "more"' in await draft(world)


async def test_a_category_that_only_the_directory_has_comes_with_its_key(world: World) -> None:
    body = CategoryBody(id="education", name="Giáo dục", agency="so-giao-duc-dao-tao")
    await DirectoryView(world.directory, world.database, lambda: world.menu.tree).save_category(body, "user:lan")
    async with world.signed_in("admin") as browser:
        shown = await browser.get(MORE)
        assert '<option value="agents:education">Giáo dục (gặp điện thoại viên)</option>' in shown.text
        kept = await again(browser, MORE, shown, **{f"{row(shown, '4')}-to": "agents:education"})
        assert kept.status == 303, kept.text
        now, before = tomllib.loads(await draft(world)), tomllib.loads(SHIPPED)
        assert now["menus"]["more"]["keys"].pop("4") == "agents:education"
        assert now["categories"].pop() == {
            "id": "education", "name": "Giáo dục", "agency": "so-giao-duc-dao-tao", "goes_to": "agents",
        }  # fmt: skip
        assert now["agencies"].pop()["id"] == "so-giao-duc-dao-tao"
        del before["menus"]["more"]["keys"]["4"]
        assert now == before
        assert "Lĩnh vực: Giáo dục" in (await browser.get("/desk/menu/try?of=draft&keys=8&press=4")).text


async def test_buttons_of_rows_keep_what_was_typed_and_save_nothing(world: World) -> None:
    async with world.signed_in("admin") as browser:
        shown = await browser.get(MORE)
        before = len(await world.acts())
        given = {**typed(shown), "text": "Đang viết dở", "do": "keys-add"}
        for do, keys in (
            ("keys-add", "12349" + "0#*"),
            ("keys-up-1", "21349" + "0#*"),
            ("keys-down-0", "12349" + "0#*"),
            ("keys-drop-2", "1249" + "0#*"),
            ("keys-drop-99", "1249" + "0#*"),
            ("nonsense", "1249" + "0#*"),
        ):
            shown = await browser.post(f"{MORE}/rows", {**given, "do": do})
            assert shown.status == 200
            given = typed(shown)
            found = [value for name, value in given.items() if name.endswith("-key")]
            assert "".join(found) == keys and given["text"] == "Đang viết dở"
        assert len(await world.acts()) == before
        kept = await browser.post(MORE, given | {"text": "Phím 1, 2, 4, 9, 0."})
        assert kept.status == 303
        assert list(tomllib.loads(await draft(world))["menus"]["more"]["keys"]) == ["1", "2", "4", "9", "0", "#", "*"]


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"text": "  "}, "text", "Xin viết lời thoại"),
        ({"text": "x" * 4001}, "text", "tối đa 4000"),
        ({"text": "a\x07b"}, "text", "ký tự lạ"),
        ({"tries": "0"}, "tries", "từ 1 đến 9"),
        ({"tries": "ba"}, "tries", "từ 1 đến 9"),
        ({"wait_seconds": "31"}, "wait_seconds", "từ 1 đến 30"),
        ({"no_input": "không-có"}, "no_input", "chưa có nội dung"),
        ({"invalid": "none"}, "invalid", "chưa có nội dung"),
        ({"after": "menu:root"}, "after", "phải ra khỏi menu"),
        ({"r1-key": ""}, "r1", "Chưa chọn phím"),
        ({"r1-to": ""}, "r1", "Chưa chọn phím 2 dẫn tới đâu"),
        ({"r1-key": "1"}, "r1", "Phím 1 đã có ở dòng trên"),
        ({"r1-to": "menu:mor"}, "r1", "Không có bước mor"),
        ({"r1-to": "information:mor"}, "r1", "Không có nội dung mor"),
        ({"r1-to": "agents:mor"}, "r1", "Không có lĩnh vực mor"),
        ({"r1-to": '"\n[x]'}, "r1", "không dẫn tới đâu"),
        ({"r1-key": "115"}, "r1", "không phải là phím"),
        ({"r4-to": "agents"}, "r4", "Phím 9 luôn phải"),
        ({"r4-key": "", "r4-to": ""}, "keys", "Chưa có lối ra cấp cứu 115"),
        ({"r5-key": "", "r5-to": ""}, "keys", "Chưa có lối ra điện thoại viên"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    world: World, changed: dict[str, str], field: str, said: str
) -> None:
    async with world.signed_in("admin") as browser:
        shown = await save(browser, MORE, **({"tries": "7"} | changed))
        assert shown.status == 400 and said in wrong(shown, field), shown.text
        assert "Chưa lưu: có" in shown.text
        given = typed(shown)
        for name, value in ({"tries": "7"} | changed).items():
            if value and "\x07" not in value:
                assert "".join(given[name].split()) == "".join(value.split()), name
        assert await world.menu.view(lambda: world.directory.now).draft() is None


async def test_two_at_one_step_lose_nothing_and_see_each_other(world: World) -> None:
    async with world.signed_in("admin") as one, world.signed_in("admin", login="minh") as two:
        mine, his = await one.get(MORE), await two.get(MORE)
        one_row = row(mine, "1")
        kept = await again(two, MORE, his, **{"tries": "5", f"{row(his, '2')}-to": "voicemail", "wait_seconds": "9"})
        assert kept.status == 303
        late = await again(one, MORE, mine, **{"tries": "7", "text": "Của tôi. Phím 9.", f"{one_row}-to": "status"})
        assert late.status == 409 and "Người khác vừa sửa chỗ này" in late.text
        assert 'Phím 2</strong>: <span class="as-typed">nay là “Để lại lời nhắn”' in late.text
        assert 'Số lần hỏi</strong>: <span class="as-typed">nay là “5”' in late.text, "both changed it"
        given = typed(late)
        assert given["tries"] == "7" and given["text"] == "Của tôi. Phím 9." and given[f"{one_row}-to"] == "status"
        assert given[f"{row(late, '2')}-to"] == "voicemail" and given["wait_seconds"] == "9"
        assert (await again(one, MORE, late)).status == 303
        more = tomllib.loads(await draft(world))["menus"]["more"]
        assert (more["tries"], more["wait_seconds"], more["keys"]["1"], more["keys"]["2"]) == (
            7,
            9,
            "status",
            "voicemail",
        )


async def test_a_key_that_another_added_comes_into_the_form(world: World) -> None:
    async with world.signed_in("admin") as one, world.signed_in("admin", login="minh") as two:
        mine, his = await one.get(MORE), await two.get(MORE)
        assert (
            await again(two, MORE, his, **{"r8-key": "5", "r8-to": "status", "r0-key": "", "r0-to": ""})
        ).status == 303
        late = await again(one, MORE, mine, tries="8")
        assert late.status == 409 and 'Phím 5</strong>: <span class="as-typed">nay là “Tra cứu phiếu”' in late.text
        assert 'Phím 1</strong>: <span class="as-typed">nay để trống' in late.text
        assert (await again(one, MORE, late)).status == 303
        more = tomllib.loads(await draft(world))["menus"]["more"]
        assert more["tries"] == 8 and more["keys"]["5"] == "status" and "1" not in more["keys"]


async def test_two_at_two_steps_do_not_meet(world: World) -> None:
    async with world.signed_in("admin") as one, world.signed_in("admin", login="minh") as two:
        mine = await one.get(MORE)
        assert (await save(two, ROOT, tries="4")).status == 303
        assert (await again(one, MORE, mine, tries="6")).status == 303
        menus = tomllib.loads(await draft(world))["menus"]
        assert (menus["root"]["tries"], menus["more"]["tries"]) == (4, 6)
        page = (await one.get(STEPS)).forms.fields["/desk/menu/publish-draft"]
        assert (await save(two, ROOT, tries="3")).status == 303
        late = await one.post("/desk/menu/publish-draft", {**page, "note": "của tôi"})
        assert late.status == 409 and "vừa lưu bản nháp" in late.text and 'value="của tôi"' in late.text
        assert (await one.get("/desk/menu")).text.count("Bản 2") == 0
        after = await one.post("/desk/menu/publish-draft", late.forms.fields["/desk/menu/publish-draft"])
        assert after.status == 303, "who has seen it may"
        gone = await one.post("/desk/menu/publish-draft", page)
        assert gone.status == 409 and "đã được ban hành" in gone.text


async def test_a_step_that_another_took_away_is_written_anew_on_purpose(world: World) -> None:
    async with world.signed_in("admin") as one, world.signed_in("admin", login="minh") as two:
        text = "/desk/menu/spoken/information.look-up"
        step = f"{STEPS}/information"
        mine, heard = await one.get(step), await one.get(text)
        shown = await two.get(ROOT)
        await again(two, ROOT, shown, **{f"{row(shown, '6')}-to": "agents"})
        assert (await two.send(step, f"{step}/remove")).status == 303
        late = await again(one, step, mine, tries="8")
        assert late.status == 409 and "lưu lần nữa sẽ thêm lại" in late.text and typed(late)["tries"] == "8"
        assert (await again(one, step, late)).status == 303
        assert tomllib.loads(await draft(world))["menus"]["information"]["tries"] == 8
        kept = await save(two, text, text="Của anh ấy.")
        assert kept.status == 303
        late = await again(one, text, heard, text="Của tôi.")
        assert late.status == 409 and "nay là “Của anh ấy.”" in late.text and typed(late)["text"] == "Của tôi."
        assert (await again(one, text, late)).status == 303


async def test_a_draft_with_faults_is_shown_with_their_places(world: World) -> None:
    async with world.signed_in("admin") as browser:
        text = SHIPPED.replace('8 = "menu:more"', '8 = "menu:mor"').replace("tries = 2", "tries = 99")
        await browser.send("/desk/menu/draft", "/desk/menu/draft", text=text, act="save")
        shown = await browser.get(STEPS)
        assert "Bước root, phím 8:" in shown.text and "Không có bước mor" in shown.text
        page = await browser.get(ROOT)
        assert '<option value="menu:mor" selected>menu:mor (không còn)</option>' in page.text
        refused = await browser.post("/desk/menu/publish-draft", shown.forms.fields["/desk/menu/publish-draft"])
        assert refused.status == 400 and "còn lỗi" in refused.text
        broken = "root ="
        await browser.send("/desk/menu/draft", "/desk/menu/draft", text=broken, act="save")
        away = await browser.get(STEPS)
        assert away.goes_to == "/desk/menu/draft?done=not-toml"
        assert "chưa chia thành các bước được" in (await browser.get(away.goes_to)).text
        late = await again(browser, ROOT, page, text="Đã viết")
        assert late.status == 400 and "chưa đúng cú pháp" in late.text and typed(late)["text"] == "Đã viết"


async def test_what_is_typed_is_shown_as_text(world: World) -> None:
    evil = '</textarea><script>alert(1)</script>"'
    async with world.signed_in("admin") as browser:
        assert (await save(browser, MORE, text=evil)).status == 303
        for page in (MORE, STEPS, ROOT):
            assert "<script>alert" not in (await browser.get(page)).text
        for page, more in ((MORE, {"r0-to": evil, "no_input": evil}), ("/desk/menu/step-new", {"name": evil})):
            assert "<script>alert" not in (await save(browser, page, **more)).text
