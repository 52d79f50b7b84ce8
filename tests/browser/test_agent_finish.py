"""A citizen's question is answered with an agency's answer and completed in one act, in a real Chromium: by key and by button, with what
was typed before, and which answer it was stands in the ticket.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.core.clock import local_day
from hotline1022.core.live import Topic
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.faq.types import Entry
from hotline1022.queue.types import AgentState
from hotline1022.tickets.types import State, TicketFilter
from tests.browser.steps import barriers, serious
from tests.browser.test_agent import come_in, key, sees, type_at_end, until_kept
from tests.contract.database import faq_made
from tests.contract.database.agent_world import NEXT, Desk, open_agent_desk
from tests.lab.browser import Browser, Tab

FINISH = "#faq-found .btn-primary"
DONE = "document.getElementById('form').dataset.done"


@dataclass(slots=True)
class Asked:
    """The desk, with one answer that is published."""

    desk: Desk
    faq: faq_made.Desk
    entry: Entry

    @property
    def name(self) -> str:
        return f"{self.entry.id}/{self.entry.published}"


@pytest.fixture
async def asked(tmp_path: Path) -> AsyncIterator[Asked]:
    file = tmp_path / "hotline.sqlite"
    await migrate(file)
    async with Database(file) as database:
        faq = await faq_made.a_desk(database)
        text = replace(faq_made.BIRTH, valid_to=local_day(faq.now))
        entry = await faq.publish(text)
        async with open_agent_desk(database, tmp_path, faq=faq.faq) as made:
            made.sits(AgentState.TALKING)
            await made.caller.rings(answered_at=datetime.now(UTC))
            yield Asked(made, faq, entry)


async def found(tab: Tab, asked: Asked) -> None:
    """The agent comes in and finds the answer, by keys."""
    await asked.desk.make_agent()
    await come_in(tab, asked.desk)
    await sees(tab, "!document.getElementById('faq').hidden")
    await key(tab, "F4")
    await tab.type("khai sinh")
    await sees(tab, "!!document.querySelector('#faq-found summary')")
    await tab.press("Enter")
    await sees(tab, "document.activeElement.tagName", "SUMMARY")


async def test_by_one_key_it_is_answered_and_complete(asked: Asked, browser: Browser, tmp_path: Path) -> None:
    tab = await browser.tab()
    await tab.size(1920, 1080)
    await found(tab, asked)
    await tab.press("Enter")
    await sees(tab, "document.querySelector('#faq-found details').open")
    assert await barriers(tab) == []
    await tab.picture(tmp_path / "finish.png")
    await key(tab, "Enter", control=True)
    await sees(tab, DONE, "1")
    assert await tab.run("document.activeElement.id") == "after"
    (made,) = await asked.desk.tickets()
    assert (made.state, made.answer, made.content) == (
        State.COMPLETED,
        faq_made.BIRTH.answer,
        faq_made.BIRTH.question,
    ), "nothing was written down: it is the question"
    assert made.category == "traffic", "by the key that she pressed"
    last = (await asked.desk.office.view.history(made.id))[-1]
    assert last.changes["faq"] == ["", asked.name]
    assert serious(tab) == []


async def test_what_was_typed_before_stays_in_front_over_a_reload_too(asked: Asked, browser: Browser) -> None:
    tab = await browser.tab()
    await found(tab, asked)
    await type_at_end(tab, "f-content", "Hỏi làm khai sinh cho cháu")
    await type_at_end(tab, "f-answer", "Chào chị.")
    await tab.run("document.querySelector('#faq-found details').open = true")
    await tab.run("document.querySelector('#faq-found button').click()")
    await until_kept(asked.desk, "faq", asked.name)
    await until_kept(asked.desk, "answer", f"Chào chị.\n{faq_made.BIRTH.answer}")
    tab.expect_load()
    await tab.send("Page.reload")
    await tab.loaded()
    await sees(tab, "document.getElementById('f-faq')?.value", asked.name)
    await sees(tab, "!document.getElementById('faq').hidden")
    await key(tab, "F4")
    await tab.type("khai sinh")
    await sees(tab, f"!!document.querySelector('{FINISH}')")
    await tab.run(f"document.querySelector('{FINISH}').click()")
    await sees(tab, DONE, "1")
    (made,) = await asked.desk.tickets()
    assert made.content == "Hỏi làm khai sinh cho cháu"
    assert made.answer == f"Chào chị.\n{faq_made.BIRTH.answer}", "not a second time"


async def test_who_takes_the_answer_out_again_has_not_answered_with_it(asked: Asked, browser: Browser) -> None:
    tab = await browser.tab()
    await found(tab, asked)
    await tab.run("document.querySelector('#faq-found button').click()")
    await sees(tab, "document.getElementById('f-faq').value", asked.name)
    await tab.run("document.getElementById('f-answer').select(), document.execCommand('delete')")
    await sees(tab, "document.getElementById('f-faq').value", "")


async def test_an_answer_whose_day_is_over_is_asked_about_first(asked: Asked, browser: Browser) -> None:
    asked.faq.now += timedelta(days=2)
    tab = await browser.tab()
    await found(tab, asked)
    assert "đã quá hạn" in await tab.run("document.getElementById('faq-found').textContent")
    assert await tab.run(f"document.querySelectorAll('{FINISH}').length") == 0
    await key(tab, "Enter", control=True)
    assert await asked.desk.tickets() == []


async def test_the_next_citizens_ticket_is_not_ended_by_a_key_too_many(asked: Asked, browser: Browser) -> None:
    """Her call comes while the agent stands in an answer that was found for the one before."""
    tab = await browser.tab()
    await found(tab, asked)
    await asked.desk.caller.rings(NEXT, caller="0912000111")
    asked.desk.happens(Topic.CALL, "ring", line="101", call=NEXT, number="0912000111")
    await sees(tab, "document.getElementById('form').dataset.draft", NEXT)
    await tab.run("document.querySelector('#faq-found summary').focus()")
    await key(tab, "Enter", control=True)
    await sees(tab, "document.getElementById('faq-said').textContent.startsWith('Phiếu đang mở là của cuộc gọi khác')")
    assert await tab.run("document.getElementById('f-answer').value") == "" and not await tab.run(f"{DONE} === '1'")
    await sees(tab, f"!!document.querySelector('{FINISH}')")
    await tab.run(f"document.querySelector('{FINISH}').click()")
    await sees(tab, DONE, "1")
    async with asked.desk.office.database.reading() as tx:
        (made,) = await tx.tickets.list(TicketFilter(call=NEXT))
    assert made.phone.endswith("912000111"), "once it is meant, it is done"
    assert serious(tab) == []
