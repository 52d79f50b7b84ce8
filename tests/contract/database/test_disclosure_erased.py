"""A citizen's number goes out of why a disclosure is asked for: that is no fault of its row, and it is still allowed."""

from datetime import UTC, datetime

import pytest

from hotline1022.audit.types import Fact, Fault, Kind
from hotline1022.core.errors import HotlineError
from hotline1022.db.citizen_words import CitizenWords
from hotline1022.evidence.states import Move
from tests.contract.database.disclosure_house import plain_house
from tests.lab.disclosure_world import ALLOWS, ASKS, NOW, House

__all__ = ["plain_house"]

NUMBER = "0901234567"


async def erase(house: House) -> None:
    """As service/citizen/desk.py does."""
    async with house.world.database.transaction() as tx:
        words = CitizenWords(tx._connection)
        places = [await words.with_number(one, NUMBER) for one in await words.suspected(NUMBER)]
        changed = [told for place in places for told in (await words.take_out(place, NUMBER))[1]]
        assert changed
        detail: dict[str, object] = {"reasons": changed}
        tx.audit.add(Fact(at=datetime.now(UTC), kind=Kind.CITIZEN_ERASED, actor="cli:an", detail=detail))


async def asked(house: House) -> str:
    one = await house.desk.request(house.request(why=f"Xác minh số {NUMBER}", person=f"Bình {NUMBER}"), ASKS, NOW)
    return one.id


async def faults(house: House) -> list[tuple[Fault, str]]:
    return [(one.fault, one.name) for one in await house.world.findings()]


async def test_what_was_erased_is_no_fault_and_can_be_packed(house: House) -> None:
    before, after = await asked(house), await asked(house)
    await house.desk.decide(before, Move.APPROVE, ALLOWS, NOW)
    await erase(house)
    assert (await house.desk.get(before)).request.why == "Xác minh số" and await faults(house) == []
    await house.desk.decide(after, Move.APPROVE, ALLOWS, NOW)
    for one in (before, after):
        await house.desk.pack(one, ASKS, NOW)
    assert await faults(house) == []


async def test_an_erasure_makes_no_changed_row_good(house: House) -> None:
    one = await asked(house)
    await house.desk.decide(one, Move.APPROVE, ALLOWS, NOW)
    await house.world.attack("UPDATE disclosure SET unit = 'Ai khác'")
    await erase(house)
    assert await faults(house) == [(Fault.DISCLOSURE, one)]
    with pytest.raises(HotlineError) as caught:
        await house.desk.pack(one, ASKS, NOW)
    assert caught.value.error_id == "disclosure-not-allowed"
    await house.world.attack("UPDATE disclosure SET unit = 'Công an tỉnh'")
    assert await faults(house) == [(Fault.DISCLOSURE, one)], "what the erasure tells of is not what was asked for"
