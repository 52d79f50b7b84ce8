"""The API's door: tokens, limits, wrong input, errors as JSON, what is logged."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.web import health
from hotline1022.web.app import BODY_BYTES
from hotline1022.web.auth import (
    FAILURES,
    GUESSES,
    REMEMBER_SECONDS,
    WINDOW_SECONDS,
    Gate,
    digest_of,
)
from hotline1022.web.desk.routes import ROUTES as DESK
from hotline1022.web.errors import TooMany, Unauthorized
from hotline1022.web.routes import ROUTES
from hotline1022.web.types import Scope, Token
from hotline1022.web.wire import CallQuery
from tests.unit.calls_memory import CALLER
from tests.unit.listening_memory import KEY
from tests.unit.staff_memory import PIN
from tests.unit.web_memory import SECRETS, House, MemoryCheck, open_house


async def test_every_route_is_in_the_document_and_nothing_else(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert house.client.app is not None
        served = {
            (route.method, route.resource.canonical)
            for route in house.client.app.router.routes()
            if route.resource is not None and route.method != "HEAD"
        }
        written = {
            (method.upper(), path) for path, operations in house.document["paths"].items() for method in operations
        }
        pages = {(route.method, route.path) for route in DESK}
        assert written == {(route.method, route.path) for route in ROUTES}
        assert served == written | pages and not written & pages
        assert house.document["openapi"] == "3.1.0"
        async with house.client.get("/api/openapi.json", headers={"Authorization": f"Bearer {SECRETS['read']}"}) as got:
            assert await got.json() == house.document
        names = [op["operationId"] for ops in house.document["paths"].values() for op in ops.values()]
        assert len(set(names)) == len(names)
        assert "pin_hash" not in repr(house.document)
        references = set()

        def walk(value: Any) -> None:
            if isinstance(value, dict):
                references.update({value["$ref"]} if "$ref" in value else set())
                for item in value.values():
                    walk(item)
            elif isinstance(value, list):
                for item in value:
                    walk(item)

        walk(house.document)
        assert {name.rpartition("/")[2] for name in references} == set(house.document["components"]["schemas"])
        query = {p["name"]: p for p in house.document["paths"]["/api/calls"]["get"]["parameters"]}
        assert set(query) == set(CallQuery.__dataclass_fields__)
        assert query["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}


@pytest.mark.parametrize(
    ("path", "error_id"),
    [
        ("/api/calls?limit=0", "value-invalid"),
        ("/api/calls?limit=201", "value-invalid"),
        ("/api/calls?limit=ten", "value-invalid"),
        ("/api/calls?limit=1&limit=2", "key-twice"),
        ("/api/calls?sinec=2026-11-23", "key-unknown"),
        ("/api/calls?since=yesterday", "value-invalid"),
        ("/api/calls?since=2026-11-23T08:00:00", "value-invalid"),
        ("/api/calls?since=0001-01-01", "value-invalid"),
        ("/api/calls?until=9999-12-31", "value-invalid"),
        ("/api/calls?since=2026-11-23&until=2026-11-22", "value-invalid"),
        ("/api/calls?result=good", "value-invalid"),
        ("/api/calls?line=1%00", "value-invalid"),
        ("/api/calls?caller=090%200", "value-invalid"),
        ("/api/calls?cursor=AAAAAAAAAAAA", "value-invalid"),
        ("/api/calls?cursor=OTk5OTk5OTk5OTk5OTk5OX5h", "value-invalid"),
        ("/api/alarms?seen=maybe", "value-invalid"),
        ("/api/queue?x=1", "key-unknown"),
        ("/api/calls?%ff=1", "key-unknown"),
    ],
)
async def test_wrong_queries(tmp_path: Path, path: str, error_id: str) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("GET", path, "agent")
        assert (status, told["error_id"]) == (400, error_id)
        assert told["cure"]


async def test_did_you_mean(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, told = await house.ask("GET", "/api/calls?sinec=2026-11-23")
        assert told["cure"] == 'did you mean "since"?'


@pytest.mark.parametrize(
    ("body", "error_id"),
    [
        (b"", "body-not-json"),
        (b"{", "body-not-json"),
        (b"[]", "body-not-json"),
        (b"\xff", "body-not-json"),
        (b"[" * 50_000, "body-not-json"),
        (b'{"person": "1001", "person": "1001", "pin": "4711"}', "body-not-json"),
        (b'{"person": NaN, "pin": "4711"}', "body-not-json"),
        (b'{"person": "1001"}', "value-missing"),
        (b'{"person": 1001, "pin": "4711"}', "value-invalid"),
        (b'{"person": null, "pin": "4711"}', "value-invalid"),
        (b'{"person": ["1001"], "pin": {"a": 1}}', "value-invalid"),
        (b'{"person": "1001", "pin": "47"}', "value-invalid"),
        (b'{"person": "1001", "pin": "4711\\n"}', "value-invalid"),
        (b'{"person": "\\ud800", "pin": "4711"}', "value-invalid"),
        (b'{"person": "1001", "pin": "4711", "admin": true}', "key-unknown"),
        (b'{"person": "1001", "pin": "4711", "\\ud800": true}', "key-unknown"),
    ],
)
async def test_wrong_bodies(tmp_path: Path, body: bytes, error_id: str) -> None:
    async with open_house(tmp_path) as house:
        headers = {"Content-Type": "application/json"}
        status, told = await house.ask("POST", "/api/lines/101/login", "agent", data=body, headers=headers)
        assert (status, told["error_id"]) == (400, error_id)
        assert not house.lines.lines["101"].person
        assert "4711" not in repr(told)


async def test_what_the_library_refuses_is_json_too(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert (await house.ask("GET", "/"))[1]["error_id"] == "route-unknown"
        assert (await house.ask("GET", "/api/calls/hl1-1.1/"))[1]["error_id"] == "route-unknown"
        assert (await house.ask("GET", "/api/calls/0901"))[1]["error_id"] == "call-unknown"
        status, told = await house.ask("DELETE", "/api/calls", "admin")
        assert (status, told["error_id"]) == (405, "method-unknown")
        big = b'{"person": "' + b"1" * BODY_BYTES + b'"}'
        json_headers = {"Content-Type": "application/json"}
        status, told = await house.ask("POST", "/api/lines/101/login", "agent", data=big, headers=json_headers)
        assert (status, told["error_id"]) == (413, "body-too-large")
        status, told = await house.ask("POST", "/api/lines/101/login", "agent", data=b"person=1001")
        assert (status, told["error_id"]) == (400, "body-not-json")
        status, told = await house.ask("POST", "/api/lines/101/logout", "agent", json={"x": 1})
        assert (status, told["error_id"]) == (400, "key-unknown")
        status, told = await house.ask("POST", "/api/lines/101/logout", "agent", headers={"Expect": "tea"})
        assert (status, told["error_id"]) == (417, "http-417")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/", 404, "Không tìm thấy trang"),
        ("/desk/nowhere", 404, "Không tìm thấy trang"),
        ("/desk/account/second/drop", 405, "Không tìm thấy trang"),
        ("/l/x/y", 404, "Liên kết không mở được"),
        ("/api/nowhere", 404, "route-unknown"),
    ],
)
async def test_who_mistypes_an_address_in_a_browser_reads_a_page(
    tmp_path: Path, path: str, status: int, said: str
) -> None:
    async with open_house(tmp_path) as house:
        asked = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        async with house.client.get(path, headers=asked) as response:
            text = await response.text()
            assert (response.status, "<html" in text) == (status, not path.startswith("/api/")) and said in text
        async with house.client.get(path) as response:
            assert response.content_type == "application/json"


async def test_a_stranger_cannot_make_us_read_a_body(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        big = b"x" * (BODY_BYTES + 1)
        assert (await house.ask("POST", "/api/people", None, data=big))[0] == 401


async def test_errors_of_the_ports_become_statuses(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with open_house(tmp_path) as house:
        house.calls.fails = Unavailable("the database does not answer; start it", error_id="database-away")
        assert await house.ask("GET", "/api/calls") == (
            503,
            {"error_id": "database-away", "message": "the database does not answer", "cure": "start it"},
        )
        house.calls.fails = ZeroDivisionError("password=geheim")
        status, told = await house.ask("GET", "/api/calls")
        assert (status, told["error_id"]) == (500, "internal")
        assert "geheim" not in repr(told)
        assert "ZeroDivisionError" in caplog.text
        house.calls.fails = TimeoutError()
        assert (await house.ask("GET", "/api/calls"))[1]["error_id"] == "request-timeout"


async def test_health_is_open_and_says_little_to_strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.05)
    async with open_house(tmp_path) as house:
        assert await house.ask("GET", "/api/health/live", None) == (200, {"alive": True})
        status, told = await house.ask("GET", "/api/health/ready", None)
        assert (status, told["ready"], [c["name"] for c in told["checks"]]) == (200, True, ["sip", "database"])
        house.checks[1].fails = Unavailable("db.example does not answer; start it", error_id="database-away")
        status, told = await house.ask("GET", "/api/health/ready", None)
        assert (status, told["ready"]) == (503, False)
        assert [(c["ready"], c["error_id"], c["message"]) for c in told["checks"]] == [
            (True, None, None),
            (False, "database-away", None),
        ]
        _, told = await house.ask("GET", "/api/health/ready", "read")
        assert told["checks"][1]["message"] == "db.example does not answer; start it"
        house.checks[1].fails = ZeroDivisionError()
        assert (await house.ask("GET", "/api/health/ready", "metrics"))[1]["checks"][1]["error_id"] == "internal"
        house.tokens.fails = Unavailable("the database does not answer; start it")
        assert (await house.ask("GET", "/api/health/live", "unheard-of"))[0] == 200

        class Stuck(MemoryCheck):
            async def __call__(self) -> None:
                await asyncio.Event().wait()

        readier = health.Readier(_with_checks(house, Stuck("ami")))
        state = await readier()
        assert [(check.error_id, check.ready) for check in state.checks] == [("check-timeout", False)]


def _with_checks(house: House, *checks: MemoryCheck) -> Any:
    return replace(house.ports, checks=checks)


async def test_many_who_ask_run_the_checks_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_SECONDS", 1000.0)
    async with open_house(tmp_path) as house:
        answers = await asyncio.gather(*(house.ask("GET", "/api/health/ready", None) for _ in range(20)))
        assert {status for status, _ in answers} == {200}
        assert [check.runs for check in house.checks] == [1, 1]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_tokens_are_remembered_shortly_and_then_asked_again(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        clock = Clock()
        gate = Gate(house.ports, clock)
        house.tokens.finds, house.tokens.uses = 0, []
        header = f"Bearer {SECRETS['read']}"
        for _ in range(5):
            assert (await gate.token(header, "10.0.0.1")).name == "read-token"
        assert (house.tokens.finds, house.tokens.uses) == (1, ["id-read"])
        house.tokens.tokens.clear()
        assert await gate.token(header, "10.0.0.1")
        clock.now += 6
        with pytest.raises(Unauthorized):
            await gate.token(header, "10.0.0.1")


@pytest.mark.parametrize("remote", ["10.0.0.1", "2001:db8::1", None])
async def test_who_guesses_is_told_to_wait_and_shuts_nobody_out(tmp_path: Path, remote: str | None) -> None:
    """Behind a proxy all have one address: a valid token is let in whatever others do, used lately or never."""
    async with open_house(tmp_path) as house:
        clock = Clock()
        gate = Gate(house.ports, clock)
        for guess in range(FAILURES):
            with pytest.raises(Unauthorized):
                await gate.token(f"Bearer guess{guess}", remote)
        with pytest.raises(TooMany) as caught:
            await gate.token("Bearer another", remote)
        assert caught.value.seconds == WINDOW_SECONDS
        assert (await gate.token(f"bearer  {SECRETS['admin']}", remote)).name == "admin-token"
        clock.now += 30
        with pytest.raises(TooMany):
            await gate.token("Bearer another", remote)
        assert await gate.token(f"Bearer {SECRETS['read']}", remote)
        with pytest.raises(Unauthorized):
            await gate.token("Bearer another", "10.0.0.2")
        clock.now += 31
        with pytest.raises(Unauthorized):
            await gate.token("Bearer another", remote)


async def test_a_wrong_token_costs_one_look_up_and_guesses_few_at_a_time(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        clock = Clock()
        gate = Gate(house.ports, clock)
        house.tokens.finds = 0
        for _ in range(3 * FAILURES):  # a script that goes on with its revoked token
            with pytest.raises((Unauthorized, TooMany)):
                await gate.token("Bearer revoked", "10.0.0.1")
        assert house.tokens.finds == 1
        clock.now += REMEMBER_SECONDS
        with pytest.raises(TooMany):
            await gate.token("Bearer revoked", "10.0.0.1")
        assert house.tokens.finds == 2

        at_once, most = 0, 0
        find = house.tokens.find

        async def slow(digest: str, at: datetime) -> Token | None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.001)
            at_once -= 1
            return await find(digest, at)

        house.tokens.find = slow  # type: ignore[method-assign]
        guesses = [gate.token(f"Bearer guess{guess}", "10.0.0.1") for guess in range(50)]
        answers = await asyncio.gather(*guesses, return_exceptions=True)
        assert {type(answer) for answer in answers} == {TooMany} and most == GUESSES


async def test_the_server_tells_when_to_come_back(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for _ in range(FAILURES):
            async with house.client.get("/api/calls", headers={"Authorization": "Bearer no"}) as response:
                assert response.status == 401
                assert response.headers["WWW-Authenticate"].startswith("Bearer")
        async with house.client.get("/api/calls", headers={"Authorization": "Bearer no"}) as response:
            assert response.status == 429
            assert 0 < int(response.headers["Retry-After"]) <= WINDOW_SECONDS


@pytest.mark.parametrize("header", ["", "Bearer", "Basic eDp5", "Bearer a b", "Bearer " + "x" * 300, "Bearer é"])
async def test_headers_that_are_no_bearer(tmp_path: Path, header: str) -> None:
    async with open_house(tmp_path) as house:
        with pytest.raises(Unauthorized):
            await Gate(house.ports).token(header, "10.0.0.1")


async def test_a_found_token_must_be_the_one_that_was_looked_for(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        other = Token(id="x", name="x", digest=digest_of("other"), scopes=frozenset(Scope))
        house.tokens.tokens[digest_of("mine")] = other
        with pytest.raises(Unauthorized):
            await Gate(house.ports).token("Bearer mine", "10.0.0.1")
        assert other.digest not in repr(other)


async def test_the_access_log_masks_numbers_and_knows_no_tokens(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # whoever started the service within a test has quietened it
    caplog.set_level(logging.DEBUG, logger="hotline1022.access")
    async with open_house(tmp_path) as house:
        call = house.calls.calls[0].id
        await house.ask("GET", f"/api/calls?caller={CALLER}&limit=5&line=%0aFAKE", "agent")
        await house.ask("GET", f"/api/calls?token={SECRETS['admin']}", "agent")
        await house.ask("GET", f"/api/calls/{call}", "agent")
        await house.ask("GET", f"/api/find/{CALLER}", "agent")
        await house.ask("POST", "/api/lines/101/login", "agent", json={"person": "1001", "pin": PIN})
        await house.ask("GET", "/api/calls", SECRETS["admin"][:-1])
        await house.ask("GET", "/api/calls?caller=382233", "agent")
        for path in (f"/wall/{KEY}/", f"/l/{KEY[:22]}/", f"/g/{KEY}.zip/", f"/api/listen/{KEY}/x", f"/wall%2F{KEY}"):
            assert (await house.ask("GET", path, None))[0] == 404
    lines = [record.getMessage() for record in caplog.records if record.name == "hotline1022.access"]
    assert len(lines) == 12
    assert lines[7].startswith("GET /wall/***/ 404 ") and lines[10].startswith("GET /api/listen/***/x 404 ")
    assert lines[0].startswith("GET /api/calls?caller=090****567&limit=5&line=%0AFAKE 400 ")
    assert "token=agent-token" in lines[0]
    assert lines[2].startswith(f"GET /api/calls/{call} 200 ")
    assert lines[3].startswith("GET /api/find/090****567 404 ")
    assert lines[6].startswith("GET /api/calls?caller=****233 200 ")
    everything = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("hotline1022"))
    assert CALLER not in everything
    assert PIN not in everything and KEY[:22] not in everything
    assert not any(secret[3:-1] in everything for secret in SECRETS.values())
