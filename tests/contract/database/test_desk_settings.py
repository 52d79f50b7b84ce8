"""Alarms, texts of messages, gateways and times of keeping at the desk, as a browser sees them."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hotline1022.accounts.types import Permission
from hotline1022.audit.types import Kind
from hotline1022.db.unit import Database
from hotline1022.notify.templates import load
from hotline1022.notify.types import Channel, OutboxFilter
from hotline1022.service.notify.gateway_desk import TESTS, GatewayDesk
from hotline1022.service.notify.outbox_worker import Standing
from hotline1022.service.notify.template_desk import TemplateDesk
from hotline1022.service.retention.view import RetentionView
from hotline1022.service.settings.retention import Retention
from hotline1022.service.settings.tree import Settings
from hotline1022.service.views import AlarmList
from tests.contract.database.desk_world import open_desk
from tests.contract.database.made import at

EVIL = "<script>alert(1)</script>"
NAME = "citizen.made.sms"
MESSAGES = "/desk/messages"
ONE, GATEWAYS, TERMS = f"{MESSAGES}/templates/{NAME}", f"{MESSAGES}/gateways", "/desk/evidence/retention"
READY = Standing(gateway="esms", per_minute=60, per_number=10, price=400, away_since=None, until=None, error_id="")


def templates(database: Database) -> TemplateDesk:
    return TemplateDesk(database, load(), link=None, clock=lambda: datetime.now(UTC))


def gateways(database: Database) -> GatewayDesk:
    notify = replace(Settings().notify, sms_gateway="esms", sms_account="api-key-1", sms_secret="secret-2")
    away = replace(READY, gateway="mail", away_since=at(0), until=at(10**9), error_id="mail-away")
    return GatewayDesk(database, notify, lambda: {Channel.SMS: READY, Channel.EMAIL: away}, lambda: datetime.now(UTC))


async def test_alarms_are_listed_told_what_to_do_and_seen(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as tx:
        await tx.alarms.raise_alarm("gateway-away", f"esms {EVIL} 0901234567", at(0))
        await tx.alarms.raise_alarm("disk-low", "5 %", at(1))
        await tx.alarms.clear("disk-low", at(2))
        await tx.alarms.raise_alarm("of-another-release", "odd", at(3))
    async with open_desk(database, tmp_path, alarms=AlarmList(database)) as world:
        async with world.signed_in("supervisor", login="binh") as looking:
            shown = await looking.get("/desk/alarms")
            assert "Mất kết nối với cổng SMS hoặc email" in shown.text and "Tin nhắn vẫn chờ" in shown.text
            assert "of-another-release" in shown.text and "Ổ đĩa sắp đầy" not in _list(shown.text)
            assert EVIL not in shown.text and "0901234567" not in shown.text and "090****567" in shown.text
            assert "/seen" not in shown.text, "whoever only looks has no button"
            assert 'hx-get="/desk/alarms/ringing"' in (await looking.get("/desk/account")).text
            assert "2 báo động</a>" in (await looking.get("/desk/alarms/ringing")).text
            assert "Ổ đĩa sắp đầy" in _list((await looking.get("/desk/alarms?which=over")).text)
            only = await looking.get("/desk/alarms?which=all&kind=disk-low")
            assert _list(only.text).count("<li") == 1
            nothing = await looking.get(f"/desk/alarms?which=x&kind={EVIL}&page=-9")
            assert "Không có báo động nào" in nothing.text and EVIL not in nothing.text
        async with world.signed_in("shift-manager", login="hoa") as browser:
            shown = await browser.get("/desk/alarms?kind=gateway-away")
            (action,) = [one for one in shown.forms.fields if one.endswith("/seen")]
            done = await browser.post(action, shown.forms.fields[action])
            assert done.goes_to == "/desk/alarms?which=ringing&kind=gateway-away&page=1&done=seen"
            assert "không nhắc lại nữa" in (await browser.get(done.goes_to)).text
            assert "1 báo động</a>" in (await browser.get("/desk/alarms/ringing")).text
            over = await browser.get("/desk/alarms?which=over")
            assert "Người hoa đã xem lúc" in over.text and "0901234567" in over.text
            acts = [one for one in await world.acts() if one["act"] == "POST /desk/alarms/{alarm}/seen"]
            assert [one["actor"] for one in acts] == ["user:hoa"]
            gone = await browser.post("/desk/alarms/nobody/seen", shown.forms.fields[action])
            assert gone.status == 404 and "Không có báo động này" in gone.text


async def test_who_may_not_look_is_told_of_no_alarm(database: Database, tmp_path: Path) -> None:
    async with open_desk(database, tmp_path, alarms=AlarmList(database)) as world:
        async with world.signed_in("specialist", login="cuc") as officer:
            assert "/desk/alarms" not in (await officer.get("/desk/account")).text
            assert (await officer.get("/desk/alarms/ringing")).status == 403
        async with world.signed_in("supervisor", login="binh") as looking:
            quiet = (await looking.get("/desk/alarms/ringing")).text
            assert 'hx-trigger="every 30s"' in quiet and "báo động" not in quiet


def _list(text: str) -> str:
    return text.partition('id="alarms"')[2]


async def test_more_alarms_than_a_page_holds_are_turned(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as tx:
        for number in range(60):
            await tx.alarms.raise_alarm("agent-no-answer", f"line {number}", at(number))
    desk = open_desk(database, tmp_path, alarms=AlarmList(database))
    async with desk as world, world.signed_in("supervisor") as browser:
        first = await browser.get("/desk/alarms")
        second = await browser.get("/desk/alarms?which=ringing&page=2")
        found = re.findall(r"line (\d+)", first.text), re.findall(r"line (\d+)", second.text)
    assert [len(one) for one in found] == [50, 10] and len({*found[0], *found[1]}) == 60
    assert 'rel="next"' in first.text and 'rel="prev"' in second.text and 'rel="next"' not in second.text


async def test_a_text_is_tried_changed_taken_back_and_told_to_the_second(database: Database, tmp_path: Path) -> None:
    async with open_desk(database, tmp_path, templates=templates(database)) as world:
        async with world.signed_in("admin") as browser, world.signed_in("admin", login="minh") as other:
            listed = await browser.get(MESSAGES)
            assert all(f"{MESSAGES}/templates/{name}" in listed.text for name in load())
            shown = await browser.get(ONE)
            assert "Đang dùng nội dung gốc" in shown.text and "1 tin, " in shown.text
            hidden = shown.forms.fields[ONE]
            sms = {**hidden, "encoding": "gsm7", "parts": "1", "message_class": "care", "note": "ngắn hơn"}
            bad = await browser.post(ONE, {**sms, "text": f"{EVIL}\n{{cdoe}}"})
            assert bad.status == 400 and "Dòng 2:" in bad.text and "{cdoe} không phải chỗ điền" in bad.text
            assert EVIL not in bad.text and "&lt;script&gt;" in bad.text
            piece = await browser.post(f"{ONE}/try", {**sms, "text": "Đ" * 161, "parts": "2"})
            assert piece.status == 200 and "2 tin, 161/306 ký tự" in piece.text
            wide = await browser.post(f"{ONE}/try", {**sms, "text": "Đã nhận {code}", "encoding": "ucs2"})
            assert "1 tin, 16/70 ký tự" in wide.text and "Đã nhận 47110821" in wide.text
            done = await browser.post(ONE, {**sms, "text": "1022: ma {code}."})
            assert done.goes_to == f"{ONE}?done=saved&count=2"
            after = await browser.get(done.goes_to)
            assert "Đã áp dụng bản 2" in after.text and "ngắn hơn" in after.text and "Trở về nội dung gốc" in after.text
            assert "Đã sửa: bản 2" in (await browser.get(MESSAGES)).text
            mine = (await other.get(ONE)).forms.fields[ONE]
            late = await other.post(ONE, {**mine, **_choices(), "seen": "0", "text": "Khac {code}"})
            assert late.status == 409 and "Người khác vừa sửa tin này" in late.text
            assert "Khac {code}" in late.text and "1022: ma {code}." in late.text
            over = await other.post(ONE, {**late.forms.fields[ONE], **_choices(), "text": "Khac {code}"})
            assert over.goes_to.endswith("count=3"), "the next try goes over it"
            again = {"csrf": hidden["csrf"], "seen": "3", "version": "2"}
            assert (await browser.post(f"{ONE}/again", again)).goes_to.endswith("count=4")
            assert (await browser.post(f"{ONE}/again", {**again, "seen": "4", "version": "0"})).goes_to.endswith(
                "count=5"
            )
            same = await browser.post(f"{ONE}/again", {**again, "seen": "5", "version": "0"})
            assert same.status == 409 and "đang được áp dụng rồi" in same.text
        acts = [one["act"] for one in await world.acts() if "templates" in one["act"]]
        assert "POST /desk/messages/templates/{template}/try" not in acts, "what is typed is no act"
        async with database.reading() as tx:
            told = [one.actor async for one in tx.audit.of_kind(Kind.TEMPLATE_CHANGED)]
        assert told == ["service", "user:lan", "user:minh", "user:lan", "user:lan"]


def _choices() -> dict[str, str]:
    return {"encoding": "gsm7", "parts": "1", "message_class": "care"}


async def test_an_email_has_a_subject_and_no_parts(database: Database, tmp_path: Path) -> None:
    page = f"{MESSAGES}/templates/leader.made.email"
    desk = open_desk(database, tmp_path, templates=templates(database))
    async with desk as world, world.signed_in("admin") as browser:
        shown = await browser.get(page)
        assert 'name="subject"' in shown.text and 'name="parts"' not in shown.text
        assert "KHẨN: [1022] Phiếu mới 47110821: Xây dựng" in shown.text
        done = await browser.send(page, page, subject="[1022] {code}", text="Kính gửi {officer},\r\n\r\nMới.")
        assert done.goes_to.endswith("count=2")
        assert (await browser.get(f"{MESSAGES}/templates/mayor.made.email")).status == 404
    known = {one.name: one.wording for one in await templates(database).list()}
    assert known["leader.made.email"].text == "Kính gửi {officer},\n\nMới."


async def test_gateways_show_no_secret_and_send_a_few_tests(database: Database, tmp_path: Path) -> None:
    async with open_desk(database, tmp_path, gateways=gateways(database)) as world:
        await world.admin.add_role("may", "Máy", [Permission.SETTINGS])
        async with world.signed_in("admin") as browser, world.signed_in("may", login="may") as blind:
            shown = await browser.get(GATEWAYS)
            assert "eSMS" in shown.text and "Mất kết nối từ" in shown.text and "máy chủ từ chối tài khoản" in shown.text
            assert "api-key-1" not in shown.text and "secret-2" not in shown.text
            wrong = await browser.send(GATEWAYS, f"{GATEWAYS}/sms/test", to=f"{EVIL}115")
            assert wrong.status == 400 and "Số di động không đúng" in wrong.text and EVIL not in wrong.text
            done = await browser.send(GATEWAYS, f"{GATEWAYS}/sms/test", to="0901 234 567")
            watched = await browser.get(done.goes_to)
            assert "Tin thử đến 0901 234 567" in watched.text and "Chờ gửi" in watched.text
            assert 'hx-trigger="every 1s"' in watched.text
            assert "234 567" not in (await blind.get(done.goes_to)).text
            for _ in range(TESTS - 1):
                await browser.send(GATEWAYS, f"{GATEWAYS}/email/test", to="lan@example.vn")
            many = await browser.send(GATEWAYS, f"{GATEWAYS}/email/test", to="lan@example.vn")
            assert many.status == 429 and "5 tin trong 10 phút" in many.text
            async with database.transaction() as tx:
                (first, *_) = reversed(await tx.outbox.list(OutboxFilter()))
                await tx._connection.exec_driver_sql(
                    "UPDATE outbox_message SET state = 'failed', error_id = 'number-refused'"
                )
            over = await browser.get(f"{GATEWAYS}?test={first.id}")
            assert "cho rằng số không đúng" in over.text and "every 1s" not in over.text
            assert (await browser.get(f"{GATEWAYS}?test=ffff")).status == 404
        acts = [one for one in await world.acts() if "gateways" in one["act"]]
        assert len(acts) == TESTS and {one["actor"] for one in acts} == {"user:lan"}
        assert "901234567" not in repr(acts) and "example.vn" not in repr(acts)


async def test_days_are_decided_after_their_consequence_was_shown(database: Database, tmp_path: Path) -> None:
    port = RetentionView(database, Retention, patience=60)
    async with open_desk(database, tmp_path, retention=port) as world:
        await world.admin.add_role("luu", "Lưu trữ", [Permission.RETENTION])
        async with world.signed_in("luu") as browser:
            shown = await browser.get(TERMS)
            assert "đang theo tệp cấu hình" in shown.text and "730 ngày" in shown.text
            look = f"{TERMS}/try"
            hidden = shown.forms.fields[look]
            days = {"ordinary": "365", "emergency": "1825", "calls": "1825", "calls_emergency": "3650"}
            typed = {**hidden, **days, "why": f"QĐ 12 {EVIL}"}
            tried = await browser.post(look, typed)
            assert tried.status == 200 and "Xoá sớm hơn hiện nay: Ghi âm thông thường" in tried.text
            assert "730 ngày → <strong>365 ngày" in tried.text and EVIL not in tried.text
            assert (await port.terms()).versions == (), "only looked at"
            forged = await browser.post(TERMS, {**typed, "confirm": "0" * 16})
            assert forged.status == 409 and "xoá sớm hơn" in forged.text
            confirm = re.findall(r'name="confirm" value="([0-9a-f]{16})"', tried.text)[0]
            done = await browser.post(TERMS, {**typed, "confirm": confirm})
            assert done.goes_to == f"{TERMS}?done=saved&count=2"
            after = await browser.get(done.goes_to)
            assert "Đã áp dụng bản 2" in after.text and "theo tệp cấu hình" in after.text
            again = await browser.post(TERMS, {**typed, "confirm": confirm})
            assert again.status == 409 and "Người khác vừa đổi" in again.text
            for field, value, said in (
                ("ordinary", "một năm", "Số ngày không đúng"),
                ("calls", "30", "ít nhất bằng ghi âm"),
                ("why", " ", "Xin ghi lý do"),
            ):
                wrong = await browser.post(look, {**typed, field: value})
                assert wrong.status == 400 and said in wrong.text
        now = await port.terms()
        assert now.terms.ordinary == 365 and now.versions[0].by == "user:lan"
        assert [one["actor"] for one in await world.acts() if one["act"] == f"POST {TERMS}"] == ["user:lan"]


async def test_a_page_of_days_does_not_wait_for_a_long_count(database: Database, tmp_path: Path) -> None:
    port = RetentionView(database, Retention, patience=0)
    async with open_desk(database, tmp_path, retention=port) as world:
        await world.admin.add_role("luu", "Lưu trữ", [Permission.RETENTION])
        async with world.signed_in("luu") as browser:
            shown = await browser.get(TERMS)
            assert "Đang đếm" in shown.text and 'id="due-box" hx-get' in shown.text
            look = f"{TERMS}/try"
            days = {"ordinary": "365", "emergency": "1825", "calls": "1825", "calls_emergency": "3650"}
            typed = {**shown.forms.fields[look], **days, "why": "QĐ 12"}
            tried = await browser.post(look, typed)
            assert "Xem kết quả" in tried.text and 'name="confirm"' not in tried.text
            again = tried.forms.fields[look]
            assert {name: again[name] for name in days} == days and again["why"] == "QĐ 12"
            for _ in range(500):
                tried = await browser.post(look, again)
                if 'name="confirm"' in tried.text:
                    break
                await asyncio.sleep(0.02)
            assert "730 ngày → <strong>365 ngày" in tried.text and "Xem kết quả" not in tried.text
