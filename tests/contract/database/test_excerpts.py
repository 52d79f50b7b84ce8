"""Excerpts: what another person allowed goes out, to the sample, and of the rest nothing, in no file of the package."""

import asyncio
import json
import random
import wave
from array import array
from collections.abc import AsyncIterator, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from hotline1022.audit.types import Fault
from hotline1022.core.errors import HotlineError
from hotline1022.evidence.excerpt import Asked, AskedPart
from hotline1022.evidence.package import MANIFEST
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import Disclosure, State
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.layout import start_of
from hotline1022.recordings.wav import PER_MS
from hotline1022.service.disclosure.view import DisclosuresView
from hotline1022.web.disclosure_wire import BleepBody, Decision, PartBody
from tests.lab.disclosure_world import ALLOWS, ASKS, CALLER, NOW, PRESSED, House, a_house, by_the_readme, check
from tests.lab.pdf_text import pdf_text
from tests.unit import recordings_world
from tests.unit.recordings_world import AGENT, CALL, power, two_agents

#: one second to five, of which nobody shall hear from two to three and a half
PART = AskedPart(recording=CALL, start="0:01", end="0:05", bleeps=(Asked(start="0:02", end="0:03.500"),))
FIRST, SILENT, HEARD, LAST = (ms * PER_MS for ms in (1000, 2000, 3500, 5000))
TONE = array("h", [0, 5793, 8192, 5793, 0, -5793, -8192, -5793])


@cache
def speech(hertz: int, ms: int, loudness: int = 6000) -> bytes:
    """In place of a tone: no two moments of anybody are alike."""
    chance = random.Random(hertz * 100_000 + ms)
    return array("h", (chance.randint(-loudness, loudness) for _ in range(ms * 8))).tobytes()


@pytest.fixture
async def house(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_ring: Keys
) -> AsyncIterator[House]:
    monkeypatch.setattr(recordings_world, "tone", speech)
    async with a_house(address, tmp_path, monkeypatch, ring=asked_ring) as made:
        yield made


def originals(tmp_path: Path) -> dict[str, "array[int]"]:
    """The audio of each original by its row, made anew."""
    again = tmp_path / "again"
    again.mkdir(exist_ok=True)
    two_agents(again)
    return {one.stem: samples(one)[0] for one in again.iterdir()}


def samples(path: Path) -> list["array[int]"]:
    """Of each channel, by Python's own reader."""
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (8000, 2)
        pcm = array("h", file.readframes(file.getnframes()))
        return [pcm[channel :: file.getnchannels()] for channel in range(file.getnchannels())]


def windows(pcm: "array[int]") -> Iterator[bytes]:
    """2 ms pieces that are somewhere in a file which has them, wherever they begin."""
    for at in range(0, len(pcm) - 15, 16):
        yield pcm[at : at + 16].tobytes()


@pytest.mark.parametrize("asked_ring", ["plain", "sealed"], indirect=True)
async def test_to_the_sample_and_nothing_else(house: House, tmp_path: Path) -> None:
    made = await house.packed(PART)
    assert made.package.endswith("-trich-doan.zip")
    out = house.unpacked(made, tmp_path / "out")
    assert await asyncio.to_thread(check, out, house.key.fingerprint) == ""
    names = {one.name for one in (out / CALL).rglob("*") if one.is_file()}
    assert not (out / CALL / "goc").exists() and not (out / CALL / "ban-sao").exists()
    assert not {one for one in names if one.endswith(".wav") and "trich-doan" not in one}
    facts, whole = two_agents(tmp_path / "facts"), originals(tmp_path)
    count = 0
    for row in house.world.filed.tracks:
        file, begins = out / CALL / "trich-doan" / f"{row.id}~trich-doan.wav", start_of(facts, row)
        original = whole[row.id]
        first, after = max(FIRST, begins), min(LAST, begins + len(original))
        (got,) = samples(file)
        assert len(got) == after - first
        for frame in range(first, after, PER_MS):
            here, there = got[frame - first :][:PER_MS], original[frame - begins :][:PER_MS]
            assert here == (TONE if SILENT <= frame < HEARD else there), (row.id, frame)
        silent = got[max(0, SILENT - first) : max(0, HEARD - first)]
        assert not silent or power(silent.tobytes(), 1000) > 0.999
        assert f"Trích đoạn, không phải bản gốc - cuộc gọi {CALL}".encode() in file.read_bytes()
        assert row.sha256.encode() in file.read_bytes()
        count += 1
    assert count == 6
    stereo = samples(out / CALL / "trich-doan" / f"{CALL}~ban-sao-trich-doan.wav")
    assert [len(side) for side in stereo] == [LAST - FIRST] * 2
    said, heard = (whole[f"{CALL}~{CALL}~citizen~{recordings_world.START}-{side}"] for side in "rt")
    assert stereo[0][SILENT - FIRST : HEARD - FIRST] == TONE * 1500 == stereo[1][SILENT - FIRST : HEARD - FIRST]
    assert stereo[0][: SILENT - FIRST] == said[FIRST:SILENT] and stereo[0][HEARD - FIRST :] == said[HEARD:LAST]
    # music on hold is heard by the citizen alone, between the agents
    assert stereo[1][HEARD - FIRST : 4000 * PER_MS - FIRST] == heard[HEARD : 4000 * PER_MS]


@pytest.mark.parametrize("asked_ring", ["plain", "sealed"], indirect=True)
async def test_nothing_of_what_nobody_shall_hear_is_in_any_file(house: House, tmp_path: Path) -> None:
    made = await house.packed(PART)
    out = house.unpacked(made, tmp_path / "out")
    facts = two_agents(tmp_path / "facts")
    hidden, open_ = set[bytes](), set[bytes]()
    for row in house.world.filed.tracks:
        begins, pcm = start_of(facts, row), originals(tmp_path)[row.id]
        for start, end, where in (
            (0, FIRST, hidden),
            (SILENT, HEARD, hidden),
            (LAST, 6000 * PER_MS, hidden),
            (FIRST, SILENT, open_),
            (HEARD, LAST, open_),
        ):
            where.update(windows(pcm[max(0, start - begins) : max(0, end - begins)]))  # fmt: skip
    hidden -= open_  # the music on hold is played twice, once where it may be heard
    assert len(hidden) > 1000 and open_
    found = 0
    for file in out.rglob("*"):
        if not file.is_file():
            continue
        data = file.read_bytes()
        sides = samples(file) if file.suffix == ".wav" else []
        for text in (data, *(side.tobytes() for side in sides)):
            every = {text[at : at + 32] for at in range(len(text))}
            assert not every & hidden, f"{file} has what nobody shall hear"
            found += bool(every & open_)
    assert found > 3, "what may be heard would be found"
    package = house.desk.path(made).read_bytes()
    assert not any(one in package for one in hidden)


async def test_what_is_told_of_an_excerpt(house: House, tmp_path: Path) -> None:
    made = await house.packed(PART)
    out = house.unpacked(made, tmp_path / "out")
    manifest = json.loads((out / MANIFEST).read_text())
    assert (manifest["excerpt"], manifest["approved_by"]) == (True, ALLOWS)
    (part,) = manifest["parts"]
    assert (part["call"], part["start_ms"], part["end_ms"]) == (CALL, 1000, 5000)
    assert part["start_at"] == "2026-11-24T04:43:29+07:00"
    assert [(one["start_ms"], one["end_ms"], one["tracks"]) for one in part["bleeps"]] == [(2000, 3500, "all")]
    cut = json.loads((out / CALL / "trich-doan.json").read_text())
    assert part == cut | {"call": CALL}
    told = {one["id"]: one for one in cut["originals"]}
    for row in house.world.filed.tracks:
        assert told[row.id]["sha256"] == row.sha256
        for name in told[row.id]["files"]:
            (got,) = samples(out / CALL / "trich-doan" / name)
            assert len(got) == told[row.id]["frames"]
    chained = json.loads((out / CALL / "chuoi.jsonl").read_text().splitlines()[0])
    assert {one["sha256"] for one in chained["detail"]["files"]} == {one.sha256 for one in house.world.originals}
    said = {command: text for command, _, text in await asyncio.to_thread(by_the_readme, out)}
    (told_of,) = [command for command in said if command.startswith("grep -o ")]
    assert said[told_of] == "" and list(said.values()).count("1\n") == 3
    cut["originals"][0]["sha256"] = "ab" * 32
    (out / CALL / "trich-doan.json").write_text(json.dumps(cut, indent=2))
    said = {command: text for command, _, text in await asyncio.to_thread(by_the_readme, out)}
    assert said[told_of] == f'SAI: "sha256":"{"ab" * 32}"\n'
    readme = (out / "DOC-TOI-TRUOC.txt").read_text()
    assert "ĐÂY LÀ TRÍCH ĐOẠN" in readme and "{" not in readme.replace("{}", "")

    story = json.loads((out / CALL / "dien-bien.json").read_text())
    assert story["call"]["id"] == CALL and story["excerpt"] is True
    inside = [ms for ms in PRESSED if 1000 <= ms < 5000 and not 2000 <= ms < 3500]
    assert [set(one) for one in story["events"]] == [{"at", "kind"}] * len(inside)
    assert [one["at"][17:23].rstrip("0") for one in story["events"]] == ["29.5", "32.5"]
    assert CALLER not in json.dumps(story) and "****" in story["call"]["caller"]
    assert [one["kind"] for one in story["legs"]] == ["citizen", "agent"]
    assert (story["legs"][0]["started_at"], story["legs"][0]["ended_at"]) == (None, None)

    text = pdf_text((out / CALL / "dien-bien.pdf").read_bytes())
    for line in (
        "Trích đoạn diễn biến cuộc gọi đến Tổng đài 1022",
        "0:01.000 - 0:05.000 (lúc 04:43:29.000 - 04:43:33.000)",
        "0:02.000 - 0:03.500 (lúc 04:43:30.000 - 04:43:31.500)",
        "04:43:28 24/11/2026",
        "Người duyệt",
        ALLOWS,
        "không cung cấp; bản gốc lưu tại Tổng đài 1022",
        "ngoài đoạn này",
        f"TRÍCH ĐOẠN - cuộc gọi {CALL}, giờ Việt Nam · trang 1",
        *(row.sha256 for row in house.world.filed.tracks),
    ):
        assert line in text, line
    assert CALLER not in text and CALLER[3:] not in text


async def test_what_whole_recordings_tell_is_unchanged(house: House, tmp_path: Path) -> None:
    made = await house.packed()
    out = house.unpacked(made, tmp_path / "out")
    assert (out / CALL / "goc").is_dir() and not (out / CALL / "trich-doan").exists()
    text = pdf_text((out / CALL / "dien-bien.pdf").read_bytes())
    for line in (
        "Diễn biến cuộc gọi đến Tổng đài 1022",
        CALLER,
        "04:43:28 24/11/2026",
        "Điện thoại viên",
        "người này nghe",
    ):
        assert line in text, line
    readme = (out / "DOC-TOI-TRUOC.txt").read_text()
    assert "TRÍCH ĐOẠN" not in readme and "{excerpt}" not in readme


async def test_bleeps_alone_are_an_excerpt_of_everything(house: House, tmp_path: Path) -> None:
    track = f"{CALL}~{AGENT}~agent~{recordings_world.START + 1000}-r"
    made = await house.packed(AskedPart(recording=CALL, bleeps=(Asked(start="0:01.5", end="0:02", tracks=(track,)),)))
    out = house.unpacked(made, tmp_path / "out")
    whole = originals(tmp_path)
    for row in house.world.filed.tracks:
        (got,) = samples(out / CALL / "trich-doan" / f"{row.id}~trich-doan.wav")
        if row.id != track:
            assert got == whole[row.id]
            continue
        assert (
            got[: 500 * PER_MS] == whole[track][: 500 * PER_MS]
            and got[1000 * PER_MS :] == whole[track][1000 * PER_MS :]
        )
        assert got[500 * PER_MS : 1000 * PER_MS] == TONE * 500
    assert not (out / CALL / "goc").exists()


async def _fault(doing: object) -> str:
    with pytest.raises(HotlineError) as caught:
        await doing  # type: ignore[misc]
    return caught.value.error_id


@pytest.mark.parametrize(
    ("excerpt", "change"),
    [
        (True, "parts = '[]'"),
        (False, "unit = 'Báo chí'"),
        (False, "person = 'Ai đó'"),
    ],
)
async def test_what_was_not_allowed_is_not_packed_whatever_the_row_says(
    house: House, excerpt: bool, change: str
) -> None:
    asked = [PART] if excerpt else []
    one = await house.desk.request(house.request(), ASKS, NOW, asked)
    await house.desk.decide(one.id, Move.APPROVE, ALLOWS, NOW, terms=one.request.terms)
    assert await house.world.findings() == []
    await house.world.attack(f"UPDATE disclosure SET {change}")
    assert await _fault(house.desk.pack(one.id, ASKS, NOW)) == "disclosure-not-allowed"
    assert list(house.folder.rglob("*.zip")) == []
    (found,) = await house.world.findings()
    assert (found.fault, found.name) == (Fault.DISCLOSURE, one.id) and "something else" in found.text


async def test_a_row_that_says_allowed_is_not_enough(house: House) -> None:
    one = await house.desk.request(house.request(), ASKS, NOW)
    allowed = f"UPDATE disclosure SET state = 'approved', decided_by = '{ALLOWS}'"
    await house.world.attack(allowed)
    assert await _fault(house.desk.pack(one.id, ASKS, NOW)) == "disclosure-not-allowed"
    await house.world.attack("UPDATE disclosure SET state = 'requested', decided_by = ''")
    await house.desk.decide(one.id, Move.APPROVE, ALLOWS, NOW)
    await house.desk.decide(one.id, Move.WITHDRAW, ALLOWS, NOW, "nhầm")
    await house.world.attack(allowed)
    assert await _fault(house.desk.pack(one.id, ASKS, NOW)) == "disclosure-not-allowed"


async def test_whoever_allows_says_what_was_seen(house: House) -> None:
    desk = house.desk
    one = await desk.request(house.request(), ASKS, NOW, [PART])
    for terms in ("", one.request.terms[:7], "0" * 64):
        assert await _fault(desk.decide(one.id, Move.APPROVE, ALLOWS, NOW, terms=terms)) == "disclosure-terms"
    wider = AskedPart(recording=CALL, start="0:01", end="0:05.001", bleeps=PART.bleeps)
    changed = await desk.change(one.id, ASKS, NOW, [wider])
    assert (changed.state, changed.revision) == (State.REQUESTED, 2)
    assert await _fault(desk.decide(one.id, Move.APPROVE, ALLOWS, NOW, terms=one.request.terms)) == "disclosure-terms"
    assert await _fault(desk.change(one.id, ALLOWS, NOW, [PART])) == "not-who-asked"
    assert await _fault(desk.decide(one.id, Move.APPROVE, ASKS, NOW, terms=changed.request.terms)) == "same-person"
    await desk.decide(one.id, Move.APPROVE, ALLOWS, NOW, terms=changed.request.terms[:8])
    made = await desk.pack(one.id, ASKS, NOW)
    path = desk.path(made)
    # everything, after a package was made: it goes, and must be allowed again, though it is no part any more
    again = await desk.change(one.id, ASKS, NOW, [])
    assert (again.state, again.decided_by, again.sha256, path.exists()) == (State.REQUESTED, "", "", False)
    assert await desk.get(one.id) == again
    assert await _fault(desk.pack(one.id, ASKS, NOW)) == "disclosure-state"
    assert await _fault(desk.decide(one.id, Move.APPROVE, ALLOWS, NOW)) == "disclosure-terms"
    await desk.decide(one.id, Move.APPROVE, ALLOWS, NOW, terms=again.request.terms)
    await desk.pack(one.id, ASKS, NOW)
    await desk.hand_out(one.id, "Bình", ALLOWS, NOW)
    assert await _fault(desk.change(one.id, ASKS, NOW, [PART])) == "disclosure-state"
    async with house.world.database.reading() as tx:
        told = list(await tx.audit.about(f"disclosure:{one.id}"))
    assert [entry.kind.removeprefix("disclosure-") for entry in told] == [
        "requested", "changed", "approved", "packed", "changed", "approved", "packed", "handed-out",
    ]  # fmt: skip
    seen = [str(entry.detail.get("terms", "")) for entry in told]
    assert seen[1] == seen[2] == changed.request.terms and seen[4] == seen[5] == again.request.terms
    assert told[2].detail["parts"] == told[1].detail["parts"] != told[0].detail["parts"]
    assert await house.world.findings() == []


async def test_a_change_and_an_allowance_at_once_have_one_winner(house: House) -> None:
    one = await house.desk.request(house.request(), ASKS, NOW, [PART])
    other = AskedPart(recording=CALL, start="0:00", end="0:06")
    done = await asyncio.gather(
        house.desk.decide(one.id, Move.APPROVE, ALLOWS, NOW, terms=one.request.terms),
        house.desk.change(one.id, ASKS, NOW, [other]),
        return_exceptions=True,
    )
    kept = await house.desk.get(one.id)
    if kept.state is State.APPROVED:
        assert kept.request == one.request
    else:
        assert (kept.state, kept.revision) == (State.REQUESTED, 2)
    assert any(isinstance(each, Disclosure) for each in done)
    assert {each.error_id for each in done if isinstance(each, HotlineError)} <= {
        "disclosure-terms",
        "disclosure-changed",
    }


async def test_ranges_are_held_against_the_call(house: House) -> None:
    for asked, word in (
        (AskedPart(recording=CALL, start="0:01", end="0:07"), "outside"),
        (AskedPart(recording=CALL, start="nan"), "moment"),
        (AskedPart(recording="0" * 16, start="0:01"), "unknown"),
        (AskedPart(recording=CALL, bleeps=(Asked(start="1", end="2", tracks=("nobody-r",)),)), "track-unknown"),
    ):
        fault = await _fault(house.desk.request(house.request(), ASKS, NOW, [asked]))
        assert fault in (f"excerpt-{word}", f"recording-{word}")
    # a time of day of the province
    one = await house.desk.request(
        house.request(), ASKS, NOW, [AskedPart(recording=CALL, start="2026-11-24T04:43:29.5", end="0:05")]
    )
    assert (one.request.parts[0].start_ms, one.request.parts[0].end_ms) == (1500, 5000)


async def test_an_original_that_changed_gives_no_excerpt(house: House) -> None:
    one = await house.desk.request(house.request(), ASKS, NOW, [PART])
    await house.desk.decide(one.id, Move.APPROVE, ALLOWS, NOW, terms=one.request.terms)
    file = house.world.root / house.world.filed.tracks[0].path
    whole = file.read_bytes()
    file.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    assert await _fault(house.desk.pack(one.id, ASKS, NOW)) == "recording-damaged"
    assert not house.folder.exists() or list(house.folder.iterdir()) == []


async def test_the_same_by_the_api(house: House) -> None:
    view = DisclosuresView(house.world.database, house.desk, house.links)
    async with house.world.database.reading() as tx:
        id = (await tx.catalogue.get(CALL)).id
    parts = [PartBody(recording=id, start="0:01", end="0:05", bleeps=(BleepBody(start="0:02", end="0:03"),))]
    asked = await view.request(house.request(), parts, ASKS, NOW)
    assert (asked.parts[0].start_ms, asked.parts[0].bleeps[0].end_ms, asked.revision) == (1000, 3000, 1)
    changed = await view.change(asked.id, [PartBody(recording=id, start="0:02")], ASKS, NOW)
    assert changed.terms != asked.terms and changed == await view.get(asked.id)
    allowed = await view.decide(asked.id, Decision.APPROVE, "", changed.terms, ALLOWS, NOW)
    made = await view.pack(asked.id, ALLOWS, NOW)
    assert (allowed.state, made.state, len(made.sha256)) == (State.APPROVED, State.PACKED, 64)
    assert sha256(house.desk.path(await house.desk.get(made.id)).read_bytes()).hexdigest() == made.sha256
