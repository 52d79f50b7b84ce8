"""Holds and retention over HTTP: who may, what reaches the house, what comes back."""

from pathlib import Path

from tests.unit.catalogue_memory import FIRST
from tests.unit.retention_memory import HOLD, MemoryRetention
from tests.unit.web_memory import open_house


async def test_hold_list_and_release(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        asked = {"letter": "7/TTr", "why": "thanh tra"}
        status, made = await house.ask("POST", f"/api/recordings/{FIRST.id}/holds", "admin", json=asked)
        assert (status, made["letter"], made["released_at"]) == (201, "7/TTr", None)
        status, ended = await house.ask("POST", f"/api/holds/{HOLD.id}/release", "admin", json={"why": "xong"})
        assert (status, ended["held"], ended["hold"]["release_why"]) == (200, True, "xong")
        assert isinstance(house.ports.retention, MemoryRetention)
        assert house.ports.retention.asked == [("hold", FIRST.id, "7/TTr", "thanh tra"), ("release", HOLD.id, "xong")]
        for path in ("/api/holds", f"/api/recordings/{FIRST.id}/holds"):
            assert [one["id"] for one in (await house.ask("GET", path, "admin"))[1]["holds"]] == [HOLD.id]


async def test_a_hold_needs_a_letter_and_a_reason(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for body in ({"letter": "7/TTr"}, {"letter": "", "why": "thanh tra"}, {"letter": "7/TTr", "why": " "}):
            assert (await house.ask("POST", f"/api/recordings/{FIRST.id}/holds", "admin", json=body))[0] == 400
        body = {"letter": "7/TTr", "why": "thanh tra"}
        assert (await house.ask("POST", f"/api/recordings/{'e' * 16}/holds", "admin", json=body))[0] == 404


async def test_what_would_go(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, found = await house.ask("GET", "/api/retention", "admin")
        assert (status, found["recordings"], found["bytes"], found["calls"]) == (200, 2, 1000, 3)
        assert found["days"] == [{"day": "2024-11-20", "kind": "ordinary", "recordings": 2, "bytes": 1000}]
        assert (await house.ask("GET", "/api/retention", "agent"))[0] == 403
