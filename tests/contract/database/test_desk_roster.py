"""The plan of shifts at the desk over a real database: planned, swapped, copied, looked over; two at once; what the audit says."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError, Refused
from hotline1022.db.unit import Database
from hotline1022.service.lines.pins import verify_pin
from hotline1022.service.lines.roster_desk import RosterDesk
from hotline1022.service.lines.shift_plan import by_shift
from hotline1022.web.roster_wire import CopyBody, PlannedBody, ShiftBody, SwapBody
from tests.contract.database.planning_world import SHIFTS, Planning, fill, open_planning

HERE = "/desk/roster"
#: the Monday of the tests' beginning of time
MONDAY = date(2026, 3, 2)
CELL = f"{HERE}/days/{MONDAY}/early"


@pytest.fixture
async def planning(database: Database, tmp_path: Path) -> AsyncIterator[Planning]:
    await fill(database)
    async with open_planning(database, tmp_path) as made:
        yield made


async def plan(database: Database, since: date = MONDAY, days: int = 60) -> dict[tuple[date, str], tuple[str, ...]]:
    async with database.reading() as tx:
        return by_shift(await tx.shifts.planned(since, since + timedelta(days=days)))


async def test_a_crew_is_planned_one_is_swapped_and_the_calendar_says_so(planning: Planning) -> None:
    async with planning.world.signed_in("shift-manager") as browser:
        empty = await browser.get(HERE)
        assert empty.status == 200 and "tuần 02/03 – 08/03/2026" in empty.text
        assert "7 khoảng không có ai trực" in empty.text and "21 ca thiếu người" in empty.text
        assert "Không có ai trực 00:00–24:00" in empty.text and "hôm nay" in empty.text
        done = await browser.send(CELL, CELL, who=["k1", "1003"])
        assert done.goes_to == f"{HERE}?day={MONDAY}&done=saved", done.text
        shown = await browser.get(done.goes_to)
        assert "Đã lưu lịch trực" in shown.text and "Kíp 1: Nguyễn Thị Lan, Trần Văn Bình" in shown.text
        assert "Không có ai trực 14:00–24:00" in shown.text
        swapped = await browser.send(CELL, f"{CELL}/swap", out="1002", into="1004")
        assert swapped.status == 303, swapped.text
        assert await plan(planning.database) == {(MONDAY, "early"): ("1003", "1001", "1004")}
        assert "Kíp 1" not in (await browser.get(f"{HERE}?view=day&day={MONDAY}")).text
        emptied = await browser.send(CELL, CELL)
        assert emptied.status == 303 and await plan(planning.database) == {}
    acts = [one for one in await planning.world.acts() if one["subject"].startswith("roster:")]
    assert {one["subject"] for one in acts} == {f"roster:{MONDAY}/early"}
    assert [(sorted(one["before"]), sorted(one["after"])) for one in acts] == [
        ([], ["1003", "k1"]),
        (["1003", "k1"], ["1001", "1003", "1004"]),
        (["1001", "1003", "1004"], []),
    ]


async def test_who_may_only_look_sees_the_plan_without_buttons(planning: Planning) -> None:
    await RosterDesk(planning.database).save_planned(PlannedBody(day=MONDAY, shift="night", who=("1004",)))
    async with planning.world.signed_in("agent") as browser:
        shown = await browser.get(HERE)
        assert shown.status == 200 and "Phạm Minh" in shown.text
        assert (
            f"{HERE}/days/" not in shown.text
            and f"{HERE}/copy" not in shown.text
            and f"{HERE}/shifts" not in shown.text
        )
        for path in (CELL, f"{HERE}/copy", f"{HERE}/shifts"):
            assert (await browser.get(path)).status == 403


async def test_the_second_of_two_is_told_keeps_the_picks_and_may_go_over_it(planning: Planning) -> None:
    async with planning.world.signed_in("shift-manager") as one, planning.world.signed_in("admin", login="minh") as two:
        his = (await two.get(CELL)).forms.fields[CELL]
        assert (await one.send(CELL, CELL, who=["k1"])).status == 303
        late = await two.post(CELL, [*his.items(), ("who", "k2")])
        assert late.status == 409 and "người khác sửa" in late.text and "Kíp 1" in late.text
        assert re.search(r'value="k2" checked', late.text), "what was picked stays"
        assert await plan(planning.database) == {(MONDAY, "early"): ("k1",)}
        again = late.forms.fields[CELL]
        assert (await two.post(CELL, [*again.items(), ("who", "k2")])).status == 303
        assert await plan(planning.database) == {(MONDAY, "early"): ("k2",)}


async def test_what_was_picked_for_a_swap_or_an_end_stays_when_it_is_refused(planning: Planning) -> None:
    async with planning.world.signed_in("admin") as one, planning.world.signed_in("admin", login="minh") as two:
        assert (await one.send(CELL, CELL, who=["1001", "1002"])).status == 303
        his = (await two.get(CELL)).forms.fields[f"{CELL}/swap"]
        assert (await one.send(CELL, CELL, who=["1001", "1002", "1003"])).status == 303
        late = await two.post(f"{CELL}/swap", {**his, "out": "1002", "into": "1004"})
        assert late.status == 409 and late.forms.fields[f"{CELL}/swap"]["before"] != his["before"]
        for chosen in ("1002", "1004"):
            assert f'<option value="{chosen}" selected>' in late.text
        assert (
            await two.post(f"{CELL}/swap", late.forms.fields[f"{CELL}/swap"] | {"out": "1002", "into": "1004"})
        ).status == 303
        page = f"{HERE}/shifts/late"
        seen = (await two.get(page)).forms.fields[f"{page}/end"]
        typed = {"name": "Ca tối", "starts": "14:00", "ends": "22:30", "needed": "2"}
        assert (await one.send(page, page, **typed)).status == 303
        late = await two.post(f"{page}/end", {**seen, "day": "2026-09-17"})
        assert late.status == 409 and 'value="2026-09-17"' in late.text


async def test_two_at_the_same_moment_one_is_refused(database: Database) -> None:
    await fill(database)
    desk = RosterDesk(database)
    bodies = [PlannedBody(day=MONDAY, shift="late", who=(who,), before=()) for who in ("1001", "1002", "1003", "k2")]
    done = await asyncio.gather(*map(desk.save_planned, bodies), return_exceptions=True)
    refused = [one for one in done if isinstance(one, HotlineError)]
    assert [one.error_id for one in refused] == ["roster-changed"] * 3, done
    assert len(await plan(database)) == 1


async def test_a_week_is_looked_at_then_copied_and_a_change_meanwhile_is_told(planning: Planning) -> None:
    desk = RosterDesk(planning.database)
    await desk.save_planned(PlannedBody(day=MONDAY, shift="early", who=("k1",)))
    await desk.save_planned(PlannedBody(day=MONDAY + timedelta(days=6), shift="night", who=("1004",)))
    await desk.save_planned(PlannedBody(day=MONDAY + timedelta(days=8), shift="late", who=("k2",)))
    page = f"{HERE}/copy?week={MONDAY + timedelta(days=3)}&weeks=2"
    async with planning.world.signed_in("shift-manager") as browser:
        assert "ca sẽ thay đổi" not in (await browser.get(f"{HERE}/copy")).text, "nothing is looked at unasked"
        looked = await browser.get(page)
        assert "5 ca sẽ thay đổi" in looked.text and "Thứ Ba, 10/03/2026" in looked.text
        assert len(await plan(planning.database)) == 3, "looking writes nothing"
        hidden = looked.forms.fields[f"{HERE}/copy"]
        await desk.save_planned(PlannedBody(day=MONDAY + timedelta(days=9), shift="late", who=("1001",)))
        late = await browser.post(f"{HERE}/copy", hidden)
        assert late.status == 409 and "6 ca sẽ thay đổi" in late.text
        done = await browser.post(f"{HERE}/copy", late.forms.fields[f"{HERE}/copy"])
        assert done.goes_to == f"{HERE}?day={MONDAY + timedelta(days=7)}&done=copied&count=6"
        assert "6 ca thay đổi" in (await browser.get(done.goes_to)).text
        assert "Không có gì thay đổi" in (await browser.get(page)).text
        assert (await browser.get(f"{HERE}/copy?week=x&weeks=99")).status == 400
    week = {(0, "early"): ("k1",), (6, "night"): ("1004",)}
    assert await plan(planning.database) == {
        (MONDAY + timedelta(days=offset + 7 * number), shift): who
        for number in range(3)
        for (offset, shift), who in week.items()
    }
    (act,) = [one for one in await planning.world.acts() if one["act"] == f"POST {HERE}/copy"]
    assert act["subject"] == f"roster:{MONDAY}" and act["after"]["count"] == 6


async def test_shifts_are_made_changed_and_ended_and_the_past_is_kept(planning: Planning) -> None:
    desk = RosterDesk(planning.database)
    for day in (MONDAY, MONDAY + timedelta(days=3)):
        await desk.save_planned(PlannedBody(day=day, shift="late", who=("k2",)))
    async with planning.world.signed_in("admin") as browser:
        new = f"{HERE}/shifts/new"
        typed = {"id": "noon", "name": "Ca trưa", "starts": "11:00", "ends": "13:00", "needed": "1"}
        wrong = await browser.send(new, new, **{**typed, "ends": "11:00"})
        assert wrong.status == 400 and 'value="Ca trưa"' in wrong.text and "Ca hoặc kíp chưa đúng" in wrong.text
        assert (await browser.send(new, new, **typed)).goes_to == f"{HERE}/shifts?done=saved"
        twice = await browser.send(new, new, **typed)
        assert twice.status == 409 and "Đã có mục với mã này" in twice.text
        page = f"{HERE}/shifts/late"
        stale = (await browser.get(page)).forms.fields[page]
        assert "Từ hôm nay đang có 2 ca" in (await browser.get(page)).text
        changed = {"name": "Ca chiều tối", "starts": "14:00", "ends": "22:30", "needed": "2"}
        assert (await browser.send(page, page, **changed)).status == 303
        late = await browser.post(page, {**stale, "name": "Ca tối", "starts": "14:00", "ends": "22:00", "needed": "2"})
        assert late.status == 409 and "người khác sửa" in late.text
        assert "nay là “Ca chiều tối”." in late.text and 'value="Ca tối"' in late.text
        assert 'value="22:30"' in late.text and 'value="22:00"' not in late.text
        ended = await browser.send(page, f"{page}/end", day=str(MONDAY + timedelta(days=1)))
        assert ended.goes_to == f"{HERE}/shifts?done=ended&count=1"
        assert "Kết thúc từ 03/03/2026" in (await browser.get(ended.goes_to)).text
        assert await plan(planning.database) == {(MONDAY, "late"): ("k2",)}
        week = await browser.get(f"{HERE}?day={MONDAY}")
        assert week.text.count("Ca chiều tối") == 1, "the past has it"
        gone = f"{HERE}/days/{MONDAY + timedelta(days=2)}/late"
        refused = await browser.send(gone, gone, who=["k1"])
        assert refused.status == 409 and "Ca này đã kết thúc" in refused.text
        assert (await browser.send(page, page, **changed)).status == 303, "saved anew, it is there again"
        assert (await browser.send(gone, gone, who=["k1"])).status == 303
        assert (await browser.get(f"{HERE}/shifts/none")).status == 404


async def test_crews_are_made_changed_and_ended(planning: Planning) -> None:
    desk = RosterDesk(planning.database)
    for day in (MONDAY, MONDAY + timedelta(days=1)):
        await desk.save_planned(PlannedBody(day=day, shift="early", who=("k1", "1003")))
    async with planning.world.signed_in("admin") as browser:
        new = f"{HERE}/crews/new"
        assert (await browser.send(new, new, id="k3", name="Kíp 3", people=["1001", "1004"])).status == 303
        page = f"{HERE}/crews/k1"
        stale = (await browser.get(page)).forms.fields[page]
        assert (await browser.send(page, page, name="Kíp Một", people=["1001"])).status == 303
        late = await browser.post(
            page, [*stale.items(), ("name", "Kíp 1"), ("people", "1001"), ("people", "1002"), ("people", "1004")]
        )
        assert late.status == 409 and "đã bỏ Trần Văn Bình." in late.text
        chosen = [who for who in ("1001", "1002", "1004") if f'value="{who}" checked' in late.text]
        assert chosen == ["1001", "1004"], "who was taken out by the other one stays out"
        assert "Kíp Một: Nguyễn Thị Lan" in (await browser.get(HERE)).text
        assert (await browser.send(page, f"{page}/end", day="mai")).status == 400
        ended = await browser.send(page, f"{page}/end", day=str(MONDAY + timedelta(days=1)))
        assert ended.goes_to == f"{HERE}/shifts?done=ended&count=1"
        after = await plan(planning.database)
        assert sorted(after[MONDAY, "early"]) == ["1003", "k1"] and after[MONDAY + timedelta(days=1), "early"] == (
            "1003",
        )
        cell = f"{HERE}/days/{MONDAY + timedelta(days=1)}/early"
        assert 'value="k1"' not in (await browser.get(cell)).text
        refused = await browser.send(cell, cell, who=["k1"])
        assert refused.status == 409 and "Kíp này đã kết thúc" in refused.text


async def test_doubles_holidays_and_a_month_are_shown(planning: Planning) -> None:
    desk = RosterDesk(planning.database)
    day = date(2026, 4, 30)
    await desk.save_times(
        ShiftBody(id="office", name="Ca hành chính", starts=SHIFTS[0].starts, ends=SHIFTS[1].ends, needed=0)
    )
    await desk.save_planned(PlannedBody(day=day, shift="early", who=("k1", "1001")))
    await desk.save_planned(PlannedBody(day=day, shift="office", who=("1002",)))
    async with planning.world.signed_in("shift-manager") as browser:
        shown = await browser.get(f"{HERE}?view=month&day={day}")
        assert shown.status == 200 and "tháng 4/2026" in shown.text
        assert "Ngày Chiến thắng" in shown.text
        assert "Nguyễn Thị Lan được ghi hai lần" in shown.text
        assert "Trần Văn Bình trùng giờ với Ca sáng ngày 30/04" in shown.text
        assert "view=month&amp;day=2026-03-01" in shown.text and "view=month&amp;day=2026-05-01" in shown.text
        assert (await browser.get(f"{HERE}?view=x&day=y")).status == 200, "odd addresses show this week"
        assert (await browser.get(f"{HERE}/days/2026-02-30/early")).status == 404


@pytest.mark.parametrize(
    ("body", "error_id"),
    [
        (SwapBody(day=MONDAY, shift="early", out="1003", into="1004"), "person-not-planned"),
        (SwapBody(day=MONDAY, shift="early", out="1001", into="1002"), "person-planned"),
        (SwapBody(day=MONDAY, shift="early", out="1001", into="9999"), "person-not-found"),
        (SwapBody(day=MONDAY, shift="early", out="1001", into="1004", before=("k2",)), "roster-changed"),
    ],
)
async def test_no_swap_that_makes_no_sense(database: Database, body: SwapBody, error_id: str) -> None:
    await fill(database)
    desk = RosterDesk(database)
    await desk.save_planned(PlannedBody(day=MONDAY, shift="early", who=("k1",)))
    with pytest.raises(HotlineError) as caught:
        await desk.swap(body)
    assert caught.value.error_id == error_id
    assert await plan(database) == {(MONDAY, "early"): ("k1",)}


async def test_a_copy_leaves_out_crews_and_shifts_that_have_ended(database: Database) -> None:
    await fill(database)
    desk = RosterDesk(database)
    await desk.save_planned(PlannedBody(day=MONDAY, shift="early", who=("k1", "1003")))
    await desk.save_planned(PlannedBody(day=MONDAY, shift="late", who=("1004",)))
    await desk.end_crew("k1", MONDAY + timedelta(days=5))
    await desk.end_shift("late", MONDAY + timedelta(days=5))
    looked = await desk.copy(CopyBody(week=MONDAY))
    assert [(one.shift, one.after) for one in looked.changes] == [("early", ("1003",))]
    done = await desk.copy(CopyBody(week=MONDAY, mark=looked.mark))
    assert done.written and (await plan(database))[MONDAY + timedelta(days=7), "early"] == ("1003",)
    with pytest.raises(Refused, match="meanwhile"):
        await desk.copy(CopyBody(week=MONDAY, mark=looked.mark))


async def test_a_person_is_added_with_a_pin_that_is_shown_once_and_gets_another(planning: Planning) -> None:
    page = f"{HERE}/people"

    async def stored(person: str) -> str:
        async with planning.database.reading() as tx:
            known = await tx.agents.person(person)
        assert known is not None
        return known.pin_hash

    def pin_of(html: str) -> str:
        (pin,) = re.findall(r'class="once mb-0">([0-9]{6})<', html)
        return str(pin)

    async with planning.world.signed_in("shift-manager") as browser:
        listed = await browser.get(page)
        assert "Nguyễn Thị Lan" in listed.text and 'class="once' not in listed.text
        added = await browser.get((await browser.send(page, page, id="1005", name="Võ Thị Năm")).goes_to)
        assert added.status == 200 and "PIN của Võ Thị Năm (mã 1005)" in added.text
        first = pin_of(added.text)
        assert await verify_pin(await stored("1005"), first)
        assert first not in (await browser.get(page)).text
        for typed, status in (({"id": "1005", "name": "Ai Khác"}, 409), ({"id": "máy 5", "name": "Ai Khác"}, 400)):
            refused = await browser.send(page, page, **typed)
            assert refused.status == status and 'value="Ai Khác"' in refused.text
        now = datetime.now(UTC)
        async with planning.database.transaction() as tx:  # shut out by one wrong try
            assert await tx.agents.try_pin("1005", now, tries=1, since=now - timedelta(minutes=10))
            assert not await tx.agents.try_pin("1005", now, tries=1, since=now - timedelta(minutes=10))
        given = await browser.get((await browser.send(page, f"{page}/1005/pin")).goes_to)
        second = pin_of(given.text)
        assert second != first and await verify_pin(await stored("1005"), second)
        async with planning.database.transaction() as tx:
            assert await tx.agents.try_pin("1005", now, tries=1, since=now - timedelta(minutes=10)), "may try again"
        csrf = given.forms.fields[page]["csrf"]
        assert (await browser.post(f"{page}/7777/pin", {"csrf": csrf})).status == 404
        assert page in (await browser.get(HERE)).forms.links
    acts = [one for one in await planning.world.acts() if f"{page}/" in one["act"] or one["act"] == f"POST {page}"]
    assert len(acts) == 2 and first not in repr(acts) and second not in repr(acts)
