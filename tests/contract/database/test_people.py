"""People, sessions, states, crews, shifts: one person at one line, and a plan that names who should be on."""

import asyncio
from datetime import date, time

import pytest

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.ids import PersonId
from hotline1022.db.stores import SqlAgentStore
from hotline1022.db.types import Crew, RosterRow, StateChange
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AgentStore
from hotline1022.queue.types import Duty, Person, Shift
from tests.contract.database.made import HASH, at

DAY = date(2026, 3, 2)


def someone(number: str, **more: bool) -> Person:
    return Person(id=PersonId(number), name=f"Nguyễn Văn {number}", pin_hash=HASH, active=more.get("active", True))


async def add(database: Database, *people: Person) -> None:
    async with database.transaction() as tx:
        for person in people:
            await tx.agents.add_person(person)


async def test_people_come_and_change(database: Database) -> None:
    await add(database, someone("1002"), someone("1001"))
    with pytest.raises(Refused) as caught:
        await add(database, someone("1001"))
    assert caught.value.error_id == "person-exists"
    async with database.transaction() as tx:
        assert [p.id for p in await tx.agents.people()] == ["1001", "1002"]
        await tx.agents.change_person("1001", active=False, name="Lê Thị Bình")
        assert await tx.agents.person("1001") == Person(
            id=PersonId("1001"), name="Lê Thị Bình", pin_hash=HASH, active=False
        )
        assert [p.id for p in await tx.agents.people(active=True)] == ["1002"]
        assert [p.id for p in await tx.agents.people(active=False)] == ["1001"]
        assert await tx.agents.person("1003") is None
        with pytest.raises(NotFound):
            await tx.agents.change_person("1003", active=False)


async def test_a_pin_in_the_clear_never_reaches_the_disk(database: Database) -> None:
    await add(database, someone("1001"))
    with pytest.raises(Refused):
        await add(database, Person(id=PersonId("1002"), name="An", pin_hash="1234", active=True))
    with pytest.raises(Refused):
        async with database.transaction() as tx:
            await tx.agents.change_person("1001", pin_hash="1234")


async def test_one_person_one_line(database: Database) -> None:
    await add(database, someone("1001"), someone("1002"))
    store: AgentStore = SqlAgentStore(database)
    session = await store.open_session("1001", "101", at(0))
    assert (session.person, session.line, session.since) == ("1001", "101", at(0))
    assert await store.open_session("1001", "101", at(5)) == session, "the same again is the same"
    for person, line, error_id in (("1001", "102", "person-elsewhere"), ("1002", "101", "line-taken")):
        with pytest.raises(Refused) as caught:
            await store.open_session(person, line, at(6))
        assert caught.value.error_id == error_id
    with pytest.raises(NotFound):
        await store.open_session("9999", "103", at(6))
    assert list(await store.open_sessions()) == [session]
    await store.close_session(session.id, at(10), "logout")
    await store.close_session(session.id, at(99), "again")
    assert list(await store.open_sessions()) == []
    assert (await store.open_session("1002", "101", at(20))).person == "1002"


async def test_two_who_want_the_same_line_at_the_same_moment(database: Database) -> None:
    people = [f"10{n:02}" for n in range(1, 9)]
    await add(database, *map(someone, people))
    store: AgentStore = SqlAgentStore(database)
    got = await asyncio.gather(*(store.open_session(p, "101", at(0)) for p in people), return_exceptions=True)
    assert len([one for one in got if not isinstance(one, BaseException)]) == 1
    assert {type(one) for one in got if isinstance(one, BaseException)} == {Refused}
    assert len(await store.open_sessions()) == 1


async def test_who_was_at_the_line_at_a_moment(database: Database) -> None:
    await add(database, someone("1001"), someone("1002"))
    async with database.transaction() as tx:
        first = await tx.agents.open_session("1001", "101", at(0))
        await tx.agents.close_session(first.id, at(100), "logout")
        await tx.agents.open_session("1002", "101", at(200))

        async def who(second: float) -> str | None:
            found = await tx.agents.session_at("101", at(second))
            return None if found is None else found.person

        seconds = (-1, 0, 99, 100, 150, 200, 9999)
        assert [await who(s) for s in seconds] == [None, "1001", "1001", None, None, "1002", "1002"]
        assert await tx.agents.session_at("102", at(50)) is None


async def test_states_are_a_history(database: Database) -> None:
    await add(database, someone("1001"))
    store: AgentStore = SqlAgentStore(database)
    await store.note_state("1001", "101", "ready", "", at(0))
    await store.note_state("1001", "101", "paused", "2", at(10))
    async with database.reading() as tx:
        found = await tx.agents.states("1001", since=at(0), until=at(10))
        assert list(found) == [StateChange(person="1001", line="101", state="ready", reason="", at=at(0))]
        assert len(await tx.agents.states("1001", since=at(0), until=at(11))) == 2
    assert await store.state_since("1001", "paused", at(0)) == at(10)
    assert await store.state_since("1001", "paused", at(11)) is None
    assert await store.state_since("1001", "ready", at(0)) is None
    assert await store.state_since("1002", "ready", at(0)) is None
    with pytest.raises(Invalid):
        await store.note_state("1001", "101", "dancing", "", at(20))


async def test_a_plan_names_crews_and_people(database: Database) -> None:
    await add(database, *(someone(n) for n in ("1001", "1002", "1003", "1004")), someone("1005", active=False))
    morning = Shift(id="s", name="Sáng", starts=time(6), ends=time(14), needed=3)
    night = Shift(id="d", name="Đêm", starts=time(22), ends=time(6), needed=1)
    async with database.transaction() as tx:
        await tx.shifts.save_shifts([night, morning])
        await tx.shifts.save_crews([Crew(id="k1", name="Kíp 1", people=("1001", "1002", "1005"))])
        await tx.shifts.save_crews([Crew(id="k2", name="Kíp 2", people=())])
        await tx.shifts.plan(
            [
                RosterRow(day=DAY, shift="s", crew="k1"),
                RosterRow(day=DAY, shift="s", person="1003"),
                RosterRow(day=DAY, shift="s", person="1001"),
                RosterRow(day=DAY, shift="d", person="1004"),
            ]
        )
    async with database.reading() as tx:
        assert list(await tx.shifts.shifts()) == [morning, night]
        assert [(c.id, c.people) for c in await tx.shifts.crews()] == [("k1", ("1001", "1002", "1005")), ("k2", ())]
        assert list(await tx.shifts.duties(DAY, DAY)) == [
            Duty(day=DAY, shift="d", people=("1004",)),
            Duty(day=DAY, shift="s", people=("1001", "1002", "1003")),
        ]
        assert list(await tx.shifts.duties(date(2026, 3, 3), date(2026, 3, 9))) == []


async def test_a_new_plan_replaces_the_old_one_of_that_shift_alone(database: Database) -> None:
    await add(database, someone("1001"), someone("1002"))
    async with database.transaction() as tx:
        await tx.shifts.save_shifts([Shift(id="s", name="Sáng", starts=time(6), ends=time(14), needed=1)])
        await tx.shifts.save_shifts([Shift(id="c", name="Chiều", starts=time(14), ends=time(22), needed=1)])
        await tx.shifts.plan([RosterRow(day=DAY, shift=s, person="1001") for s in ("s", "c")])
        await tx.shifts.plan([RosterRow(day=DAY, shift="c", person="1002")])
        planned = [(row.shift, row.person) for row in await tx.shifts.planned(DAY, DAY)]
        assert planned == [("c", "1002"), ("s", "1001")]
        await tx.shifts.plan([], anew=[(DAY, "c")])
        assert [row.shift for row in await tx.shifts.planned(DAY, DAY)] == ["s"]
        await tx.shifts.save_crews([Crew(id="k", name="Kíp", people=("1001",))])
        await tx.shifts.save_crews([Crew(id="k", name="Kíp 1", people=("1002",))])
        assert list(await tx.shifts.crews()) == [Crew(id="k", name="Kíp 1", people=("1002",))]


@pytest.mark.parametrize("row", [RosterRow(day=DAY, shift="s"), RosterRow(day=DAY, shift="s", crew="k", person="p")])
async def test_a_plan_of_nobody_or_of_both_is_refused(database: Database, row: RosterRow) -> None:
    with pytest.raises(Invalid):
        async with database.transaction() as tx:
            await tx.shifts.plan([row])


async def test_tries_of_a_pin_are_counted_as_one_statement(database: Database) -> None:
    store: AgentStore = SqlAgentStore(database)

    async def tried(person: str, second: float) -> bool:
        return await store.try_pin(person, at(second), tries=3, since=at(second - 600))

    together = await asyncio.gather(*(tried("1001", 0) for _ in range(9)))
    assert sorted(together) == [False] * 6 + [True] * 3
    assert await tried("1002", 0), "another person"
    assert [await tried("1001", second) for second in (300, 600, 601)] == [False, False, True]
    assert [await tried("1001", 601), await tried("1001", 602), await tried("1001", 603)] == [True, True, False]
    await store.forget_pin_tries("1001")
    await store.forget_pin_tries("nobody")
    assert await tried("1001", 604)
