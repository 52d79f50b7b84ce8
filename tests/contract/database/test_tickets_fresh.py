"""Pages of tickets carry what they need to say that they are old, and never more than that."""

import re
from datetime import timedelta

from hotline1022.service.accounts.desk import Terms
from hotline1022.tickets.types import Action
from tests.contract.database.desk_world import OWN
from tests.contract.database.handling_world import SPECIALIST, Handling, act_page, page, world

__all__ = ["world"]


def room(text: str) -> dict[str, str]:
    """The attributes of what says that the page is old."""
    (tag,) = re.findall(r'<div id="fresh"[^>]*>', text)
    return dict(re.findall(r' ([a-z-]+)="([^"]*)"', tag))


async def test_pages_of_tickets_say_where_they_stand(world: Handling) -> None:
    ticket = await world.ticket()
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        for path, about in (("/desk/tickets?which=open&page=1", ""), (page(ticket), ticket.id)):
            shown = await browser.get(path)
            found = room(shown.text)
            assert found["role"] == "status" and found["data-ticket"] == about
            assert re.fullmatch(r"\S+-\d+", found["data-position"]), "what happened since is told"
            assert f'hidden>Có thay đổi. <a href="{path.replace("&", "&amp;")}">Tải lại</a>' in shown.text
            assert re.search(r'src="/assets/\w+/live.js" defer.*src="/assets/\w+/tickets.js" defer', shown.text)
            assert ticket.accept_by is not None
            assert float(found["data-due"]) == (ticket.accept_by - world.desk.now).total_seconds()


async def test_what_is_overdue_is_waited_for_no_more(world: Handling) -> None:
    await world.ticket()
    world.desk.now += timedelta(days=9)
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        assert room((await browser.get("/desk/tickets")).text)["data-due"] == ""


async def test_a_page_that_came_from_a_form_leads_back_to_the_ticket(world: Handling) -> None:
    ticket = await world.ticket()
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        csrf = (await browser.get(page(ticket))).forms.fields[act_page(ticket, Action.ACCEPT)]["csrf"]
        late = await browser.post(act_page(ticket, Action.ACCEPT), {"csrf": csrf, "version": "1"})
        assert late.status == 409 and f'Có thay đổi. <a href="{page(ticket)}">' in late.text


async def test_all_forms_that_were_typed_into_are_back_after_the_door(world: Handling) -> None:
    ticket = await world.ticket(Action.ACCEPT)
    texts = {Action.ANSWER: {"answer": "Đã lấp lại vỉa hè."}, Action.RETURN: {"why": "Không thuộc <thẩm quyền>"}}
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        here = await browser.get(page(ticket))
        world.desk.now += Terms().idle + timedelta(minutes=1)
        script = {"HX-Request": "true", "HX-Current-URL": str(world.desk.server.make_url(page(ticket)))}
        for action, typed in texts.items():
            door = await browser.post(
                act_page(ticket, action), here.forms.fields[act_page(ticket, action)] | typed, **script
            )
            assert (door.status, door.headers["HL-Kept"]) == (200, "1")
        await browser.send(door.headers["HX-Redirect"], "/desk/sign-in", login="cv", password=OWN)
        again = await browser.get(page(ticket))
        assert "Đã lấp lại vỉa hè.</textarea>" in again.text
        assert "Không thuộc &lt;thẩm quyền&gt;</textarea>" in again.text
        assert (await world.stored(ticket)).version == ticket.version, "nothing was done by it"


async def test_a_script_hears_that_the_session_has_ended(world: Handling) -> None:
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        events, script = "/desk/events?topics=tickets&since=", {"HX-Request": "true"}
        assert (await browser.head(events, **script)).status == 200
        world.desk.now += Terms().idle + timedelta(minutes=1)
        assert (await browser.head(events, **script)).status == 401
