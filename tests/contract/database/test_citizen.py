"""One citizen's data: erased from every table, every entry and the journal but for what must stay; and given out whole."""

import re
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Finding, Kind
from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.outcomes import Reason, Result
from hotline1022.db.citizen_words import GONE
from hotline1022.directory.numbers import Numbers
from hotline1022.recordings.types import CatalogueFilter
from hotline1022.service.citizen import steps
from hotline1022.service.citizen.erasure import Erasure
from hotline1022.service.directory.desk import DirectoryDesk
from hotline1022.tickets.types import State
from tests.contract.database.catalogue_made import a_ticket, add_ticket, ended, filed
from tests.contract.database.citizen_world import JOURNALLED, NAME, NUMBER, WHOLE, House, a_reason, citizen_house
from tests.contract.database.made import at
from tests.unit.recordings_world import CALL


@pytest.fixture
async def house(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(steps, "PORTION", 1)
    async with citizen_house(address, tmp_path, monkeypatch) as made:
        yield made


async def erased(house: House, number: str = NUMBER) -> Erasure:
    with acts(Acting(actor="cli:an", origin="cli", act="hotline1022 citizen erase")):
        asked = await house.citizens().request(number, f"Đơn ngày 12/11/2026, điện thoại {NUMBER}")
    with acts(Acting(actor="cli:binh", origin="cli", act="hotline1022 citizen confirm")):
        return await house.citizens().confirm(asked.request, "+84 901-234-567")


async def test_nothing_says_who_it_was_and_the_chain_verifies(house: House) -> None:
    assert len(await house.traces()) > 8
    done = await erased(house)
    assert await house.traces() == []
    assert done.counts == WHOLE
    assert (done.kept, done.recordings) == ({}, 1)
    assert await house.world.findings() == []
    assert list((house.folder / "attachments").iterdir()) == list((house.folder / "outbox").iterdir()) == []
    async with house.world.database.reading() as tx:
        reasons, entry = await tx.audit.about(f"citizen:{done.pseudonym}")
        assert (entry.kind, entry.actor) == (Kind.CITIZEN_ERASED, "cli:binh")
        changed: Any = reasons.detail["reasons"]
        assert {(one["table"], one["field"]) for one in changed} == {
            ("listening", "words"), ("recording_hold", "why"), ("recording_hold", "release_why"),
            ("disclosure", "why"), ("citizen_erasure", "reason"),
        }  # fmt: skip
        heard = next(one for one in changed if one["table"] == "listening")
        assert heard["sha256"] == sha256("Đơn của".encode()).hexdigest()
        assert "recording-stored" in [one.kind for one in await tx.audit.about(f"call:{CALL}")]
        assert (await tx.catalogue_search.search(CatalogueFilter(number=NUMBER))).recordings == ()


WRITTEN = [
    "0901–234–567", "0901 — 234 — 567", "0901,234,567", "0901/234/567", "0901\u00a0234\u00a0567", "(0901) 234 567",
    "+84(0)901 234 567", "+84 (0) 901-234-567", "(+84) 901.234.567", "0084 901 234 567", "84–901–234–567", "090\u200b1234567",
    "0 9 0 1 2 3 4 5 6 7", "0901_234_567", "0901 . 234 . 567", "840901234567",
]  # fmt: skip
#: they are no way to write it: a longer number, other digits, parts of it in different words
OTHERS = [
    "09012345678", "20901234567", "0901234567.58", "0901 234 5678", "0901 234 576", "0901 rồi 234 rồi 567", "0901-234",
    "số 9 ngày 01.2.2034 lúc 5 giờ 6 phút 7 giây",
]  # fmt: skip


async def test_in_free_words_it_is_found_however_it_is_written_and_no_other_number_is_touched(house: House) -> None:
    said = {f"{number:016x}": f"Bà Cúc (số {text}) hỏi lại" for number, text in enumerate([*WRITTEN, *OTHERS])}
    async with house.world.database.transaction() as tx:
        for key, words in said.items():
            await tx.listening.add(a_reason(CALL, words, key))
            await tx.alarms.raise_alarm(f"test-{key}", words, at(9))
    await erased(house)
    async with house.world.database.reading() as tx:
        rows = [await tx.listening.get(key) for key in said]
    now = {one.id: one.words for one in rows if one is not None}
    rung = (await house.everything()).splitlines()
    gone, kept = list(said)[: len(WRITTEN)], list(said)[len(WRITTEN) :]
    assert [now[key] for key in gone] == ["Bà Cúc (số ) hỏi lại"] * len(WRITTEN)
    assert {key: now[key] for key in kept} == {key: said[key] for key in kept}
    for key, words in said.items():
        (alarm,) = [line for line in rung if line.startswith("alarm: ") and f"test-{key}" in line]
        assert (words in alarm) is (key in kept), alarm


async def test_figures_stay_and_are_joined_by_the_pseudonym(house: House) -> None:
    done = await erased(house)
    async with house.world.database.reading() as tx:
        call = (await tx.calls.get(CALL)).call
        assert (call.result, call.talk_ms, call.caller_raw) == (Result.ANSWERED, 0, "")
        ticket = await tx.tickets.get("10000001")
        assert (ticket.agency, ticket.state, ticket.answer, ticket.content) == (
            "so-xay-dung",
            State.COMPLETED,
            GONE,
            "",
        )
    whole = await house.everything()
    assert f'"recipient": "{done.pseudonym}"' in whole and whole.count('"price": 400') == 2
    joined = re.findall(rf'citizen_alias: .*"kind": "(\w+)".*{done.pseudonym}', whole)
    assert sorted(joined) == ["call", "message", "ticket"]


async def test_the_journal_is_cleared_as_far_as_it_was_read(house: House) -> None:
    await erased(house)
    clear = JOURNALLED.replace(b"+84901234567", b"000000000000").replace(b'"0901234567"', b'"0000000000"')
    folder = house.folder / "journal"
    assert (folder / "cel.jsonl.1").read_bytes() == clear * 2
    assert (folder / "cel.jsonl").read_bytes() == clear + JOURNALLED, "what was not read yet is left alone"


async def test_what_must_stay_stays_with_the_reason(house: House) -> None:
    database = house.world.database
    await ended(database, "hl1-1795470001.1", 60, result=Result.EMERGENCY, reason=Reason.EMERGENCY_ANSWERED)
    await ended(database, "hl1-1795470002.1", 70)
    await add_ticket(database, a_ticket("10000002", "hl1-1795470002.1", name=NAME, phone=NUMBER))
    async with database.transaction() as tx:
        await tx.holds.hold(CALL, letter="12/CV", why="điều tra", by="cli:an", at=at(80))
    seen = await house.citizens().look(NUMBER)
    assert seen.kept == {
        f"call:{CALL}": "held",
        "ticket:10000001": "held",
        "call:hl1-1795470001.1": "emergency",
        "call:hl1-1795470002.1": "ticket-open",
        "ticket:10000002": "ticket-open",
    }
    assert (await erased(house)).kept == seen.kept
    async with database.reading() as tx:
        assert (await tx.tickets.get("10000001")).name == NAME
        assert (await tx.calls.get("hl1-1795470001.1")).call.caller_raw == "0901234567"
        assert {leg.party for leg in (await tx.calls.get("hl1-1795470000.1")).legs} >= {""}


async def test_a_held_call_of_another_in_which_the_number_was_rung_stays(house: House) -> None:
    database, rung = house.world.database, "hl1-1795470000.1"
    async with database.transaction() as tx:
        await tx.holds.hold(rung, letter="12/CV", why="điều tra", by="cli:an", at=at(80))
    done = await erased(house)
    assert done.kept == {f"call:{rung}": "held"} and done.counts["rung"] == 0
    async with database.reading() as tx:
        assert "0901234567" in {leg.party for leg in (await tx.calls.get(rung)).legs}


async def test_a_damaged_call_of_another_in_which_the_number_was_rung_stays(house: House) -> None:
    database, rung = house.world.database, "hl1-1795470000.1"
    await filed(database, rung)
    async with database.transaction() as tx:
        await tx.originals.attest([rung], at(70))
    assert (await house.citizens().look(NUMBER)).kept == {}, "so far nothing is wrong"
    await house.world.attack(f"UPDATE track SET bytes = 7 WHERE call_id = '{rung}'")
    before = {(one.fault, one.name) for one in await house.world.findings()}
    done = await erased(house)
    assert done.kept == {f"call:{rung}": "damaged"} and done.counts["rung"] == 0
    async with database.reading() as tx:
        assert "0901234567" in {leg.party for leg in (await tx.calls.get(rung)).legs}
    assert {(one.fault, one.name) for one in await house.world.findings()} == before


async def test_a_history_that_was_tampered_with_stays_as_evidence(house: House) -> None:
    await house.world.attack(f"UPDATE call_event SET kind = 'Hangup' WHERE call_id = '{CALL}' AND seq = 2")
    before = {(one.fault, one.name) for one in await house.world.findings()}
    done = await erased(house)
    assert done.kept == {f"call:{CALL}": "damaged"}
    assert {(one.fault, one.name) for one in await house.world.findings()} == before != set()


async def test_two_steps_and_the_number_typed_again(house: House) -> None:
    parts = house.citizens()
    asked = await parts.request(NUMBER, "Đơn")
    assert len(await house.traces()) > 8, "asking erases nothing"
    rows = [line for line in (await house.traces()) if line.startswith("citizen_")]
    assert rows == [], "a request does not keep the number"
    for request, number, error in (
        (asked.request, "0901234568", "erasure-other-number"),
        ("f" * 16, NUMBER, "erasure-unknown"),
    ):
        with pytest.raises((Refused, NotFound)) as refused:
            await parts.confirm(request, number)
        assert refused.value.error_id == error
    await parts.confirm(asked.request, NUMBER)
    with pytest.raises(Refused) as refused:
        await parts.confirm(asked.request, NUMBER)
    assert refused.value.error_id == "erasure-done"
    with pytest.raises(Refused) as refused:
        await parts.request(NUMBER, "Đơn")
    assert refused.value.error_id == "citizen-unknown"


@pytest.mark.parametrize("number", ["", "115", "1022", "abc", "0901 234 567; DROP", "90123"])
async def test_what_is_no_number(house: House, number: str) -> None:
    with pytest.raises(Invalid):
        await house.citizens().look(number)


@pytest.mark.parametrize("dies_at", [0, 1, 2])
async def test_killed_on_the_way_and_confirmed_again(house: House, dies_at: int) -> None:
    class Killed(BaseException):
        pass

    calls = 0

    async def rows(wanted: Sequence[str]) -> Sequence[Finding]:
        nonlocal calls
        calls += 1
        if calls > dies_at:
            raise Killed
        return ()

    asked = await house.citizens().request(NUMBER, "Đơn")
    with pytest.raises(Killed):
        await house.citizens(rows=rows).confirm(asked.request, NUMBER)
    done = await house.citizens().confirm(asked.request, NUMBER)
    assert done.done and done.pseudonym == asked.pseudonym and await house.traces() == []
    assert list((house.folder / "attachments").iterdir()) == []
    assert await house.world.findings() == []


async def test_an_office_is_no_citizen(house: House) -> None:
    desk = DirectoryDesk(house.world.database, lambda: Numbers(area_code="274"))
    await desk.start()
    async with house.world.database.reading() as tx:
        office = next(one.office for one in (await tx.directory.load()).contacts.values() if len(one.office) > 8)
    with pytest.raises(Refused) as refused:
        await house.citizens().look(office)
    assert refused.value.error_id == "citizen-is-contact"
