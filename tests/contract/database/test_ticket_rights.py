"""Who may do what to which ticket, where people have more than one role, by page and by API: what is the agency's is not 1022's, a
further role takes nothing away, and nobody learns which codes other agencies have.
"""

from typing import Any

from hotline1022.accounts.types import Permission
from hotline1022.tickets.types import OF_AGENCIES, Action, Named, State, Ticket
from tests.contract.database.desk_world import Browser
from tests.contract.database.handling_world import (
    LEADER,
    OTHER,
    SPECIALIST,
    WHO,
    Handling,
    act_page,
    page,
    world,
)

__all__ = ["world"]

A, P = Action, Permission
EVERY = {"why": "x", "answer": "Xong.", "until": "2026-12-30"}


async def ask(browser: Browser, method: str, path: str, **body: Any) -> tuple[int, Any]:
    csrf = (await browser.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]
    sent = body if method == "POST" else None
    async with browser.client.request(method, path, headers={"X-CSRF-Token": csrf}, json=sent) as response:
        return response.status, await response.json()


async def test_an_agent_does_not_act_in_an_agencys_name(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT)
    async with world.desk.signed_in("agent", login="dtv") as agent:
        _, told = await ask(agent, "GET", f"/api/tickets/{ticket.code}")
        assert not (OF_AGENCIES | {A.COMPLETE}) & set(told["allowed"]) and {"refuse", "edit"} <= set(told["allowed"])
        for action in sorted(OF_AGENCIES | {A.COMPLETE}):
            status, told = await ask(
                agent, "POST", f"/api/tickets/{ticket.code}/{action}", version=ticket.version, **EVERY
            )
            assert (status, told["error_id"]) == (403, "action-of-agency"), action
    assert await world.stored(ticket) == ticket


async def test_who_is_of_an_agency_and_of_1022_does_both(world: Handling) -> None:
    """The specialist of Sở Xây dựng who is a supervisor too; and one who answers telephones too."""
    mine, theirs = await world.ticket(), await world.ticket()
    theirs = await world.act(theirs, A.FORWARD, agency=Named(id="so-y-te"))
    async with world.desk.signed_in("specialist", "supervisor", login="hai", contact=SPECIALIST) as both:
        listed = (await both.get("/desk/tickets")).text
        assert page(mine) in listed and page(theirs) not in listed and "Cơ quan của tôi" in listed
        assert page(theirs) in (await both.get("/desk/tickets?which=all&agency=")).text
        shown = await both.get(page(mine))
        assert act_page(mine, A.ACCEPT) in shown.text and WHO[0] not in shown.text
        assert WHO[0] in (await both.send(page(mine), f"{page(mine)}/reveal")).text
        assert (await both.send(page(mine), act_page(mine, A.ACCEPT))).status == 303
        other = await both.get(page(theirs))
        assert other.status == 200 and "/act/" not in other.text and f"{page(theirs)}/reveal" not in other.text
        for path in (f"{page(theirs)}/reveal", f"{page(theirs)}/files", act_page(theirs, A.ACCEPT)):
            csrf = other.forms.fields["/desk/sign-out"]["csrf"]
            assert (await both.post(path, {"csrf": csrf, "version": str(theirs.version)})).status == 403, path
        assert (await ask(both, "GET", f"/api/tickets/{mine.id}/history"))[0] == 200
        for path in (f"/api/tickets/{theirs.id}/history", f"/api/tickets/{theirs.id}/attachments/{'f' * 16}"):
            assert (await ask(both, "GET", path))[0] == 403, path
        version = (await world.stored(mine)).version
        done = await ask(both, "POST", f"/api/tickets/{mine.id}/answer", version=version, answer="Đã lấp.")
        assert done[0] == 200
        status, told = await ask(both, "POST", f"/api/tickets/{mine.id}/complete", version=version + 1)
        assert (status, told["error_id"]) == (403, "action-of-leader"), "a specialist does not complete"
    async with world.desk.signed_in("specialist", "agent", login="ba", contact=OTHER) as third:
        text = (await third.get(page(theirs))).text
        assert act_page(theirs, A.ACCEPT) in text and act_page(theirs, A.FORWARD) in text
        status, told = await ask(third, "POST", f"/api/tickets/{theirs.id}/extend", version=theirs.version, **EVERY)
        assert (status, told["error_id"]) == (403, "action-extend"), "a later date stays the leader's"


async def test_an_officer_reaches_no_other_agencys_ticket_by_further_permissions(world: Handling) -> None:
    """`answer` in a role of an agency makes nobody 1022's."""
    await world.desk.admin.add_role("writes", "Ghi", [P.HANDLE, P.ANSWER, P.NUMBERS])
    mine, theirs = await world.ticket(), await world.ticket()
    theirs = await world.act(theirs, A.FORWARD, agency=Named(id="so-y-te"))
    call = {"call": "hl1-1795470300.7"}

    async def both(ticket: Ticket) -> list[tuple[int, str]]:
        edit = await ask(browser, "POST", f"/api/tickets/{ticket.id}/edit", version=ticket.version, address="x")
        link = await ask(browser, "POST", f"/api/tickets/{ticket.id}/calls", version=ticket.version, **call)
        return [(status, told["error_id"]) for status, told in (edit, link)]

    async with world.desk.signed_in("writes", login="ghi", contact=SPECIALIST) as browser:
        assert await both(theirs) == [(404, "ticket-unknown")] * 2
        assert await both(mine) == [(403, "action-of-1022")] * 2
    assert (await world.stored(theirs), await world.stored(mine)) == (theirs, mine)


async def test_nobody_learns_which_codes_others_have(world: Handling) -> None:
    ticket = await world.ticket()
    async with world.desk.signed_in("specialist", login="yte", contact=OTHER) as other:
        _, theirs = await ask(other, "GET", f"/api/tickets/{ticket.code}")
        none = "10000008" if ticket.code != "10000008" else "10000016"
        _, nobodys = await ask(other, "GET", f"/api/tickets/{none}")
        assert theirs["message"].replace(ticket.code, none) == nobodys["message"]


async def test_the_admin_may_give_a_later_date_to_a_role_and_no_more_with_it(world: Handling) -> None:
    """A specialist with `extend`; and a leader from whom it was taken."""
    roles = {one.id: one for one in await world.desk.admin.roles()}
    specialist, leader = roles["specialist"], roles["leader"]
    for role, given in ((specialist, {P.EXTEND}), (leader, set[Permission]())):
        await world.desk.admin.change_role(role.id, role.version, role.name, (role.permissions - {P.EXTEND}) | given)
    mine, passed = await world.ticket(A.ACCEPT), await world.ticket(A.ACCEPT, A.PASS_TO_LEADER)
    until = {"why": "Chờ vật tư.", "until": "2026-12-18"}
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        assert act_page(mine, A.EXTEND) in (await browser.get(page(mine))).text
        done = await browser.send(page(mine), act_page(mine, A.EXTEND), **until)
        assert done.goes_to == f"{page(mine)}?done=extend", done.text
        assert (await world.stored(mine)).state is State.EXTENDED
        assert act_page(passed, A.EXTEND) not in (await browser.get(page(passed))).text
        path = f"/api/tickets/{passed.code}/extend"
        status, told = await ask(browser, "POST", path, version=passed.version, **until)
        assert (status, told["error_id"]) == (403, "action-of-leader")
    async with world.desk.signed_in("leader", login="ld", contact=LEADER) as browser:
        assert act_page(passed, A.ANSWER) in (await browser.get(page(passed))).text
        status, told = await ask(browser, "POST", path, version=passed.version, **until)
        assert (status, told["error_id"]) == (403, "action-extend")
    assert await world.stored(passed) == passed


async def test_a_program_learns_who_the_citizen_is_as_the_page_does(world: Handling) -> None:
    ticket, theirs = await world.ticket(A.ACCEPT), await world.ticket()
    theirs = await world.act(theirs, A.RETURN)
    theirs = await world.act(theirs, A.FORWARD, agency=Named(id="so-y-te"))
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as specialist:
        _, before = await ask(specialist, "GET", f"/api/tickets/{ticket.code}")
        assert before["ticket"]["name"] == "" and "****" in before["ticket"]["phone"]
        status, told = await ask(specialist, "POST", f"/api/tickets/{ticket.code}/reveal")
        assert (status, told["ticket"]["name"], told["ticket"]["phone"]) == (200, WHO[0], ticket.phone)
        assert (await world.history(ticket))[-1].action is A.REVEAL
        assert (await world.desk.acts())[-1]["subject"] == f"ticket:{ticket.code}"
        status, told = await ask(specialist, "POST", f"/api/tickets/{theirs.code}/reveal")
        assert (status, told["error_id"]) == (404, "ticket-unknown")
    async with world.desk.signed_in("supervisor", login="gs") as supervisor:
        status, told = await ask(supervisor, "POST", f"/api/tickets/{ticket.code}/reveal")
        assert (status, told["error_id"]) == (403, "scope-missing")
    assert len([one for one in await world.history(ticket) if one.action is A.REVEAL]) == 1
