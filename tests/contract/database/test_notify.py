"""The outbox keeps each message once, gives it to one worker at a time, and loses none; lists for people close."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.notify import AGAIN
from hotline1022.db.unit import Database, Work
from hotline1022.notify.receipts import spellings
from hotline1022.notify.states import Trigger, moves
from hotline1022.notify.types import (
    Billed,
    Channel,
    Due,
    Message,
    MessageState,
    NewMessage,
    OutboxFilter,
    Piece,
    Receipt,
    RecipientKind,
    ToTell,
)
from tests.contract.database.made import at

PHONE = "+84901234567"
MINUTE = timedelta(minutes=1)
NOTHING = Due(new=frozenset(), over=False, ask=False)


def a_message(key: str = "k1", second: float = 0, **more: Any) -> NewMessage:
    """An SMS to a citizen."""
    given: dict[str, Any] = {
        "key": key,
        "channel": Channel.SMS,
        "kind": RecipientKind.CITIZEN,
        "recipient": PHONE,
        "text": "1022 da nhan phan anh. Ma phieu 4711",
        "created_at": at(second),
    }
    return NewMessage(**given | more)


async def lease(tx: Work, second: float, owner: str = "w1", limit: int = 10) -> list[Message]:
    until = at(second) + MINUTE
    taken = await tx.outbox.lease(Channel.SMS, owner, at(second), until, limit, MessageState.LEASED)
    return list(taken)


async def sending(database: Database, key: str = "k1", second: float = 0, **more: Any) -> str:
    """A message whose request has left for gateway g1."""
    async with database.transaction() as tx:
        await tx.outbox.put([a_message(key, second, **more)])
        (one,) = await lease(tx, second)
        more = {"gateway": "g1", "begun_at": at(second)}
        assert await tx.outbox.move(one.id, moves(Trigger.BEGIN), owner="w1", tried=1, **more) is MessageState.SENDING
        return one.id


async def test_a_key_is_written_once_and_only_with_its_transaction(database: Database) -> None:
    async with database.transaction() as tx:
        assert await tx.outbox.put([a_message("k1"), a_message("k2")]) == 2
        assert await tx.outbox.put([a_message("k1", text="other")]) == 0
    with pytest.raises(Refused):
        async with database.transaction() as tx:
            await tx.outbox.put([a_message("k3")])
            raise Refused("the change failed")
    async with database.reading() as tx:
        found = await tx.outbox.list(OutboxFilter())
        assert sorted(one.key for one in found) == ["k1", "k2"]
        assert "other" not in {one.text for one in found}
        assert await tx.outbox.get(found[0].id) == found[0]
        with pytest.raises(NotFound):
            await tx.outbox.get("nobody")


async def test_the_worker_is_woken_after_the_commit_and_by_nothing_else(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.outbox.put([])
    assert not database.outbox_filled.is_set()
    async with database.transaction() as tx:
        await tx.outbox.put([a_message()])
        assert not database.outbox_filled.is_set()
    assert database.outbox_filled.is_set()
    database.outbox_filled.clear()
    async with database.transaction() as tx:
        await tx.outbox.put([a_message()])
    assert not database.outbox_filled.is_set()


async def test_urgent_ones_first_and_none_before_its_time(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.outbox.put(
            [a_message("late", not_before=at(100)), a_message("plain", 1), a_message("urgent", 2, urgent=True)]
        )
        await tx.outbox.put([a_message("mail", channel=Channel.EMAIL)])
        assert [one.key for one in await lease(tx, 3)] == ["urgent", "plain"]
        assert await lease(tx, 99) == []
        assert [one.key for one in await lease(tx, 100)] == ["late"]


async def test_two_workers_never_have_the_same_message(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.outbox.put([a_message(f"k{n}") for n in range(60)])

    async def work(owner: str) -> list[str]:
        had: list[str] = []
        for _ in range(12):
            async with database.transaction() as tx:
                had += [one.id for one in await lease(tx, 1, owner, limit=7)]
        return had

    had = await asyncio.gather(*(work(f"w{n}") for n in range(4)))
    flat = [one for some in had for one in some]
    assert len(flat) == 60
    assert len(set(flat)) == 60


async def test_a_move_starts_from_its_state_and_its_owner_alone(database: Database) -> None:
    message = await sending(database)
    async with database.transaction() as tx:
        assert await tx.outbox.move(message, moves(Trigger.BEGIN), owner="w1") is None
        assert await tx.outbox.move(message, moves(Trigger.ACCEPTED), owner="w2", sent_at=at(2)) is None
        reached = await tx.outbox.move(message, moves(Trigger.ACCEPTED), owner="w1", price=400, sent_at=at(2))
        assert reached is MessageState.SENT
        known = await tx.outbox.get(message)
        assert (known.state, known.tries, known.sent_at, known.gateway) == (MessageState.SENT, 1, at(2), "g1")
        assert await tx.outbox.leases_over(at(9999), "w1") == []


async def test_sent_without_a_time_is_refused_by_the_database_itself(database: Database) -> None:
    message = await sending(database)
    with pytest.raises(Refused):
        async with database.transaction() as tx:
            await tx.outbox.move(message, moves(Trigger.ACCEPTED))


async def test_a_dead_workers_message_is_free_again_or_unknown(database: Database) -> None:
    begun = await sending(database, "begun")
    async with database.transaction() as tx:
        await tx.outbox.put([a_message("held")])
        await lease(tx, 0)
        assert await tx.outbox.leases_over(at(60)) == []
        assert len(await tx.outbox.leases_over(at(1), "w1")) == 2
        assert (await tx.outbox.look(at(61))).over
        for one in await tx.outbox.leases_over(at(61)):
            await tx.outbox.move(one.id, moves(Trigger.LEASE_OVER))
        states = {one.key: one.state for one in await tx.outbox.list(OutboxFilter())}
        assert states == {"begun": MessageState.UNKNOWN, "held": MessageState.NEW}
        unknown = await tx.outbox.list(OutboxFilter(state=MessageState.UNKNOWN))
        assert [one.id for one in unknown] == [begun]


async def test_one_look_tells_what_is_to_do(database: Database) -> None:
    async with database.reading() as tx:
        assert await tx.outbox.look(at(0)) == NOTHING
    message = await sending(database)
    async with database.transaction() as tx:
        await tx.outbox.put([a_message("k2", 5)])
        await tx.outbox.move(message, moves(Trigger.NO_ANSWER), ask_at=at(70))
        assert await tx.outbox.look(at(4)) == NOTHING
        assert await tx.outbox.look(at(70)) == Due(new=frozenset({Channel.SMS}), over=False, ask=True)
        await tx.receipts.named(message, "g1", ["a1", "a2"])
        assert [(one.id, ids) for one, ids in await tx.outbox.to_ask(at(70))] == [(message, ("a1", "a2"))]
        assert await tx.outbox.open_counts() == {MessageState.NEW: 1, MessageState.UNKNOWN: 1}


async def test_receipts_find_their_part_in_either_spelling(database: Database) -> None:
    message = await sending(database)
    other = await sending(database, "k2", 1, recipient="+84907654321")
    async with database.transaction() as tx:
        await tx.receipts.named(message, "g1", [spellings("0000001A")[0], spellings("27")[0]])
        await tx.receipts.named(other, "g1", [spellings("26")[0]])

        async def told(gateway_id: str, number: str = PHONE, delivered: bool = True) -> tuple[str, bool | None]:
            receipt = Receipt(ids=spellings(gateway_id), number=number, delivered=delivered)
            return await tx.receipts.receipt("g1", receipt, at(9))

        assert await told("26") == (message, None), "decimal of 1A, and not the other one's 26: the phone decides"
        assert await told("26", "+84907654321") == (other, True)
        assert await told("27") == (message, True)
        assert await told("27", delivered=False) == (message, False)
        assert (await told("99"))[0] == ""


async def test_a_receipt_before_the_answer_waits_for_it(database: Database) -> None:
    message = await sending(database)
    async with database.transaction() as tx:
        for name, delivered in (("1a", True), ("27", False)):
            early = Receipt(
                ids=spellings(name), number=PHONE, delivered=delivered, error="" if delivered else "UNDELIV"
            )
            assert await tx.receipts.receipt("g1", early, at(1)) == ("", None)
        parts = [spellings("26"), spellings("27")]
        await tx.receipts.named(message, "g1", [one[0] for one in parts])
        assert await tx.receipts.early("g1", message, parts) == (False, "UNDELIV")
        assert await tx.receipts.early("g1", message, parts) == (None, "")
        await tx.receipts.receipt("g1", Receipt(ids=("zz",), number="", delivered=True), at(1))
        assert await tx.receipts.forget(at(1)) == 0
        assert await tx.receipts.forget(at(2)) == 1


async def test_people_resend_what_failed_and_the_unknown_only_knowingly(database: Database) -> None:
    message = await sending(database)
    by_hand = moves(Trigger.RESEND)
    async with database.transaction() as tx:
        with pytest.raises(Refused) as caught:
            await tx.outbox.resend(message, by_hand, at(5), confirmed=True)
        assert caught.value.error_id == "message-not-resendable"
        await tx.outbox.move(message, moves(Trigger.NO_ANSWER), error="timeout")
        with pytest.raises(Refused) as caught:
            await tx.outbox.resend(message, by_hand, at(5), confirmed=False)
        assert caught.value.error_id == "message-unconfirmed"
    database.outbox_filled.clear()
    async with database.transaction() as tx:
        again = await tx.outbox.resend(message, by_hand, at(5), confirmed=True)
        assert (again.state, again.tries, again.due_at, again.error) == (MessageState.NEW, 0, at(5), "")
        assert again.client_key == message, "the gateway may know it by this key"
        (one,) = await lease(tx, 6)
        await tx.outbox.move(one.id, moves(Trigger.BEGIN), begun_at=at(6))
        await tx.outbox.move(one.id, moves(Trigger.REFUSED), error_id="number-invalid")
        failed = await tx.outbox.resend(message, by_hand, at(7), confirmed=False)
        assert failed.client_key == f"{message}-1", "what was refused is asked anew"
    assert database.outbox_filled.is_set()


async def test_the_statement_counts_what_gateways_took(database: Database) -> None:
    taken = await sending(database, "k1", 0, parts=2)
    agency = await sending(database, "k2", 1, kind=RecipientKind.AGENCY)
    before = await sending(database, "k3", 2)
    lost = await sending(database, "k4", 3)
    async with database.transaction() as tx:
        for message, price, moment in ((taken, 800, at(10)), (agency, 400, at(99)), (before, 400, at(9))):
            await tx.outbox.move(message, moves(Trigger.ACCEPTED), price=price, sent_at=moment)
        await tx.outbox.move(taken, moves(Trigger.UNDELIVERABLE), ended_at=at(20))
        await tx.outbox.move(lost, moves(Trigger.NO_ANSWER))
        rows = await tx.outbox.billed(at(3), at(100))
        month: dict[str, Any] = {"gateway": "g1", "channel": Channel.SMS}
        assert list(rows) == [
            Billed(**month, kind=RecipientKind.AGENCY, messages=1, parts=1, price=400, unknown=0),
            Billed(**month, kind=RecipientKind.CITIZEN, messages=2, parts=3, price=1200, unknown=1),
        ]
        assert [one.messages for one in await tx.outbox.billed(at(10), at(99))] == [1]
        begun = await tx.outbox.begun_since("g1", at(2), longer=at(1), recipients=())
        assert [one.at for one in begun] == [at(2), at(3)]
        begun = await tx.outbox.begun_since("g1", at(3), longer=at(1), recipients=(PHONE,))
        assert [one.at for one in begun] == [at(1), at(2), at(3)]


def a_line(ticket: str = "t1", second: float = 0, **more: Any) -> ToTell:
    given = {"ticket": ticket, "code": "4711", "name": "Nguyễn Văn An", "number": "02743822333", "event": "made"}
    return ToTell(**given | {"text": "Đã tiếp nhận"} | more, since=at(second))


async def test_one_open_line_a_ticket_gone_when_told(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.to_tell.put([a_line("t1", 0), a_line("t2", 1)])
        await tx.to_tell.put([a_line("t1", 2, event="completed", text="Đã giải quyết")])
        lines = await tx.to_tell.list()
        assert [(one.ticket, one.event, one.since) for one in lines] == [
            ("t1", "completed", at(0)),
            ("t2", "made", at(1)),
        ]
        told = await tx.to_tell.mark_told(lines[0].id, "lan", at(5))
        assert await tx.to_tell.mark_told(lines[0].id, "minh", at(6)) == told
        assert (told.told_by, told.told_at) == ("lan", at(5))
        assert [one.ticket for one in await tx.to_tell.list()] == ["t2"]
        await tx.to_tell.put([a_line("t1", 9)])
        assert [one.ticket for one in await tx.to_tell.list()] == ["t2", "t1"]
        assert len(await tx.to_tell.list(told=None)) == 3
        with pytest.raises(NotFound):
            await tx.to_tell.mark_told("nobody", "lan", at(5))


async def test_what_has_changed_since_it_was_read_is_not_told(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.to_tell.put([a_line("t1", 0, event="extended", text="Được gia hạn")])
        (seen,) = await tx.to_tell.list()
        await tx.to_tell.put([a_line("t1", 2, event="completed", text="Đã giải quyết")])
        with pytest.raises(Refused) as refused:
            await tx.to_tell.mark_told(seen.id, "lan", at(5), seen=seen.mark)
        assert refused.value.error_id == "to-tell-changed"
        (there,) = await tx.to_tell.list()
        assert (await tx.to_tell.mark_told(there.id, "lan", at(5), seen=there.mark)).text == "Đã giải quyết"


def a_piece(text: str, number: int = 1, total: int = 1, reference: int | None = None) -> Piece:
    raw = text.encode("utf-16-be").hex()
    return Piece(
        sender=PHONE, recipient="1022", text=text, raw=raw, coding=8, reference=reference, total=total, number=number
    )


async def test_incoming_parts_are_joined_in_their_order(database: Database) -> None:
    async with database.transaction() as tx:
        whole = await tx.inbound.store("g1", a_piece("Xin chào"), at(0))
        assert (whole.text, whole.complete) == ("Xin chào", True)
        first = await tx.inbound.store("g1", a_piece(" đường", 2, 3, 7), at(1))
        assert (first.text, first.complete) == ("[…] đường[…]", False)
        await tx.inbound.store("g1", a_piece(" đường", 2, 3, 7), at(2))
        other = await tx.inbound.store("g1", a_piece("khác", 1, 2, 7), at(2))
        await tx.inbound.store("g1", a_piece(" hỏng", 3, 3, 7), at(3))
        last = await tx.inbound.store("g1", a_piece("Đèn", 1, 3, 7), at(4))
        assert (last.id, last.text, last.complete) == (first.id, "Đèn đường hỏng", True)
        again = await tx.inbound.store("g1", a_piece("Đèn", 1, 3, 7), at(5))
        assert again == last, "the carrier was not thanked for the last part"
        anew = await tx.inbound.store("g1", a_piece("Cây", 1, 3, 7), at(5))
        assert anew.id != first.id, "the reference came again"
        stale = await tx.inbound.store("g1", a_piece("lại", 2, 2, 7), at(2) + timedelta(days=1))
        assert stale.id != other.id, "a day is too long for one message"
        listed = await tx.inbound.list()
        assert [one.text for one in listed[-2:]] == ["Đèn đường hỏng", "Xin chào"]
        assert len(await tx.inbound.list(limit=2)) == 2


async def test_what_a_carrier_sends_again_is_one_sms(database: Database) -> None:
    async with database.transaction() as tx:
        first = await tx.inbound.store("g1", a_piece("Xin chào"), at(0))
        assert await tx.inbound.store("g1", a_piece("Xin chào"), at(0) + AGAIN - timedelta(seconds=1)) == first
        others = [
            await tx.inbound.store("g1", a_piece("Xin chao"), at(1)),
            await tx.inbound.store("g2", a_piece("Xin chào"), at(1)),
            await tx.inbound.store("g1", replace(a_piece("Xin chào"), sender="+84909999999"), at(1)),
            await tx.inbound.store("g1", replace(a_piece("Xin chào"), recipient="8022"), at(1)),
            await tx.inbound.store("g1", a_piece("Xin chào"), at(0) + AGAIN),
        ]
        assert len({first.id, *(one.id for one in others)}) == 6 == len(await tx.inbound.list())


async def test_a_worker_takes_no_more_than_it_wants(database: Database) -> None:
    """A sub-query that PostgreSQL runs anew for each row would give a batch of ten everything."""
    async with database.transaction() as tx:
        await tx.outbox.put([a_message(f"k{number}", channel=Channel.SMS) for number in range(100)])
    seen: set[str] = set()
    for _ in range(10):
        async with database.transaction() as tx:
            taken = await tx.outbox.lease(Channel.SMS, "w1", at(0), at(60), 10, MessageState.LEASED)
            assert len(taken) == 10
            seen |= {one.id for one in taken}
    assert len(seen) == 100
