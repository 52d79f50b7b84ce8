"""Officers search the own agency's tickets by words, state, category and deadline, at the desk and by the API, supervisors all of them,
and learn by no search who a citizen is; the rows of before an update are found like new ones.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.db.migrate import REVISIONS, migrate
from hotline1022.db.tables_accounts import role
from hotline1022.db.tables_tickets import ticket
from hotline1022.db.tickets import ticket_values
from hotline1022.db.unit import Database
from hotline1022.tickets.types import Action, Named, Ticket, TicketFilter, Urgency
from tests.contract.database.desk_world import Browser
from tests.contract.database.handling_world import LEADER, OTHER, SPECIALIST, Handling, world
from tests.contract.database.test_migrate import migrate_to
from tests.unit.tickets_made import made

__all__ = ["world"]

A = Action
CONTENT = "Nắp cống trước nhà bà Đào vỡ, gọi lại 0274 3822 123 giúp tôi."
#: words by which an officer finds it, and those that would tell who it is
OPEN = ("nap cong", "NẮP CỐNG vỡ", "nắp cống vỡ", "đào", "so xay dung", "xây dựng cống")
WHO = (
    "anh",
    "Nguyễn",
    "0901234567",
    "0901 234 567",
    "901234567",
    "+84901",
    "lê lợi",
    "0274",
    "02743822123",
    "3822",
    "example",
)


async def found(browser: Browser, tickets: list[Ticket], query: str) -> set[int]:
    """Which of the tickets the list shows."""
    shown = await browser.get(f"/desk/tickets?which=all&{query}")
    assert shown.status == 200, shown.text
    return {number for number, one in enumerate(tickets) if f"/desk/tickets/{one.id}" in shown.text}


async def asked(browser: Browser, query: str) -> tuple[int, Any]:
    async with browser.client.get(f"/api/tickets?{query}") as response:
        return response.status, await response.json()


async def three(world: Handling) -> list[Ticket]:
    """Two of Sở Xây dựng, and one of Sở Y tế with the same words."""
    more = {"content": CONTENT, "email": "anh@example.vn"}
    mine = [await world.ticket(A.ACCEPT, **more), await world.ticket(content="Đèn đường tắt.")]
    other = await world.ticket(**more)
    return [*mine, await world.act(other, A.FORWARD, agency=Named(id="so-y-te"))]


async def test_words_are_found_in_what_an_officer_reads_and_in_nothing_else(world: Handling) -> None:
    tickets = await three(world)
    code = tickets[0].code
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        for words in (*OPEN, code, code[:5]):
            assert await found(browser, tickets, f"words={quote_plus(words)}") >= {0}, words
            assert 2 not in await found(browser, tickets, f"words={quote_plus(words)}&agency=so-y-te"), words
        for words in WHO:
            assert await found(browser, tickets, f"words={quote_plus(words)}") == set(), words
            assert await found(browser, tickets, f"words={quote_plus('nắp ' + words)}") == set(), words
        shown = (await browser.get("/desk/tickets")).text
        assert "không tìm theo người phản ánh" in shown and 'name="words"' in shown
    async with world.desk.signed_in("agent", login="dtv") as agent:
        assert await found(agent, tickets, "words=02743822123") == set(), "as it is written, and no other way"
        for words in ("anh", "901234567", "3822"):
            assert await found(agent, tickets, f"words={words}") >= {0, 2}, words


async def test_an_answer_is_searched_too_and_a_correction_at_once(world: Handling) -> None:
    one = await world.ticket(A.ACCEPT, content="Cây đổ.")
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        assert await found(browser, [one], "words=da+thay") == set()
        one = await world.act(one, A.ANSWER, answer="Đã thay nắp, ông Ánh gọi 0901234567.")
        assert await found(browser, [one], "words=da+thay") == {0}
        assert await found(browser, [one], "words=0901234567") == set()
        await world.act(one, A.EDIT, fields={"content": "Cột đèn nghiêng."})
        assert await found(browser, [one], "words=cot+den") == {0}
        assert await found(browser, [one], "words=cay+do") == set()


async def test_by_the_api_an_officer_searches_the_same_way(world: Handling) -> None:
    tickets = await three(world)
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        for words, wanted in (("nap cong", [tickets[0].code]), ("anh", []), ("0901234567", [])):
            status, told = await asked(browser, f"words={quote_plus(words)}")
            assert (status, [one["code"] for one in told["tickets"]]) == (200, wanted), words
        status, told = await asked(browser, "words=nap&agency=so-y-te")
        assert (status, told["error_id"]) == (403, "agency-other")
        assert (await asked(browser, "phone=0901234567"))[0] == 403
    async with world.desk.signed_in("specialist", login="yte", contact=OTHER) as other:
        assert [one["code"] for one in (await asked(other, "words=nap"))[1]["tickets"]] == [tickets[2].code]
    async with world.desk.signed_in("supervisor", login="gs") as supervisor:
        for query, read in (("nap+cong", {0, 2}), ("anh", set()), ("0901234567", set()), ("le+loi", set())):
            status, told = await asked(supervisor, f"words={query}")
            assert (status, {one["code"] for one in told["tickets"]}) == (200, {tickets[n].code for n in read}), query
            assert await found(supervisor, tickets, f"words={query}") == read, "what he reads, and no more"
    async with world.desk.signed_in("specialist", "supervisor", login="hai", contact=LEADER) as both:
        assert 'name="words"' in (await both.get("/desk/tickets?agency=mine")).text
        assert await found(both, tickets, "agency=mine&words=nap") == {0}
        assert await found(both, tickets, "agency=mine&words=anh") == set()
        assert (await asked(both, "agency=so-xay-dung&words=nap"))[0] == 200
        assert [one["code"] for one in (await asked(both, "agency=so-y-te&words=nap"))[1]["tickets"]] == [
            tickets[2].code
        ]
        assert await found(both, tickets, "words=anh") == set(), "nor of all agencies"


async def test_state_category_and_deadline(world: Handling) -> None:
    desk = world.desk
    tickets = [
        await world.ticket(A.ACCEPT, content="Một"),
        await world.ticket(A.ACCEPT, content="Hai", category="traffic"),
        await world.ticket(A.ACCEPT, content="Ba", urgency=Urgency.URGENT),
        await world.ticket(A.ACCEPT, A.WAIT, content="Bốn"),
        await world.ticket(A.ACCEPT, A.ANSWER, content="Năm"),
    ]
    due = tickets[0].answer_by
    assert due is not None
    day = due.date().isoformat()
    before, after = ((due + timedelta(days=days)).date().isoformat() for days in (-1, 1))
    async with desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        assert await found(browser, tickets, "category=construction&words=mot") == {0}
        assert await found(browser, tickets, "category=traffic") == {1}
        waiting = (await browser.get("/desk/tickets?which=waiting")).text
        assert [one.id in waiting for one in tickets] == [False, False, False, True, False]
        running = await found(browser, tickets, f"due_to={day}")
        assert running == {0, 1, 2}, "what is paused or answered has no deadline"
        assert await found(browser, tickets, f"due_from={day}&due_to={day}") == {0, 1}
        assert await found(browser, tickets, f"due_to={before}") == {2}
        assert await found(browser, tickets, f"due_from={after}") == set()
        assert await found(browser, tickets, "due_from=quatsch") == {0, 1, 2, 3, 4}
        wrong = await browser.get(f"/desk/tickets?which=all&due_from={after}&due_to={before}")
        assert "Xin đổi lại hai ngày" in wrong.text and tickets[0].id not in wrong.text
        status, told = await asked(browser, f"due_since={day}&due_until={day}")
        assert (status, {one["code"] for one in told["tickets"]}) == (200, {tickets[0].code, tickets[1].code})
        assert (await asked(browser, f"due_since={after}&due_until={before}"))[0] == 400


async def test_an_update_makes_old_tickets_findable_and_leaves_the_leaders_their_dates(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if empty.startswith("sqlite"):
        Path(empty.removeprefix("sqlite:///")).parent.mkdir(exist_ok=True)
    await migrate_to(empty, REVISIONS[REVISIONS.index("0041") - 1], monkeypatch)
    old = made(content=CONTENT).after
    row = {name: value for name, value in ticket_values(old).items() if name != "open_search"}
    async with Database(empty) as database, database.transaction() as tx:
        await tx._connection.execute(ticket.insert().values(**row))
        for id, given in (("leader", ["handle", "lead"]), ("mine", ["handle", "look"])):
            await tx._connection.execute(role.insert().values(id=id, name=id, permissions=given, version=1))
    await migrate(empty)
    async with Database(empty) as database, database.reading() as tx:
        for words, wanted in (("nap cong", [old.id]), (old.code, [old.id]), ("anh", []), ("3822", [])):
            listed = await tx.tickets.list(TicketFilter(words=words, open_words=True))
            assert [one.id for one in listed] == wanted, words
        roles = {one.id: one.permissions for one in await tx.accounts.roles()}
    assert roles["leader"] == {Permission.HANDLE, Permission.LEAD, Permission.EXTEND}
    assert roles["mine"] == {Permission.HANDLE, Permission.LOOK}
