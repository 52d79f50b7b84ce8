"""Messages through the API: what waits, what people resend, whom they tell, what came in, and links."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.notify.types import Link, MessageState
from tests.unit.calls_memory import NOW
from tests.unit.links_memory import TICKET, TOKEN
from tests.unit.notify_memory import AT, LINKS, PHONE, a_mail, a_message
from tests.unit.tickets_made import OFFICER
from tests.unit.web_memory import SECRETS, open_house

MASKED = "+8490****567"


async def test_the_outbox_and_its_dead_letters(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, told = await house.ask("GET", "/api/outbox")
        assert [one["id"] for one in told["messages"]] == ["m1", "m2", "m3"]
        assert "html" not in told["messages"][0]
        _, told = await house.ask("GET", "/api/outbox?state=failed&channel=sms&ticket=t1")
        (dead,) = told["messages"]
        assert (dead["id"], dead["error_id"], dead["state"]) == ("m1", "number-refused", "failed")
        _, told = await house.ask("GET", "/api/outbox?limit=1")
        assert len(told["messages"]) == 1
        for wrong in ("state=lost", "channel=fax", "limit=0", "ticket=a%20b"):
            assert (await house.ask("GET", f"/api/outbox?{wrong}"))[0] == 400


async def test_a_reader_sees_neither_numbers_nor_addresses(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for path in ("/api/outbox", "/api/to-tell", "/api/inbound-sms"):
            _, told = await house.ask("GET", path, "read")
            assert not any(secret in repr(told) for secret in (PHONE, "02743822333", "lan.nguyen")), path
            _, told = await house.ask("GET", path, "agent")
            assert any(secret in repr(told) for secret in (PHONE, "02743822333", "lan.nguyen")), path
        _, told = await house.ask("GET", "/api/outbox")
        assert [one["recipient"] for one in told["messages"]] == [MASKED, MASKED, "l****@example.vn"]
        assert MASKED in told["messages"][0]["error"]


async def test_a_reader_does_not_learn_who_the_citizen_is(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.outbox.messages["m1"] = a_message("m1", text="Kính gửi Nguyễn Văn An, Nguyen Van An")
        house.outbox.messages["m3"] = a_mail("m3", name="Lê Thị Cúc", text="Người dân: Nguyễn Văn An")
        for path in ("/api/outbox", "/api/to-tell"):
            told = repr((await house.ask("GET", path, "read"))[1])
            assert "Nguyễn Văn An" not in told and "Nguyen Van An" not in told, path
            assert "Nguyễn Văn An" in repr((await house.ask("GET", path, "agent"))[1]), path
        assert "Lê Thị Cúc" in repr((await house.ask("GET", "/api/outbox", "read"))[1]), "officers are no secret"


async def test_readers_see_that_an_sms_came_and_not_what_the_citizen_wrote(tmp_path: Path) -> None:
    wrote = "Toi la Nguyen Van An, nha o 12 Le Loi, so 0901234567."
    async with open_house(tmp_path) as house:
        house.outbox.wrote = wrote
        for scope in ("agent", "admin"):
            _, told = await house.ask("GET", "/api/inbound-sms", scope)
            assert {(one["text"], one["sender"]) for one in told["inbound"]} == {(wrote, PHONE)}, scope
        _, told = await house.ask("GET", "/api/inbound-sms", "read")
        assert {(one["text"], one["sender"]) for one in told["inbound"]} == {("", MASKED)}
        assert told["inbound"][0]["received_at"] and told["inbound"][0]["parts"], "what came, and when, is no secret"
        for scope in ("metrics", "listen"):
            assert (await house.ask("GET", "/api/inbound-sms", scope))[0] == 403, scope


async def test_nobody_reads_an_officers_link_out_of_the_outbox(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        address = f"https://1022.example.vn/l/{TOKEN}"
        house.outbox.messages["m1"] = a_mail("m1", text=f"Mở phiếu: {address}", subject=f"Phiếu mới {TOKEN}")
        for scope in ("read", "agent", "admin"):
            _, told = await house.ask("GET", "/api/outbox", scope)
            assert TOKEN not in repr(told), scope
            found = {one["id"]: one["text"] for one in told["messages"]}
            assert found["m1"] == ("" if scope == "read" else "Mở phiếu: https://1022.example.vn/l/…")
        key = LINKS.key(Link(contact="c1", ticket="t1", expires=AT))
        for before, after in (("https://mot-ten-mien-rat-dai-cua-tinh.vn/l/", ""), ("https://1022.vn/?k=", ".")):
            text = f"KHAN: 1022: Mo phieu: {before}{key}{after}"
            house.outbox.messages["m1"] = a_mail("m1", text=text, subject=text)
            _, told = await house.ask("GET", "/api/outbox", "agent")
            (shown,) = (one for one in told["messages"] if one["id"] == "m1")
            assert shown["text"] == shown["subject"] == f"KHAN: 1022: Mo phieu: {before}…{after}"
        house.outbox.messages["m1"] = replace(house.outbox.messages["m1"], state=MessageState.FAILED)
        status, told = await house.ask("POST", "/api/outbox/m1/resend", "agent", json={})
        assert status == 200 and TOKEN not in repr(told)


async def test_people_resend(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("POST", "/api/outbox/m1/resend", "agent", json={})
        assert (status, told["state"], told["due_at"]) == (200, "new", "2026-11-24T01:30:00.000+07:00")
        status, told = await house.ask("POST", "/api/outbox/m2/resend", "agent", json={"confirm": False})
        assert (status, told["error_id"]) == (409, "message-unconfirmed")
        assert (await house.ask("POST", "/api/outbox/m2/resend", "agent", json={"confirm": True}))[0] == 200
        status, told = await house.ask("POST", "/api/outbox/m9/resend", "agent", json={})
        assert (status, told["error_id"]) == (404, "message-unknown")
        assert (await house.ask("POST", "/api/outbox/m1/resend", "read", json={}))[0] == 403
        assert (await house.ask("POST", "/api/outbox/m1/resend", "agent", json={"confirm": "yes"}))[0] == 400


async def test_the_statement(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, told = await house.ask("GET", "/api/outbox-statement?month=2026-10")
        assert (told["month"], told["sms"], told["left"]) == ("2026-10", 4, 1996)
        _, told = await house.ask("GET", "/api/outbox-statement")
        assert told["month"] == "2026-11"
        assert (await house.ask("GET", "/api/outbox-statement?month=2026-13"))[0] == 400
        headers = {"Authorization": f"Bearer {SECRETS['read']}"}
        async with house.client.get("/api/outbox-statement.csv?month=2026-10", headers=headers) as response:
            assert response.content_type == "text/csv"
            assert response.headers["Content-Disposition"] == 'attachment; filename="1022-sms-2026-10.csv"'
            assert (await response.read()).startswith("\ufeffthang,cong\r\n2026-10".encode())


async def test_who_was_told_is_gone_from_the_list(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, told = await house.ask("GET", "/api/to-tell", "agent")
        assert [(one["code"], one["number"]) for one in told["to_tell"]] == [("4711", "02743822333")]
        seen = {"mark": told["to_tell"][0]["mark"]}
        _, line = await house.ask("POST", "/api/to-tell/l1/told", "agent", json=seen)
        assert (line["told_by"], line["told_at"]) == ("agent-token", "2026-11-24T01:30:00.000+07:00")
        _, line = await house.ask("POST", "/api/to-tell/l1/told", "admin", json=seen)
        assert line["told_by"] == "agent-token"
        assert (await house.ask("GET", "/api/to-tell"))[1] == {"to_tell": [], "total": 0}
        assert len((await house.ask("GET", "/api/to-tell?told=true"))[1]["to_tell"]) == 1
        assert (await house.ask("POST", "/api/to-tell/l9/told", "agent", json=seen))[0] == 404


async def test_who_told_another_text_is_refused_and_reads_the_new_one(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, told = await house.ask("GET", "/api/to-tell", "agent")
        seen = {"mark": told["to_tell"][0]["mark"]}
        assert house.outbox.lines["l1"].mark == seen["mark"]
        house.outbox.lines["l1"] = replace(house.outbox.lines["l1"], text="Đã giải quyết")
        status, refused = await house.ask("POST", "/api/to-tell/l1/told", "agent", json=seen)
        assert (status, refused["error_id"]) == (409, "to-tell-changed")
        for wrong in ({}, {"mark": ""}, {"mark": "x" * 16}):
            assert (await house.ask("POST", "/api/to-tell/l1/told", "agent", json=wrong))[0] == 400
        assert house.outbox.lines["l1"].told_at is None
        (line,) = (await house.ask("GET", "/api/to-tell", "agent"))[1]["to_tell"]
        assert line["text"] == "Đã giải quyết"
        status, line = await house.ask("POST", "/api/to-tell/l1/told", "agent", json={"mark": line["mark"]})
        assert status == 200 and line["told_by"] == "agent-token"
        told = repr((await house.ask("GET", "/api/to-tell?told=true", "read"))[1])
        assert line["mark"] not in told, "who tells nobody has no mark to guess the text by"


async def test_a_link_opens_without_a_token_and_is_never_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "hotline1022.access")
    async with open_house(tmp_path) as house:
        status, told = await house.ask("GET", f"/api/link/{TOKEN}", None)
        assert (status, told["ticket"], told["contact"]) == (200, TICKET, OFFICER.id)
        forged = TOKEN[:-5] + ("AAAAA" if not TOKEN.endswith("AAAAA") else "BBBBB")
        for token in (forged, LINKS.make(OFFICER.id, TICKET, NOW), "x" * 30):
            status, told = await house.ask("GET", f"/api/link/{token}", None)
            assert (status, told["error_id"]) == (404, "link-invalid")
            assert token not in caplog.text
        house.links.ended.add(OFFICER.id)
        assert (await house.ask("GET", f"/api/link/{TOKEN}", None))[0] == 404
        assert TOKEN not in caplog.text and "/api/link/{token}" in caplog.text
    assert AT == NOW
