"""Deadlines, days off and reasons for a pause at the desk over a real database: the file leads, then the desk; live at once; two at
once; every version comes back; tickets keep the dates that they have.
"""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Kind
from hotline1022.core.errors import ConfigError, HotlineError, Invalid, Refused
from hotline1022.db.unit import Database
from hotline1022.service.settings.tree import PauseReason, Settings
from hotline1022.service.tickets.deadlines_view import plain, wire
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.policy_desk import PolicyDesk, in_force
from hotline1022.tickets.types import Urgency
from hotline1022.web.desk.deadlines_form import ROWS
from tests.contract.database.desk_world import Shown, World
from tests.contract.database.made import T0
from tests.contract.database.planning_world import Planning, planning
from tests.contract.database.ticket_office import Office
from tests.unit.tickets_made import NOW

__all__ = ["planning"]

HERE = "/desk/deadlines"
DAYS, PAUSES = f"{HERE}/days", f"{HERE}/pauses"
GENERAL = {
    "forward": "5 phút",
    "accept": "4 giờ",
    "answer": "5 ngày",
    "remind_accept": "30 phút",
    "remind_answer": "1 ngày",
    "clock": "working",
}


def typed(**changes: Any) -> dict[str, Any]:
    """The whole form as the shipped policy fills it in."""
    urgent = {**GENERAL, "accept": "15 phút", "answer": "4 giờ", "remind_accept": "5 phút", "remind_answer": "1 giờ"}
    values: dict[str, Any] = {f"ordinary-{name}": value for name, value in GENERAL.items()}
    values |= {f"urgent-{name}": value for name, value in (urgent | {"clock": "calendar"}).items()}
    values |= {"r0-category": "public-order", "r0-urgency": "urgent", "r0-answer": "2 giờ"}
    values |= {"hours": "07:30–11:30, 13:30–17:00", "weekday": list("12345"), "longest": "366", "note": ""}
    return values | changes


async def versions(world: World) -> list[tuple[int, str, int]]:
    async with world.database.reading() as tx:
        return [(one.number, one.by, one.again) for one in await tx.policies.versions(50)]


def said(shown: Shown, *texts: str) -> None:
    for text in texts:
        assert text in shown.text, text


async def test_the_files_deadlines_are_the_first_version_and_others_are_in_force_at_once(planning: Planning) -> None:
    async with planning.world.signed_in("admin") as browser:
        first = await browser.get(HERE)
        said(
            first, "Bản 1", "Lấy từ tệp cấu hình", 'value="5 ngày"', "Phiếu đang xử lý giữ nguyên hạn", 'value="2 giờ"'
        )
        assert (await browser.send(HERE, HERE, **typed())).status == 409, "nothing is changed: it is in force already"
        new = typed(**{"ordinary-answer": "3 ngày", "r1-category": "traffic", "r1-urgency": "ordinary"})
        new |= {"r1-answer": "2 Ngày", "r0-answer": "", "longest": "30", "note": "Theo kế hoạch quý I"}
        done = await browser.send(HERE, HERE, **new)
        assert done.goes_to == f"{HERE}?done=saved", done.text
        after = await browser.get(done.goes_to)
        said(after, "Đã áp dụng", "Bản 2", "Theo kế hoạch quý I", 'value="3 ngày"', 'value="2 ngày"', 'value="30"')
        assert 'value="2 giờ"' not in after.text, "a row with nothing in it is taken away"
        said(await browser.get(f"{HERE}/versions/1"), "5 ngày", "Áp dụng lại bản này")
    policy = planning.used[-1]
    assert str(policy.terms("other", Urgency.ORDINARY).answer) == "3 days"
    assert str(policy.terms("traffic", Urgency.ORDINARY).answer) == "2 days"
    assert str(policy.terms("traffic", Urgency.ORDINARY).accept) == "4 hours", "what it leaves out is as in general"
    assert policy.longest_extension == 30
    assert await versions(planning.world) == [(2, "user:lan", 0), (1, "settings", 0)]
    async with planning.database.reading() as tx:
        told = [
            (one.actor, one.subject, one.detail["before"], one.detail["from_file"])
            async for one in tx.audit.of_kind(Kind.DEADLINES_CHANGED)
        ]
    assert told == [("service", "deadlines:1", 0, True), ("user:lan", "deadlines:2", 1, False)]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ordinary-answer": "năm ngày"}, "Có thời hạn không đọc được"),
        ({"ordinary-answer": ""}, "Trả lời (Thường): xin ghi như 30 phút"),
        ({"hours": "7h-11h"}, "Giờ làm việc không đọc được"),
        ({"hours": "13:30-17:00, 07:30-11:30"}, "Giờ làm việc: xin ghi theo thứ tự"),
        ({"weekday": []}, "Ngày làm việc trong tuần: xin chọn"),
        ({"longest": "0"}, "Có mục không đọc được"),
        ({"r0-category": "public-order", "r0-urgency": "now"}, "Có mục không đọc được"),
        ({"r1-answer": "3 ngày", "ordinary-answer": "6 ngày"}, "chưa chọn lĩnh vực; dòng đó được đánh dấu"),
        ({"r5-clock": "calendar"}, "chưa chọn lĩnh vực; dòng đó được đánh dấu"),
        ({"r1-category": "public-order", "r1-urgency": "urgent", "r1-answer": "1 giờ"}, "(Khẩn) có hai dòng"),
    ],
)
async def test_what_cannot_be_changes_nothing_and_stays_in_the_form(
    planning: Planning, changes: dict[str, Any], why: str
) -> None:
    async with planning.world.signed_in("admin") as browser:
        refused = await browser.send(HERE, HERE, **typed(note="Ghi nhớ", **changes))
        assert refused.status == 400, refused.text
        said(refused, why, 'value="Ghi nhớ"')
    assert len(await versions(planning.world)) == 1 and len(planning.used) == 1


async def test_a_row_without_a_category_is_marked_and_rows_that_are_not_shown_stay(planning: Planning) -> None:
    async with planning.world.signed_in("admin") as browser:
        refused = await browser.send(HERE, HERE, **typed(**{"r7-answer": "3 ngày"}))
        assert refused.text.count('aria-invalid="true"') == 1, "the row comes back, and is the one that is marked"
        marked = refused.text.index('aria-invalid="true"')
        assert 'value="3 ngày"' in refused.text[marked : refused.text.index("</tr>", marked)]
        document = wire(planning.policies.document)
        own = document.categories[0]
        many = tuple(replace(own, category=f"linh-vuc-{number:03}") for number in range(ROWS + 5))
        await planning.policies.save(plain(replace(document, categories=many)), seen=1, by="user:lan")
        shown = await browser.get(HERE)
        said(shown, "Còn 5 dòng nữa không hiện ở đây")
        rows = {f"r{number}-category": f"linh-vuc-{number:03}" for number in range(ROWS)}
        for number in range(ROWS):
            rows |= {f"r{number}-urgency": "urgent", f"r{number}-answer": "2 giờ"}
        done = await browser.send(HERE, HERE, **(typed(**{"ordinary-answer": "7 ngày"}) | rows))
        assert done.status == 303, done.text
    assert len(wire(planning.policies.document).categories) == ROWS + 5


async def test_days_are_added_and_taken_away(planning: Planning) -> None:
    async with planning.world.signed_in("admin") as browser:
        shown = await browser.get(DAYS)
        said(shown, "Ngày nghỉ năm 2026", "Quốc khánh", "Thứ Bảy, 22/08/2026", "Làm bù", "Quy định của Nhà nước")
        added = await browser.send(DAYS, DAYS, first="2027-02-02", last="2027-02-03", act="closed", note="Nghỉ Tết sớm")
        assert added.goes_to == f"{DAYS}?year=2027&done=saved", added.text
        shown = await browser.get(added.goes_to)
        said(shown, "Thứ Tư, 03/02/2027", "Quyết định của tỉnh", "Giao thừa")
        works = planning.used[-1].offices.works
        assert not works(date(2027, 2, 2)) and works(date(2027, 2, 1))
        assert planning.policies.closed(date(2027, 2, 2)) and not planning.policies.closed(date(2027, 2, 1))
        worked = await browser.send(DAYS, DAYS, first="2027-02-02", act="worked")
        assert worked.status == 303 and planning.used[-1].offices.works(date(2027, 2, 2)), "one word about a day"
        assert planning.used[-1].offices.closed == {date(2027, 2, 3)}
        hidden = next(iter((await browser.get(DAYS)).forms.fields[DAYS].items()))
        assert hidden[0] == "csrf"
        page = f"{DAYS}?year=2027"
        for day in ("2027-02-02", "2027-02-03"):
            seen = (await browser.get(page)).forms.fields[DAYS]
            assert (await browser.post(DAYS, {**seen, "first": day, "act": "drop"})).status == 303
        assert not planning.used[-1].offices.closed and not planning.used[-1].offices.worked
        for first, last, why in (("x", "", "Ngày không đúng"), ("2027-03-01", "2027-06-01", "nhiều nhất 31 ngày")):
            refused = await browser.send(DAYS, DAYS, first=first, last=last, act="closed", note="Theo công văn 12")
            assert refused.status == 400 and why in refused.text
            assert 'value="Theo công văn 12"' in refused.text and f'value="{first}"' in refused.text


async def test_two_at_once_and_an_earlier_version_comes_back(planning: Planning) -> None:
    async with planning.world.signed_in("admin") as one, planning.world.signed_in("admin", login="minh") as two:
        his = (await two.get(HERE)).forms.fields[HERE]
        assert (await one.send(DAYS, DAYS, first="2026-12-31", act="closed")).status == 303
        pairs = [
            (name, each)
            for name, value in typed(note="Của tôi").items()
            for each in ([value] if isinstance(value, str) else value)
        ]
        late = await two.post(HERE, [*his.items(), *pairs])
        assert late.status == 409 and "Người khác vừa thay đổi" in late.text and 'value="Của tôi"' in late.text
        back = f"{HERE}/versions/1"
        same = await two.send(back, back, note="")
        assert same.status == 409 and "đang được áp dụng rồi" in same.text, "but for the day it is the same"
        assert (await one.send(HERE, HERE, **typed(**{"ordinary-answer": "3 ngày"}))).status == 303
        said(await two.get(back), "Ngày nghỉ và ngày làm bù giữ nguyên như hiện nay")
        assert (await two.send(back, back, note="Quay lại")).goes_to == f"{HERE}?done=saved"
        said(await two.get(HERE), "Ban hành lại bản 1 · Quay lại", 'value="5 ngày"')
        assert (await two.get(f"{HERE}/versions/99")).status == 404
    assert await versions(planning.world) == [
        (4, "user:minh", 1),
        (3, "user:lan", 0),
        (2, "user:lan", 0),
        (1, "settings", 0),
    ]
    assert planning.used[-1].offices.closed == {date(2026, 12, 31)}, "a day that was added since stays"


async def test_a_ticket_keeps_the_date_that_it_was_given(database: Database, tmp_path: Path) -> None:
    office = Office(database, tmp_path)
    before = await office.ticket()
    document = replace(wire(_document(database)), longest_extension_days=30)
    shorter = replace(document, ordinary=replace(document.ordinary, answer="1 day"))
    desk = _desk(database, office.desk)
    await desk.start()
    await desk.save(plain(shorter), seen=1, by="user:lan")
    async with database.reading() as tx:
        assert (await tx.tickets.get(before.id)).answer_by == before.answer_by
    after = await office.ticket()
    assert before.answer_by is not None and after.answer_by is not None and after.answer_by < before.answer_by


def _document(database: Database) -> Any:
    return PolicyDesk(database, Settings(), use=lambda policy: None, clock=lambda: T0).document


def _desk(database: Database, tickets: TicketDesk | None = None, settings: Settings | None = None) -> PolicyDesk:
    def use(policy: Any) -> None:
        if tickets is not None:
            tickets.policy = policy

    return PolicyDesk(database, settings or Settings(), use=use, clock=lambda: NOW)


async def test_the_file_leads_until_somebody_changes_something(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    plain_settings = Settings()
    settings = replace(plain_settings, paths=replace(plain_settings.paths, ticket_policy=file))

    def write(days: int) -> None:
        file.write_text(f'[ordinary]\nanswer = "{days} days"\n[offices]\nclosed = [2026-12-24, "2026-12-28"]\n')

    async def answer() -> str:
        desk = _desk(database, settings=settings)
        await desk.start()
        assert await in_force(database, settings) == desk.policy, "a command works by the same"
        return str(desk.policy.terms("other", Urgency.ORDINARY).answer)

    for days in (7, 7, 8):
        write(days)
        assert await answer() == f"{days} days"
    async with database.reading() as tx:
        assert [one.note for one in await tx.policies.versions(9)] == ["policy.toml", "policy.toml"]
    desk = _desk(database, settings=settings)
    await desk.start()
    given = wire(desk.document)
    assert given.offices.closed == (date(2026, 12, 24), date(2026, 12, 28))
    await desk.save(plain(replace(given, ordinary=replace(given.ordinary, answer="9 days"))), seen=2, by="user:lan")
    write(1)
    assert await answer() == "9 days", "the file is the fallback alone from now on"
    file.write_text("no toml", encoding="utf-8")
    with pytest.raises(ConfigError):
        _desk(database, settings=settings)


async def test_what_another_process_changed_is_followed(database: Database) -> None:
    one, two = _desk(database), _desk(database)
    await one.start()
    await two.start()
    given = wire(one.document)
    other = plain(replace(given, urgent=replace(given.urgent, answer="3 hours")))
    await one.save(other, seen=1, by="user:lan")
    with pytest.raises(Refused) as caught:
        await two.save(plain(replace(given, longest_extension_days=9)), seen=1, by="user:minh")
    assert caught.value.error_id == "deadlines-changed"
    await two.look()
    assert str(two.policy.terms("other", Urgency.URGENT).answer) == "3 hours" and two.version == one.version


async def test_offices_that_never_open_are_refused(database: Database) -> None:
    desk = _desk(database)
    await desk.start()
    document = dict(plain(wire(desk.document)))
    with pytest.raises(Invalid) as caught:
        await desk.save({**document, "offices": {**document["offices"], "weekdays": [8]}}, seen=1, by="user:lan")
    assert caught.value.error_id == "deadlines-invalid"


# ---------------------------------------------------------------- reasons for a pause


async def test_reasons_are_added_renamed_ended_and_brought_back_at_once(planning: Planning) -> None:
    assert planning.codes == ["1", "2", "3", "4"] and planning.pauses.file_leads
    async with planning.world.signed_in("admin") as browser:
        said(await browser.get(PAUSES), "Giải lao", "Tệp cấu hình", "Phím 4")
        assert (
            await browser.send(PAUSES, PAUSES, code="5", name=" Hỗ trợ  kỹ thuật ")
        ).goes_to == f"{PAUSES}?done=saved"
        assert planning.codes == ["1", "2", "3", "4", "5"] and planning.pauses.names["5"] == "Hỗ trợ kỹ thuật"
        one = f"{PAUSES}/1"
        assert (await browser.send(PAUSES, one, name="Nghỉ giữa giờ", act="rename")).status == 303
        assert planning.pauses.names["1"] == "Nghỉ giữa giờ"
        assert (await browser.send(PAUSES, one, act="end", name="")).status == 303
        assert planning.codes == ["2", "3", "4", "5"] and "1" not in planning.pauses.names
        said(await browser.get(PAUSES), "ngừng dùng từ", "Dùng lại: Nghỉ giữa giờ")
        taken = await browser.send(PAUSES, PAUSES, code="1", name="Khác")
        assert taken.status == 409 and "Phím này đã có lý do" in taken.text and 'value="Khác"' in taken.text
        assert (await browser.send(PAUSES, one, act="resume", name="")).status == 303
        assert planning.codes == ["1", "2", "3", "4", "5"]
        for code, name in (("", "Họp"), ("a", "Họp"), ("6", ""), ("6", "x" * 41)):
            assert (await browser.send(PAUSES, PAUSES, code=code, name=name)).status == 400
        assert (
            await browser.post(f"{PAUSES}/7", {**(await browser.get(PAUSES)).forms.fields[one], "act": "end"})
        ).status == 404
    acts = [one for one in await planning.world.acts() if str(one["subject"]).startswith("pause-reason:")]
    assert [(one["subject"], one["after"]) for one in acts][:2] == [
        ("pause-reason:5", {"name": "Hỗ trợ kỹ thuật", "ended": False}),
        ("pause-reason:1", {"name": "Nghỉ giữa giờ", "ended": False}),
    ]
    assert acts[1]["before"] == {"name": "Giải lao", "ended": False}


async def test_another_name_stays_when_somebody_was_quicker(planning: Planning) -> None:
    async with planning.world.signed_in("admin") as one, planning.world.signed_in("admin", login="minh") as two:
        path = f"{PAUSES}/1"
        his = (await two.get(PAUSES)).forms.fields[path]
        assert (await one.send(PAUSES, path, name="Nghỉ giữa giờ", act="rename")).status == 303
        late = await two.post(path, {**his, "name": "Nghỉ ngắn", "act": "rename"})
        assert late.status == 409 and 'value="Nghỉ ngắn"' in late.text
        again = late.forms.fields[path]
        assert (await two.post(path, {**again, "name": "Nghỉ ngắn", "act": "rename"})).status == 303


async def test_two_at_one_reason_and_the_last_one_stays(planning: Planning) -> None:
    desk = planning.pauses
    for code in ("1", "2", "3"):
        await desk.end(code, desk.now[int(code) - 1].version, "user:lan")
    with pytest.raises(Refused) as caught:
        await desk.end("4", 1, "user:lan")
    assert caught.value.error_id == "reason-last" and planning.codes == ["4"]
    with pytest.raises(Refused) as caught:
        await desk.rename("1", "Khác", 1, "user:minh")
    assert caught.value.error_id == "reason-changed"
    done = await asyncio.gather(
        *(desk.rename("4", f"Tên {number}", 1, "user:lan") for number in range(3)), return_exceptions=True
    )
    assert [one.error_id for one in done if isinstance(one, HotlineError)] == ["reason-changed"] * 2


async def test_the_settings_reasons_lead_until_somebody_changes_one(planning: Planning) -> None:
    desk = planning.pauses
    assert [one.version for one in desk.now] == [0, 0, 0, 0]
    renamed = await desk.rename("2", "Cơm trưa", 0, "user:lan")
    assert (renamed.version, renamed.name) == (2, "Cơm trưa")
    with pytest.raises(Refused):
        await desk.rename("2", "Khác", 0, "user:minh")
    other = [PauseReason(code="8", name="Của tệp")]
    again = type(desk)(planning.database, settings=lambda: other, use=lambda codes: None, clock=lambda: T0)
    await again.start()
    assert again.codes == ["1", "2", "3", "4"] and again.names["2"] == "Cơm trưa" and not again.file_leads
