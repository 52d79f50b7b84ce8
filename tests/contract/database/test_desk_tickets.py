"""Pages of tickets over a real database: whose they are, what each role does there, who is second, and who sees who the citizen is."""

import asyncio
import re
from contextlib import AsyncExitStack
from datetime import timedelta

from hotline1022.tickets.types import OF_AGENCIES, Action, State, Ticket, Urgency
from tests.contract.database.desk_world import Browser, Shown
from tests.contract.database.handling_world import LEADER, OTHER, SPECIALIST, WHO, Handling, act_page, page, world

__all__ = ["world"]
A, S = Action, State
EVIL = '"><script>alert(1)</script>'
#: what is typed for each action
TYPED = {
    A.ACCEPT: {},
    A.RESUME: {},
    A.ANSWER: {"answer": "Đã lấp lại vỉa hè."},
    A.COMPLETE: {"answer": "Đã lấp lại vỉa hè."},
    A.PASS_TO_LEADER: {"owner": LEADER},
    A.RETURN: {"why": "Không thuộc thẩm quyền."},
    A.WAIT: {"why": "Chờ ảnh hiện trường."},
    A.EXTEND: {"why": "Chờ vật tư.", "until": "2026-12-18"},
    A.FORWARD: {"agency": "so-y-te"},
    A.REFUSE: {"why": "Đã trả lời ở phiếu khác."},
    A.REOPEN: {"why": "Người dân chưa đồng ý."},
}
#: how a ticket comes to a state in which the action may follow
BEFORE: dict[Action, tuple[Action, ...]] = {
    A.ACCEPT: (),
    A.RESUME: (A.ACCEPT, A.WAIT),
    A.ANSWER: (A.ACCEPT,),
    A.COMPLETE: (A.ACCEPT, A.ANSWER),
    A.PASS_TO_LEADER: (A.ACCEPT,),
    A.RETURN: (A.ACCEPT,),
    A.WAIT: (A.ACCEPT,),
    A.EXTEND: (A.ACCEPT,),
    A.FORWARD: (A.RETURN,),
    A.REFUSE: (A.ACCEPT,),
    A.REOPEN: (A.REFUSE,),
}
AFTER = {
    A.ACCEPT: S.ACCEPTED,
    A.RESUME: S.ACCEPTED,
    A.ANSWER: S.ANSWERED,
    A.COMPLETE: S.COMPLETED,
    A.PASS_TO_LEADER: S.WITH_LEADER,
    A.RETURN: S.RETURNED,
    A.WAIT: S.WAITING,
    A.EXTEND: S.EXTENDED,
    A.FORWARD: S.FORWARDED,
    A.REFUSE: S.REFUSED,
    A.REOPEN: S.REOPENED,
}


async def send(world: Handling, browser: Browser, ticket: Ticket, action: Action, **typed: str) -> Shown:
    """The form, whether the page offers it or not, with the version of now."""
    found = await world.stored(ticket)
    csrf = (await browser.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]
    return await browser.post(act_page(found, action), {"csrf": csrf, "version": str(found.version), **typed})


async def test_every_action_by_every_role(world: Handling) -> None:
    """Officers do what is their agency's, a later date takes who leads, 1022 what is 1022's; who only looks does nothing."""
    may = {
        "specialist": OF_AGENCIES - {A.EXTEND},
        "leader": OF_AGENCIES | {A.COMPLETE},
        "agent": set(TYPED) - OF_AGENCIES,
        "supervisor": set(),
    }
    contacts = {"specialist": SPECIALIST, "leader": LEADER}
    async with AsyncExitStack() as stack:
        for role, allowed in may.items():
            browser = await stack.enter_async_context(
                world.desk.signed_in(role, login=role, contact=contacts.get(role, ""))
            )
            for action, typed in TYPED.items():
                ticket = await world.ticket(*BEFORE[action])
                offered = f'action="{act_page(ticket, action)}"' in (await browser.get(page(ticket))).text
                before = await world.desk.acts()
                shown = await send(world, browser, ticket, action, **typed)
                after = await world.stored(ticket)
                if action in allowed:
                    assert shown.goes_to == f"{page(ticket)}?done={action}", (role, action, shown.text)
                    assert after.state is AFTER[action], (role, action)
                    assert (await world.desk.acts())[-1]["subject"] == f"ticket:{ticket.id}"
                else:
                    assert shown.status == 403 and after == ticket, (role, action)
                    assert await world.desk.acts() == before
                # who leads has nobody above
                wanted = action in allowed and not (role == "leader" and action is A.PASS_TO_LEADER)
                assert offered == wanted, (role, action)


async def test_what_was_passed_to_the_leader_is_the_leaders(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT, A.PASS_TO_LEADER)
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as specialist:
        shown = await specialist.get(page(ticket))
        assert "Phiếu đang ở lãnh đạo" in shown.text and "/act/" not in shown.text
        for action in (A.ACCEPT, A.ANSWER, A.RETURN):
            refused = await send(world, specialist, ticket, action, **TYPED[action])
            assert refused.status == 403 and "lãnh đạo" in refused.text
        csrf = shown.forms.fields["/desk/sign-out"]["csrf"]
        by_api = await specialist.post(
            f"/api/tickets/{ticket.id}/answer", None, **{"X-CSRF-Token": csrf, "Content-Type": "application/json"}
        )
        assert by_api.status == 400 and (await world.stored(ticket)) == ticket
        async with specialist.client.post(
            f"/api/tickets/{ticket.id}/answer",
            json={"version": ticket.version, "answer": "Xong."},
            headers={"X-CSRF-Token": csrf},
        ) as response:
            assert (response.status, (await response.json())["error_id"]) == (403, "action-of-leader")
    async with world.desk.signed_in("leader", login="ld", contact=LEADER) as leader:
        done = await leader.send(page(ticket), act_page(ticket, A.ANSWER), answer="Đã xử lý.")
        assert "Đã gửi trả lời" in (await leader.get(done.goes_to)).text
    assert (await world.stored(ticket)).state is S.ANSWERED


async def test_another_agencys_ticket_is_not_there(world: Handling) -> None:
    ticket = await world.ticket()
    async with world.desk.signed_in("specialist", login="yte", contact=OTHER) as other:
        for path in (page(ticket), f"/desk/tickets/{ticket.code}", f"{page(ticket)}/files/{'f' * 16}"):
            assert (await other.get(path)).status == 404
        for action, typed in TYPED.items():
            assert (await send(world, other, ticket, action, **typed)).status == 404
        csrf = (await other.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]
        assert (await other.post(f"{page(ticket)}/reveal", {"csrf": csrf})).status == 404
        assert (await other.post(f"{page(ticket)}/files", {"csrf": csrf})).status == 404
        shown = await other.get(f"/desk/tickets?which=all&agency=so-xay-dung&code={ticket.code}")
        assert shown.status == 200 and page(ticket) not in shown.text
        lost = await send(world, other, ticket, A.RETURN, why="Không thuộc <thẩm quyền>")
        assert "Không thuộc &lt;thẩm quyền&gt;" in lost.text and WHO[0] not in lost.text
    assert await world.stored(ticket) == ticket
    async with world.desk.signed_in("specialist", login="khong") as nobody:
        shown = await nobody.get("/desk/tickets?which=all")
        assert shown.status == 200 and "chưa thuộc đầu mối" in shown.text and page(ticket) not in shown.text


async def test_who_is_second_is_told_and_keeps_the_text(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT)
    async with (
        world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as slow,
        world.desk.signed_in("leader", login="ld", contact=LEADER) as quick,
    ):
        hidden = (await slow.get(page(ticket))).forms.fields[act_page(ticket, A.RETURN)]
        await quick.send(page(ticket), act_page(ticket, A.WAIT), why="Chờ <ảnh>.")
        late = await slow.post(act_page(ticket, A.RETURN), {**hidden, "why": "Không thuộc <thẩm quyền>"})
        assert late.status == 409 and "không còn thực hiện được" in late.text
        assert "Không thuộc &lt;thẩm quyền&gt;" in late.text and "Người ld tạm dừng thời hạn" in late.text
        await quick.send(page(ticket), act_page(ticket, A.RESUME))
        late = await slow.post(act_page(ticket, A.RETURN), {**hidden, "why": "Không thuộc <thẩm quyền>"})
        assert late.status == 409 and "vừa được người khác cập nhật" in late.text
        again = late.forms.fields[act_page(ticket, A.RETURN)]
        assert "Không thuộc &lt;thẩm quyền&gt;</textarea>" in late.text
        done = await slow.post(act_page(ticket, A.RETURN), {**again, "why": "Không thuộc"})
        assert done.goes_to == f"{page(ticket)}?done=return"


async def test_two_at_once_and_one_is_told(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT)
    async with (
        world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as one,
        world.desk.signed_in("leader", login="ld", contact=LEADER) as two,
    ):
        forms = [(await browser.get(page(ticket))).forms.fields for browser in (one, two)]
        sent = await asyncio.gather(
            one.post(act_page(ticket, A.ANSWER), {**forms[0][act_page(ticket, A.ANSWER)], "answer": "Một"}),
            two.post(act_page(ticket, A.RETURN), {**forms[1][act_page(ticket, A.RETURN)], "why": "Hai"}),
        )
    assert sorted(shown.status for shown in sent) == [303, 409]
    assert (await world.stored(ticket)).version == ticket.version + 1


async def test_the_citizen_is_masked_until_somebody_asks_and_that_is_written_down(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT, email="anh@example.vn", content="Gọi lại 0901234567 giúp tôi.")
    secrets = (*WHO, "anh@example.vn", "0901234567")
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        hidden = await browser.get(page(ticket))
        listed = await browser.get("/desk/tickets?words=Anh")
        assert not [one for one in secrets if one in hidden.text + listed.text]
        assert ticket.id not in listed.text, "officers search in nothing that tells who it is"
        forms = hidden.forms.fields
        assert (await browser.post(f"{page(ticket)}/reveal", {"csrf": "x"})).status == 403
        assert await world.stored(ticket) == ticket
        shown = await browser.send(page(ticket), f"{page(ticket)}/reveal")
        assert shown.status == 200 and not [one for one in secrets if one not in shown.text]
        (parts,) = re.findall(r'hx-select-oob="([^"]+)"', hidden.text)  # a script takes these out of the answer
        for one in (one.removeprefix("#") for one in parts.split(",")):
            assert one in ("answered", "file-list") or (one in hidden.forms.ids and one in shown.forms.ids), one
        row = (await world.history(ticket))[-1]
        assert (row.action, row.by) == (A.REVEAL, "Người cv")
        act = (await world.desk.acts())[-1]
        assert (act["actor"], act["act"]) == ("user:cv", "POST /desk/tickets/{ticket}/reveal")
        assert WHO[0] not in (await browser.get(page(ticket))).text, "for that view alone"
        done = await browser.post(act_page(ticket, A.ANSWER), {**forms[act_page(ticket, A.ANSWER)], "answer": "Xong."})
        assert done.goes_to.endswith("?done=answer"), "a look stops nobody"
    async with world.desk.signed_in("agent", login="dtv") as agent:
        assert WHO[0] in (await agent.get(page(ticket))).text
    async with world.desk.signed_in("supervisor", login="gs") as looker:
        shown = await looker.get(page(ticket))
        assert not [one for one in secrets if one in shown.text] and f"{page(ticket)}/reveal" not in shown.text
        csrf = shown.forms.fields["/desk/sign-out"]["csrf"]
        assert (await looker.post(f"{page(ticket)}/reveal", {"csrf": csrf})).status == 403


async def test_what_people_typed_is_shown_as_text(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT, name=EVIL, content=EVIL, address=EVIL, area_name=EVIL)
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        await browser.send(page(ticket), act_page(ticket, A.WAIT), why=EVIL)
        pages = [
            await browser.get(page(ticket)),
            await browser.send(page(ticket), f"{page(ticket)}/reveal"),
            await browser.send(page(ticket), act_page(ticket, A.ANSWER), answer=EVIL),
            await browser.get("/desk/tickets?which=all"),
            await browser.get(f"/desk/tickets?category={EVIL}&code={EVIL}&which={EVIL}&page={EVIL}"),
        ]
        shown = await browser.get(page(ticket))
        for one in (*pages, shown):
            assert "<script>alert" not in one.text
        read = shown.forms
        assert len(set(read.ids)) == len(read.ids) and {id for id, _ in read.inputs} <= read.labelled
        assert " style=" not in shown.text and " onclick=" not in shown.text


async def test_what_must_be_done_first_comes_first_with_words_for_the_time_left(world: Handling) -> None:
    desk = world.desk
    fresh = await world.ticket(A.ACCEPT)
    desk.now += timedelta(hours=1)
    urgent = await world.ticket(urgency=Urgency.URGENT, content="Dây điện đứt")
    waiting = await world.ticket(A.ACCEPT, A.WAIT)
    ended = await world.ticket(A.ACCEPT, A.ANSWER, A.COMPLETE)
    back = await world.ticket(A.RETURN)
    desk.now += timedelta(hours=1)
    async with desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        text = (await browser.get("/desk/tickets")).text
        assert text.index(urgent.id) < text.index(fresh.id)
        assert not [one.id for one in (waiting, ended, back) if one.id in text]
        assert "Quá hạn dưới 1 giờ" in text and "ngày làm việc" in text and "bg-red-lt" in text
        late = (await browser.get("/desk/tickets?overdue=1")).text
        assert urgent.id in late and fresh.id not in late
        all_of_them = (await browser.get("/desk/tickets?which=open")).text
        assert waiting.id in all_of_them and "Tạm dừng, chờ người dân" in all_of_them and ended.id not in all_of_them
        assert all_of_them.index(fresh.id) < all_of_them.index(waiting.id), "what is owed nothing comes last"
        assert ended.id in (await browser.get(f"/desk/tickets?code={ended.code[:4]} {ended.code[4:]}")).text
    async with desk.signed_in("agent", login="dtv") as agent:
        text = (await agent.get("/desk/tickets")).text
        assert back.id in text and fresh.id not in text, "1022 has what was returned to do"
        found = (await agent.get("/desk/tickets?which=all&words=day dien dut&agency=so-xay-dung")).text
        assert urgent.id in found and fresh.id not in found
        assert urgent.id not in (await agent.get("/desk/tickets?which=all&agency=so-y-te")).text
        assert ended.id in (await agent.get("/desk/tickets?which=completed")).text


async def test_the_history_is_told_in_sentences(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT, A.PASS_TO_LEADER, A.EXTEND, A.RETURN)
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        text = (await browser.get(page(ticket))).text
    for said in (
        "Người khác chuyển phiếu đến Sở Xây dựng.",
        "Người khác tiếp nhận phiếu.",
        "Người khác chuyển phiếu cho lãnh đạo Lê Thị Cúc.",
        "Người khác gia hạn trả lời đến 17:00 18/12/2026.",
        "Người khác trả phiếu lại 1022.",
        "Lý do: Không thuộc thẩm quyền.",
    ):
        assert said in text, said


async def test_the_list_has_pages(world: Handling) -> None:
    made = [await world.ticket(A.ACCEPT) for _ in range(26)]
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        first = await browser.get("/desk/tickets")
        (later,) = {one for one in first.forms.links if "page=2" in one}
        second = await browser.get(later)
        shown = [sum(one.id in of.text for one in made) for of in (first, second)]
        assert shown == [25, 1] and "Trang sau" not in second.text and "Trang trước" in second.text


async def test_recordings_are_offered_to_who_may_listen(world: Handling) -> None:
    ticket = await world.ticket()
    address = f"/desk/recordings?ticket={ticket.code}"
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as specialist:
        assert address not in (await specialist.get(page(ticket))).text
    async with world.desk.signed_in("auditor", login="kt") as auditor:
        assert address in (await auditor.get(page(ticket))).text
