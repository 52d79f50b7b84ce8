"""Somebody writes into the audit what no program can decode: the entry is named, everything else is looked at, nothing ends by it."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.audit.types import Fault, Kind
from hotline1022.core.undecoded import Undecoded
from hotline1022.db.columns import DEEPEST, SHOWN, from_json
from hotline1022.service.cli.main import main
from hotline1022.service.evidence.nightly import Nightly
from hotline1022.service.evidence.nights import NightsWatch
from hotline1022.web.failures import json_response
from hotline1022.web.rules import dump
from tests.contract.database.disclosure_house import plain_house
from tests.contract.database.test_evidence_desk import desk
from tests.contract.database.test_holds import view
from tests.lab.disclosure_world import House
from tests.lab.retention_world import old
from tests.unit.recordings_world import CALL

__all__ = ["plain_house"]

#: what SQLite takes for a document, and PostgreSQL's type refuses
NO_JSON = ("'{\"half'", "''", "x'ff00fe'", "'nonsense'")
#: what both take, and Python does not decode: numbers without end, lists without end
DEEP, LONG = f"{'[' * 3000}{']' * 3000}", "9" * 5000
KINDS = (
    Kind.RECORDING_STORED, Kind.RECORDING_HELD, Kind.DISCLOSURE_REQUESTED, Kind.DISCLOSURE_PACKED, Kind.CHAIN_STAMPED,
    Kind.CHAIN_LISTED, Kind.CHAIN_CHECKED, Kind.KEY_MADE, Kind.COPY_MADE, Kind.ACT,
)  # fmt: skip


def literals(house: House) -> Sequence[str]:
    both = (f"'{DEEP}'", f"'{LONG}'")
    return both if house.world.database.dialect == "postgresql" else (*both, *NO_JSON)


async def spoil(house: House, kind: Kind, literal: str) -> int:
    """Write this into the last entry of the kind; its number."""
    async with house.world.database.reading() as tx:
        last = await tx.audit.last(kind)
    assert last is not None, kind
    await house.world.attack(f"UPDATE audit_entry SET detail = {literal} WHERE seq = {last.seq}")
    return last.seq


async def everything_spoilt(house: House) -> list[int]:
    """One entry of each kind that programs read, each with another nonsense; their numbers."""
    night = Nightly(house.world.database, house.world.examiner(), house.world.bells, calls=5)
    await house.packed()
    later = await old(house.world)
    await view(later).hold(CALL, letter="12", why="điều tra")
    assert (await night.look()).ok
    some = literals(house)
    return [await spoil(house, kind, some[number % len(some)]) for number, kind in enumerate(KINDS)]


async def test_each_is_named_the_rest_is_looked_at_and_the_night_ends(house: House) -> None:
    spoilt = await everything_spoilt(house)
    file = house.world.root / house.world.filed.tracks[0].path
    file.write_bytes(file.read_bytes()[:-1] + b"\x7f")
    found = await house.world.findings()
    assert {one.seq for one in found if one.fault is Fault.CHANGED} == set(spoilt)
    assert Fault.FILE_CHANGED in {one.fault for one in found}, "what comes after the chain was looked at too"
    house.world.bells.rung.clear()
    night = Nightly(house.world.database, house.world.examiner(), house.world.bells, calls=5)
    await night.due()
    assert await night.tried(), "it comes to its end"
    told = " ".join(text for kind, text, _ in house.world.bells.rung if kind == "evidence-damaged")
    assert all(f"entry {seq} is not what was written" in told for seq in spoilt)


async def test_nothing_of_the_service_stops_for_it(house: House) -> None:
    spoilt = await everything_spoilt(house)
    later = await old(house.world)
    stamper = house.world.stamper()
    await stamper._due()
    await NightsWatch(house.world.database, house.world.bells).look()
    assert (await stamper.stamp()).seq > max(spoilt)
    before = later.files()
    assert await later.retention().night() and later.files() == before, "the hold that cannot be read keeps it"
    await house.world.act("POST /api/after")
    api = desk(house.world)
    await api.now()
    shown = [one for subject in ("chain", f"call:{CALL}") for one in (await api.entries(subject, 100)).entries]
    wrong = [one for one in shown if "undecoded" in one.detail]
    assert {one.seq for one in wrong} <= set(spoilt) and len(wrong) >= 2
    assert all(json_response(dump(one), 200).body for one in wrong), "the API can write it"


async def test_the_command_names_it_with_its_exit_code_and_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch, address: str, tmp_path: Path
) -> None:
    seq = await spoil(house, Kind.ACT, literals(house)[-1])
    monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOTLINE1022_DATABASE_URL", address)
    monkeypatch.setenv("HOTLINE1022_AUDIT_SECOND_PLACE", str(house.world.place))
    done = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", "verify", "--json"])
    said = json.loads(done.stdout)
    assert done.exit_code == 1 and said["calls"] == 1 and said["files"] > 0
    assert ("entry-changed", seq) in [(one["fault"], one["seq"]) for one in said["findings"]]
    done = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", "show", "chain", "--json"])
    assert done.exit_code == 0


async def test_what_the_database_keeps_out_by_its_type(house: House) -> None:
    """PostgreSQL takes no garbage for a document, and no text for a moment; SQLite takes both, and both are named."""
    async with house.world.database.reading() as tx:
        last = await tx.audit.last(Kind.ACT)
    assert last is not None
    for change in ("detail = '{\"half'", "at = 'x'", "at = 'y' || hex(randomblob(4))"):
        statement = f"UPDATE audit_entry SET {change} WHERE seq = {last.seq}"
        if house.world.database.dialect == "postgresql":
            with pytest.raises(Exception, match=r"invalid input syntax|does not exist"):
                await house.world.attack(statement)
            assert await house.world.findings() == []
        else:
            await house.world.attack(statement)
            assert [(one.fault, one.seq) for one in await house.world.findings()] == [(Fault.CHANGED, last.seq)]


@pytest.mark.parametrize("text", ["", "{", "nul", DEEP, LONG, "[" * (DEEPEST + 2) + "]" * (DEEPEST + 2), b"\xff"])
def test_what_cannot_be_decoded_shows_its_beginning(text: str | bytes) -> None:
    found = from_json(text)
    assert isinstance(found, Undecoded) and len(found.undecoded) <= SHOWN
    said = text if isinstance(text, str) else "\ufffd"
    assert said.startswith(found.undecoded)


def test_what_can_be_is_what_it_was() -> None:
    deep: object = datetime(2026, 11, 29, tzinfo=UTC).isoformat()
    for _ in range(DEEPEST):
        deep = [deep]
    wide = [{"id": str(number), "tracks": [1]} for number in range(1000)]
    for value in (deep, wide, {}, None, "[[[", 7, {"a": "[" * 500}):
        assert from_json(json.dumps(value)) == value
