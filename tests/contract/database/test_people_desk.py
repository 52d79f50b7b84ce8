"""Those who answer at the lines, on their page and by programs: named anew, ended and taken back, with their history in the audit."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.accounts.types import Wanted
from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused
from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState
from hotline1022.service.lines.people import PeopleDesk
from hotline1022.service.lines.pins import hash_pin
from tests.contract.database.planning_world import Planning, fill, open_planning
from tests.unit.queue_memory import Room

HERE = "/desk/roster/people"
DECOMPOSED, COMPOSED = "Le\u0302 Thi\u0323 Ho\u0300a", "Lê Thị Hòa"


@pytest.fixture
async def planning(database: Database, tmp_path: Path) -> AsyncIterator[Planning]:
    await fill(database)
    async with open_planning(database, tmp_path) as made:
        yield made


async def details(world: Planning, act: str) -> list[dict[str, object]]:
    return [one for one in await world.world.acts() if one["act"] == act]


async def test_a_name_is_changed_in_one_form_of_writing_and_both_are_in_the_audit(planning: Planning) -> None:
    page = f"{HERE}/1001"
    async with planning.world.signed_in("shift-manager") as browser:
        assert page in (await browser.get(HERE)).forms.links
        shown = await browser.get(page)
        assert shown.status == 200 and "Nguyễn Thị Lan" in shown.text
        done = await browser.send(page, page, name=f"  {DECOMPOSED} ")
        assert done.goes_to == f"{page}?done=saved"
        assert "Đã lưu." in (await browser.get(done.goes_to)).text
        refused = await browser.send(page, page, name="  ")
        assert refused.status == 400 and "Tên cần 1 đến 80 ký tự" in refused.text
        assert (await browser.get(f"{HERE}/7777")).status == 404
    async with planning.database.reading() as tx:
        known = await tx.agents.person("1001")
    assert known is not None and known.name == COMPOSED
    (told,) = await details(planning, f"POST {HERE}/{{person}}")
    assert told["before"] == {"name": "Nguyễn Thị Lan", "active": True}
    assert told["after"] == {"name": COMPOSED, "active": True}


async def test_who_is_second_with_a_name_is_told_and_keeps_what_was_typed(planning: Planning) -> None:
    page = f"{HERE}/1001"
    async with planning.world.signed_in("admin") as one, planning.world.signed_in("admin", login="minh") as two:
        seen = (await two.get(page)).forms.fields[page]
        assert (await one.send(page, page, name="Nguyễn Thị Lan Anh")).status == 303
        late = await two.post(page, seen | {"name": "Nguyễn Lan"})
        assert late.status == 409 and "Người khác vừa đổi tên" in late.text
        assert 'value="Nguyễn Lan"' in late.text
        assert (await two.post(page, late.forms.fields[page] | {"name": "Nguyễn Lan"})).status == 303


async def test_ending_is_asked_first_says_what_happens_and_has_a_way_back(planning: Planning) -> None:
    page = f"{HERE}/1001"
    async with planning.world.signed_in("shift-manager") as browser:
        before = await browser.get(page)
        assert '<details class="ask-first" id="end-person">' in before.text
        assert "không còn được tính trong lịch trực" in before.text
        assert (await browser.send(page, f"{page}/end")).goes_to == f"{page}?done=saved"
        ended = await browser.get(page)
        assert "không còn trực" in ended.text and f"{page}/pin" not in ended.forms.fields
        assert "không còn trực" in (await browser.get(HERE)).text
        csrf = ended.forms.fields[f"{page}/take-back"]["csrf"]
        assert (await browser.post(f"{page}/end", {"csrf": csrf})).status == 303, "ended twice is ended once"
        assert (await browser.send(page, f"{page}/take-back")).status == 303
        assert "không còn trực" not in (await browser.get(page)).text
        assert (await browser.post(f"{HERE}/7777/end", {"csrf": csrf})).status == 404
    first, *_ = await details(planning, f"POST {HERE}/{{person}}/end")
    (back,) = await details(planning, f"POST {HERE}/{{person}}/take-back")
    assert [first["before"], first["after"]] == [
        {"name": "Nguyễn Thị Lan", "active": True},
        {"name": "Nguyễn Thị Lan", "active": False},
    ]
    assert back["after"] == {"name": "Nguyễn Thị Lan", "active": True}


async def test_whose_account_is_shut_out_is_marked_with_the_cure(planning: Planning) -> None:
    admin = planning.world.admin
    lan = (await admin.add(Wanted(login="hoa", name="Hoà", roles=frozenset({"agent"}), person="1001"))).user
    await admin.change(lan.id, lan.version, Wanted(active=False))
    async with planning.world.signed_in("shift-manager") as browser:
        assert "tài khoản đã khoá" in (await browser.get(HERE)).text
        assert "mở khoá tài khoản ở mục Người dùng" in (await browser.get(f"{HERE}/1001")).text
        assert "tài khoản đã khoá" not in (await browser.get(f"{HERE}/1002")).text


async def test_programs_do_the_same(database: Database) -> None:
    await fill(database)
    called: list[tuple[str, str]] = []
    desk = PeopleDesk(database, hash_pin, lambda person, name: called.append((person, name)))
    assert (await desk.create("1009", DECOMPOSED, "471100")).name == COMPOSED
    assert (await desk.rename("1001", DECOMPOSED)).name == COMPOSED and called == [("1001", COMPOSED)]
    assert (await desk.end("1001")).active is False
    assert (await desk.end("1001")).active is False
    assert [one.id for one in await desk.list() if not one.active] == ["1001"]
    assert (await desk.take_back("1001")).active is True
    for act in (desk.rename("7777", "Ai"), desk.end("7777"), desk.take_back("7777"), desk.new_pin("7777", "471100")):
        with pytest.raises(NotFound) as nobody:
            await act
        assert nobody.value.error_id == "person-not-found"
    for name in ("", " ", "x" * 81, "a\x07b"):
        with pytest.raises(Invalid) as invalid:
            await desk.rename("1001", name)
        assert invalid.value.error_id == "name-invalid"
    with pytest.raises(Refused) as changed:
        await desk.rename("1001", "Lan", before="Nguyễn Thị Lan")
    assert changed.value.error_id == "person-changed"


async def test_of_many_who_name_somebody_at_once_one_does(database: Database) -> None:
    await fill(database)
    desk = PeopleDesk(database, hash_pin)
    names = [f"Tên {n}" for n in range(6)]
    done = await asyncio.gather(*(desk.rename("1001", one, "Nguyễn Thị Lan") for one in names), return_exceptions=True)
    refused = [one for one in done if isinstance(one, HotlineError)]
    assert [one.error_id for one in refused] == ["person-changed"] * 5, done


async def test_at_a_line_the_new_name_is_seen_at_once() -> None:
    room = await Room().login("101", "102")
    room.agents.rename("1001", "Nguyễn Thị Lan Anh")
    room.agents.rename("7777", "Ai")
    assert [view.name for view in room.agents.views()] == ["Nguyễn Thị Lan Anh", "Person 1002"]
    assert room.seen[-1].name == "Nguyễn Thị Lan Anh" and room.seen[-1].state is AgentState.READY
