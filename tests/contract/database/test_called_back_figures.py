"""A hunt counts by its agency, whoever began the call: in how agencies pick up, in what is under way, on the page, on televisions, in
tickets and their file. The call that 1022 made is in no figure of calls (docs/figures.md).
"""

import io
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hotline1022.cascade.types import CascadeRow
from hotline1022.core.cascade import Outcome, State
from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from hotline1022.db.types import CallRow
from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.service.cascades.view import CascadesView
from hotline1022.service.figures.view import FiguresView
from hotline1022.service.figures.wall_desk import WallDesk
from hotline1022.service.tickets.view import TicketsView
from hotline1022.service.views import CallsView
from hotline1022.tickets.types import Action, Changed, Channel, HistoryRow, Ticket
from hotline1022.tickets.types import State as TicketState
from tests.contract.database.desk_world import Browser, World, open_desk
from tests.contract.database.made import of_calls
from tests.lab.figures_world import NOW

#: lists alone are asked for
NO_HANDS: Any = None
AGENCY, OTHER = "so-xay-dung", "so-y-te"
#: call and its direction: two that are over, two whose citizen is being put through
CALLS = {"hl1-1.1": Direction.IN, "out-2.2": Direction.OUT, "hl1-3.3": Direction.IN, "out-4.4": Direction.OUT}
BEGAN = NOW - timedelta(hours=1)
DAY = "since=2026-11-26&until=2026-11-26"


def a_call(name: str, direction: Direction, at: datetime, *, over: bool) -> CallRow:
    came_in = direction is Direction.IN
    end = (Result.ANSWERED, Reason.AGENT_ANSWERED) if came_in else (Result.REACHED, Reason.CITIZEN_ANSWERED)
    result, reason = end if over else (None, None)
    return CallRow(
        id=name,
        entered_at=at,
        ended_at=at + timedelta(minutes=5) if over else None,
        did="1022" if came_in else "",
        caller_raw="0901234567",
        caller_e164="+84901234567",
        direction=direction,
        state=CallState.ENDED if over else CallState.AFTER,
        result=result,
        reason=reason,
        line="101",
        version=1,
    )


def a_hunt(call: str, agency: str, *, over: bool, taken: bool = False) -> CascadeRow:
    ended: dict[str, Any] = {"state": State.ENDED, "ended_at": BEGAN + timedelta(minutes=4)} if over else {}
    ended |= {"outcome": Outcome.CONNECTED if taken else Outcome.NOBODY} if over else {}
    ended |= {"taken_by": f"{agency}-cv", "taken_at": BEGAN + timedelta(seconds=30)} if taken else {}
    given: dict[str, Any] = {"call_id": call, "hunt": 1, "agency": agency, "category": "", "ticket": "", "code": ""}
    return CascadeRow(
        **given | {"line": "101", "origin": "service", "started_at": BEGAN, "state": State.HUNTING} | ended
    )


def a_ticket(number: int, call: str) -> Changed:
    ticket = Ticket(
        id=f"{number:016x}",
        code=f"{number:08d}",
        created_at=BEGAN,
        channel=Channel.PHONE,
        state=TicketState.NEW,
        agency=AGENCY,
        content="Vỉa hè hỏng",
        begun_at=BEGAN,
        forward_by=BEGAN + timedelta(minutes=5),
        answer_by=BEGAN + timedelta(days=5),
        calls=(call,),
    )
    row = HistoryRow(
        ticket=ticket.id, number=1, at=BEGAN, by="test", action=Action.OPEN, before=None, after=ticket.state
    )
    return Changed(before=None, after=ticket, row=row)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    first, second, third, fourth = CALLS
    await database.save(of_calls(*(a_call(one, way, BEGAN, over=one in (first, second)) for one, way in CALLS.items())))
    async with database.transaction() as tx:
        hunts = [a_hunt(first, AGENCY, over=True), a_hunt(second, AGENCY, over=True, taken=True)]
        await tx.cascades.save([*hunts, a_hunt(third, OTHER, over=False), a_hunt(fourth, OTHER, over=False)], [])
        for number, call in enumerate((first, second), 1):
            assert await tx.tickets.add(a_ticket(number, call))
    parts: dict[str, Any] = {
        "calls": CallsView(database),
        "tickets": TicketsView(database, NO_HANDS),
        "figures": FiguresView(database, Directory, dict),
        "wallboards": WallDesk(database, lambda: NOW),
        "cascades": CascadesView(database, NO_HANDS, NO_HANDS, NO_HANDS, NO_HANDS),
    }
    async with open_desk(database, tmp_path, **parts) as made:
        made.now = NOW
        yield made


async def told(browser: Browser, path: str) -> Any:
    async with browser.client.get(path) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def test_an_agency_is_judged_by_every_attempt_at_it(world: World) -> None:
    async with world.signed_in("supervisor") as browser:
        (one,) = (await told(browser, f"/api/cascades/pick-ups?{DAY}"))["agencies"]
        assert one == {"agency": AGENCY, "cascades": 2, "taken": 1, "taken_after_ms": 30_000}
        rows = (await told(browser, f"/api/cascades?agency={AGENCY}&state=ended&{DAY}"))["cascades"]
        assert {row["call"] for row in rows} == {"hl1-1.1", "out-2.2"}, "the figure and its rows"
        taken = [row["call"] for row in rows if row["taken_at"]]
        assert (len(rows), len(taken)) == (one["cascades"], one["taken"])


async def test_what_is_under_way_is_the_same_for_the_api_the_page_and_televisions(world: World) -> None:
    async with world.signed_in("supervisor") as browser:
        today = (await told(browser, "/api/figures/today"))["cascades"]
        rows = await told(browser, "/api/cascades?under_way=true")
        assert {one["call"] for one in today["cascades"]} == {"hl1-3.3", "out-4.4"}
        assert [one["call"] for one in rows["cascades"]] == [one["call"] for one in today["cascades"]]
        page = (await browser.get("/desk/supervision")).text
        shown = page[page.index('id="hunts"') :]
        assert shown[: shown.index("</section>")].count("<tr><td>") == 2
        assert re.search(r'href="#hunts"><span[^>]*>[^<]*</span><strong>2<', page), "and its big figure"
        made = await browser.send("/desk/wallboards", "/desk/wallboards", name="Phòng trực")
        (path,) = re.findall(r"/wall/[A-Za-z0-9_-]{43}", made.text)
        wall = {one["id"]: one["said"] for one in (await told(browser, f"{path}/now"))["figures"]}
        assert wall["cascades"] == "2"


async def test_tickets_of_both_are_its_tickets_and_the_call_that_1022_made_is_in_no_figure_of_calls(
    world: World,
) -> None:
    async with world.signed_in("supervisor") as browser:
        found = await told(browser, f"/api/figures/tickets?{DAY}&agency={AGENCY}")
        assert {one["id"]: one["value"] for one in found["figures"]}["tickets"] == 2
        for kind, count in (("tickets", 2), ("calls", 1)):
            async with browser.client.get(f"/api/{kind}/export?{DAY}&agency={AGENCY}") as response:
                assert response.status == 200, await response.text()
                sheet = openpyxl.load_workbook(io.BytesIO(await response.read()), read_only=True).worksheets[0]
            assert len([row for row in sheet.iter_rows(values_only=True) if any(row)]) == count + 1, kind
        calls = await told(browser, f"/api/figures/calls?{DAY}&agency={AGENCY}")
        assert {one["id"]: one["value"] for one in calls["figures"]}["calls"] == 1
        out = await told(browser, f"/api/calls?{DAY}&agency={AGENCY}&direction=out")
        assert [one["id"] for one in out["calls"]] == ["out-2.2"], "it stands in the list of calls that 1022 made"
