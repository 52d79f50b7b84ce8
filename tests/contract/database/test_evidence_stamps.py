"""An attacker cuts the chain, writes it anew or tampers with stamps in the database and in the second place; each is named."""

import json

import pytest

from hotline1022.audit.types import Fact, Fault, Kind
from tests.contract.database.tampering import command, world
from tests.lab.chain import entries
from tests.lab.evidence_world import World

__all__ = ["world"]


async def test_a_tail_that_was_cut_is_seen_by_the_stamp_outside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.attack("DELETE FROM audit_entry WHERE seq > 4", "DELETE FROM audit_stamp")
    code, out = await command(world, monkeypatch)
    found = [one["fault"] for one in json.loads(out)["findings"]]
    # the key's entry went with the tail; ours is still in its folder, so the stamp is believed
    assert (code, found) == (1, ["tail-cut"])


async def test_a_chain_that_was_written_anew_is_seen_by_the_stamp(world: World) -> None:
    told = await entries(world.database)
    await world.attack("DELETE FROM audit_entry")
    async with world.database.transaction() as tx:
        for one in told:
            more = {name: getattr(one, name) for name in ("at", "origin", "subject", "detail")}
            actor = "token:nobody" if one.seq == 3 else one.actor
            tx.audit.add(Fact(kind=Kind(one.kind), actor=actor, **more))
    async with world.database.reading() as tx:
        assert (await tx.audit.head()).seq == len(told)
    found = {one.fault for one in await world.findings()}
    assert found == {Fault.REWRITTEN}


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_stamp SET seq = seq - 1", Fault.STAMP),
        ("UPDATE audit_stamp SET proof = 'AAAA'", Fault.STAMP),
        ("UPDATE audit_stamp SET method = 'tsa', proof = 'AAAA'", Fault.STAMP),
        ("DELETE FROM audit_stamp", Fault.STAMP_DELETED),
    ],
)
async def test_stamps_in_the_database(world: World, statement: str, fault: Fault) -> None:
    await world.attack(statement)
    assert {one.fault for one in await world.findings()} == {fault}


async def test_stamps_in_the_second_place(world: World) -> None:
    (file,) = world.place.glob("stamp-*.json")
    whole = file.read_text()
    file.write_text(whole.replace('"seq": ', '"seq": 1'))
    assert {one.fault for one in await world.findings()} == {Fault.STAMP}
    file.write_text(whole[: len(whole) // 2])
    assert {one.fault for one in await world.findings()} == {Fault.STAMP}
    file.write_text(whole)
    assert await world.findings() == []
    world.place.rename(world.place.with_name("unmounted"))
    assert {one.fault for one in await world.findings()} == {Fault.PLACE}


async def test_stamps_taken_out_of_the_second_place(world: World) -> None:
    """The newest, one in the middle, all: each is told. Those from before the place's first are somewhere else."""
    (first,) = world.place.glob("stamp-*.json")
    for number in range(3):
        await world.act(f"POST /api/c{number}")
        await world.stamper().stamp()
    files = sorted(world.place.glob("stamp-*.json"))
    assert len(files) == 4 and files[0] == first and await world.findings() == []
    for gone in (files[3], files[1]):
        whole = gone.read_bytes()
        gone.unlink()
        (found,) = await world.findings()
        assert (found.fault, found.name) == (Fault.STAMP_MISSING, gone.stem) and "evidence stamp" in found.text
        gone.write_bytes(whole)
    for file in files[:2]:
        file.unlink()
    assert await world.findings() == []
    for file in files[2:]:
        file.unlink()
    (found,) = await world.findings()
    assert (found.fault, found.name) == (Fault.STAMP_MISSING, files[3].stem)
