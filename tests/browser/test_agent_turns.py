"""What the agent's page shows belongs together: the transfer goes by what its form says, and letters stay in the form that they were
typed into, whoever rings meanwhile.
"""

import asyncio

from hotline1022.core.live import Topic
from hotline1022.queue.types import AgentState
from tests.browser.test_agent import CONTENT, desk, kept, key, sees, type_at_end, until_kept
from tests.browser.test_agent_pieces import FORM, choose, loads, talks
from tests.contract.database.agent_world import CALL, NEXT, Desk
from tests.lab.browser import Browser, Tab

__all__ = ["desk"]

TO = "document.getElementById('to').value"
FOCUS = "document.activeElement.id"
#: another number than the first caller's
OTHER, SAID = "0912000111", "0912 000 111"


async def category(tab: Tab, id: str) -> None:
    """Chosen as people do."""
    number = await tab.run(f"[...document.getElementById('f-category').options].findIndex(one => one.value === '{id}')")
    assert number > 0
    assert await choose(tab, "f-category", number) == id


async def test_the_transfer_goes_by_what_its_form_shows(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    by_category = "document.getElementById('f-agency').options[0].textContent"
    assert await tab.run(TO) == "so-giao-thong-van-tai"
    await category(tab, "construction")
    await sees(tab, TO, "so-xay-dung")
    await sees(tab, by_category, "Theo lĩnh vực: Sở Xây dựng")
    assert await tab.run(FOCUS) == "f-category"
    # what was chosen by hand stays, and so do letters that are typed meanwhile
    to = await choose(tab, "to", 6)
    assert to not in ("so-xay-dung", "so-giao-thong-van-tai")
    await type_at_end(tab, "f-content", "Đèn")
    before = await tab.run("loaded.transfer || 0")
    await category(tab, "traffic")
    await type_at_end(tab, "f-content", " đường")
    await sees(tab, f"(loaded.transfer || 0) > {before}")
    await sees(tab, by_category, "Theo lĩnh vực: Sở Giao thông Vận tải")
    assert await tab.run(TO) == to and await tab.run(CONTENT) == "Đèn đường"
    await tab.click("#begin")
    await sees(tab, "!!document.getElementById('take-back')")
    assert desk.hunts.bodies[0].agency == to


async def test_who_is_quicker_than_the_list_puts_nobody_through_to_the_wrong_agency(
    desk: Desk, browser: Browser
) -> None:
    tab = await talks(desk, browser)
    await tab.run(
        "document.getElementById('to').focus();"
        " const one = document.getElementById('f-category'); one.value = 'construction';"
        " one.dispatchEvent(new Event('input', {bubbles: true})); one.dispatchEvent(new Event('change', {bubbles: true}));"
        " document.getElementById('to').form.requestSubmit(document.getElementById('begin'))"
    )
    await sees(tab, "document.querySelector('#transfer [role=alert]')?.textContent.includes('Xem lại cơ quan')")
    assert desk.hunts.bodies == []
    assert await tab.run(TO) == "so-xay-dung" and await tab.run(FOCUS) == "to"
    await tab.click("#begin")
    await sees(tab, "!!document.getElementById('take-back')")
    assert desk.hunts.bodies[0].agency == "so-xay-dung"


async def test_letters_stay_in_the_form_that_they_were_typed_into(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    await type_at_end(tab, "f-content", "Mất nước")
    await desk.caller.rings(NEXT, caller=OTHER)
    desk.happens(Topic.CALL, "ring", line="101", call=NEXT, number=OTHER)
    text = "Mất nước"
    for letter in " hai ngày rồi":
        await tab.type(letter)
        text += letter
        await asyncio.sleep(0.1)
    assert await tab.run(CONTENT) == text and await tab.run(FORM) == CALL
    assert SAID in await tab.run("document.getElementById('offer').innerText")
    assert await tab.run("document.getElementById('call').dataset.call") == NEXT
    # whoever stops for a moment has the new form, and no letter falls into it by accident
    await sees(tab, FORM, NEXT)
    assert await tab.run("document.getElementById('offer').hidden")
    assert await tab.run(FOCUS) == "form-title"
    await tab.type(" chưa có")
    await until_kept(desk, "content", text)
    await key(tab, "F2")
    await tab.type("Cây đổ")
    await until_kept(desk, "content", "Cây đổ", NEXT)
    assert (await kept(desk))["content"] == text


async def test_a_letter_typed_while_the_new_form_is_on_its_way_holds_it(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    await type_at_end(tab, "f-content", "Mất nước")
    await asyncio.sleep(1.1)  # nobody types
    await tab.network(late=600)
    await desk.caller.rings(NEXT, caller=OTHER)
    desk.happens(Topic.CALL, "ring", line="101", call=NEXT, number=OTHER)
    await sees(tab, f"document.getElementById('call-title').textContent.startsWith('{SAID}')")
    await tab.type(" ở hẻm 12")
    await sees(tab, "document.getElementById('offer').hidden", False)
    assert await tab.run(FORM) == CALL and await tab.run(CONTENT) == "Mất nước ở hẻm 12"
    # pressed, the offer opens it at once
    await tab.click("#offer-go")
    await sees(tab, FORM, NEXT)
    await sees(tab, "document.querySelector('#transfer').dataset.call", NEXT)
    await until_kept(desk, "content", "Mất nước ở hẻm 12")
    assert "content" not in await kept(desk, NEXT)


async def test_a_call_that_is_over_before_anybody_looked_opens_no_form(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    await type_at_end(tab, "f-content", "Mất")
    await desk.caller.rings(NEXT, caller=OTHER)
    desk.happens(Topic.CALL, "ring", line="101", call=NEXT, number=OTHER)
    await tab.type(" nước")
    await sees(tab, "document.getElementById('call').dataset.call", NEXT)
    desk.caller.call = None
    desk.sits(AgentState.READY)
    await loads(tab, desk, Topic.CALL, "over", "call")
    await sees(tab, "document.getElementById('offer').hidden")
    await asyncio.sleep(1.2)  # the form would have come by then
    assert await tab.run(FORM) == CALL and await tab.run(CONTENT) == "Mất nước"


async def test_what_became_of_a_ticket_is_read_before_the_next_form_comes(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    await type_at_end(tab, "f-content", "Mất")
    await desk.caller.rings(NEXT, caller=OTHER)
    desk.happens(Topic.CALL, "ring", line="101", call=NEXT, number=OTHER)
    await tab.type(" nước")
    await sees(tab, "document.getElementById('offer').hidden", False)
    await tab.click("#ticket button[type=submit]")
    await sees(tab, "!!document.getElementById('after')")
    await asyncio.sleep(1.5)
    assert await tab.run("!!document.getElementById('after')") and await tab.run(FORM) == CALL
    await sees(tab, FORM, NEXT)
    assert await tab.run(CONTENT) == ""
