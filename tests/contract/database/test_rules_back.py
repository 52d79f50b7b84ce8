"""What the house decided goes back: the terms of keeping to those before the last change, looked at first; days off by one act each."""

import re
from datetime import date
from pathlib import Path

from hotline1022.accounts.types import Permission
from hotline1022.db.unit import Database
from hotline1022.service.retention.view import RetentionView
from hotline1022.service.settings.retention import Retention
from tests.contract.database.desk_world import Browser, Shown, open_desk
from tests.contract.database.planning_world import Planning, planning

__all__ = ["planning"]

TERMS, DAYS = "/desk/evidence/retention", "/desk/deadlines/days"


def form_of(shown: Shown, button: str) -> dict[str, str]:
    """The hidden fields of the form that has this button."""
    (form,) = [one for one in re.findall(r"<form.*?</form>", shown.text, re.DOTALL) if f'id="{button}"' in one]
    return dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form))


async def test_the_terms_before_the_last_change_come_back_once_they_were_looked_at(
    database: Database, tmp_path: Path
) -> None:
    port = RetentionView(database, Retention)
    async with open_desk(database, tmp_path, retention=port) as world:
        await world.admin.add_role("luu", "Lưu trữ", [Permission.RETENTION])
        async with world.signed_in("luu") as browser:

            async def decide(tried: Shown) -> None:
                done = await browser.post(TERMS, form_of(tried, "confirm"))
                assert done.status == 303, done.text

            assert 'id="back"' not in (await browser.get(TERMS)).text, "nothing was changed yet"
            for ordinary in ("900", "400"):
                own = (await browser.get(TERMS)).forms.fields[f"{TERMS}/try"]
                days = {"ordinary": ordinary, "emergency": "1825", "calls": "1825", "calls_emergency": "3650"}
                await decide(await browser.post(f"{TERMS}/try", {**own, **days, "why": "QĐ 12"}))
            before = await port.terms()
            shown = await browser.get(TERMS)
            tried = await browser.post(f"{TERMS}/try", form_of(shown, "back"))
            assert tried.status == 200 and "400 ngày → <strong>900 ngày" in tried.text
            assert (await port.terms()).versions == before.versions, "asked first"
            await decide(tried)
            now = await port.terms()
            assert (now.terms.ordinary, now.versions[0].why, now.versions[0].by) == (900, "Quay lại bản 2", "user:lan")
            shown = await browser.get(TERMS)
            assert 'id="again-2"' not in shown.text and 'id="again-3"' in shown.text, "what is in force has no way back"
            shorter = await browser.post(f"{TERMS}/try", form_of(shown, "back"))
            assert "Xoá sớm hơn hiện nay" in shorter.text and "900 ngày → <strong>400 ngày" in shorter.text


async def add(browser: Browser, day: str, act: str = "closed") -> None:
    own = (await browser.get(DAYS)).forms.fields[
        DAYS
    ]  # of all forms that are sent there: a day of another one is not meant
    assert (await browser.post(DAYS, {**own, "first": day, "act": act})).status == 303


async def undo(browser: Browser, number: int) -> Shown:
    action = f"{DAYS}/{number}/undo"
    return await browser.post(action, (await browser.get(DAYS)).forms.fields[action])


async def test_a_day_that_was_taken_away_comes_back_with_one_act(planning: Planning) -> None:
    async with planning.world.signed_in("admin") as browser, planning.world.signed_in("admin", login="minh") as other:
        assert "Chưa ai thay đổi ngày nghỉ" in (await browser.get(DAYS)).text
        await add(browser, "2026-12-31")
        await add(other, "2026-12-30")
        await add(browser, "2026-12-31", "drop")
        shown = await browser.get(DAYS)
        history = shown.text[shown.text.index('id="changes"') :]
        assert "Thứ Năm, 31/12/2026: ngày nghỉ của tỉnh → theo quy định của Nhà nước" in history
        assert "minh" in history and "lan" in history and "Sau đó đã có thay đổi khác." in history
        assert f"{DAYS}/2/undo" not in shown.forms.fields, "the day was taken away since"
        back = await undo(browser, 4)
        assert back.goes_to == f"{DAYS}?year=2026&done=saved", back.text
        assert planning.used[-1].offices.closed == {date(2026, 12, 30), date(2026, 12, 31)}
        assert "Hoàn tác bản 4" in (await browser.get(DAYS)).text
        assert (await undo(other, 3)).status == 303
        assert planning.used[-1].offices.closed == {date(2026, 12, 31)}, "that change alone"
        assert (await undo(other, 6)).status == 303
        assert planning.used[-1].offices.closed == {date(2026, 12, 30), date(2026, 12, 31)}, "an undoing too"
    acts = [one["actor"] for one in await planning.world.acts() if str(one["act"]).endswith("/undo")]
    assert acts == ["user:lan", "user:minh", "user:minh"]


async def test_who_is_second_and_what_was_changed_since_are_told(planning: Planning) -> None:
    async with planning.world.signed_in("admin") as browser, planning.world.signed_in("admin", login="minh") as other:
        await add(browser, "2026-12-31")
        action = f"{DAYS}/2/undo"
        his = (await other.get(DAYS)).forms.fields[action]
        await add(browser, "2026-12-31", "worked")
        late = await other.post(action, his)
        assert late.status == 409 and "đã được đổi lại sau đó" in late.text
        await add(browser, "2026-12-24")
        his = (await other.get(DAYS)).forms.fields[f"{DAYS}/4/undo"]
        await add(browser, "2026-12-23")
        late = await other.post(f"{DAYS}/4/undo", his)
        assert late.status == 409 and "Người khác vừa thay đổi" in late.text
        unknown = await other.post(f"{DAYS}/99/undo", his)
        assert unknown.status == 404
        assert planning.used[-1].offices.closed == {date(2026, 12, 23), date(2026, 12, 24)}
