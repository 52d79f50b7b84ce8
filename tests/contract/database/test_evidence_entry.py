"""`evidence verify` by a person leaves who looked and what was found in the audit; where that cannot be, what was found is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline1022.audit.types import Entry, Fault, Kind
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.service.cli.main import main
from hotline1022.service.cli.shell_user import shell_actor
from tests.contract.database.tampering import hotline, names
from tests.contract.database.test_evidence_desk import desk
from tests.lab.chain import entries
from tests.lab.evidence_world import World, build, everything_now


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    await migrate(address)
    async with Database(address) as database:
        made = await build(address, database, tmp_path)
        hotline(made, monkeypatch)
        yield made


async def verified(*rest: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ["evidence", "verify", *rest])


async def last(world: World) -> Entry:
    async with world.database.reading() as tx:
        entry = await tx.audit.last(Kind.EVIDENCE_VERIFIED)
    assert entry is not None
    return entry


async def test_who_looked_and_that_all_was_well_stands_in_the_audit(world: World) -> None:
    head = len(await entries(world.database))
    done = await verified("--json")
    assert done.exit_code == 0 and done.stderr == ""
    entry = await last(world)
    assert (entry.actor, entry.origin, entry.subject) == (shell_actor(), "cli", "chain")
    said = json.loads(done.stdout)
    assert {name: entry.detail[name] for name in ("since", "seq", "entries", "stamps", "calls", "files", "wrong")} == {
        "since": None, "seq": head, "entries": head, "stamps": 2, "calls": 1, "files": 7, "wrong": 0,
    }  # fmt: skip
    assert entry.detail["sha256"] == said["head"]["sha256"] and said["entries"] == head, "it is written after the walk"
    now = (await desk(world).now()).verification
    assert now is not None and (now.asked_by, now.files, now.ended_at) == (shell_actor(), 7, entry.at)
    assert await world.findings() == []


async def test_what_is_wrong_stands_there_too(world: World) -> None:
    (world.root / names(world)[0]).unlink()
    done = await verified("--since", "2026-11-01")
    assert done.exit_code == 1
    entry = await last(world)
    assert entry.detail["since"] == "2026-11-01" and entry.detail["wrong"] == 1
    assert entry.detail["findings"] == [{"fault": Fault.FILE_MISSING.value, "seq": 0, "name": names(world)[0]}]


@pytest.mark.parametrize("wrong", [False, True])
async def test_a_copy_that_must_not_change_stays_as_it_is(world: World, wrong: bool) -> None:
    if wrong:
        (world.root / names(world)[0]).unlink()
    before = await entries(world.database)
    done = await verified("--no-entry")
    assert (done.exit_code, done.stderr.count("note:")) == (int(wrong), 0)
    assert await entries(world.database) == before


NO_ENTRY = {
    "sqlite": "CREATE TRIGGER closed BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'closed'); END",
    "postgresql": "CREATE RULE closed AS ON INSERT TO audit_entry DO INSTEAD SELECT 1/0",
}


@pytest.mark.parametrize("wrong", [False, True])
async def test_where_nothing_can_be_written_what_was_found_is_told_all_the_same(world: World, wrong: bool) -> None:
    if wrong:
        (world.root / names(world)[0]).unlink()
    before = await entries(world.database)
    await world.attack(NO_ENTRY[world.database.dialect])
    done = await verified("--json")
    assert done.exit_code == int(wrong) and json.loads(done.stdout)["ok"] is not wrong
    assert [line.startswith("note: that this was looked at is not written") for line in done.stderr.splitlines()] == [
        True
    ]
    assert await entries(world.database) == before


async def test_a_last_entry_that_was_spoilt_is_named_and_the_verification_follows_it(world: World) -> None:
    seq = len(await entries(world.database))
    await world.attack(f"UPDATE audit_entry SET sha256 = '{'Z' * 64}' WHERE seq = {seq}")
    for _ in range(2):
        done = await verified("--json")
        assert done.exit_code == 1 and done.stderr == "", done.output
        assert [(one["fault"], one["seq"]) for one in json.loads(done.stdout)["findings"]] == [("entry-changed", seq)]
    assert (await last(world)).seq > seq + 1
