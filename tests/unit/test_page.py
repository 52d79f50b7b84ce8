"""What the page of a signed link says: every state and word has its own, time left in words and colour, only what may be done is
offered, and no template asks for what the catalogue does not have.
"""

import re
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from hotline1022.core.clock import local
from hotline1022.core.errors import Unavailable
from hotline1022.tickets.left import left
from hotline1022.tickets.ports import agency_does, both_do
from hotline1022.tickets.states import TABLE
from hotline1022.tickets.types import HIDDEN, OF_AGENCIES, Action, Kind, State, Urgency
from hotline1022.web.page import NEEDS, spaced
from hotline1022.web.page_view import Level, deadlines, masked, moment, steps
from hotline1022.web.page_words import words
from hotline1022.web.time_left import time_left
from tests.unit.links_memory import TICKET, TOKEN
from tests.unit.tickets_made import NEEDS as NEEDED
from tests.unit.tickets_made import NOW, POLICY, WAYS, a_draft, at, done, made, walked
from tests.unit.web_memory import SECRETS, House, open_house

PAGES = Path(__file__).parents[2] / "web" / "pages"
ROOM = PAGES.parent
HOUSE = ROOM.parent
SAY = words()


def test_every_word_of_a_ticket_has_words_for_people() -> None:
    for table, kind in (("state", State), ("action", Action), ("kind", Kind), ("urgency", Urgency)):
        for one in kind:
            assert one.value in HIDDEN or SAY(f"{table}.{one.value}"), one
    assert (
        {key.removeprefix("done.") for key in SAY.texts if key.startswith("done.")}
        == set(NEEDS)
        <= OF_AGENCIES | {Action.COMPLETE}
    )


def test_templates_and_catalogue_know_the_same_keys() -> None:
    html = "".join(path.read_text(encoding="utf-8") for path in PAGES.rglob("*.html"))
    asked = re.findall(r"(?<![a-z])t\('([a-z0-9.-]+)'(?: ~ \w+(?:\.\w+)*)?(?:, ([^)]*))?\)", html)
    assert len(asked) > 60
    code = "".join(
        path.read_text(encoding="utf-8")
        for room in (ROOM, *(HOUSE / name for name in ("core", "service", "figures", "notify")))
        for path in room.rglob("*.py")
    )
    for key, given in asked:
        if key.endswith((".", "-")):  # the rest is a word of a closed list
            assert any(known.startswith(key) for known in SAY.texts), key
            continue
        wanted = {name for _, name, _, _ in Formatter().parse(SAY.texts[key]) if name}
        assert wanted == set(re.findall(r"(\w+)=", given)), key
    used = {key for key, _ in asked} | set(re.findall(r'"([a-z-]+\.[a-z0-9-]+)"', code))
    used |= set(re.findall(r"'([a-z-]+\.[a-z0-9-]+)'", html))  # chosen between, or handed to a macro
    begun = {key for key, _ in asked if key.endswith((".", "-"))} | set(re.findall(r"f[\"']([a-z.-]+[.-])\{", code))
    begun |= {f"{table}." for table in re.findall(r'in_words\([^"]+"([a-z-]+)",', code)}
    begun |= {
        f"{table}." for table in re.findall(r'(?:or_itself|\bsay|_say|_head)\(\s*["\']([a-z-]+)["\'],', html + code)
    }
    assert not {key for key in SAY.texts if key not in used and not key.startswith(tuple(begun))}


def test_an_unknown_key_is_a_fault_and_an_unknown_name_is_not() -> None:
    with pytest.raises(KeyError):
        SAY("state.lost")
    assert SAY.or_itself("who", "lan") == "lan"
    assert SAY.or_itself("who", "cascade") == "Tổng đài 1022 (chuyển máy)"


@pytest.mark.parametrize("clock", ["08:00", "11:00", "12:30", "13:59", "14:01", "23:00"])
def test_a_link_and_the_desk_say_the_same_of_the_time_that_is_left(clock: str) -> None:
    ticket = walked(made().after, Action.FORWARD)  # accept by 14:00, answer by Wednesday
    found = left(ticket, at(25, clock), POLICY)
    first, second = deadlines(ticket, found, SAY)
    at_the_desk = time_left(ticket, found, SAY)
    assert (first.name, first.said, first.until) == ("Hạn tiếp nhận", at_the_desk.said, "đến 14:00 25/11/2026")
    assert first.level is (Level.OVER if clock > "14:00" else Level.SOON)
    assert (second.name, second.level) == ("Hạn trả lời", Level.STILL) and second.said.startswith("đến 17:00 ")


def test_what_is_over_waits_or_was_late_is_said() -> None:
    accepted = walked(made().after, Action.FORWARD, Action.ACCEPT)
    waiting = done(accepted, Action.WAIT, at(26, "09:00")).after
    in_time, late = (done(accepted, Action.ANSWER, at(day, "09:00")).after for day in (26, 40))
    refused = done(accepted, Action.REFUSE, at(26, "10:00")).after
    said = [
        [one.said for one in deadlines(ticket, left(ticket, at(27, "08:00"), POLICY), SAY)]
        for ticket in (accepted, waiting, in_time, late, refused, replace(accepted, answer_by=None))
    ]
    assert said == [
        ["Còn 3 ngày làm việc"],
        ["Tạm dừng, đang chờ người dân bổ sung từ 09:00 26/11/2026"],
        ["Đã trả lời đúng hạn, lúc 09:00 26/11/2026"],
        ["Đã trả lời trễ hạn, lúc 09:00 10/12/2026"],
        ["Đã đóng lúc 10:00 26/11/2026"],
        ["Chưa có thời hạn"],
    ]


def test_history_is_told_latest_first_with_numbers_masked() -> None:
    first = made()
    second = done(first.after, Action.FORWARD, by="cascade")
    third = done(second.after, Action.RETURN, by="Trần Văn Bình", why="Gọi 0901234567")
    file = done(third.after, Action.ATTACH, by="lan", why="ảnh.png")
    rows = [one.row for one in (first, second, third, file)]
    hidden = steps(rows, SAY, shown=False)
    assert [(one.action, one.by, one.state, one.why) for one in hidden] == [
        ("Thêm tệp: ảnh.png", "lan", "", ""),
        ("Trả lại 1022", "Trần Văn Bình", "Đã trả lại 1022", "Gọi 090****567"),
        ("Chuyển đến cơ quan", "Tổng đài 1022 (chuyển máy)", "Chờ tiếp nhận", ""),
        ("Lập phiếu", "agent", "Mới lập", ""),
    ]
    assert steps(rows, SAY, shown=True)[1].why == "Gọi 0901234567"
    assert hidden[0].at == moment(NOW) == f"{local(NOW):%H:%M %d/%m/%Y}"
    ticket = replace(first.after, content="Gọi 0901234567", answer="115 hoặc 02743822333")
    assert masked(ticket, shown=False) == ("090****567", "Gọi 090****567", "115 hoặc 027****333")
    assert masked(ticket, shown=True) == ("0901 234 567", ticket.content, ticket.answer)


async def look(house: House, path: str = f"/l/{TOKEN}") -> tuple[int, str]:
    async with house.client.get(path) as response:
        assert response.content_type == "text/html"
        return response.status, await response.text()


@pytest.mark.parametrize("state", [state for state in WAYS if state not in HIDDEN])
async def test_only_what_the_table_allows_is_offered(tmp_path: Path, state: State) -> None:
    async with open_house(tmp_path) as house:
        ticket = walked(made().after, *WAYS[state])
        house.tickets.tickets[TICKET] = ticket
        _, text = await look(house)
        offered = set(re.findall(r'name="act" value="([a-z-]+)"', text)) - {"reveal", "look"}
        mine = {one for one in NEEDS if agency_does(one, state) or both_do(one, state)}
        assert offered == {one.value for one in mine if (state, one) in TABLE}
        assert SAY(f"state.{state}") in text and spaced(ticket.code) in text
        assert ("Hiện không có việc cần" in text) is not bool(offered)
        for action in set(NEEDS) - {one for one in NEEDS if one.value in offered}:
            form = {"act": action.value, "version": str(ticket.version), "leader": "c-2"} | dict(
                texts(NEEDED.get(action, {}))
            )
            async with house.client.post(f"/l/{TOKEN}", data=form) as response:
                said = await response.text()
                assert response.status == 409 and "không còn thực hiện được" in said
        assert house.tickets.tickets[TICKET] == ticket


def texts(needed: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in needed.items() if isinstance(value, str)}


async def test_a_page_says_when_something_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_house(tmp_path) as house:
        for fault, status, said in (
            (TimeoutError(), 503, "Tạm thời chưa mở được"),
            (ZeroDivisionError(), 500, "Hệ thống gặp lỗi"),
        ):

            async def broken(token: str, at: Any, fault: Exception = fault) -> None:
                raise fault

            monkeypatch.setattr(house.links, "open", broken)
            got, text = await look(house)
            assert got == status and said in text and "1022" in text and "error_id" not in text


async def test_what_was_typed_comes_back_when_the_database_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path) as house:
        ticket = walked(made().after, Action.FORWARD, Action.ACCEPT)
        house.tickets.tickets[TICKET] = ticket
        answer = "Đã lấp hố <sâu>.\n  Cảm ơn."
        form = {"act": "answer", "version": str(ticket.version), "answer": answer, "why": ""}
        for fault, status in ((Unavailable("away", error_id="database-away"), 503), (ZeroDivisionError(), 500)):

            async def away(*given: Any, fault: Exception = fault) -> None:
                raise fault

            with monkeypatch.context() as patch:
                patch.setattr(house.links, "open" if status == 503 else "act", away)
                async with house.client.post(f"/l/{TOKEN}", data=form) as response:
                    assert response.status == status
                    said = await response.text()
            assert "Đã lấp hố &lt;sâu&gt;.\n  Cảm ơn.</textarea>" in said
            sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(.*?)">', said))
            assert sent["act"] == "look"
            async with house.client.post(f"/l/{TOKEN}", data=sent | {"answer": answer}) as response:
                again = await response.text()
                assert response.status == 200 and "Đã lấp hố &lt;sâu&gt;.\n  Cảm ơn.</textarea>" in again
            assert house.tickets.tickets[TICKET] == ticket, "looking does nothing"
        house.tickets.tickets[TICKET] = done(ticket, Action.ANSWER).after
        async with house.client.post(f"/l/{TOKEN}", data=sent | {"answer": answer}) as response:
            again = await response.text()
            assert "không còn thực hiện được" in again and "Đã lấp hố &lt;sâu&gt;" in again


async def test_tokens_of_the_api_change_nothing_on_a_page(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.tickets.tickets[TICKET] = made(content=a_draft().content + " 0901234567").after
        headers = {"Authorization": f"Bearer {SECRETS['admin']}"}
        async with house.client.get(f"/l/{TOKEN}", headers=headers) as response:
            assert response.status == 200 and "901234567" not in await response.text()
        status, told = await house.ask("GET", f"/api/link/{TOKEN}", None, headers={"Accept": "application/json"})
        assert status == 200 and "901234567" not in repr(told) and told["shown"]["allowed"] == ["accept"]
        assert (await house.ask("GET", f"/api/link/{TOKEN}", None))[1]["shown"] is None
