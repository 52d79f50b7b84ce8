"""What a backup says of its files: damage is seen through the seal, a missing key is told, and nothing leaves while one is made."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.clock import local
from hotline1022.core.errors import Unavailable
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import make_key
from hotline1022.recordings.seal import MAGIC, seal
from hotline1022.service.backup.shelf import PLAIN_SUMS
from hotline1022.service.citizen.parts import citizens_of
from hotline1022.service.evidence.stamp_check import trust_of
from hotline1022.service.evidence.walk import Examiner
from hotline1022.service.lock import LEAVING, may_leave, nothing_leaves
from hotline1022.service.retention.parts import retention_of
from hotline1022.service.retention.work import Retention
from hotline1022.service.settings.recordings import Recordings
from hotline1022.service.settings.retention import Retention as Terms
from tests.contract.database.backup_world import House, house, record, sound
from tests.lab.evidence_world import Bells, thread_pool
from tests.lab.flipped import flip

__all__ = ["house"]


def originals(house: House, *, sealed: bool) -> list[Path]:
    """Those that lie there sealed, or plain."""
    found = sorted(house.settings.paths.recordings.rglob("*-r.wav"))
    return [one for one in found if one.read_bytes().startswith(MAGIC) == sealed]


async def sealing(house: House, keys: Path, count: int = 2) -> House:
    """The same hotline, whose later recordings are sealed."""
    make_key(keys, datetime(2026, 11, 29, tzinfo=UTC))
    made = replace(house, settings=replace(house.settings, recordings=Recordings(seal=True, keys=str(keys))))
    await record(made, 10, count)
    return made


async def test_damage_is_seen_through_the_seal_and_under_a_false_one(house: House, tmp_path: Path) -> None:
    house = await sealing(house, tmp_path / "keys", 3)
    (flipped, _, other), plain = originals(house, sealed=True), originals(house, sealed=False)
    flip(flipped)
    plain[0].write_bytes(MAGIC + b"forged" * 99)
    key = house.keys.newest()
    plain[1].write_bytes(b"".join(seal([b"another talk"], key)))
    other.write_bytes(other.read_bytes()[:-1])
    made = await house.back_up()
    assert sorted(name.rpartition("/")[2] for name in made.copies.changed) == sorted(
        one.name for one in (flipped, plain[0], plain[1], other)
    )
    assert made.copies.missing == [] and made.copies.unchecked == {}
    elsewhere = replace(house.elsewhere, recordings=house.settings.recordings)
    restored = await replace(house, elsewhere=elsewhere).put_back(made.folder)
    assert sorted(restored.changed) == sorted(made.copies.changed), "a restore tells what the backup knew"
    again = await house.back_up()
    assert sorted(again.copies.changed) == sorted(made.copies.changed), "no second name makes it good"


async def test_sealed_files_are_good_by_their_plain_bytes(house: House, tmp_path: Path) -> None:
    house = await sealing(house, tmp_path / "keys")
    first = await house.back_up()
    assert (first.copies.changed, first.copies.unchecked) == ([], {})
    assert len((first.folder / PLAIN_SUMS).read_text().splitlines()) == 2
    second = await house.back_up()
    assert second.copies.linked == second.copies.size > 0 and second.copies.changed == []
    assert (second.folder / PLAIN_SUMS).read_bytes() == (first.folder / PLAIN_SUMS).read_bytes()


async def test_without_the_key_it_is_named_and_with_it_the_restore_checks(house: House, tmp_path: Path) -> None:
    house = await sealing(house, tmp_path / "keys")
    good, bad = originals(house, sealed=True)
    flip(bad)
    blind = replace(house, settings=replace(house.settings, recordings=Recordings()))
    made = await blind.back_up()
    assert sorted(name.rpartition("/")[2] for name in made.copies.unchecked) == sorted([good.name, bad.name])
    assert all("not here" in why for why in made.copies.unchecked.values()) and made.copies.changed == []
    elsewhere = replace(house.elsewhere, recordings=house.settings.recordings)
    restored = await replace(house, elsewhere=elsewhere).put_back(made.folder)
    assert [name.rpartition("/")[2] for name in restored.changed] == [bad.name] and restored.unchecked == ()


async def test_without_the_key_a_restore_says_so_too(house: House, tmp_path: Path) -> None:
    house = await sealing(house, tmp_path / "keys")
    blind = replace(house, settings=replace(house.settings, recordings=Recordings()))
    made = await blind.back_up()
    restored = await house.put_back(made.folder)
    assert set(restored.unchecked) == set(made.copies.unchecked) and len(restored.unchecked) == 2
    assert restored.changed == ()


# ---------------------------------------------------------------- a night in the middle

LATER = (datetime.now(UTC) + timedelta(days=900)).replace(hour=19, minute=0, second=0, microsecond=0)


def retention(house: House, database: Database) -> Retention:
    """The nightly work of this hotline, 900 days later."""
    pool, root = thread_pool(), house.settings.paths.recordings
    return retention_of(
        lambda: Terms(calls_days=0),
        house.settings.paths,
        database,
        Bells(),
        pool=pool,
        examiner=Examiner(database, root, trust_of(house.settings), pool=pool),
        elsewhere=(),
        clock=lambda: LATER,
    )


async def test_a_retention_night_in_the_middle_takes_nothing_that_the_backup_promises(house: House) -> None:
    assert local(LATER).hour == 2
    await record(house, 10, 12)
    loop, nights = asyncio.get_running_loop(), []
    async with Database(house.settings.database_url) as database:
        async with database.transaction() as tx:
            for ago in range(20, -1, -1):
                at = LATER - timedelta(days=ago, hours=1)
                tx.audit.add(Fact(at=at, kind=Kind.CHAIN_CHECKED, actor="service", subject="chain"))
        night = retention(house, database)
        before = set(house.settings.paths.recordings.rglob("*-r.wav"))

        def watch(done: int, _total: int) -> None:
            if done == 3:
                nights.append(asyncio.run_coroutine_threadsafe(night.night(), loop).result(60))

        made = await house.back_up(watch=watch)
        assert nights == [False] and set(house.settings.paths.recordings.rglob("*-r.wav")) == before
        assert made.copies.missing == [] and made.copies.changed == []
        await house.put_back(made.folder)
        assert await sound(house.elsewhere) == 15
        assert await night.night(), "afterwards it does its work"
    assert set(house.settings.paths.recordings.rglob("*-r.wav")) == set()


async def test_nothing_is_erased_while_a_backup_is_made(house: House) -> None:
    async with Database(house.settings.database_url) as database:
        citizens = citizens_of(house.settings, database)
        asked = await citizens.request("0901234567", "Đơn")
        async with nothing_leaves(house.settings.paths.data / LEAVING):
            with pytest.raises(Unavailable) as refused:
                await citizens.confirm(asked.request, "0901234567")
            assert refused.value.error_id == "erasure-waits"
        assert (await citizens.confirm(asked.request, "0901234567")).done


async def test_a_backup_waits_until_what_is_just_going_has_gone(house: House) -> None:
    lock = house.settings.paths.data / LEAVING
    with may_leave(lock) as may:
        assert may
        waiting = asyncio.create_task(house.back_up())
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert done == set(), "it would copy what is just going"
    assert (await waiting).copies.missing == []
