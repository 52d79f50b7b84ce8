"""An agent who may not see numbers, in a real Chromium: who calls is told masked, and no masked number goes into the form as if it were one."""

from hotline1022.accounts.types import Permission, Wanted
from hotline1022.core.live import Topic
from tests.browser.test_agent import come_in, desk, kept, sees, type_at_end, until_kept
from tests.browser.test_agent_pieces import FORM
from tests.contract.database.agent_world import CALL, Desk
from tests.lab.browser import Browser
from tests.unit.calls_memory import CALLER

__all__ = ["desk"]

PHONE = "document.getElementById('f-phone').value"


async def test_a_masked_number_stays_out_of_the_form(desk: Desk, browser: Browser) -> None:
    id = await desk.make_agent()
    await desk.world.admin.add_role("line", "Chỉ trực máy", [Permission.ANSWER])
    user = await desk.world.admin.user(id)
    await desk.world.admin.change(id, user.version, Wanted(roles=frozenset({"line"})))
    desk.sits()
    tab = await browser.tab()
    await come_in(tab, desk)
    await desk.caller.rings()
    desk.happens(Topic.CALL, "ring", line="101", call=CALL, number=CALLER)
    await sees(tab, FORM, CALL)
    await sees(tab, "document.title.includes('090****567')")
    assert await tab.run(PHONE) == ""
    # told before the form was there, as it is at once
    await tab.run("document.getElementById('f-phone').value = ''")
    desk.happens(Topic.CALL, "known", line="101", call=CALL, number=CALLER)
    await type_at_end(tab, "f-content", "Mất nước")
    await until_kept(desk, "content", "Mất nước")
    assert await tab.run(PHONE) == "" and "phone" not in {one for one, text in (await kept(desk)).items() if text}
