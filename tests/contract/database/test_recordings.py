"""Rows of recordings: what is promised is what was stored, and who heard a message first stays."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.tables import track
from hotline1022.db.types import CallFilter
from hotline1022.db.unit import Database
from hotline1022.recordings.ports import RecordingStore
from hotline1022.recordings.types import (
    CopyKind,
    CopyRow,
    DerivedRow,
    FiledCall,
    Reason,
    Side,
    Status,
    TrackRow,
    VoicemailRow,
    Why,
)
from tests.contract.database.made import a_call, at, of_calls

CALL = CallId(ChannelId("hl1-1.1"))
SHA = "0123456789abcdef" * 4


def a_track(name: str, **more: Any) -> TrackRow:
    given: dict[str, Any] = {
        "id": name,
        "call": CALL,
        "channel": ChannelId("hl1-1.1"),
        "kind": LegKind.CITIZEN,
        "segment_started_at": at(1),
        "side": Side.SAID,
        "status": Status.STORED,
        "path": f"2026/03/02/hl1-1.1/{name}.wav",
        "sha256": SHA,
        "bytes": 160_044,
        "duration_ms": 10_000,
        "gap_ms": 0,
        "lost_ms": 20,
        "detail": {"reasons": [{"why": "shorter-than-leg", "ms": 20, "text": "thiếu"}], "padding": 0.25},
    }
    return TrackRow(**given | more)


def a_message(name: str = "vm1", **more: Any) -> VoicemailRow:
    given: dict[str, Any] = {
        "id": name,
        "call": CALL,
        "path": f"2026/03/02/hl1-1.1/{name}.wav",
        "sha256": SHA,
        "duration_ms": 4000,
        "left_at": at(5),
        "reason": "key",
        "status": Status.STORED,
    }
    return VoicemailRow(**given | more)


def filed(*tracks: TrackRow, messages: tuple[VoicemailRow, ...] = ()) -> list[FiledCall]:
    return [FiledCall(call=CALL, tracks=tracks, voicemails=messages)]


async def test_what_is_stored_comes_back_without_the_call_itself(database: Database) -> None:
    store: RecordingStore = SqlRecordingStore(database, clock=lambda: at(60))
    said = a_track("b-r")
    gone = a_track("a-r", status=Status.MISSING, path="", sha256="", bytes=0, duration_ms=0, segment_started_at=at(9))
    heard = a_track("a-t", side=Side.HEARD, status=Status.REPAIRED)
    await store.save(filed(gone, said, heard))
    assert list(await store.tracks(CALL)) == [heard, said, gone]
    assert list(await store.tracks(CallId(ChannelId("other")))) == []


async def test_storing_again_replaces_the_row_but_not_when_it_was_stored(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.recordings.save(filed(a_track("a-r", status=Status.TORN)), at(10))
    mended = a_track("a-r", status=Status.REPAIRED)
    async with database.transaction() as tx:
        await tx.recordings.save(filed(mended), at(20))
        assert list(await tx.recordings.tracks(CALL)) == [mended]
    async with database.reading() as tx:
        assert (await tx._connection.execute(select(track.c.stored_at))).scalars().all() == [at(10)]


async def test_two_missing_files_are_two_rows(database: Database) -> None:
    lost = {"status": Status.MISSING, "path": "", "sha256": "", "bytes": 0, "duration_ms": 0}
    async with database.transaction() as tx:
        await tx.recordings.save(filed(a_track("a-r", **lost), a_track("b-r", **lost)), at(10))
        assert len(await tx.recordings.tracks(CALL)) == 2


async def test_a_listening_copy_is_replaced_by_the_next(database: Database) -> None:
    store: RecordingStore = SqlRecordingStore(database)
    note = Reason(why=Why.PIECE_CLAMPED, text="đoạn bị cắt", ms=5)
    copy = CopyRow(call=CALL, path="2026/03/02/hl1-1.1/copy.wav", sha256=SHA, duration_ms=10_000, notes=(note,))
    assert await store.listening_copy(CALL) is None
    await store.save_copies([copy])
    assert await store.listening_copy(CALL) == copy
    again = replace(copy, notes=(), duration_ms=9_000)
    await store.save_copies([again])
    assert await store.listening_copy(CALL) == again


async def test_copies_in_the_cache_are_one_a_kind(database: Database) -> None:
    store: RecordingStore = SqlRecordingStore(database)
    first = DerivedRow(call=CALL, kind=CopyKind.MP3, name="a.mp3", sha256=SHA, bytes=7)
    assert await store.derived(CALL, CopyKind.MP3) is None
    await store.save_derived(first)
    other = replace(first, kind=CopyKind.SURVEY, name="a.json")
    await store.save_derived(other)
    again = replace(first, name="b.mp3", bytes=8)
    await store.save_derived(again)
    assert await store.derived(CALL, CopyKind.MP3) == again and await store.derived(CALL, CopyKind.SURVEY) == other
    assert [file async for file in store.stored()] == [], "a copy in the cache is no promise: it may go at any time"


async def test_every_promised_file_is_walked_through_once(database: Database) -> None:
    store: RecordingStore = SqlRecordingStore(database)
    tracks = [a_track(f"t{n:04}-r") for n in range(1500)]
    lost = a_track("lost-r", status=Status.MISSING, path="", sha256="", bytes=0, duration_ms=0)
    await store.save(filed(*tracks, lost, messages=(a_message(),)))
    await store.save_copies([CopyRow(call=CALL, path="2026/copy.wav", sha256=SHA, duration_ms=1)])
    paths = [file.path async for file in store.stored()]
    assert len(paths) == len(set(paths)) == 1502
    assert set(paths) == {t.path for t in tracks} | {a_message().path, "2026/copy.wav"}


async def test_calls_that_still_want_a_copy_latest_first(database: Database) -> None:
    def of(name: str, second: float, **more: Any) -> FiledCall:
        call = CallId(ChannelId(name))
        return FiledCall(
            call=call,
            tracks=(a_track(f"{name}-r", call=call, segment_started_at=at(second), **more),),
            voicemails=(),
        )

    torn = {"status": Status.TORN}
    async with database.transaction() as tx:
        await tx.recordings.save([of("a", 0), of("b", 10), of("c", 20), of("torn", 30, **torn)], at(60))
        await tx.recordings.save_copies(
            [CopyRow(call=CallId(ChannelId("b")), path="b", sha256=SHA, duration_ms=1)], at(70)
        )
        assert list(await tx.recordings.without_copy()) == ["c", "a"]
        assert list(await tx.recordings.without_copy(limit=1)) == ["c"]


async def test_messages_heard_and_unheard(database: Database) -> None:
    await database.save(of_calls(a_call("hl1-1.1")))
    orphan = a_message("vm2", call=CallId(ChannelId("lost")), left_at=at(9))
    silent = a_message("vm3", status=Status.EMPTY, duration_ms=0)
    store: RecordingStore = SqlRecordingStore(database)
    await store.save(filed(messages=(a_message(), orphan, silent)))
    async with database.transaction() as tx:
        assert [(v.id, v.caller) for v in await tx.recordings.voicemails()] == [("vm2", ""), ("vm1", "+84901234567")]
        marked = await tx.recordings.mark_heard("vm1", "1001", at(100))
        assert marked is not None
        assert (marked.heard_at, marked.heard_by) == (at(100), "1001")
        again = await tx.recordings.mark_heard("vm1", "1002", at(200))
        assert again == marked
        assert await tx.recordings.mark_heard("nothing", "1001", at(100)) is None
    await store.save(filed(messages=(a_message(duration_ms=4001),)))
    async with database.reading() as tx:
        (heard,) = await tx.recordings.voicemails(heard=True)
        assert (heard.heard_by, heard.duration_ms) == ("1001", 4001)
        assert [v.id for v in await tx.recordings.voicemails(heard=False)] == ["vm2"]
        detail = await tx.calls.get("hl1-1.1")
    assert {v.id for v in detail.voicemails} == {"vm1", "vm3"}


async def test_a_list_says_which_calls_have_a_recording(database: Database) -> None:
    await database.save(of_calls(a_call("hl1-1.1"), a_call("none", 10), a_call("lost", 20)))
    lost = CallId(ChannelId("lost"))
    missing = a_track("l-r", call=lost, status=Status.MISSING, path="", sha256="", bytes=0, duration_ms=0)
    async with database.transaction() as tx:
        await tx.recordings.save(
            [*filed(a_track("a-r")), FiledCall(call=lost, tracks=(missing,), voicemails=())], at(9)
        )
        page = await tx.calls.list(CallFilter())
    assert [(c.call.id, c.has_recording) for c in page.calls] == [("lost", False), ("none", False), ("hl1-1.1", True)]
