"""Who is told of a ticket, counted at a real SMPP and a real SMTP server: however a ticket is made, its agency hears of it once."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.notify.types import Channel as By
from hotline1022.service.directory.desk import fill
from hotline1022.service.settings.tree import Settings
from hotline1022.service.tickets.join import desk_of, stored
from hotline1022.tickets.ports import Act, Outcome, Settled
from hotline1022.tickets.types import Action, Channel, Named, Purpose, Ticket
from tests.contract.database.test_outbox_kill import until_over
from tests.contract.database.test_ticket_kill import arrived
from tests.lab.outbox_process import worker
from tests.lab.smsc import smsc
from tests.lab.smtp import mail_server
from tests.lab.ticket_process import all_day
from tests.unit.directory_memory import NUMBERS
from tests.unit.tickets_made import a_draft

CALL = "hl1-1795470000.7"
CITIZEN = "84901234567"


def officers(directory: Directory, agency: str) -> set[str]:
    """Numbers and addresses of the agency's specialist and leader."""
    found = [directory.contacts[f"{agency}-{role}"] for role in ("cv", "ld")]
    return {one.sms.lstrip("+") for one in found} | {one.email for one in found}


async def test_however_a_ticket_is_made_its_agency_hears_of_it_once(database: Database) -> None:
    now = datetime.now(UTC)
    await fill(database, NUMBERS, now)
    directory = await stored(database)()

    async def at_hand() -> Directory:
        return directory

    desk = desk_of(Settings(), database, at_hand, all_day(at_hand))
    first, other = officers(directory, "so-xay-dung"), officers(directory, "so-y-te")
    assert len(first) == len(other) == 4

    async def make(**more: object) -> Ticket:
        return await desk.create(a_draft(calls=(), **more), by="lan", at=now)

    async def forward(ticket: Ticket, agency: str) -> None:
        await desk.act(ticket.id, Act(action=Action.FORWARD, agency=Named(id=agency)), by="lan", at=now)

    async with smsc() as carrier, mail_server() as mails:
        sending = asyncio.create_task(worker(database, carrier.port, mails.port).run())
        try:
            by_agent, by_api, moved = await make(), await make(channel=Channel.API), await make()
            answered = await desk.create(a_draft(calls=()), answer="Đã trả lời.", by="lan", at=now)
            left = a_draft(channel=Channel.VOICEMAIL, agency="", calls=())
            by_message = await desk.back_fill(CALL, Purpose.VOICEMAIL, left, by="voicemail", at=now)
            hunted = await desk.reserve(CALL, "so-xay-dung", "construction", now, phone=CITIZEN)
            await desk.settle(hunted.id, Outcome(how=Settled.NOBODY), now)
            for ticket in (by_agent, by_message, hunted):
                await forward(ticket, "so-xay-dung")
            await forward(moved, "so-y-te")
            await forward(moved, "so-y-te")
            found = await until_over(database, 60)
            got = arrived(carrier, mails)
        finally:
            sending.cancel()
            await asyncio.wait([sending])
    made = (by_agent, by_api, moved, by_message, hunted)
    told = {(whom, one.code) for one in made for whom in {*first, CITIZEN}}
    told |= {(whom, moved.code) for whom in other} | {(CITIZEN, answered.code)}
    assert got == Counter(told), "each once, and nobody else"
    assert Counter(one.channel for one in found) == {By.SMS: 5 * 3 + 2 + 1, By.EMAIL: 5 * 2 + 2}
