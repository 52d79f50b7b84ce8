"""Somebody of an agency who may listen, at the pages and the API over the service's real parts: the recording of the own agency's
ticket for a reason, and nothing else of the evidence; it ends when the ticket goes to another agency.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, Named, Ticket
from hotline1022.web.cookies import HEADER
from tests.contract.database.desk_world import Browser
from tests.lab.audit_desk import Audited, open_audit
from tests.unit.recordings_world import CALL
from tests.unit.tickets_made import a_draft

P = Permission
SPECIALIST, OTHER = "so-xay-dung-cv", "so-y-te-cv"
REASON = {"reason": "complaint", "text": "Nghe lại phiếu của cơ quan", "what": "stereo", "format": "wav"}
ASK = {"reason": "complaint", "text": "Nghe lại phiếu của cơ quan"}


@pytest.fixture
async def audited(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Audited]:
    async with open_audit(address, tmp_path, monkeypatch) as made:
        await made.desk.admin.add_role("hears", "Chuyên viên nghe lại", [P.HANDLE, P.LISTEN])
        yield made


async def forwarded(audited: Audited) -> Ticket:
    """A ticket of the recorded call, at Sở Xây dựng."""
    made = await audited.tickets.create(a_draft(calls=(CALL,)), by="lan", at=audited.desk.now)
    return await audited.tickets.act(made.id, Act(action=Action.FORWARD), by="lan", at=audited.desk.now)


async def api(browser: Browser, csrf: str, path: str, **body: str) -> tuple[int, str]:
    async with browser.client.post(path, json=body, headers={HEADER: csrf}) as response:
        told = await response.json() if response.content_type == "application/json" else {}
        return response.status, told.get("error_id", "")


@pytest.mark.parametrize("roles", [("hears",), ("hears", "supervisor")])
async def test_the_recording_of_my_ticket_is_heard_and_no_more_of_it(audited: Audited, roles: tuple[str, ...]) -> None:
    ticket, one = await forwarded(audited), f"/desk/recordings/{audited.recording}"
    async with audited.desk.signed_in(*roles, contact=SPECIALIST) as browser:
        shown = await browser.get(f"/desk/tickets/{ticket.id}")
        assert f"/desk/recordings?ticket={ticket.code}" in shown.text
        found = await browser.get(f"/desk/recordings?ticket={ticket.code}")
        assert one in found.text and "/desk/disclosures/new" not in found.text
        assert one not in (await browser.get("/desk/recordings")).text
        assert one not in (await browser.get("/desk/recordings?ticket=87654321")).text
        page = await browser.get(one)
        assert page.status == 200 and f"{one}/listen" in page.forms.fields
        assert f"{one}/check" not in page.forms.fields and f"{one}/export" not in page.text
        assert "Lưu bản gốc" not in page.text, "the chain's entries are the evidence's"
        granted = await browser.send(one, f"{one}/listen", **REASON)
        assert granted.status == 303, granted.text
        player = await browser.get(granted.goes_to)
        assert player.status == 200
        source = f"/api/listen/{granted.goes_to.rpartition('/')[2]}"
        assert (await browser.get(source, Range="bytes=0-99")).status == 206
        csrf = page.forms.fields[f"{one}/listen"]["csrf"]
        alone = {"speakers": ["citizen"]}
        async with browser.client.post(f"{source}/speakers", json=alone, headers={HEADER: csrf}) as response:
            assert response.status == 201
            chosen = (await response.json())["url"]
        assert (await browser.get(chosen, Range="bytes=0-99")).status == 206, "each speaker of the own ticket's call"
        assert await api(browser, csrf, f"/api/recordings/{audited.recording}/listen", **ASK) == (201, "")
        for path in (f"{one}/check", f"{one}/export", "/desk/evidence/verify"):
            assert (await browser.post(path, {"csrf": csrf, **REASON})).status == 403, path
        for path in (
            "/desk/disclosures",
            "/desk/disclosures/new",
            "/desk/evidence",
            "/desk/evidence/entries?subject=chain",
        ):
            assert (await browser.get(path)).status == 403, path
        for path in (f"/api/recordings/{audited.recording}/{what}" for what in ("export", "verify")):
            assert (await api(browser, csrf, path, **ASK))[0] == 403, path
        # it goes to another agency: what was begun ends too
        await audited.tickets.act(ticket.id, Act(action=Action.RETURN, why="nhầm"), by="lan", at=audited.desk.now)
        other = Act(action=Action.FORWARD, agency=Named(id="so-y-te"))
        await audited.tickets.act(ticket.id, other, by="lan", at=audited.desk.now)
        for ended in (source, chosen):
            assert (await browser.get(ended, Range="bytes=0-99")).status == 404
        async with browser.client.post(f"{source}/speakers", json=alone, headers={HEADER: csrf}) as response:
            assert response.status == 404
        assert (await browser.get(one)).status == 404
        assert (await browser.post(f"{one}/listen", {"csrf": csrf, **REASON})).status == 404
        assert await api(browser, csrf, f"/api/recordings/{audited.recording}/listen", **ASK) == (
            404,
            "recording-unknown",
        )


async def test_of_another_agency_there_is_no_recording(audited: Audited) -> None:
    ticket = await forwarded(audited)
    async with audited.desk.signed_in("hears", contact=OTHER) as browser:
        assert (await browser.get(f"/desk/recordings/{audited.recording}")).status == 404
        shown = await browser.get(f"/desk/recordings?ticket={ticket.code}")
        assert shown.status == 404 and audited.recording not in shown.text
        for path in (f"/api/recordings?ticket={ticket.code}", f"/api/recordings/{audited.recording}"):
            assert (await browser.get(path)).status == 404, path
        assert (await browser.get("/api/recordings")).status == 404
        assert (await browser.get("/api/listen/reasons")).status == 200
    async with audited.desk.signed_in("hears", login="khong") as browser:
        assert (await browser.get(f"/desk/recordings?ticket={ticket.code}")).status == 403, "of no agency"
        assert (await browser.get(f"/api/recordings/{audited.recording}")).status == 403


async def test_an_auditor_who_handles_tickets_too_hears_everything(audited: Audited) -> None:
    async with audited.desk.signed_in("hears", "auditor", contact=OTHER) as browser:
        assert f"/desk/recordings/{audited.recording}" in (await browser.get("/desk/recordings")).text
        assert (await browser.get(f"/desk/recordings/{audited.recording}")).status == 200
        assert (await browser.get("/desk/disclosures")).status == 200


async def test_a_call_of_two_agencies_shows_each_its_own_code(audited: Audited) -> None:
    mine, theirs = await forwarded(audited), await forwarded(audited)
    other = replace(Act(action=Action.FORWARD), agency=Named(id="so-y-te"))
    await audited.tickets.act(theirs.id, other, by="lan", at=audited.desk.now)
    async with audited.desk.signed_in("hears", contact=SPECIALIST) as browser:
        for path in (f"/desk/recordings/{audited.recording}", f"/desk/recordings?ticket={mine.code}"):
            text = (await browser.get(path)).text
            assert f"{mine.code[:4]} {mine.code[4:]}" in text and f"{theirs.code[:4]} {theirs.code[4:]}" not in text
