"""One citizen's data: erased from every table, every entry and the journal but for what must stay; and given out whole."""

import csv
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hotline1022.audit.types import Finding, Kind
from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.numbers import pattern
from hotline1022.core.outcomes import Reason, Result
from hotline1022.db.citizen import GONE
from hotline1022.db.engine import connect
from hotline1022.db.schema import metadata
from hotline1022.db.types import Batch, JournalPosition
from hotline1022.db.unit import Database
from hotline1022.directory.numbers import Numbers
from hotline1022.notify.types import Channel, NewMessage, RecipientKind, ToTell
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.seal import looks_sealed
from hotline1022.recordings.types import CatalogueFilter
from hotline1022.service import citizen as citizen_service
from hotline1022.service.citizen import Citizens, Places
from hotline1022.service.citizen_export import export
from hotline1022.service.directory_desk import DirectoryDesk
from hotline1022.service.log_store import JOURNAL
from hotline1022.tickets.types import Attachment, State
from tests.contract.database.catalogue_made import a_ticket, add_ticket, ended
from tests.contract.database.made import a_fact, a_leg, at
from tests.lab.evidence_world import World, build, everything_now
from tests.unit.recordings_world import CALL

NUMBER = "0901 234 567"
DIGITS = "901234567"
OTHER = "+84912000111"
NAME = "Lê Thị Cúc"
SENT = '"Le Thi Cuc" <84901234567>'
JOURNALLED = b'{"caller":"0901234567","linkedid":"hl1-1901234567.3"}\n{"caller":"+84901234567"}\n'


@dataclass
class House:
    """The world of the evidence, and a citizen with traces everywhere."""

    world: World
    folder: Path

    def citizens(self, **more: Any) -> Citizens:
        """The parts over this world."""
        places = Places(
            attachments=self.folder / "attachments", outbox=self.folder / "outbox", journal=self.folder / "journal"
        )
        return Citizens(self.world.database, places, more.get("rows", self.world.examiner().rows))

    async def everything(self) -> str:
        """All tables as text."""
        engines = connect(self.world.address)
        lines: list[str] = []
        try:
            async with engines.reader.connect() as connection:
                for table in metadata.sorted_tables:
                    for row in (await connection.execute(select(table))).mappings():
                        lines.append(f"{table.name}: {json.dumps(dict(row), ensure_ascii=False, default=str)}")
        finally:
            await engines.close()
        return "\n".join(lines)

    async def traces(self) -> list[str]:
        """Rows in which the number stands in any form, turned round too, or the name."""
        turned = DIGITS[::-1]
        return [
            line
            for line in (await self.everything()).splitlines()
            if pattern(DIGITS).search(line) or DIGITS in line or turned in line or NAME in line or "Le Thi Cuc" in line
        ]


@pytest.fixture
async def house(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_ring: Keys
) -> AsyncIterator[House]:
    everything_now(monkeypatch)
    monkeypatch.setattr(citizen_service, "PORTION", 1)
    async with Database(address) as database:
        world = await build(address, database, tmp_path, ring=asked_ring)
        await _fill(world, tmp_path)
        yield House(world=world, folder=tmp_path)


async def _fill(world: World, folder: Path) -> None:
    database = world.database
    await ended(database, CALL, version=2, caller_sent=SENT)
    data = {"did": "1022", "caller": "0901234567", "sent": SENT}
    entered = a_fact(CALL, seq=9, second=9, key="CallEntered:x", kind="CallEntered", data=data)
    await ended(database, "hl1-1795470000.1", 50, caller_raw=OTHER, caller_e164=OTHER)
    back = a_leg("hl1-1795470000.1", "back", 55, party="0901234567")
    await database.save(Batch(events=(entered,), legs=(back,)))
    async with database.transaction() as tx:
        await tx.originals.attest_grown([CALL], at(70))
    done: dict[str, Any] = {"state": State.COMPLETED, "closed_at": at(50), "answer": f"Đã gọi {NAME}"}
    first = a_ticket("10000001", CALL, name=NAME, phone=NUMBER, address="14 Lê Lợi", email="cuc@example.vn", **done)
    await add_ticket(database, first)
    (folder / "attachments").mkdir()
    (folder / "attachments" / "a1").write_bytes(b"a photograph")
    (folder / "outbox").mkdir()
    (folder / "outbox" / "20260302-k1.txt").write_text(f"Den: {NUMBER}")
    (folder / "journal").mkdir()
    for name in ("cel.jsonl", "cel.jsonl.1"):
        (folder / "journal" / name).write_bytes(JOURNALLED * 2)
    inode = (folder / "journal" / "cel.jsonl").stat().st_ino
    read = JournalPosition(name=JOURNAL, inode=inode, offset=len(JOURNALLED), updated_at=at(9))
    await database.save(Batch(positions=(read,)))
    told = NewMessage(
        key="k1", channel=Channel.SMS, kind=RecipientKind.CITIZEN, recipient="+84901234567", name=NAME,
        ticket=first.id, text=f"Chao {NAME}", created_at=at(20), parts=2,
    )  # fmt: skip
    office = replace(told, key="k2", kind=RecipientKind.AGENCY, recipient=OTHER, name="", text=f"{NAME} {NUMBER}")
    async with database.transaction() as tx:
        await tx.outbox.put([told, office])
        line = ToTell(
            ticket=first.id, code=first.code, name=NAME, number=NUMBER, event="completed", text="x", since=at(9)
        )
        await tx.to_tell.put([line])
        await tx.alarms.raise_alarm("test", "no answer to 0901234567", at(9))
        await tx.tickets.attach(
            Attachment(
                id="a" * 16, ticket=first.id, name=f"{NAME}.jpg", media_type="image/jpeg", size=12, sha256="ab" * 32,
                path="a1", stored_at=at(30), stored_by="token:desk",
            )
        )  # fmt: skip
    await world.attack(
        "UPDATE outbox_message SET state = 'delivered', sent_at = created_at, price = 400",
        "INSERT INTO outbox_part (message_id, number, gateway, gateway_id)"
        " SELECT id, 1, 'folder', '20260302-k1.txt' FROM outbox_message WHERE key = 'k1'",
    )


async def erased(house: House, number: str = NUMBER) -> citizen_service.Erasure:
    with acts(Acting(actor="cli:an", origin="cli", act="hotline1022 citizen erase")):
        asked = await house.citizens().request(number, "Đơn ngày 12/11/2026")
    with acts(Acting(actor="cli:binh", origin="cli", act="hotline1022 citizen confirm")):
        return await house.citizens().confirm(asked.request, "+84 901-234-567")


async def test_nothing_says_who_it_was_and_the_chain_verifies(house: House) -> None:
    assert len(await house.traces()) > 8
    done = await erased(house)
    assert await house.traces() == []
    assert done.counts == {
        "calls": 1, "rung": 1, "tickets": 1, "messages": 1, "told": 1, "to_tell": 1, "sms": 0,
    }  # fmt: skip
    assert (done.kept, done.recordings) == ({}, 1)
    assert await house.world.findings() == []
    assert list((house.folder / "attachments").iterdir()) == list((house.folder / "outbox").iterdir()) == []
    async with house.world.database.reading() as tx:
        (entry,) = await tx.audit.about(f"citizen:{done.pseudonym}")
        assert (entry.kind, entry.actor) == (Kind.CITIZEN_ERASED, "cli:binh")
        assert "recording-stored" in [one.kind for one in await tx.audit.about(f"call:{CALL}")]
        assert (await tx.catalogue_search.search(CatalogueFilter(number=NUMBER))).recordings == ()


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


@pytest.mark.parametrize("asked_ring", ["plain", "sealed"], indirect=True)
async def test_the_export_has_everything_of_the_citizen_and_nothing_of_others(house: House, tmp_path: Path) -> None:
    to = tmp_path / "out.zip"
    root, ring = house.world.root, house.world.ring
    with acts(Acting(actor="cli:an", origin="cli", act="hotline1022 citizen export")):
        done = await export(house.world.database, root, NUMBER, to, audio=True, keys=ring)
    assert dict(done.counts) == {"calls": 1, "tickets": 1, "messages": 1, "sms": 0, "recordings": 7} and done.audio == 7
    assert to.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(to) as box:
        data = json.loads(box.read("du-lieu.json"))
        assert data["tickets"][0]["name"] == NAME and data["calls"][0]["id"] == CALL
        assert NAME in box.read("doc-truoc.html").decode()
        (row,) = csv.DictReader(io.StringIO(box.read("messages.csv").decode("utf-8-sig")))
        assert row["text"] == f"Chao {NAME}"
        sounds = {name: box.read(name) for name in box.namelist() if name.startswith("ghi-am/")}
        assert OTHER not in b"".join(box.read(name) for name in ("du-lieu.json", "doc-truoc.html")).decode()
    given = {name.removeprefix("ghi-am/"): sha256(sound).hexdigest() for name, sound in sounds.items()}
    assert given == {Path(one.path).name: one.sha256 for one in house.world.originals}
    assert {looks_sealed(one.read_bytes()) for one in root.rglob("*.wav")} == {ring.seal}
    with pytest.raises(Invalid):
        await export(house.world.database, root, NUMBER, to, audio=False)
    async with house.world.database.reading() as tx:
        entry = await tx.audit.last(Kind.CITIZEN_EXPORTED)
        assert entry is not None and entry.actor == "cli:an" and DIGITS not in json.dumps(entry.detail)


async def test_an_office_is_no_citizen(house: House) -> None:
    desk = DirectoryDesk(house.world.database, lambda: Numbers(area_code="274"))
    await desk.start()
    async with house.world.database.reading() as tx:
        office = next(one.office for one in (await tx.directory.load()).contacts.values() if len(one.office) > 8)
    with pytest.raises(Refused) as refused:
        await house.citizens().look(office)
    assert refused.value.error_id == "citizen-is-contact"
