"""By the link of an SMS a ticket is extended, put off for the citizen and taken up again: by whoever may at the desk, once, written down
with the address; and all that the page does by programs too.
"""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from hotline1022.accounts.types import Permission, Wanted
from hotline1022.core.clock import local_day
from hotline1022.core.words import day_written
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.tickets.types import Action, Named, State, Ticket
from tests.contract.database.officer_world import LEADER, NAMES, PHONE, SPECIALIST, World, world
from tests.contract.database.test_officer_page import WHO, buttons, typed

__all__ = ["world"]

A = Action
WHY = "Chờ vật tư về"


def later(world: World, days: int = 20) -> str:
    return local_day(world.now + timedelta(days=days)).isoformat()


async def rows(world: World, ticket: Ticket) -> list[tuple[Action, str, str]]:
    async with world.database.reading() as tx:
        return [(row.action, row.by, row.why) for row in await tx.tickets.history(ticket.id)][2:]


async def test_a_leader_extends_and_the_citizen_is_told_the_same_as_from_the_desk(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    path = world.link(ticket, LEADER)
    shown = await world.get(path)
    assert "extend" in buttons(shown) and 'type="date" id="until"' in shown.text
    done = await world.press(path, "extend", ticket.version, until=later(world), extend_why=WHY, why="của việc khác")
    assert (done.status, done.headers["Location"]) == (303, f"{path.removeprefix('/l/')}?done=extend")
    now = await world.stored(ticket)
    assert now.state is State.EXTENDED and now.answer_by is not None and ticket.answer_by is not None
    assert local_day(now.answer_by).isoformat() == later(world) and now.answer_by > ticket.answer_by
    assert (await rows(world, ticket))[-1] == (A.EXTEND, NAMES[LEADER], WHY)
    async with world.database.reading() as tx:
        acts = await tx.audit.about(f"ticket:{ticket.id}")
    assert (acts[-1].actor, acts[-1].detail["act"]) == (f"contact:{LEADER}", "link extend")
    assert acts[-1].origin.startswith("127.0.0.1")
    assert "Đã gia hạn. Người dân được báo hạn mới." in (await world.get(f"/l/{done.headers['Location']}")).text
    again = await world.press(path, "extend", ticket.version, until=later(world, 25), extend_why=WHY)
    assert again.status == 409 and "vừa được người khác cập nhật" in again.text and typed(again, "extend_why") == WHY
    assert (await world.stored(ticket)).version == now.version, "pressed twice it is done once"


async def test_of_two_presses_at_once_one_counts(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    path = world.link(ticket, LEADER)
    both = await asyncio.gather(
        *(world.press(path, "extend", ticket.version, until=later(world), extend_why=WHY) for _ in range(3))
    )
    assert sorted(one.status for one in both) == [303, 409, 409]
    assert [action for action, _, _ in await rows(world, ticket)].count(A.EXTEND) == 1


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"until": "", "extend_why": WHY}, 400, "Xin chọn hạn mới."),
        ({"until": "LATER", "extend_why": ""}, 400, "Xin viết lý do gia hạn."),
        ({"until": "LATER", "extend_why": "  \n"}, 400, "Xin viết lý do gia hạn."),
        ({"until": "hôm nào đó", "extend_why": WHY}, 400, "Ngày hạn mới không đúng"),
        ({"until": "TODAY", "extend_why": WHY}, 409, "Hạn mới phải sau hạn hiện nay"),
        ({"until": "FAR", "extend_why": WHY}, 409, "Hạn mới xa hơn mức được gia hạn"),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field(
    world: World, given: dict[str, str], status: int, said: str
) -> None:
    ticket = await world.ticket(A.ACCEPT)
    days = {"LATER": later(world), "TODAY": later(world, 0), "FAR": later(world, 400)}
    sent = given | {"until": days.get(given["until"], given["until"])}
    shown = await world.press(world.link(ticket, LEADER), "extend", ticket.version, answer="Đang gõ dở", **sent)
    assert shown.status == status and said in shown.text, shown.text
    assert 'aria-invalid="true"' in shown.text
    assert typed(shown, "answer") == "Đang gõ dở" and (await world.stored(ticket)).version == ticket.version
    if status == 409:
        assert f'value="{sent["until"]}"' in shown.text and 'id="until-wrong"' in shown.text


async def test_a_day_is_taken_as_people_write_it(world: World) -> None:
    """Where a browser has no field for days."""
    ticket = await world.ticket(A.ACCEPT)
    day = local_day(world.now + timedelta(days=20))
    done = await world.press(
        world.link(ticket, LEADER), "extend", ticket.version, until=day_written(day), extend_why=WHY
    )
    now = await world.stored(ticket)
    assert done.status == 303 and now.answer_by is not None and local_day(now.answer_by) == day


async def test_a_specialist_puts_it_off_for_the_citizen_and_goes_on(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    path = world.link(ticket)
    empty = await world.press(path, "wait", ticket.version, wait_why=" ")
    assert empty.status == 400 and "Xin viết người dân cần bổ sung điều gì." in empty.text
    assert (await world.stored(ticket)).state is State.ACCEPTED
    done = await world.press(path, "wait", ticket.version, wait_why="Xin ảnh chụp, gọi 0901234567")
    assert done.status == 303
    waiting = await world.stored(ticket)
    assert waiting.state is State.WAITING and waiting.stopped_at is not None
    shown = await world.get(path)
    assert buttons(shown) == {"reveal", "answer", "resume"} and "090****567" in shown.text
    assert (await world.press(path, "wait", ticket.version, wait_why="x")).status == 409
    world.now += timedelta(days=2)
    assert (await world.press(path, "resume", waiting.version)).status == 303
    now = await world.stored(ticket)
    assert now.state is State.ACCEPTED and now.stopped_at is None
    assert now.answer_by is not None and ticket.answer_by is not None and now.answer_by > ticket.answer_by
    assert [action for action, _, _ in await rows(world, ticket)] == [A.ACCEPT, A.WAIT, A.RESUME]
    assert (await world.press(path, "resume", waiting.version)).status == 409


async def account(world: World, contact: str, *permissions: Permission) -> UserAdmin:
    admin = UserAdmin(world.database, lambda: world.now)
    await admin.first()
    await admin.add_role("rieng", "Vai trò riêng", permissions)
    await admin.add(Wanted(login="an", name="A", roles=frozenset({"rieng"}), contact=contact))
    return admin


async def test_without_an_account_a_leader_extends_and_a_specialist_does_not(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    path = world.link(ticket)
    assert "extend" not in buttons(await world.get(path))
    refused = await world.press(path, "extend", ticket.version, until=later(world), extend_why=WHY)
    assert refused.status == 409 and (await world.stored(ticket)).version == ticket.version
    assert WHY in refused.text, "what was typed is given back, though there is no field for it"


@pytest.mark.parametrize(
    ("contact", "permissions", "may"),
    [
        (SPECIALIST, (Permission.HANDLE, Permission.EXTEND), True),
        (SPECIALIST, (Permission.HANDLE,), False),
        (LEADER, (Permission.HANDLE, Permission.LEAD), False),
        (LEADER, (Permission.HANDLE, Permission.LEAD, Permission.EXTEND), True),
    ],
)
async def test_who_has_an_account_extends_where_that_may(
    world: World, contact: str, permissions: tuple[Permission, ...], may: bool
) -> None:
    ticket = await world.ticket(A.ACCEPT)
    admin = await account(world, contact, *permissions)
    path = world.link(ticket, contact)
    assert ("extend" in buttons(await world.get(path))) is may
    done = await world.press(path, "extend", ticket.version, until=later(world), extend_why=WHY)
    assert (done.status == 303) is may
    if may:  # and no longer once it is shut out
        user = await admin.by_login("an")
        await admin.change(user.id, user.version, Wanted(active=False))
        assert "extend" not in buttons(await world.get(path))


async def test_what_was_passed_to_the_leader_a_specialist_does_not_put_off(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    path = world.link(ticket)
    assert (await world.press(path, "pass-to-leader", ticket.version, leader=LEADER)).status == 303
    passed = await world.stored(ticket)
    for act, given in (("wait", {"wait_why": "x"}), ("extend", {"until": later(world), "extend_why": "x"})):
        assert (await world.press(path, act, passed.version, **given)).status == 409, act
    assert await world.stored(ticket) == passed
    assert {"extend", "wait"} <= buttons(await world.get(world.link(ticket, LEADER)))


# ---------------------------------------------------------------- programs


async def call(world: World, path: str, method: str = "POST", **more: Any) -> tuple[int, Any]:
    headers = {"Accept": "application/json", "X-Forwarded-For": "203.0.113.7"}
    async with world.client.request(method, path, headers=headers, **more) as response:
        return response.status, await response.json()


async def test_programs_do_by_the_link_what_its_page_does(world: World) -> None:
    ticket = await world.ticket(content="Gọi 0901234567")
    path = world.link(ticket, LEADER).replace("/l/", "/api/link/")
    status, told = await call(world, f"{path}/accept", json={"version": ticket.version})
    assert (status, told["shown"]["ticket"]["state"]) == (200, "accepted")
    assert {"extend", "wait", "answer", "complete"} <= set(told["shown"]["allowed"])
    assert not [who for who in (*WHO, "901234567") if who in repr(told)]
    version = told["shown"]["ticket"]["version"]
    for body, error in (
        ({"why": WHY}, "until-missing"),
        ({"until": later(world)}, "reason-missing"),
        ({"until": later(world, 0), "why": WHY}, "deadline-not-later"),
    ):
        status, told = await call(world, f"{path}/extend", json={"version": version, **body})
        assert (status, told["error_id"]) in ((400, error), (409, error)), told
    status, told = await call(world, f"{path}/extend", json={"version": version, "until": later(world), "why": WHY})
    assert (status, told["shown"]["ticket"]["state"]) == (200, "extended")
    status, late = await call(world, f"{path}/wait", json={"version": version, "why": "x"})
    assert (status, late["error_id"]) == (409, "ticket-changed")
    version = told["shown"]["ticket"]["version"]
    status, told = await call(world, f"{path}/wait", json={"version": version, "why": "Xin ảnh"})
    assert (status, told["shown"]["ticket"]["state"]) == (200, "waiting")
    status, told = await call(world, f"{path}/resume", json={"version": version + 1})
    assert status == 200
    status, late = await call(world, f"{path}/resume", json={"version": version + 2})
    assert (status, late["error_id"]) == (409, "ticket-state")
    async with world.database.reading() as tx:
        acts = await tx.audit.about(f"ticket:{ticket.id}")
    assert [one.detail["act"] for one in acts] == [f"link {one}" for one in ("accept", "extend", "wait", "resume")]
    assert {(one.actor, one.origin) for one in acts} == {(f"contact:{LEADER}", "203.0.113.7 via 127.0.0.1")}


async def test_programs_see_who_it_is_and_files_once_they_asked(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    path = world.link(ticket).replace("/l/", "/api/link/")
    png = b"\x89PNG\r\n\x1a\n" + bytes(8)
    async with world.client.post(
        f"{path}/attachments", params={"name": "Ổ gà.png"}, data=png, headers={"Content-Type": "image/png"}
    ) as response:
        assert response.status == 201
        file = await response.json()
    assert file["stored_by"] == NAMES[SPECIALIST]
    of_file = f"{path}/attachments/{file['id']}"
    status, told = await call(world, of_file, "GET")
    assert (status, told["error_id"]) == (409, "link-not-shown")
    status, told = await call(world, f"{path}/reveal")
    assert (status, told["shown"]["ticket"]["phone"], told["shown"]["ticket"]["name"]) == (200, PHONE, WHO[0])
    async with world.client.get(of_file) as given:
        assert (given.status, await given.read()) == (200, png)
    (act,) = world.acts.done
    assert (act.actor, act.act) == (f"contact:{SPECIALIST}", "link file")
    missing = await call(world, f"{path}/attachments/{'f' * 16}", "GET")
    assert (missing[0], missing[1]["error_id"]) == (404, "attachment-unknown")
    assert PHONE not in repr(await call(world, path, "GET")), "who looks again is not told by the way"
    wrong: dict[str, Any] = {
        "params": {"name": "a.exe"},
        "data": b"MZ",
        "headers": {"Content-Type": "application/x-msdownload"},
    }
    async with world.client.post(f"{path}/attachments", **wrong) as response:
        assert response.status == 400


async def test_a_ticket_that_moved_and_a_link_that_is_none_do_nothing(world: World) -> None:
    ticket = await world.ticket()
    path = world.link(ticket).replace("/l/", "/api/link/")
    await world.act(ticket, A.FORWARD, agency=Named(id="so-giao-thong-van-tai"))
    for act, body in (("accept", {"version": ticket.version}), ("reveal", None)):
        status, told = await call(world, f"{path}/{act}", json=body)
        assert (status, told["error_id"]) == (409, "link-moved") and not [who for who in WHO if who in repr(told)]
    status, told = await call(world, f"{path}/attachments?name=a.txt", data=b"x")
    assert (status, told["error_id"]) == (409, "link-moved")
    strange = re.sub(r".{4}$", "AAAA", path)
    for act in ("accept", "reveal", "attachments?name=a.txt", "attachments/" + "f" * 16):
        method = "GET" if act.endswith("f" * 16) else "POST"
        status, told = await call(world, f"{strange}/{act}", method, json={"version": 1} if act == "accept" else None)
        assert (status, told["error_id"]) == (404, "link-invalid"), act
    assert (await call(world, f"{path}/forward", json={"version": 1}))[0] == 404, "what a link does not do"
    async with world.database.reading() as tx:
        assert not [one for one in await tx.audit.about(f"ticket:{ticket.id}") if "link" in str(one.detail)]
