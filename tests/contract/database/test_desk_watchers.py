"""Who is told of alarms, as a browser sees it: an admin names people, tries and takes them out; beside an alarm stands who was told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline1022.core.said import said
from hotline1022.db.unit import Database
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.templates import load
from hotline1022.notify.types import Channel, MessageState, OutboxFilter
from hotline1022.service.notify.alarm_teller import AlarmTeller
from hotline1022.service.notify.watcher_desk import WatcherDesk
from hotline1022.service.views import AlarmList
from tests.contract.database.desk_world import open_desk

PAGE = "/desk/alarms/people"
EVIL = "<script>alert(1)</script>"


def now() -> datetime:
    return datetime.now(UTC)


async def test_an_admin_names_tries_changes_and_takes_out(database: Database, tmp_path: Path) -> None:
    watch = WatcherDesk(database, load(), now)
    async with open_desk(database, tmp_path, watch=watch) as world, world.signed_in("admin") as browser:
        shown = await browser.get(PAGE)
        assert "Chưa có ai được báo" in shown.text and "nhiều nhất 3 tin" in shown.text
        form = {**shown.forms.fields[PAGE], "name": f"Lan {EVIL}", "sms": "0901 234 567", "least": "urgent"}
        bad = await browser.post(PAGE, {**form, "sms": "0274 3822 333"})
        assert bad.status == 400 and "0901234567" in bad.text and "0274 3822 333" in bad.text, "what was typed stays"
        assert (await browser.post(PAGE, {**form, "least": "chosen"})).status == 400
        done = await browser.post(PAGE, {**form, "kind": ["gateway-away", "no-such"], "ends": "1"})
        assert done.goes_to == f"{PAGE}?done=saved"
        shown = await browser.get(done.goes_to)
        assert EVIL not in shown.text and "Mất kết nối với cổng SMS hoặc email" in shown.text
        ids, links = shown.forms.ids, shown.forms.links
        assert len(set(ids)) == len(ids) and {id for id, _ in shown.forms.inputs} <= shown.forms.labelled
        (one,) = {link for link in links if link.startswith(f"{PAGE}/")}
        await browser.post(f"{one}/trial", shown.forms.fields[f"{one}/trial"])
        tried = await browser.get(PAGE)
        assert "Thử gần nhất" in tried.text and 'hx-trigger="every 2s"' in tried.text
        page = await browser.get(one)
        hidden = page.forms.fields[one]
        change = {**hidden, "name": "Lan Anh", "email": "lan@example.vn", "least": "notice"}
        assert (await browser.post(one, change)).goes_to == f"{PAGE}?done=saved"
        late = await browser.post(one, {**change, "name": "Lan Em"})
        assert late.status == 409 and "Lan Anh" in late.text and "Lan Em" in late.text
        await browser.post(f"{one}/end", page.forms.fields[f"{one}/end"])
        assert "Chưa có ai được báo" in (await browser.get(PAGE)).text
        assert (await browser.get(one)).status == 404
        acts = [one for one in await world.acts() if one["act"].startswith(f"POST {PAGE}") and "after" in one]
    assert len(acts) == 3
    assert acts[0]["after"]["sms"] == "+8490****567" and acts[0]["before"] is None
    assert acts[1]["before"]["email"] == "" and acts[1]["after"]["email"] == "l****@example.vn"
    assert acts[2]["after"] is None and "0901234567" not in repr(acts) and "84901234567" not in repr(acts)


async def test_beside_an_alarm_stands_who_was_told_and_who_could_not_be(database: Database, tmp_path: Path) -> None:
    watch = WatcherDesk(database, load(), now)
    names = {Channel.SMS: "esms", Channel.EMAIL: "mail"}
    teller = AlarmTeller(database, load(), Quiet(), gateways=lambda: names, clock=now)
    desk = open_desk(database, tmp_path, watch=watch, alarms=AlarmList(database))
    async with desk as world, world.signed_in("admin") as admin, world.signed_in("supervisor", login="binh") as looking:
        form = {**(await admin.get(PAGE)).forms.fields[PAGE], "least": "notice"}
        await admin.post(PAGE, {**form, "name": "Trần Thị Lan", "sms": "0901234567"})
        await admin.post(PAGE, {**form, "name": "Lê Văn Minh", "email": "minh@example.vn"})
        async with database.transaction() as tx:
            detail = said("alarm-said.gateway", gateway="esms", error="gateway-login")
            await tx.alarms.raise_alarm("gateway-away", detail, now())
        await teller.look()
        for browser in (admin, looking):
            shown = (await browser.get("/desk/alarms")).text
            assert "Trần Thị Lan: chỉ có đúng đường đang hỏng" in shown and "Không báo được" in shown
            assert "Lê Văn Minh: Email" in shown and "minh@example.vn" not in shown
            assert ("Người được báo" in shown) == (browser is admin)
        assert (await looking.get(PAGE)).status == 403
        async with database.transaction() as tx:  # the gateway of emails takes nothing for a while
            (mail,) = await tx.outbox.list(OutboxFilter())
            past = world.now - timedelta(minutes=5)
            await tx.outbox.move(mail.id, {MessageState.NEW: MessageState.NEW}, ready_at=past)
        shown = (await admin.get("/desk/alarms")).text
        assert shown.count("Không báo được") == 2 and "cổng chưa nhận" in shown
        async with database.transaction() as tx:
            later = world.now + timedelta(hours=8)
            await tx.outbox.move(mail.id, {MessageState.NEW: MessageState.NEW}, ready_at=later)
        shown = (await admin.get("/desk/alarms")).text
        assert shown.count("Không báo được") == 1 and "hết giờ yên lặng" in shown
