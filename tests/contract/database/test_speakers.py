"""Some speakers of a call alone, by the right to all of it: what is heard, what the chain says of each range, what is made again."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import insert

from hotline1022.audit.types import Entry, Fault, Kind
from hotline1022.core.errors import HotlineError
from hotline1022.db import migrate as migration
from hotline1022.db import recordings as rows
from hotline1022.db.migrate import migrate
from hotline1022.db.tables_copies import derived_copy
from hotline1022.db.unit import Database
from hotline1022.recordings.types import CopyKind, DerivedRow
from hotline1022.web.copies_wire import Format
from hotline1022.web.listening_wire import ListenBody, ListenRight, ListenTo
from tests.contract.database.made import T0, at
from tests.contract.database.test_listening import WORDS, House, house, parts
from tests.contract.database.test_migrate import migrate_to
from tests.lab.flipped import flip
from tests.unit.recordings_world import (
    AGENT,
    AGENT_TONE,
    CALL,
    CITIZEN_TONE,
    MUSIC_TONE,
    SECOND,
    SECOND_TONE,
    file,
    power,
    tone,
)

__all__ = ["house"]
FIRST_AGENT, SECOND_AGENT = f"agent:{AGENT}", f"agent:{SECOND}"


async def choose(house: House, right: ListenRight, *keys: str, origin: str = "10.0.0.7") -> ListenRight:
    heard = await house.desk.find(right.url.rpartition("/")[2], datetime.now(UTC))
    return await house.desk.choose(heard, keys, origin, datetime.now(UTC))


async def made(house: House) -> list[Entry]:
    return [one for one in await house.entries() if one.kind == Kind.COPY_MADE]


def the_copy(house: House) -> Path:
    """The one copy of some speakers, as WAV."""
    (found,) = (house.world.root.parent / "copies").glob("*~ban-sao-wav-*.wav")
    return found


async def test_who_is_chosen_is_heard_alone_and_each_range_says_who(house: House) -> None:
    whole = await house.ask()
    right = await choose(house, whole, "citizen", origin="10.0.0.8")
    assert right.url != whole.url and right.expires_at == whole.expires_at and right.duration_ms == whole.duration_ms
    data = await house.hear(right, origin="10.0.0.8")
    assert sha256(data).hexdigest() == right.sha256
    assert power(data[44 : 44 + 96_000], CITIZEN_TONE) > 0.98
    assert all(power(data[44 : 44 + 96_000], other) < 0.001 for other in (AGENT_TONE, SECOND_TONE, MUSIC_TONE))
    both = await choose(house, right, SECOND_AGENT, FIRST_AGENT)
    await house.hear(both, 44, 444)
    await house.hear(whole)
    await house.book.flush()
    told = await house.played()
    by = {(one.detail["step"], one.detail["listening"]): one for one in told}
    begun = [one for one in told if one.detail["step"] == "begun"]
    assert [one.detail.get("speakers") for one in begun] == [["citizen"], [FIRST_AGENT, SECOND_AGENT], None]
    assert [one.detail["sha256"] for one in begun] == [right.sha256, both.sha256, whole.sha256]
    assert len({one.detail["words_sha256"] for one in begun}) == 1 and begun[0].origin == "10.0.0.8"
    heard = [by["heard", one.detail["listening"]].detail for one in begun]
    assert [one.get("speakers") for one in heard] == [["citizen"], [FIRST_AGENT, SECOND_AGENT], None]
    assert [(one["first"], one["after"]) for one in parts(heard[1]["ranges"])] == [(44, 444)]
    assert await house.world.findings() == []


async def test_all_of_them_are_the_copy_of_all(house: House) -> None:
    whole = await house.ask()
    right = await choose(house, whole, "machine", SECOND_AGENT, FIRST_AGENT, "citizen")
    assert right.sha256 == whole.sha256 and await house.hear(right) == await house.hear(whole)
    assert [one.detail["copy"]["kind"] for one in await made(house) if isinstance(one.detail["copy"], dict)] == ["wav"]


async def test_the_making_tells_of_the_originals_that_are_in_it(house: House) -> None:
    right = await choose(house, await house.ask(), "citizen", SECOND_AGENT)
    _, told = await made(house)
    assert isinstance(told.detail["copy"], dict) and isinstance(told.detail["originals"], list)
    assert (told.detail["copy"]["kind"], told.detail["copy"]["sha256"]) == (
        f"wav of citizen {SECOND_AGENT}", right.sha256,
    )  # fmt: skip
    wanted = {one.id for one in house.world.filed.tracks if one.id.endswith("-r") and one.channel in (CALL, SECOND)}
    assert {one["id"] for one in told.detail["originals"]} == wanted
    the_copy(house).unlink()
    assert sha256(await house.hear(right)).hexdigest() == right.sha256
    assert len(await made(house)) == 2, "one that is only gone is the same again"


async def test_a_copy_of_some_that_was_forged_with_its_row_is_named_and_nobody_hears_it(house: House) -> None:
    whole = await house.ask()
    right = await choose(house, whole, "citizen")
    true = await house.hear(right)
    lie = file(tone(300, 2000))
    path = the_copy(house)
    await asyncio.to_thread(path.write_bytes, b"".join(house.world.ring.written([lie])))
    await house.world.attack(
        *(f"UPDATE {one} SET sha256 = '{sha256(lie).hexdigest()}'" for one in ("derived_copy", "listening"))
    )
    (finding,) = await house.world.findings()
    assert finding.fault is Fault.ROW_CHANGED and f"the copy wav of citizen of call {CALL}" in finding.text
    with pytest.raises(HotlineError) as caught:
        await house.hear(right)
    assert caught.value.error_id == "listen-changed"
    again = await choose(house, await house.ask(), "citizen")
    assert again.sha256 == right.sha256 and await house.hear(again) == true
    assert await house.world.findings() == []
    await asyncio.to_thread(flip, path)
    assert await house.hear(again) == true, "a damaged one is made again while somebody listens"
    assert [bool(one.detail.get("why")) for one in await made(house)] == [False, False, True, True]


async def test_where_recordings_are_sealed_so_is_a_copy_of_some(house: House) -> None:
    right = await choose(house, await house.ask(), "citizen")
    sealed = not the_copy(house).read_bytes().startswith(b"RIFF")
    assert sealed is bool(house.world.ring.seal)
    assert (await house.hear(right)).startswith(b"RIFF")


async def test_an_original_that_was_changed_is_refused_whoever_is_chosen(house: House) -> None:
    whole = await house.ask()
    right = await choose(house, whole, "citizen")
    agent = next(one for one in house.world.filed.tracks if one.channel == SECOND)
    flip(house.world.root / agent.path)
    for deed in (lambda: choose(house, whole, "machine"), lambda: house.hear(right)):
        with pytest.raises(HotlineError) as caught:
            await deed()
        assert caught.value.error_id == "recording-damaged"


async def test_a_choice_ends_with_the_right_that_it_came_from(house: House) -> None:
    whole = await house.ask()
    right = await choose(house, whole, "citizen")
    for one in (whole, right):
        with pytest.raises(HotlineError) as late:
            await house.desk.find(one.url.rpartition("/")[2], whole.expires_at)
        assert late.value.error_id == "listen-expired"
    async with house.world.database.transaction() as tx:
        await tx.tokens.revoke(house.token_id, datetime.now(UTC))
    for deed in (lambda: choose(house, whole, "machine"), lambda: house.hear(right)):
        with pytest.raises(HotlineError) as ended:
            await deed()
        assert ended.value.error_id == "listen-unknown"


async def test_nobody_and_strangers_are_refused_and_an_original_has_no_speakers(house: House) -> None:
    whole, track = await house.ask(), house.world.filed.tracks[0]
    alone = await house.ask(ListenBody(reason="ticket", text=WORDS, copy=ListenTo.TRACK, track=track.id))
    for right, keys, error_id in (
        (whole, (), "speakers-none"),
        (whole, ("citizen", "contact:hl1-1.1"), "speaker-unknown"),
        (alone, ("citizen",), "listen-of-part"),
    ):
        with pytest.raises(HotlineError) as caught:
            await choose(house, right, *keys)
        assert caught.value.error_id == error_id


async def test_who_looks_at_the_speakers_is_in_the_chain(house: House) -> None:
    right = await choose(house, await house.ask(), "citizen")
    heard = await house.desk.find(right.url.rpartition("/")[2], datetime.now(UTC))
    assert heard.speakers == ("citizen",)
    drawn = await house.desk.speaker_survey(heard, "10.0.0.7")
    assert [one.key for one in drawn.speakers] == [one.key for one in await house.desk.speakers(heard)]
    (entry,) = await house.played()
    assert (entry.detail["step"], entry.detail["drawn"], entry.detail["speakers"]) == ("drawn", "speakers", ["citizen"])


@pytest.mark.parametrize("ring", ["plain"], indirect=True)
async def test_a_choice_is_in_the_form_of_the_right(house: House) -> None:
    right = await choose(house, await house.ask(ListenBody(reason="ticket", text=WORDS, format=Format.OPUS)), "citizen")
    assert right.media == "audio/ogg" and (await house.hear(right)).startswith(b"OggS")


@pytest.mark.parametrize("ring", ["plain"], indirect=True)
async def test_of_one_call_so_many_choices_are_remembered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_CHOICES", 2)
    whole = await house.ask()
    rights = [await choose(house, whole, key) for key in ("citizen", FIRST_AGENT, "machine")]
    async with house.world.database.reading() as tx:
        kept = [await tx.copies.derived(CALL, CopyKind.WAV, key) for key in ("citizen", FIRST_AGENT, "machine")]
        assert [row is None for row in kept] == [True, False, False]
        assert await tx.recordings.listening_copy(CALL) is not None
    assert sha256(await house.hear(rights[0])).hexdigest() == rights[0].sha256, (
        "the oldest is made again, and is the same"
    )
    assert await house.world.findings() == []
    async with house.world.database.transaction() as tx:
        row = DerivedRow(call=CALL, kind=CopyKind.MP3, name="x.mp3", sha256="a" * 64, bytes=1)
        await tx.recordings.save_derived(row, at(0))
        await tx.recordings.save_derived(replace(row, speakers="citizen", name="y.mp3"), T0 + timedelta(days=9999))
        assert await tx.recordings.derived(CALL, CopyKind.MP3) == row, "copies of all are none of these"


async def test_rows_of_copies_from_before_there_were_choices_stay(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrate_to(empty, migration.REVISIONS[migration.REVISIONS.index("0038") - 1], monkeypatch)
    before = {"call_id": CALL, "kind": "mp3", "name": "a.mp3", "sha256": "a" * 64, "bytes": 7, "made_at": T0}
    async with Database(empty) as database:
        async with database.transaction() as tx:
            columns = derived_copy.c
            await tx._connection.execute(
                insert(derived_copy).inline().values({columns[name]: value for name, value in before.items()})
            )
        await migrate(empty)
        async with database.reading() as tx:
            kept = await tx.recordings.derived(CALL, CopyKind.MP3)
    assert kept == DerivedRow(call=CALL, kind=CopyKind.MP3, name="a.mp3", sha256="a" * 64, bytes=7)
