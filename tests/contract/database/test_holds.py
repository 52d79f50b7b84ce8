"""A hold that the chain tells of keeps its recording whatever somebody made of the rows; what differs is named, and can be mended."""

import unicodedata
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from hotline1022.audit.types import Fault
from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.holds import COPIED
from hotline1022.db.tables_retention import recording_hold
from hotline1022.db.unit import Database
from hotline1022.recordings.types import State
from hotline1022.service.evidence.nightly import Nightly
from hotline1022.service.retention.view import RetentionView
from tests.lab.evidence_world import World, build, everything_now
from tests.lab.retention_world import Old, old
from tests.unit.recordings_world import CALL

RELEASED = "UPDATE recording_hold SET released_at = since, released_by = 'x', release_why = 'x'"
FREE = "UPDATE catalogue SET held = false"
GONE = "DELETE FROM recording_hold"
OTHER = "UPDATE recording_hold SET recording = 'ffffffffffffffff'"


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    async with Database(address) as database:
        yield await build(address, database, tmp_path)


@pytest.fixture
async def house(world: World) -> Old:
    return await old(world)


def view(house: Old) -> RetentionView:
    return RetentionView(house.world.database, lambda: house.settings)


async def faults(house: Old) -> list[Fault]:
    return sorted({one.fault for one in await house.world.findings()})


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        ((FREE,), [Fault.HELD_CHANGED]),
        ((FREE, GONE), [Fault.HELD_CHANGED, Fault.HOLD_DELETED]),
        ((FREE, RELEASED), [Fault.HELD_CHANGED, Fault.HOLD_CHANGED]),
        ((FREE, OTHER), [Fault.HELD_CHANGED, Fault.HOLD_CHANGED]),
    ],
    ids=["free", "gone", "released", "other"],
)
async def test_whatever_was_made_of_the_rows_it_stays_rings_and_can_be_released(
    house: Old, attack: tuple[str, ...], found: list[Fault]
) -> None:
    hold = await view(house).hold(CALL, letter="12/CV-CAT", why="điều tra")
    assert await house.world.findings() == []
    await house.world.attack(*attack)
    assert await house.retention().night() and len(house.files()) == 7
    assert [(kind, call) for kind, _, call in house.world.bells.rung] == [("hold-differs", CALL)]
    assert hold.id in house.world.bells.rung[0][1] and "12/CV-CAT" in house.world.bells.rung[0][1]
    assert await faults(house) == found
    ended, held = await view(house).release(hold.id, why="xong")
    assert (ended.recording, ended.letter, held) == (hold.recording, "12/CV-CAT", False)
    assert ended.why == (COPIED if GONE in attack else "điều tra")
    assert await house.world.findings() == []
    with pytest.raises(Refused, match="was released by"):
        await view(house).release(hold.id, why="xong")
    assert await house.retention().night() and house.files() == []


async def test_another_hold_of_the_chain_keeps_it_when_one_is_released(house: Old) -> None:
    first = await view(house).hold(CALL, letter="12", why="điều tra")
    second = await view(house).hold(CALL, letter="13", why="thanh tra")
    await house.world.attack(f"DELETE FROM recording_hold WHERE id = '{second.id}'")
    assert (await view(house).release(first.id, why="xong"))[1] is True
    assert [one.name for one in await house.world.findings()] == [second.id]
    assert (await view(house).release(second.id, why="xong"))[1] is False
    assert await house.world.findings() == []
    with pytest.raises(NotFound):
        await view(house).release("f" * 16, why="xong")


async def test_a_row_alone_keeps_it_too_and_an_invented_one_is_named(house: Old) -> None:
    async with house.world.database.reading() as tx:
        recording = (await tx.catalogue.get(CALL)).id
    moment = "1" if house.world.database.dialect == "sqlite" else "now()"
    await house.world.attack(
        "INSERT INTO recording_hold (id, recording, letter, why, since, by, released_by, release_why) "
        f"VALUES ('aaaaaaaaaaaaaaaa', '{recording}', '1', 'x', {moment}, 'x', '', '')"
    )
    assert await faults(house) == [Fault.HOLD_ADDED]
    assert await house.retention().night() and len(house.files()) == 7
    assert [kind for kind, _, _ in house.world.bells.rung] == ["hold-differs"]
    await house.world.attack("UPDATE catalogue SET held = true")
    assert await faults(house) == [Fault.HELD_CHANGED, Fault.HOLD_ADDED]


async def test_a_changed_letter_is_named_and_the_night_sees_it(house: Old) -> None:
    hold = await view(house).hold(CALL, letter="12/CV-CAT", why="điều tra")
    night = Nightly(house.world.database, house.world.examiner(), house.world.bells, calls=0)
    assert (await night.look()).ok
    await house.world.attack("UPDATE recording_hold SET letter = '99'")
    assert [(one.fault, one.name) for one in (await night.look()).findings] == [(Fault.HOLD_CHANGED, hold.id)]


async def test_one_letter_in_two_forms_of_unicode_is_one_letter(house: Old) -> None:
    letter, actor = (unicodedata.normalize("NFD", text) for text in ("12/CV-ĐT của Sở", "token:màn hình"))
    with acts(Acting(actor=actor, origin="lan", act="POST /api/holds")):
        hold = await view(house).hold(CALL, letter=letter, why="điều tra")
    assert (hold.letter, hold.by) == ("12/CV-ĐT của Sở", "token:màn hình") and await house.world.findings() == []
    async with house.world.database.transaction() as tx:  # as older versions wrote it
        await tx._connection.execute(update(recording_hold).values(letter=letter, by=actor))
    assert await house.world.findings() == []
    with acts(Acting(actor=actor, origin="lan", act="POST /api/holds")):
        await view(house).release(hold.id, why="xong")
    assert await house.world.findings() == []
    async with house.world.database.transaction() as tx:
        await tx._connection.execute(update(recording_hold).values(letter=letter, by=actor, released_by=actor))
        row, _ = await tx.tokens.create(actor, ["read"], datetime.now(UTC))
    assert await house.world.findings() == [] and row.name == "token:màn hình"


async def test_what_is_written_while_we_look_is_no_finding(house: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    from hotline1022.db.holds import HoldRepository

    told, asked = HoldRepository.told, 0

    async def late(self: HoldRepository) -> object:
        nonlocal asked
        found = await told(self)
        if not asked:
            await view(house).hold(CALL, letter="12", why="điều tra")
        asked += 1
        return found

    monkeypatch.setattr(HoldRepository, "told", late)
    assert await house.world.findings() == [] and asked >= 1
    async with house.world.database.reading() as tx:
        found = await tx.catalogue.get(CALL)
    assert found.held and found.state is State.STORED
