"""One citizen's data at the desk over a real database: looked at, given out, erased as it was shown; pressed twice, by two at once, after
the session is over. Nothing goes that nobody has seen.
"""

import asyncio
import io
import re
import zipfile
from collections.abc import AsyncIterator, Collection, Mapping
from pathlib import Path

import pytest

from hotline1022.audit.types import Entry, Kind
from hotline1022.core.acting import Acting, acts
from hotline1022.db.audit import AuditRepository
from hotline1022.service.accounts.desk import Terms
from hotline1022.service.citizen.steps import Steps
from hotline1022.web.citizen_wire import ErasureStage
from hotline1022.web.users import GOOD
from tests.contract.database.catalogue_made import ended as call_ended
from tests.contract.database.citizen_world import DIGITS, NAME, NUMBER
from tests.contract.database.desk_world import OWN, Browser, Shown
from tests.lab.citizen_desk import HERE, Cared, ended, found, open_citizens, prepared
from tests.unit.recordings_world import CALL

CONFIRM = f"{HERE}/erasures"
WHY = {"reason": "citizen", "letter": "12/ĐN-2026", "text": "xin bản sao"}


@pytest.fixture
async def cared(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cared]:
    async with open_citizens(address, tmp_path, monkeypatch) as made:
        yield made


def confirming(shown: Shown, typed: str = NUMBER) -> dict[str, str]:
    """What the page to confirm sends."""
    return shown.forms.fields[CONFIRM] | {"erase_letter": "12/ĐN-2026", "why": "người dân đề nghị", "typed": typed}


async def fetched(browser: Browser, shown: Shown, **typed: str) -> tuple[int, bytes]:
    """The ZIP of a page, or the page that says why not."""
    hidden = shown.forms.fields[f"{HERE}/export"]
    async with browser.client.post(f"{HERE}/export", data=hidden | typed) as response:
        return response.status, await response.read()


async def test_what_there_is_is_shown_and_the_number_is_in_no_address_and_no_entry(cared: Cared) -> None:
    async with cared.desk.signed_in("admin") as browser:
        for number in (NUMBER, "+84 (0)901-234-567", "84901234567", "0901.234.567"):
            shown = await found(browser, number)
            assert shown.status == 200 and "Phiếu: 1" in shown.text and "10000001" in shown.text, number
            assert "Lý do, ghi chú có số này: 5" in shown.text and CALL in shown.text
        assert len(await cared.house.traces()) > 8, "a look erases nothing"
        assert "Không có dữ liệu nào" in (await found(browser, "0987 000 111")).text
        for wrong in ("115", "không phải số", ""):
            refused = await found(browser, wrong)
            assert refused.status == 400 and 'id="problem"' in refused.text and f'value="{wrong}"' in refused.text
    looks = [one for one in await cared.desk.acts() if one["act"] == f"POST {HERE}"]
    assert len(looks) == 5 and all((one["actor"], one["given"]) == ("user:lan", ["number"]) for one in looks)
    assert DIGITS not in repr(await cared.desk.acts())


async def test_what_must_stay_is_told_with_its_reason(cared: Cared) -> None:
    async with cared.house.world.database.transaction() as tx:
        await tx.holds.hold(CALL, letter="12/CV", why="điều tra", by="cli:an", at=cared.desk.now)
    async with cared.desk.signed_in("admin") as browser:
        shown = await found(browser, NUMBER)
        assert shown.text.count("Ghi âm có lệnh giữ theo văn bản") >= 3, "the call, its ticket, and what hangs on it"
        assert 'href="/desk/tickets/10000001"' in shown.text
        sure = await prepared(browser, NUMBER)
        assert "Ghi âm có lệnh giữ theo văn bản" in sure.text
        done = await browser.post(CONFIRM, confirming(sure))
        end = await ended(browser, done.goes_to)
    assert "Ghi âm có lệnh giữ theo văn bản: 2" in end.text and "Phiếu: " not in end.text
    async with cared.house.world.database.reading() as tx:
        assert (await tx.tickets.get("10000001")).name == NAME


async def acts_told(cared: Cared) -> int:
    """How many acts of people the audit has."""
    async with cared.house.world.database.reading() as tx:
        return len(await tx.audit.latest(Kind.ACT, 400))


async def test_it_is_given_out_as_it_is_made_and_written_down_before(cared: Cared) -> None:
    async with cared.desk.signed_in("admin") as browser:
        shown = await found(browser, NUMBER)
        before = await acts_told(cared)
        for missing in ({"reason": ""}, {"letter": ""}, {"text": ""}):
            status, page = await fetched(browser, shown, **WHY | missing)
            kept = [value for name, value in (WHY | missing).items() if value and name != "reason"]
            assert status == 400 and all(f'value="{one}"' in page.decode() for one in kept), missing
        assert CALL in page.decode() and await acts_told(cared) == before + 3, (
            "what is shown is looked at, refused or not"
        )
        status, data = await fetched(browser, shown, **WHY)
        assert status == 200
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            assert box.testzip() is None and NAME in box.read("du-lieu.json").decode()
            assert not [name for name in box.namelist() if name.startswith("ghi-am/")]
        status, page = await fetched(browser, shown, **WHY, audio="1")
        assert status == 403 and "không có quyền" in page.decode(), "who may not listen takes no sound along"
        history = (await browser.get(HERE)).text
        assert history.count("12/ĐN-2026: xin bản sao") == 1
    async with cared.house.world.database.reading() as tx:
        (entry,) = await tx.audit.latest(Kind.CITIZEN_EXPORTED, 9)
    assert (entry.actor, entry.detail["audio"]) == ("user:lan", False)
    async with cared.who_listens() as browser:
        status, data = await fetched(browser, await found(browser, NUMBER), **WHY, audio="1")
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            sounds = {name.removeprefix("ghi-am/"): box.read(name) for name in box.namelist() if name[:7] == "ghi-am/"}
        assert sounds == {one.name: one.read_bytes() for one in cared.house.world.root.rglob("*.wav")}
        assert "Kèm ghi âm của 1 cuộc gọi." in (await browser.get(HERE)).text


async def test_a_button_pressed_twice_gives_the_file_all_the_same(cared: Cared) -> None:
    async with cared.desk.signed_in("admin") as browser:
        shown = await found(browser, NUMBER)
        both = await asyncio.gather(fetched(browser, shown, **WHY), fetched(browser, shown, **WHY))
    for status, data in both:
        assert status == 200 and zipfile.ZipFile(io.BytesIO(data)).testzip() is None


async def test_what_was_shown_is_erased_and_the_result_told(cared: Cared) -> None:
    async with cared.desk.signed_in("admin") as browser:
        for missing in ({"erase_letter": ""}, {"why": ""}):
            refused = await prepared(browser, NUMBER, **missing)
            typed = {"erase_letter": "12/ĐN-2026", "why": "người dân đề nghị"} | missing
            assert refused.status == 400 and all(f'value="{one}"' in refused.text for one in typed.values() if one)
        sure = await prepared(browser, NUMBER)
        assert sure.status == 200 and CALL in sure.text and "10000001" in sure.text and NUMBER in sure.text
        assert await cared.requests() == [], "nothing is asked for yet"
        before = await acts_told(cared)
        wrong = await browser.post(CONFIRM, confirming(sure, "0901 234 568"))
        assert CALL in wrong.text and await acts_told(cared) == before + 1
        assert wrong.status == 409 and "Số gõ lại không khớp" in wrong.text and 'value="0901 234 568"' in wrong.text
        assert await cared.requests() == [] and len(await cared.house.traces()) > 8
        done = await browser.post(CONFIRM, confirming(sure, "+84 901234567"))
        assert re.fullmatch(rf"{CONFIRM}/[0-9a-f]{{16}}", done.goes_to)
        end = await ended(browser, done.goes_to)
        assert "Đã xoá" in end.text and "Cuộc gọi: 1" in end.text and "an-danh-" in end.text
        assert "Không có dữ liệu nào" in (await found(browser, NUMBER)).text
        assert "12/ĐN-2026: người dân đề nghị" in (await browser.get(HERE)).text
        assert DIGITS not in end.text
    assert await cared.house.traces() == [] and await cared.house.world.findings() == []
    (row,) = await cared.requests()
    assert (row["requested_by"], row["confirmed_by"], row["proof"]) == ("user:lan", "user:lan", "")
    begun = [one["status"] for one in await cared.desk.acts() if one["act"] == f"POST {CONFIRM}"]
    assert sorted(begun) == [303, 409], "one act, however much work it was; and the refusal that showed the data"


async def test_pressed_twice_it_is_one_erasure(cared: Cared) -> None:
    async with cared.desk.signed_in("admin") as browser:
        given = confirming(await prepared(browser, NUMBER))
        both = await asyncio.gather(browser.post(CONFIRM, given), browser.post(CONFIRM, given))
        await ended(browser, both[0].goes_to)
        late = await browser.post(CONFIRM, given)
    assert {one.status for one in (*both, late)} == {303}
    assert len({one.goes_to for one in (*both, late)}) == 1 and len(await cared.requests()) == 1


async def test_of_two_admins_the_second_is_told_and_keeps_what_was_typed(cared: Cared) -> None:
    async with cared.desk.signed_in("admin") as one, cared.desk.signed_in("admin", login="two") as two:
        first, second = await prepared(one, NUMBER), await prepared(two, NUMBER)
        done = await one.post(CONFIRM, confirming(first))
        late = await two.post(CONFIRM, confirming(second))
        assert late.status == 409 and ("Đang xoá dữ liệu" in late.text or "khác với lúc xem" in late.text)
        await ended(one, done.goes_to)
        after = await two.post(CONFIRM, confirming(second))
        assert after.status == 409 and "khác với lúc xem" in after.text
    assert len(await cared.requests()) == 1, "the second has asked for nothing"


async def test_what_came_meanwhile_does_not_go_unseen(cared: Cared) -> None:
    database = cared.house.world.database
    async with cared.desk.signed_in("admin") as browser:
        sure = await prepared(browser, NUMBER)
        await call_ended(database, "hl1-1795470009.1", 90)
        before = len(await cared.house.traces())
        refused = await browser.post(CONFIRM, confirming(sure))
        assert refused.status == 409 and "khác với lúc xem" in refused.text and "hl1-1795470009.1" in refused.text
        assert 'value="người dân đề nghị"' in refused.text and len(await cared.house.traces()) == before
        done = await browser.post(CONFIRM, confirming(refused))
        await ended(browser, done.goes_to)
    assert await cared.house.traces() == []


@pytest.mark.parametrize("late", ["password", "session"])
async def test_late_in_the_middle_everything_is_there_again(cared: Cared, late: str) -> None:
    async def goes_on(browser: Browser, away: Shown) -> None:
        if late == "password":
            assert away.goes_to == "/desk/confirm?next=%2Fdesk%2Fcitizens"
            done = await browser.send(away.goes_to, "/desk/confirm", password=OWN)
        else:
            assert away.goes_to == "/desk/sign-in?again=1&next=%2Fdesk%2Fcitizens"
            done = await browser.send(away.goes_to, "/desk/sign-in", login="lan", password=OWN)
        assert done.goes_to == HERE

    async with cared.desk.signed_in("admin") as browser:
        hidden = (await found(browser, NUMBER)).forms.fields[f"{HERE}/erase"]
        cared.desk.now += GOOD if late == "password" else Terms().idle
        typed = {"erase_letter": "12/ĐN-2026", "why": "người dân đề nghị"}
        await goes_on(browser, await browser.post(f"{HERE}/erase", hidden | typed))
        back = await browser.get(HERE)
        assert all(f'value="{one}"' in back.text for one in typed.values()) and "10000001" in back.text
        sure = await browser.post(f"{HERE}/erase", back.forms.fields[f"{HERE}/erase"] | typed)
        cared.desk.now += GOOD if late == "password" else Terms().idle
        await goes_on(browser, await browser.post(CONFIRM, confirming(sure)))
        assert await cared.requests() == [], "nothing is done before"
        again = await browser.get(HERE)
        assert "Xác nhận xoá dữ liệu cá nhân" in again.text and 'value="người dân đề nghị"' in again.text
        done = await browser.post(CONFIRM, again.forms.fields[CONFIRM] | typed | {"typed": NUMBER})
        assert "Đã xoá" in (await ended(browser, done.goes_to)).text
    assert await cared.house.traces() == []
    looked = [one for one in await cared.desk.acts() if one["act"] == f"GET {HERE}"]
    assert len(looked) == 2, "whoever is shown a citizen's data again has looked"


async def test_one_asks_and_another_carries_it_out(cared: Cared) -> None:
    with acts(Acting(actor="cli:an", origin="cli", act="hotline1022 citizen erase")):
        asked = await cared.house.citizens().request(NUMBER, "Đơn 14")
    page = f"{CONFIRM}/{asked.request}"
    async with cared.desk.signed_in("admin") as browser:
        assert f'href="{page}"' in (await browser.get(HERE)).text and "Chưa thực hiện" in (await browser.get(page)).text
        wrong = await browser.send(page, page, number="0901 234 568")
        assert wrong.status == 409 and 'value="0901 234 568"' in wrong.text and CALL not in wrong.text
        sure = await browser.send(page, page, number=NUMBER)
        assert "Đơn 14" in sure.text and CALL in sure.text
        done = await browser.post(CONFIRM, sure.forms.fields[CONFIRM] | {"typed": NUMBER})
        assert done.goes_to == page
        assert "Đã xoá" in (await ended(browser, page)).text
        assert (await browser.get(f"{CONFIRM}/{'f' * 16}")).status == 404
    (row,) = await cared.requests()
    assert (row["requested_by"], row["confirmed_by"]) == ("cli:an", "user:lan") and await cared.house.traces() == []


async def test_what_was_broken_off_goes_on(cared: Cared, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise OSError(28, "no room")

    monkeypatch.setattr(Steps, "finish", full)
    async with cared.desk.signed_in("admin") as browser:
        done = await browser.post(CONFIRM, confirming(await prepared(browser, NUMBER)))
        page = done.goes_to
        broken = await ended(browser, page)
        assert "Bị ngắt giữa chừng" in broken.text and "Lần xoá vừa rồi chưa xong" in broken.text
        monkeypatch.undo()
        sure = await browser.send(page, page, number=NUMBER)
        await browser.post(CONFIRM, sure.forms.fields[CONFIRM] | {"typed": NUMBER})
        assert "Đã xoá" in (await ended(browser, page)).text
    assert await cared.house.traces() == [] and len(await cared.requests()) == 1


async def test_one_that_ends_while_its_page_is_made_is_not_broken_off(
    cared: Cared, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = AuditRepository.last_about

    async def late(tx: AuditRepository, subjects: Collection[str], kind: Kind) -> Mapping[str, Entry]:
        while cared.erasing._work.running:  # noqa: ASYNC110 -- the row was read
            await asyncio.sleep(0.01)
        return await told(tx, subjects, kind)

    monkeypatch.setattr(AuditRepository, "last_about", late)
    begun = await asyncio.wait_for(cared.erasing.begin("a" * 16, NUMBER, "Đơn 14", ""), 60)
    assert begun.stage is ErasureStage.RUNNING
    assert (await cared.erasing.erasure("a" * 16)).stage is ErasureStage.DONE
