"""A recording whose time is over while it is exported, on every way out: no damage is told, and none is said to have left."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from hotline1022.audit.types import Finding
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database
from hotline1022.recordings.reasons import load_reasons
from hotline1022.service.citizen.export import CitizenExporter
from hotline1022.service.recordings.export import Exporter, Taken
from hotline1022.service.recordings.export_desk import ExportDesk
from hotline1022.service.recordings.original_check import OriginalCheck
from hotline1022.web.asker import of_token
from hotline1022.web.listening_wire import WhyBody
from hotline1022.web.types import Scope, Token
from tests.contract.database.citizen_world import NUMBER
from tests.lab.evidence_world import build, everything_now
from tests.lab.retention_world import Old, old
from tests.unit.recordings_world import CALL

TOKEN = of_token(Token(id="a" * 16, name="thanh-tra", digest="", scopes=frozenset({Scope.LISTEN})))
WHY = ("authority", "Công văn 12/CSĐT ngày 24.11.2026")


@pytest.fixture
async def house(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Old]:
    everything_now(monkeypatch)
    async with Database(address) as database:
        yield await old(await build(address, database, tmp_path))


class Slow(OriginalCheck):
    """Looks for so long that the recording's time is over at its end."""

    house: Old

    async def check_now(self, call: str, *, fresh: bool = False) -> Sequence[Finding]:
        """Look, and let it go."""
        found = await super().check_now(call, fresh=fresh)
        assert await self.house.retention().night() and self.house.files() == []
        return found


def parts(house: Old, *, slow: bool) -> dict[str, object]:
    world = house.world
    look = (Slow if slow else OriginalCheck)(world.database, world.examiner(), world.bells)
    if isinstance(look, Slow):
        look.house = house
    shared = {"database": world.database, "root": world.root, "originals": look, "bell": world.bells}
    return {**shared, "reasons": load_reasons(), "keys": world.ring}


def exporter(house: Old, folder: Path, *, slow: bool) -> Exporter:
    return Exporter(data=folder / "data", **parts(house, slow=slow))  # type: ignore[arg-type]


async def to_folder(one: Exporter, folder: Path) -> None:
    await one.export(CALL, *WHY, folder / "out")


async def to_zip(one: Exporter, folder: Path) -> None:
    source = (await ExportDesk(one).open(CALL, WhyBody(reason=WHY[0], text=WHY[1]), TOKEN)).source
    try:
        assert b"".join([piece async for piece in source.pieces()]) == b"", "it gives nothing"
    finally:
        await source.close()


Way = Callable[[Exporter, Path], Awaitable[None]]
WAYS = pytest.mark.parametrize("way", [to_folder, to_zip])


async def kinds(house: Old) -> list[str]:
    async with house.world.database.reading() as tx:
        return [one.kind for one in await tx.audit.about(f"call:{CALL}")]


@WAYS
async def test_what_goes_while_it_is_looked_at_has_not_left(house: Old, tmp_path: Path, way: Way) -> None:
    with pytest.raises(Refused) as caught:
        await way(exporter(house, tmp_path, slow=True), tmp_path)
    assert caught.value.error_id == "recording-expired"
    assert not {"recording-exported", "recording-damaged"} & set(await kinds(house))
    assert house.world.bells.rung == [] and await house.world.findings() == []


@WAYS
async def test_what_goes_right_before_its_bytes_is_no_damage(
    house: Old, tmp_path: Path, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = Exporter.tell

    async def tells(self: Exporter, taken: Taken, *given: object) -> None:
        await tell(self, taken, *given)  # type: ignore[arg-type]
        assert await house.retention().night() and house.files() == []

    monkeypatch.setattr(Exporter, "tell", tells)
    with pytest.raises(Refused) as caught:
        await way(exporter(house, tmp_path, slow=False), tmp_path)
    assert caught.value.error_id == "recording-expired"
    assert "recording-damaged" not in await kinds(house)
    assert house.world.bells.rung == [] and await house.world.findings() == []


async def test_a_citizens_data_comes_without_what_went_meanwhile(house: Old, tmp_path: Path) -> None:
    await house.world.attack(f"UPDATE call SET caller_e164 = '{NUMBER}'")
    one = CitizenExporter(**parts(house, slow=True))  # type: ignore[arg-type]
    done = await one.to_zip(NUMBER, *WHY, tmp_path / "out.zip", audio=True)
    assert (done.audio, done.left_out, done.counts["recordings"]) == (0, (), 7)
    assert not {"recording-exported", "recording-damaged"} & set(await kinds(house))
    assert house.world.bells.rung == []
