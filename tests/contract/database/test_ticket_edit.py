"""What was written down of a request, corrected at the desk: by 1022 alone, with what the citizen adds, with the deadlines of another
urgency; who is second is shown what the other one wrote, and takes nothing back that was not touched.
"""

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.tickets.types import Action, Ticket, Urgency
from tests.contract.database.desk_world import Browser, Shown
from tests.contract.database.handling_world import LEADER, SPECIALIST, WHO, Handling, page, world

__all__ = ["world"]

EVIL = '"><script>alert(1)</script>'


def fields(ticket: Ticket, version: int | None = None, **more: str) -> dict[str, str]:
    """The form as it is filled in, with what is typed over it."""
    names = ("content", "category", "area", "address", "urgency", "kind", "requester", "name", "phone", "email")
    shown = {name: str(getattr(ticket, name)) for name in names}
    return shown | {"version": str(version or ticket.version), "why": ""} | more


async def save(browser: Browser, ticket: Ticket, **typed: str) -> Shown:
    """The form of the page, sent."""
    address = f"{page(ticket)}/edit"
    shown = await browser.get(address)
    hidden = shown.forms.fields[address]
    return await browser.post(address, fields(ticket) | hidden | typed)


async def test_1022_corrects_and_supplements_what_was_written_down(world: Handling) -> None:
    ticket = await world.ticket(Action.ACCEPT, Action.WAIT)
    async with world.desk.signed_in("agent", login="dtv") as agent:
        assert f"{page(ticket)}/edit" in (await agent.get(page(ticket))).text
        form = await agent.get(f"{page(ticket)}/edit")
        assert WHO[0] in form.text and 'value="0901 234 567"' in form.text
        read = form.forms
        assert len(set(read.ids)) == len(read.ids) and {id for id, _ in read.inputs} <= read.labelled
        longer = f"{ticket.content}\r\nNgười dân bổ sung: trước số nhà 14."
        done = await save(
            agent, ticket, content=longer, address="14 đường Lê Lợi", urgency="urgent", phone="0907 654 321",
            category="public-order", area="di-an", why="Người dân gọi lại.",
        )  # fmt: skip
        assert done.goes_to == f"{page(ticket)}?done=edit", done.text
        shown = await agent.get(done.goes_to)
        assert "Đã sửa phiếu" in shown.text and "Lý do: Người dân gọi lại." in shown.text
    after = await world.stored(ticket)
    assert after.content == longer.replace("\r\n", "\n") and after.urgency is Urgency.URGENT
    assert (after.address, after.phone, after.category, after.area) == (
        "14 đường Lê Lợi",
        "+84907654321",
        "public-order",
        "di-an",
    )
    assert (after.name, after.email, after.state, after.agency) == (ticket.name, "", ticket.state, ticket.agency)
    row = (await world.history(ticket))[-1]
    assert (row.action, row.by) == (Action.EDIT, "Người dtv") and "name" not in row.changes
    act = (await world.desk.acts())[-1]
    assert (act["actor"], act["act"], act["subject"]) == (
        "user:dtv",
        "POST /desk/tickets/{ticket}/edit",
        f"ticket:{ticket.id}",
    )


async def test_who_is_second_sees_what_the_other_wrote_and_takes_nothing_back(world: Handling) -> None:
    ticket = await world.ticket()
    async with (
        world.desk.signed_in("agent", login="mot") as one,
        world.desk.signed_in("agent", login="hai") as two,
    ):
        address = f"{page(ticket)}/edit"
        hidden = (await two.get(address)).forms.fields[address]
        assert (await save(one, ticket, address="99 đường Mới", name="Trần Thị Mới")).status == 303
        typed = fields(ticket) | hidden | {"address": "14 đường Lê Lợi", "content": f"{ticket.content} Rất nguy hiểm."}
        late = await two.post(address, typed)
        assert late.status == 409 and "vừa được người khác cập nhật" in late.text
        assert "Hiện trên phiếu: 99 đường Mới" in late.text and 'value="14 đường Lê Lợi"' in late.text
        assert "Người mot sửa nội dung phiếu" in late.text and "Rất nguy hiểm." in late.text
        assert 'value="Trần Thị Mới"' in late.text, "what was not touched stays as the other one left it"
        assert (await world.stored(ticket)).content == ticket.content
        again = late.forms.fields[address]
        wrong = typed | {"name": "Trần Thị Mới"} | again
        assert (await two.post(address, wrong)).goes_to == f"{page(ticket)}?done=edit"
    after = await world.stored(ticket)
    assert (after.name, after.address) == ("Trần Thị Mới", "14 đường Lê Lợi")
    assert after.content.endswith("Rất nguy hiểm.")


async def test_a_look_at_who_it_is_stops_no_correction(world: Handling) -> None:
    ticket = await world.ticket()
    async with world.desk.signed_in("agent", login="dtv") as agent:
        address = f"{page(ticket)}/edit"
        hidden = (await agent.get(address)).forms.fields[address]
        await world.act(ticket, Action.REVEAL)
        done = await agent.post(address, fields(ticket) | hidden | {"address": "14 đường Lê Lợi"})
        assert done.status == 303, done.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Chưa sửa gì"),
        ({"content": " "}, "Xin ghi nội dung yêu cầu"),
        ({"email": "khong-phai"}, "ten@nhacungcap.vn"),
        ({"address": "đ" * 301}, "rút ngắn"),
        ({"address": "a\x00b"}, "ký tự không dùng được"),
        ({"address": EVIL, "content": ""}, "&lt;script&gt;"),
    ],
)
async def test_what_is_wrong_is_told_and_kept(world: Handling, typed: dict[str, str], said: str) -> None:
    ticket = await world.ticket()
    async with world.desk.signed_in("agent", login="dtv") as agent:
        shown = await save(agent, ticket, why="Gọi lại", **typed)
        assert shown.status == 400 and said in shown.text and 'value="Gọi lại"' in shown.text
        assert "<script>alert" not in shown.text
    assert await world.stored(ticket) == ticket


async def test_only_1022_corrects_and_only_who_sees_what_is_there(world: Handling) -> None:
    ticket = await world.ticket()
    address = f"{page(ticket)}/edit"
    await world.desk.admin.add_role("blind", "Không thấy số", [Permission.LOOK, Permission.ANSWER])
    await world.desk.admin.add_role("writes", "Ghi", [Permission.HANDLE, Permission.ANSWER, Permission.NUMBERS])
    people = (("specialist", SPECIALIST), ("supervisor", ""), ("blind", ""), ("writes", LEADER))
    for role, contact in people:
        async with world.desk.signed_in(role, login=role, contact=contact) as browser:
            assert address not in (await browser.get(page(ticket))).text, role
            assert (await browser.get(address)).status == 403, role
            csrf = (await browser.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]
            shown = await browser.post(address, fields(ticket, csrf=csrf, address="x"))
            assert shown.status == 403, role
    assert await world.stored(ticket) == ticket
