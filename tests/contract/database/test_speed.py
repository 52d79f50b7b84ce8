"""The questions are answered from indexes, and twenty calls a second are far from the limit."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event

from hotline1022.core.events import LegKind
from hotline1022.core.outcomes import CallState, Result
from hotline1022.db.types import Batch, CallFilter, Cursor, JournalPosition
from hotline1022.db.unit import Database, Work
from hotline1022.notify.types import Channel, OutboxFilter, Receipt
from tests.contract.database.made import a_call, a_fact, a_leg, answered, at

Question = Callable[[Work], Awaitable[Any]]
QUESTIONS: dict[str, tuple[Question, str]] = {
    "open": (lambda tx: tx.calls.load_open(), "ix_call_open"),
    "one": (lambda tx: tx.calls.get("x"), "sqlite_autoindex_call_1"),
    "newest": (lambda tx: tx.calls.list(CallFilter()), "ix_call_entered"),
    "next page": (
        lambda tx: tx.calls.list(CallFilter(before=Cursor(entered_at=at(0), call="x"))),
        "ix_call_entered",
    ),
    "a day": (lambda tx: tx.calls.list(CallFilter(since=at(0), until=at(9))), "ix_call_entered"),
    "a caller": (lambda tx: tx.calls.list(CallFilter(callers=("+84901234567",))), "ix_call_number"),
    "a line": (lambda tx: tx.calls.list(CallFilter(line="101")), "ix_call_line"),
    "a person": (lambda tx: tx.calls.list(CallFilter(person="1001")), "ix_call_person"),
    "a result": (lambda tx: tx.calls.list(CallFilter(result=Result.FAILED)), "ix_call_result"),
    "abandoned": (lambda tx: tx.calls.abandoned(), "ix_call_abandoned"),
    "reached since": (lambda tx: tx.calls._not_reached(["x"], None), "ix_call_number"),
    "called back": (lambda tx: tx.calls._not_reached(["x"], None), "ix_leg_party"),
    "talked with since": (lambda tx: tx.calls.talks_with({"x"}, at(0)), "ix_call_number"),
    "talked with before asterisk died": (lambda tx: tx.calls.talks_with({"x"}, at(0)), "sqlite_autoindex_callback_1"),
    "picked up since": (lambda tx: tx.calls.talks_with({"x"}, at(0)), "ix_leg_party"),
    "open tickets": (lambda tx: tx.tickets.open_after(None, 200), "ix_ticket_open"),
    "last messages of a channel": (lambda tx: tx.outbox.last_sent(Channel.SMS, 5), "ix_outbox_message_last_sent"),
    "talks": (lambda tx: tx.calls.recent_talks(20), "ix_call_result"),
    "tracks": (lambda tx: tx.recordings.tracks("x"), "ix_track_call"),
    "sessions": (lambda tx: tx.agents.session_at("101", at(0)), "agent_session"),
    "due messages": (lambda tx: tx.outbox.look(at(0)), "ix_outbox_message_due"),
    "leases": (lambda tx: tx.outbox.leases_over(at(0)), "ix_outbox_message_leased"),
    "messages to ask of": (lambda tx: tx.outbox.to_ask(at(0)), "ix_outbox_message_ask"),
    "dead letters": (lambda tx: tx.outbox.open_counts(), "ix_outbox_message_bad"),
    "newest messages": (lambda tx: tx.outbox.list(OutboxFilter()), "ix_outbox_message_created"),
    "messages of a ticket": (lambda tx: tx.outbox.list(OutboxFilter(ticket="t1")), "ix_outbox_message_ticket"),
    "caps": (
        lambda tx: tx.outbox.begun_since("g1", at(9), longer=at(0), recipients=("x",)),
        "ix_outbox_message_begun",
    ),
    "a month": (lambda tx: tx.outbox.billed(at(0), at(9)), "ix_outbox_message_sent"),
    "a receipt": (
        lambda tx: tx.receipts.receipt("g1", Receipt(ids=("1a",), number="", delivered=True), at(0)),
        "ix_outbox_part_id",
    ),
    "citizens to tell": (lambda tx: tx.to_tell.list(), "to_tell"),
    "token": (lambda tx: tx.tokens.find("0" * 64), "ux_api_token_sha256"),
}


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", QUESTIONS)
async def test_an_index_answers(database: Database, name: str) -> None:
    question, index = QUESTIONS[name]
    asked: list[tuple[str, Any]] = []
    async with database.transaction() as tx:
        await tx.calls.save(Batch(calls=(a_call("x"),)))
        engine = tx._connection.sync_connection

        def hear(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
            asked.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", hear)
        await question(tx)
        event.remove(engine, "before_cursor_execute", hear)
        plan = ""
        for statement, parameters in asked:
            rows = await tx._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan += "\n".join(str(row[-1]) for row in rows) + "\n"
    assert index in plan
    assert "SCAN call\n" not in plan
    assert "SCAN outbox_message\n" not in plan
    assert "SCAN call_event" not in plan


def one_second(second: int) -> list[Batch]:
    """What 20 calls a second are: 20 calls of 15 facts, in 25 batches; every fact brings its call and legs along."""
    batches = []
    for tick in range(25):
        calls, legs, facts = [], [], []
        for n in range(20):
            name = f"hl1-{second}.{n}"
            seqs = range(tick * 15 // 25, (tick + 1) * 15 // 25)
            facts += [a_fact(name, seq, second) for seq in seqs]
            if seqs:
                last = seqs[-1]
                more = {"version": last, "state": CallState.WAITING}
                calls.append(answered(name, second, version=last) if last == 14 else a_call(name, second, **more))
                legs.append(a_leg(name))
                legs.append(a_leg(name, f"{name}a", kind=LegKind.AGENT, party="101", line="101"))
        position = JournalPosition(name="cel", inode=1, offset=second * 25 + tick, updated_at=at(second))
        batches.append(Batch(calls=tuple(calls), legs=tuple(legs), events=tuple(facts), positions=(position,)))
    return batches


async def test_twenty_calls_a_second_are_easy(database: Database) -> None:
    for batch in one_second(0):
        await database.save(batch)
    before, cpu = time.perf_counter(), time.process_time()
    for second in (1, 2, 3):
        for batch in one_second(second):
            await database.save(batch)
    wall, cpu = time.perf_counter() - before, time.process_time() - cpu
    print(f"{database.dialect}: {60 / wall:.0f} calls/s, {cpu / 60 * 1000:.2f} ms CPU a call")
    assert wall < 3, "slower than the calls come in"
    async with database.reading() as tx:
        page = await tx.calls.list(CallFilter(limit=100))
        assert len(page.calls) == 80
        assert len((await tx.calls.get("hl1-3.7")).events) == 15
