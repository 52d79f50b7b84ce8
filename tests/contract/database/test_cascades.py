"""Cascades in both databases: replaced in place, settled once and for good, found by what is asked, and how agencies pick up."""

import asyncio
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from hotline1022.cascade.types import CascadeRow, PickUp, StepRow
from hotline1022.core.cascade import Outcome, State, StepOutcome
from hotline1022.core.errors import Refused
from hotline1022.core.events import LegKind
from hotline1022.db.calls import CallRepository
from hotline1022.db.migrate import HEAD, migrate
from hotline1022.db.recordings import RecordingRepository
from hotline1022.db.tables import call as call_table
from hotline1022.db.types import Batch, CallRow
from hotline1022.db.unit import Database
from tests.contract.database.made import a_call, a_leg, at, of_calls
from tests.contract.database.test_migrate import migrate_to
from tests.contract.database.test_recordings import a_track, filed

CALL = "hl1-1.1"


def a_hunt(call: str = CALL, second: float = 0, **more: Any) -> CascadeRow:
    """A hunt that goes on."""
    given: dict[str, Any] = {
        "call_id": call,
        "hunt": 1,
        "agency": "so-xay-dung",
        "category": "construction",
        "ticket": "t1",
        "code": "23456789",
        "line": "101",
        "origin": "phone",
        "started_at": at(second),
        "state": State.HUNTING,
    }
    return CascadeRow(**given | more)


def ended(
    call: str = CALL,
    second: float = 0,
    outcome: Outcome = Outcome.NOBODY,
    taken_after: float | None = None,
    **more: Any,
) -> CascadeRow:
    """A hunt that has ended after a minute."""
    taken = {} if taken_after is None else {"taken_by": "so-xay-dung-cv", "taken_at": at(second + taken_after)}
    return a_hunt(call, second, state=State.ENDED, outcome=outcome, ended_at=at(second + 60), **taken | more)


def a_step(number: int = 1, call: str = CALL, **more: Any) -> StepRow:
    """A try that goes on."""
    given: dict[str, Any] = {
        "call_id": call,
        "hunt": 1,
        "number": number,
        "role": "specialist",
        "contact": "so-xay-dung-cv",
        "which": "office",
        "dialled": "02740000019",
        "started_at": at(number),
    }
    return StepRow(**given | more)


async def save(database: Database, *rows: CascadeRow, steps: tuple[StepRow, ...] = ()) -> None:
    async with database.transaction() as tx:
        await tx.cascades.save(rows, steps)


async def calls(database: Database, *names: str) -> None:
    await database.save(of_calls(*(a_call(name) for name in names)))


async def test_what_was_saved_comes_back_and_is_replaced_in_place(database: Database) -> None:
    await calls(database, CALL)
    await save(database, a_hunt(), steps=(a_step(2), a_step(1)))
    async with database.reading() as tx:
        kept = await tx.cascades.get(CALL, 1)
        assert await tx.cascades.get(CALL, 2) is None and await tx.cascades.get("nobody", 1) is None
    assert kept is not None and (kept.row, kept.settled_at) == (a_hunt(), None)
    assert kept.steps == (a_step(1), a_step(2)), "in their order"
    whole = replace(
        a_step(2),
        answered_at=at(3),
        taken_at=at(5),
        ended_at=at(60),
        outcome=StepOutcome.TAKEN,
        cause=16,
        channel="hl1-1.2",
    )
    after = ended(outcome=Outcome.CONNECTED, taken_after=5, passed="leader")
    await save(database, after, a_hunt(hunt=2, second=90), steps=(whole, a_step(3)))
    async with database.reading() as tx:
        first, second = await tx.cascades.of_call(CALL)
    assert (first.row, first.steps) == (after, (a_step(1), whole, a_step(3)))
    assert (second.row.hunt, second.steps) == (2, ())


async def test_of_two_looks_the_later_has_the_higher_version_of_the_call(database: Database) -> None:
    await database.save(of_calls(a_call(CALL, version=7), a_call("hl1-1.2", version=90)))
    await save(database, a_hunt(), a_hunt("hl1-1.2"))
    async with database.reading() as tx:
        assert {one.row.call_id: one.version for one in await tx.cascades.list()} == {CALL: 7, "hl1-1.2": 90}
    await database.save(of_calls(a_call(CALL, version=8)))
    async with database.reading() as tx:
        assert [one.version for one in await tx.cascades.of_call(CALL)] == [8]


async def test_what_is_settled_stays_so_whatever_is_saved_again(database: Database) -> None:
    await calls(database, CALL)
    await save(database, ended())
    async with database.transaction() as tx:
        assert await tx.cascades.settle(CALL, 1, at(70))
        assert not await tx.cascades.settle(CALL, 1, at(80)), "once"
        assert not await tx.cascades.settle(CALL, 2, at(80)), "there is none"
    await save(database, ended(ticket="t2"))
    async with database.reading() as tx:
        kept = await tx.cascades.get(CALL, 1)
        assert await tx.cascades.unsettled() == []
    assert kept is not None and (kept.row.ticket, kept.settled_at) == ("t2", at(70))


async def test_of_two_who_settle_at_once_one_does(database: Database) -> None:
    await calls(database, CALL)
    await save(database, ended())

    async def settle(second: float) -> bool:
        async with database.transaction() as tx:
            return await tx.cascades.settle(CALL, 1, at(second))

    done = await asyncio.gather(*(settle(second) for second in (70, 71, 72)))
    assert sorted(done) == [False, False, True]


async def test_what_waits_to_be_settled_oldest_first(database: Database) -> None:
    names = ["a", "b", "c", "d"]
    await calls(database, *names)
    await save(database, ended("b", 20), ended("a", 30), ended("c", 10), a_hunt("d"), steps=(a_step(call="a"),))
    async with database.reading() as tx:
        assert [one.row.call_id for one in await tx.cascades.unsettled()] == ["c", "b", "a"]
        assert [one.row.call_id for one in await tx.cascades.unsettled(2)] == ["c", "b"]
        assert (await tx.cascades.unsettled())[-1].steps == (a_step(call="a"),)
    await save(database, ended("b", 20, hunt=2))
    pages, last = [], None
    while True:
        async with database.reading() as tx:
            page = await tx.cascades.unsettled(1, after=last)
        if not page:
            break
        pages += [(one.row.call_id, one.row.hunt) for one in page]
        last = page[-1].row
    assert pages == [("c", 1), ("b", 1), ("b", 2), ("a", 1)], "page by page, each once"
    async with database.transaction() as tx:
        await tx.cascades.settle("c", 1, at(100))
        await tx.cascades.settle("b", 2, at(100))
        assert [one.row.call_id for one in await tx.cascades.unsettled()] == ["b", "a"]


async def test_the_list_newest_first_by_what_is_asked(database: Database) -> None:
    await calls(database, "a", "b", "c")
    await save(database, a_hunt("a", 0), ended("b", 10), ended("c", 20, Outcome.LOST, agency="so-y-te"))
    for wanted, found in (
        ({}, "cba"),
        ({"agency": "so-xay-dung"}, "ba"),
        ({"state": State.ENDED}, "cb"),
        ({"outcome": Outcome.LOST}, "c"),
        ({"since": at(10)}, "cb"),
        ({"until": at(10)}, "a"),
        ({"since": at(5), "until": at(15), "state": State.ENDED}, "b"),
        ({"agency": "so-y-te", "outcome": Outcome.NOBODY}, ""),
        ({"limit": 2}, "cb"),
    ):
        async with database.reading() as tx:
            listed = await tx.cascades.list(**wanted)
        assert "".join(one.row.call_id for one in listed) == found, wanted


async def test_how_agencies_pick_up(database: Database) -> None:
    await calls(database, *"abcdefg")
    await save(
        database,
        ended("a", 0, Outcome.CONNECTED, 8.2),
        ended("b", 10, Outcome.CONNECTED, 20.0005),
        ended("c", 20),
        a_hunt("d", 30),
        ended("e", 40, agency="so-y-te"),
        ended("f", 1000, Outcome.CONNECTED, 5),
        ended("g", 50, Outcome.LOST, 0.0004, agency="cong-an-tinh"),
    )
    async with database.reading() as tx:
        found = await tx.cascades.pick_ups(at(0), at(1000))
        assert await tx.cascades.pick_ups(at(0), at(0)) == []
        assert [one.cascades for one in await tx.cascades.pick_ups(at(0), at(1001)) if one.taken == 3] == [4]
    assert found == [
        PickUp(agency="cong-an-tinh", cascades=1, taken=1, taken_after_ms=0),
        PickUp(agency="so-xay-dung", cascades=3, taken=2, taken_after_ms=14_100),
        PickUp(agency="so-y-te", cascades=1, taken=0, taken_after_ms=None),
    ]


@pytest.mark.parametrize(
    "row",
    [
        a_hunt(state=State.ENDED),
        a_hunt(outcome=Outcome.NOBODY),
        replace(ended(), ended_at=None),
        a_hunt(taken_by="so-xay-dung-cv"),
        a_hunt(taken_at=at(1)),
        a_hunt(hunt=0),
        a_hunt(call="nobody"),
    ],
)
async def test_what_must_never_be_is_refused(database: Database, row: CascadeRow) -> None:
    await calls(database, CALL)
    with pytest.raises(Refused):
        await save(database, row)
    with pytest.raises(Refused):
        await save(database, a_hunt(), steps=(a_step(0),))
    with pytest.raises(Refused):
        await save(database, steps=(a_step(),))
    async with database.reading() as tx:
        assert await tx.cascades.list() == [], "all or nothing"


def _of_before(row: CallRow) -> dict[str, Any]:
    """A call as it was before 1022 called anybody."""
    return {name: value for name, value in asdict(row).items() if name != "direction"}


async def test_a_database_of_before_keeps_its_legs_and_tracks_and_takes_those_of_contacts(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate_to(empty, "0004", monkeypatch)
    legs = tuple(a_leg(channel=f"hl1-1.{number}", kind=kind) for number, kind in enumerate(LegKind, 1))[:3]
    async with Database(empty) as database:
        # repositories that tell nobody: there was no catalogue then
        async with database.transaction() as tx:
            await tx._connection.execute(insert(call_table).values(_of_before(a_call())))
            await CallRepository(tx._connection).save(Batch(legs=legs))
            await RecordingRepository(tx._connection).save(filed(a_track("old")), at(60))
        with pytest.raises(Refused):
            async with database.transaction() as tx:
                stranger = replace(legs[0], channel="x", kind=LegKind.CONTACT)
                await CallRepository(tx._connection).save(Batch(legs=(stranger,)))
    done = await migrate(empty)
    assert (done.before, done.after) == ("0004", HEAD)
    async with Database(empty) as database:
        contact = a_leg(channel="hl1-1.9", kind=LegKind.CONTACT)
        await database.save(Batch(legs=(contact,)))
        async with database.transaction() as tx:
            await tx.recordings.save(filed(a_track("new", kind=LegKind.CONTACT)), at(70))
        await save(database, ended(), steps=(a_step(),))
        async with database.reading() as tx:
            found = await tx.calls.get(CALL)
            tracks = await tx._connection.execute(text("SELECT id, kind FROM track ORDER BY id"))
            assert {leg.channel: leg for leg in found.legs} == {leg.channel: leg for leg in (*legs, contact)}
            assert tracks.all() == [("new", "contact"), ("old", "citizen")]
            if database.dialect == "sqlite":
                for pragma, said in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
                    assert (await tx._connection.execute(text(f"PRAGMA {pragma}"))).all() == said
        for table in ("leg", "track"):
            with pytest.raises(Refused):
                async with database.transaction() as tx:
                    await tx._connection.execute(text(f"UPDATE {table} SET kind = 'minister'"))


async def test_the_longest_hunt_is_found_whole(database: Database) -> None:
    await calls(database, CALL)
    steps = tuple(a_step(number, started_at=moment(number)) for number in range(1, 25))
    await save(database, a_hunt(), steps=steps)
    async with database.reading() as tx:
        (kept,) = await tx.cascades.of_call(CALL)
    assert kept.steps == steps


def moment(number: int) -> datetime:
    return at(0) + timedelta(minutes=number, microseconds=1)
