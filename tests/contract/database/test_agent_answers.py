"""What an agent answers in the form of a call: an answer with which nothing is completed stays in the ticket's history, by page and
API, for who answers then; so does which answer of an agency it is.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.drafts import Writing, began
from hotline1022.db.unit import Database
from hotline1022.service.tickets.agent_drafts import AgentDrafts
from hotline1022.tickets.types import BEGUN, Action, State, Ticket
from hotline1022.web.desk.ticket_look import story
from hotline1022.web.drafts import answered
from hotline1022.web.page_view import steps
from hotline1022.web.page_words import words
from tests.contract.database.agent_world import CALL, Desk, open_agent_desk
from tests.contract.database.desk_world import Browser
from tests.contract.database.test_desk_agent import PAGE, act
from tests.contract.database.test_one_ticket import form, reserve
from tests.contract.database.ticket_office import NOBODY, Office
from tests.unit.faq_memory import ID as ENTRY
from tests.unit.faq_memory import TEXT
from tests.unit.tickets_made import NOW

#: as it is typed, with a number in it
ANSWER = "Anh mang theo giấy chứng sinh.\nGọi 0901 234 567 nếu cần."


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_agent_desk(database, tmp_path) as made:
        yield made


async def rows(desk: Desk, ticket: Ticket) -> list[tuple[Action, Any]]:
    """What was done, and what had been begun to answer then."""
    history = await desk.office.view.history(ticket.id)
    return [(one.action, one.changes.get(BEGUN)) for one in history]


@pytest.mark.parametrize("chosen", ["forward", "new"])
async def test_an_answer_that_completes_nothing_is_kept_in_the_history_and_the_page_says_so(
    desk: Desk, chosen: str
) -> None:
    await desk.caller.rings()
    async with desk.agent() as browser:
        given = {"call": CALL, "content": "Hỏi khai sinh", "category": "traffic", "answer": ANSWER}
        done = await act(browser, f"{PAGE}/ticket", **given, act=chosen)
        assert done.status == 200 and words()("agent.begun-kept") in done.text
        (made,) = await desk.tickets()
        assert made.answer == "" and made.state is (State.FORWARDED if chosen == "forward" else State.NEW)
        first, *later = await rows(desk, made)
        assert first == (Action.OPEN, ["", ANSWER]) and all(begun is None for _, begun in later)
        shown = (await browser.get(f"/desk/tickets/{made.id}")).text
        assert words()("ticket-note.begun", text=ANSWER) in shown


async def test_where_nothing_was_answered_or_it_is_complete_nothing_is_said_of_it(desk: Desk) -> None:
    await desk.caller.rings()
    async with desk.agent() as browser:
        for given in ({"act": "forward", "answer": " \n"}, {"act": "complete", "answer": ANSWER}):
            done = await act(browser, f"{PAGE}/ticket", call=CALL, content="Hỏi", category="traffic", **given)
            assert done.status == 200 and words()("agent.begun-kept") not in done.text, given
    for made in await desk.tickets():
        assert all(begun is None for _, begun in await rows(desk, made))


async def by_the_api(browser: Browser, path: str, body: dict[str, Any]) -> Any:
    csrf = (await browser.get("/desk/account")).forms.fields["/desk/sign-out"]["csrf"]
    async with browser.client.post(path, json=body, headers={"X-CSRF-Token": csrf}) as answer:
        assert answer.status in (200, 201), await answer.text()
        return await answer.json()


async def test_so_it_is_by_the_api(desk: Desk) -> None:
    async with desk.agent() as browser:
        draft = {"window": "window-a", "content": "Hỏi khai sinh", "answer": ANSWER}
        kept = await by_the_api(browser, f"/api/drafts/{CALL}", draft)
        made = await by_the_api(browser, f"/api/drafts/{CALL}/ticket", {"seen": kept["version"]})
        assert made["answer"] == "" and made["state"] == "new"
        async with browser.client.get(f"/api/tickets/{made['id']}/history") as answer:
            (row,) = (await answer.json())["history"]
        assert row["changes"] == {"begun_answer": ["", ANSWER]}


async def test_it_goes_into_the_ticket_that_a_transfer_has_kept(database: Database, tmp_path: Path) -> None:
    office = Office(database, tmp_path)
    kept = await reserve(office)
    await office.desk.settle(kept.id, NOBODY, NOW)
    drafts = AgentDrafts(database, office.desk)
    await drafts.write("user:1", CALL, Writing(window="a", seen=0, texts={"answer": ANSWER}), NOW)
    left = answered(ANSWER, complete=False)
    made = await drafts.ticket("user:1", CALL, began(NOW), form(), **left, by="lan", at=NOW)
    assert made.id == kept.id and made.answer == ""
    last = (await office.view.history(made.id))[-1]
    assert last.action is Action.EDIT and last.changes[BEGUN] == ["", ANSWER]
    assert last.changes["name"] == ["", "Lê Thị Cúc"], "beside what became other"


async def test_the_agency_reads_it_and_the_number_in_it_when_the_citizen_is_shown(
    database: Database, tmp_path: Path
) -> None:
    """At the desk, and behind the link of a message."""
    office = Office(database, tmp_path)
    left = answered(ANSWER, complete=False)
    made = await office.desk.write_down(CALL, form(), **left, by="lan", at=NOW)
    history = await office.view.history(made.id)
    for shown in (True, False):
        for told in (story(history, made, words(), shown=shown), steps(history, words(), shown=shown)):
            note = told[-1].note
            assert note.startswith("Điện thoại viên đã bắt đầu trả lời người dân, chưa hoàn tất: Anh mang theo")
            assert ("0901 234 567" in note) is shown
            assert [one.note for one in told[:-1]] == [""] * (len(told) - 1)


async def test_it_goes_with_the_citizen(database: Database, tmp_path: Path) -> None:
    office = Office(database, tmp_path)
    left = answered(ANSWER, complete=False)
    made = await office.desk.write_down(CALL, form(), **left, by="lan", at=NOW)
    async with database.transaction() as tx:
        await tx.citizens.erase_tickets([made.id], "p-1")
    (row,) = await office.view.history(made.id)
    assert BEGUN not in row.changes


#: what the memory of questions and answers has published
USED, QUESTION = f"{ENTRY}/1", TEXT.question


@pytest.mark.parametrize("chosen", ["complete", "new"])
async def test_which_answer_of_an_agency_was_used_stands_in_the_history(desk: Desk, chosen: str) -> None:
    await desk.caller.rings()
    given = {"call": CALL, "content": "Hỏi", "category": "traffic", "answer": TEXT.answer}
    async with desk.agent() as browser:
        # what there is not is left out, and what was asked twice is told once
        names = f"{USED} {USED} {ENTRY}/7 {ENTRY}/2 nobody"
        assert (await act(browser, f"{PAGE}/ticket", **given, faq=names, act=chosen)).status == 200
        (made,) = await desk.tickets()
        last = (await desk.office.view.history(made.id))[-1]
        assert last.action is (Action.COMPLETE if chosen == "complete" else Action.OPEN)
        assert last.changes["faq"] == ["", USED] and last.changes["faq_questions"] == ["", QUESTION]
        assert last.changes.get(BEGUN) == (None if chosen == "complete" else ["", TEXT.answer])
        shown = (await browser.get(f"/desk/tickets/{made.id}")).text
        assert words()("ticket-note.faq", question=QUESTION, number="1") in shown
    async with desk.office.database.transaction() as tx:
        await tx.citizens.erase_tickets([made.id], "p-1")
    assert (await desk.office.view.history(made.id))[-1].changes["faq"] == ["", USED], "it says nothing of the citizen"


async def test_without_an_answer_none_was_used(desk: Desk) -> None:
    await desk.caller.rings()
    async with desk.agent() as browser:
        await act(browser, f"{PAGE}/ticket", call=CALL, content="Hỏi", category="traffic", faq=USED, act="new")
    (made,) = await desk.tickets()
    assert (await desk.office.view.history(made.id))[0].changes == {}


async def test_so_it_is_by_the_api_which_refuses_what_there_is_not(desk: Desk) -> None:
    async with desk.agent() as browser:
        draft = {"window": "window-a", "content": "Hỏi khai sinh", "answer": TEXT.answer, "faq": f"{ENTRY}/2"}
        kept = await by_the_api(browser, f"/api/drafts/{CALL}", draft)
        path, wanted = f"/api/drafts/{CALL}/ticket", {"seen": kept["version"], "complete": True}
        csrf = (await browser.get("/desk/account")).forms.fields["/desk/sign-out"]["csrf"]
        async with browser.client.post(path, json=wanted, headers={"X-CSRF-Token": csrf}) as answer:
            assert answer.status == 404 and (await answer.json())["error_id"] == "faq-unknown", "never published"
        kept = await by_the_api(
            browser, f"/api/drafts/{CALL}", {"window": "window-a", "seen": kept["version"], "faq": USED}
        )
        assert kept["fields"]["faq"] == USED
        made = await by_the_api(browser, path, {"seen": kept["version"], "complete": True})
        assert (made["state"], made["answer"]) == ("completed", TEXT.answer)
        async with browser.client.get(f"/api/tickets/{made['id']}/history") as answer:
            rows_of = (await answer.json())["history"]
        assert rows_of[-1]["changes"]["faq"] == ["", USED]
