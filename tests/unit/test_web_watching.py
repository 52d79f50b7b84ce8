"""Who is told of alarms, their limits, and the search of the audit over HTTP: who may, what reaches the house, what comes back."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.audit.types import EntryFilter, Kind
from hotline1022.web.audit_search import opened
from tests.unit.evidence_memory import ENTRY, MemoryEvidence
from tests.unit.limits_memory import LIMIT
from tests.unit.test_web_hidden import with_rights
from tests.unit.test_web_sessions import ask
from tests.unit.watching_memory import BODIES, WATCHER, MemoryWatch
from tests.unit.web_memory import open_house

P = Permission
PEOPLE = "/api/alarms/people"
ONE = f"{PEOPLE}/{WATCHER.id}"


async def test_somebody_is_told_changed_tried_and_told_no_more(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, made = await house.ask("POST", PEOPLE, "admin", json=BODIES[PEOPLE])
        assert (status, made["name"], made["sms"], made["by"]) == (201, "Trực đêm", "0901234567", "token:admin-token")
        assert [one["id"] for one in (await house.ask("GET", PEOPLE, "admin"))[1]["people"]] == [WATCHER.id, made["id"]]
        change = {"version": 1, "name": "Lê Thị Cúc", "email": "cuc@example.vn", "least": None, "kinds": ["disk-full"]}
        status, changed = await house.ask("POST", ONE, "admin", json=change)
        assert (status, changed["name"], changed["version"]) == (200, "Lê Thị Cúc", 2)
        status, told = await house.ask("POST", ONE, "admin", json=change)
        assert (status, told["error_id"]) == (409, "watcher-changed")
        status, told = await house.ask("POST", f"{ONE}/trial", "admin")
        assert (status, [one["state"] for one in told["tries"]]) == (200, ["sent"])
        status, left = await house.ask("POST", f"{ONE}/end", "admin")
        assert (status, [one["id"] for one in left["people"]]) == (200, [made["id"]])
        status, told = await house.ask("GET", ONE, "admin")
        assert (status, told["error_id"]) == (404, "watcher-unknown")


@pytest.mark.parametrize(("body", "key"), [({"least": "soon"}, "least"), ({"sms": "9" * 61}, "sms"), ({"x": 1}, "x")])
async def test_what_does_not_fit_is_named(tmp_path: Path, body: dict[str, object], key: str) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("POST", PEOPLE, "admin", json={"name": "Trực đêm"} | body)
        assert status == 400 and key in told["message"]


async def test_who_may_not_see_numbers_sees_no_ways(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert isinstance(house.ports.watch, MemoryWatch)
        await house.ask("POST", PEOPLE, "admin", json={"name": "Trực", "sms": "0907654321", "email": "truc@example.vn"})
        settings = with_rights(house, "cau-hinh", P.SETTINGS)
        status, told = await ask(house, "GET", PEOPLE, settings)
        assert status == 200 and len(told["people"]) == 2
        assert not any(one in repr(told) for one in ("0907654321", "907654321", "truc@", "901234567"))


async def test_a_limit_is_changed_and_the_file_leads_again(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        path = f"/api/alarms/limits/{LIMIT.key}"
        assert (await house.ask("GET", "/api/alarms/limits", "admin"))[1]["limits"][0]["value"] == 10
        status, one = await house.ask("POST", path, "admin", json={"version": 0, "value": 15})
        assert (status, one["value"], one["source"]) == (200, 15, "desk")
        assert (await house.ask("POST", path, "admin", json={"version": 0, "value": 20}))[1][
            "error_id"
        ] == "limit-changed"
        status, one = await house.ask("POST", path, "admin", json={"version": 1})
        assert (status, one["value"], one["source"]) == (200, 10, "shipped")
        assert (await house.ask("POST", "/api/alarms/limits/disk.none", "admin", json={"version": 0}))[0] == 404


def test_of_a_call_nobody_is_told_details_who_may_not_listen() -> None:
    detail = {"act": "POST /api/x", "why": "Gọi lại 0901234567"}
    one, other = (replace(ENTRY, subject=subject, detail=detail) for subject in ("call:hl1-1.1", "user:abc"))
    every = opened([one, other], lambda _: True)
    assert every == [one, other]
    masked = opened([one, other], lambda wanted: wanted is P.LISTEN)
    assert [told.subject for told in masked] == [one.subject, other.subject] and "0901234567" not in repr(masked)
    closed, told = opened([one, other], lambda wanted: wanted is P.NUMBERS)
    assert (closed.subject, closed.detail, closed.sha256) == ("", {"act": "POST /api/x"}, one.sha256) and told == other


async def test_the_search_asks_for_what_may_be_known(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert isinstance(house.ports.evidence, MemoryEvidence)
        query = "?since=2026-11-24&until=2026-11-24&actor=Lan&kind=act&after=90&limit=20"
        for who in ("listen", "admin"):
            house.ports.evidence.asked.clear()
            status, found = await house.ask("GET", f"/api/evidence/search{query}", who)
            ((_, asked),) = house.ports.evidence.asked
            assert isinstance(asked, EntryFilter)
            assert (status, asked.kinds, asked.actor, asked.after, asked.limit) == (
                200,
                frozenset({Kind.ACT}),
                "user:lan",
                90,
                21,
            )
            assert asked.since == datetime(2026, 11, 23, 17, tzinfo=UTC)
            assert asked.until == datetime(2026, 11, 24, 17, tzinfo=UTC), "a day here is a day of the province"
            (one,) = found["entries"]
            assert (one["seq"], found["next"]) == (ENTRY.seq, None)
        house.ports.evidence.asked.clear()
        await house.ask("GET", "/api/evidence/search", "admin")
        ((_, asked),) = house.ports.evidence.asked
        assert isinstance(asked, EntryFilter) and Kind.ACT in asked.kinds and Kind.USER_CHANGED not in asked.kinds
        turned = await house.ask("GET", "/api/evidence/search?since=2026-11-24&until=2026-11-23", "listen")
        assert (turned[0], turned[1]["error_id"]) == (400, "search-reversed")
        assert (await house.ask("GET", "/api/evidence/search", "agent"))[0] == 403
        assert (await house.ask("GET", "/api/evidence/search", "read"))[0] == 403
