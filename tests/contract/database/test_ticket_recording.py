"""From the page of an SMS to the recording of that very ticket: through the door, for who may listen to it, and nowhere else."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, Named, Ticket
from tests.contract.database.desk_world import OWN
from tests.lab.audit_desk import Audited, open_audit
from tests.unit.notify_memory import LINKS
from tests.unit.recordings_world import CALL
from tests.unit.tickets_made import a_draft

P = Permission
SPECIALIST = "so-xay-dung-cv"


@pytest.fixture
async def audited(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Audited]:
    async with open_audit(address, tmp_path, monkeypatch) as made:
        await made.desk.admin.add_role("hears", "Chuyên viên nghe lại", [P.HANDLE, P.LISTEN])
        yield made


async def forwarded(audited: Audited, *calls: str) -> Ticket:
    made = await audited.tickets.create(a_draft(calls=calls), by="lan", at=audited.desk.now)
    return await audited.tickets.act(made.id, Act(action=Action.FORWARD), by="lan", at=audited.desk.now)


def link(audited: Audited, ticket: Ticket) -> str:
    return f"/l/{LINKS.make(SPECIALIST, ticket.id, audited.desk.now + timedelta(days=3))}"


async def test_the_page_of_the_link_leads_through_the_door_to_the_recording(audited: Audited) -> None:
    ticket, without = await forwarded(audited, CALL), await forwarded(audited)
    way = f"/desk/tickets/{ticket.id}/recordings"
    async with audited.desk.browser() as stranger:
        shown = await stranger.get(link(audited, ticket))
        assert f'href="..{way}"' in shown.text and "Cần đăng nhập" in shown.text
        assert "<audio" not in shown.text and audited.recording not in shown.text and CALL not in shown.text
        assert "/recordings" not in (await stranger.get(link(audited, without))).text, "where there is no call"
        door = await stranger.get(way)
        asked = urlsplit(door.goes_to)
        assert (door.status, asked.path, parse_qs(asked.query)) == (303, "/desk/sign-in", {"next": [way]})
    async with audited.desk.signed_in("hears", login="cv", contact=SPECIALIST):
        pass
    async with audited.desk.browser() as browser:
        entered = await browser.send(door.goes_to, "/desk/sign-in", login="cv", password=OWN)
        assert entered.goes_to == way
        there = await browser.get(way)
        assert (there.status, there.goes_to) == (303, f"/desk/recordings/{audited.recording}")
        page = await browser.get(there.goes_to)
        assert page.status == 200 and f"/desk/recordings/{audited.recording}/listen" in page.forms.fields
        several = await browser.get(f"/desk/tickets/{without.id}/recordings")
        assert several.goes_to == f"/desk/recordings?ticket={without.code}", "where there is not one alone: the list"
        assert (await browser.get(several.goes_to)).status == 200


async def test_who_may_not_listen_is_told_so_and_sees_nothing_of_it(audited: Audited) -> None:
    ticket = await forwarded(audited, CALL)
    way = f"/desk/tickets/{ticket.id}/recordings"
    async with audited.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as deaf:
        told = await deaf.get(way)
        assert told.status == 403 and audited.recording not in told.text
    async with audited.desk.signed_in("hears", login="khac", contact="so-y-te-cv") as other:
        told = await other.get(way)
        assert told.status == 404 and audited.recording not in told.text
    async with audited.desk.signed_in("hears", "supervisor", login="hai", contact="so-y-te-ld") as both:
        # who sees all tickets hears the own agency's alone
        told = await both.get(way)
        assert told.status == 404 and audited.recording not in told.text
    async with audited.desk.signed_in("auditor", login="kt") as auditor:
        assert (await auditor.get(way)).goes_to == f"/desk/recordings/{audited.recording}"
    at = audited.desk.now
    await audited.tickets.act(ticket.id, Act(action=Action.FORWARD, agency=Named(id="so-y-te")), by="lan", at=at)
    async with audited.desk.signed_in("hears", login="cu", contact="so-xay-dung-ld") as former:
        assert (await former.get(way)).status == 404


@pytest.mark.parametrize(
    "wanted",
    [
        "https://example.org/desk/recordings",
        "//example.org/desk",
        "/\\example.org",
        "/desk/../l/x",
        "/deskx",
        "/desk/\\example.org",
        "javascript:alert(1)",
    ],
)
async def test_the_door_leads_to_no_other_place(audited: Audited, wanted: str) -> None:
    async with audited.desk.signed_in("hears", login="cv", contact=SPECIALIST):
        pass
    async with audited.desk.browser() as browser:
        door = f"/desk/sign-in?{urlencode({'next': wanted})}"
        entered = await browser.send(door, "/desk/sign-in", login="cv", password=OWN)
        assert entered.status == 303 and (entered.goes_to == "/desk" or wanted == "/desk/../l/x"), entered.goes_to
        assert urlsplit(entered.goes_to).netloc == "" and entered.goes_to.startswith("/desk")
