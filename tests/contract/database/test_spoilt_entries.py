"""Somebody puts another shape in the place of what an entry, or a row, says: it is found by name, and nothing comes to its end by it."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hotline1022.audit.chain import Walk
from hotline1022.audit.types import EMPTY, Fact, Fault, Finding, Kind, link
from hotline1022.core.errors import Refused
from hotline1022.evidence.types import Filter, State
from hotline1022.service.cli.main import main
from hotline1022.service.disclosure.desk import GOOD_FOR
from hotline1022.service.disclosure.view import DisclosuresView
from hotline1022.service.evidence.nightly import Nightly
from hotline1022.service.retention.view import RetentionView
from hotline1022.service.settings.retention import Retention
from tests.contract.database.disclosure_house import plain_house
from tests.lab.disclosure_world import NOW, House
from tests.lab.retention_world import old
from tests.unit.recordings_world import CALL

__all__ = ["plain_house"]

#: in the place of a mapping
SHAPES: tuple[object, ...] = ([], None, "x", 7, [["hold"]], {})
FREE = ("UPDATE catalogue SET held = false", "DELETE FROM recording_hold")


def night(house: House) -> Nightly:
    return Nightly(house.world.database, house.world.examiner(), house.world.bells, calls=5)


def view(house: House) -> RetentionView:
    return RetentionView(house.world.database, Retention)


def named(found: list[Finding], fault: Fault) -> list[str]:
    return [one.name or str(one.seq) for one in found if one.fault is fault]


async def spoil(house: House, kind: Kind, detail: object) -> int:
    """Write this into the last entry of the kind; its number."""
    async with house.world.database.reading() as tx:
        last = await tx.audit.last(kind)
    assert last is not None
    written = json.dumps(detail).replace(":", "\\:")
    await house.world.attack(f"UPDATE audit_entry SET detail = '{written}' WHERE seq = {last.seq}")
    return last.seq


@pytest.mark.parametrize("detail", SHAPES, ids=json.dumps)
async def test_an_entry_of_another_shape_is_named_and_rings_and_the_night_ends(house: House, detail: object) -> None:
    made = await house.packed()
    held = await view(house).hold(CALL, letter="12", why="điều tra")
    kinds = (Kind.RECORDING_HELD, Kind.DISCLOSURE_REQUESTED, Kind.DISCLOSURE_PACKED, Kind.RECORDING_STORED)
    spoilt = [
        await spoil(house, kind, detail) for kind in (*kinds, Kind.CHAIN_STAMPED, Kind.CHAIN_LISTED, Kind.KEY_MADE)
    ]
    assert await night(house).tried()
    assert {kind for kind, _, _ in house.world.bells.rung} == {"evidence-damaged"}
    told = " ".join(text for _, text, _ in house.world.bells.rung)
    assert all(f"entry {seq} is not what was written" in told for seq in spoilt)
    found = await house.world.findings()
    assert {one.seq for one in found if one.fault is Fault.CHANGED} >= set(spoilt)
    assert named(found, Fault.HOLD_DELETED) == [f"entry-{spoilt[0]}"] and named(found, Fault.HOLD_ADDED) == [held.id]
    assert named(found, Fault.DISCLOSURE) == [made.id]


async def test_a_hold_whose_entry_cannot_be_read_keeps_its_recording_and_can_be_released(house: House) -> None:
    await view(house).hold(CALL, letter="12", why="điều tra")
    seq = await spoil(house, Kind.RECORDING_HELD, [])
    await house.world.attack(*FREE)
    later = await old(house.world)
    before = later.files()
    assert await later.retention().night() and later.files() == before
    assert f"entry-{seq}" in house.world.bells.rung[0][1]
    assert (await view(house).release(f"entry-{seq}", why="xong"))[1] is False
    assert Fault.HOLD_DELETED not in {one.fault for one in await house.world.findings()}


@pytest.mark.parametrize("copy", [{"kind": ["wav"]}, {"kind": {}}, {"sha256": 7}, {"name": None}], ids=json.dumps)
async def test_a_copy_of_which_no_text_is_told(house: House, copy: dict[str, Any]) -> None:
    await house.packed()  # with a stereo copy
    async with house.world.database.reading() as tx:
        last = await tx.audit.last(Kind.COPY_MADE)
    assert last is not None
    detail = {**last.detail, "copy": {**last.detail["copy"], **copy}}  # type: ignore[dict-item]
    seq = await spoil(house, Kind.COPY_MADE, detail)
    assert await night(house).tried()
    assert [one.seq for one in await house.world.findings()] == [seq]


@pytest.mark.parametrize(
    "told",
    [{"count": "5"}, {"count": [1]}, {"files": [{"id": 7}]}, {"files": [{"id": []}]}],
    ids=json.dumps,
)
async def test_a_filing_whose_numbers_are_none(house: House, told: dict[str, Any]) -> None:
    async with house.world.database.reading() as tx:
        last = await tx.audit.last(Kind.RECORDING_STORED)
    assert last is not None
    detail = json.loads(json.dumps(last.detail))
    for one in told.get("files", ()):
        detail["files"] = [*detail["files"], {**detail["files"][0], **one}]
    detail["facts"] |= {name: value for name, value in told.items() if name != "files"}
    seq = await spoil(house, Kind.RECORDING_STORED, detail)
    assert await night(house).tried()
    assert any(one.seq == seq and "cannot be read" in one.text for one in await house.world.findings())


@pytest.mark.parametrize(
    "change",
    ["parts = '[7]'", "parts = '[{}]'", "parts = '7'", "recordings = '7'", "recordings = '[]'", "unit = ''"],
)
async def test_a_row_of_a_disclosure_of_another_shape_is_named(house: House, change: str) -> None:
    made = await house.packed()
    await house.world.attack(f"UPDATE disclosure SET {change}")
    assert await night(house).tried()
    found = await house.world.findings()
    assert named(found, Fault.DISCLOSURE) == [made.id] and "cannot be read" in found[0].text
    with pytest.raises(Refused, match=f"{made.id}: it cannot be read"):
        await house.desk.get(made.id)


NO_ROWS = [
    "parts = {}",
    "recordings = {}",
    "letter_date = 'x'",
    "asked_at = 'x'",
    "bytes = 'x'",
    "expires_at = x'ff'",
    "unit = x'ff'",
]


@pytest.mark.parametrize("change", NO_ROWS)
async def test_one_spoilt_disclosure_hides_no_other_and_the_sweep_goes_on_and_rings(
    house: House, change: str, monkeypatch: pytest.MonkeyPatch, address: str, tmp_path: Path
) -> None:
    spoilt, whole = await house.packed(), await house.packed()
    value = f"'{'9' * 5000}'" if house.world.database.dialect == "postgresql" else "'{\"half'"
    statement = f"UPDATE disclosure SET {change.format(value)} WHERE id = '{spoilt.id}'"
    if house.world.database.dialect == "postgresql" and change.startswith("unit"):  # a text there, and readable
        await house.world.attack(statement)
        listed = await DisclosuresView(house.world.database, house.desk, house.links).list(Filter())
        assert (listed.unreadable, len(listed.disclosures)) == ((), 2)
        assert named(await house.world.findings(), Fault.DISCLOSURE) == [spoilt.id]
        return
    if house.world.database.dialect == "postgresql" and "{" not in change:  # its types keep those out
        with pytest.raises(Exception, match=r"is of type|invalid input syntax"):
            await house.world.attack(statement)
        return
    await house.world.attack(statement)
    view = DisclosuresView(house.world.database, house.desk, house.links)
    listed = await view.list(Filter())
    assert (listed.unreadable, [one.id for one in listed.disclosures]) == ((spoilt.id,), [whole.id])
    with pytest.raises(Refused, match=f"{spoilt.id}: it cannot be read"):
        await view.get(spoilt.id)
    package, late = house.desk.path(spoilt), NOW + GOOD_FOR + timedelta(days=3)
    assert await house.desk.sweep(late) == 1, "the other one is over"
    await house.desk.sweep(late)
    assert package.exists(), "nobody knows that it is over"
    async with house.world.database.reading() as tx:
        (alarm,) = [one for one in await tx.alarms.list() if one.kind == "evidence-damaged"]
        assert (await tx.disclosures.get(whole.id)).state is State.EXPIRED
    assert spoilt.id in alarm.detail
    assert named(await house.world.findings(), Fault.DISCLOSURE) == [spoilt.id]
    monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOTLINE1022_DATABASE_URL", address)
    shown = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", "list"])
    assert shown.exit_code == 0 and whole.id in shown.stdout and f"{spoilt.id}  somebody changed" in shown.stdout


async def test_what_nobody_thought_of_rings_and_the_night_is_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = night(house)

    async def odd(*_: object) -> None:
        raise AttributeError("'list' object has no attribute 'get'")

    monkeypatch.setattr(looks._examiner, "holds", odd)
    assert not await looks.tried()
    assert [kind for kind, _, _ in house.world.bells.rung] == ["evidence-damaged"]


@pytest.mark.parametrize("value", [float("nan"), "\ud800"], ids=["nan", "half a letter"])
def test_what_has_no_canonical_form_is_a_changed_entry(value: object) -> None:
    good = link(Fact(at=NOW, kind=Kind.ACT, actor="cli:an", detail={"n": 1}), EMPTY)
    object.__setattr__(good, "detail", {"n": value})
    assert [one.fault for one in Walk().take([good])] == [Fault.CHANGED]
