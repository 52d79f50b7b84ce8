"""Acts from the command line and from agents' phones; what is no act; acts while the database is away."""

import asyncio
import os
import pwd
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hotline1022.core.acting import Acting, acting, acts, by_the_service
from hotline1022.core.errors import Unavailable
from hotline1022.core.ids import PersonId
from hotline1022.db.stores import SqlAgentStore
from hotline1022.db.unit import Database
from hotline1022.queue.agents import Agents
from hotline1022.queue.expected_wait import ExpectedWait
from hotline1022.queue.types import Person
from hotline1022.queue.waiting import WaitingRoom
from hotline1022.service.asterisk.answers import Desk
from hotline1022.service.cli.main import main
from hotline1022.service.evidence.act_book import ActBook
from tests.contract.database.made import HASH
from tests.lab.chain import entries
from tests.lab.migrated import migrated
from tests.lab.own_settings import own_settings
from tests.unit.queue_memory import PIN, MemoryBell, MemoryHands


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    file = tmp_path / "db" / "hotline.sqlite"
    await migrated(file)
    async with Database(file) as opened:
        yield opened


def an_act(name: str = "POST /api/x") -> Acting:
    return Acting(actor="token:desk", origin="127.0.0.1", act=name, subject="line:101", detail={"status": 200})


# ---------------------------------------------------------------- who is acting


async def test_a_task_that_outlives_its_request_is_the_services_own(database: Database) -> None:
    go = asyncio.Event()

    async def later() -> None:
        assert acting() is not None
        await go.wait()
        assert acting() is None
        async with database.transaction():
            pass

    with acts(an_act()):
        task = asyncio.create_task(later())
        await asyncio.sleep(0)
    go.set()
    await task
    assert await entries(database) == []


async def test_what_the_service_does_beside_is_not_the_act(database: Database) -> None:
    with acts(an_act()) as act:
        with by_the_service():
            async with database.transaction():
                pass
        assert not act.noted and acting() is act
        async with database.transaction():
            pass
    assert len(await entries(database)) == 1


# ---------------------------------------------------------------- the command line


def run(data: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    own_settings(monkeypatch, PATHS_DATA=data)
    done = CliRunner().invoke(main, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output


async def test_commands_that_change_something_are_acts(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (
        ("people", "add", "1001", "Nguyễn Thị Lan", "--pin", "47114"),
        ("people", "list"),
        ("token", "create", "desk", "--scope", "agent", "--quiet"),
        ("calls", "list"),
    ):
        await asyncio.to_thread(run, tmp_path, monkeypatch, *words)
    person, token = await entries(database)
    assert (person.actor, person.origin, person.subject) == (
        f"cli:{pwd.getpwuid(os.getuid()).pw_name}",
        "cli",
        "person:1001",
    )
    assert person.detail == {"act": "hotline1022 people add", "given": ["name", "person", "pin"]}
    assert token.detail == {"act": "hotline1022 token create", "given": ["name", "quiet", "scopes"]}


# ---------------------------------------------------------------- agents' phones


async def test_keyed_codes_are_acts_of_who_keys_them_and_wrong_pins_none(database: Database) -> None:
    async def verify(_: str, pin: str) -> bool:
        return pin == PIN

    agents = Agents(
        lines=["101"],
        reasons=["1"],
        store=SqlAgentStore(database),
        hands=MemoryHands(),
        bell=MemoryBell(),
        verify_pin=verify,
        wrap_up=timedelta(seconds=10),
    )
    async with database.transaction() as tx:
        await tx.agents.add_person(Person(id=PersonId("1001"), name="Lan", pin_hash=HASH, active=True))
    menu: Any = None
    desk = Desk(menu=menu, agents=agents, waiting=WaitingRoom(), expected=ExpectedWait(timedelta(seconds=10)))
    await desk.line(["login", "101", "1001", "9999"])
    await desk.line(["pause", "101", "1", ""])
    assert await entries(database) == []
    await desk.line(["login", "101", "1001", PIN])
    await desk.line(["pause", "101", "1", ""])
    await desk.line(["unpause", "101", "", ""])
    await desk.line(["logout", "101", "", ""])
    found = await entries(database)
    assert {(one.actor, one.origin) for one in found} == {("person:1001", "line:101")}
    assert [one.detail["act"] for one in found] == ["keyed login", "keyed pause", "keyed unpause", "keyed logout"]
    assert PIN not in repr([one.detail for one in found])


# ---------------------------------------------------------------- the database is away


class Away:
    """A database that may be away."""

    def __init__(self, real: Database) -> None:
        self.real, self.away = real, True

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        if self.away:
            raise Unavailable("away", error_id="database-away")
        async with self.real.transaction() as tx:
            yield tx


async def test_an_act_that_no_change_told_of_has_an_entry_of_its_own(database: Database, tmp_path: Path) -> None:
    book = ActBook(database, tmp_path / "acts.jsonl")
    with acts(an_act()) as act:
        await book.note(act)
        await book.note(act)
    (entry,) = await entries(database)
    assert entry.detail == {"act": "POST /api/x", "status": 200}
    await book.refused(an_act("GET /api/y"))
    assert (await entries(database))[-1].kind == "recording-refused"


async def test_acts_wait_on_the_disk_and_are_written_once(database: Database, tmp_path: Path) -> None:
    file, away = tmp_path / "acts.jsonl", Away(database)
    book = ActBook(away, file)  # type: ignore[arg-type]
    for number in range(3):
        with acts(an_act(f"POST /api/{number}")) as act:
            await book.note(act)
    with pytest.raises(Unavailable):
        await book.catch_up()
    kept = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    away.away = False
    file.write_bytes(kept + b'\n{"actor": "tok')  # a crash in the middle of a line
    assert await book.catch_up() == 3 and not file.exists()
    file.write_bytes(kept)  # a crash between the commit and the end of the file
    assert await book.catch_up() == 3
    found = await entries(database)
    assert [one.detail["act"] for one in found] == ["POST /api/0", "POST /api/1", "POST /api/2"]
    assert await book.catch_up() == 0


async def test_an_act_that_can_be_kept_nowhere_is_told(database: Database, tmp_path: Path) -> None:
    book = ActBook(Away(database), tmp_path / "no folder" / "acts.jsonl")  # type: ignore[arg-type]
    with pytest.raises(Unavailable) as caught, acts(an_act()) as act:
        await book.note(act)
    assert caught.value.error_id == "audit-unavailable"


async def test_what_is_no_act_of_this_version_is_put_aside_and_rung(database: Database, tmp_path: Path) -> None:
    file, away = tmp_path / "acts.jsonl", Away(database)
    book = ActBook(away, file)  # type: ignore[arg-type]
    with acts(an_act()) as act:
        await book.note(act)
    good = file.read_bytes()
    lines = [
        b'{"actor":"a","origin":"b","subject":"","detail":{},"at":"2026-11-30T01:00:00+00:00","kind":"of-later"}',
        b'{"actor":"a","origin":"b","subject":"","detail":{},"at":"2026-11-30T01:00:00","kind":"act"}',
        b'{"actor":"a","origin":"b","subject":"","detail":{},"at":12,"kind":"act"}',
        b'{"actor":"a","kind":"act"}',
        b'["no", "act"]',
        b'{"actor":"a","origin":"b","subject":"","detail":{"x":0.5},"at":"2026-11-30T01:00:00+00:00","kind":"act"}',
    ]
    file.write_bytes(b"\n".join(lines) + good)
    away.away = False
    assert await book.catch_up() == 2, "the last one reads well, and the chain takes no such number"
    assert not file.exists() and await book.catch_up() == 0
    assert [one.detail["act"] for one in await entries(database)] == ["POST /api/x"]
    aside = (tmp_path / "acts-aside.jsonl").read_bytes()
    assert aside.count(b'"actor"') + aside.count(b'["no"') == len(lines)
    async with database.reading() as tx:
        (alarm,) = await tx.alarms.list()
    assert alarm.kind == "acts-aside" and "acts-aside.jsonl" in alarm.detail


async def test_many_acts_that_waited_are_written_in_portions(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline1022.service.evidence.act_book.PORTION", 2)
    away = Away(database)
    book = ActBook(away, tmp_path / "acts.jsonl")  # type: ignore[arg-type]
    for number in range(5):
        with acts(an_act(f"POST /api/{number}")) as act:
            await book.note(act)
    away.away = False
    assert await book.catch_up() == 5
    assert [one.detail["act"] for one in await entries(database)] == [f"POST /api/{number}" for number in range(5)]
