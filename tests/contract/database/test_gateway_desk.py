"""Gateways as people see and try them, against a real carrier of SMPP and a real mail server: what arrives, what is away, what is told."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.errors import Invalid, NotFound
from hotline1022.db.unit import Database
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.types import Channel, Encoding, MessageState, NewMessage, OutboxFilter, RecipientKind
from hotline1022.service.notify.gateway_desk import SPAN, TESTS, GatewayDesk
from hotline1022.service.notify.outbox_book import OutboxBook
from hotline1022.service.notify.outbox_worker import OutboxWorker
from hotline1022.service.notify.parts import gateways_of
from hotline1022.service.settings.tree import Settings
from hotline1022.web.errors import TooMany
from hotline1022.web.gateways_wire import GatewayState, GatewayTest, GatewayView
from tests.contract.database.outbox_world import Rung
from tests.lab.smsc import Smsc, smsc
from tests.lab.smtp import mail_server
from tests.unit.notify_memory import Book

SECRET, ACCOUNT = "s3cr3t-of", "hotline-acct"
SECONDS = 20.0
#: at every hour of the day it is night
ALWAYS = Quiet(starts=time(0, 0), ends=time(23, 59, 59))


@dataclass
class Ways:
    desk: GatewayDesk
    carrier: Smsc
    worker: OutboxWorker
    #: the desk's clock is moved by this
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def over(self, test: GatewayTest) -> GatewayTest:
        async with asyncio.timeout(SECONDS):
            for _ in itertools.count():
                if (found := await self.desk.tested(test.id)).over:
                    return found
                await asyncio.sleep(0.02)
        raise AssertionError

    async def away(self, channel: Channel) -> GatewayView:
        async with asyncio.timeout(SECONDS):
            for _ in itertools.count():
                found = next(one for one in await self.desk.list() if one.channel is channel)
                if found.state is GatewayState.AWAY:
                    return found
                await asyncio.sleep(0.02)
        raise AssertionError


@asynccontextmanager
async def ways(database: Database, folder: Path, mail_port: int = 0, **notify: Any) -> AsyncIterator[Ways]:
    """The outbox at work, with gateways as the settings make them."""
    async with smsc() as carrier:
        plain = Settings()
        given: dict[str, Any] = {
            "sms_gateway": "smpp",
            "sms_port": carrier.port,
            "sms_tls": False,
            "sms_account": ACCOUNT,
            "sms_secret": SECRET[:8],
            "mail_host": "127.0.0.1" if mail_port else "",
            "mail_port": mail_port or 587,
            "mail_tls": "none",
            "mail_from": "1022@example.vn",
        }
        settings = replace(
            plain, notify=replace(plain.notify, **given | notify), paths=replace(plain.paths, data=folder)
        )
        made: Ways
        book = OutboxBook(database, Rung())
        worker = OutboxWorker(
            database,
            gateways_of(settings, book),
            book,
            Rung(),
            owner="w1",
            patience=timedelta(hours=1),
            quiet=ALWAYS,
            contacts=Book(),
            idle=0.05,
        )
        desk = GatewayDesk(database, settings.notify, worker.standings, lambda: made.now())
        made = Ways(desk, carrier, worker)
        task = asyncio.create_task(worker.run())
        try:
            yield made
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_test_arrives_on_the_phone_and_in_the_mailbox_at_night_too(database: Database, tmp_path: Path) -> None:
    async with mail_server() as server, ways(database, tmp_path, server.port) as there:
        by_sms = await there.desk.test(Channel.SMS, "0901 234 567")
        assert (by_sms.state, by_sms.over, by_sms.recipient) == (MessageState.NEW, False, "+84901234567")
        done = await there.over(by_sms)
        assert (done.state, done.gateway, done.tries, done.error_id) == (MessageState.SENT, "smpp", 1, "")
        (submit,) = there.carrier.submits
        assert b"day la tin nhan thu" in bytes(submit.short_message) and submit.destination_addr.endswith("901234567")
        await there.carrier.receipt(submit, f"{0x9A:08X}")
        by_mail = await there.over(await there.desk.test(Channel.EMAIL, "lan@example.vn"))
        assert (by_mail.state, by_mail.gateway) == (MessageState.SENT, "mail")
        assert server.recipients == ["lan@example.vn"] and server.mails[0]["Subject"] == "[1022] Email thử"
        sms, mail = await there.desk.list()
        assert (sms.state, mail.state) == (GatewayState.READY, GatewayState.READY)
        assert (sms.server, sms.encrypted, sms.has_account, sms.has_secret) == (
            f"127.0.0.1:{there.carrier.port}",
            False,
            True,
            True,
        )
        assert [one.template for one in sms.taken] == ["test"] and mail.bad == ()


async def test_a_mail_server_that_is_away_is_told_with_what_waits(database: Database, tmp_path: Path) -> None:
    async with ways(database, tmp_path, 9) as there:
        test = await there.desk.test(Channel.EMAIL, "lan@example.vn")
        mail = await there.away(Channel.EMAIL)
        assert mail.error_id == "mail-away" and mail.since is not None and mail.until is not None
        assert (mail.waiting, mail.failed) == (1, 0) and mail.waiting_since is not None
        found = await there.desk.tested(test.id)
        assert not found.over and (found.error_id, found.tries) == ("mail-away", 0)


async def test_a_refusal_is_told_without_what_it_repeats_of_our_account(database: Database, tmp_path: Path) -> None:
    async with mail_server() as server:
        server.rcpt = f"550 {ACCOUNT} with {SECRET[:8]}"
        async with ways(database, tmp_path, server.port) as there:
            done = await there.over(await there.desk.test(Channel.EMAIL, "lan@example.vn"))
            assert (done.state, done.error_id) == (MessageState.FAILED, "mail-550")
            told = repr((done, await there.desk.list()))
    assert "… with …" in told and SECRET[:8] not in told and ACCOUNT not in told


async def test_more_than_a_few_tests_must_wait(database: Database, tmp_path: Path) -> None:
    async with ways(database, tmp_path) as there:
        for number in range(TESTS):
            await there.desk.test(
                (Channel.SMS, Channel.EMAIL)[number % 2], ("0901234567", "lan@example.vn")[number % 2]
            )
        with pytest.raises(TooMany) as wait:
            await there.desk.test(Channel.SMS, "0901234567")
        assert wait.value.error_id == "gateway-tests-many" and 500 < wait.value.seconds <= 600
        there.ahead = SPAN + timedelta(seconds=1)
        await there.desk.test(Channel.SMS, "0901234567")
    async with database.reading() as tx:
        assert len(await tx.outbox.list(OutboxFilter())) == TESTS + 1


async def test_only_tests_are_shown_and_nothing_is_sent_to_what_is_no_address(
    database: Database, tmp_path: Path
) -> None:
    other = NewMessage(
        key="t1",
        channel=Channel.SMS,
        kind=RecipientKind.CITIZEN,
        recipient="+84901234567",
        template="citizen.made.sms",
        encoding=Encoding.GSM7,
        text="Ma phieu",
        created_at=datetime.now(UTC),
    )
    async with ways(database, tmp_path) as there:
        with pytest.raises(Invalid):
            await there.desk.test(Channel.SMS, "02743822333")
        async with database.transaction() as tx:
            await tx.outbox.put([other])
        async with database.reading() as tx:
            (message,) = await tx.outbox.list(OutboxFilter())
        for id in (message.id, "nobody"):
            with pytest.raises(NotFound) as unknown:
                await there.desk.tested(id)
            assert unknown.value.error_id == "gateway-test-unknown"


async def test_without_a_contract_both_only_write_files(database: Database, tmp_path: Path) -> None:
    async with ways(database, tmp_path, sms_gateway="folder", sms_account="", sms_secret="") as there:
        assert [one.state for one in await there.desk.list()] == [GatewayState.FOLDER, GatewayState.FOLDER]
        await there.over(await there.desk.test(Channel.SMS, "0901234567"))
        sms = (await there.desk.list())[0]
        assert (sms.server, sms.has_account, sms.has_secret, len(sms.taken)) == ("", False, False, 1)
    assert list((tmp_path / "outbox").iterdir())
