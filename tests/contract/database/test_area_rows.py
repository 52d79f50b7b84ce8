"""Who answers by area at the desk: chosen in rows, kept as the API has it, errors in their rows, nothing lost."""

import re
from collections.abc import Sequence

from hotline1022.directory.edit import put
from hotline1022.directory.make import a_category
from hotline1022.directory.types import Area, AreaKind
from hotline1022.web.desk.area_form import MOST
from tests.contract.database.desk_world import Browser, Shown, World, world
from tests.contract.database.test_desk_directory import HERE

__all__ = ["world"]

PAGE = f"{HERE}/categories/traffic"
NAMED = {"name": "Giao thông", "agency": "so-xay-dung"}


def rows(*pairs: tuple[str, str]) -> dict[str, str]:
    """Rows of areas and their agencies."""
    return {
        f"r{place}-{name}": value
        for place, pair in enumerate(pairs)
        for name, value in zip(("area", "agency"), pair, strict=True)
    }


def chosen(page: Shown) -> list[tuple[str, ...]]:
    """What is chosen in the rows of a page."""
    lists = re.findall(r'<select[^>]*name="r[0-9]+-(?:area|agency)".*?</select>', page.text, re.DOTALL)
    found = [re.findall(r'value="([^"]*)" selected', one) for one in lists]
    flat = [one[0] if one else "" for one in found]
    return list(zip(flat[::2], flat[1::2], strict=True))


def kept(world: World) -> list[tuple[str, str]]:
    return [(one.area, one.agency) for one in world.directory.now.categories["traffic"].by_area]


async def sent(browser: Browser, shown: Shown, pairs: Sequence[tuple[str, str]], **typed: str) -> Shown:
    return await browser.post(PAGE, {**shown.forms.fields[PAGE], **NAMED, **rows(*pairs), **typed})


async def test_rows_are_chosen_saved_and_changed(world: World) -> None:
    async with world.signed_in("admin") as browser:
        opened = await browser.get(PAGE)
        assert "textarea" not in opened.text and chosen(opened) == [("", "")] and 'value="by_area-add"' in opened.text
        assert 'data-picks="by_area-0-agency"' in opened.text, "a long list is made short by words"
        pairs = [("thuan-an", "ubnd-thuan-an"), ("di-an", "so-noi-vu")]
        assert (await sent(browser, opened, pairs)).status == 303
        assert kept(world) == sorted(pairs)
        shown = await browser.get(PAGE)
        assert chosen(shown) == sorted(pairs)
        # saved again as it is shown: nothing has become other
        changes = shown.text.count('<li class="mb-2"><strong>')
        assert (await sent(browser, shown, sorted(pairs))).status == 303
        assert (await browser.get(PAGE)).text.count('<li class="mb-2"><strong>') == changes
        assert (await sent(browser, await browser.get(PAGE), [("", "")])).status == 303
        assert kept(world) == []


async def test_buttons_save_nothing_and_errors_stand_in_their_rows(world: World) -> None:
    async with world.signed_in("admin") as browser:
        opened = await browser.get(PAGE)
        pairs = [("thuan-an", "ubnd-thuan-an"), ("di-an", "")]
        more = await sent(browser, opened, pairs, name="Giao thông mới", do="by_area-add")
        assert more.status == 200 and chosen(more) == [*pairs, ("", "")] and 'value="Giao thông mới"' in more.text
        wrong = await sent(browser, more, [*pairs, ("thuan-an", "so-y-te")], name="Giao thông mới")
        assert wrong.status == 400 and chosen(wrong) == [*pairs, ("thuan-an", "so-y-te")]
        assert 'value="Giao thông mới"' in wrong.text
        faults = dict(re.findall(r'id="by_area-([0-9]+)-fault">([^<]+)<', wrong.text))
        assert faults.keys() == {"0", "1", "2"} and faults["1"] == "Chưa chọn cơ quan trả lời."
        assert "dòng 2: Chưa chọn cơ quan" in wrong.text
        fewer = await sent(browser, wrong, [*pairs, ("thuan-an", "so-y-te")], do="by_area-drop-0")
        assert chosen(fewer) == [("di-an", ""), ("thuan-an", "so-y-te")]
        only = await sent(browser, fewer, [("di-an", "so-y-te"), ("nobody", "so-y-te")])
        assert only.status == 400 and chosen(only) == [("di-an", "so-y-te"), ("nobody", "so-y-te")]
        assert re.findall(r'id="(by_area-[0-9]+-area)"[^>]*aria-invalid', only.text) == ["by_area-1-area"]
        assert kept(world) == []


async def test_who_is_second_sees_the_others_rows_by_name(world: World) -> None:
    async with world.signed_in("admin") as one, world.signed_in("admin", login="minh") as two:
        his = await two.get(PAGE)
        assert (await sent(one, await one.get(PAGE), [("di-an", "so-noi-vu")])).status == 303
        late = await sent(two, his, [("thuan-an", "so-y-te")])
        assert late.status == 409 and "Dĩ An: Sở Nội vụ" in late.text
        assert chosen(late) == [("thuan-an", "so-y-te")]
        assert kept(world) == [("di-an", "so-noi-vu")]


async def test_more_rows_than_a_form_may_have_are_shown_whole_and_refused_in_words(world: World) -> None:
    many = [Area(id=f"khu-{number:03}", name=f"Khu {number:03}", kind=AreaKind.WARD) for number in range(MOST + 150)]
    rules = [f"{one.id} so-noi-vu" for one in many]
    category = a_category(id="traffic", agency="so-xay-dung", name="Giao thông", by_area=rules)
    await world.directory.change(lambda now: put(now, [*many, category]), "user:lan")
    async with world.signed_in("admin") as browser:
        shown = await browser.get(PAGE)
        pairs = [(one.id, "so-noi-vu") for one in many]
        assert chosen(shown) == pairs and 'value="by_area-add"' not in shown.text
        refused = await sent(browser, shown, pairs)
        assert refused.status == 400 and "tối đa 100 dòng" in refused.text and chosen(refused) == pairs
        assert (await sent(browser, refused, pairs[:MOST])).status == 303
        assert len(kept(world)) == MOST
