"""A row of the catalogue follows its call, its files and its tickets, in their own transactions, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from hotline1022.audit.types import Kind
from hotline1022.core.errors import NotFound
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import Reason, Result
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.tables_catalogue import catalogue, catalogue_key, catalogue_word, disk_full_span
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.recordings.types import CallKind, Catalogued, Shown, Side, State, Status, Verdict, Why
from hotline1022.service.recordings.disk_watch import DiskWatch, Level, Room
from hotline1022.tickets.types import State as TicketState
from tests.contract.database.catalogue_made import a_ticket, a_track, add_ticket, changed, ended, filed, missing
from tests.contract.database.made import a_call, answered, at, gave_up
from tests.lab.evidence_world import Bells

CALL = "hl1-1.1"


async def row(database: Database, call: str = CALL) -> Catalogued:
    async with database.reading() as tx:
        return await tx.catalogue.get(call)


async def facts(database: Database, kind: Kind) -> list[tuple[str, dict[str, object]]]:
    async with database.reading() as tx:
        return [
            (entry.subject, dict(entry.detail))
            async for portion in tx.audit.entries()
            for entry in portion
            if entry.kind == kind
        ]


async def test_a_call_that_goes_on_or_was_never_answered_has_none(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.calls.save(Batch(calls=(a_call("hl1-2.1", answered_at=at(0)), gave_up("hl1-3.1", 0))))
    for call in ("hl1-2.1", "hl1-3.1", "hl1-4.1"):
        with pytest.raises(NotFound) as caught:
            await row(database, call)
        assert caught.value.error_id == "recording-unknown"


async def test_the_log_leaves_a_row_to_who_files_the_call_and_one_that_waits_has_it_before(database: Database) -> None:
    over = Batch(calls=(answered(CALL, 0, answered_at=at(0), version=9),), filed_next=True)
    async with database.transaction() as tx:
        await tx.calls.save(over)
    with pytest.raises(NotFound):
        await row(database)
    await SqlRecordingStore(database).spooled([CallId(ChannelId(CALL))])
    assert (await row(database)).state is State.SPOOLED
    await filed(database, CALL, a_track(CALL))
    assert (await row(database)).state is State.STORED


async def test_from_the_end_of_the_call_to_the_stored_recording(database: Database) -> None:
    await ended(database, CALL)
    spooled = await row(database)
    assert (spooled.state, spooled.duration_ms, spooled.tracks, spooled.bytes) == (State.SPOOLED, 10_000, 0, 0)
    assert (spooled.caller, spooled.about.persons, spooled.about.lines) == ("+84901234567", ("1001",), ("101",))
    assert len(spooled.id) == 16 and CALL not in spooled.id
    await filed(database, CALL, a_track(CALL, gap_ms=40, lost_ms=20), a_track(CALL, side=Side.HEARD, duration_ms=9_000))
    stored = await row(database, spooled.id)
    assert (stored.id, stored.place, stored.state, stored.why) == (spooled.id, spooled.place, State.STORED, "")
    assert (stored.tracks, stored.bytes, stored.codec) == (2, 320_088, "pcm_s16le")
    assert (stored.gap_ms, stored.lost_ms, stored.duration_ms) == (40, 20, 10_000)
    async with database.transaction() as tx:  # the log tells of the call once more
        await tx.calls.save(Batch(calls=(answered(CALL, 0, answered_at=at(0), version=9, category="xay-dung"),)))
    again = await row(database)
    assert (again.state, again.about.categories) == (State.STORED, ("xay-dung",))


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (Status.MISSING, Why.FILE_MISSING),
        (Status.EMPTY, Why.FILE_EMPTY),
        (Status.TORN, Why.FILE_TORN),
    ],
)
async def test_no_audio_says_why_and_is_in_the_audit_once(database: Database, status: Status, why: Why) -> None:
    await ended(database, CALL)
    one = missing(CALL) if status is Status.MISSING else a_track(CALL, status=status, duration_ms=0)
    for _ in range(2):
        await filed(database, CALL, one)
    found = await row(database)
    assert (found.state, found.why) == (State.NOT_RECORDED, why)
    assert await facts(database, Kind.RECORDING_NOT_MADE) == [
        (f"recording:{found.id}", {"call": CALL, "why": why.value})
    ]
    await filed(database, CALL)
    assert ((await row(database)).state, (await row(database)).why) == (State.STORED, "")


async def test_files_of_a_call_that_the_log_has_lost_are_there_too(database: Database) -> None:
    await filed(database, CALL, a_track(CALL, 7))
    found = await row(database)
    assert (found.state, found.started_at, found.caller) == (State.STORED, at(7), "")


async def test_nothing_is_written_when_the_transaction_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            await tx.calls.save(Batch(calls=(answered(CALL, 0, answered_at=at(0)),)))
            raise ZeroDivisionError
    async with database.reading() as tx:
        assert await tx.catalogue.find(CALL) is None


async def test_tickets_before_and_after_the_end_give_agency_words_and_kind(database: Database) -> None:
    await add_ticket(database, a_ticket("10000001", CALL))
    await ended(database, CALL, category="moi-truong")
    found = await row(database)
    assert (found.kind, found.about.codes) == (CallKind.TICKET_OPEN, ("10000001",))
    assert (found.about.agencies, found.about.categories) == (("so-xay-dung",), ("xay-dung", "moi-truong"))
    second = a_ticket("20000002", CALL, agency="so-y-te", content="Rác thải")
    await add_ticket(database, second)
    assert (await row(database)).about.codes == ("10000001", "20000002")
    closed: dict[str, Any] = {"state": TicketState.COMPLETED, "answer": "Đã sửa", "closed_at": at(50), "version": 2}
    for ticket in (a_ticket("10000001", CALL), second):
        async with database.transaction() as tx:
            await tx.tickets.change(changed(ticket, replace(ticket, **closed, agency="so-noi-vu")))
    found = await row(database)
    assert (found.kind, found.about.agencies) == (CallKind.ORDINARY, ("so-noi-vu",))
    async with database.reading() as tx:
        kept = (await tx._connection.execute(select(catalogue_word.c["keys"]))).scalar_one()
        keys = set((await tx._connection.execute(select(catalogue_key.c.key))).scalars())
    assert {"w:sua", "w:rac", "w:duong", "n:765432109"} <= {key[key.index(":") - 1 :] for key in kept}
    assert "a:so-noi-vu" in keys and not keys & {"a:so-y-te", "a:so-xay-dung", "w:rac"}


async def test_an_emergency_stays_one_with_an_open_ticket(database: Database) -> None:
    await ended(database, CALL, result=Result.EMERGENCY, reason=Reason.EMERGENCY_ANSWERED)
    await add_ticket(database, a_ticket("10000001", CALL))
    assert (await row(database)).kind is CallKind.EMERGENCY


async def test_calls_of_the_same_microsecond_have_places_of_their_own(database: Database) -> None:
    names = [f"hl1-{number}.1" for number in range(1, 8)]
    async with database.transaction() as tx:
        await tx.calls.save(Batch(calls=tuple(answered(name, 0, answered_at=at(0)) for name in names[:4])))
    for name in names[4:]:
        await ended(database, name)
    rows = [await row(database, name) for name in names]
    assert len({one.place for one in rows}) == len({one.id for one in rows}) == len(names)


async def test_log_ticket_and_filing_at_the_same_moment_leave_one_right_row(database: Database) -> None:
    for number in range(5):
        call = f"hl1-{number + 1}.1"
        await asyncio.gather(
            ended(database, call, number),
            filed(database, call),
            add_ticket(database, a_ticket(f"1000000{number}", call)),
        )
        found = await row(database, call)
        assert (found.state, found.about.codes) == (State.STORED, (f"1000000{number}",))
        assert found.about.persons == ("1001",)


async def test_everything_can_be_made_again_and_only_what_is_missing(database: Database) -> None:
    await ended(database, CALL)
    await filed(database, CALL)
    await add_ticket(database, a_ticket("10000001", CALL))
    await ended(database, "hl1-2.1", 5)
    before = await row(database)
    async with database.transaction() as tx:
        for table in (catalogue, catalogue_key, catalogue_word):
            await tx._connection.execute(delete(table))
    async with database.reading() as tx:
        assert await tx.catalogue.missing(10) == [CALL, "hl1-2.1"]
        assert await tx.catalogue.calls_after(CALL, 10) == ["hl1-2.1"]
    async with database.transaction() as tx:
        tx.catalogue.touch([CALL, "hl1-2.1"], over=True)
    again = await row(database)
    assert replace(again, id=before.id) == before
    other = await row(database, "hl1-2.1")
    assert (other.state, other.why) == (State.NOT_RECORDED, Why.LEG_WITHOUT_TRACK)
    async with database.reading() as tx:
        assert await tx.catalogue.missing(10) == []


# ---------------------------------------------------------------- what checks found


async def judged(database: Database, *verdicts: Verdict, second: float = 100) -> tuple[int, int]:
    store = SqlRecordingStore(database, lambda: at(second))
    found = await store.judge(verdicts)
    return found.verified, len(found.damaged)


async def test_verified_damaged_and_verified_again(database: Database) -> None:
    await ended(database, CALL)
    assert await judged(database, Verdict(call=CALL, checked=2)) == (0, 0), "nothing is filed yet"
    await filed(database, CALL)
    assert await judged(database, Verdict(call=CALL, checked=1)) == (0, 0), "not all of it was looked at"
    assert await judged(database, Verdict(call=CALL, checked=2), Verdict(call="hl1-9.9", checked=2)) == (1, 0)
    found = await row(database)
    assert (found.state, found.verified_at) == (State.VERIFIED, at(100))
    for second in (200, 300):
        wrong = Verdict(call=CALL, checked=2, wrong=("2026/03/02/x.wav",))
        assert await judged(database, wrong, second=second) == (0, int(second == 200))
    damaged = await row(database)
    assert (damaged.state, damaged.verified_at) == (State.DAMAGED, at(100))
    assert await facts(database, Kind.RECORDING_DAMAGED) == [
        (f"recording:{found.id}", {"call": CALL, "files": ["2026/03/02/x.wav"]})
    ]
    async with database.reading() as tx:
        assert [(one.kind, one.call_id) for one in await tx.alarms.list(seen=False)] == [("recording-damaged", CALL)]
    assert await judged(database, Verdict(call=CALL, checked=2), second=400) == (1, 0)
    assert (await row(database)).state is State.VERIFIED
    await filed(database, CALL)
    assert (await row(database)).state is State.STORED, "filed again: not checked since"


# ---------------------------------------------------------------- a disk without any room


async def test_what_was_not_recorded_while_the_disk_was_full_says_so(database: Database) -> None:
    for number, second in enumerate((0, 100, 200, 300)):
        await ended(database, f"hl1-{number + 1}.1", second)
    await filed(database, "hl1-1.1", missing("hl1-1.1"))
    await filed(database, "hl1-2.1", missing("hl1-2.1", 100))
    async with database.transaction() as tx:
        await tx.catalogue.disk_full(at(105))
    await filed(database, "hl1-3.1", missing("hl1-3.1", 200))
    async with database.transaction() as tx:
        await tx.catalogue.disk_full(at(165))
        await tx.catalogue.disk_has_room(at(250))
    await filed(database, "hl1-4.1", missing("hl1-4.1", 300))
    whys = [(await row(database, f"hl1-{number}.1")).why for number in (1, 2, 3, 4)]
    assert whys == [Why.FILE_MISSING, Why.DISK_FULL, Why.DISK_FULL, Why.FILE_MISSING]
    await filed(database, "hl1-3.1", missing("hl1-3.1", 200))
    assert (await row(database, "hl1-3.1")).why == Why.DISK_FULL
    assert (await row(database, "hl1-3.1")).shown is Shown.NOT_RECORDED


async def test_a_service_that_ended_on_a_full_disk_blames_it_no_more_after_the_next_start(
    database: Database, tmp_path: Path
) -> None:
    async with database.transaction() as tx:
        await tx.catalogue.disk_full(at(5))
    room = Room(free=500 * 1024**3, total=1000 * 1024**3)
    watch = DiskWatch([tmp_path], Bells(), unrecorded=SqlRecordingStore(database), room=lambda _: room)
    assert await watch.look() is Level.ROOM
    async with database.reading() as tx:
        (span,) = (await tx._connection.execute(select(disk_full_span))).mappings().all()
    assert span["until"] is not None
    later = (datetime.now(UTC) - at(0)).total_seconds() + 3600
    await ended(database, CALL, later)
    await filed(database, CALL, missing(CALL, later))
    assert (await row(database)).why == Why.FILE_MISSING
    await watch.look()
    async with database.reading() as tx:
        assert [dict(span)] == [dict(one) for one in (await tx._connection.execute(select(disk_full_span))).mappings()]


async def test_a_database_from_before_has_the_key_of_what_was_not_recorded_after_its_migration(
    database: Database,
) -> None:
    step = import_module("hotline1022.db.migrations.versions.0020_not_recorded_key")
    statement = text(step._POSTGRESQL if database.dialect == "postgresql" else step._SQLITE)
    asked = select(catalogue_word.c.place, catalogue_word.c["keys"]).order_by(catalogue_word.c.place)
    await ended(database, CALL)
    await filed(database, CALL, missing(CALL))
    await ended(database, "hl1-2.1", 60)
    async with database.transaction() as tx:
        new = [(place, sorted(keys)) for place, keys in await tx._connection.execute(asked)]
        for place, keys in new:  # as the version before wrote them
            older = tuple(one for one in keys if "x:" not in one)
            await tx._connection.execute(
                update(catalogue_word).where(catalogue_word.c.place == place).values(keys=older)
            )
        for _ in range(2):
            await tx._connection.execute(statement)
            assert [(place, sorted(keys)) for place, keys in await tx._connection.execute(asked)] == new
    assert any("x:" in one for one in new[0][1]) and not any("x:" in one for one in new[1][1])
