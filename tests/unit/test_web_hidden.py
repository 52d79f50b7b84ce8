"""What whoever may not see numbers never gets out of the API, by whatever way; and whose citizen somebody moves."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from multidict import CIMultiDict

from hotline1022.accounts.types import Permission
from hotline1022.tickets.types import BEGUN, FAQ_QUESTIONS
from hotline1022.web.cookies import PLAIN
from hotline1022.web.numbers import hide_numbers
from tests.unit.accounts_memory import MemoryDoor
from tests.unit.calls_memory import NOW
from tests.unit.cascade_memory import MemoryCascades
from tests.unit.catalogue_memory import MemoryCatalogue
from tests.unit.disclosure_memory import ONE, MemoryDisclosures
from tests.unit.staff_memory import PIN
from tests.unit.test_web_acts import noted
from tests.unit.test_web_sessions import ask, sign_in
from tests.unit.tickets_made import CODE
from tests.unit.web_memory import SECRETS, House, open_house

P = Permission
CALL = "hl1-1795470208.58"
#: what tells who the citizen of the ticket in memory is, and a correction of it
WHO = (
    "Nguyễn Thị Ánh",
    "901234567",
    "12 đường Lê Lợi",
    "Trần Thị Mới",
    "907654321",
    "moi@example.vn",
    "14 đường Lê Lợi",
)


def with_rights(house: House, login: str, *rights: Permission, **more: Any) -> str:
    assert isinstance(house.ports.door, MemoryDoor)
    return house.ports.door.let_in(login, frozenset(rights), NOW, **more)


def edit(version: int) -> dict[str, Any]:
    return {
        "version": version, "why": "Gọi lại số 0901 234 567", "name": WHO[3], "phone": "0907654321", "email": WHO[5], "address": WHO[6],
    }  # fmt: skip


def test_what_was_begun_to_be_answered_is_masked_as_all_texts_are() -> None:
    begun = {"changes": {BEGUN: ["", "Gọi lại 0901234567"], FAQ_QUESTIONS: ["", "Gọi 0901234567?"]}}
    assert "0901234567" not in str(hide_numbers(begun)) and "Gọi lại" in str(hide_numbers(begun))


async def test_an_officer_learns_from_no_answer_who_the_citizen_is(tmp_path: Path) -> None:
    """Without the look that is written down: not from the history, nor from what an act gives back."""
    async with open_house(tmp_path) as house:
        assert (await house.ask("POST", f"/api/tickets/{CODE}/edit", "agent", json=edit(1)))[0] == 200
        _, ticket = await house.ask("POST", f"/api/tickets/{CODE}/forward", "agent", json={"version": 2})
        mine = sign_in(house, "specialist", contact="so-xay-dung-cv")
        _, history = await ask(house, "GET", f"/api/tickets/{CODE}/history", mine)
        changes = history["history"][1]["changes"]
        assert {"name", "phone", "email", "address"} <= changes.keys(), "that it was corrected is told"
        accept = {"version": ticket["version"]}
        status, accepted = await ask(house, "POST", f"/api/tickets/{CODE}/accept", mine, json=accept)
        assert status == 200 and accepted["state"] == "accepted"
        for said in (repr(history), repr(accepted)):
            assert [secret for secret in WHO if secret in said] == []
            assert "234 567" not in said
        _, full = await house.ask("GET", f"/api/tickets/{CODE}/history", "agent")
        assert all(secret in repr(full) for secret in WHO[3:]), "1022 sees what was corrected"


async def test_an_agent_without_numbers_does_not_learn_a_name_by_the_line(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.lines.login("101", "1001", PIN)
        for rights, seen in (((P.ANSWER,), False), ((P.ANSWER, P.NUMBERS), True)):
            cookie = with_rights(house, f"a{seen}".lower(), *rights, person="1001")
            _, told = await ask(house, "GET", "/api/lines/101/call", cookie)
            assert told["call"]["category"] == "traffic"
            assert ("Lê Thị Cúc" in repr(told)) == seen and ("0901234567" in repr(told)) == seen


@pytest.mark.parametrize(
    "words",
    [
        "84901234567",
        "+84 901 234 567",
        "Lan 0901.234.567",
        "123456",
        "1 2 3 4 5 6",
        "\uff18\uff14\uff19\uff10\uff11\uff12\uff13",
        "⁸⁴⁹⁰¹²³",
        "Nguyễn Thị Ánh",
    ],
)
async def test_words_of_a_ticket_are_no_way_to_a_number(tmp_path: Path, words: str) -> None:
    """They are searched with name, number and address of whoever asked for help: who only looks, or only listens, tries no number."""
    async with open_house(tmp_path) as house:
        status, told = await house.ask("GET", f"/api/recordings?words={words.replace('+', '%2B')}", "read")
        assert (status, told["error_id"]) == (403, "scope-missing")
        assert isinstance(house.ports.catalogue, MemoryCatalogue)
        auditor, asked = sign_in(house, "auditor"), house.ports.catalogue.asked
        status, told = await ask(house, "GET", f"/api/recordings?words={words.replace('+', '%2B')}", auditor)
        assert (status, told.get("error_id")) == ((403, "search-number") if words[-1].isdigit() else (200, None))
        assert all(one.open_words for one in asked)
        assert (await house.ask("GET", f"/api/recordings?words={words.replace('+', '%2B')}", "agent"))[0] == 200
        assert not asked[-1].open_words


async def test_reasons_are_masked_as_the_pages_mask_them(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert isinstance(house.ports.disclosures, MemoryDisclosures)
        given = replace(ONE, why="Nghe lại 0901 234 567", words="Gọi 0907654321")
        house.ports.disclosures.get = lambda id: _given(given)  # type: ignore[method-assign]
        _, told = await ask(house, "GET", f"/api/disclosures/{ONE.id}", sign_in(house, "auditor"))
        assert (told["why"], told["words"]) == ("Nghe lại 090****567", "Gọi 090****321")
        _, told = await ask(house, "GET", f"/api/disclosures/{ONE.id}", with_rights(house, "seer", P.LISTEN, P.NUMBERS))
        assert told["why"] == given.why


async def _given(one: Any) -> Any:
    return one


def test_a_number_that_was_changed_is_masked_before_and_after() -> None:
    changed = {
        "changes": {"phone": ["0901234567", "0907654321"], "content": ["gọi 0901 234 567", "x"]},
        "recipient": ["0901234567"],
    }
    assert hide_numbers(changed) == {
        "changes": {"phone": ["090****567", "090****321"], "content": ["gọi 090****567", "x"]},
        "recipient": ["090****567"],
    }


async def test_somebody_elses_citizen_is_moved_by_who_leads_the_shift_alone(tmp_path: Path) -> None:
    """As at the page: the API by a session is no way around it."""
    async with open_house(tmp_path) as house:
        memory = house.ports.cascades
        assert isinstance(memory, MemoryCascades)
        await house.lines.login("101", "1001", PIN)
        house.lines.lines["102"] = replace(house.lines.lines["102"], person="1002")
        memory.cascades[0] = replace(memory.cascades[0], line="101")
        body = {"call": CALL, "agency": "so-xay-dung"}
        other, lead = sign_in(house, "agent", person="1002"), sign_in(house, "shift-manager")
        nobody = with_rights(house, "nobody", P.ANSWER)
        for cookie in (other, nobody):
            for what in ("take-back", "connect"):
                status, told = await ask(house, "POST", f"/api/calls/{CALL}/{what}", cookie, json={})
                assert (status, told["error_id"]) == (409, "cascade-other")
        status, told = await ask(house, "POST", "/api/cascades", nobody, json=body)
        assert (status, told["error_id"]) == (409, "call-not-talking")
        status, told = await ask(house, "POST", "/api/cascades", other, json=body | {"call": "hl1-1795470300.7"})
        assert (status, told["error_id"]) == (409, "call-not-talking")
        assert memory.asked == [] and noted(house) == []
        own = with_rights(house, "own", P.ANSWER, person="1001")
        for cookie in (own, lead):
            assert (await ask(house, "POST", "/api/cascades", cookie, json=body))[0] == 201
            for what in ("take-back", "connect"):
                assert (await ask(house, "POST", f"/api/calls/{CALL}/{what}", cookie, json={}))[0] == 200
        assert len(memory.asked) == 6


async def test_another_sites_link_takes_no_list_out(tmp_path: Path) -> None:
    """The cookie goes along with a link: the act would be somebody's who did nothing."""
    async with open_house(tmp_path) as house:
        lead = sign_in(house, "shift-manager")
        for path in ("/api/calls/export", "/api/tickets/export"):
            status, told = await ask(house, "GET", path, lead, headers={"Sec-Fetch-Site": "cross-site"})
            assert (status, told["error_id"]) == (403, "form-foreign")
        assert noted(house) == []
        for site in ("same-origin", "none"):
            assert (await ask(house, "GET", "/api/calls/export", lead, headers={"Sec-Fetch-Site": site}))[0] == 200
        assert len(noted(house)) == 2


async def test_the_name_of_a_file_tells_no_number(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        headers = {"Content-Type": "image/jpeg", "Authorization": f"Bearer {SECRETS['agent']}"}
        address = f"/api/tickets/{CODE}/attachments?name=can-cuoc-0901234567.jpg"
        async with house.client.post(address, data=b"x", headers=headers) as response:
            assert response.status == 201
        officer = sign_in(house, "specialist", contact="so-xay-dung-cv")
        supervisor = sign_in(house, "supervisor")
        for path in (f"/api/tickets/{CODE}", f"/desk/tickets/{CODE}"):
            for cookie in (officer, supervisor):
                assert "0901234567" not in await _text(house, path, cookie)
            assert "can-cuoc-0901234567.jpg" in await _text(house, path, sign_in(house, "agent"))


async def _text(house: House, path: str, cookie: str) -> str:
    async with house.client.get(path, headers={"Cookie": f"{PLAIN}={cookie}"}) as response:
        assert response.status == 200
        return await response.text()


async def test_whoever_fetches_a_file_of_a_ticket_is_known(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        mine = sign_in(house, "agent")
        for path in (f"/api/tickets/{CODE}/attachments/{'f' * 16}", f"/desk/tickets/{CODE}/files/{'f' * 16}"):
            assert (await ask(house, "GET", path, mine))[0] == 200
            assert (await ask(house, "GET", f"{path[:-1]}0", mine))[0] == 404
        first, second = noted(house)
        assert {first.actor, second.actor} == {"user:agent"} and {first.subject, second.subject} == {f"ticket:{CODE}"}
        assert first.act == "GET /api/tickets/{ticket}/attachments/{attachment}"
        assert first.detail["path"] == second.detail["path"] == {"attachment": "f" * 16}


HEAD = '--b\r\nContent-Disposition: form-data; name="a"\r\n'
BROKEN = {
    "headers that are none": "--b\r\nno header\r\n\r\nx\r\n--b--\r\n",
    "many headers": "--b\r\n" + "".join(f"X-{n}: 1\r\n" for n in range(500)) + "\r\nx\r\n--b--\r\n",
    "a long header": f"--b\r\nX: {'y' * 20_000}\r\n\r\nx\r\n--b--\r\n",
    "a charset that is none": f'--b\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\n{"x" * 40}\r\n--b--\r\n',
    "a length that is none": f"{HEAD}Content-Length: -5\r\n\r\nx\r\n--b--\r\n",
    "no end": f"{HEAD}\r\nx",
    "parts in parts": "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n",
}


@pytest.mark.parametrize("what", BROKEN)
async def test_a_form_that_no_browser_sends_is_refused(tmp_path: Path, what: str) -> None:
    async with open_house(tmp_path) as house:
        cookie = sign_in(house, "agent")
        headers = CIMultiDict({"Cookie": f"{PLAIN}={cookie}", "Content-Type": "multipart/form-data; boundary=b"})
        path = f"/desk/tickets/{'a' * 16}/files"
        async with house.client.post(path, data=BROKEN[what].encode(), headers=headers) as response:
            assert response.status in (400, 403, 413), await response.text()


async def test_no_program_ends_what_an_agency_works_on(tmp_path: Path) -> None:
    """Decision 39: 1022 does not; its own programs are no more than its people."""
    async with open_house(tmp_path) as house:
        ask_1022 = partial(house.ask, "POST")
        _, ticket = await ask_1022(f"/api/tickets/{CODE}/forward", "agent", json={"version": 1})
        mine = sign_in(house, "specialist", contact="so-xay-dung-cv")
        accept = {"version": ticket["version"]}
        _, accepted = await ask(house, "POST", f"/api/tickets/{CODE}/accept", mine, json=accept)
        end = {"version": accepted["version"], "answer": "Xong."}
        status, told = await ask_1022(f"/api/tickets/{CODE}/complete", "agent", json=end)
        assert (status, told["error_id"]) == (403, "action-of-agency")
