"""Lists of those who wait for somebody, by the API as by the page: a part of them, in either order, and how many there are."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.unit.staff_memory import MemoryVoicemails
from tests.unit.web_memory import House, open_house


def messages(house: House) -> MemoryVoicemails:
    """Three that nobody has heard, and one that somebody has."""
    kept = house.ports.voicemails
    assert isinstance(kept, MemoryVoicemails)
    (first,) = kept.voicemails.values()
    for number in range(2, 5):
        later = first.left_at + timedelta(minutes=number)
        heard = later if number == 4 else None
        kept.voicemails[f"v{number}"] = replace(first, id=f"v{number}", left_at=later, heard_at=heard)
    return kept


async def test_messages_are_given_in_parts_in_either_order(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        messages(house)
        for query, wanted in (
            ("heard=false", ["v3", "v2", "v1"]),
            ("heard=false&order=oldest&limit=2", ["v1", "v2"]),
            ("heard=false&order=oldest&limit=2&skip=2", ["v3"]),
        ):
            status, told = await house.ask("GET", f"/api/voicemails?{query}")
            assert (status, [one["id"] for one in told["voicemails"]], told["total"]) == (200, wanted, 3), query
        status, told = await house.ask("GET", "/api/voicemails?heard=true")
        assert (status, [one["id"] for one in told["voicemails"]], told["total"]) == (200, ["v4"], None)
        for query in ("skip=1", "order=oldest", "heard=true&skip=1"):
            status, told = await house.ask("GET", f"/api/voicemails?{query}")
            assert (status, told["error_id"]) == (400, "order-unheard"), query


async def test_numbers_to_be_called_back_are_counted(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("GET", "/api/abandoned?order=oldest")
        assert (status, len(told["abandoned"]), told["total"]) == (200, 1, 1)
        status, told = await house.ask("GET", "/api/abandoned?skip=1")
        assert (status, told["abandoned"], told["total"]) == (200, [], 1)
        assert (await house.ask("GET", "/api/abandoned?order=best"))[0] == 400
