"""A citizen with traces everywhere, in the world of the evidence, on a real database. Keeps nothing."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.drafts import Drafted, Typed
from hotline1022.core.numbers import pattern
from hotline1022.db.engine import connect
from hotline1022.db.listening import Listening
from hotline1022.db.schema import metadata
from hotline1022.db.types import Batch, JournalPosition
from hotline1022.db.unit import Database
from hotline1022.evidence.types import Disclosure, Request
from hotline1022.evidence.types import State as Asked
from hotline1022.notify.types import Channel, NewMessage, RecipientKind, ToTell
from hotline1022.service.calls.log_store import JOURNAL
from hotline1022.service.citizen.desk import Citizens
from hotline1022.service.citizen.steps import Places
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
#: what an erasure takes of it
WHOLE = {"calls": 1, "rung": 1, "tickets": 1, "messages": 1, "told": 1, "to_tell": 1, "sms": 0, "drafts": 2}
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


@asynccontextmanager
async def citizen_house(address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """The house, filled."""
    everything_now(monkeypatch)
    async with Database(address) as database:
        world = await build(address, database, folder)
        await fill(world, folder)
        yield House(world=world, folder=folder)


async def fill(world: World, folder: Path) -> None:
    """Traces in every table, a file of each kind, and the journal."""
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
        typed = {"name": Typed(text=NAME, at=1, window="w"), "phone": Typed(text=NUMBER, at=1, window="w")}
        draft = Drafted(owner="user:1", version=1, made_at=at(9), changed_at=at(9), fields=typed)
        await tx.drafts.put(draft, "+84901234567", before=0)
        of_call = Typed(text=f"Bà {NAME} hỏi", at=1, window="w")
        await tx.drafts.put(replace(draft, call=CALL, fields={"content": of_call}), "", before=0)
        await tx.alarms.raise_alarm("test", "no answer to 0901234567", at(9))
        await tx.tickets.attach(
            Attachment(
                id="a" * 16, ticket=first.id, name=f"{NAME}.jpg", media_type="image/jpeg", size=12, sha256="ab" * 32,
                path="a1", stored_at=at(30), stored_by="token:desk",
            )
        )  # fmt: skip
    await reasons(database)
    await world.attack(
        "UPDATE outbox_message SET state = 'delivered', sent_at = created_at, price = 400",
        "INSERT INTO outbox_part (message_id, number, gateway, gateway_id)"
        " SELECT id, 1, 'folder', '20260302-k1.txt' FROM outbox_message WHERE key = 'k1'",
    )


async def reasons(database: Database) -> None:
    """People wrote the number where they said why they did something: at a hold, a disclosure, a listening."""
    why = f"Bà {NUMBER} khiếu nại"
    async with database.transaction() as tx:
        held = await tx.holds.hold(CALL, letter="12/CSĐT", why=why, by="token:desk", at=at(60))
        await tx.holds.release(held.id, why=f"đã trả lời {NUMBER}", by="token:desk", at=at(61))
        of_hold = {"hold": held.id, "letter": held.letter}
        for kind, second in ((Kind.RECORDING_HELD, 60), (Kind.RECORDING_RELEASED, 61)):
            tx.audit.add(_told(kind, second, f"recording:{held.recording}", of_hold))
        recording = (await tx.catalogue.get(CALL)).id
        request = Request(
            unit="Công an", letter="12/CSĐT", letter_date=at(0).date(), person="Bình", why=why, recordings=(recording,)
        )
        one = Disclosure(id="d" * 16, state=Asked.REQUESTED, request=request, asked_by="token:desk", asked_at=at(62))
        await tx.disclosures.add(one)
        tx.audit.add(_told(Kind.DISCLOSURE_REQUESTED, 62, f"disclosure:{one.id}", {"recordings": [recording]}))
        await tx.listening.add(a_reason(recording, f"Đơn của {NUMBER}"))


def _told(kind: Kind, second: float, subject: str, detail: Mapping[str, object]) -> Fact:
    """Its entry, as who did it leaves one."""
    return Fact(at=at(second), kind=kind, actor="token:desk", subject=subject, detail=detail)


def a_reason(recording: str, words: str, key: str = "f" * 16) -> Listening:
    """Why somebody exported a recording of the call, in words."""
    return Listening(
        id=key, key_sha256=None, token_id="", actor="cli:an", origin="cli", recording_id=recording, call_id=CALL,
        what="originals", name="", reason="citizen", words=words, asked_at=at(63), expires_at=None,
        path="", sha256="", bytes=0, duration_ms=0, played_at=None,
    )  # fmt: skip
