"""One citizen's data over HTTP: admins alone, the number in the body, erased only when told so in so many words."""

from pathlib import Path

import pytest

from tests.unit.citizen_memory import REQUEST, MemoryCitizens
from tests.unit.web_memory import open_house

NUMBER = "0901 234 567"


async def test_each_step_reaches_the_house(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        asked = {"number": NUMBER}
        why = {"reason": "citizen", "text": "Đơn ngày 12/11/2026"}
        for missing in ({}, {"reason": "citizen"}, {"text": "Đơn ngày 12/11/2026"}):
            assert (await house.ask("POST", "/api/citizens/export", "admin", json=asked | missing))[0] == 400
        assert (await house.ask("POST", "/api/citizens/export", "admin", json=asked | why))[1]["calls"][0]["id"]
        _, seen = await house.ask("POST", "/api/citizens/erasures/preview", "admin", json=asked)
        assert seen["kept"] == {"ticket:10000001": "ticket-open"}
        body = {"number": NUMBER, "reason": "Đơn ngày 12/11/2026"}
        assert (await house.ask("POST", "/api/citizens/erasures", "admin", json=body))[0] == 201
        path = f"/api/citizens/erasures/{REQUEST}/confirm"
        for sure in ({}, {"confirm": False}):
            assert (await house.ask("POST", path, "admin", json=asked | sure))[0] == 400
        assert (await house.ask("POST", path, "admin", json=asked | {"confirm": True}))[0] == 200
        other = f"/api/citizens/erasures/{'d' * 16}/confirm"
        assert (await house.ask("POST", other, "admin", json=asked | {"confirm": True}))[0] == 404
        assert isinstance(house.ports.citizens, MemoryCitizens)
        assert [one[0] for one in house.ports.citizens.asked] == ["export", "look", "request", "confirm"]


@pytest.mark.parametrize("number", ["", "123", "0901234567; DROP", None])
async def test_what_is_no_number_does_not_reach_it(tmp_path: Path, number: str | None) -> None:
    async with open_house(tmp_path) as house:
        assert (
            await house.ask(
                "POST", "/api/citizens/export", "admin", json={"number": number, "reason": "citizen", "text": "x"}
            )
        )[0] == 400
        assert isinstance(house.ports.citizens, MemoryCitizens) and house.ports.citizens.asked == []
