"""The page of a signed link over both databases: what an officer sees and does, and who sees and does nothing."""

import asyncio
import html
import re
import unicodedata
from datetime import timedelta

from markupsafe import escape

from hotline1022.core.clock import local_day
from hotline1022.directory.edit import end
from hotline1022.directory.types import What
from hotline1022.notify.links import KEY
from hotline1022.notify.types import Link
from hotline1022.tickets.types import Action, Named, State
from hotline1022.web.auth import FAILURES
from hotline1022.web.page_wire import MOST_ANSWER
from tests.contract.database.officer_world import (
    LEADER,
    NAMES,
    PHONE,
    SPECIALIST,
    Shown,
    World,
    named,
    world,
)
from tests.unit.notify_memory import LINKS

__all__ = ["world"]

A = Action
#: who the citizen is, beside the number
WHO = ("Nguyễn Thị Ánh", "12 đường Lê Lợi")
#: the same, and what it is about
PERSONAL = ("Nguyễn Thị Ánh", "Lê Lợi", "Vỉa hè", "901234567", "90****567")


def buttons(shown: Shown) -> set[str]:
    return set(re.findall(r'<button type="submit" name="act" value="([a-z-]+)"', shown.text))


def typed(shown: Shown, field: str) -> str:
    found = re.search(rf'<textarea id="{field}".*?>\n(.*?)</textarea>', shown.text, re.DOTALL)
    return html.unescape(found[1]) if found else ""


async def test_an_officer_sees_the_ticket_and_not_who_the_citizen_is(world: World) -> None:
    ticket = await world.ticket(content="Vỉa hè bị đào. Gọi 0901234567 nhé.", area_name="Dĩ An")
    await world.desk.attach(
        ticket.id, name="Vỉa hè.pdf", media_type="application/pdf", data=b"%PDF", by="lan", at=world.now
    )
    shown = await world.get(world.link(ticket))
    assert shown.status == 200
    for said in (
        f"../desk/tickets/{ticket.id}",
        f"Phiếu {ticket.code[:4]} {ticket.code[4:]}",
        "Chờ tiếp nhận",
        "Sở Xây dựng",
        "Xây dựng",
        "Dĩ An",
        "Phản ánh",
        "Đã che",
        "Vỉa hè bị đào. Gọi 090****567 nhé.",
        "Vỉa hè.pdf",
        "Còn 4 giờ làm việc",
        "Chuyển đến cơ quan",
        NAMES[SPECIALIST],
        "090****567",
    ):
        assert said in shown.text, said
    assert not [who for who in (*WHO, "901234567", "0901 234 567") if who in shown.text]
    assert buttons(shown) == {"reveal", "accept", "pass-to-leader", "return"}
    policy = shown.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src" not in policy
    assert shown.headers["Cache-Control"] == "no-store" and shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["X-Robots-Tag"] == "noindex, nofollow" and shown.headers["X-Frame-Options"] == "DENY"
    assert "<script" not in shown.text and " style=" not in shown.text and "://" not in shown.text
    style = await world.get("/l/page.css")
    assert (style.status, style.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert "@import" not in style.text and "url(" not in style.text
    assert (await world.get(world.link(ticket) + "?fbclid=x&fbclid=y&done=drop")).status == 200


async def test_whatever_a_citizen_says_is_text(world: World) -> None:
    evil = "<script>alert(1)</script> \"' onload=x {{7*7}} {0} %s &amp; </textarea>"
    ticket = await world.ticket(content=evil, name=evil, address="x" * 300)
    await world.act(ticket, A.RETURN, why=evil)
    path = world.link(ticket)
    assert (await world.get(path)).text.count(escape(evil)) == 2
    await world.press(path, "reveal", (await world.stored(ticket)).version)
    shown = await world.get(path)
    assert "<script" not in shown.text and shown.text.count(escape(evil)) == 3
    assert "&lt;script&gt;alert(1)" in shown.text and "{{7*7}}" in shown.text
    ticket = await world.act(await world.stored(ticket), A.FORWARD)
    again = await world.press(path, "return", ticket.version, why="", answer=evil)
    assert again.status == 400 and "Xin viết lý do trả lại." in again.text and "<script" not in again.text


async def test_what_is_done_is_by_the_contact_point_and_looked_at_by_get(world: World) -> None:
    ticket = await world.ticket()
    path = world.link(ticket)
    done = await world.press(path, "accept", ticket.version)
    assert (done.status, done.headers["Location"]) == (303, f"{path.removeprefix('/l/')}?done=accept")
    shown = await world.get(f"/l/{done.headers['Location']}")
    assert "Đã tiếp nhận phiếu." in shown.text and "Đang xử lý" in shown.text
    assert buttons(shown) == {"reveal", "answer", "pass-to-leader", "wait", "return"}
    accepted = await world.stored(ticket)
    assert (accepted.state, accepted.owner, accepted.version) == (State.ACCEPTED, SPECIALIST, ticket.version + 1)
    decomposed = unicodedata.normalize("NFD", "Đã lấp lại vỉa hè.\r\nCảm ơn.")
    assert (await world.press(path, "answer", accepted.version, answer=decomposed, why="bỏ")).status == 303
    answered = await world.stored(ticket)
    assert (answered.state, answered.answer) == (State.ANSWERED, "Đã lấp lại vỉa hè.\nCảm ơn.")
    async with world.database.reading() as tx:
        history = await tx.tickets.history(ticket.id)
        acts = await tx.audit.about(f"ticket:{ticket.id}")
    assert [(one.actor, one.detail) for one in acts] == [
        (f"contact:{SPECIALIST}", {"act": "link accept"}),
        (f"contact:{SPECIALIST}", {"act": "link answer"}),
    ]
    assert [(row.action, row.by, row.why) for row in history[2:]] == [
        (A.ACCEPT, NAMES[SPECIALIST], ""),
        (A.ANSWER, NAMES[SPECIALIST], ""),
    ]
    shown = await world.get(path)
    assert "Đã trả lời đúng hạn" in shown.text and buttons(shown) == {"reveal"}


async def test_files_open_once_the_officer_asked_who_it_is_and_each_time_is_written_down(world: World) -> None:
    ticket, other = await world.ticket(), await world.ticket()
    kept = {}
    for one in (ticket, other):
        view = await world.desk.attach(
            one.id,
            name="Ổ gà.png",
            media_type="image/png",
            data=b"\x89PNG\r\n\x1a\n" + bytes(8),
            by="lan",
            at=world.now,
        )
        kept[one.id] = view.id
    link = world.link(ticket)
    path = f"{link}/files/{kept[ticket.id]}"
    before = await world.get(path)
    assert before.status == 303 and before.headers["Location"] == f"../../{link.removeprefix('/l/')}"
    assert "/files/" not in (await world.get(link)).text
    ticket = await world.stored(ticket)
    assert (await world.press(link, "reveal", ticket.version)).status == 303
    assert f'href="{link.removeprefix("/l/")}/files/{kept[ticket.id]}"' in (await world.get(link)).text
    async with world.client.get(path) as given:
        assert given.status == 200 and (await given.read()).startswith(b"\x89PNG")
        assert (
            given.headers["Content-Disposition"].startswith("attachment")
            and given.headers["Cache-Control"] == "no-store"
        )
    (act,) = world.acts.done
    assert (act.actor, act.act, act.subject) == (f"contact:{SPECIALIST}", "link file", f"ticket:{ticket.id}")
    strange = await world.get(f"{link}/files/{kept[other.id]}")
    assert strange.status == 303, "of another ticket nothing is given"
    world.now += timedelta(minutes=15)
    assert (await world.get(path)).status == 303


async def test_to_the_leader_and_back_to_1022(world: World) -> None:
    ticket = await world.ticket()
    path = world.link(ticket)
    for leader in ("", SPECIALIST, "so-y-te-ld"):
        wrong = await world.press(path, "pass-to-leader", ticket.version, leader=leader, why="Đang gõ dở")
        assert wrong.status == 400, leader
    assert (await world.press(path, "pass-to-leader", ticket.version, leader=LEADER)).status == 303
    passed = await world.stored(ticket)
    assert (passed.state, passed.owner) == (State.WITH_LEADER, LEADER)
    of_leader = world.link(ticket, LEADER)
    assert buttons(await world.get(of_leader)) == {
        "reveal", "accept", "answer", "complete", "extend", "wait", "return",
    }  # fmt: skip
    why = "Thuộc thẩm quyền của Sở Giao thông"
    assert (await world.press(of_leader, "return", passed.version, why=why)).status == 303
    back = await world.stored(ticket)
    assert (back.state, back.owner) == (State.RETURNED, "")
    shown = await world.get(path)
    assert why in shown.text and buttons(shown) == {"reveal"} and NAMES[LEADER] in shown.text


async def test_of_two_at_once_one_is_told_what_happened_and_keeps_the_text(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    first, second = world.link(ticket), world.link(ticket, LEADER)
    text = 'Đã cử người đến "xem" <ngay>\nhôm nay.'
    answers = await asyncio.gather(
        world.press(first, "answer", ticket.version, answer=text),
        world.press(second, "return", ticket.version, why=text),
    )
    assert sorted(one.status for one in answers) == [303, 409]
    slower = next(one for one in answers if one.status == 409)
    assert "Phiếu vừa được người khác cập nhật" in slower.text and "vẫn được giữ" in slower.text
    assert escape(text) in slower.text
    now = await world.stored(ticket)
    assert now.version == ticket.version + 1
    quicker = NAMES[SPECIALIST if now.state is State.ANSWERED else LEADER]
    assert quicker in slower.text.partition("Những thay đổi")[2].partition("</section>")[0]
    ticket = await world.ticket(A.ACCEPT)
    await world.act(ticket, A.EXTEND, until=local_day(world.now + timedelta(days=30)), why="Chờ vật tư")
    late = await world.press(world.link(ticket), "answer", ticket.version, answer=text)
    assert late.status == 409 and "Chờ vật tư" in late.text and typed(late, "answer") == text
    assert (await world.stored(ticket)).state is State.EXTENDED
    again = re.search(r'name="version" value="([0-9]+)"', late.text)
    assert again is not None
    assert (await world.press(world.link(ticket), "answer", int(again[1]), answer=text)).status == 303


async def test_who_the_citizen_is_is_shown_to_who_asks_for_a_while_and_that_is_written_down(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    path, other = world.link(ticket), world.link(ticket, LEADER)
    asked = await world.press(path, "reveal", ticket.version)
    assert asked.status == 303
    shown = await world.get(path)
    assert f'href="tel:{PHONE}"' in shown.text and "reveal" not in buttons(shown)
    assert not [who for who in WHO if who not in shown.text]
    others = (await world.get(other)).text
    assert not [who for who in (*WHO, "901234567", "0901 234 567") if who in others], "the other one did not ask"
    again = await world.press(path, "reveal", ticket.version, answer="Đang gõ\ndở")
    assert again.status == 200 and typed(again, "answer") == "Đang gõ\ndở"
    async with world.database.reading() as tx:
        looks = [row for row in await tx.tickets.history(ticket.id) if row.action is A.REVEAL]
    assert [(row.by, dict(row.changes)) for row in looks] == [(NAMES[SPECIALIST], {"shown_to": ["", SPECIALIST]})]
    assert "Xem thông tin người dân" in (await world.get(other)).text.partition('class="history"')[2]
    answered = await world.press(other, "answer", ticket.version, answer="Đã xong.")
    assert answered.status == 303, "a look at the number stops nobody"
    world.now += timedelta(minutes=16)
    over = (await world.get(path)).text
    assert not [who for who in (*WHO, "901234567", "0901 234 567") if who in over]


async def test_a_citizen_without_a_number_is_shown_in_the_same_way(world: World) -> None:
    ticket = await world.ticket(phone="")
    path = world.link(ticket)
    assert WHO[0] not in (await world.get(path)).text
    assert (await world.press(path, "reveal", ticket.version)).status == 303
    assert WHO[0] in (await world.get(path)).text
    nobody = await world.ticket(phone="", name="", address="", email="", content="Vỉa hè bị đào.")
    assert "reveal" not in buttons(await world.get(world.link(nobody)))


async def test_the_audit_says_from_where_a_link_was_used(world: World) -> None:
    ticket = await world.ticket()
    path = world.link(ticket)
    for act, came in (("reveal", "203.0.113.7"), ("accept", "203.0.113.8")):
        data = {"act": act, "version": str(ticket.version)}
        headers = {"X-Forwarded-For": f"10.1.1.1, {came}"}
        async with world.client.post(path, data=data, headers=headers, allow_redirects=False) as response:
            assert response.status == 303
    async with world.database.reading() as tx:
        acts = await tx.audit.about(f"ticket:{ticket.id}")
    assert [(one.origin, one.detail["act"]) for one in acts] == [
        ("203.0.113.7 via 127.0.0.1", "link reveal"),
        ("203.0.113.8 via 127.0.0.1", "link accept"),
    ]


async def test_what_was_passed_to_the_leader_is_the_leaders(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    path, of_leader = world.link(ticket), world.link(ticket, LEADER)
    assert (await world.press(path, "pass-to-leader", ticket.version, leader=LEADER)).status == 303
    passed = await world.stored(ticket)
    shown = await world.get(path)
    assert buttons(shown) == {"reveal"} and "Phiếu đang ở lãnh đạo" in shown.text
    for act in ("accept", "answer", "return"):
        for version in (passed.version, ticket.version):
            late = await world.press(path, act, version, answer="Đã lấp.", why="Không thuộc thẩm quyền")
            assert late.status == 409, act
    assert await world.stored(ticket) == passed
    assert "accept" in buttons(await world.get(of_leader))
    assert (await world.press(of_leader, "answer", passed.version, answer="Đã lấp.")).status == 303


async def test_a_ticket_that_moved_shows_nothing_of_the_citizen(world: World) -> None:
    ticket = await world.ticket()
    path = world.link(ticket)
    await world.act(ticket, A.FORWARD, agency=Named(id="so-giao-thong-van-tai"))
    for shown, status in (
        (await world.get(path), 200),
        (await world.press(path, "return", ticket.version, why="Không thuộc thẩm quyền"), 409),
        (await world.press(path, "reveal", ticket.version), 409),
    ):
        assert shown.status == status
        assert f"Phiếu {ticket.code[:4]} {ticket.code[4:]} đã chuyển cho Sở Giao thông Vận tải" in shown.text
        assert not [word for word in PERSONAL if word in shown.text] and not buttons(shown)
    assert (await world.stored(ticket)).version == ticket.version + 1
    told = await world.get(path.replace("/l/", "/api/link/"), Accept="application/json")
    assert '"shown":null' in told.text and not [word for word in PERSONAL if word in told.text]


async def test_wrong_links_are_one_page_and_guessing_is_told_to_wait(world: World) -> None:
    ticket = await world.ticket()
    good = world.link(ticket)
    token = good.removeprefix("/l/")
    reserved = await world.desk.reserve("hl1-1795470208.99", "so-xay-dung", "construction", world.now)
    nobody = LINKS.make("nobody", ticket.id, world.now + timedelta(days=1))
    ended = world.link(ticket, LEADER)
    await world.directory.change(lambda found: end(found, What.CONTACT, LEADER, local_day(world.now)), "lan")
    wrong = [
        f"/l/{token[:-4]}AAAA",
        world.link(ticket, days=0),
        f"/l/{nobody}",
        ended,
        world.link(reserved),
        "/l/x.php",
        "/l/" + "A" * 60,
    ]
    pages = [await world.get(path) for path in wrong]
    assert {one.status for one in pages} == {404} and len({one.text for one in pages}) == 1
    assert "1022" in pages[0].text and not [word for word in (*PERSONAL, ticket.code, "Sở") if word in pages[0].text]
    pressed = await world.press(ended, "accept", ticket.version)
    assert (pressed.status, pressed.text) == (404, pages[0].text)
    assert (await world.stored(ticket)).version == ticket.version
    for _ in range(FAILURES):
        refused = await world.get(f"/l/{nobody}")
    assert refused.status == 429 and int(refused.headers["Retry-After"]) > 0 and "Xin đợi một phút" in refused.text
    assert (await world.get(f"/api/link/{nobody}")).status == 429
    assert (await world.get(good)).status == 200, "a valid link is let in whoever guesses behind the same proxy"


async def test_a_short_link_is_as_good_as_a_long_one_and_ends_with_it(world: World) -> None:
    ticket = await world.ticket()
    short, of_leader = await world.short_link(ticket), await world.short_link(ticket, LEADER)
    assert len(short) == len("/l/") + KEY
    assert (await world.get(short)).text == (await world.get(world.link(ticket))).text
    assert SPECIALIST in (await world.get(short.replace("/l/", "/api/link/"))).text
    done = await world.press(short, "accept", ticket.version)
    assert (done.status, (await world.stored(ticket)).owner) == (303, SPECIALIST)
    assert (await world.get(of_leader)).status == 200
    reserved = await world.desk.reserve("hl1-1795470208.99", "so-xay-dung", "construction", world.now)
    stranger = Link(contact=SPECIALIST, ticket=ticket.id, expires=world.now + timedelta(days=9))
    async with world.database.transaction() as tx:
        await tx.ticket_links.put({"A" * KEY: stranger})
    await world.directory.change(lambda found: end(found, What.CONTACT, LEADER, local_day(world.now)), "lan")
    wrong = [
        of_leader,
        await world.short_link(ticket, days=-1),
        await world.short_link(reserved),
        f"{short[:-1]}{'a' if short[-1] != 'a' else 'b'}",
        f"/l/{'A' * KEY}",  # a row that somebody wrote who has not the secret
    ]
    assert [(await world.get(path)).status for path in wrong] == [404] * len(wrong)
    guessed = [(await world.get(f"/l/{number:022}")).status for number in range(FAILURES)]
    assert guessed[-1] == 429 and (await world.get(short)).status == 200
    world.now += timedelta(days=14)
    assert (await world.get(short)).status in (404, 429)


async def test_texts_that_do_not_fit_come_back(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    path = world.link(ticket)
    cases = (
        ("answer", "", "Xin viết"),
        ("answer", "ố" * (MOST_ANSWER + 1), "dài quá 4000"),
        ("answer", "a\x07b", "ký tự"),
    )
    for act, text, said in cases:
        shown = await world.press(path, act, ticket.version, answer=text)
        assert shown.status == 400 and said in shown.text and typed(shown, "answer") == text
        assert 'aria-invalid="true"' in shown.text
    assert (await world.stored(ticket)).version == ticket.version
    longest = await world.press(path, "answer", ticket.version, answer="ố" * MOST_ANSWER)
    assert longest.status == 303, "the longest Vietnamese text fits into a form"
    for sent in ({"act": "accept"}, {"version": "1"}, {"act": "accept", "version": "x"}):
        async with world.client.post(path, data=sent) as response:
            assert response.status == 400 and response.content_type == "text/html"
    for body, kind in ((b"{}", "application/json"), (b"act=%ff&version=1", "application/x-www-form-urlencoded")):
        async with world.client.post(path, data=body, headers={"Content-Type": kind}) as response:
            assert response.status == 400 and response.content_type == "text/html"
    async with world.client.post(path, data={"act": "answer", "version": "1", "answer": "x" * 600_000}) as response:
        assert response.status == 413 and "Nội dung quá dài" in await response.text()
    unknown = await world.press(path, "forward", ticket.version, answer="x")
    assert unknown.status == 400 and "Xin chọn một việc" in unknown.text


async def test_the_json_of_a_link(world: World) -> None:
    ticket = await world.ticket(content="Gọi 0901234567")
    path = world.link(ticket).replace("/l/", "/api/link/")
    plain = await world.get(path)
    assert '"shown":null' in plain.text and ticket.id in plain.text and SPECIALIST in plain.text
    full = await world.get(path, Accept="application/json")
    assert '"allowed":["accept","pass-to-leader","return"]' in full.text, full.text
    assert ticket.code in full.text and not [who for who in WHO if who in full.text]
    assert "090****567" in full.text and "901234567" not in full.text and "0901 234" not in full.text
    old = await world.get(world.link(ticket).replace("/l/", "/phieu/"))
    assert (old.status, old.headers["Location"]) == (301, f"..{world.link(ticket)}")
    assert named(SPECIALIST).name in (await world.get(world.link(ticket))).text
