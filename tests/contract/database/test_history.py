"""A call and its recording have one history: by the command line, the API, and in the package that a unit gets."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.core.acting import Acting, acts
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.evidence.excerpt import AskedPart
from hotline1022.service.cli.main import main
from hotline1022.service.recordings.catalogue_view import CatalogueView
from hotline1022.service.recordings.original_check import OriginalCheck
from hotline1022.service.retention.view import RetentionView
from hotline1022.service.settings.retention import Retention
from tests.contract.database.tampering import hotline
from tests.contract.database.test_evidence_desk import desk
from tests.lab.disclosure_world import House, a_house
from tests.unit.recordings_world import CALL

#: what happened, in its order: filed, verified, held under the call's name, released, held by its own
HAPPENED = ["recording-stored", "recording-verified", "recording-held", "act", "recording-released", "recording-held"]


@pytest.fixture
async def house(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with a_house(address, tmp_path, monkeypatch) as made:
        hotline(made.world, monkeypatch)
        yield made


async def happened(house: House) -> str:
    """What HAPPENED; the recording's id."""
    world = house.world
    book = SqlRecordingStore(world.database)
    assert await OriginalCheck(world.database, world.examiner(book), world.bells).check_now(CALL, fresh=True) == ()
    holds = RetentionView(world.database, Retention)
    act = Acting(
        actor="token:chanh",
        origin="10.0.0.9",
        act="POST /api/recordings/{recording}/holds",
        subject=f"recording:{CALL}",
    )
    with acts(act):
        hold = await holds.hold(CALL, letter="7/CV-TTra", why="Thanh tra yêu cầu")
    await holds.release(hold.id, why="Đã xong")
    return (await holds.hold(hold.recording, letter="8/CV-TTra", why="Thanh tra yêu cầu")).recording


def kinds(entries: object) -> list[str]:
    return [one["kind"] if isinstance(one, dict) else one.kind for one in entries]  # type: ignore[attr-defined]


async def test_either_name_shows_all_of_it_in_its_order(house: House) -> None:
    recording = await happened(house)
    subjects = (f"call:{CALL}", f"recording:{recording}", f"recording:{CALL}")
    for subject in subjects:
        ran = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", "show", subject, "--json"])
        told = json.loads(ran.stdout)
        assert kinds(told) == HAPPENED, ran.output
        assert [one["seq"] for one in told] == sorted(one["seq"] for one in told)
        assert kinds((await desk(house.world).entries(subject, 100)).entries) == HAPPENED
        assert kinds((await desk(house.world).entries(subject, 2)).entries) == HAPPENED[-2:], "the last ones"
    assert kinds((await CatalogueView(house.world.database).get(recording)).entries) == HAPPENED
    assert (await desk(house.world).entries(f"ticket:{CALL}", 100)).entries == ()


def counted(folder: Path, kind: str) -> int:
    """How many lines `grep` finds of that kind, in a package whose sums are right. Blocks."""
    sums = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=folder, check=True, capture_output=True, text=True
    )
    assert f"{CALL}/lien-quan.jsonl: OK" in sums.stdout
    found = ["grep", "-c", f'"kind":"{kind}"', f"{CALL}/lien-quan.jsonl"]
    return int(subprocess.run(found, cwd=folder, capture_output=True, check=False, text=True).stdout)


@pytest.mark.parametrize(
    "asked", [(), (AskedPart(recording=CALL, start="0:01", end="0:05"),)], ids=["whole", "excerpt"]
)
async def test_a_package_has_what_happened_to_the_recording(
    house: House, tmp_path: Path, asked: tuple[AskedPart, ...]
) -> None:
    """When it was verified; not by whose letters it is kept, nor what people did here."""
    counts = {"recording-verified": 1, "recording-held": 0, "recording-released": 0, "act": 0}
    await happened(house)
    out = house.unpacked(await house.packed(*asked), tmp_path / "out")
    assert {kind: await asyncio.to_thread(counted, out, kind) for kind in counts} == counts
    lines = (out / CALL / "lien-quan.jsonl").read_text().splitlines()
    numbers = [json.loads(line)["seq"] for line in lines]
    assert numbers == sorted(numbers) and (
        not asked or {json.loads(line)["kind"] for line in lines} == {"recording-verified"}
    )
