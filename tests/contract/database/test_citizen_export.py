"""One citizen's data given out: all of it and nothing of others, for a reason, originals as they were stored or not at all."""

import asyncio
import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.audit.types import Entry, Kind
from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import HotlineError, Invalid, Refused
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.reasons import load_reasons
from hotline1022.service.citizen import zip as citizen_zip
from hotline1022.service.citizen.export import CitizenExporter, Exported
from hotline1022.service.cli.main import main
from hotline1022.service.recordings.original_check import OriginalCheck
from tests.contract.database.citizen_world import DIGITS, NAME, NUMBER, OTHER, House, citizen_house
from tests.lab.own_settings import own_settings
from tests.unit.recordings_world import CALL

WORDS = "Đơn ngày 12/11/2026 của người gọi"


@pytest.fixture
async def house(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with citizen_house(address, tmp_path, monkeypatch) as made:
        yield made


def exporter(house: House, keys: Keys = NO_KEYS) -> CitizenExporter:
    world = house.world
    return CitizenExporter(
        database=world.database,
        root=world.root,
        originals=OriginalCheck(world.database, world.examiner(), world.bells),
        bell=world.bells,
        reasons=load_reasons(),
        keys=keys,
    )


async def export(
    house: House, to: Path, *, audio: bool = True, reason: str = "citizen", words: str = WORDS
) -> Exported:
    with acts(Acting(actor="cli:an", origin="cli", act="hotline1022 citizen export")):
        return await exporter(house).to_zip(NUMBER, reason, words, to, audio=audio)


async def told(house: House, kind: Kind) -> list[Entry]:
    """What `evidence show call:CALL` tells of this kind."""
    async with house.world.database.reading() as tx:
        return [one for one in await tx.audit.about(f"call:{CALL}") if one.kind == kind]


def zips(folder: Path) -> list[str]:
    """Whole and half ones."""
    return [one.name for one in folder.iterdir() if "zip" in one.name]


def spoil(house: House) -> Path:
    path = house.world.root / house.world.filed.tracks[0].path
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    return path


async def test_it_has_everything_of_the_citizen_and_nothing_of_others(house: House, tmp_path: Path) -> None:
    to = tmp_path / "out.zip"
    done = await export(house, to)
    assert dict(done.counts) == {"calls": 1, "tickets": 1, "drafts": 2, "messages": 1, "sms": 0, "recordings": 7}
    assert (done.audio, done.left_out) == (7, ()) and to.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(to) as box:
        data = json.loads(box.read("du-lieu.json"))
        assert data["tickets"][0]["name"] == NAME
        assert (data["calls"][0]["id"], data["calls"][0]["direction"]) == (CALL, "in")
        assert NAME in box.read("doc-truoc.html").decode()
        (row,) = csv.DictReader(io.StringIO(box.read("messages.csv").decode("utf-8-sig")))
        assert row["text"] == f"Chao {NAME}"
        sounds = {name: box.read(name) for name in box.namelist() if name.startswith("ghi-am/")}
        assert OTHER not in b"".join(box.read(name) for name in ("du-lieu.json", "doc-truoc.html")).decode()
    originals = {one.name: one.read_bytes() for one in house.world.root.rglob("*.wav")}
    assert {name.removeprefix("ghi-am/"): data for name, data in sounds.items()} == originals
    with pytest.raises(Invalid):
        await export(house, to, audio=False)


def test_no_cell_is_a_formula() -> None:
    cells = ["=1", "@x", "\t=1", "\r=1", "+HYPERLINK(1)", "-2+3+cmd|' /C calc'!A0", "+84901234567", "a-b", 7]
    read = list(csv.DictReader(io.StringIO(citizen_zip._table([{"a": one} for one in cells]).removeprefix("\ufeff"))))
    assert [one["a"][:1] for one in read] == ["'"] * 6 + ["+", "a", "7"]


async def test_the_chain_tells_who_why_and_of_which_calls(house: House, tmp_path: Path) -> None:
    await export(house, tmp_path / "rows.zip", audio=False)
    assert await told(house, Kind.RECORDING_EXPORTED) == [], "no recording was in it"
    await export(house, tmp_path / "out.zip")
    (entry,) = await told(house, Kind.RECORDING_EXPORTED)
    assert (entry.actor, entry.detail["reason"], entry.detail["what"]) == ("cli:an", "citizen", "originals")
    files = entry.detail["files"]
    assert isinstance(files, list)
    assert {one["sha256"] for one in files} == {one.sha256 for one in house.world.originals}
    async with house.world.database.reading() as tx:
        whole = await tx.audit.last(Kind.CITIZEN_EXPORTED)
        right = await tx.listening.get(str(entry.detail["listening"]))
    assert whole is not None and (whole.actor, whole.detail["reason"]) == ("cli:an", "citizen")
    assert DIGITS not in json.dumps(whole.detail) and WORDS not in repr([whole, entry])
    assert right is not None and right.words == WORDS, "the words stay beside the chain"
    assert await house.world.findings() == []


@pytest.mark.parametrize(
    ("reason", "words", "error_id"), [("curious", WORDS, "reason-unknown"), ("citizen", "Đơn", "reason-too-short")]
)
async def test_nothing_leaves_without_a_reason(
    house: House, tmp_path: Path, reason: str, words: str, error_id: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await export(house, tmp_path / "out.zip", reason=reason, words=words)
    assert refused.value.error_id == error_id and zips(tmp_path) == []
    with pytest.raises(Invalid) as refused:
        await exporter(house).rows(NUMBER, reason, words)
    assert refused.value.error_id == error_id
    async with house.world.database.reading() as tx:
        assert await tx.audit.last(Kind.CITIZEN_EXPORTED) is None


async def test_a_damaged_original_is_left_out_named_and_written_down(house: House, tmp_path: Path) -> None:
    spoil(house)
    done = await export(house, tmp_path / "out.zip")
    assert (done.audio, done.left_out) == (0, (CALL,))
    with zipfile.ZipFile(tmp_path / "out.zip") as box:
        assert [name for name in box.namelist() if name.startswith("ghi-am/")] == [citizen_zip.LEFT_OUT]
        assert CALL in box.read(citizen_zip.LEFT_OUT).decode()
    assert len(await told(house, Kind.RECORDING_DAMAGED)) == 1 and await told(house, Kind.RECORDING_EXPORTED) == []
    assert [one[0] for one in house.world.bells.rung] == ["recording-damaged"]
    async with house.world.database.reading() as tx:
        whole = await tx.audit.last(Kind.CITIZEN_EXPORTED)
    assert whole is not None and whole.detail["left_out"] == [CALL]


async def test_one_that_changes_after_the_look_ends_it_and_nothing_stays(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = citizen_zip._page
    monkeypatch.setattr(citizen_zip, "_page", lambda data: (spoil(house), whole(data))[1])
    with pytest.raises(Refused) as refused:
        await export(house, tmp_path / "out.zip")
    assert refused.value.error_id == "recording-damaged"
    assert zips(tmp_path) == []
    assert len(await told(house, Kind.RECORDING_DAMAGED)) == 1
    assert [one[0] for one in house.world.bells.rung] == ["recording-damaged"]


async def test_cut_off_in_the_middle_nothing_half_is_left(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, begun, over = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    look: Callable[[citizen_zip.Stop], None] = citizen_zip.Stop.look

    def waiting(stop: citizen_zip.Stop) -> None:
        loop.call_soon_threadsafe(begun.set)
        stop._set.wait(20)  # the writer is in the middle of a file until somebody ends it
        loop.call_soon_threadsafe(over.set)
        look(stop)

    monkeypatch.setattr(citizen_zip.Stop, "look", waiting)
    task = asyncio.create_task(export(house, tmp_path / "out.zip"))
    await asyncio.wait_for(begun.wait(), 20)
    assert [name[:9] for name in zips(tmp_path)] == [".out.zip."]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert over.is_set() and zips(tmp_path) == []


async def test_a_name_that_is_taken_meanwhile_is_not_written_over(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = citizen_zip._page
    monkeypatch.setattr(citizen_zip, "_page", lambda data: ((tmp_path / "out.zip").write_text("other"), whole(data))[1])
    with pytest.raises(HotlineError) as refused:
        await export(house, tmp_path / "out.zip")
    assert refused.value.error_id == "file-exists" and (tmp_path / "out.zip").read_text() == "other"
    assert zips(tmp_path) == ["out.zip"]


async def test_the_command_names_what_it_leaves_out(
    house: House, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_settings(monkeypatch, PATHS_DATA=tmp_path / "data", DATABASE_URL=address)

    async def ask(to: str, *more: str) -> tuple[int, str]:
        words = ["citizen", "export", NUMBER, "--to", str(tmp_path / to), "--audio", *more]
        done = await asyncio.to_thread(CliRunner().invoke, main, words)
        return done.exit_code, done.output

    why = ("--reason", "citizen", "--words", WORDS)
    assert (await ask("a.zip"))[0] == 2, "no reason was given"
    code, said = await ask("a.zip", *why)
    assert code == 0 and "7 recordings in it" in said, said
    spoil(house)
    code, said = await ask("b.zip", *why)
    assert code == 1 and f"not in it: the recordings of call {CALL}" in said, said
