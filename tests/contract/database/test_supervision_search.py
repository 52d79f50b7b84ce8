"""Supervisors narrow calls and tickets down by content and by a ticket's state, with all filters at once, and learn of nobody who it is."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from hotline1022.core.folding import fold
from hotline1022.db.unit import Database
from hotline1022.tickets.types import HIDDEN, NONE, State
from tests.contract.database.supervision_world import SPAN, Filled, ids, linked, open_supervision, rows
from tests.lab.figures_world import Made


@pytest.fixture
async def filled(database: Database, tmp_path: Path) -> AsyncIterator[Filled]:
    async with open_supervision(database, tmp_path) as made:
        yield made


def hung_on(made: Made, calls: set[str], **wanted: str) -> set[str]:
    """Of these calls those with one ticket that fits all of it."""
    fits = [
        one
        for one in made.tickets
        if one.state not in HIDDEN
        and all(word in fold(one.content) for word in fold(wanted.get("words", "")).split())
        and wanted.get("state", one.state) == one.state
    ]
    return calls & {call for one in fits for call in one.calls}


async def test_a_supervisor_searches_by_content_in_figures_lists_and_files(filled: Filled) -> None:
    world, made = filled
    async with world.signed_in("supervisor") as browser:
        page = await browser.get(f"/desk/supervision?{SPAN}&words=o+ga")
        assert page.status == 200 and "disabled" not in page.text and "không tìm theo người phản ánh" in page.text
        links = [(path, said) for path, said in linked(page.text) if said != "0"]
        assert len(links) > 20 and all("words=o+ga" in path for path, _ in links)
        for path, said in random.Random(11).sample(links, 8):
            assert await rows(browser, path) == int(said), path
        tickets = await ids(browser, f"/desk/supervision/tickets?{SPAN}&words=O+GA")
        seen = [one for one in made.tickets if one.state not in HIDDEN]
        assert sorted(tickets) == sorted(one.id for one in seen if "ổ gà" in one.content) != []
        every = set(await ids(browser, f"/desk/supervision/calls?{SPAN}"))
        assert set(await ids(browser, f"/desk/supervision/calls?{SPAN}&words=o+ga")) == hung_on(
            made, every, words="o ga"
        )
        for kind in ("calls", "tickets"):
            async with browser.client.get(f"/desk/supervision/{kind}/export?{SPAN}&words=o+ga") as response:
                assert response.status == 200 and (await response.read())[:2] == b"PK"


async def test_calls_are_narrowed_down_by_the_state_of_their_ticket(filled: Filled) -> None:
    world, made = filled
    async with world.signed_in("supervisor") as browser:
        every = set(await ids(browser, f"/desk/supervision/calls?{SPAN}"))
        found = 0
        for state in (one for one in State if one not in HIDDEN):
            page = await browser.get(f"/desk/supervision?{SPAN}&state={state}")
            (path,) = {
                path for path, _ in linked(page.text) if "/calls?" in path and path.endswith(f"ticket_state={state}")
            }
            of_state = set(await ids(browser, path))
            assert of_state == hung_on(made, every, state=state), state
            found += len(of_state)
        assert found > 20


async def test_all_six_filters_at_once(filled: Filled) -> None:
    """Time, unit, content, service group, category and state: figures are those of their lists, whoever looks."""
    world, made = filled
    async with world.signed_in("supervisor") as browser:
        seen = [one for one in made.tickets if one.state not in HIDDEN and one.content]
        for one in random.Random(6).sample(seen, 12):
            given = {
                "since": "2026-11-12",
                "until": "2026-11-27",
                "agency": one.agency or NONE,
                "words": one.content.split()[0],
                "service": one.service_group or NONE,
                "category": one.category or NONE,
                "state": one.state.value,
            }
            page = await browser.get(f"/desk/supervision?{urlencode(given)}")
            assert page.status == 200
            for name in given:
                assert f'name="{name}"' in page.text
            links = linked(page.text)
            assert {path.partition("?")[0] for path, _ in links} == {
                "/desk/supervision/calls",
                "/desk/supervision/tickets",
            }
            for path, said in random.Random(1).sample(links, 4):
                assert await rows(browser, path) == int(said.replace(".", "")), path
            of_tickets = next(path for path, _ in links if "/tickets?" in path and "standing" not in path)
            assert one.id in await ids(browser, of_tickets), "the ticket itself is among them"
