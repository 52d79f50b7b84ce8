"""On a telephone, from the link of an SMS to the recording of that ticket: one link, the door, and there; and the ticket is extended by
the link alone, by a finger and by keys.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.core.clock import local_day
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, State, Ticket
from tests.browser.steps import barriers, fill, press, serious
from tests.contract.database.desk_world import OWN
from tests.lab.audit_desk import Audited, open_audit
from tests.lab.browser import Browser, Tab
from tests.unit.notify_memory import LINKS
from tests.unit.recordings_world import CALL
from tests.unit.tickets_made import a_draft

P = Permission
SPECIALIST, LEADER = "so-xay-dung-cv", "so-xay-dung-ld"
WIDE = "document.documentElement.scrollWidth"


@pytest.fixture
async def audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Audited]:
    async with open_audit(f"sqlite:///{tmp_path}/hotline.sqlite", tmp_path, monkeypatch) as made:
        await made.desk.admin.add_role("hears", "Chuyên viên nghe lại", [P.HANDLE, P.LISTEN])
        yield made


async def a_ticket(audited: Audited) -> Ticket:
    made = await audited.tickets.create(a_draft(calls=(CALL,)), by="lan", at=audited.desk.now)
    for action in (Action.FORWARD, Action.ACCEPT):
        made = await audited.tickets.act(made.id, Act(action=action), by="lan", at=audited.desk.now)
    return made


async def by_the_link(browser: Browser, audited: Audited, ticket: Ticket, contact: str) -> Tab:
    tab = await browser.tab()
    await tab.size(360, 740, mobile=True)
    link = LINKS.make(contact, ticket.id, audited.desk.now + timedelta(days=3))
    await tab.open(str(audited.desk.server.make_url(f"/l/{link}")))
    return tab


async def test_by_the_link_and_the_door_to_the_recording_of_this_ticket(
    audited: Audited, browser: Browser, tmp_path: Path
) -> None:
    ticket = await a_ticket(audited)
    async with audited.desk.signed_in("hears", login="cv", contact=SPECIALIST):
        pass  # an account with a password of its own
    tab = await by_the_link(browser, audited, ticket, SPECIALIST)
    assert await tab.run(WIDE) <= 360 and await barriers(tab) == []
    await tab.leave("a.go")
    assert await tab.run("location.pathname") == "/desk/sign-in"
    await fill(tab, login="cv", password=OWN)
    await press(tab)
    assert await tab.run("location.pathname") == f"/desk/recordings/{audited.recording}"
    assert await tab.run(WIDE) <= 360 and await tab.run("!!document.querySelector('#reason')")
    await tab.picture(tmp_path / "recording-360.png")
    assert await barriers(tab) == [] and serious(tab) == []


async def test_a_leader_extends_by_the_link_alone(audited: Audited, browser: Browser, tmp_path: Path) -> None:
    ticket = await a_ticket(audited)
    tab = await by_the_link(browser, audited, ticket, LEADER)
    until = local_day(audited.desk.now + timedelta(days=20))
    await tab.run("document.querySelector('#answer').value = 'Đang viết dở'")
    await tab.fill("#until", until.isoformat())
    await tab.run("document.querySelector('#until').focus()")
    await press(tab)  # Enter in a field of one line presses the first button of a form: here it does nothing
    async with audited.house.world.database.reading() as tx:
        assert (await tx.tickets.get(ticket.id)).version == ticket.version
    assert await tab.run("[document.querySelector('#answer').value, document.querySelector('#until').value]") == [
        "Đang viết dở",
        until.isoformat(),
    ]
    await tab.leave("button[value=extend]")
    said = await tab.run("document.querySelector('[role=alert]').innerText")
    assert "Xin viết lý do gia hạn." in said and await barriers(tab) == []
    assert await tab.run("document.querySelector('#answer').value") == "Đang viết dở"
    await tab.fill("#extend_why", "Chờ vật tư về")
    await tab.leave("button[value=extend]")
    assert "Đã gia hạn" in await tab.run("document.body.innerText")
    async with audited.house.world.database.reading() as tx:
        now = await tx.tickets.get(ticket.id)
    assert now.state is State.EXTENDED and now.answer_by is not None and local_day(now.answer_by) == until
    assert await tab.run(WIDE) <= 360 and await barriers(tab) == []
    await tab.picture(tmp_path / "extended-360.png")
    assert [one for one in serious(tab) if "status of 4" not in one] == []
