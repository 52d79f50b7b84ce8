"""After the hang-up who called stays on the page of an agent, in a real Chromium, while the form is open: through the wrap-up, past
another form and back, until the ticket is made or the next call rings.
"""

from datetime import UTC, datetime

from hotline1022.core.live import Topic
from hotline1022.queue.types import AgentState
from tests.browser.steps import barriers
from tests.browser.test_agent import come_in, desk, sees, type_at_end, until_kept
from tests.contract.database.agent_world import CALL, NEXT, Desk
from tests.lab.browser import Browser, Tab
from tests.unit.calls_memory import CALLER, CALLER_SAID

__all__ = ["desk"]

TOLD = "document.getElementById('call').innerText"
FORM = "document.getElementById('form').dataset.draft"
AT_LINE = "document.getElementById('call').dataset.call"


async def shows_her(tab: Tab) -> None:
    await sees(tab, f"{TOLD}.includes('Lê Thị Cúc') && {TOLD}.includes('Không còn ở máy này')")
    told = await tab.run(TOLD)
    assert CALLER_SAID in told and "23456789" in told and "Lê Lan tiếp nhận" in told


async def test_who_called_stays_until_the_ticket_is_made(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    tab = await browser.tab()
    await tab.size(360, 740)
    await come_in(tab, desk)
    await type_at_end(tab, "f-content", "Đèn đường hỏng")
    desk.sits(AgentState.WRAP_UP)
    desk.caller.hangs_up()
    desk.happens(Topic.CALL, "over", line="101", call=CALL)
    await sees(tab, AT_LINE, "")
    await shows_her(tab)
    assert await barriers(tab) == []
    assert await tab.run("document.documentElement.scrollWidth <= innerWidth")
    await until_kept(desk, "content", "Đèn đường hỏng")
    # another form is nobody's; hers again, and she is there again
    await tab.click("#form [data-open='']")
    await sees(tab, FORM, "")
    await sees(tab, f"{TOLD}.includes('Không có cuộc gọi tại máy này')")
    await tab.click(f"#form [data-open='{CALL}']")
    await shows_her(tab)
    await tab.click("#make-new")
    await sees(tab, "!!document.getElementById('after')")
    await sees(tab, f"{TOLD}.includes('Không có cuộc gọi tại máy này')")


async def test_the_next_ring_takes_her_place(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    tab = await browser.tab()
    await come_in(tab, desk)
    desk.sits()
    desk.caller.hangs_up()
    desk.happens(Topic.CALL, "over", line="101", call=CALL)
    await shows_her(tab)
    await desk.caller.rings(NEXT, name="Trần Văn Bình")
    desk.happens(Topic.CALL, "ring", line="101", call=NEXT, number=CALLER)
    await sees(tab, AT_LINE, NEXT)
    await sees(tab, FORM, NEXT)
    told = await tab.run(TOLD)
    assert "Trần Văn Bình" in told and "Lê Thị Cúc" not in told
