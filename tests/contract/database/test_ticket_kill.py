"""Tickets are made and told by a process that SIGKILL hits at random moments; a real SMPP and a real SMTP server count.

Of every ticket its specialist, its leader and its citizen are told, each once: what did not arrive is on a list for people.
Doubled is at most what people send again of what was being sent when a kill came: test_outbox_kill.py says why.
"""

import asyncio
import itertools
import random
import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.notify.types import Channel, Message
from hotline1022.service.directory.desk import fill
from hotline1022.tickets.types import State, Ticket, TicketFilter
from tests.contract.database.test_outbox_kill import (
    OVER,
    UNDER_WAY,
    S,
    killed,
    killed_while_sending,
    messages,
    process,
    resend,
    tell_of_half,
    until_over,
)
from tests.lab.forked import Forked
from tests.lab.smsc import Smsc, smsc
from tests.lab.smtp import MailServer, mail_server
from tests.lab.ticket_process import LANDLINE, call_of
from tests.unit.directory_memory import NUMBERS

#: of a ticket: specialist and leader by SMS and email, the citizen by SMS or by people
EACH = 5
#: recipient without +, code of the ticket
Told = tuple[str, str]
_CODE = re.compile(r"\b[0-9]{8}\b")


def told(recipient: str, text: str) -> Told:
    found = _CODE.search(text)
    assert found is not None, text
    return recipient.lstrip("+"), found[0]


def arrived(carrier: Smsc, mails: MailServer) -> Counter[Told]:
    """How often each message arrived; the first part of an SMS that has several says whose it is."""
    firsts = [one for one in carrier.submits if not one.esm_class & 0x40 or one.short_message[5] == 1]
    sms = [told(event.destination_addr, event.short_message.decode("latin-1")) for event in firsts]
    mail = [told(one["To"].addresses[0].addr_spec, str(one["Subject"])) for one in mails.mails]
    return Counter(sms + mail)


def of_outbox(found: list[Message], *states: S) -> set[Told]:
    return {
        told(one.recipient, one.text if one.channel is Channel.SMS else one.subject)
        for one in found
        if not states or one.state in states
    }


async def tickets(database: Database) -> list[Ticket]:
    async with database.reading() as tx:
        return list(await tx.tickets.list(TicketFilter(limit=100_000)))


async def until_made(making: Forked, database: Database, seconds: float) -> list[Message]:
    """All tickets are there, as the process says, and all messages are over."""
    async with asyncio.timeout(seconds):
        assert await making.stdout.readline() == b"made\n"
    return await until_over(database, seconds)


async def until_one_failed(database: Database) -> None:
    async with asyncio.timeout(30):
        for _ in itertools.count():
            async with database.reading() as tx:
                if S.FAILED in await tx.outbox.open_counts():
                    return
            await asyncio.sleep(0.02)


async def prove(address: str, count: int, kills: int, chance: random.Random) -> None:
    await migrate(address)
    async with Database(address) as database, smsc() as carrier, mail_server() as mails:
        await fill(database, NUMBERS, datetime.now(UTC))
        tell_of_half(carrier, chance)
        made_by = ("ticket_process", str(count))
        mails.rcpt = "550"
        async with process(address, carrier, mails, *made_by):
            await until_one_failed(database)
        under_way = {one.key for one in await messages(database) if one.state is S.SENDING}
        mails.rcpt = ""
        under_way |= await killed_while_sending(database, address, carrier, mails, *made_by)
        for _ in range(kills - 2):
            later = chance.uniform(0, EACH * count / kills / 100)
            under_way |= await killed(database, address, carrier, mails, later, *made_by)
        async with process(address, carrier, mails, *made_by) as last:
            found = await until_made(last, database, 60 + count / 4)
            got = arrived(carrier, mails)
            kept = await tickets(database)
            # each hunt has its ticket, once
            assert sorted(call for one in kept for call in one.calls) == sorted(map(call_of, range(count)))
            assert {one.state for one in kept} == {State.NEW} and len({one.code for one in kept}) == count
            # the books close: tickets × messages = sent + what people see
            async with database.reading() as tx:
                lines = await tx.to_tell.list(limit=count)
            landlines = {one.id for one in kept if one.phone.startswith("+84274")}
            assert {one.ticket for one in lines} == landlines and len(landlines) == len(range(0, count, LANDLINE))
            states = Counter(one.state for one in found)
            assert sum(states.values()) == len(found) == len(of_outbox(found)) == EACH * count - len(lines)
            assert states.keys() <= OVER and states[S.FAILED] > 0 and states[S.DELIVERED] > 0
            assert states[S.UNKNOWN] > 0, "kills have hit what was being sent"
            assert {one.key for one in found if one.state is S.UNKNOWN} <= under_way
            assert len(under_way) <= kills * UNDER_WAY
            # nothing is missing that nobody sees, nothing is sent twice by the machine
            assert max(got.values()) == 1
            seen = of_outbox(found, S.FAILED, S.UNKNOWN)
            assert of_outbox(found) - got.keys() <= seen and got.keys() <= of_outbox(found)
            assert not got.keys() & of_outbox(found, S.FAILED)
            await resend(database, found)
            again = await until_over(database, 60)
            assert {one.state for one in again} <= {S.SENT, S.DELIVERED}
        whole = arrived(carrier, mails)
        assert whole.keys() == of_outbox(found), "none is missing"
        doubles = {one for one, times in whole.items() if times > 1}
        unknown = of_outbox(found, S.UNKNOWN)
        assert doubles <= unknown and max(whole.values()) <= 2, "only what people sent again, knowing that"


async def test_fifty_tickets_and_three_kills_double_at_most_what_was_being_sent(
    address: str,
) -> None:
    await prove(address, 50, 3, random.Random(1022))


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_thousand_tickets_and_fifteen_kills_double_at_most_what_was_being_sent(
    address: str,
) -> None:
    await prove(address, 1000, 15, random.Random(389))
