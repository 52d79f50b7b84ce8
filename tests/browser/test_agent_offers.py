"""A list of the form that stands open is not taken away, and the offer of a form that waits says what waits: a new call, one that came back,
a draft that was opened by hand; with the number of that one.
"""

import asyncio
from datetime import UTC, datetime

from hotline1022.core.drafts import Writing
from hotline1022.core.live import Topic
from hotline1022.queue.types import AgentState
from hotline1022.web.page_words import words
from tests.browser.test_agent import CONTENT, desk, kept, sees, type_at_end, until_kept
from tests.browser.test_agent_pieces import FORM, loads, talks
from tests.browser.test_agent_turns import OTHER, SAID
from tests.contract.database.agent_world import CALL, LOGIN, NEXT, Desk
from tests.lab.browser import Browser, Tab
from tests.unit.calls_memory import CALLER, CALLER_SAID

__all__ = ["desk"]

OFFER = "document.getElementById('offer-said').textContent"
HIDDEN = "document.getElementById('offer').hidden"
OPEN = "document.getElementById('f-category').matches(':open')"
#: milliseconds: long enough for some letters, and soon enough after them
SLOW = 500


async def rings(desk: Desk, call: str = NEXT, number: str = OTHER) -> None:
    await desk.caller.rings(call, caller=number)
    desk.happens(Topic.CALL, "ring", line="101", call=call, number=number)


async def a_draft(desk: Desk, call: str) -> None:
    """Kept, under another call than the one that goes on."""
    owner = f"user:{(await desk.world.admin.by_login(LOGIN)).id}"
    writing = Writing(window="window-a", seen=0, texts={"name": "Trần Văn Bình", "content": "Ngập nước"})
    await desk.drafts.write(owner, call, writing, datetime.now(UTC))


async def test_a_list_that_stands_open_is_not_taken_away(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    await tab.size(1920, 1080)
    await tab.click("#f-category")
    await sees(tab, OPEN)
    await asyncio.sleep(1.2)  # longer than somebody who types stops
    await rings(desk)
    await sees(tab, HIDDEN, False)
    assert await tab.run(OFFER) == words()("agent.offer", number=SAID)
    await asyncio.sleep(1.5)
    assert await tab.run(OPEN) and await tab.run(FORM) == CALL
    # closed, and a second over: the new form
    await tab.run("document.getElementById('f-content').focus()")
    await sees(tab, FORM, NEXT)


async def test_what_another_window_chose_does_not_change_a_list_that_stands_open(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    await tab.size(1920, 1080)
    chosen = "document.getElementById('f-category').value"
    before = await tab.run(chosen)
    await tab.click("#f-category")
    await sees(tab, OPEN)
    owner = (await desk.world.admin.by_login(LOGIN)).id
    texts = {"category": "construction", "name": "Trần Văn Bình"}
    writing = Writing(window="window-b", seen=0, texts=texts)
    taken = await desk.drafts.write(f"user:{owner}", CALL, writing, datetime.now(UTC))
    told = f"{{owner: '{owner}', call: '{CALL}', version: {taken.draft.version}}}"
    await tab.run(f"(window.other = new BroadcastChannel('hl-draft')).postMessage({told})")
    await sees(tab, "document.getElementById('f-name').value", "Trần Văn Bình")
    await asyncio.sleep(2)
    assert await tab.run(OPEN) and await tab.run(chosen) == before != "construction"
    # nor is a ticket made of what another one chose and nobody sees here
    assert int(await tab.run("document.getElementById('seen').value")) < taken.draft.version
    await tab.run("document.getElementById('f-content').focus()")
    await sees(tab, chosen, "construction")
    assert int(await tab.run("document.getElementById('seen').value")) == taken.draft.version


async def writes(desk: Desk, tab: Tab, **texts: str) -> None:
    """Another window of the same person, of which this one hears."""
    owner = (await desk.world.admin.by_login(LOGIN)).id
    writing = Writing(window="window-b", seen=0, texts=texts)
    taken = await desk.drafts.write(f"user:{owner}", CALL, writing, datetime.now(UTC))
    told = f"{{owner: '{owner}', call: '{CALL}', version: {taken.draft.version}}}"
    await tab.run(f"(window.other = new BroadcastChannel('hl-draft')).postMessage({told})")


#: what this window would have had, in words
OWN_WORDS = "document.querySelector('#words blockquote')?.textContent"


async def test_what_another_window_chose_meanwhile_is_not_written_over(desk: Desk, browser: Browser) -> None:
    """The list stood open when it came: who chooses from it has not seen that."""
    tab = await talks(desk, browser)
    await tab.size(1920, 1080)
    chosen = "document.getElementById('f-category')"
    await tab.click("#f-category")
    await sees(tab, OPEN)
    await writes(desk, tab, category="construction", name="Trần Văn Bình")
    await sees(tab, "document.getElementById('f-name').value", "Trần Văn Bình")
    own = await tab.run(f"[...{chosen}.options].map(one => one.value).find(one => one && one !== 'construction')")
    said = await tab.run(f"[...{chosen}.options].find(one => one.value === '{own}').textContent")
    await tab.run(f"{chosen}.value = '{own}'; {chosen}.dispatchEvent(new Event('input', {{bubbles: true}}))")
    await sees(tab, OWN_WORDS, said)
    await tab.run("document.getElementById('f-content').focus()")
    await sees(tab, f"{chosen}.value", "construction")
    assert (await kept(desk))["category"] == "construction"
    # what one chose is there at one press
    await tab.run("document.querySelector('#words button').click()")
    await until_kept(desk, "category", own)
    assert await tab.run(f"{chosen}.value") == own and (await kept(desk))["name"] == "Trần Văn Bình"


async def test_letters_into_a_field_that_another_window_wrote_meanwhile_are_offered(
    desk: Desk, browser: Browser
) -> None:
    """They were typed while other words of this window were on their way, whose answer brings the newer ones."""
    tab = await talks(desk, browser)
    before = await tab.run("document.getElementById('f-name').value")
    owner = f"user:{(await desk.world.admin.by_login(LOGIN)).id}"
    await tab.network(late=1500)
    await type_at_end(tab, "f-content", "Mất nước")
    await asyncio.sleep(0.1)  # nobody tells this window
    writing = Writing(window="window-b", seen=0, texts={"name": "Trần Văn Bình"})
    await desk.drafts.write(owner, CALL, writing, datetime.now(UTC))
    await asyncio.sleep(0.6)  # the content is on its way
    await type_at_end(tab, "f-name", " Em")
    await sees(tab, OWN_WORDS, f"{before} Em")
    await sees(tab, "document.getElementById('f-name').value", "Trần Văn Bình")
    found = await kept(desk)
    assert (found["name"], found["content"]) == ("Trần Văn Bình", "Mất nước")


async def test_the_offer_has_the_number_of_the_call_that_waits(desk: Desk, browser: Browser) -> None:
    """Letters that come while the new form is on its way: the card still shows who called before."""
    tab = await talks(desk, browser)
    await type_at_end(tab, "f-content", "Mất")
    await asyncio.sleep(1.1)
    await tab.network(late=SLOW)
    await rings(desk)
    await sees(tab, f"document.getElementById('call-title').textContent.startsWith('{SAID}')")
    await tab.type(" nước")
    await sees(tab, HIDDEN, False)
    assert await tab.run(OFFER) == words()("agent.offer", number=SAID)


async def test_a_call_that_comes_back_while_another_draft_is_written_is_no_new_one(
    desk: Desk, browser: Browser
) -> None:
    tab = await talks(desk, browser)
    await a_draft(desk, NEXT)
    await tab.run("htmx.trigger(document.body, 'hl-all')")
    # the citizen was put through; meanwhile an older request is finished
    desk.caller.call = None
    desk.sits(AgentState.READY)
    await loads(tab, desk, Topic.CALL, "over", "call")
    await tab.run(
        f"(() => {{ const b = document.querySelector('[data-open]:not(#offer-go)'); b.dataset.open = '{NEXT}'; b.click(); }})()"
    )
    await sees(tab, FORM, NEXT)
    await type_at_end(tab, "f-content", " ở hẻm")
    await rings(desk, CALL, CALLER)
    await sees(tab, HIDDEN, False)
    assert await tab.run(OFFER) == words()("agent.offer-again", number=CALLER_SAID)
    await sees(tab, FORM, CALL)


async def test_a_draft_that_is_opened_by_hand_is_called_no_call_and_comes(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    await a_draft(desk, NEXT)
    await asyncio.sleep(1.1)
    await tab.network(late=SLOW)
    await tab.run(
        f"(() => {{ const b = document.querySelector('#form [data-open]'); b.dataset.open = '{NEXT}'; b.click(); }})()"
    )
    await tab.run("document.getElementById('f-content').focus()")
    await tab.type("Mất nước")
    await sees(tab, HIDDEN, False)
    assert await tab.run(OFFER) == words()("agent.offer-hand")
    assert await tab.run(FORM) == CALL and await tab.run(CONTENT) == "Mất nước"
    # other pieces load meanwhile: it still waits, and comes
    desk.happens(Topic.CALL, "talk")
    await sees(tab, FORM, NEXT)
    assert await tab.run(CONTENT) == "Ngập nước" and await tab.run(HIDDEN)
    await asyncio.sleep(1.2)
    assert await tab.run(FORM) == NEXT, "the call at the line does not take its place"
