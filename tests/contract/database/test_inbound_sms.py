"""A citizen's SMS that comes over a real carrier's SMPP is whole in the database before it is acknowledged, and once.

What cannot be stored is refused, so that the carrier sends it again; what was stored and not acknowledged is not doubled.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from datetime import timedelta

import pytest
import smpp34

from hotline1022.db.unit import Database
from hotline1022.notify.smpp_gateway import SmppGateway
from hotline1022.notify.smpp_link import SmppServer
from hotline1022.notify.smpp_wire import Status
from hotline1022.notify.types import InboundSms, Piece
from hotline1022.service.alarms import Bell
from hotline1022.service.notify.outbox_book import OutboxBook
from tests.contract.database.test_outbox_kill import process
from tests.lab.postgres import TemporaryPostgres
from tests.lab.smsc import Smsc, smsc
from tests.lab.smtp import MailServer
from tests.lab.waiting import until

SENDER = "84901234567"
TEXT = "Đèn đường trước nhà số 12 Lê Lợi tắt đã ba đêm, đề nghị xử lý giúp. Xin cảm ơn 1022. " * 3


@asynccontextmanager
async def bound(database: Database, carrier: Smsc, book: OutboxBook | None = None) -> AsyncIterator[SmppGateway]:
    """The service's own gateway and book, bound at the carrier."""
    book = book or OutboxBook(database, Bell(database, timedelta(seconds=30)))
    server = SmppServer(host="127.0.0.1", port=carrier.port, system_id="hotline", password="secret", retry_seconds=0.05)
    gateway = SmppGateway(server, book, sender="1022")
    before = carrier.binds
    running = asyncio.create_task(gateway.run())
    try:
        await until(lambda: carrier.binds > before and gateway.link.bound.is_set())
        yield gateway
    finally:
        running.cancel()
        await asyncio.wait([running])


async def listed(address: str) -> Sequence[InboundSms]:
    """What the database has, as somebody else sees it."""
    async with Database(address) as other, other.reading() as tx:
        return await tx.inbound.list()


def parts(text: str, reference: int) -> list[bytes]:
    """As a phone sends a long text: each part with its header (UDH), 67 characters."""
    coded = text.encode("utf-16-be")
    pieces = [coded[at : at + 134] for at in range(0, len(coded), 134)]
    return [bytes((5, 0, 3, reference, len(pieces), n)) + one for n, one in enumerate(pieces, start=1)]


async def say(carrier: Smsc, text: str) -> int:
    return await carrier.deliver(SENDER, text.encode("utf-16-be"), data_coding=8)


class Held(OutboxBook):
    """Stores when the test says so."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Bell(database, timedelta(seconds=30)))
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def inbound(self, gateway: str, piece: Piece) -> None:
        self.asked.set()
        await self.go.wait()
        await super().inbound(gateway, piece)


async def test_it_is_there_when_the_carrier_is_thanked(database: Database, address: str) -> None:
    book = Held(database)
    async with smsc() as carrier, bound(database, carrier, book):
        saying = asyncio.create_task(say(carrier, "Đèn đường hỏng"))
        async with asyncio.timeout(10):
            await book.asked.wait()
        assert not saying.done() and await listed(address) == []
        book.go.set()
        assert await saying == Status.OK
        (kept,) = await listed(address)
    assert (kept.sender, kept.recipient, kept.text, kept.complete) == ("+84901234567", "1022", "Đèn đường hỏng", True)


async def test_a_long_one_is_whole_in_whatever_order_its_parts_come(database: Database, address: str) -> None:
    async with smsc() as carrier, bound(database, carrier):
        sent = parts(TEXT, 77)
        assert len(sent) > 3
        for part in (sent[2], *reversed(sent[3:]), sent[0]):
            assert await carrier.deliver(SENDER, part, esm_class=0x40, data_coding=8) == Status.OK
        (half,) = await listed(address)
        assert not half.complete and half.text.count("[…]") == 1, "what has come is kept, before the rest comes"
        assert await carrier.deliver(SENDER, sent[1], esm_class=0x40, data_coding=8) == Status.OK
        (kept,) = await listed(address)
    assert (kept.text, kept.complete, kept.parts) == (TEXT, True, len(sent))


@asynccontextmanager
async def away(address: str, server: TemporaryPostgres | None) -> AsyncIterator[None]:
    """Nothing can be written: PostgreSQL is stopped, an SQLite file is another's."""
    if server is None:
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    await asyncio.to_thread(server.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(server.start)


async def test_with_the_database_away_it_is_refused_and_not_lost(
    address: str, server: TemporaryPostgres | None
) -> None:
    async with Database(address, wait_seconds=0.5) as database, smsc() as carrier, bound(database, carrier):
        async with away(address, server):
            for _ in range(2):
                assert await say(carrier, "Mất nước") == Status.RECEIVER_TEMPORARY, "the carrier keeps it"
        assert await listed(address) == []
        async with asyncio.timeout(30):
            while await say(carrier, "Mất nước") != Status.OK:  # a connection that the server ended costs one try
                assert await listed(address) == []
        assert [one.text for one in await listed(address)] == ["Mất nước"]


@pytest.mark.parametrize("long", [False, True])
async def test_killed_between_the_store_and_the_thanks_it_is_not_doubled(address: str, long: bool) -> None:
    text = TEXT[:100] if long else "Cây đổ"
    sent = parts(text, 9) if long else [text.encode("utf-16-be")]
    esm_class = 0x40 if long else 0
    async with smsc() as carrier, Database(address) as database:
        async with process(address, carrier, MailServer(), "inbound_process") as running:
            await until(lambda: carrier.esme is not None)
            thanked = asyncio.create_task(carrier.deliver(SENDER, sent[0], esm_class=esm_class, data_coding=8))
            async with asyncio.timeout(30):
                assert await running.stdout.readline() == b"stored\n"
        assert not thanked.done() or thanked.exception(), "killed before its thanks"
        thanked.cancel()
        with suppress(asyncio.CancelledError, smpp34.SmppError):
            await thanked
        before = await listed(address)
        assert len(before) == 1
        async with bound(database, carrier):
            for one in sent:  # the carrier begins anew with what was not acknowledged
                assert await carrier.deliver(SENDER, one, esm_class=esm_class, data_coding=8) == Status.OK
            (after,) = await listed(address)
            assert (after.id, after.text, after.complete) == (before[0].id, text, True)
