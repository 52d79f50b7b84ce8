"""The stamper on both databases: each day's stamp goes everywhere, by email too, as a mail server gets it; what fails rings."""

import asyncio
import base64
import json
import ssl
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.stamps import from_file
from hotline1022.audit.types import Fact, Kind, Method, Stamp
from hotline1022.core.errors import Refused, Unavailable
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.notify.caps import Caps
from hotline1022.notify.mail_gateway import MailGateway, MailServer
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.types import Channel, MessageState, OutboxFilter
from hotline1022.service.evidence.stamp_check import Trust
from hotline1022.service.evidence.stamp_key import ensure_key
from hotline1022.service.evidence.stamper import Stamper
from hotline1022.service.evidence.tsa import Authority, read_roots
from hotline1022.service.evidence.walk import Evidence, Examiner
from hotline1022.service.notify.outbox_book import OutboxBook
from hotline1022.service.notify.outbox_worker import OutboxWorker
from tests.lab.evidence_world import Bells
from tests.lab.smtp import mail_server
from tests.lab.tsa import Tsa, made_once, tsa
from tests.lab.waiting import met
from tests.unit.notify_memory import Book

__all__ = ["made_once", "tsa"]

AT = datetime(2026, 11, 29, 17, 0, 1, 5, tzinfo=UTC)
TO = "luu@example.vn"


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    await migrate(address)
    async with Database(address) as opened:
        yield opened


def authority(tsa: Tsa) -> Authority:
    return Authority(tsa.url, read_roots(str(tsa.roots)), seconds=10.0)


def stamper(database: Database, bells: Bells, folder: Path, **more: Any) -> Stamper:
    given: dict[str, Any] = {"key": lambda: ensure_key(folder / "keys"), "authority": None, "folder": folder / "second"}
    return Stamper(database, bells, **given | more)


async def one_entry(database: Database) -> None:
    async with database.transaction() as tx:
        tx.audit.add(Fact(at=AT, kind=Kind.ACT, actor="cli:an"))


async def test_a_stamp_by_an_authority_goes_everywhere_and_verifies(
    database: Database, tsa: Tsa, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="nothing to stamp"):
        await stamper(database, Bells(), tmp_path).stamp()
    await one_entry(database)
    made = await stamper(database, Bells(), tmp_path, authority=authority(tsa), mail_to="luu@example.vn").stamp()
    assert made.method is Method.TSA and made.seq == 1
    (file,) = (tmp_path / "second").iterdir()
    assert from_file(file.read_bytes()) == made and file.stat().st_mode & 0o777 == 0o640
    async with database.reading() as tx:
        assert [one async for one in tx.audit.stamps()] == [made]
        entry = await tx.audit.last(Kind.CHAIN_STAMPED)
        (mail,) = await tx.outbox.list(OutboxFilter(limit=5))
    assert entry is not None and entry.detail["name"] == made.name
    assert mail.recipient == "luu@example.vn" and made.proof in mail.text
    found = Evidence()
    trust = Trust(folder=tmp_path / "second", roots=read_roots(str(tsa.roots)))
    await Examiner(database, tmp_path, trust).stamps(found)
    assert found.ok and found.stamps == 2


async def test_it_rings_until_a_stamp_can_be_had(
    database: Database, tsa: Tsa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline1022.service.evidence.stamper.AGAIN", 0.01)
    monkeypatch.setattr("hotline1022.service.evidence.stamper.MOST", 0.02)
    await one_entry(database)
    tsa.mode, bells = "broken", Bells()
    running_stamper = asyncio.create_task(stamper(database, bells, tmp_path, authority=authority(tsa)).run())
    try:

        async def tried() -> bool:
            return tsa.asked >= 3

        tsa.asked = 0
        await met(tried)
        assert {kind for kind, _, _ in bells.rung} == {"stamp-failed"} and "tsa-refused" in bells.rung[0][1]
        tsa.mode = "good"

        async def stamped() -> bool:
            async with database.reading() as tx:
                return await tx.audit.last_stamp() is not None

        await met(stamped)
    finally:
        running_stamper.cancel()
        await asyncio.wait([running_stamper])


async def test_one_stamp_a_day_of_the_province(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline1022.service.evidence.stamper.EVERY", 0.01)
    await one_entry(database)
    now = [datetime(2026, 11, 29, 16, 59, 50, tzinfo=UTC)]  # ten seconds before midnight
    task = asyncio.create_task(stamper(database, Bells(), tmp_path, clock=lambda: now[0]).run())

    async def stamps() -> list[Stamp]:
        async with database.reading() as tx:
            return [one async for one in tx.audit.stamps()]

    async def one() -> bool:
        return len(await stamps()) == 1

    async def two() -> bool:
        return len(await stamps()) == 2

    try:
        await met(one)
        now[0] += timedelta(seconds=5)
        for _ in range(20):  # it looks at the calendar many times
            await asyncio.sleep(0.01)
        assert await one()
        now[0] += timedelta(seconds=6)
        await met(two)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_a_stamp_in_the_second_place_is_never_overwritten(database: Database, tmp_path: Path) -> None:
    await one_entry(database)
    (tmp_path / "second").mkdir()
    file = tmp_path / "second" / f"stamp-{1:012d}-20261129T170001Z.json"
    file.write_text("older")
    with pytest.raises(Unavailable) as caught:
        await stamper(database, Bells(), tmp_path, clock=lambda: AT).stamp()
    assert caught.value.error_id == "second-place-away" and file.read_text() == "older"
    async with database.reading() as tx:
        assert await tx.audit.last_stamp() is None


@pytest.mark.parametrize("by", list(Method))
async def test_by_email_it_arrives_so_that_it_can_be_checked_from_the_letter_alone(
    database: Database, tsa: Tsa, tmp_path: Path, by: Method
) -> None:
    await one_entry(database)
    vouching = authority(tsa) if by is Method.TSA else None
    async with mail_server() as server:
        given = MailServer(host="127.0.0.1", port=server.port, tls="none", sender="1022@example.vn", seconds=5.0)
        bells, gateway = Bells(), MailGateway(given, ssl.create_default_context())
        worker = OutboxWorker(
            database,
            {Channel.EMAIL: (gateway, Caps(per_minute=0, per_number=0))},
            OutboxBook(database, bells),
            bells,
            owner="w1",
            patience=timedelta(hours=24),
            quiet=Quiet(starts=time(), ends=time()),
            contacts=Book(),
        )
        task = asyncio.create_task(worker.run())

        async def sent() -> bool:
            async with database.reading() as tx:
                return [one.state for one in await tx.outbox.list(OutboxFilter())] == [MessageState.SENT]

        try:
            made = await stamper(database, bells, tmp_path, authority=vouching, mail_to=TO).stamp()
            await met(sent)
        finally:
            task.cancel()
            await asyncio.wait([task])
        (mail,) = server.mails
    assert server.recipients == [TO] and f"mục {made.seq}" in mail["Subject"] and bells.rung == []
    plain = mail.get_body(("plain",))
    assert plain is not None
    text = plain.get_content()
    stamp = from_file(text[text.index("{") :].encode())
    assert stamp == made and stamp.sent_to == (f"file:{made.name}.json", f"mail:{TO}")
    await asyncio.to_thread(checked_by_openssl, text[text.index("{") :], by, tsa, tmp_path)


def checked_by_openssl(letter: str, by: Method, tsa: Tsa, folder: Path) -> None:
    """As docs/evidence.md says, with openssl alone. Blocks."""
    said = json.loads(letter)
    (folder / "statement").write_text(said["statement"])
    (folder / "proof").write_bytes(base64.b64decode(said["proof"]))
    (folder / "key.pem").write_text(said["public_key"])
    words = ["pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "statement", "-sigfile", "proof"]
    if by is Method.TSA:
        words = ["ts", "-verify", "-data", "statement", "-in", "proof", "-CAfile", str(tsa.roots)]
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done
