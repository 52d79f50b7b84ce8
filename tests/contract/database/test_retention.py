"""Recordings whose time is over go, with everything made of them; what is held, of an open ticket, damaged or doubtful stays;
and the chain knows of each that it is not missing.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Fault, Kind
from hotline1022.core.errors import NotFound, Refused
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import Reason, Result
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.removal import remove
from hotline1022.recordings.types import CallKind, Catalogued, CopyRow, State, Status
from hotline1022.recordings.verify import Verification
from hotline1022.service.lock import LEAVING, nothing_leaves
from hotline1022.service.retention.work import look
from hotline1022.service.settings.retention import Retention as Settings
from hotline1022.tickets.types import State as TicketState
from tests.contract.database.catalogue_made import a_ticket, add_ticket, changed, ended
from tests.contract.database.made import at
from tests.lab.evidence_world import World, build, everything_now
from tests.lab.retention_world import NIGHT, Old, old
from tests.unit.recordings_world import CALL


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: Keys) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    async with Database(address) as database:
        yield await build(address, database, tmp_path, ring=ring)


@pytest.fixture
async def house(world: World) -> Old:
    return await old(world)


async def row(house: Old) -> Catalogued:
    async with house.world.database.reading() as tx:
        return await tx.catalogue.get(CALL)


async def kinds(house: Old) -> list[str]:
    async with house.world.database.reading() as tx:
        return [one.kind for one in await tx.audit.about(f"call:{CALL}")]


async def test_its_time_is_over_and_all_of_it_goes_but_row_and_hash(house: Old) -> None:
    folder = house.world.root / house.files()[0]
    copy = folder.with_name(f"{CALL}~listen-0123456789abcdef.wav")
    copy.write_bytes(b"a copy")
    path = copy.relative_to(house.world.root).as_posix()
    made = CopyRow(call=CALL, path=path, sha256="ab" * 32, duration_ms=9)
    await house.store().save_copies([made])
    before = {one.id: one for one in await house.store().tracks(CALL)}
    assert await house.retention().night()
    assert house.files() == [] and list(house.world.root.iterdir()) == []
    assert house.elsewhere.forgotten == [CALL]
    assert (await row(house)).state is State.EXPIRED
    after = await house.store().tracks(CALL)
    assert {one.id: one.sha256 for one in after} == {id: one.sha256 for id, one in before.items()}
    assert {one.status for one in after} == {Status.EXPIRED}
    assert (await row(house)).duration_ms == max(one.duration_ms for one in before.values())
    assert (await kinds(house))[-1] == Kind.RECORDING_EXPIRED
    assert await house.world.findings() == [], "what has expired is not missing"
    await house.store().save_copies([made])
    assert await house.store().listening_copy(CALL) is None, "a copy that was made just then is none"
    assert house.world.bells.rung == []


async def test_a_day_before_nothing_goes(house: Old) -> None:
    started = (await row(house)).started_at
    house.now = NIGHT
    days = (NIGHT - started).days
    house.settings = Settings(ordinary_days=days + 1, calls_days=0)
    assert await house.retention().night() and (await row(house)).state is State.STORED
    house.settings = Settings(ordinary_days=days - 1, calls_days=0)
    assert await house.retention().night() and (await row(house)).state is State.EXPIRED


async def test_for_ever_is_for_ever(house: Old) -> None:
    house.settings = Settings(ordinary_days=0, calls_days=0)
    assert await house.retention().night() and len(house.files()) == 7


async def test_each_hold_is_released_by_itself(house: Old) -> None:
    database = house.world.database
    given: dict[str, Any] = {"by": "cli:an"}
    async with database.transaction() as tx:
        first = await tx.holds.hold(CALL, letter="12/CV-CAT", why="điều tra", at=at(60), **given)
        second = await tx.holds.hold(CALL, letter="13/CV-TTr", why="thanh tra", at=at(61), **given)
    assert (await look(database, house.settings, NIGHT)).held == 1
    for hold, kept in ((first, True), (second, False)):
        assert await house.retention().night() and len(house.files()) == 7
        async with database.transaction() as tx:
            assert (await tx.holds.release(hold.id, why="xong", by="cli:an", at=at(90)))[1] is kept
    with pytest.raises(Refused, match="was released by cli:an"):
        async with database.transaction() as tx:
            await tx.holds.release(first.id, why="xong", by="cli:an", at=at(90))
    assert await house.retention().night() and house.files() == []
    async with database.reading() as tx:
        found = await tx.holds.of((await row(house)).id)
        assert [one.letter for one in found] == ["12/CV-CAT", "13/CV-TTr"] and await tx.holds.open() == []
    with pytest.raises(Refused) as refused:
        async with database.transaction() as tx:
            await tx.holds.hold(CALL, letter="14", why="muộn", at=at(99), **given)
    assert refused.value.error_id == "recording-expired"
    with pytest.raises(NotFound):
        async with database.transaction() as tx:
            await tx.holds.hold("ffffffffffffffff", letter="14", why="muộn", at=at(99), **given)


async def test_an_open_ticket_keeps_it_and_its_end_begins_the_days(house: Old) -> None:
    ticket = a_ticket("10000001", CALL)
    await add_ticket(house.world.database, ticket)
    assert await house.retention().night() and len(house.files()) == 7
    closed = NIGHT - timedelta(days=house.settings.ordinary_days - 1)
    done = replace(ticket, state=TicketState.COMPLETED, answer="Đã sửa", closed_at=closed, version=2)
    async with house.world.database.transaction() as tx:
        await tx.tickets.change(changed(ticket, done))
    assert await house.retention().night() and len(house.files()) == 7, "the days begin when it was closed"
    house.now += timedelta(days=2)
    await house.looks(2)
    assert await house.retention().night() and house.files() == []


async def test_calls_for_115_have_days_of_their_own(house: Old) -> None:
    await ended(house.world.database, CALL, version=3, result=Result.EMERGENCY, reason=Reason.EMERGENCY_ANSWERED)
    assert (await row(house)).kind is CallKind.EMERGENCY
    assert await house.retention().night() and len(house.files()) == 7
    house.settings = Settings(emergency_days=200, calls_emergency_days=0)
    assert await house.retention().night() and house.files() == []


async def test_a_wrong_hash_is_evidence_and_stays(house: Old) -> None:
    file = house.world.root / house.files()[0]
    data = bytearray(file.read_bytes())
    data[100] ^= 1
    file.write_bytes(data)
    for _ in range(2):
        assert await house.retention().night()
    assert len(house.files()) == 7 and (await row(house)).state is State.DAMAGED
    assert {kind for kind, _, _ in house.world.bells.rung} == {"recording-damaged"}
    assert (await look(house.world.database, house.settings, NIGHT)).damaged == 1


async def test_a_row_that_was_changed_with_its_file_stays_too(house: Old) -> None:
    await house.world.attack(f"UPDATE track SET duration_ms = duration_ms + 1 WHERE call_id = '{CALL}'")
    assert await house.retention().night() and len(house.files()) == 7
    assert {kind for kind, _, _ in house.world.bells.rung} == {"recording-damaged"}


async def test_whoever_writes_expired_by_hand_is_found(house: Old) -> None:
    gone = house.files()[0]
    (house.world.root / gone).unlink()
    await house.world.attack(f"UPDATE track SET status = 'expired' WHERE path = '{gone}'")
    assert {one.fault for one in await house.world.findings()} == {Fault.ROW_CHANGED}


async def test_a_file_that_is_put_back_is_found(house: Old) -> None:
    path = house.world.root / house.files()[0]
    data = path.read_bytes()
    assert await house.retention().night()
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    assert {one.fault for one in await house.world.findings()} == {Fault.FILE_EXTRA}


@pytest.mark.parametrize("when", ["before the files", "between them", "after them"])
async def test_killed_at_each_step_and_started_again(house: Old, when: str) -> None:
    class Killed(BaseException):
        pass

    async def dies(call: CallId, paths: Sequence[str]) -> int:
        if when != "before the files":
            remove(house.world.root, call, paths if when == "after them" else paths[:2])
        raise Killed

    with pytest.raises(Killed):
        await house.retention(remove=dies).night()
    assert (await row(house)).state is State.EXPIRING
    assert len(house.files()) == {"before the files": 7, "between them": 5, "after them": 0}[when]
    assert await house.world.findings() == [], "what is on its way out is neither missing nor too much"
    with pytest.raises(Refused):
        async with house.world.database.transaction() as tx:
            await tx.holds.hold(CALL, letter="12", why="muộn", by="cli:an", at=at(60))
    await house.retention().resume()
    assert house.files() == [] and (await row(house)).state is State.EXPIRED
    assert await house.world.findings() == []


async def test_what_was_just_being_sealed_anew_goes_too(house: Old) -> None:
    """Killed between writing the new files and giving them their names, they would outlive the recording."""
    first, second = (house.world.root / name for name in house.files()[:2])
    first.with_name(f".{first.name}.reseal").write_bytes(b"the same words under another key")
    second.with_name(f"..{second.name}.reseal.part").write_bytes(b"half of them")
    assert await house.retention().night() and (await row(house)).state is State.EXPIRED
    assert [one for one in house.world.root.rglob("*") if one.is_file()] == []


async def test_what_was_begun_goes_on_only_when_nothing_holds_files_in_their_places(house: Old) -> None:
    class Killed(BaseException):
        pass

    async def dies(call: CallId, paths: Sequence[str]) -> int:
        raise Killed

    with pytest.raises(Killed):
        await house.retention(remove=dies).night()
    await house.retention(leave=lambda: nullcontext(False)).resume()
    assert len(house.files()) == 7, "a backup is made, or files are sealed anew"
    await house.retention().resume()
    assert house.files() == []


async def test_what_nobody_verified_just_now_stays(house: Old) -> None:
    async def says_so(calls: Sequence[str]) -> Verification:
        return Verification()

    await house.retention()._check([CALL])
    assert (await row(house)).state is State.VERIFIED
    house.now += timedelta(minutes=1)
    assert await house.retention(check=says_so).night() and len(house.files()) == 7
    assert (await row(house)).state is State.VERIFIED and "recording-expired" not in await kinds(house)


async def test_filing_again_does_not_bring_it_back(house: Old) -> None:
    assert await house.retention().night()
    before = len(await kinds(house))
    gone = replace(house.world.filed, tracks=tuple(_missing(one) for one in house.world.filed.tracks))
    await SqlRecordingStore(house.world.database).save([gone])
    assert {one.status for one in await house.store().tracks(CALL)} == {Status.EXPIRED}
    assert (await row(house)).state is State.EXPIRED and len(await kinds(house)) == before


def _missing(track: Any) -> Any:
    return replace(track, status=Status.MISSING, path="", sha256="", bytes=0, duration_ms=0)


async def test_a_hold_that_comes_in_between_wins(house: Old) -> None:
    async def held(calls: Sequence[str]) -> Any:
        async with house.world.database.transaction() as tx:
            await tx.holds.hold(CALL, letter="12", why="đúng lúc", by="cli:an", at=at(60))
        return await check(calls)

    retention = house.retention()
    check = retention._check
    assert await house.retention(check=held).night() and len(house.files()) == 7
    assert {one.status for one in await house.store().tracks(CALL)} == {Status.STORED}


async def test_a_clock_that_jumped_deletes_nothing(house: Old) -> None:
    house.now += timedelta(days=365)
    assert await house.retention().night() and len(house.files()) == 7
    ((kind, text, _),) = house.world.bells.rung
    assert kind == "retention-clock" and "no daily look" in text
    assert (await look(house.world.database, house.settings, house.now)).doubt
    await house.looks(15)
    assert await house.retention().night() and house.files() == [], "after two weeks without a jump it goes on"


async def test_a_night_lost_to_a_backup_rings_and_one_that_began_late_does_not(house: Old) -> None:
    lock = house.world.root.parent / LEAVING
    retention = house.retention()
    async with nothing_leaves(lock):
        assert not await retention.night() and len(house.files()) == 7
        await retention.morning()
        assert [kind for kind, _, _ in house.world.bells.rung] == ["retention-held-up"]
        await retention.morning()
        assert not await retention.night()
    assert await retention.night() and house.files() == []
    await retention.morning()
    assert len(house.world.bells.rung) == 1, "once for the night that was lost"


async def test_a_doubtful_clock_is_no_alarm_while_nothing_is_due(house: Old) -> None:
    house.settings = Settings(ordinary_days=0, emergency_days=0, calls_days=0, calls_emergency_days=0)
    house.now += timedelta(days=365)
    assert (await look(house.world.database, house.settings, house.now)).doubt
    assert await house.retention().night() and house.world.bells.rung == []


async def test_a_night_takes_so_many_and_rings(house: Old) -> None:
    database = house.world.database
    assert await house.retention().night() and house.world.bells.rung == []
    house.settings = Settings(most_a_night=1)
    await ended(database, "hl1-1795470208.59")
    late = replace(house.world.filed, call=CallId(ChannelId("hl1-1795470208.59")))
    tracks = tuple(replace(one, id=f"x{one.id}", call=late.call, path=f"x/{one.path}") for one in late.tracks)
    await house.store().save([replace(late, tracks=tracks)])
    assert await house.retention().night()
    assert [kind for kind, _, _ in house.world.bells.rung] == ["retention-many"]
    async with database.reading() as tx:
        assert (await tx.catalogue.get("hl1-1795470208.59")).state is State.STORED, "one went tonight already"


async def test_a_dry_run_tells_by_day_and_kind(house: Old) -> None:
    found = await look(house.world.database, house.settings, NIGHT)
    (day,) = found.days
    assert (day.kind, day.recordings, found.recordings) == (CallKind.ORDINARY, 1, 1)
    assert day.bytes == (await row(house)).bytes == found.bytes > 0 and day.day == at(7 * 3600).date()
    assert (found.held, found.damaged, found.calls, found.doubt) == (0, 0, 0, "")
    assert len(house.files()) == 7


async def test_a_call_whose_time_is_over_keeps_its_row_and_loses_its_person(house: Old) -> None:
    house.settings = Settings(ordinary_days=700, calls_days=701)
    await ended(house.world.database, "hl1-1795470000.1")
    assert (await look(house.world.database, house.settings, NIGHT)).calls == 1, "the other one's recording is there"
    assert await house.retention().night()
    async with house.world.database.reading() as tx:
        for call in (CALL, "hl1-1795470000.1"):
            detail = await tx.calls.get(call)
            assert (detail.call.caller_raw, detail.call.caller_e164, detail.call.caller_sent) == ("", None, "")
            assert {leg.party for leg in detail.legs} == {"", "101"} and detail.events == ()
            assert (detail.call.result, detail.call.person) == (Result.ANSWERED, "1001")
        assert (await tx.catalogue.get(CALL)).caller == ""
        assert "call-expired" in [one.kind for one in await tx.audit.about(f"call:{CALL}")]
    assert await house.world.findings() == [], "a history that is gone on purpose is no damage"
    assert (await look(house.world.database, house.settings, NIGHT)).calls == 0


async def test_a_history_that_was_tampered_with_is_not_taken_away(house: Old) -> None:
    house.settings = Settings(ordinary_days=700, calls_days=0)
    assert await house.retention().night() and house.world.bells.rung == []
    await house.world.attack(f"UPDATE call_event SET kind = 'Hangup' WHERE call_id = '{CALL}' AND seq = 2")
    house.settings = Settings(ordinary_days=700, calls_days=701)
    assert await house.retention().night()
    async with house.world.database.reading() as tx:
        assert (await tx.calls.get(CALL)).events
    assert {kind for kind, _, _ in house.world.bells.rung} == {"recording-damaged"}
    assert {one.fault for one in await house.world.findings()} == {Fault.FACTS}
