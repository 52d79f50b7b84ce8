"""The page of a signed link in a real Chromium: readable on a telephone and on a wide screen, worked by keys alone, and nothing
that a citizen said is run.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.tickets.types import Action, State, Ticket, Urgency
from tests.contract.database.officer_world import LEADER, NAMES, World, open_world
from tests.lab.browser import Browser, Tab

A = Action
CONTENT = (
    "Đường Lê Lợi đoạn trước trường tiểu học bị đào lên đã ba tuần, không có rào chắn; tối qua một em nhỏ bị ngã. "
    "Đề nghị cho người đến xem ngay.\n<script>window.bad = 1</script><img src=x onerror='window.bad = 2'>\n"
    "Gọi 0901234567. " + "đ" * 300
)
#: text whose contrast with what is behind it is too low, with the contrast
CONTRAST = """
(() => {
  const rgb = c => c.match(/[0-9.]+/g).map(Number);
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                       return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
                        if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  const seen = [...document.body.querySelectorAll('*')].filter(e => e.offsetWidth &&
    [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
  const bad = seen.map(e => { const a = light(rgb(getComputedStyle(e).color).slice(0, 3)), b = light(behind(e));
    return [e.textContent.slice(0, 30), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]; }).filter(([, c]) => c < 4.5);
  return {count: seen.length, bad};
})()
"""
FOCUSED = """
(() => { const e = document.activeElement, s = getComputedStyle(e);
  return {tag: e.tagName, value: e.value ?? '', id: e.id, outline: s.outlineStyle, width: parseFloat(s.outlineWidth)}; })()
"""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    file = tmp_path / "hotline.sqlite"
    await migrate(file)
    async with Database(file) as database, open_world(database, tmp_path) as opened:
        yield opened


async def open_page(browser: Browser, world: World, path: str, width: int, height: int) -> Tab:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await tab.open(str(world.client.make_url(path)))
    return tab


async def a_ticket(world: World) -> Ticket:
    ticket = await world.ticket(content=CONTENT, urgency=Urgency.URGENT, area_name="Thuận An")
    name = "Ảnh chụp vỉa hè trước trường tiểu học ngày 24 tháng 11.pdf"
    await world.desk.attach(ticket.id, name=name, media_type="application/pdf", data=b"%PDF", by="lan", at=world.now)
    return await world.stored(ticket)


async def go_to(tab: Tab, value: str) -> None:
    """By the key Tab alone to the button or field of this value or id; whatever has the focus on the way shows it."""
    for _ in range(30):
        await tab.press("Tab")
        focused = await tab.run(FOCUSED)
        assert focused["outline"] != "none" and focused["width"] >= 2, focused
        if value in (focused["value"], focused["id"]):
            return
    raise AssertionError(f"the key Tab does not lead to {value}")


@pytest.mark.parametrize(("width", "height"), [(360, 740), (768, 1024), (1920, 1080)])
async def test_it_is_readable_at_this_width(
    world: World, browser: Browser, tmp_path: Path, width: int, height: int
) -> None:
    ticket = await a_ticket(world)
    tab = await open_page(browser, world, world.link(ticket), width, height)
    assert await tab.run("document.documentElement.scrollWidth") <= width, "nothing is scrolled sideways"
    wide = await tab.run(
        "[...document.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth).length"
    )
    assert wide == 0
    contrast = await tab.run(CONTRAST)
    assert contrast["count"] > 30 and contrast["bad"] == []
    small = await tab.run(
        "[...document.querySelectorAll('button:not([hidden]), textarea, select, input[type=date]')].filter(e => e.offsetHeight < 44).length"
    )
    assert small == 0, "a finger hits it"
    smallest = await tab.run(
        "Math.min(...[...document.body.querySelectorAll('*')].filter(e => e.offsetWidth).map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert smallest >= 15
    unnamed = "[...document.querySelectorAll('textarea, select')].filter(e => e.labels.length !== 1).length"
    assert await tab.run(unnamed) == 0
    assert await tab.run("document.documentElement.lang") == "vi"
    assert await tab.run("typeof window.bad") == "undefined" and await tab.run("document.images.length") == 0
    assert tab.complaints == []
    assert await tab.run("getComputedStyle(document.querySelector('.deadline')).fontWeight") == "700", (
        "its own style came"
    )
    await tab.picture(tmp_path / f"ticket-{width}.png")
    await tab.open(str(world.client.make_url(world.link(ticket, days=0))))
    assert "không còn hiệu lực" in await tab.run("document.body.innerText")
    assert (await tab.run(CONTRAST))["bad"] == []
    assert await tab.run("document.documentElement.scrollWidth") <= width
    await tab.picture(tmp_path / f"ended-{width}.png")


async def test_by_keys_alone_a_ticket_is_accepted_and_answered(world: World, browser: Browser, tmp_path: Path) -> None:
    ticket = await a_ticket(world)
    tab = await open_page(browser, world, world.link(ticket), 1280, 800)
    await go_to(tab, "accept")
    tab.expect_load()
    await tab.press("Enter")
    await tab.loaded()
    assert "Đã tiếp nhận phiếu." in await tab.run("document.body.innerText")
    assert (await world.stored(ticket)).state is State.ACCEPTED
    await go_to(tab, "answer")
    text = "Đã rào chắn, sẽ lấp lại trong tuần.\nXin cảm ơn ông/bà."
    await tab.type(text)
    await tab.run("document.querySelector('button[value=reveal]').scrollIntoView()")
    await tab.leave("button[value=reveal]")
    assert "Gọi 0901 234 567" in await tab.run("document.body.innerText")
    assert await tab.run("document.querySelector('#answer').value") == text, "looking at the number loses no text"
    await tab.run("document.querySelector('#answer').focus()")
    await go_to(tab, "answer")
    tab.expect_load()
    await tab.press("Enter")
    await tab.loaded()
    answered = await world.stored(ticket)
    assert (answered.state, answered.answer) == (State.ANSWERED, text)
    assert tab.complaints == []


async def test_who_is_slower_sees_what_happened_and_keeps_the_text(
    world: World, browser: Browser, tmp_path: Path
) -> None:
    ticket = await a_ticket(world)
    slow = await open_page(browser, world, world.link(ticket), 360, 740)
    quick = await open_page(browser, world, world.link(ticket, LEADER), 360, 740)
    await slow.run("document.querySelector('#why').focus()")
    await slow.type("Không thuộc <thẩm quyền>")
    for tab, act in ((quick, "accept"), (slow, "return")):
        await tab.leave(f"button[value={act}]")
    said = await slow.run("document.querySelector('[role=alert]').innerText")
    assert "Phiếu vừa được người khác cập nhật" in said and NAMES[LEADER] in said and "Tiếp nhận" in said
    assert await slow.run("document.querySelector('#why').value") == "Không thuộc <thẩm quyền>"
    await slow.picture(tmp_path / "changed-360.png")
    await slow.leave("button[value=return]")
    assert (await world.stored(ticket)).state is State.RETURNED
