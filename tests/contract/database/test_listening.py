"""Who hears what, for which reason: all of it in the chain, also after a kill; and nothing that is not what was stored."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from hotline1022.audit.types import Entry, Kind
from hotline1022.core.errors import HotlineError
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.recordings.cache import Cache
from hotline1022.recordings.ffmpeg import Ffmpeg
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.names import from_ms
from hotline1022.recordings.on_demand import CopiesOnDemand
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.reasons import load_reasons
from hotline1022.recordings.types import FiledCall, Status, Voice, VoicemailRow
from hotline1022.service.recordings.listening_book import PIECE, ListeningBook
from hotline1022.service.recordings.listening_desk import ListeningDesk
from hotline1022.service.recordings.original_check import OriginalCheck
from hotline1022.service.settings.tree import Paths
from hotline1022.web.asker import Asker, of_token
from hotline1022.web.copies_wire import Format
from hotline1022.web.listening_wire import ListenBody, ListenRight, ListenTo
from hotline1022.web.types import Scope, Token
from tests.contract.database.made import answered, at
from tests.lab.evidence_world import World, build, everything_now, thread_pool
from tests.lab.ffmpeg import ffmpeg
from tests.lab.flipped import flip
from tests.lab.forked import forked
from tests.lab.listening_process import Endless, a_right
from tests.unit.recordings_world import CALL, START, Board, Book, Phones, file, tone, two_agents

WORDS = "Nghe lại theo đơn của bà Nguyễn Thị Lan"
WANTED = ListenBody(reason="complaint", text=WORDS)


@dataclass
class House:
    """A desk over a filed call."""

    world: World
    desk: ListeningDesk
    book: ListeningBook
    recording: str
    token: Asker
    token_id: str

    async def ask(self, wanted: ListenBody = WANTED, *, origin: str = "10.0.0.7") -> ListenRight:
        return await self.desk.grant(self.recording, wanted, self.token, origin, datetime.now(UTC))

    async def hear(
        self, right: ListenRight, first: int = 0, after: int | None = None, *, origin: str = "10.0.0.7"
    ) -> bytes:
        heard = await self.desk.find(right.url.rpartition("/")[2], datetime.now(UTC))
        source = await self.desk.open(heard, origin)
        try:
            assert source.size == right.bytes
            return b"".join([piece async for piece in source.read(first, right.bytes if after is None else after)])
        finally:
            await source.close()

    async def played(self) -> list[Entry]:
        return [one for one in await self.entries() if one.kind == Kind.RECORDING_PLAYED]

    async def entries(self) -> list[Entry]:
        async with self.world.database.reading() as tx:
            return list(await tx.audit.about(f"call:{CALL}"))


@pytest.fixture
async def house(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: Keys) -> AsyncIterator[House]:
    everything_now(monkeypatch)
    await migrate(address)
    async with Database(address) as database:
        world = await build(address, database, tmp_path, ring=ring)
        await database.save(Batch(calls=(answered(CALL, 0, answered_at=at(0), version=9),)))
        async with database.transaction() as tx:
            row, _ = await tx.tokens.create("thanh-tra", ["listen"], datetime.now(UTC))
        async with database.reading() as tx:
            recording = (await tx.catalogue.get(CALL)).id
        (tmp_path / "facts").mkdir()
        calls, spool = Book(two_agents(tmp_path / "facts")), tmp_path / "data" / "spool"
        store, pool = SqlRecordingStore(database), thread_pool()

        async def tool() -> Ffmpeg:
            return ffmpeg()

        worker = RecordingWorker(
            spool=spool,
            root=world.root,
            store=store,
            book=calls,
            channels=Phones(),
            notices=Board(),
            pool=pool,
            keys=ring,
        )
        copies = CopiesOnDemand(
            spool=spool, root=world.root, cache=Cache(folder=tmp_path / "data" / "copies", most=10**9, keys=ring), store=store, book=calls,
            pool=pool, notices=Board(), ffmpeg=tool,
        )  # fmt: skip
        book = ListeningBook(database)
        desk = ListeningDesk(
            database=database,
            worker=worker,
            copies=copies,
            paths=Paths(data=tmp_path / "data"),
            keys=ring,
            originals=OriginalCheck(database, world.examiner(), world.bells, now=iter(range(0, 10**9, 1000)).__next__),
            bell=world.bells,
            reasons=load_reasons(),
            book=book,
        )
        token = of_token(Token(id=row.id, name=row.name, digest=row.sha256, scopes=frozenset({Scope.LISTEN})))
        yield House(world, desk, book, recording, token, row.id)
        await pool.close()


async def test_a_listening_is_begun_before_its_first_byte_and_told_with_its_ranges(house: House) -> None:
    right = await house.ask()
    assert await house.played() == [], "a right that nobody used is no listening"
    whole = await house.hear(right)
    assert (sha256(whole).hexdigest(), len(whole)) == (right.sha256, right.bytes)
    await house.hear(right, 100, 200, origin="10.0.0.8")
    assert await house.book.flush() == 2 and await house.book.flush() == 0
    begun, *heard = await house.played()
    assert (begun.actor, begun.origin, begun.detail["step"]) == ("token:thanh-tra", "10.0.0.7", "begun")
    assert begun.detail["reason"] == "complaint" and begun.detail["sha256"] == right.sha256
    assert begun.detail["words_sha256"] == sha256(WORDS.encode()).hexdigest()
    assert "Lan" not in repr(begun), "what people wrote is not kept for ever"
    by = {one.origin: one.detail["ranges"] for one in heard}
    assert by["10.0.0.7"] == [{"first": 0, "after": len(whole), "from_ms": 0, "to_ms": right.duration_ms}]
    assert [(one["first"], one["after"]) for one in parts(by["10.0.0.8"])] == [(100, 200)]
    async with house.world.database.reading() as tx:
        kept = await tx.listening.get(str(begun.detail["listening"]))
    assert kept is not None and (kept.words, kept.reason) == (WORDS, "complaint") and kept.played_at is not None
    assert [one.fault for one in await house.world.findings() if one.seq] == []


async def test_who_looks_at_the_map_needs_a_right_and_is_in_the_chain(house: House) -> None:
    right = await house.ask()
    heard = await house.desk.find(right.url.rpartition("/")[2], datetime.now(UTC))
    assert heard.call == CALL
    found = await house.desk.survey(heard, "peaks", "10.0.0.7")
    assert found.duration_ms == right.duration_ms and found.stretches
    (entry,) = await house.played()
    assert (entry.actor, entry.origin, entry.detail["reason"]) == ("token:thanh-tra", "10.0.0.7", "complaint")
    assert (entry.detail["step"], entry.detail["drawn"]) == ("drawn", "peaks") and WORDS not in repr(entry)
    track = house.world.filed.tracks[0]
    part = await house.ask(ListenBody(reason="ticket", text=WORDS, copy=ListenTo.TRACK, track=track.id))
    alone = await house.desk.survey(
        await house.desk.find(part.url.rpartition("/")[2], datetime.now(UTC)), "map", "10.0.0.7"
    )
    assert alone.duration_ms == part.duration_ms and alone.citizen and not alone.other, "of the others nothing is seen"
    assert {one.kind for one in alone.stretches} <= {Voice.CITIZEN, Voice.SILENCE}
    assert alone.stretches[-1].to_ms == alone.duration_ms
    assert (await house.played())[-1].detail["drawn"] == "map"
    flip = house.world.root / track.path
    data = flip.read_bytes()
    flip.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(HotlineError) as refused:
        await house.desk.survey(heard, "map", "10.0.0.7")
    assert refused.value.error_id == "recording-damaged" and len(await house.played()) == 2


async def test_what_was_not_sent_is_taken_back(house: House) -> None:
    database = house.world.database
    right = a_right(token_id=house.token_id)
    async with database.transaction() as tx:
        await tx.listening.add(right)
    source = house.book.stream(right, "10.0.0.7", Endless())
    given = 0
    async for piece in source.read(1000, 100 * PIECE):
        given += len(piece)
        if given > 3 * PIECE:
            break
    await source.close()
    async with database.reading() as tx:
        (kept,) = await tx.listening.unnoted()
    assert (kept.first, kept.noted, kept.after) == (1000, 1000, 1000 + given)
    await house.book.flush()
    last = (await house.played())[-1]
    assert parts(last.detail["ranges"])[0]["after"] == 1000 + given


async def test_two_auditors_at_once_are_two_listenings(house: House) -> None:
    async with house.world.database.transaction() as tx:
        row, _ = await tx.tokens.create("kiem-tra", ["listen"], datetime.now(UTC))
    other = of_token(Token(id=row.id, name=row.name, digest=row.sha256, scopes=frozenset({Scope.LISTEN})))
    both = await asyncio.gather(
        house.ask(), house.desk.grant(house.recording, WANTED, other, "10.0.0.9", datetime.now(UTC))
    )
    assert both[0].url != both[1].url
    heard = await asyncio.gather(*(house.hear(one) for one in both for _ in range(3)))
    assert len(set(heard)) == 1
    await house.book.flush()
    told = await house.played()
    assert sorted(one.actor for one in told if one.detail["step"] == "begun") == ["token:kiem-tra", "token:thanh-tra"]
    assert sorted(one.actor for one in told if one.detail["step"] == "heard") == ["token:kiem-tra", "token:thanh-tra"]


@pytest.mark.parametrize("form", [Format.MP3, Format.OPUS])
async def test_a_copy_in_the_cache_is_made_again_when_it_is_gone(house: House, tmp_path: Path, form: Format) -> None:
    right = await house.ask(ListenBody(reason="ticket", text=WORDS, format=form, levelled=True))
    first = await house.hear(right)
    for one in (tmp_path / "data" / "copies").iterdir():
        one.unlink()
    assert await house.hear(right) == first


async def test_one_original_as_it_was_stored(house: House) -> None:
    track = house.world.filed.tracks[0]
    right = await house.ask(ListenBody(reason="ticket", text=WORDS, copy=ListenTo.TRACK, track=track.id))
    assert right.sha256 == track.sha256 == sha256(await house.hear(right)).hexdigest()


async def test_a_message_is_heard_by_preset_reason(house: House) -> None:
    sound = file(tone(400, 1000))
    path = house.world.filed.tracks[0].path.rpartition("/")[0] + "/message.wav"
    (house.world.root / path).write_bytes(sound)
    digest = sha256(sound).hexdigest()
    row = VoicemailRow(
        id="vm1", call=CALL, path=path, sha256=digest, duration_ms=1000, left_at=from_ms(START), reason="key",
        status=Status.STORED,
    )  # fmt: skip
    filed = house.world.filed
    await SqlRecordingStore(house.world.database).save(
        [FiledCall(call=CALL, tracks=filed.tracks, voicemails=(row,), reasons=())]
    )
    right = await house.desk.voicemail("vm1", house.token, "10.0.0.5", datetime.now(UTC))
    assert await house.hear(right) == sound
    (begun,) = await house.played()
    assert (begun.detail["reason"], begun.detail["what"], begun.detail["name"]) == ("voicemail", "voicemail", "vm1")
    with pytest.raises(HotlineError) as caught:
        await house.desk.voicemail("vm2", house.token, "10.0.0.5", datetime.now(UTC))
    assert caught.value.error_id == "voicemail-unknown"


@pytest.mark.parametrize(
    ("wanted", "error_id"),
    [
        (ListenBody(reason="curious", text=WORDS), "reason-unknown"),
        (ListenBody(reason="ticket", text="ngắn"), "reason-too-short"),
        (ListenBody(reason="ticket", text=WORDS, copy=ListenTo.TRACK, track="nobody"), "track-unknown"),
        (ListenBody(reason="ticket", text=WORDS, copy=ListenTo.TRACK), "track-without-copy"),
        (ListenBody(reason="ticket", text=WORDS, track="a"), "track-without-copy"),
        (
            ListenBody(reason="ticket", text=WORDS, copy=ListenTo.TRACK, track="a", format=Format.MP3),
            "format-of-track",
        ),
    ],
)
async def test_what_is_no_reason_and_no_track(house: House, wanted: ListenBody, error_id: str) -> None:
    with pytest.raises(HotlineError) as caught:
        await house.ask(wanted)
    assert caught.value.error_id == error_id


async def test_a_right_ends_by_time_and_with_its_token(house: House) -> None:
    right = await house.ask()
    key = right.url.rpartition("/")[2]
    now = datetime.now(UTC)
    ends = right.expires_at - now
    assert timedelta(minutes=9) < ends < timedelta(minutes=11)
    with pytest.raises(HotlineError) as late:
        await house.desk.find(key, right.expires_at)
    assert late.value.error_id == "listen-expired"
    with pytest.raises(HotlineError) as forged:
        await house.desk.find(key[:-1] + ("A" if key[-1] != "A" else "B"), now)
    assert forged.value.error_id == "listen-unknown"
    async with house.world.database.transaction() as tx:
        await tx.tokens.revoke(house.token_id, now)
    with pytest.raises(HotlineError) as ended:
        await house.desk.find(key, now)
    assert ended.value.error_id == "listen-unknown"


async def test_a_flipped_byte_in_an_original_is_refused_rung_and_written_down(house: House) -> None:
    right = await house.ask()
    await house.hear(right)
    path = house.world.root / house.world.filed.tracks[0].path
    flip(path)
    for deed in (house.ask, lambda: house.hear(right)):
        with pytest.raises(HotlineError) as caught:
            await deed()
        assert caught.value.error_id == "recording-damaged" and "file-changed" in str(caught.value)
        assert str(house.world.root) not in str(caught.value)
    assert house.world.bells.rung[0][0] == "recording-damaged"
    kinds = [one.kind for one in await house.entries()]
    assert kinds.count(Kind.RECORDING_DAMAGED) == 1 and kinds.count(Kind.RECORDING_PLAYED) == 1


@pytest.mark.parametrize("ring", ["sealed"], indirect=True)
async def test_a_key_that_is_away_is_told_as_that(house: House, tmp_path: Path) -> None:
    right = await house.ask()
    (tmp_path / "ring").rename(tmp_path / "taken-away")
    for deed in (house.ask, lambda: house.hear(right)):
        with pytest.raises(HotlineError) as caught:
            await deed()
        assert caught.value.error_id == "recording-key-missing" and "recordings.keys" in str(caught.value)
    assert await house.played() == []
    (tmp_path / "taken-away").rename(tmp_path / "ring")
    assert len(await house.hear(right)) == right.bytes


async def test_killed_while_listening_nothing_that_was_heard_is_lost(address: str) -> None:
    await migrate(address)
    given: dict[str, int] = {}
    for _ in range(4):
        async with forked("listening_process", address) as running:
            for _ in range(random.randint(1, 30)):
                async with asyncio.timeout(30):
                    given.update([pair(await running.stdout.readline())])
        given.update(pair(line) for line in running.rest.splitlines(keepends=True) if line.endswith(b"\n"))
    async with Database(address) as database:
        await ListeningBook(database).flush()
        async with database.reading() as tx:
            told = [one async for one in tx.audit.of_kind(Kind.RECORDING_PLAYED)]
    for id, count in given.items():
        mine = [one.detail for one in told if one.detail["listening"] == id]
        assert mine[0]["step"] == "begun"
        ranges = [part for one in mine[1:] for part in parts(one["ranges"])]
        assert ranges[0]["first"] == 0
        assert all(one["after"] == after["first"] for one, after in pairwise(ranges))
        assert count <= ranges[-1]["after"] <= count + 2 * PIECE


def pair(line: bytes) -> tuple[str, int]:
    id, count = line.decode().split()
    return id, int(count)


def parts(ranges: object) -> list[dict[str, int]]:
    assert isinstance(ranges, list)
    return ranges
