"""What the page of tickets narrows its list by, the API takes too: states together, the own agency, what is due first. And each filter
has words above the list of supervision.
"""

from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.tickets.types import Action, State
from hotline1022.web.cookies import PLAIN
from hotline1022.web.page_words import words
from hotline1022.web.tickets_wire import TicketQuery
from hotline1022.web.wire import CallQuery
from tests.unit.accounts_memory import MemoryDoor
from tests.unit.calls_memory import NOW
from tests.unit.tickets_made import made, walked
from tests.unit.web_memory import House, open_house

A = Action
#: state → what was done to come there
WAYS = {
    State.NEW: (),
    State.FORWARDED: (A.FORWARD,),
    State.ACCEPTED: (A.FORWARD, A.ACCEPT),
    State.ANSWERED: (A.FORWARD, A.ACCEPT, A.ANSWER),
    State.REFUSED: (A.REFUSE,),
}


def filled(house: House) -> dict[str, str]:
    """One of each state; id → state."""
    house.tickets.tickets.clear()
    for number, (state, way) in enumerate(WAYS.items()):
        change = made(id=f"{number:016x}", code=f"{30000000 + number}", when=NOW + timedelta(minutes=number), calls=())
        ticket = walked(change.after, *way)
        assert ticket.state is state
        house.tickets.tickets[ticket.id] = ticket
    other = made(id="f" * 16, code="39999999", when=NOW, calls=()).after
    house.tickets.tickets[other.id] = replace(other, agency="so-y-te")
    return {one.id: one.state.value for one in house.tickets.tickets.values()}


async def listed(house: House, query: str, cookie: str = "") -> tuple[int, Any]:
    if not cookie:
        return await house.ask("GET", f"/api/tickets?{query}")
    return await house.ask("GET", f"/api/tickets?{query}", None, headers={"Cookie": f"{PLAIN}={cookie}"})


def session(house: House, contact: str, *may: Permission) -> str:
    assert isinstance(house.ports.door, MemoryDoor)
    return house.ports.door.let_in("hoa", frozenset(may), NOW, contact=contact)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("which=todo", {"new", "answered"}),
        ("which=open", {"new", "forwarded", "accepted", "answered"}),
        ("which=closed", {"refused"}),
        ("", {"new", "forwarded", "accepted", "answered", "refused"}),
        ("which=open&state=accepted", {"accepted"}),
    ],
)
async def test_states_together(tmp_path: Path, query: str, wanted: set[str]) -> None:
    async with open_house(tmp_path) as house:
        states = filled(house)
        status, told = await listed(house, query)
        assert (status, {states[one["id"]] for one in told["tickets"]}) == (200, wanted)


async def test_an_agency_has_other_things_to_do_than_1022(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        states = filled(house)
        officer = session(house, "so-xay-dung-cv", Permission.HANDLE)
        _, told = await listed(house, "which=todo", officer)
        assert {states[one["id"]] for one in told["tickets"]} == {"new", "forwarded", "accepted"}
        both = session(house, "so-xay-dung-cv", Permission.HANDLE, Permission.LOOK)
        _, told = await listed(house, "which=todo&mine=true", both)
        assert {states[one["id"]] for one in told["tickets"]} == {"new", "forwarded", "accepted"}
        _, told = await listed(house, "mine=true", both)
        assert "f" * 16 not in {one["id"] for one in told["tickets"]}
        status, told = await listed(house, "mine=true&agency=so-y-te", both)
        assert (status, told["error_id"]) == (400, "value-invalid")
        status, told = await listed(house, "mine=true")
        assert (status, told["error_id"]) == (403, "agency-none")


async def test_what_is_due_first_comes_in_parts(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        filled(house)
        _, whole = await listed(house, "which=open&order=due")
        ids = [one["id"] for one in whole["tickets"]]
        assert len(ids) == 5 and whole["next"] is None
        parts, cursor = [], ""
        while True:
            _, told = await listed(house, f"which=open&order=due&limit=2{cursor}")
            parts += [one["id"] for one in told["tickets"]]
            if told["next"] is None:
                break
            cursor = f"&cursor={told['next']}"
        assert parts == ids
        _, newest = await listed(house, "limit=2")
        for query in (f"which=open&order=due&cursor={newest['next']}", f"{cursor[1:]}", "order=best"):
            assert (await listed(house, query))[0] == 400
        for query in ("order=due", "order=due&which=closed", "order=due&state=completed"):
            status, told = await listed(house, query)
            assert (status, told["error_id"]) == (400, "order-due")


@pytest.mark.parametrize("kind", [TicketQuery, CallQuery])
def test_every_filter_has_words_above_the_list_of_supervision(kind: type) -> None:
    say = words()
    for field in fields(kind):
        if field.name not in ("cursor", "limit"):
            assert say(f"supervision-filter.{field.name}")


async def test_citizens_to_tell_are_given_in_parts_in_either_order(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        (first,) = house.outbox.lines.values()
        for number in (2, 3):
            later = first.since + timedelta(minutes=number)
            house.outbox.lines[f"l{number}"] = replace(first, id=f"l{number}", since=later)
        for query, wanted in (("", ["l1", "l2", "l3"]), ("order=latest&limit=2", ["l3", "l2"]), ("skip=2", ["l3"])):
            status, told = await house.ask("GET", f"/api/to-tell?{query}")
            assert (status, [one["id"] for one in told["to_tell"]], told["total"]) == (200, wanted, 3)
        for query in ("told=true&skip=1", "told=true&order=latest"):
            status, told = await house.ask("GET", f"/api/to-tell?{query}")
            assert (status, told["error_id"]) == (400, "order-untold")
