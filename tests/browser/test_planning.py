"""The plan of shifts, deadlines, days off and reasons for a pause in a real Chromium: without barriers that axe finds, from a telephone to
a wide screen, empty, full and refused; planned and swapped by keys alone.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from hotline1022.db.unit import Database
from hotline1022.service.lines.roster_desk import RosterDesk
from hotline1022.service.lines.shift_plan import by_shift
from hotline1022.web.roster_wire import PlannedBody, ShiftBody
from tests.browser.looked import Looks
from tests.browser.steps import go_to, press, settle
from tests.contract.database.planning_world import SHIFTS, Planning, fill, planning
from tests.lab.browser import Browser, Tab

__all__ = ["planning"]

MONDAY = date(2026, 3, 2)
ROSTER, RULES = "/desk/roster", "/desk/deadlines"


async def plan_all(database: Database) -> None:
    """A week with a gap, a shift with too few and people twice."""
    await fill(database)
    desk = RosterDesk(database)
    await desk.save_times(
        ShiftBody(id="office", name="Ca hành chính", starts=SHIFTS[0].starts, ends=SHIFTS[1].ends, needed=0)
    )
    for number in range(7):
        day = MONDAY + timedelta(days=number)
        await desk.save_planned(PlannedBody(day=day, shift="early", who=("k1",)))
        await desk.save_planned(PlannedBody(day=day, shift="late", who=("k2", "1001")))
        await desk.save_planned(PlannedBody(day=day, shift="night", who=("1004",) if number != 2 else ()))
    await desk.save_planned(PlannedBody(day=MONDAY, shift="office", who=("1002", "k1")))


async def go(tab: Tab, planning: Planning, path: str) -> None:
    await tab.open(str(planning.world.server.make_url(path)))


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("width", "height", "theme"), [(360, 740, "light"), (1920, 1080, "dark")])
async def test_every_page_is_readable_and_without_barriers(
    planning: Planning, browser: Browser, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await settle(tab, planning.world)
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    looks = Looks(tab, width, tmp_path)

    async def look(name: str, path: str = "") -> None:
        if path:
            await go(tab, planning, path)
        await looks(name)

    await look("roster-empty", ROSTER)
    await look("kinds-empty", f"{ROSTER}/shifts")
    await plan_all(planning.database)
    pages = {
        "roster-week": f"{ROSTER}?day={MONDAY}",
        "roster-month": f"{ROSTER}?view=month&day=2026-04-30",
        "roster-day": f"{ROSTER}?view=day&day={MONDAY}",
        "cell": f"{ROSTER}/days/{MONDAY}/early",
        "copy": f"{ROSTER}/copy?week={MONDAY}&weeks=2",
        "copy-none": f"{ROSTER}/copy?week=2027-01-04&weeks=1",
        "copy-fault": f"{ROSTER}/copy?week={MONDAY}&weeks=99",
        "kinds": f"{ROSTER}/shifts",
        "shift": f"{ROSTER}/shifts/late",
        "shift-new": f"{ROSTER}/shifts/new",
        "crew": f"{ROSTER}/crews/k1",
        "deadlines": RULES,
        "version": f"{RULES}/versions/1",
        "days": f"{RULES}/days",
        "days-none": f"{RULES}/days?year=2099",
        "pauses": f"{RULES}/pauses",
    }
    for name, path in pages.items():
        await look(name, path)
    await go(tab, planning, f"{ROSTER}/shifts/new")
    await tab.run("document.querySelector('main form button[type=submit]').focus()")
    await press(tab)
    await look("shift-fault")
    await go(tab, planning, RULES)
    await tab.fill("[name=ordinary-answer]", "lâu lâu")
    await tab.run("document.querySelector('main form button[type=submit]').focus()")
    await press(tab)
    assert "Có thời hạn không đọc được" in await tab.run("document.body.innerText")
    await look("deadlines-fault")
    looks.nothing_wrong()


async def test_by_keys_alone_a_crew_is_planned_and_one_is_swapped(planning: Planning, browser: Browser) -> None:
    await fill(planning.database)
    tab = await browser.tab()
    await tab.size(360, 740, mobile=True)
    await settle(tab, planning.world)
    await go(tab, planning, f"{ROSTER}?view=day&day={MONDAY}")
    await go_to(tab, f"{ROSTER}/days/{MONDAY}/early")
    await press(tab)
    await tab.run("document.querySelector('input[value=k1]').focus()")
    await tab.press(" ")
    await go_to(tab, "Lưu")
    await press(tab)
    assert "Đã lưu lịch trực" in await tab.run("document.body.innerText")
    await go(tab, planning, f"{ROSTER}/days/{MONDAY}/early")
    await tab.choose("#out", "1002")
    await tab.run("document.querySelector('form[action$=swap] button').focus()")
    await press(tab)
    async with planning.database.reading() as tx:
        assert by_shift(await tx.shifts.planned(MONDAY, MONDAY)) == {(MONDAY, "early"): ("1001", "1003")}
