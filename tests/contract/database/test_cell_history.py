"""Who changed a shift of a day, or a reason for a pause, and when; the last change of a shift undone, while it stands."""

from datetime import date
from html import unescape

import pytest

from hotline1022.core.errors import NotFound
from hotline1022.web.roster_wire import CopyBody
from tests.contract.database.planning_world import Planning, fill, planning

__all__ = ["planning"]

DAY = date(2026, 11, 24)
CELL = f"/desk/roster/days/{DAY}/early"
UNDO = f"{CELL}/undo"
PAUSES = "/desk/deadlines/pauses"


async def who(planning: Planning, day: date = DAY) -> set[str]:
    async with planning.database.reading() as tx:
        return {str(one.crew or one.person) for one in await tx.shifts.planned(day, day)}


async def test_a_shift_tells_who_planned_it_and_goes_back_by_one_act(planning: Planning) -> None:
    await fill(planning.database)
    async with planning.world.signed_in("admin") as browser, planning.world.signed_in("admin", login="minh") as other:
        assert "Chưa ai thay đổi ca này" in (await browser.get(CELL)).text
        assert (await browser.send(CELL, CELL, who=["k1"])).status == 303
        assert (await other.send(CELL, f"{CELL}/swap", out="1001", into="1003")).status == 303
        shown = await browser.get(CELL)
        history = unescape(shown.text[shown.text.index('id="history"') :])
        assert "· minh" in history and "Kíp 1 → Lê Thị Cúc, Trần Văn Bình" in history, history
        assert "Chưa phân công → Kíp 1" in history and history.count('class="btn btn-sm"') == 1, "the last one alone"
        mine, his = shown.forms.fields[UNDO], (await other.get(CELL)).forms.fields[UNDO]
        assert (await browser.post(UNDO, mine)).goes_to == f"/desk/roster?day={DAY}&done=saved"
        assert await who(planning) == {"k1"}
        late = await other.post(UNDO, his)
        assert late.status == 409, "who pressed first has done it"
        assert (await browser.send(CELL, UNDO)).status == 303
        assert await who(planning) == {"1002", "1003"}, "an undoing is a change too"
    acts = [one for one in await planning.world.acts() if str(one["act"]).endswith("/undo")]
    assert [(one["actor"], one["subject"]) for one in acts if "after" in one] == [
        ("user:lan", f"roster:{DAY}/early")
    ] * 2
    assert acts[0]["after"] == ["k1"]


async def test_what_was_copied_is_told_and_what_was_changed_elsewhere_is_not_undone(planning: Planning) -> None:
    await fill(planning.database)
    next_week = date(2026, 12, 1)
    cell = CELL.replace(str(DAY), str(next_week))
    async with planning.world.signed_in("admin") as browser:
        assert (await browser.send(CELL, CELL, who=["k1"])).status == 303
        assert (await browser.send(cell, cell, who=["k2"])).status == 303
        look = await planning.world.ports.roster.copy(CopyBody(week=DAY, weeks=2))
        copy = "/desk/roster/copy"
        shown = await browser.get(f"{copy}?week={DAY}&weeks=2")
        assert shown.forms.fields[copy]["mark"] == look.mark
        assert (await browser.post(copy, shown.forms.fields[copy])).status == 303
        shown = await browser.get(cell)
        assert "chép tuần" in shown.text and "Kíp 2 → Kíp 1" in shown.text
        assert (await browser.send(cell, f"{cell}/undo")).status == 303
        assert await who(planning, next_week) == {"k2"}
        await planning.world.ports.roster.end_crew("k2", next_week)
        shown = await browser.get(cell)
        assert f"{cell}/undo" not in shown.forms.fields and "nên không hoàn tác được ở đây" in shown.text
        (past, *_) = await planning.world.ports.roster.changes(next_week, "early")
        own = {"csrf": shown.forms.fields[cell]["csrf"], "number": str(past.number)}
        assert (await browser.post(f"{cell}/undo", own)).status == 409
        assert await who(planning, next_week) == set()


async def test_an_ended_crew_does_not_come_back_by_undoing(planning: Planning) -> None:
    await fill(planning.database)
    async with planning.world.signed_in("admin") as browser:
        assert (await browser.send(CELL, CELL, who=["k2"])).status == 303
        assert (await browser.send(CELL, CELL, who=["1001"])).status == 303
        await planning.world.ports.roster.end_crew("k2", DAY)
        refused = await browser.send(CELL, UNDO)
        assert refused.status == 409 and await who(planning) == {"1001"}


async def test_a_reason_tells_who_changed_it_how(planning: Planning) -> None:
    async with planning.world.signed_in("admin") as browser:
        assert (await browser.send(PAUSES, f"{PAUSES}/1", name="Nghỉ ngắn", act="rename")).status == 303
        assert (await browser.send(PAUSES, f"{PAUSES}/1", name="Nghỉ ngắn", act="end")).status == 303
        shown = (await browser.get(PAUSES)).text
        assert "Giải lao → Nghỉ ngắn" in shown and "Nghỉ ngắn → Nghỉ ngắn (ngừng dùng)" in shown
        with pytest.raises(NotFound):
            await planning.pauses.changes("8")
        assert shown.index("ngừng dùng)") < shown.index("Giải lao → "), "latest first"
