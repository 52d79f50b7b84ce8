"""The page of an agent over both databases: what each state shows, the form, the ticket, the transfer, and whose is what."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.accounts.types import Wanted
from hotline1022.core.callbacks import Callback, CallbackWhat
from hotline1022.core.cascade import Outcome, StepOutcome
from hotline1022.core.cascade import State as Hunt
from hotline1022.core.clock import local_day
from hotline1022.core.drafts import Writing
from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from hotline1022.db.unit import Database
from hotline1022.directory.edit import end
from hotline1022.directory.types import Role, What, Which
from hotline1022.queue.types import AgentState
from hotline1022.tickets.ports import Outcome as Settle
from hotline1022.tickets.ports import Reporter, Settled
from hotline1022.tickets.types import Kind, Requester, State, Urgency
from hotline1022.web.desk.agent_lists import LISTS
from hotline1022.web.page_words import words
from tests.contract.database.agent_world import AGENT, CALL, NEXT, Desk, open_agent_desk
from tests.contract.database.desk_world import Browser
from tests.contract.database.made import T0
from tests.unit.callback_memory import MADE
from tests.unit.calls_memory import CALLER, CALLER_SAID
from tests.unit.cascade_memory import a_cascade
from tests.unit.staff_memory import PIN, a_line
from tests.unit.tickets_made import NOW

PAGE = "/desk/agent"
#: how calls end that 1022 makes: those of the list behind the one that any call may have
OF_CALLS_MADE = list(Reason)[list(Reason).index(Reason.END_UNKNOWN) :]


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_agent_desk(database, tmp_path) as made:
        yield made


async def act(browser: Browser, path: str, **given: str) -> Any:
    """A form of a piece, as htmx sends it."""
    page = await browser.get("/desk/account")
    csrf = page.forms.fields["/desk/sign-out"]["csrf"]
    return await browser.post(path, given, **{"X-CSRF-Token": csrf, "Sec-Fetch-Site": "same-origin"})


@pytest.mark.parametrize(
    ("table", "all_words"),
    [
        ("line-state", AgentState),
        ("call-result", Result),
        ("agent-tried", OF_CALLS_MADE),
        ("agent-hunt", Hunt),
        ("agent-outcome", Outcome),
        ("agent-step", [*StepOutcome, "calling", "answered"]),
        ("contact-role", Role),
        ("which", Which),
        ("kind", Kind),
        ("agent-list", [f"{one}{part}" for one in LISTS for part in ("", "-more", "-none")]),
        ("agent", [f"requester-{one}" for one in Requester]),
        ("state", set(State) - {State.RESERVED, State.DROPPED}),
    ],
)
def test_every_word_of_a_closed_list_is_there(table: str, all_words: Any) -> None:
    texts = words().texts
    assert [one for one in all_words if f"{table}.{one}" not in texts] == []


@pytest.mark.parametrize("state", [one for one in AgentState if one is not AgentState.LOGGED_OUT])
async def test_each_state_is_said(desk: Desk, state: AgentState) -> None:
    paused = {"reason": "2"} if state is AgentState.PAUSED else {}
    desk.sits(state, **paused)
    async with desk.agent() as browser:
        shown = await browser.get(PAGE)
        assert shown.status == 200 and words()(f"line-state.{state}") in shown.text and "Máy 101" in shown.text
        assert ("Tạm nghỉ: Ăn trưa" in shown.text) is (state is AgentState.PAUSED)
        assert (await browser.get(f"{PAGE}/state")).text.strip().startswith('<section class="card agent-state')


async def test_in_out_pause_and_back(desk: Desk) -> None:
    async with desk.agent() as browser:
        assert "Chưa vào ca" in (await browser.get(PAGE)).text
        wrong = await act(browser, f"{PAGE}/login", line="101", pin="0000")
        assert wrong.status == 409 and "Mã PIN không đúng" in wrong.text
        assert "Sẵn sàng" in (await act(browser, f"{PAGE}/login", line="101", pin=PIN)).text
        assert desk.lines.lines["101"].person == AGENT
        assert "Tạm nghỉ: Giải lao" in (await act(browser, f"{PAGE}/pause", reason="1")).text
        assert (await act(browser, f"{PAGE}/pause", reason="9")).status == 400
        assert "Sẵn sàng" in (await act(browser, f"{PAGE}/unpause")).text
        assert "Chưa vào ca" in (await act(browser, f"{PAGE}/logout")).text
        assert (await act(browser, f"{PAGE}/pause", reason="1")).status == 409, "nobody else's line is moved"


async def test_a_line_whose_phone_was_not_seen_yet_can_be_taken(desk: Desk) -> None:
    desk.lines.lines["102"] = a_line("102", reachable=False)
    async with desk.agent() as browser:
        assert "<option>102</option>" in (await browser.get(PAGE)).text


async def test_an_account_that_is_nobody_who_answers_is_told_so(desk: Desk) -> None:
    async with desk.world.signed_in("agent", login="binh") as browser:
        assert "chưa gắn với điện thoại viên" in (await browser.get(PAGE)).text
        refused = await act(browser, f"{PAGE}/login", line="101", pin=PIN)
        assert refused.status == 409 and "chưa gắn" in refused.text


async def test_when_the_own_phone_rings_all_that_is_known_is_there_and_the_form_is_filled(desk: Desk) -> None:
    desk.sits(AgentState.RINGING)
    await desk.caller.rings()
    async with desk.agent() as browser:
        shown = await browser.get(PAGE)
    for known in (
        CALLER_SAID,
        "Lê Thị Cúc",
        "Đã bấm 3",
        "Giao thông",
        "Những lần gọi trước",
        "23456789",
        "Sở Xây dựng",
    ):
        assert known in shown.text, known
    assert re.search(r'<a href="/desk/tickets/[^"]+" target="_blank" rel="noopener"', shown.text), (
        "what is open is a click away"
    )
    assert f'data-draft="{CALL}"' in shown.text
    assert f'name="phone" value="{CALLER_SAID}"' in shown.text and '<option value="traffic" selected>' in shown.text
    assert "Theo lĩnh vực: Sở Giao thông Vận tải" in shown.text


async def test_a_key_of_a_category_that_has_ended_still_fills_the_form(desk: Desk) -> None:
    today = local_day(desk.world.now)
    await desk.world.directory.change(lambda now: end(now, What.CATEGORY, "traffic", today), "user:lan")
    desk.sits(AgentState.RINGING)
    await desk.caller.rings()
    async with desk.agent() as browser:
        shown = await browser.get(PAGE)
    assert '<option value="traffic" selected>' in shown.text and "Theo lĩnh vực: Sở Giao thông Vận tải" in shown.text


async def test_who_may_not_see_numbers_sees_none(desk: Desk) -> None:
    desk.sits(AgentState.RINGING)
    await desk.caller.rings()
    agent = next(one for one in await desk.world.admin.roles() if one.id == "agent")
    blind = frozenset(agent.permissions) - {"numbers"}
    await desk.world.admin.change_role("agent", agent.version, agent.name, blind)
    async with desk.agent() as browser:
        for path in (PAGE, f"{PAGE}/call", f"{PAGE}/form?call={CALL}", f"{PAGE}/queue", f"{PAGE}/lists?list=missed"):
            shown = await browser.get(path)
            assert shown.status == 200 and "Lê Thị Cúc" not in shown.text, path
            assert CALLER not in shown.text and CALLER_SAID not in shown.text, path


async def test_a_name_that_is_a_script_is_a_name(desk: Desk) -> None:
    desk.sits(AgentState.TALKING)
    evil = "<script>alert(1)</script>"
    await desk.caller.rings(name=evil, caller=evil)
    async with desk.agent() as browser:
        await act(browser, f"{PAGE}/ticket", call=CALL, content=evil, act="complete")
        for path in (PAGE, f"{PAGE}/call", f"{PAGE}/form?call={CALL}"):
            shown = await browser.get(path)
            assert evil not in shown.text and "&lt;script&gt;" in shown.text


async def test_the_ticket_has_what_stands_in_the_form_and_goes_to_the_agency(desk: Desk) -> None:
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    async with desk.agent() as browser:
        empty = await act(browser, f"{PAGE}/ticket", call=CALL, content=" ", name="Cúc", act="forward")
        assert empty.status == 400 and "Xin ghi nội dung" in empty.text and 'value="Cúc"' in empty.text
        done = await act(
            browser,
            f"{PAGE}/ticket",
            call=CALL,
            phone="0901 234 567",
            name="Lê Thị Cúc",
            category="traffic",
            content="Đèn đường hỏng",
            act="forward",
        )
        assert done.status == 200 and "Đã lập phiếu" in done.text
    (made,) = await desk.tickets()
    assert (made.state, made.content, made.phone, made.calls) == (
        State.FORWARDED,
        "Đèn đường hỏng",
        "+84901234567",
        (CALL,),
    )
    assert made.code in done.text and made.made_by == "Nguyễn Thị Lan"


async def test_answered_at_once_it_is_complete(desk: Desk) -> None:
    desk.sits(AgentState.TALKING)
    await desk.caller.rings()
    async with desk.agent() as browser:
        refused = await act(browser, f"{PAGE}/ticket", call=CALL, content="Hỏi giờ làm việc", act="complete")
        assert refused.status == 400 and "nội dung đã trả lời" in refused.text
        await act(
            browser, f"{PAGE}/ticket", call=CALL, content="Hỏi giờ làm việc", answer="7:30 đến 17:00", act="complete"
        )
    (made,) = await desk.tickets()
    assert (made.state, made.answer) == (State.COMPLETED, "7:30 đến 17:00")


async def test_what_was_typed_by_the_api_stands_in_the_form_and_pressed_twice_is_one_ticket(desk: Desk) -> None:
    desk.sits(AgentState.TALKING)
    await desk.caller.rings()
    async with desk.agent() as browser:
        csrf = (await browser.get("/desk/account")).forms.fields["/desk/sign-out"]["csrf"]
        body = {"window": "window-a", "seen": 0, "content": "Đèn đường\nhỏng", "phone": "0912 000 111"}
        async with browser.client.post(f"/api/drafts/{CALL}", json=body, headers={"X-CSRF-Token": csrf}) as answer:
            version = str((await answer.json())["version"])
            assert answer.status == 200
        shown = (await browser.get(PAGE)).text
        assert "Đèn đường\nhỏng</textarea>" in shown and 'value="0912 000 111"' in shown, "typed goes before known"
        assert f'data-version="{version}"' in shown
        given = {"call": CALL, "seen": version, "content": "Đèn đường hỏng", "act": "new"}
        first = await act(browser, f"{PAGE}/ticket", **given)
        again = await act(browser, f"{PAGE}/ticket", **given)
        (made,) = await desk.tickets()
        assert first.status == 200 and made.code in first.text
        assert again.status == 409 and f"Mã phiếu đã lập: {made.code}" in again.text
    acts = [one["act"] for one in await desk.world.acts()]
    assert f"POST {PAGE}/ticket" in acts and "POST /api/drafts/{draft}" not in acts


async def test_forms_that_are_not_finished_wait_beside_the_next_call(desk: Desk) -> None:
    desk.sits(AgentState.TALKING)
    await desk.caller.rings()
    async with desk.agent() as browser:
        user = await desk.world.admin.by_login("lan")
        writing = Writing(window="window-a", seen=0, texts={"name": "Trần Văn Bình", "content": "Ngập nước"})
        kept = await desk.drafts.write(f"user:{user.id}", CALL, writing, datetime.now(UTC))
        await desk.caller.rings(NEXT)
        shown = (await browser.get(f"{PAGE}/form?call={NEXT}")).text
        assert f'data-open="{CALL}"' in shown and "Trần Văn Bình · Ngập nước" in shown
        dropped = await act(browser, f"{PAGE}/drop", call=CALL, seen=str(kept.draft.version))
        assert dropped.status == 200 and "Trần Văn Bình" not in dropped.text
        assert await desk.drafts.get(f"user:{user.id}", CALL) is None


async def test_a_transfer_asks_first_for_who_answers_and_shows_its_steps(desk: Desk) -> None:
    desk.sits(AgentState.TALKING)
    await desk.caller.rings()
    async with desk.agent() as browser:
        ringing = await browser.get(f"{PAGE}/transfer?call={CALL}")
        assert "begin-transfer" not in ringing.text, "nobody talks yet"
        await desk.caller.rings(answered_at=datetime.now(UTC))
        shown = (await browser.get(f"{PAGE}/transfer?call={CALL}")).text
        first = shown.partition("<option")[2].partition("</option>")[0]
        assert "so-giao-thong-van-tai" in first and shown.index("Phụ trách lĩnh vực này") < shown.index("Cơ quan khác")
        begun = await act(
            browser, f"{PAGE}/begin-transfer", call=CALL, agency="so-xay-dung", note="Đèn hỏng", introduce="1"
        )
        assert begun.status == 200
        for word in ("đang giới thiệu", "Nối máy", "Lấy lại cuộc gọi", "Chuyên viên Nguyễn Văn An", "máy bận"):
            assert word in begun.text, word
        assert desk.hunts.bodies[0].note == "Đèn hỏng" and desk.hunts.bodies[0].introduce
        assert "phiếu 2345 6789" in begun.text
        back = await act(browser, f"{PAGE}/take-back", call=CALL)
        assert (
            "đã lấy lại" in back.text and "begin-transfer" in back.text and "không cần lập phiếu nữa" not in back.text
        )
        desk.hunts.end(Outcome.NOBODY)
        assert "không cần lập phiếu nữa" in (await browser.get(f"{PAGE}/transfer?call={CALL}")).text


async def test_what_a_kept_ticket_lacks_is_said(desk: Desk) -> None:
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    known = Reporter(phone="0912000111", urgent=True)
    kept = await desk.office.desk.reserve(CALL, "so-xay-dung", "construction", NOW, content="Sụt đường", reporter=known)
    await desk.office.desk.settle(kept.id, Settle(how=Settled.NOBODY), NOW)
    desk.hunts.cascades = [replace(a_cascade(CALL), ticket=kept.id, outcome=Outcome.NOBODY)]
    async with desk.agent() as browser:
        owner = f"user:{(await desk.world.admin.by_login('lan')).id}"
        texts = {"content": "Sụt đường ", "phone": "0912 000 111", "urgency": "urgent", "name": ""}
        await desk.drafts.write(owner, CALL, Writing(window="window-a", seen=0, texts=texts), datetime.now(UTC))
        shown = (await browser.get(f"{PAGE}/transfer?call={CALL}")).text
        assert "không cần lập phiếu nữa" in shown and "chưa có đủ" not in shown
        more = {"content": "Sụt đường, một người bị thương"}
        await desk.drafts.write(owner, CALL, Writing(window="window-a", seen=0, texts=more), datetime.now(UTC))
        shown = (await browser.get(f"{PAGE}/transfer?call={CALL}")).text
        assert "không cần lập phiếu nữa" not in shown and "chưa có đủ" in shown


@pytest.mark.parametrize(("email", "taken"), [("mai@1022.example", "mai@1022.example"), ("mai@", "")])
async def test_who_it_is_goes_with_the_citizen_and_what_is_half_typed_stops_nobody(
    desk: Desk, email: str, taken: str
) -> None:
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    async with desk.agent() as browser:
        typed = {"name": " Huỳnh Thị Mai ", "email": email, "address": "12 Lê Lợi", "area": "thuan-an"}
        typed |= {"phone": "0912 000 111", "kind": "question", "requester": "nobody", "urgency": "urgent"}
        typed |= {"note": "Sụt đường. " * 300}
        begun = await act(browser, f"{PAGE}/begin-transfer", call=CALL, agency="so-xay-dung", **typed)
        assert begun.status == 200
        (body,) = desk.hunts.bodies
        assert (body.name, body.email, body.address, body.area) == ("Huỳnh Thị Mai", taken, "12 Lê Lợi", "thuan-an")
        assert (body.phone, body.kind, body.requester) == ("0912 000 111", Kind.QUESTION, None)
        assert body.urgency is Urgency.URGENT and body.note == typed["note"].strip()


async def test_a_page_that_is_opened_while_a_citizen_is_put_through_shows_how_far_it_is(desk: Desk) -> None:
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    async with desk.agent() as browser:
        await act(browser, f"{PAGE}/begin-transfer", call=CALL, agency="so-xay-dung", note="Đèn hỏng")
        desk.caller.call = None
        desk.sits(AgentState.READY)
        shown = (await browser.get(PAGE)).text
        assert f'data-draft="{CALL}"' in shown and "đang gọi đầu mối" in shown and "Lấy lại cuộc gọi" in shown
        desk.hunts.end(Outcome.NOBODY)
        over = (await browser.get(PAGE)).text
        assert 'data-draft=""' in over and "Lấy lại cuộc gọi" not in over


async def test_who_is_not_at_that_line_puts_nobody_through(desk: Desk) -> None:
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    async with desk.agent() as browser:
        await act(browser, f"{PAGE}/begin-transfer", call=CALL, agency="so-xay-dung")
    async with desk.agent("binh", "1002") as other:
        for path in ("begin-transfer", "take-back", "connect"):
            refused = await act(other, f"{PAGE}/{path}", call=CALL, agency="so-xay-dung")
            assert refused.status == 409, path
    assert [what for what, _ in desk.hunts.asked] == ["begin so-xay-dung False"]


async def test_lists_are_ticked_off(desk: Desk) -> None:
    async with desk.agent() as browser:
        assert CALLER_SAID in (await browser.get(f"{PAGE}/lists?list=missed")).text
        assert "dài 0:09" in (await browser.get(f"{PAGE}/lists?list=voicemail")).text
        assert "Không có lời nhắn mới" in (await act(browser, f"{PAGE}/heard", id="v1")).text
        assert (await act(browser, f"{PAGE}/heard", id="v9")).status == 404
        shown = await browser.get(f"{PAGE}/lists?list=tell")
        assert shown.status == 200
        mark = re.search(r'name="seen" value="([0-9a-f]{16})"', shown.text)
        line = re.search(r'name="id" value="([^"]+)"><input type="hidden" name="seen"', shown.text)
        assert mark and line
        other = await act(browser, f"{PAGE}/told", id=line[1], seen="0" * 16)
        assert other.status == 409 and words()("error.to-tell-changed") in other.text
        assert (await act(browser, f"{PAGE}/told", id=line[1], seen=mark[1])).status == 200
        assert (await browser.get(f"{PAGE}/lists?list=x")).status == 400


async def test_a_message_is_heard_beside_its_list(desk: Desk) -> None:
    async with desk.agent() as browser:
        assert 'hx-post="/desk/agent/hear"' in (await browser.get(f"{PAGE}/lists?list=voicemail")).text
        heard = await act(browser, f"{PAGE}/hear", id="v1", number="0901 <b>", at="02/03/2026 08:00")
        assert heard.status == 200 and '<audio class="w-100" src="/api/listen/' in heard.text
        assert "Lời nhắn của 0901 &lt;b&gt;, 02/03/2026 08:00" in heard.text
        gone = await act(browser, f"{PAGE}/hear", id="v9")
        assert gone.status == 404 and "<audio" not in gone.text and words()("error.voicemail-unknown") in gone.text
    assert "POST /desk/agent/hear" in [one["act"] for one in await desk.world.acts()]


async def test_a_piece_of_a_session_that_is_over_leads_its_page_nowhere(desk: Desk) -> None:
    async with desk.agent() as browser, desk.world.browser() as nobody:
        at = f"{desk.world.server.make_url(PAGE)}"
        more = {"HX-Request": "true", "HX-Current-URL": at}
        for piece in ("state", "queue", "lists", "call", "transfer"):
            shown = await nobody.get(f"{PAGE}/{piece}", **more)
            assert (shown.status, shown.text, shown.headers.get("HX-Redirect")) == (401, "", None), piece
        assert (await nobody.get(f"{PAGE}/queue")).goes_to.startswith("/desk/sign-in?next=")
        token = (await browser.get("/desk/account")).forms.fields["/desk/sign-out"]["csrf"]
        sent = await nobody.post(f"{PAGE}/pause", {"reason": "1"}, **more, **{"X-CSRF-Token": token})
        assert sent.headers["HX-Redirect"] == "/desk/sign-in?next=%2Fdesk%2Fagent", "the page, and no piece of it"


async def test_a_citizen_of_a_list_is_called_back_from_the_own_line(desk: Desk) -> None:
    missed = f"{PAGE}/lists?list=missed"
    async with desk.agent() as browser:
        mark = re.search(r'name="mark" value="([0-9a-f]{16})"', (await browser.get(missed)).text)
        assert mark
        given = {"list": "missed", "id": CALL, "mark": mark[1]}
        nowhere = await act(browser, f"{PAGE}/call-back", **given)
        assert nowhere.status == 409 and words()("error.line-none") in nowhere.text
        desk.sits()
        done = await act(browser, f"{PAGE}/call-back", **given)
        assert done.status == 200 and 'id="lists"' in done.text
        assert desk.callbacks.begun == [("101", CallbackWhat.ABANDONED, CALL)]
        gone = await act(browser, f"{PAGE}/call-back", list="missed", id="nobody")
        assert gone.status == 404 and words()("error.callback-unknown") in gone.text
        # who calls is seen by all, and cannot be called by a second one
        going = Callback(
            call=MADE, what=CallbackWhat.ABANDONED, target=CALL, line="102", person="1002", name="Bình", asked_at=T0
        )
        desk.callbacks.kept[CALL] = going
        shown = (await browser.get(missed)).text
        assert "Bình đang gọi" in shown and "call-back" not in shown
        desk.callbacks.kept[CALL] = replace(going, ended_at=T0 + timedelta(seconds=50), reason=Reason.CITIZEN_BUSY)
        shown = (await browser.get(missed)).text
        assert "Đã gọi lại 08:00 02/03/2026, Bình: máy bận" in shown and "call-back" in shown


async def test_a_call_that_is_made_is_seen_as_one_and_put_through_when_the_two_talk(desk: Desk) -> None:
    desk.sits(AgentState.RINGING)
    async with desk.agent() as browser:
        for state, said in (
            (CallState.CALLING_AGENT, "xin nhấc máy"),
            (CallState.CALLING_CITIZEN, "Đang gọi cho người dân"),
            (CallState.TALKING, "Đang nói chuyện"),
        ):
            answered = datetime.now(UTC) if state is CallState.TALKING else None
            own = {"direction": Direction.OUT, "called_by": AGENT}
            await desk.caller.rings(call=MADE, state=state, answered_at=answered, **own)
            shown = (await browser.get(f"{PAGE}/call?ring={MADE}")).text
            assert said in shown and "Gọi lại cho người dân" in shown and CALLER_SAID in shown, state
            assert 'id="f-content"' in shown, "the form is open from the first ring"
            assert ("begin-transfer" in shown) is (state is CallState.TALKING), "the transfer from the talk on"
        # put through, and back: it rings as any call
        await desk.caller.rings(call=MADE, state=CallState.AFTER, **own)
        shown = (await browser.get(f"{PAGE}/call?ring={MADE}")).text
        assert "Đang đổ chuông" in shown and "Đang gọi cho người dân" not in shown


async def test_a_quiet_night_does_not_sign_out_who_is_at_a_line(desk: Desk) -> None:
    desk.sits(AgentState.READY)
    async with desk.agent() as browser:
        for _ in range(4):
            desk.world.now += timedelta(minutes=25)
            assert (await browser.get(f"{PAGE}/state")).status == 200
        desk.sits(AgentState.PAUSED)
        for _ in range(2):
            desk.world.now += timedelta(minutes=25)
            await browser.get(f"{PAGE}/state")
        desk.world.now += timedelta(minutes=25)
        assert (await browser.get(f"{PAGE}/state")).goes_to.startswith("/desk/sign-in"), "who left the desk is"


async def test_two_people_have_their_own_drafts(desk: Desk) -> None:
    async with desk.agent() as browser:
        other = await desk.world.admin.add(Wanted(login="binh", name="Bình", roles=frozenset({"agent"})))
        writing = Writing(window="window-a", seen=0, texts={"content": "của Bình"})
        await desk.drafts.write(f"user:{other.user.id}", CALL, writing, datetime.now(UTC))
        assert "của Bình" not in (await browser.get(f"{PAGE}/form?call={CALL}")).text
        async with browser.client.get(f"/api/drafts/{CALL}") as answer:
            assert (await answer.json())["version"] == 0
