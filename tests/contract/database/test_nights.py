"""Stamps and nightly looks go on after a clock that jumped ahead was put right, and after a disk that does not answer; what is
not done for two days rings, and the doctor says so.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.audit.types import Fact, Fault, Kind
from hotline1022.core.errors import Unavailable
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.types import FiledCall
from hotline1022.service.doctor.evidence import nights as doctors
from hotline1022.service.evidence.nightly import Nightly
from hotline1022.service.evidence.nights import EVERY, GRACE, NightsWatch, nights_of
from hotline1022.service.evidence.parts import begin
from hotline1022.service.evidence.walk import Evidence, Examiner
from hotline1022.service.metrics import last_of
from hotline1022.service.retention.work import doubt_of
from hotline1022.service.settings.tree import Database as At
from hotline1022.service.settings.tree import Settings
from tests.contract.database.catalogue_made import a_track
from tests.lab.evidence_world import World, build
from tests.lab.waiting import met

DAY = timedelta(days=1)


@pytest.fixture
async def world(address: str, tmp_path: Path) -> AsyncIterator[World]:
    async with Database(address) as database:
        yield await build(address, database, tmp_path)


def rung(world: World) -> list[str]:
    return [kind for kind, _, _ in world.bells.rung]


async def stamps(world: World) -> int:
    async with world.database.reading() as tx:
        return len([one async for one in tx.audit.stamps()])


# ---------------------------------------------------------------- a clock that jumped ahead, and was put right


async def test_the_nightly_look_goes_on_by_itself(world: World) -> None:
    now = [datetime.now(UTC) + 1000 * DAY]
    night = Nightly(world.database, world.examiner(), world.bells, calls=5, clock=lambda: now[0])
    assert await night.due()
    await night.look()
    now[0] -= 999 * DAY
    assert await night.due() and rung(world) == ["evidence-late"]
    assert "still to come" in world.bells.rung[0][1]
    await night.look()
    assert not await night.due() and rung(world) == ["evidence-late"], "once a day again"
    now[0] += DAY
    assert await night.due()


async def test_retention_believes_the_clock_again_two_weeks_later(world: World) -> None:
    now = [datetime.now(UTC) + 1000 * DAY]
    night = Nightly(world.database, world.examiner(), world.bells, calls=0, clock=lambda: now[0])
    await night.look()
    now[0] -= 999 * DAY
    for _ in range(16):
        assert await night.due()
        await night.look()
        doubt = await doubt_of(world.database, now[0])
        assert doubt == "" or "went back" in doubt
        now[0] += DAY
    assert await doubt_of(world.database, now[0]) == ""


async def test_a_clock_that_is_put_right_by_seconds_at_midnight_makes_no_second_look(world: World) -> None:
    now = [(datetime.now(UTC) + 10 * DAY).replace(hour=17, minute=0, second=1)]  # a second after midnight
    night = Nightly(world.database, world.examiner(), world.bells, calls=5, clock=lambda: now[0])
    assert await night.due()
    await night.look()
    now[0] -= timedelta(seconds=3)
    assert not await night.due() and rung(world) == []


async def test_stamps_go_on_by_themselves(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline1022.service.evidence.stamper.EVERY", 0.01)
    now = [datetime.now(UTC) + 1000 * DAY]
    stamper, before = world.stamper(clock=lambda: now[0]), await stamps(world)
    running = asyncio.create_task(stamper.run())

    async def one_more() -> bool:
        return await stamps(world) == before + 1

    async def two_more() -> bool:
        return await stamps(world) == before + 2

    try:
        await met(one_more)
        now[0] -= 999 * DAY
        await met(two_more)
    finally:
        running.cancel()
        await asyncio.wait([running])
    assert rung(world) == ["evidence-late"] and not await stamper._due()
    async with world.database.reading() as tx:
        last = await tx.audit.last_stamp()
    assert last is not None and last.at == now[0], "the last one is the last of the chain"


# ---------------------------------------------------------------- what is not done rings


async def test_it_rings_after_two_days_once_a_day_and_says_since_when(world: World) -> None:
    now = [datetime.now(UTC)]
    watch = NightsWatch(world.database, world.bells, clock=lambda: now[0])
    await watch.look()
    assert rung(world) == [] and watch.nights.stamp is not None and watch.nights.look is None
    samples = [(one.labels, one.value) for one in last_of(watch.nights).samples]
    assert samples == [({"what": "stamp"}, watch.nights.stamp.timestamp())]
    now[0] += 2 * DAY + timedelta(minutes=1)
    await watch.look(ring=False)
    assert rung(world) == [], "a service that was off has some time for what it missed"
    for _ in range(3):
        await watch.look()
    assert rung(world) == ["evidence-late"]
    assert "stamp of the audit is of" in world.bells.rung[0][1] and "no nightly look" in world.bells.rung[0][1]
    await world.stamper(clock=lambda: now[0]).stamp()
    await Nightly(world.database, world.examiner(), world.bells, calls=0, clock=lambda: now[0]).look()
    now[0] += DAY
    await watch.look()
    assert rung(world) == ["evidence-late"] and watch.nights.look is not None
    now[0] -= 30 * DAY
    await watch.look()
    assert rung(world) == ["evidence-late"] * 2 and "still to come" in world.bells.rung[1][1]
    assert EVERY < GRACE


async def test_the_doctor_says_when_they_were(world: World, tmp_path: Path) -> None:
    settings = Settings(database=At(url=world.address))
    assert "last nightly look not yet" in await doctors(settings)
    night = Nightly(world.database, world.examiner(), world.bells, calls=0)
    await night.look()
    assert "not yet" not in await doctors(settings)
    jumped = datetime.now(UTC) + 900 * DAY
    async with world.database.transaction() as tx:
        tx.audit.add(Fact(at=jumped, kind=Kind.CHAIN_CHECKED, actor="service", subject="chain"))
    assert (await nights_of(world.database)).look == jumped
    with pytest.raises(Unavailable, match="still to come") as caught:
        await doctors(settings)
    assert caught.value.error_id == "evidence-late"


async def test_the_doctor_of_a_house_that_was_never_started(empty: str) -> None:
    assert "no entry yet" in await doctors(Settings(database=At(url=empty)))


# ---------------------------------------------------------------- a disk that does not answer


class Slow(Examiner):
    """Files of some calls cannot be read in time."""

    slow: frozenset[str]

    async def originals(self, evidence: Evidence, calls: Sequence[str]) -> None:
        """As the pool says it."""
        if self.slow & {*calls}:
            raise Unavailable("the worker did not finish in 300 s", error_id="recordings-worker")
        await super().originals(evidence, calls)


def slow(world: World, *calls: str) -> Slow:
    made = Slow(world.database, world.root, world.trust)
    made.slow = frozenset(calls)
    return made


async def more_calls(world: World, *calls: str) -> list[str]:
    """More calls, whose files are not there."""
    for call in calls:
        one = FiledCall(call=CallId(ChannelId(call)), tracks=(a_track(call),), voicemails=())
        await SqlRecordingStore(world.database).save([one])
    return list(calls)


async def test_one_call_that_cannot_be_read_in_time_holds_up_no_other(world: World) -> None:
    calls = await more_calls(world, *(f"hl1-{number}.7" for number in range(5)))
    night = Nightly(world.database, slow(world, calls[1], calls[3]), world.bells, calls=50)
    found = await night.look()
    unread = [one.name for one in found.findings if one.fault is Fault.FILE_UNREADABLE]
    assert unread == [calls[1], calls[3]] and found.calls == 4
    async with world.database.reading() as tx:
        told = await tx.audit.last(Kind.CHAIN_CHECKED)
    assert told is not None and told.detail["wrong"] == len(found.findings) and told.detail["calls"] == 4
    assert any(calls[1] in detail and "could not be read" in detail for _, detail, _ in world.bells.rung)


async def test_a_disk_that_is_gone_ends_the_look_and_rings(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline1022.service.evidence.nightly.EVERY", 0.005)
    calls = await more_calls(world, *(f"hl1-{number}.7" for number in range(6)))
    tomorrow = datetime.now(UTC) + DAY
    night = Nightly(world.database, slow(world, *calls), world.bells, calls=50, clock=lambda: tomorrow)
    assert not await night.tried() and rung(world) == [], "once may be by chance"
    running = asyncio.create_task(night.run())

    async def heard() -> bool:
        return "nightly-failed" in rung(world)

    try:
        await met(heard)
    finally:
        running.cancel()
        await asyncio.wait([running])
    async with world.database.reading() as tx:
        assert await tx.audit.last(Kind.CHAIN_CHECKED) is None
    assert await night.due()


# ---------------------------------------------------------------- the first night


async def test_the_first_night_looks_at_all_calls_of_the_first_day(world: World) -> None:
    found = await Nightly(world.database, world.examiner(), world.bells, calls=0).look()
    assert found.ok and (found.calls, found.files) == (1, 7)
    again = await Nightly(world.database, world.examiner(), world.bells, calls=0).look()
    assert (again.calls, again.files) == (0, 0)


async def test_what_was_there_before_the_chain_is_only_sampled(world: World) -> None:
    await world.attack("DELETE FROM audit_entry", "DELETE FROM audit_stamp")
    assert await begin(world.database) == 1
    (new,) = await more_calls(world, "hl1-1.7")
    looked: list[str] = []

    class Noting(Examiner):
        async def originals(self, evidence: Evidence, calls: Sequence[str]) -> None:
            looked.extend(calls)

    night = Nightly(world.database, Noting(world.database, world.root, world.trust), world.bells, calls=0)
    await night.look()
    assert looked == [new]
    (later,) = await more_calls(world, "hl1-2.7")
    await world.attack("UPDATE audit_entry SET detail = '{}' WHERE kind = 'chain-checked'")
    await night.look()
    assert looked == [new, later], "an entry of a look that somebody changed costs no night of hashing everything"
