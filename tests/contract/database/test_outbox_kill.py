"""The worker is killed by SIGKILL at random moments; a real SMPP and a real SMTP server count what they got.

Nothing is sent twice by the machine, and what nobody knows is said to be unknown: the books close. When people resend
the unknown ones, none is missing, and doubled is at most what was being sent when a kill came: 20 a kill, two channels of
ten requests. Fewer cannot be had: a carrier may have taken all of them, and cannot be asked.
"""

import asyncio
import itertools
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import asyncpg  # type: ignore[import-untyped]
import pytest
import smpp34

from hotline1022.db.engine import parse
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.notify.states import Trigger, moves
from hotline1022.notify.types import Channel, Encoding, Message, MessageState, NewMessage, OutboxFilter, RecipientKind
from hotline1022.service.notify.outbox_worker import BATCH
from tests.lab.forked import Forked, forked
from tests.lab.smsc import Smsc, smsc
from tests.lab.smtp import MailServer, mail_server
from tests.lab.waiting import until

S = MessageState
#: messages that one process sends at a time: of each of two channels a batch
UNDER_WAY = 2 * BATCH
OVER = {S.SENT, S.DELIVERED, S.FAILED, S.UNKNOWN}


def numbered(count: int) -> list[NewMessage]:
    """Half SMS, half email, each with its number in its text."""
    at = datetime.now(UTC)
    return [
        NewMessage(
            key=f"k{n}",
            channel=Channel.SMS if n % 2 else Channel.EMAIL,
            kind=RecipientKind.CITIZEN,
            recipient=f"+849{n:08d}" if n % 2 else f"nguoi{n}@example.vn",
            encoding=Encoding.GSM7 if n % 2 else Encoding.NONE,
            subject="" if n % 2 else f"Phiếu tin-{n:05d}",
            text=f"Ma phieu tin-{n:05d}",
            created_at=at,
        )
        for n in range(count)
    ]


def arrived(carrier: Smsc, mails: MailServer) -> Counter[int]:
    """How often each number arrived."""
    texts = [event.short_message.decode("latin-1") for event in carrier.submits]
    texts += [str(mail["Subject"]) for mail in mails.mails]
    return Counter(int(found[1]) for text in texts if (found := re.search(r"tin-(\d+)", text)))


@asynccontextmanager
async def process(
    address: str, carrier: Smsc, mails: MailServer, module: str = "outbox_process", *more: str
) -> AsyncIterator[Forked]:
    """The worker; killed at the end of the block."""
    async with forked(module, address, str(carrier.port), str(mails.port), *more) as running:
        async with asyncio.timeout(30):
            assert await running.stdout.readline() == b"ready\n"
        yield running


async def killed(
    database: Database, address: str, carrier: Smsc, mails: MailServer, later: float, *made_by: str
) -> set[str]:
    """Kill one `later` seconds after it has sent its first message; the keys of the messages that were being sent."""

    def sent() -> int:
        return len(carrier.submits) + len(mails.mails)

    before = sent()
    async with process(address, carrier, mails, *made_by):
        await until(lambda: sent() > before, "a message that leaves", 30)
        await asyncio.sleep(later)
    return await under_way_in(database, address)


async def killed_while_sending(
    database: Database, address: str, carrier: Smsc, mails: MailServer, *made_by: str
) -> set[str]:
    """Kill one while the carrier has an SMS and has not answered; the keys of the messages that were being sent."""
    before, delay = len(carrier.submits), carrier.delay
    carrier.delay = 60.0
    async with process(address, carrier, mails, *made_by):
        await until(lambda: len(carrier.submits) > before, "an SMS that leaves", 30)
    carrier.delay = delay
    return await under_way_in(database, address)


async def under_way_in(database: Database, address: str) -> set[str]:
    await at_rest(address)
    return {one.key for one in await messages(database) if one.state is S.SENDING}


async def at_rest(address: str) -> None:
    """Wait until PostgreSQL has done what the killed process had asked of it: a claim may be stored after its death."""
    if parse(address).get_backend_name() == "sqlite":
        return
    link = await asyncpg.connect(address.replace("+asyncpg", ""), timeout=10)
    try:
        async with asyncio.timeout(30):
            for _ in itertools.count():
                busy = await link.fetchval(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
                )
                if not busy:
                    return
                await asyncio.sleep(0.02)
    finally:
        await link.close()


async def messages(database: Database) -> list[Message]:
    async with database.reading() as tx:
        return list(await tx.outbox.list(OutboxFilter(limit=100_000)))


async def until_over(database: Database, seconds: float) -> list[Message]:
    """Wait until no message is under way; looks at counts alone, to be no burden to whom it waits for."""
    async with asyncio.timeout(seconds):
        for _ in itertools.count():
            async with database.reading() as tx:
                counts = await tx.outbox.open_counts()
            if counts.keys() <= OVER:
                return await messages(database)
            await asyncio.sleep(0.2)
    raise AssertionError


async def prove(address: str, count: int, kills: int, chance: random.Random) -> None:
    await migrate(address)
    async with Database(address) as database, smsc() as carrier, mail_server() as mails:
        tell_of_half(carrier, chance)
        async with database.transaction() as tx:
            assert await tx.outbox.put(numbered(count)) == count
        under_way = await killed_while_sending(database, address, carrier, mails)
        for number in range(2, kills + 1):
            under_way |= await killed(database, address, carrier, mails, chance.uniform(0, count / kills / 300))
            assert len(under_way) <= number * UNDER_WAY
        async with process(address, carrier, mails):
            found = await until_over(database, 60 + count / 20)
            got = arrived(carrier, mails)
            assert max(got.values()) == 1, "the machine sends nothing twice"
            states = Counter(one.state for one in found)
            assert len(found) == count == states[S.SENT] + states[S.DELIVERED] + states[S.UNKNOWN]
            assert states[S.UNKNOWN] > 0, "kills have hit what was being sent"
            assert states[S.DELIVERED] > 0
            unknown = {int(one.key[1:]) for one in found if one.state is S.UNKNOWN}
            assert unknown <= {int(key[1:]) for key in under_way}
            assert set(range(count)) - got.keys() <= unknown, "what did not arrive is on the list"
            await resend(database, found)
            again = await until_over(database, 60)
            assert {one.state for one in again} <= {S.SENT, S.DELIVERED}
        whole = arrived(carrier, mails)
        assert set(whole) == set(range(count)), "none is missing"
        doubles = {number for number, times in whole.items() if times > 1}
        assert doubles <= unknown and max(whole.values()) <= 2, "only what people sent again, knowing that"


def tell_of_half(carrier: Smsc, chance: random.Random) -> None:
    """The carrier answers after ten milliseconds, and sends a receipt for every second message."""

    async def receipt(event: smpp34.SubmitSmEvent, name: str) -> None:
        if chance.random() < 0.5:
            carrier._spawn(_tell(carrier, event, name))

    carrier.before, carrier.delay = receipt, 0.01


async def resend(database: Database, found: list[Message]) -> None:
    """What people do with those that failed, or of which nobody knows."""
    async with database.transaction() as tx:
        for one in found:
            if one.state in (S.UNKNOWN, S.FAILED):
                await tx.outbox.resend(one.id, moves(Trigger.RESEND), datetime.now(UTC), confirmed=True)


async def _tell(carrier: Smsc, event: smpp34.SubmitSmEvent, name: str) -> None:
    """A receipt, sooner or later than the answer; to a link that is gone it is lost."""
    with suppress(smpp34.SmppError):
        await carrier.receipt(event, str(int(name, 16)))


async def test_a_hundred_messages_and_three_kills_double_at_most_what_was_being_sent(
    address: str,
) -> None:
    await prove(address, 100, 3, random.Random(1022))


@pytest.mark.slow
async def test_a_thousand_messages_and_fifteen_kills_double_at_most_what_was_being_sent(
    address: str,
) -> None:
    await prove(address, 1000, 15, random.Random(389))
