"""Tickets through the API: a request's life, who sees what of it, files, and codes that are guessed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from hotline1022.tickets.spoken import WRONG
from hotline1022.web.tickets import LARGEST
from tests.unit.tickets_made import CODE
from tests.unit.web_memory import SECRETS, House, open_house

TICKET = f"/api/tickets/{CODE}"
BODY = {
    "name": "Lê Thị Cúc",
    "phone": "0901 234 567",
    "email": "cuc@example.vn",
    "address": "12 Lê Lợi",
    "category": "construction",
    "agency": "so-xay-dung",
    "kind": "proposal",
    "content": "Xin mở rộng\r\nvỉa hè.\tCảm ơn, gọi 0907654321.",
}


async def act(house: House, action: str, version: int, **more: Any) -> tuple[int, Any]:
    return await house.ask("POST", f"{TICKET}/{action}", "agent", json={"version": version, **more})


async def test_a_request_is_written_down_and_found(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, made = await house.ask("POST", "/api/tickets", "agent", json=BODY)
        assert (status, made["state"], made["made_by"], made["phone"]) == (201, "new", "agent-token", "+84901234567")
        assert made["content"] == "Xin mở rộng\nvỉa hè. Cảm ơn, gọi 0907654321."
        assert made["created_at"] == "2026-11-24T01:30:00.000+07:00"
        status, found = await house.ask("GET", "/api/tickets?words=MO+rong&phone=0901.234.567", "agent")
        assert [one["id"] for one in found["tickets"]] == [made["id"]]
        status, found = await house.ask("GET", f"/api/tickets?code={CODE}&state=new")
        assert [one["code"] for one in found["tickets"]] == [CODE]
        status, detail = await house.ask("GET", f"/api/tickets/{made['code']}", "agent")
        assert detail["ticket"] == made
        assert detail["allowed"][:2] == ["complete", "forward"]


async def test_the_life_of_a_ticket(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert (await act(house, "forward", 1, owner="c-1", owner_name="Trần Văn Bình"))[1][
            "owner_name"
        ] == "Trần Văn Bình"
        assert (await act(house, "accept", 2))[1]["state"] == "accepted"
        status, told = await act(house, "extend", 3, why="Chờ vật tư", until="2026-12-10")
        assert (status, told["answer_by"]) == (200, "2026-12-10T17:00:00.000+07:00")
        assert told["original_answer_by"] == "2026-12-02T17:00:00.000+07:00"
        assert (await act(house, "answer", 4, answer="Đã lấp."))[1]["state"] == "answered"
        assert (await act(house, "complete", 5))[1]["closed_at"] is not None
        _, told = await house.ask("GET", f"{TICKET}/history", "agent")
        rows = [(row["number"], row["by"], row["action"], row["before"], row["after"]) for row in told["history"]]
        assert rows[0] == (1, "agent", "open", None, "new")
        assert rows[3] == (4, "agent-token", "extend", "accepted", "extended")
        assert told["history"][3]["why"] == "Chờ vật tư"
        assert len(rows) == 6


@pytest.mark.parametrize(
    ("path", "body", "status", "error_id"),
    [
        ("accept", {"version": 9}, 409, "ticket-changed"),
        ("resume", {"version": 1}, 409, "ticket-state"),
        ("complete", {"version": 1}, 400, "answer-missing"),
        ("refuse", {"version": 1}, 400, "reason-missing"),
        ("forward", {}, 400, "value-missing"),
        ("forward", {"version": 0}, 400, "value-invalid"),
        ("forward", {"version": 1, "owner": "../x"}, 400, "value-invalid"),
        ("extend", {"version": 1, "until": "2026-02-30"}, 400, "value-invalid"),
        ("take", {"version": 1}, 404, "action-unknown"),
        ("destroy", {"version": 1}, 404, "action-unknown"),
        ("edit", {"version": 1}, 400, "value-invalid"),
        ("edit", {"version": 1, "state": "completed"}, 400, "key-unknown"),
        ("edit", {"version": 1, "email": "nobody"}, 400, "value-invalid"),
        ("edit", {"version": 1, "email": "an@vi\u200b.example.vn"}, 400, "value-invalid"),
        ("edit", {"version": 1, "name": "two\nlines"}, 400, "value-invalid"),
        ("calls", {"version": 1, "call": "x"}, 400, "value-invalid"),
    ],
)
async def test_what_is_refused(tmp_path: Path, path: str, body: dict[str, Any], status: int, error_id: str) -> None:
    async with open_house(tmp_path) as house:
        answer = await house.ask("POST", f"{TICKET}/{path}", "agent", json=body)
        assert (answer[0], answer[1]["error_id"]) == (status, error_id)
        _, detail = await house.ask("GET", TICKET)
        assert detail["ticket"]["version"] == 1


async def test_corrections_and_calls(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        edit = {"version": 1, "address": "", "urgency": "urgent", "why": "Nghe nhầm"}
        _, told = await house.ask("POST", f"{TICKET}/edit", "agent", json=edit)
        assert (told["address"], told["urgency"], told["clock"], told["version"]) == ("", "urgent", "calendar", 2)
        _, told = await house.ask("POST", f"{TICKET}/calls", "agent", json={"version": 2, "call": "hl1-1.2"})
        assert told["calls"] == ["hl1-1795470208.58", "hl1-1.2"]


async def test_readers_do_not_learn_who_the_citizen_is(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.ask("POST", "/api/tickets", "agent", json=BODY)
        for path in ("/api/tickets", TICKET):
            for who in ("read", "agent", "admin"):
                said = repr((await house.ask("GET", path, who))[1])
                for secret in ("901234567", "Nguyễn Thị Ánh", "12 đường Lê Lợi"):
                    assert (secret in said) == (who != "read"), (path, who, secret)
        said = repr((await house.ask("GET", "/api/tickets"))[1])
        assert "090****567" not in said and "+8490****567" in said
        assert "0907654321" not in said and "090****321" in said, "numbers in what was written are masked too"
        assert "cuc@example.vn" not in said
        assert (await house.ask("GET", "/api/tickets?phone=0901234567"))[0] == 403
        status, told = await house.ask("GET", "/api/tickets?words=cuc@example.vn")
        assert (status, told["tickets"]) == (200, []), "what is not read is not found"


async def test_pages(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for _ in range(7):
            await house.ask("POST", "/api/tickets", "agent", json={"content": "x"})
        seen: list[str] = []
        cursor = ""
        while True:
            _, page = await house.ask("GET", f"/api/tickets?limit=3{cursor}")
            seen += [one["id"] for one in page["tickets"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert len(seen) == len(set(seen)) == 8
        status, told = await house.ask("GET", "/api/tickets?since=2026-11-25&until=2026-11-23")
        assert (status, told["error_id"]) == (400, "value-invalid")


async def test_filters_reach_the_tickets(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        query = "agency=so-xay-dung&category=construction&call=hl1-1.2&overdue=true&since=2026-11-01&until=2026-11-30"
        assert (await house.ask("GET", f"/api/tickets?{query}"))[0] == 200
        asked = house.tickets.asked[-1]
        assert (asked.agencies, asked.category, asked.call) == (frozenset({"so-xay-dung"}), "construction", "hl1-1.2")
        assert asked.overdue_at == house.ports.clock()
        assert asked.since and asked.until and (asked.until - asked.since).days == 30


async def test_which_deadline_is_late_is_told(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        (made,) = house.tickets.tickets.values()
        now = house.ports.clock()
        later = now + timedelta(seconds=1)
        for forward_by, answer_by, late in (
            (later, later, []),
            (now, later, ["forward"]),
            (now, now, ["forward", "answer"]),
        ):
            house.tickets.tickets[made.id] = replace(made, forward_by=forward_by, answer_by=answer_by)
            _, page = await house.ask("GET", "/api/tickets")
            assert page["late"] == ([{"ticket": made.id, "late": late}] if late else [])
            assert (await house.ask("GET", TICKET))[1]["late"] == late
        earlier = (now - timedelta(seconds=2)).isoformat().replace("+00:00", "Z")
        _, page = await house.ask("GET", "/api/tickets", params={"at": earlier})
        assert page["tickets"] and page["late"] == [], "as it stood then"


async def send(house: House, data: bytes, kind: str, name: str | None) -> tuple[int, Any]:
    query = "" if name is None else f"?name={name}"
    headers = {"Content-Type": kind}
    return await house.ask("POST", f"{TICKET}/attachments{query}", "agent", data=BytesIO(data), headers=headers)


async def test_files_go_up_and_come_down(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        data = bytes(range(256)) * 400  # more than a JSON body may have
        status, view = await send(house, data, "image/png", "V%E1%BB%89a%20h%C3%A8.png")
        assert (status, view["name"], view["size"], view["stored_by"]) == (201, "Vỉa hè.png", len(data), "agent-token")
        headers = {"Authorization": f"Bearer {SECRETS['agent']}"}
        async with house.client.get(f"{TICKET}/attachments/{view['id']}", headers=headers) as response:
            assert (response.status, await response.read()) == (200, data)
            assert response.headers["Content-Type"] == "image/png"
            assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''V%E1%BB%89a%20h%C3%A8.png"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        _, detail = await house.ask("GET", TICKET)
        assert view["id"] in [one["id"] for one in detail["attachments"]]
        assert (await house.ask("GET", f"{TICKET}/attachments/{'e' * 16}", "agent"))[1][
            "error_id"
        ] == "attachment-unknown"
        assert (await house.ask("GET", f"{TICKET}/attachments/..%2Fx", "agent"))[1]["error_id"] == "attachment-unknown"


@pytest.mark.parametrize(
    ("data", "kind", "name", "error_id"),
    [
        (b"<script>", "text/html", "a.html", "attachment-kind"),
        (b"", "image/png", "a.png", "attachment-empty"),
        (bytes(LARGEST + 1), "image/png", "a.png", "attachment-large"),
        (b"x", "image/png", None, "value-missing"),
        (b"x", "image/png", "..%2Fa.png", "value-invalid"),
        (b"x", "image/png", "a%0Ab.png", "value-invalid"),
    ],
)
async def test_files_that_are_refused(tmp_path: Path, data: bytes, kind: str, name: str | None, error_id: str) -> None:
    async with open_house(tmp_path) as house:
        status, told = await send(house, data, kind, name)
        assert (status, told["error_id"]) == (400, error_id)
        assert len(house.tickets.files) == 1


async def test_who_waits_to_be_asked_for_the_file_is_asked(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for who, status in (("agent", 201), ("read", 403)):
            headers = {"Authorization": f"Bearer {SECRETS[who]}", "Content-Type": "text/plain"}
            sent: dict[str, Any] = {"data": BytesIO(b"a file"), "headers": headers, "expect100": True}
            async with asyncio.timeout(5), house.client.post(f"{TICKET}/attachments?name=a", **sent) as response:
                assert response.status == status


async def test_a_file_outside_is_never_sent(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        path = house.tickets.files["f" * 16].path
        path.unlink()
        path.symlink_to(tmp_path / "outside.wav")
        status, told = await house.ask("GET", f"{TICKET}/attachments/{'f' * 16}", "agent")
        assert (status, told["error_id"]) == (503, "attachment-missing")


async def test_the_status_tells_no_more_than_it_must(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("GET", f"/api/ticket-status/{CODE}")
        assert (status, told["words"]) == (200, "Phiếu của quý vị đã được tiếp nhận.")
        assert set(told) == {"code", "state", "words", "agency", "made_at", "answer_by", "answered_at", "closed_at"}
        for number in range(WRONG):
            path = f"/api/ticket-status/{10000000 + number}?asker=a"
            assert (await house.ask("GET", path))[1]["error_id"] == "ticket-unknown"
        status, told = await house.ask("GET", f"/api/ticket-status/{CODE}?asker=a")
        assert (status, told["error_id"]) == (429, "too-many-failures")
        assert (await house.ask("GET", f"/api/ticket-status/{CODE}?asker=b"))[0] == 200
        assert (await house.ask("GET", f"/api/ticket-status/{CODE}?asker=a", "agent"))[0] == 200, "another token"


async def test_what_is_asked_leaves_no_names_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="hotline1022.access")
    async with open_house(tmp_path) as house:
        await house.ask("GET", "/api/tickets?words=Ánh&phone=0901%20234%20567", "agent")
        await house.ask("GET", f"/api/ticket-status/{CODE}?asker=198.51.100.7", "agent")
        await send(house, b"x", "text/plain", "don-cua-anh.txt")
    said = "\n".join(record.getMessage() for record in caplog.records if record.name == "hotline1022.access")
    assert "/api/tickets?words=***&phone=090****567" in said
    for secret in ("nh&", CODE, "198.51.100.7", "don-cua"):
        assert secret not in said
