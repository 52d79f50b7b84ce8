"""One citizen's data over HTTP: admins alone, the number in the body, erased only when told so in so many words."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.web.cookies import HEADER, PLAIN, form_token
from hotline1022.web.users import GOOD
from tests.unit.accounts_memory import MemoryDoor
from tests.unit.calls_memory import NOW
from tests.unit.citizen_memory import BODIES, REQUEST, MemoryCitizens
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


async def test_a_file_has_recordings_for_who_may_listen_too(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert isinstance(house.ports.door, MemoryDoor) and isinstance(house.ports.citizens, MemoryCitizens)
        body = BODIES["/api/citizens/export/zip"]
        for permissions, audio, wanted in (
            ({Permission.CITIZENS}, False, 200),
            ({Permission.CITIZENS}, True, 403),
            ({Permission.LISTEN, Permission.LOOK}, False, 403),
            ({Permission.CITIZENS, Permission.LISTEN}, True, 200),
        ):
            cookie = house.ports.door.let_in(f"{len(permissions)}-{audio}-{wanted}", frozenset(permissions), NOW)
            headers = {"Cookie": f"{PLAIN}={cookie}", HEADER: form_token(cookie)}
            sent: dict[str, Any] = {"json": body | {"audio": audio}, "headers": headers}
            async with house.client.post("/api/citizens/export/zip", **sent) as response:
                assert response.status == wanted, (permissions, audio)
                if wanted == 200:
                    assert (response.content_type, await response.read()) == ("application/zip", b"PK...")
        assert [one[0] for one in house.ports.citizens.asked] == ["zip", "zip"]


async def test_an_open_browser_alone_erases_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert isinstance(house.ports.door, MemoryDoor) and isinstance(house.ports.citizens, MemoryCitizens)
        cookie = house.ports.door.let_in("lan", frozenset({Permission.CITIZENS}), NOW)
        known = house.ports.door.known[cookie]
        house.ports.door.known[cookie] = replace(known, session=replace(known.session, made_at=NOW - GOOD))
        headers = {"Cookie": f"{PLAIN}={cookie}", HEADER: form_token(cookie)}
        for step in ("begin", "confirm"):
            body = BODIES[f"/api/citizens/erasures/{{erasure}}/{step}"]
            path = f"/api/citizens/erasures/{REQUEST}/{step}"
            status, told = await house.ask("POST", path, None, headers=headers, json=body)
            assert (status, told["error_id"]) == (403, "password-needed"), step
        assert house.ports.citizens.asked == []


async def test_one_is_begun_and_followed(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        path = f"/api/citizens/erasures/{REQUEST}"
        body = BODIES["/api/citizens/erasures/{erasure}/begin"]
        assert (await house.ask("POST", f"{path}/begin", "admin", json=body | {"confirm": False}))[0] == 400
        assert (await house.ask("POST", f"{path}/begin", "admin", json=body | {"seen": "x"}))[0] == 400
        status, told = await house.ask("POST", f"{path}/begin", "admin", json=body)
        assert (status, told["stage"]) == (202, "running")
        assert (await house.ask("GET", path, "admin"))[1]["stage"] == "asked"
        other = f"/api/citizens/erasures/{'d' * 16}"
        assert (await house.ask("POST", f"{other}/begin", "admin", json=body))[0] == 404
        assert (await house.ask("GET", other, "admin"))[0] == 404
        _, told = await house.ask("GET", "/api/citizens/requests", "admin")
        assert [one["request"] for one in told["erasures"]] == [REQUEST] and told["exports"][0]["by"] == "cli:an"


@pytest.mark.parametrize("number", ["", "123", "0901234567; DROP", None])
async def test_what_is_no_number_does_not_reach_it(tmp_path: Path, number: str | None) -> None:
    async with open_house(tmp_path) as house:
        assert (
            await house.ask(
                "POST", "/api/citizens/export", "admin", json={"number": number, "reason": "citizen", "text": "x"}
            )
        )[0] == 400
        assert isinstance(house.ports.citizens, MemoryCitizens) and house.ports.citizens.asked == []
