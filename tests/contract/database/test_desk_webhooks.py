"""Webhooks at the desk, as a browser sees them, and tickets that are told of through the house's own way."""

import re
from datetime import UTC, datetime
from pathlib import Path

from hotline1022.accounts.types import Permission
from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.service.directory.desk import fill
from hotline1022.service.settings.tree import Settings
from hotline1022.service.tickets.join import desk_of as tickets_of
from hotline1022.service.tickets.join import stored
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, Named
from hotline1022.webhooks.types import EventKind
from tests.contract.database.desk_world import open_desk
from tests.contract.database.webhook_world import add, desk_of, receiver, signed
from tests.lab.ticket_process import all_day
from tests.unit.directory_memory import NUMBERS
from tests.unit.tickets_made import a_draft

EVIL = '"><script>alert(1)</script>'
PAGE = "/desk/webhooks"


async def test_an_admin_adds_tries_pauses_and_removes_one(database: Database, tmp_path: Path) -> None:
    async with receiver() as there, open_desk(database, tmp_path, webhooks=desk_of(database)) as world:
        async with world.signed_in("admin") as browser:
            assert "Chưa có webhook nào" in (await browser.get(PAGE)).text
            bad = await browser.send(PAGE, PAGE, name=EVIL, url=f"http://{EVIL}", kind=["ticket.made"])
            assert bad.status == 400 and "<script>alert" not in bad.text and "&lt;script&gt;" in bad.text
            made = await browser.send(PAGE, PAGE, name=EVIL, url=there.url, kind=["ticket.made", "nonsense"])
            (secret,) = re.findall(r">(whsec_[^<]+)<", made.text)
            assert "<script>alert" not in made.text
            (hook,) = await desk_of(database).list()
            one = f"{PAGE}/{hook.id}"
            assert hook.kinds == {EventKind.TICKET_MADE} and hook.created_by == "user:lan"
            assert secret not in (await browser.get(one)).text, "shown once"
            tried = await browser.send(one, f"{one}/test")
            assert "Gửi thử thành công" in tried.text and signed(secret, *there.got[0])
            hidden = (await browser.get(one)).forms.fields[one]
            changed = {"name": "Cổng", "url": there.url, "kind": "call.missed"}
            assert (await browser.post(one, {**hidden, **changed})).goes_to == f"{one}?done=saved"
            late = await browser.post(one, {**hidden, **changed, "name": "Muộn"})
            assert late.status == 409 and "người khác sửa" in late.text and 'value="Muộn"' in late.text
            assert "nay là “Cổng”." in late.text
            assert 'value="ticket.made" checked' not in late.text and 'value="call.missed" checked' in late.text
            assert (await browser.send(one, f"{one}/pause")).goes_to == f"{one}?done=paused"
            assert "Tạm dừng" in (await browser.get(f"{one}?done=paused")).text
            assert (await browser.send(one, f"{one}/resume")).goes_to == f"{one}?done=resumed"
            renewed = await browser.send(one, f"{one}/secret")
            assert "whsec_" in renewed.text and secret not in renewed.text
            assert (await browser.send(one, f"{one}/remove")).goes_to == f"{PAGE}?done=removed"
            assert await desk_of(database).list() == []
        acts = await world.acts()
        assert [one["act"] for one in acts if "webhooks" in one["act"]] == [
            f"POST {PAGE}",
            f"POST {PAGE}/{{webhook}}/test",
            f"POST {PAGE}/{{webhook}}",
            f"POST {PAGE}/{{webhook}}/pause",
            f"POST {PAGE}/{{webhook}}/resume",
            f"POST {PAGE}/{{webhook}}/secret",
            f"POST {PAGE}/{{webhook}}/remove",
        ]
        assert secret not in repr(acts) and there.url not in repr(acts)


async def test_who_may_not_see_numbers_is_not_offered_them(database: Database, tmp_path: Path) -> None:
    async with open_desk(database, tmp_path, webhooks=desk_of(database)) as world:
        await world.admin.add_role("may", "Máy", [Permission.SETTINGS])
        async with world.signed_in("may") as browser:
            shown = await browser.get(PAGE)
            assert 'name="numbers"' not in shown.text
            sent = {"name": "x", "url": "https://example.vn/", "kind": ["call.ended"], "numbers": "1"}
            assert "không được xem số" in (await browser.send(PAGE, PAGE, **sent)).text
    assert await desk_of(database).list() == []


async def test_a_ticket_is_told_of_when_it_is_made_changed_and_closed(database: Database) -> None:
    now = datetime.now(UTC)
    await fill(database, NUMBERS, now)
    directory = await stored(database)()

    async def at_hand() -> Directory:
        return directory

    tickets = tickets_of(Settings(), database, at_hand, all_day(at_hand))
    every = await add(database, "https://example.vn/a")
    made_alone = await add(database, "https://example.vn/b", EventKind.TICKET_MADE)
    changes = await add(database, "https://example.vn/c", EventKind.TICKET_CHANGED)
    one = await tickets.create(a_draft(calls=()), by="lan", at=now)
    agency = Named(id="so-xay-dung")
    await tickets.act(one.id, Act(action=Action.FORWARD, agency=agency), by="lan", at=now)
    await tickets.act(one.id, Act(action=Action.REFUSE, why="Đã sửa đèn rồi."), by="lan", at=now)
    two = await tickets.create(a_draft(calls=()), answer="Đã trả lời.", by="lan", at=now)
    hunted = await tickets.reserve("hl1-1.1", "so-xay-dung", "construction", now, phone="+84901234567")
    found = {}
    for hook in (every, made_alone, changes):
        rows = await desk_of(database).deliveries(hook.webhook.id)
        found[hook.webhook.url[-1]] = [(row.thing, row.kind) for row in reversed(rows)]
        told = repr([row.data for row in rows])
        assert one.content not in told and one.phone not in told and "sửa đèn" not in told and one.code in told
        assert hunted.id not in told, "nobody sees it yet"
    first, second = f"ticket:{one.id}", f"ticket:{two.id}"
    made, changed, closed = EventKind.TICKET_MADE, EventKind.TICKET_CHANGED, EventKind.TICKET_CLOSED
    both = [(second, made), (second, closed)]
    assert found["a"] == [(first, made), (first, changed), (first, closed), *both]
    assert found["b"] == [(first, made), (second, made)]
    assert found["c"] == [(first, changed), (first, changed), (second, changed)]
