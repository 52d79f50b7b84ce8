"""The API role by role: who may what, and what each sees."""

from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from hotline1022.faq.types import BY_HAND
from hotline1022.web.routes import ROUTES
from hotline1022.web.rules import Rule, part_name
from hotline1022.web.types import Scope
from tests.unit import api_tokens_memory as api_tokens
from tests.unit import letters_memory as letters
from tests.unit import planning_memory as planning
from tests.unit import watching_memory as watching
from tests.unit.accounts_memory import BODIES as ACCOUNTS
from tests.unit.calls_memory import CALLER, a_call
from tests.unit.catalogue_memory import FIRST
from tests.unit.chores_memory import BACKUP
from tests.unit.citizen_memory import BODIES as CITIZENS
from tests.unit.disclosure_memory import ONE
from tests.unit.faq_memory import ID, MISS
from tests.unit.links_memory import BY_LINK, TOKEN, sent_by_link
from tests.unit.listening_memory import KEY
from tests.unit.permissions import others, permissions, scopes
from tests.unit.staff_memory import PIN
from tests.unit.templates_memory import NAME
from tests.unit.tickets_made import CODE
from tests.unit.web_memory import SECRETS, House, open_house
from tests.unit.webhooks_memory import HOOK

MASKED = "090****567"
MENU = (Path(__file__).parents[2] / "ivr" / "menu.toml").read_text(encoding="utf-8")
WORDING = {"text": "1022: ma phieu {code}.", "encoding": "gsm7", "parts": 1}
TERMS = {"ordinary": 365, "emergency": 1825, "calls": 1825, "calls_emergency": 3650}
DEADLINES = {"clock": "working", "forward": "5 minutes", "accept": "4 hours", "answer": "5 days"}
DEADLINES |= {"remind_accept": "30 minutes", "remind_answer": "1 day"}
BODIES: dict[str, Any] = {
    "/api/wallboards": {"name": "Tầng 2"},
    "/api/lines/{line}/login": {"person": "1001", "pin": PIN},
    "/api/lines/{line}/pause": {"reason": "1"},
    "/api/lines/{line}/calls": {"what": "abandoned", "id": "hl1-1795470208.58"},
    "/api/recordings/{recording}/holds": {"letter": "12/CV-CAT", "why": "điều tra"},
    "/api/holds/{hold}/release": {"why": "xong"},
    **CITIZENS,
    "/api/shifts": {"id": "night", "name": "Ca đêm", "starts": "22:00", "ends": "06:00", "needed": 1},
    "/api/crews": {"id": "k1", "name": "Kíp 1", "people": ["1001", "1002"]},
    **planning.BODIES,
    "/api/deadlines": {
        "seen": 1,
        "document": {
            "offices": {"hours": ["07:30-11:30"], "weekdays": [1, 2], "closed": ["2026-12-31"]},
            "ordinary": DEADLINES,
            "urgent": DEADLINES,
            "categories": [{"category": "other", "urgency": "urgent", "terms": {"answer": "2 hours"}}],
        },
    },
    "/api/directory/agencies": {"id": "so-moi", "name": "Sở Mới", "short": "SM", "kind": "department"},
    "/api/directory/agencies/{agency}/end": {"day": "2026-12-01", "successor": "so-noi-vu"},
    "/api/directory/areas": {"id": "phu-cuong", "name": "Phường Phú Cường", "kind": "ward", "parent": "thu-dau-mot"},
    "/api/directory/areas/{area}/end": {"day": "2026-12-01"},
    "/api/directory/categories": {"id": "education", "name": "Giáo dục", "agency": "so-giao-duc-dao-tao"},
    "/api/directory/categories/{category}/end": {"day": "2026-12-01"},
    "/api/directory/contacts": {"agency": "so-xay-dung", "role": "specialist", "name": "Lê Thị Cúc"},
    "/api/directory/contacts/{contact}": {"agency": "so-y-te", "role": "leader", "name": "Lãnh đạo mẫu Sở YT"},
    "/api/directory/contacts/{contact}/end": {"day": "2026-12-01"},
    "/api/menu": {"text": MENU, "seen": 1},
    **{f"/api/menu/{key}": {"text": MENU} for key in ("check", "steps")},
    "/api/menu/change": {"text": MENU, "spoken": {"kind": "prompts", "id": "greeting", "text": "Kính chào quý vị."}},
    "/api/menu/draft": {"text": "root ="},
    "/api/menu/try": {"keys": ["8", "none", "1"], "holiday": True},
    "/api/cascades": {"call": "hl1-1795470208.58", "agency": "so-xay-dung", "introduce": True},
    "/api/people": {"id": "1003", "name": "Lê Thị Cúc", "pin": "12345"},
    "/api/people/{person}/pin": {"pin": "24680"},
    "/api/tickets": {"name": "Lê Thị Cúc", "phone": "0901234567", "content": "Mất nước từ sáng."},
    "/api/tickets/{ticket}/edit": {"version": 2, "address": "14 đường Lê Lợi"},
    "/api/tickets/{ticket}/calls": {"version": 3, "call": "hl1-1795470300.7"},
    "/api/tickets/{ticket}/{action}": {"version": 5},
    "/api/faq": {"agency": "so-y-te", "question": "Đăng ký khai tử ở đâu?", "answer": "Tại UBND cấp xã."},
    "/api/faq/{entry}/edit": {"revision": 1, "question": "Đăng ký khai tử ở đâu?", "answer": "Tại UBND cấp xã."},
    **{f"/api/faq/{{entry}}/{move}": {"revision": 1, "why": "lý do"} for move in BY_HAND},
    "/api/drafts/{draft}": {"window": "w0000001", "content": "Mất nước"},
    "/api/drafts/{draft}/drop": {"seen": 1},
    "/api/drafts/{draft}/ticket": {"seen": 1},
    "/api/templates/{template}": {**WORDING, "seen": 0},
    "/api/templates/{template}/check": WORDING,
    "/api/templates/{template}/again": {"version": 0, "seen": 1},
    "/api/gateways/{channel}/test": {"to": "0901234567"},
    "/api/retention/terms": {**TERMS, "seen": 0, "why": "Quyết định 12/QĐ", "confirm": "c" * 16},
    "/api/retention/terms/preview": TERMS,
    "/api/webhooks": {"name": "Cổng", "url": "https://example.vn/1022", "kinds": ["ticket.made"]},
    "/api/webhooks/{webhook}": {"version": 1, "name": "Cổng"},
    "/api/outbox/{message}/resend": {"confirm": True},
    "/api/disclosures": {
        "unit": "Công an tỉnh",
        "letter": "12/CSĐT",
        "letter_date": "2026-11-24",
        "person": "Trần Văn Bình",
        "why": "Xác minh tin báo",
        "recordings": [FIRST.id],
    },
    "/api/disclosures/{disclosure}/decide": {"decision": "approve"},
    "/api/disclosures/{disclosure}/change": {"parts": [{"recording": FIRST.id, "start": "0:01", "end": "0:02"}]},
    "/api/disclosures/{disclosure}/hand-out": {"received_by": "Trần Văn Bình"},
    "/api/disclosures/{disclosure}/links": {"received_by": "Trần Văn Bình"},
    **(ACCOUNTS | api_tokens.BODIES | watching.BODIES),
    "/api/users": {"login": "hoa", "name": "Trần Thị Hoa", "roles": ["agent"]},
    "/api/users/{user}": {"version": 1, "name": "Trần Thị Hoa"},
    "/api/to-tell/{to_tell}/told": {"mark": "f5f23df39f7971f8"},
    "/api/roles": {"id": "night", "name": "Ca đêm", "permissions": ["look"]},
    "/api/roles/{role}": {"version": 1, "name": "Ca đêm", "permissions": ["look", "answer"]},
    **{key: {} for key in ("/api/users/{user}/reset", "/api/evidence/verification")},
    "/api/recordings/import": {"folder": "2024"},
    "/api/recordings/verification": {"since": "2026-11-24"},
    "/api/recordings/{recording}/export": {"reason": "authority", "text": "Công văn 12/CSĐT"},
    "/api/recordings/{recording}/listen": {"reason": "quality", "text": "Nghe lại cuộc gọi."},
    "/api/listen/{key}/speakers": {"speakers": ["citizen"]},
    BY_LINK: {"version": 1},
}
QUERIES = {"/api/evidence/entries": {"subject": "chain"}, "/api/faq/search": {"words": "khai sinh"}}
QUERIES |= letters.QUERIES | planning.QUERIES
#: routes that take a form
FORMS = {"/l/{token}": {"act": "reveal", "version": "1"}}
#: routes that take a file
UPLOADS = {"/api/tickets/{ticket}/attachments": {"name": "a.txt"}, "/api/faq/import": {"agency": "so-y-te"}}
UPLOADS |= {"/api/link/{token}/attachments": {"name": "a.txt"}}
UPLOADS |= letters.UPLOADS


def real_parts(house: House) -> dict[str, str]:
    """What stands in the braces of paths, as it is there in memory."""
    parts = {"call": house.calls.calls[0].id, "line": "101", "person": "1001", "voicemail": "v1", "alarm": "a1"}
    parts |= {"agency": "so-tu-phap", "area": "di-an", "category": "other", "contact": "so-y-te-ld"}
    parts |= {"chart": "states-week", "ticket": "a" * 16, "attachment": "f" * 16, "code": CODE, "action": "forward"}
    parts |= {"message": "m1", "to_tell": "l1", "token": TOKEN, "recording": FIRST.id, "key": KEY, "act": "accept"}
    parts |= {"disclosure": ONE.id, "hold": "f" * 16, "erasure": "c" * 16, "draft": "none", "user": "e" * 16}
    parts |= {"role": "night", "backup": BACKUP, "version": "1", "template": NAME, "channel": "sms", "entry": ID}
    parts |= {"miss": MISS, "wallboard": "c" * 16, "shift": "night", "crew": "k1", "reason": "1", "webhook": HOOK}
    return parts | letters.PARTS | watching.PARTS | {"api_token": api_tokens.TOKEN}


def real(path: str, house: House) -> str:
    for name, value in real_parts(house).items():
        path = path.replace(f"{{{name}}}", value)
    return path


async def status_of(house: House, method: str, path: str, who: str | None) -> int:
    headers = {"Authorization": f"Bearer {SECRETS.get(who, who)}"} if who else {}
    sent: dict[str, Any] = {"json": BODIES.get(path) if method == "POST" else None}
    if path == BY_LINK:  # after what others have done
        sent["json"] = sent_by_link(house.tickets)
    if path in QUERIES:
        sent["params"] = QUERIES[path]
    if path in UPLOADS:
        sent = {"data": b"a file", "params": UPLOADS[path]}
        headers["Content-Type"] = "text/plain"
    if path in FORMS:
        sent = {"data": FORMS[path]}
    sent["allow_redirects"] = False
    house.client.session.cookie_jar.clear()  # of the door
    async with house.client.request(method, real(path, house), headers=headers, **sent) as response:
        await response.read()
        return response.status


@pytest.mark.parametrize("who", [None, "wrong", *Scope])
async def test_every_route_asks_for_its_permission(tmp_path: Path, who: str | None) -> None:
    table, also, allowed = permissions(), others(), scopes()
    async with open_house(tmp_path) as house:
        for route in ROUTES:
            await house.lines.login("101", "1001", PIN)
            status = await status_of(house, route.method, route.path, who)
            wanted, _ = table[route.method, route.path]
            if route.path.startswith("/api/listen/{key}") and who in set(Scope) - {Scope.LISTEN}:
                assert status == 403, "the right is another token's"
            elif wanted == "open":
                assert status == route.status, route.path
            elif who is None or who == "wrong":
                assert status in (401, 429), route.path
            elif wanted == "anybody" or {wanted, *also[route.method, route.path]} & allowed[who]:
                assert status in (200, 201, 202), route.path
            else:
                assert status == 403, route.path


async def test_a_reader_sees_masked_numbers_an_agent_the_whole(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        call = house.calls.calls[0].id
        paths = ["/api/calls", f"/api/calls/{call}", "/api/queue", "/api/abandoned", "/api/voicemails", "/api/alarms"]
        for path in paths:
            for who in ("read", "agent", "admin"):
                status, value = await house.ask("GET", path, who)
                said = repr(value)
                assert status == 200
                assert ("901234567" in said.replace("0901234567" * 6, "")) == (who != "read"), path
                if who == "read":
                    assert MASKED in said
        _, detail = await house.ask("GET", f"/api/calls/{call}", "read")
        assert detail["call"]["caller_e164"] == "+8490****567"
        assert detail["call"]["id"] == call
        assert detail["tracks"][0]["sha256"].startswith("0901234567")
        assert [leg["party"] for leg in detail["legs"]] == [MASKED, "101"]
        assert [event["kind"] for event in detail["events"]] == ["CallEntered", "KeyPressed"]
        assert detail["events"][0]["data"] == {"caller": MASKED, "did": "1022"}
        assert (await house.ask("GET", f"/api/calls?caller={CALLER}", "read"))[0] == 403


async def test_a_reader_pages_through_all_calls_once(tmp_path: Path) -> None:
    async with open_house(tmp_path, calls=23) as house:
        same = house.calls.calls[4].entered_at
        house.calls.calls += [a_call(100 + n, entered_at=same) for n in range(9)]
        seen: list[str] = []
        cursor = ""
        while True:
            _, page = await house.ask("GET", f"/api/calls?limit=5{cursor}")
            seen += [call["id"] for call in page["calls"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert len(seen) == 32
        assert set(seen) == {call.id for call in house.calls.calls}


async def test_filters_reach_the_log(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, page = await house.ask(
            "GET",
            "/api/calls?since=2026-11-23&until=2026-11-24&caller=%2B84901234567&result=answered&line=101&person=1001",
            "agent",
        )
        assert (status, len(page["calls"])) == (200, 5)
        asked = house.calls.asked[-1]
        assert asked.since is not None and asked.until is not None
        assert (asked.since.isoformat(), asked.until.isoformat()) == (
            "2026-11-23T00:00:00+07:00",
            "2026-11-25T00:00:00+07:00",
        )
        assert asked.callers == ("+84901234567", "0901234567", "84901234567")
        for time in ("2026-11-24T01:28:30%2B07:00", "2026-11-24T01:28:30+07:00", "2026-11-23T18:28:30Z"):
            _, page = await house.ask("GET", f"/api/calls?since={time}")
            assert [call["entered_at"][11:16] for call in page["calls"]] == ["01:30", "01:29"]


async def test_an_agents_day(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, line = await house.ask("POST", "/api/lines/101/login", "agent", json={"person": "1001", "pin": PIN})
        assert (status, line["state"], line["name"]) == (200, "ready", "Nguyễn Thị Ánh")
        status, line = await house.ask("POST", "/api/lines/101/pause", "agent", json={"reason": "2"})
        assert (status, line["state"], line["reason"]) == (200, "paused", "2")
        status, line = await house.ask("POST", "/api/lines/101/unpause", "agent")
        assert (status, line["state"]) == (200, "ready")
        _, lines = await house.ask("GET", "/api/lines")
        assert [line["person"] for line in lines["lines"]] == ["1001", "", ""]
        status, line = await house.ask("POST", "/api/lines/101/logout", "agent", json={})
        assert (status, line["state"]) == (200, "logged-out")
        status, told = await house.ask("POST", "/api/lines/101/login", "agent", json={"person": "1001", "pin": "0000"})
        assert (status, told) == (
            409,
            {"error_id": "pin-wrong", "message": "person or PIN is wrong", "cure": "try again"},
        )
        status, told = await house.ask("POST", "/api/lines/101/pause", "agent", json={"reason": "9"})
        assert (status, told["error_id"]) == (400, "reason-unknown")
        status, told = await house.ask("POST", "/api/lines/999/login", "agent", json={"person": "1001", "pin": PIN})
        assert (status, told["error_id"]) == (404, "line-unknown")


async def test_messages_and_alarms_are_marked_once_by_name(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert len((await house.ask("GET", "/api/voicemails?heard=false"))[1]["voicemails"]) == 1
        _, message = await house.ask("POST", "/api/voicemails/v1/heard", "agent")
        assert (message["heard_by"], message["heard_at"]) == ("agent-token", "2026-11-24T01:30:00.000+07:00")
        _, message = await house.ask("POST", "/api/voicemails/v1/heard", "admin")
        assert message["heard_by"] == "agent-token"
        assert (await house.ask("GET", "/api/voicemails?heard=false"))[1] == {"voicemails": [], "total": 0}
        _, alarm = await house.ask("POST", "/api/alarms/a1/seen", "agent")
        assert alarm["seen_by"] == "agent-token"
        assert (await house.ask("GET", "/api/alarms?seen=0"))[1] == {"alarms": []}
        for path in ("/api/voicemails/v2/heard", "/api/alarms/a2/seen"):
            assert (await house.ask("POST", path, "agent"))[0] == 404


async def test_the_plan_is_written_and_read(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        goes_on = {"ended_on": None}
        wanted = {path: BODIES[path] | goes_on for path in ("/api/shifts", "/api/crews")}
        wanted["/api/roster"] = BODIES["/api/roster"]
        for path, answer in wanted.items():
            status, told = await house.ask("POST", path, "admin", json=BODIES[path])
            assert (status, told) == (200, answer)
        status, told = await house.ask("GET", "/api/roster?since=2026-11-24&days=1")
        assert (status, told) == (
            200,
            {"shifts": [wanted["/api/shifts"]], "crews": [wanted["/api/crews"]], "plan": [wanted["/api/roster"]]},
        )
        _, told = await house.ask("GET", "/api/roster")  # without a day: from today, which is the 24th in the province
        assert len(told["plan"]) == 1
        _, told = await house.ask("GET", "/api/roster?since=2026-11-25")
        assert told["plan"] == []


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/api/shifts", {"starts": "24:00"}),
        ("/api/shifts", {"starts": 22}),
        ("/api/shifts", {"id": "1001"}),
        ("/api/shifts", {"needed": -1}),
        ("/api/crews", {"people": "1001"}),
        ("/api/crews", {"people": ["Lan"]}),
        ("/api/crews", {"people": [1001]}),
        ("/api/crews", {"people": ["1001"] * 201}),
        ("/api/roster", {"day": "2026-02-30"}),
        ("/api/roster", {"day": "1899-01-01"}),
        ("/api/roster", {"day": 20261124}),
        ("/api/roster", {"who": ["k1 k2"]}),
        ("/api/roster", {"who": None}),
    ],
)
async def test_what_is_no_plan_is_refused_at_the_door(tmp_path: Path, path: str, changes: dict[str, Any]) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("POST", path, "admin", json={**BODIES[path], **changes})
        assert status == 400 and told["error_id"] == "value-invalid" and next(iter(changes)) in told["message"]


async def test_shifts_tell_who_is_missing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, told = await house.ask("GET", "/api/shifts")
        assert told["at"] == "2026-11-24T01:30:00.000+07:00"
        shift = told["shifts"][0]
        assert (shift["day"], shift["starts"], shift["ends"]) == ("2026-11-23", "22:00", "06:00")
        assert shift["missing"] == [{"person": "1002", "name": "Trần Văn Bình", "line": None}]


async def test_an_admin_adds_a_person_in_nfc(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        body = {"id": "1007", "name": " Le\u0302\u0301 Thị\u00a0Cúc ".replace("\u00a0", " "), "pin": "123456"}
        status, person = await house.ask("POST", "/api/people", "admin", json=body)
        assert (status, person["id"], person["name"], person["active"]) == (201, "1007", "L\u1ebf Thị Cúc", True)
        assert house.people.pins["1007"] == "123456"
        status, told = await house.ask("POST", "/api/people", "admin", json=body)
        assert (status, told["error_id"]) == (409, "person-exists")
        assert [p["id"] for p in (await house.ask("GET", "/api/people"))[1]["people"]] == ["1001", "1007"]
        headers = {"Authorization": f"Bearer {SECRETS['read']}"}
        async with house.client.get("/api/people", headers=headers) as response:
            assert "Lế Thị Cúc".encode() in await response.read()


async def test_prometheus_reads_the_metrics(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.ask("GET", "/api/calls/hl1-1.1")
        await house.ask("GET", "/api/0901234567")
        await house.ask("GET", "/api/calls", "wrong")
        headers = {"Authorization": f"Bearer {SECRETS['metrics']}"}
        async with house.client.get("/metrics", headers=headers) as response:
            page = await response.text()
        assert 'hotline1022_http_requests_total{method="GET",route="/api/calls/{call}",status="404"} 1.0' in page
        assert 'hotline1022_http_requests_total{method="unknown",route="unknown",status="404"} 1.0' in page
        assert "hotline1022_http_token_refused_total 1.0" in page
        assert "0901234567" not in page


def test_each_name_of_the_document_is_one_type() -> None:
    """Two rooms may have the same word for a closed list; a name that stood for both would describe one of them wrongly."""
    named: dict[str, set[Any]] = {}
    waiting = [kind for route in ROUTES for kind in (route.query, route.body, route.answer) if kind is not None]
    seen: set[Any] = set()
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        inner = set(get_args(kind))
        if is_dataclass(kind):
            inner |= set(get_type_hints(kind, include_extras=True).values())
        if isinstance(kind, type) and (is_dataclass(kind) or issubclass(kind, Enum)):
            named.setdefault(part_name(kind), set()).add(kind)
        waiting += [one for one in inner if not isinstance(one, Rule)]
    assert len(named) > 50
    assert {name: kinds for name, kinds in named.items() if len(kinds) > 1} == {}
