"""Everything that the API lets people change is an act of the audit: by route, with names and never with contents."""

from pathlib import Path
from typing import Any

from hotline1022.accounts.types import Permission
from hotline1022.core.acting import Acting, acting
from hotline1022.core.errors import Unavailable
from hotline1022.web.acting import READING
from hotline1022.web.routes import ROUTES
from tests.lab.waiting import until
from tests.unit.catalogue_memory import FIRST
from tests.unit.staff_memory import PIN
from tests.unit.test_web_roles import status_of
from tests.unit.tickets_made import CODE
from tests.unit.web_memory import SECRETS, House, MemoryActs, open_house


def noted(house: House) -> list[Acting]:
    assert isinstance(house.ports.acts, MemoryActs)
    return house.ports.acts.done


async def send(house: House, method: str, path: str, who: str, body: Any = None) -> int:
    headers = {"Authorization": f"Bearer {SECRETS[who]}"}
    more: dict[str, Any] = {"json": body} if body is not None else {}
    async with house.client.request(method, path, headers=headers, **more) as response:
        await response.read()
        return response.status


async def test_every_route_that_changes_something_is_one_act(tmp_path: Path) -> None:
    seen = 0
    async with open_house(tmp_path) as house:
        for route in ROUTES:
            await house.lines.login("101", "1001", PIN)
            if route.needs is Permission.USERS or route.people:  # of people alone: test_web_sessions.py
                continue
            # a page's are those of whom its link belongs to; what is typed is none, what comes of it is
            if route.method in READING or route.page or route.typing:
                continue
            noted(house).clear()
            who = "listen" if route.needs is Permission.LISTEN else "admin"
            status = await status_of(house, route.method, route.path, who)
            assert status in (200, 201, 202), route.path
            await until(lambda: bool(noted(house)))  # what is sent in pieces is over before its act is noted
            (act,) = noted(house)
            assert (act.actor, act.origin, act.act) == (
                f"token:{who}-token",
                "127.0.0.1",
                f"{route.method} {route.path}",
            )
            assert act.over, "what is still running afterwards is not this act"
            seen += 1
    assert seen > 20


async def test_an_act_has_names_of_what_was_given_and_no_contents(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await send(house, "POST", "/api/people", "admin", {"id": "1003", "name": "Lê Thị Cúc", "pin": "12345"})
        await send(house, "POST", "/api/lines/101/login", "agent", {"person": "1001", "pin": PIN})
        await send(house, "POST", f"/api/tickets/{CODE}/edit", "agent", {"version": 1, "address": "14 đường Lê Lợi"})
        first, second, third = noted(house)
        assert first.detail == {"status": 201, "given": ["id", "name", "pin"]} and first.subject == ""
        assert second.subject == "line:101" and second.detail["given"] == ["person", "pin"]
        assert third.subject == f"ticket:{CODE}" and third.detail["given"] == ["version", "address"]
        told = repr([act.detail for act in noted(house)])
        assert PIN not in told and "Cúc" not in told and "Lê Lợi" not in told


async def test_reading_and_what_was_refused_is_no_act(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert await send(house, "GET", "/api/calls", "read") == 200
        assert await send(house, "POST", "/api/lines/101/pause", "agent", {"reason": "9"}) == 400
        assert await send(house, "POST", "/api/people", "agent", {"id": "1003", "name": "X", "pin": "12345"}) == 403
        assert noted(house) == []
        assert acting() is None


async def test_who_wants_a_recording_without_the_right_is_written_down(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        path = f"/api/recordings/{FIRST.id}/listen"
        assert await send(house, "POST", path, "read", {"reason": "quality", "text": "Nghe lại."}) == 403
        assert isinstance(house.ports.acts, MemoryActs)
        (act,) = house.ports.acts.without_right
        assert (act.actor, act.subject) == ("token:read-token", f"recording:{FIRST.id}")
        assert act.detail == {"refused": "scope-missing"}


async def test_an_act_that_can_be_kept_nowhere_is_said_in_the_answer(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert isinstance(house.ports.acts, MemoryActs)
        house.ports.acts.fails = Unavailable("nowhere; tell the operator", error_id="audit-unavailable")
        status, value = await house.ask("POST", "/api/alarms/a1/seen", "agent")
        assert (status, value["error_id"]) == (503, "audit-unavailable")
