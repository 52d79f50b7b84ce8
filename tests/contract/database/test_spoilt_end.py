"""The last entry of the audit was spoilt so that nothing could follow it: calls and tickets go on, it is named and rung."""

import pytest

from hotline1022.audit.types import Fault
from hotline1022.core.acting import Acting, acts
from hotline1022.db.types import Batch
from hotline1022.service.evidence.nightly import Nightly
from tests.contract.database.catalogue_made import a_ticket, changed
from tests.contract.database.made import answered
from tests.contract.database.tampering import world
from tests.contract.database.test_evidence_desk import desk
from tests.lab.chain import entries
from tests.lab.evidence_world import World

__all__ = ["world"]

#: what stands in place of the last hash: no hash; what the first entry follows; what the third one follows
SPOILT = ["Z" * 64, "A" * 64, "0" * 64, "second"]


async def spoil(world: World, spoilt: str) -> int:
    """The number of the last entry, whose hash is now this."""
    told = await entries(world.database)
    sha256 = told[1].sha256 if spoilt == "second" else spoilt
    await world.attack(f"UPDATE audit_entry SET sha256 = '{sha256}' WHERE seq = {told[-1].seq}")
    return told[-1].seq


async def rung(world: World) -> list[str]:
    async with world.database.reading() as tx:
        return [one.detail for one in await tx.alarms.list() if one.kind == "evidence-damaged"]


@pytest.mark.parametrize("spoilt", SPOILT)
async def test_calls_and_tickets_go_on_it_is_named_and_rung_once(world: World, spoilt: str) -> None:
    seq = await spoil(world, spoilt)
    assert (await desk(world).now()).seq == seq, "the API answers"
    for number in range(3):
        with acts(Acting(actor="token:desk", origin="127.0.0.1", act="POST /api/tickets")):
            async with world.database.transaction() as tx:
                await tx.calls.save(Batch(calls=(answered(f"hl1-{number}.9", number),)))
                assert await tx.tickets.add(changed(None, a_ticket(f"1000000{number}", f"hl1-{number}.9")))
    assert [one.seq for one in (await entries(world.database))[seq - 1 :]] == [seq, seq + 1, seq + 2, seq + 3]
    assert await rung(world) == [
        f"entry {seq} was spoilt: the chain goes on behind it; run hotline1022 evidence verify"
    ]
    assert [(one.fault, one.seq) for one in await world.findings()] == [(Fault.CHANGED, seq)]


async def test_a_sound_last_entry_that_another_one_follows_already_ends_nothing_either(world: World) -> None:
    seq = len(await entries(world.database))
    await world.attack(
        f"UPDATE audit_entry SET prev = (SELECT sha256 FROM audit_entry WHERE seq = {seq}) WHERE seq = 3"
    )
    await world.act("POST /api/after")
    assert len(await rung(world)) == 1
    assert [(one.fault, one.seq) for one in await world.findings()] == [(Fault.CHANGED, 3)]


async def test_the_night_and_the_stamp_go_on_behind_it_and_what_is_done_to_it_later_is_seen(world: World) -> None:
    seq = await spoil(world, "Z" * 64)
    night = Nightly(world.database, world.examiner(), world.bells, calls=50)
    first = await night.look()
    assert [(one.fault, one.seq) for one in first.findings] == [(Fault.CHANGED, seq)]
    await world.stamper().stamp()
    assert {one.seq for one in (await night.look()).findings} == {seq}, "nothing behind it is blamed"
    await world.attack(f"DELETE FROM audit_entry WHERE seq = {seq}")
    assert (Fault.DELETED, seq) in [(one.fault, one.seq) for one in await world.findings()]
