"""An agency's leader ends what the agency has done, at the desk, by the API and by the link of an SMS; a specialist does not, and
1022 ends nothing that an agency works on.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hotline1022.db.unit import Database
from hotline1022.tickets.types import Action, State
from tests.contract.database.desk_world import Browser
from tests.contract.database.handling_world import (
    LEADER,
    PNG,
    SPECIALIST,
    Handling,
    act_page,
    open_handling,
    page,
    upload,
)
from tests.contract.database.officer_world import World, open_world

A, S = Action, State
ANSWER = "Đã thay nắp cống trong sáng nay."


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[Handling]:
    async with open_handling(database, tmp_path) as made:
        yield made


@pytest.fixture
async def links(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database, tmp_path) as made:
        yield made


async def by_api(browser: Browser, ticket: str, **body: Any) -> tuple[int, Any]:
    csrf = (await browser.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]
    async with browser.client.request(
        "POST", f"/api/tickets/{ticket}/complete", headers={"X-CSRF-Token": csrf}, json=body
    ) as response:
        return response.status, await response.json()


@pytest.mark.parametrize("done", [(A.ACCEPT,), (A.ACCEPT, A.EXTEND), (A.ACCEPT, A.PASS_TO_LEADER)])
async def test_a_leader_answers_and_ends_in_one_act_with_proof(world: Handling, done: tuple[Action, ...]) -> None:
    ticket = await world.ticket(*done)
    async with world.desk.signed_in("leader", login="ld", contact=LEADER) as leader:
        path = act_page(ticket, A.COMPLETE)
        assert "1022 không phải làm gì thêm" in (await leader.get(page(ticket))).text
        empty = await upload(leader, ticket, path)
        assert empty.status == 400 and (await world.stored(ticket)).state is ticket.state
        shown = await upload(leader, ticket, path, ("nap-cong.png", "image/png", PNG), answer=ANSWER)
        assert shown.goes_to == f"{page(ticket)}?done=complete"
        text = (await leader.get(page(ticket))).text
        assert "nap-cong.png" in text and ANSWER in text and "/act/" not in text
    after = await world.stored(ticket)
    assert (after.state, after.answer, after.answered_at, after.closed_at) == (
        S.COMPLETED,
        ANSWER,
        world.desk.now,
        world.desk.now,
    )


async def test_who_does_not_lead_and_who_is_of_1022_do_not(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT)
    for role, contact, error in (("specialist", SPECIALIST, "action-of-leader"), ("agent", "", "action-of-agency")):
        async with world.desk.signed_in(role, login=role, contact=contact) as browser:
            assert act_page(ticket, A.COMPLETE) not in (await browser.get(page(ticket))).text
            status, told = await by_api(browser, ticket.id, version=ticket.version, answer=ANSWER)
            assert (status, told["error_id"]) == (403, error), role
    assert await world.stored(ticket) == ticket


async def test_what_was_answered_is_ended_by_whoever_is_first(world: Handling) -> None:
    for role, contact in (("leader", LEADER), ("agent", "")):
        ticket = await world.ticket(A.ACCEPT, A.ANSWER)
        async with world.desk.signed_in(role, login=f"{role}-2", contact=contact) as browser:
            assert act_page(ticket, A.COMPLETE) in (await browser.get(page(ticket))).text
            status, told = await by_api(browser, ticket.id, version=ticket.version)
            assert (status, told["state"], told["answer"]) == (200, "completed", ticket.answer)
            status, told = await by_api(browser, ticket.id, version=ticket.version)
            assert status == 409, "it is done once"


async def test_by_the_link_of_an_sms_a_leader_ends_it_and_a_specialist_does_not(links: World) -> None:
    ticket = await links.ticket(A.ACCEPT)
    assert 'value="complete"' not in (await links.get(links.link(ticket, SPECIALIST))).text
    refused = await links.press(links.link(ticket, SPECIALIST), "complete", ticket.version, answer=ANSWER)
    assert refused.status == 409 and (await links.stored(ticket)).state is S.ACCEPTED
    link = links.link(ticket, LEADER)
    empty = await links.press(link, "complete", ticket.version)
    assert empty.status == 400 and "Xin viết nội dung trả lời" in empty.text
    done = await links.press(link, "complete", ticket.version, answer=ANSWER)
    assert done.status == 303
    after = await links.stored(ticket)
    assert (after.state, after.answer) == (S.COMPLETED, ANSWER)
    assert "Đã hoàn tất phiếu" in (await links.get(f"{link}?done=complete")).text


async def test_what_was_answered_is_ended_by_the_link_as_it_stands(links: World) -> None:
    ticket = await links.act(await links.ticket(A.ACCEPT), A.ANSWER, answer=ANSWER)
    link = links.link(ticket, LEADER)
    assert 'value="complete"' in (await links.get(link)).text
    assert (await links.press(link, "complete", ticket.version)).status == 303
    after = await links.stored(ticket)
    assert (after.state, after.answer) == (S.COMPLETED, ticket.answer)
