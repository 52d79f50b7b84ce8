"""A text that is longer than its place takes is never cut without a word: no field of several lines is shut by the browser, the service
says by how much it is too long, and gives all of it back; also where it is larger than anything that is taken elsewhere.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import hotline1022
from hotline1022.core.errors import TooLong, check_length
from hotline1022.db.unit import Database
from hotline1022.tickets.types import Action
from hotline1022.web.page_words import words
from tests.contract.database.desk_world import Browser, Shown, open_desk
from tests.contract.database.handling_world import SPECIALIST, Handling, act_page, page, world
from tests.contract.database.test_desk_settings import ONE, templates
from tests.contract.database.test_faq_pages import TYPED, Faq, faq

__all__ = ["faq", "world"]

PAGES = Path(hotline1022.__file__).parent / "web/pages"
#: more signs than a request of the API may have bytes
HUGE = 50_000


def told(most: int, over: int) -> str:
    """What its sender reads."""
    return words()("error.text-long-by", over=over, most=most)


async def all_of_it(
    browser: Browser, at: str, to: str, field: str, text: str, typed: Mapping[str, str] | None = None
) -> Shown:
    """Sent, refused, and given back to its last sign."""
    shown = await browser.post(to, {**(await browser.get(at)).forms.fields[to], **(typed or {}), field: text})
    assert shown.status == 400, shown.text[:300]
    back = [one for one in re.findall(r"<textarea[^>]*>\n?([^<]*)</textarea>", shown.text) if len(one) >= len(text)]
    assert [one.strip() for one in back] == [text]
    return shown


def test_no_field_of_several_lines_is_cut_by_the_browser() -> None:
    found = {one.name: one.read_text(encoding="utf-8") for one in PAGES.rglob("*.html")}
    areas = [(name, one) for name, text in found.items() for one in re.findall(r"<textarea\b.*?>", text, re.DOTALL)]
    assert len(areas) > 15
    assert [one for one in areas if "maxlength" in one[1]] == []


def test_length_is_that_of_what_is_stored() -> None:
    check_length("why", "a\u0302" * 10, 10)
    with pytest.raises(TooLong) as error:
        check_length("why", "x" * 12, 10)
    assert (error.value.error_id, error.value.field, error.value.length) == ("text-long", "why", 12)
    assert "2 fewer" in str(error.value)


async def test_what_is_done_to_a_ticket_and_its_correction(world: Handling) -> None:
    ticket = await world.ticket(Action.ACCEPT)
    action = act_page(ticket, Action.ANSWER)
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        shown = await all_of_it(browser, page(ticket), action, "answer", "ế" * 4003)
        assert told(4000, 3) in shown.text
        shown = await all_of_it(browser, page(ticket), action, "answer", "ế" * HUGE)
        assert told(4000, HUGE - 4000) in shown.text
    async with world.desk.signed_in("agent", login="dtv") as browser:
        edit = f"{page(ticket)}/edit"
        shown = await all_of_it(browser, edit, edit, "content", "ế" * 4001, await _filled(browser, edit))
        assert told(4000, 1) in shown.text
    assert (await world.stored(ticket)).answer == ""


async def _filled(browser: Browser, at: str) -> Mapping[str, str]:
    """What a form is filled in with."""
    text = (await browser.get(at)).text
    return dict(re.findall(r'<input[^>]*type="?text"?[^>]*name="([a-z]+)" value="([^"]*)"', text))


async def test_a_message(database: Database, tmp_path: Path) -> None:
    async with open_desk(database, tmp_path, templates=templates(database)) as desk, desk.signed_in("admin") as browser:
        choices = {"encoding": "gsm7", "parts": "1", "message_class": "care"}
        shown = await all_of_it(browser, ONE, ONE, "text", "x" * 4001, choices)
        assert told(4000, 1) in shown.text


async def test_an_answer_of_an_agency(faq: Faq) -> None:
    async with faq.person("thu", "specialist", agency="so-xay-dung") as browser:
        new = "/desk/faq/new"
        shown = await all_of_it(browser, new, new, "answer", "ế" * 4001, TYPED)
        assert words()("error.faq-answer") in shown.text
