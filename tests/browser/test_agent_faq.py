"""Answers beside an agent's form, from the database to the screen: found without the right marks, and never those of other words."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.core.live import Topic
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from tests.browser.test_agent import come_in, key, sees
from tests.browser.test_agent_pieces import FORM
from tests.contract.database.agent_world import CALL, Desk, open_agent_desk
from tests.contract.database.faq_made import BIRTH, a_desk
from tests.lab.browser import Browser
from tests.unit.calls_memory import CALLER

FOUND = "document.querySelector('#faq-found summary')?.textContent ?? ''"
SAID = "document.getElementById('faq-said').textContent"
HIDDEN = "document.getElementById('faq').hidden"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    file = tmp_path / "hotline.sqlite"
    await migrate(file)
    async with Database(file) as database:
        faq = await a_desk(database)
        await faq.publish()
        async with open_agent_desk(database, tmp_path, faq=faq.faq) as made:
            yield made


async def test_a_published_answer_is_found_by_words_without_their_marks(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    desk.sits()
    tab = await browser.tab()
    await come_in(tab, desk)
    await sees(tab, HIDDEN, False)
    await key(tab, "F4")
    await tab.type("khải sình")
    await sees(tab, FOUND, BIRTH.question)
    # nobody answers: what stands there are not the answers of other words
    await tab.refuse("/api/faq/search")
    await tab.type(" tre")
    await sees(tab, SAID, "Chưa tìm được, xin thử lại.")
    assert await tab.run(FOUND) == ""
    await tab.refuse("")
    await tab.press("Enter")
    await sees(tab, FOUND, BIRTH.question)


async def test_a_search_that_did_not_answer_once_is_asked_again(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    desk.sits()
    tab = await browser.tab()
    await tab.refuse("/api/faq/search")
    await come_in(tab, desk)
    assert await tab.run(HIDDEN)
    await tab.refuse("")
    await desk.caller.rings()
    desk.happens(Topic.CALL, "ring", line="101", call=CALL, number=CALLER)
    await sees(tab, FORM, CALL)
    await sees(tab, HIDDEN, False)
