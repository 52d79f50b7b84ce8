"""Cascades over the API: listed with their steps, numbers masked; begun, taken back and connected by those who may."""

from pathlib import Path

from tests.unit.cascade_memory import MemoryCascades
from tests.unit.web_memory import open_house

CALL = "hl1-1795470208.58"


async def test_the_list_has_every_step_and_masks_numbers(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("GET", "/api/cascades", "agent")
        assert status == 200
        (one,) = told["cascades"]
        assert [step["outcome"] for step in one["steps"]] == ["busy", "taken"]
        assert (one["outcome"], one["taken_by"], one["steps"][0]["dialled"]) == (
            "connected",
            "so-xay-dung-cv",
            "02743822222",
        )
        _, hidden = await house.ask("GET", "/api/cascades", "read")
        assert "2743822222" not in str(hidden)
        assert (await house.ask("GET", "/api/cascades?agency=so-y-te", "read"))[1] == {"cascades": []}


async def test_what_is_no_filter_is_refused(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for query in (
            "state=asleep",
            "outcome=lost-in-space",
            "agency=../x",
            "limit=0",
            "since=yesterday",
            "stat=ended",
        ):
            status, told = await house.ask("GET", f"/api/cascades?{query}", "read")
            assert status == 400 and told["error_id"] in {"value-invalid", "key-unknown"}, query
        status, told = await house.ask("GET", "/api/cascades/pick-ups?since=2026-11-24&until=2026-11-23", "read")
        assert (status, told["error_id"]) == (400, "value-invalid")
        status, told = await house.ask("GET", "/api/cascades/pick-ups", "read")
        assert (status, told["agencies"][0]["taken_after_ms"]) == (200, 40_000)


async def test_agents_begin_take_back_and_connect_by_name(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        memory = house.ports.cascades
        assert isinstance(memory, MemoryCascades)
        body = {"call": CALL, "agency": "so-xay-dung", "note": "Xây trái phép\nở hẻm 14", "introduce": True}
        status, told = await house.ask("POST", "/api/cascades", "agent", json=body)
        assert (status, told["code"]) == (201, "34567898")
        for what in ("take-back", "connect"):
            assert (await house.ask("POST", f"/api/calls/{CALL}/{what}", "agent"))[0] == 200
        assert memory.asked == [
            ("begin so-xay-dung True", "agent-token"),
            (f"take back {CALL}", "agent-token"),
            (f"connect {CALL}", "agent-token"),
        ]
        memory.refuses = "citizen-taken"
        status, told = await house.ask("POST", f"/api/calls/{CALL}/take-back", "agent")
        assert (status, told["error_id"]) == (409, "citizen-taken")
        assert (await house.ask("POST", "/api/cascades", "read", json=body))[0] == 403


async def test_a_body_that_says_more_than_it_may_is_refused(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for body in (
            {},
            {"call": "x"},
            {"call": CALL, "agency": "a&b"},
            {"call": CALL, "note": "x" * 4001},
            {"call": CALL, "introduce": "yes"},
            {"call": CALL, "numbers": ["0901234567"]},
        ):
            status, told = await house.ask("POST", "/api/cascades", "agent", json=body)
            assert status == 400 and told["error_id"], body
