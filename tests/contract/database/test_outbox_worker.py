"""What the outbox's worker does with a message on both databases: sent once, again only where that is known to be right, when it may be."""

import asyncio
from datetime import UTC, datetime, timedelta

from hotline1022.core.clock import local
from hotline1022.db.unit import Database
from hotline1022.notify.answers import Accepted, Arrived, NoAnswer, NotTaken, RefusedForGood, StillOpen
from hotline1022.notify.caps import Caps
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.receipts import spellings
from hotline1022.notify.states import Trigger, moves
from hotline1022.notify.types import OutboxFilter, Receipt, RecipientKind
from tests.contract.database.catalogue_made import a_ticket, add_ticket
from tests.contract.database.outbox_world import PHONE, S, Script, a_message, running
from tests.unit.notify_memory import Book


async def test_a_message_is_sent_once_and_soon_after_the_commit(database: Database) -> None:
    async with running(database, Script(), idle=60) as world:
        await asyncio.sleep(0.2)
        await world.put(a_message())
        sent = await world.state(S.SENT)
        assert (sent.gateway, sent.tries, sent.client_key) == ("script", 1, world.gateway.sent[0])
        await asyncio.sleep(0.2)
        assert len(world.gateway.sent) == 1
        assert world.bell.rings == []
        assert world.book.reached == {("sent", "script"): 1}
        async with database.reading() as tx:
            (billed,) = await tx.outbox.billed(world.now() - timedelta(days=1), world.now() + timedelta(days=1))
        assert (billed.messages, billed.parts, billed.price) == (1, 1, 400)


async def test_nothing_is_sent_to_a_contact_point_that_has_ended_meanwhile(database: Database) -> None:
    async with running(database, Script(), contacts=Book({"c1"})) as world:
        await world.put(a_message("k1", contact="c1", kind=RecipientKind.AGENCY))
        gone = await world.state(S.FAILED)
        assert (gone.error_id, gone.contact, world.gateway.sent) == ("contact-ended", "c1", [])
        assert world.bell.rings == [], "nothing is broken"
        async with database.transaction() as tx:
            await tx.outbox.resend(gone.id, moves(Trigger.RESEND), world.now(), confirmed=True)
        await world.until(lambda one: one.round > gone.round and one.state is S.FAILED)
        assert world.gateway.sent == []


async def test_what_was_turned_down_comes_again_later_and_then_is_a_dead_letter(database: Database) -> None:
    gateway = Script([NotTaken(error_id="gateway-500", reason="please try again")])
    async with running(database, gateway) as world:
        await world.put(a_message())
        waits = await world.until(lambda one: one.tries == 1 and one.state is S.NEW)
        assert timedelta(seconds=15) < waits.due_at - world.now() <= timedelta(seconds=25)
        for tries in range(2, 12):
            world.ahead += timedelta(hours=1)
            await world.until(lambda one, tries=tries: one.tries == tries and one.state is S.NEW)  # type: ignore[misc]
        world.ahead += timedelta(hours=1)
        dead = await world.state(S.FAILED)
        assert (dead.error_id, dead.error, len(gateway.sent)) == ("gateway-500", "please try again", 12)
        assert world.bell.rings[-1] == ("outbox-dead-letter", "sms script: failed, gateway-500")
        async with database.reading() as tx:
            (line,) = await tx.to_tell.list()
        assert (line.ticket, line.number, line.event) == ("t1", PHONE, "made"), "people must tell the citizen"


async def test_a_refusal_is_final_until_people_resend_it(database: Database) -> None:
    gateway = Script([RefusedForGood(error_id="number-refused", reason="no such number"), Accepted()])
    async with running(database, gateway) as world:
        await world.put(a_message())
        dead = await world.state(S.FAILED)
        world.ahead += timedelta(days=3)
        async with database.transaction() as tx:
            await tx.outbox.resend(dead.id, moves(Trigger.RESEND), world.now(), confirmed=False)
        await world.state(S.SENT)
        assert gateway.sent == [dead.id, f"{dead.id}-1"]


async def test_whom_an_sms_will_never_reach_is_to_be_told_with_the_code_of_the_ticket(database: Database) -> None:
    ticket = a_ticket("82496815")
    await add_ticket(database, ticket)
    async with running(database, Script([RefusedForGood(error_id="number-refused", reason="no such number")])) as world:
        await world.put(a_message(ticket=ticket.id))
        await world.state(S.FAILED)
        async with database.reading() as tx:
            (line,) = await tx.to_tell.list()
    assert (line.ticket, line.code, line.number) == (ticket.id, "82496815", PHONE)


async def test_silence_is_never_sent_again(database: Database) -> None:
    gateway = Script([NoAnswer(reason="timeout")])
    async with running(database, gateway) as world:
        await world.put(a_message())
        unknown = await world.state(S.UNKNOWN)
        for _ in range(5):
            world.ahead += timedelta(hours=12)
            await asyncio.sleep(0.1)
        assert (await world.only()).state is S.UNKNOWN
        assert (len(gateway.sent), gateway.asked) == (1, [])
        assert unknown.error == "timeout"
        assert ("outbox-dead-letter", "sms script: unknown, no-answer") in world.bell.rings


async def test_a_gateway_that_can_say_is_asked(database: Database) -> None:
    gateway = Script(
        [NoAnswer(reason="timeout"), Accepted(ids=("a7",))],
        [StillOpen(), NotTaken(error_id="x", reason="not here"), Arrived()],
        can_ask=True,
        can_follow=True,
    )
    async with running(database, gateway) as world:
        await world.put(a_message())
        await world.state(S.UNKNOWN)
        world.ahead += timedelta(minutes=2)
        await world.until(lambda one: one.asked == 1)
        assert len(gateway.sent) == 1
        world.ahead += timedelta(minutes=6)
        await world.state(S.SENT)
        assert len(gateway.sent) == 2, "it said that it has it not"
        world.ahead += timedelta(hours=1)
        await world.state(S.DELIVERED)
        assert gateway.asked == [(), (), ("a7",)]


async def test_over_a_cap_a_message_waits(database: Database) -> None:
    gateway = Script([Accepted()])
    async with running(database, gateway, caps=Caps(per_minute=3, per_number=0)) as world:
        await world.put(*(a_message(f"k{n}", recipient=f"+8490123456{n}") for n in range(5)))
        await world.eventually(lambda: world.book.reached["sent", "script"] >= 3)
        await asyncio.sleep(0.3)
        assert len(gateway.sent) == 3
        world.ahead += timedelta(seconds=61)
        await world.eventually(lambda: world.book.reached["sent", "script"] >= 5)
        assert len(set(gateway.sent)) == 5


async def test_what_its_gateway_kept_until_night_waits_for_the_morning(database: Database) -> None:
    now = local(datetime.now(UTC))
    night = Quiet(starts=(now - timedelta(hours=1)).time(), ends=(now + timedelta(hours=2)).time())
    async with running(database, Script(), quiet=night) as world:
        await world.put(a_message(), a_message("k2", kind=RecipientKind.AGENCY, urgent=True))
        await world.eventually(lambda: len(world.gateway.sent) == 1)
        async with database.reading() as tx:
            (waits,) = await tx.outbox.list(OutboxFilter(state=S.NEW))
        assert (waits.key, waits.tries) == ("k1", 0)
        assert waits.due_at == night.until(datetime.now(UTC))
        world.ahead += timedelta(hours=2, minutes=1)
        await world.eventually(lambda: len(world.gateway.sent) == 2)


async def test_a_receipt_ends_it_whenever_it_comes(database: Database) -> None:
    hold = asyncio.Event()
    gateway = Script([Accepted(ids=("1A",))], hold=hold)
    async with running(database, gateway) as world:
        await world.put(a_message())
        await world.state(S.SENDING)
        await world.book.receipt("script", Receipt(ids=spellings("26"), number=PHONE, delivered=True))
        assert (await world.only()).state is S.SENDING
        hold.set()
        await world.state(S.DELIVERED)
        await world.put(a_message("k2", recipient="+84907654321"))
        await world.eventually(lambda: len(gateway.sent) == 2 and world.book.reached["sent", "script"] == 1)
        late = Receipt(ids=spellings("26"), number="+84907654321", delivered=False, error="EXPIRED")
        await world.book.receipt("script", late)
        assert world.book.reached["failed", "script"] == 1
