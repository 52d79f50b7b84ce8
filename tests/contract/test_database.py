"""What the house relies on, the same over SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from hotline1022.core.call import Call
from hotline1022.core.errors import ConfigError, NotFound, Refused
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId, PersonId
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.db.migrate import HEAD, current, migrate
from hotline1022.db.rows import call_row, event_of, event_row, leg_rows
from hotline1022.db.tables import call as call_table
from hotline1022.db.types import Batch, CallFilter, CallRow, Cursor, JournalPosition, RosterRow
from hotline1022.db.unit import Database
from hotline1022.queue.types import Person, Shift
from tests.scenario.tables import CHANNELS, events, told
from tests.scenario.test_calls import ANSWERED, TO_QUEUE

NOW = datetime(2026, 11, 24, 3, 0, 0, 123456, UTC)


def row(name: str, at: datetime = NOW, **more: object) -> CallRow:
    values: dict[str, object] = {
        "id": name, "entered_at": at, "did": "1022", "caller_raw": "0901234567", "caller_e164": "+84901234567",
        "state": CallState.ENDED, "result": Result.ABANDONED, "reason": Reason.IN_QUEUE, "ended_at": at, "version": 1,
    }  # fmt: skip
    return CallRow(**{**values, **more})  # type: ignore[arg-type]


def batch(table: str, offset: int) -> tuple[Call, Batch]:
    call, _ = told(table)
    facts = tuple(event_row(event, seq) for seq, event in enumerate(events(table)))
    position = JournalPosition(name="cel", inode=2**63 + 5, offset=offset, updated_at=NOW)
    rows = (call_row(call, version=len(facts), backfilled=False, caller_e164="+84901234567"),)
    return call, Batch(calls=rows, legs=leg_rows(call), events=facts, positions=(position,))


async def test_a_call_comes_back_as_it_was_written(database: Database) -> None:
    call, written = batch(ANSWERED, 4711)
    await database.save(written)
    await database.save(written)  # reading the journal twice changes nothing
    async with database.reading() as tx:
        detail = await tx.calls.get(call.id)
        position = await tx.calls.position("cel")
        assert await tx.calls.load_open() == []
    assert detail.call == written.calls[0]
    assert sorted(leg.channel for leg in detail.legs) == sorted([CHANNELS["c"], CHANNELS["a"]])
    assert [event_of(fact) for fact in sorted(detail.events, key=lambda fact: fact.seq)] == events(ANSWERED)
    assert position is not None and (position.inode, position.offset) == (2**63 + 5, 4711)


async def test_an_open_call_gives_its_history_back(database: Database) -> None:
    call, written = batch(TO_QUEUE, 1)
    await database.save(written)
    async with database.reading() as tx:
        (found,) = await tx.calls.load_open()
    assert found.call.id == call.id and found.call.state is CallState.WAITING
    assert [event_of(fact) for fact in found.events] == events(TO_QUEUE)


async def test_an_older_version_does_not_win_and_backfilled_stays(database: Database) -> None:
    await database.save(Batch(calls=(row("a", version=5, line="101", backfilled=True),)))
    await database.save(Batch(calls=(row("a", version=4, line="102"),)))
    await database.save(Batch(calls=(row("a", version=6, line="103"),)))
    async with database.reading() as tx:
        found = (await tx.calls.get("a")).call
    assert (found.line, found.backfilled) == ("103", True)


async def test_all_or_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            await tx.calls.save(Batch(calls=(row("a"),)))
            raise RuntimeError
    async with database.reading() as tx:
        with pytest.raises(NotFound):
            await tx.calls.get("a")


async def test_lists_page_and_filter_by_the_moment(database: Database) -> None:
    rows = [row(f"c{i}", NOW + timedelta(seconds=i // 2), result=Result.ABANDONED) for i in range(7)]
    await database.save(Batch(calls=tuple(rows)))
    seen: list[str] = []
    before: Cursor | None = None
    async with database.reading() as tx:
        while True:
            page = await tx.calls.list(CallFilter(before=before, limit=3))
            seen += [one.call.id for one in page.calls]
            if page.next is None:
                break
            before = page.next
        hanoi = timezone(timedelta(hours=7))
        later = await tx.calls.list(CallFilter(since=(NOW + timedelta(seconds=3)).astimezone(hanoi)))
    assert seen == ["c6", "c5", "c4", "c3", "c2", "c1", "c0"]
    assert [one.call.id for one in later.calls] == ["c6"]
    assert later.calls[0].call.entered_at == NOW + timedelta(seconds=3)


async def test_naive_times_are_refused(database: Database) -> None:
    with pytest.raises(Exception, match="zone"):
        await database.save(Batch(calls=(row("a", NOW.replace(tzinfo=None)),)))


async def test_numbers_to_call_back_until_reached(database: Database) -> None:
    given_up = [row("a"), row("b", NOW + timedelta(minutes=1)), row("c", caller_raw="", caller_e164=None)]
    await database.save(Batch(calls=tuple(given_up)))
    async with database.reading() as tx:
        (one,) = await tx.calls.abandoned()
    assert (one.caller, one.count, one.last_call) == ("+84901234567", 2, "b")
    answered = row("d", NOW + timedelta(hours=1), result=Result.ANSWERED, reason=Reason.AGENT_ANSWERED)
    await database.save(Batch(calls=(answered,)))
    async with database.reading() as tx:
        assert await tx.calls.abandoned() == []


async def test_one_person_one_line(database: Database) -> None:
    async with database.transaction() as tx:
        for name in ("1001", "1002"):
            await tx.agents.add_person(Person(id=PersonId(name), name="Lan", pin_hash="$argon2id$x", active=True))
        session = await tx.agents.open_session("1001", "101", NOW)
    for person, line, error_id in (("1001", "102", "person-elsewhere"), ("1002", "101", "line-taken")):
        with pytest.raises(Refused) as refused:
            async with database.transaction() as tx:
                await tx.agents.open_session(person, line, NOW)
        assert refused.value.error_id == error_id
    async with database.transaction() as tx:
        await tx.agents.close_session(session.id, NOW + timedelta(hours=8), "logout")
        await tx.agents.open_session("1002", "101", NOW + timedelta(hours=8))
        at = await tx.agents.session_at("101", NOW + timedelta(hours=1))
    assert at is not None and at.person == "1001"


async def test_an_alarm_is_one_until_it_is_seen(database: Database) -> None:
    async with database.transaction() as tx:
        first, new = await tx.alarms.raise_alarm("agent-no-answer", "line 101", NOW)
        again, second = await tx.alarms.raise_alarm("agent-no-answer", "line 101", NOW + timedelta(minutes=1))
        assert (new, second, again.id) == (True, False, first.id)
        assert [a.id for a in await tx.alarms.due(NOW + timedelta(minutes=2))] == [first.id]
        await tx.alarms.mark_seen(first.id, "Lan", NOW + timedelta(minutes=3))
        assert await tx.alarms.due(NOW + timedelta(hours=1)) == []
        _, third = await tx.alarms.raise_alarm("agent-no-answer", "line 101", NOW + timedelta(minutes=4))
        assert third


async def test_a_token_is_found_by_its_digest_until_revoked(database: Database) -> None:
    async with database.transaction() as tx:
        token, secret = await tx.tokens.create("desk", ["agent"], NOW)
    assert secret not in repr(token)
    async with database.transaction() as tx:
        found = await tx.tokens.find(token.sha256)
        assert found is not None and found.scopes == ("agent",)
        await tx.tokens.revoke(token.id, NOW)
        gone = await tx.tokens.find(token.sha256)
    assert gone is None or gone.revoked_at is not None


async def test_who_is_planned(database: Database) -> None:
    night = Shift(id="night", name="Ca đêm", starts=time(22), ends=time(6), needed=1)
    async with database.transaction() as tx:
        await tx.agents.add_person(Person(id=PersonId("1001"), name="Lan", pin_hash="$argon2id$x", active=True))
        await tx.shifts.save_shifts([night])
        await tx.shifts.plan([RosterRow(day=date(2026, 11, 23), shift="night", person="1001")])
        (duty,) = await tx.shifts.duties(date(2026, 11, 23), date(2026, 11, 24))
        assert await tx.shifts.shifts() == [night]
    assert (duty.shift, duty.people) == ("night", ("1001",))


async def test_migrating_again_is_nothing_and_a_newer_schema_is_refused(empty: str) -> None:
    assert (await migrate(empty)).after == HEAD
    assert (await migrate(empty)).before == HEAD
    async with Database(empty) as database, database.transaction() as tx:
        await tx._connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError) as refused:
        await migrate(empty)
    assert refused.value.error_id == "schema-newer"
    assert await current(empty) == "9999"


def test_closed_lists_in_code_and_schema_are_the_same() -> None:
    checks = " ".join(str(c.sqltext) for c in call_table.constraints if hasattr(c, "sqltext"))
    for enum in (CallState, Result, Reason):
        for member in enum:
            assert f"'{member.value}'" in checks
    assert {kind.value for kind in LegKind} == {"citizen", "agent", "emergency", "contact"}


async def test_the_schema_made_by_steps_is_the_schema_of_the_tables(tmp_path: Path) -> None:
    file = tmp_path / "made.sqlite"
    await migrate(file)
    engine = create_engine(f"sqlite:///{file}")
    try:
        made = {t: {c["name"] for c in inspect(engine).get_columns(t)} for t in inspect(engine).get_table_names()}
    finally:
        engine.dispose()
    wanted = {t.name: {c.name for c in t.columns} for t in call_table.metadata.sorted_tables}
    assert {t: made.get(t) for t in wanted} == wanted


def test_a_leg_row_keeps_what_is_not_known_unknown() -> None:
    call, _ = told(ANSWERED)
    legs = {leg.channel: leg for leg in leg_rows(call)}
    assert legs[CHANNELS["a"]].hold_ms is None
    assert replace(call, id=CallId(ChannelId("x"))).id == "x"
