"""A unit asks by letter; two people; a package that a stranger checks with stock tools; a changed one fails."""

import asyncio
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from hotline1022.audit.stamps import pem_of
from hotline1022.audit.types import Fact, Fault, Kind
from hotline1022.core.errors import HotlineError, Invalid, Refused, Unavailable
from hotline1022.db.disclosure import DisclosureRepository
from hotline1022.evidence.excerpt import AskedPart
from hotline1022.evidence.package import MANIFEST, SUMS
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import Disclosure, Filter, State
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.seal import looks_sealed
from hotline1022.service.cli.main import main
from hotline1022.service.disclosure.desk import GOOD_FOR
from hotline1022.service.disclosure.view import DisclosuresView
from hotline1022.service.evidence.stamp_key import ensure_key
from hotline1022.web.disclosure_wire import Decision
from tests.lab.disclosure_world import ADDRESS, ALLOWS, ASKS, NOW, House, a_house, check
from tests.unit.recordings_world import CALL

TOP = Path(__file__).parents[3]


@pytest.fixture
async def house(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: Keys) -> AsyncIterator[House]:
    async with a_house(address, tmp_path, monkeypatch, ring=ring) as made:
        yield made


async def test_a_stranger_checks_a_package_with_stock_tools(house: House, tmp_path: Path) -> None:
    made = await house.packed()
    path = house.desk.path(made)
    assert path.stat().st_mode & 0o777 == 0o640 and not path.is_relative_to(house.world.root)
    assert sha256(path.read_bytes()).hexdigest() == made.sha256 and path.stat().st_size == made.bytes
    out = tmp_path / "stranger"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(out)
    assert await asyncio.to_thread(check, out, house.key.fingerprint) == ""
    for one in house.world.originals:
        assert sha256((out / CALL / "goc" / Path(one.path).name).read_bytes()).hexdigest() == one.sha256
        assert looks_sealed((house.world.root / one.path).read_bytes()) is house.world.ring.seal
    assert len(list((out / CALL / "ban-sao").iterdir())) == 1
    pdf = (out / CALL / "dien-bien.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-") and b"/FontFile" in pdf
    story = json.loads((out / CALL / "dien-bien.json").read_text())
    assert story["call"]["id"] == CALL
    readme = (out / "DOC-TOI-TRUOC.txt").read_text()
    assert house.key.fingerprint in readme and "sha256sum -c --strict SHA256SUMS" in readme
    manifest = json.loads((out / MANIFEST).read_text())
    assert (manifest["letter"], manifest["excerpt"]) == ("12/CSĐT", False)
    names = {one["name"] for one in manifest["files"]} | {MANIFEST, f"{MANIFEST}.sig", SUMS, f"{SUMS}.sig"}
    assert names == {str(one.relative_to(out)) for one in out.rglob("*") if one.is_file()}


async def test_the_filing_leads_to_the_stamp_and_tells_of_nobody_else(house: House, tmp_path: Path) -> None:
    folder = house.unpacked(await house.packed(), tmp_path / "out") / CALL
    stored, listed = (folder / "chuoi.jsonl").read_bytes().splitlines()
    lines = (folder / "danh-muc.txt").read_text().splitlines()
    assert f"{json.loads(stored)['seq']} {sha256(stored).hexdigest()}" in lines
    detail = json.loads(listed)["detail"]
    assert (detail["sha256"], detail["count"]) == (
        sha256((folder / "danh-muc.txt").read_bytes()).hexdigest(),
        len(lines),
    )
    stated = json.loads((folder / "dau" / "statement.json").read_text())
    assert (stated["sha256"], stated["seq"]) == (sha256(listed).hexdigest(), json.loads(listed)["seq"])
    told = {one["sha256"] for one in json.loads(stored)["detail"]["files"]}
    assert told == {one.sha256 for one in house.world.originals}
    command = [
        "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "dau/khoa-dau.pem", "-rawin", "-in", "dau/statement.json",
        "-sigfile", "dau/statement.sig",
    ]  # fmt: skip
    done = await asyncio.to_thread(subprocess.run, command, cwd=folder, capture_output=True)
    assert done.returncode == 0, done.stderr
    # the world's other people acted before and after, by the token "desk"
    async with house.world.database.reading() as tx:
        acts = [one async for portion in tx.audit.entries() for one in portion if one.actor == "token:desk"]
    whole = b"".join(one.read_bytes() for one in (tmp_path / "out").rglob("*") if one.is_file())
    assert len(acts) == 7 and b"token:desk" not in whole and b"/api/" not in whole
    # but for the hash that stands before the list's entry, and covers what nobody outside knows
    before = json.loads(listed)["prev"]
    assert [one.sha256 for one in acts if one.sha256.encode() in whole] in ([], [before])


async def test_a_list_that_the_chain_does_not_bear_out_gives_no_package(house: House) -> None:
    changed = (
        "json_set(detail, '$.count', 7)"
        if house.world.address.startswith("sqlite")
        else ("(detail::jsonb || '{\"count\": 7}'::jsonb)")
    )
    await house.world.attack(f"UPDATE audit_entry SET detail = {changed} WHERE kind = 'chain-listed'")
    with pytest.raises(HotlineError) as caught:
        await house.packed()
    assert caught.value.error_id == "chain-broken"


async def test_what_was_filed_since_the_last_list_is_in_the_next_one_alone(house: House) -> None:
    async def lists() -> list[dict[str, object]]:
        async with house.world.database.reading() as tx:
            return [dict(one.detail) async for one in tx.audit.of_kind(Kind.CHAIN_LISTED)]

    (first,) = await lists()
    await house.world.stamper().stamp()
    assert await lists() == [first], "nothing was filed: the head is stamped as it is"
    async with house.world.database.transaction() as tx:
        detail: dict[str, object] = {"files": [], "facts": {}}
        tx.audit.add(Fact(at=NOW, kind=Kind.RECORDING_STORED, actor="service", subject="call:x", detail=detail))

    async def refuse(*_: object) -> None:
        raise Unavailable("away", error_id="tsa-away")

    failing = house.world.stamper(authority=SimpleNamespace(vouch=refuse, roots=[]))
    with pytest.raises(Unavailable):
        await failing.stamp()
    await house.world.stamper().stamp()
    _, unstamped, second = await lists()
    assert unstamped["after"] == second["after"] == first["until"], "a list without a stamp vouches for nothing"
    assert (first["count"], unstamped["count"], second["count"]) == (1, 1, 1)


@pytest.mark.parametrize(
    "asked", [(), (AskedPart(recording=CALL, start="0:01", end="0:05"),)], ids=["whole", "excerpt"]
)
async def test_whatever_is_changed_in_a_package_is_found(
    house: House, tmp_path: Path, asked: tuple[AskedPart, ...]
) -> None:
    made = await house.packed(*asked)
    out = tmp_path / "out"
    with zipfile.ZipFile(house.desk.path(made)) as archive:
        archive.extractall(out)
    files = sorted(one for one in out.rglob("*") if one.is_file())
    assert len(files) > 15
    for one in files:
        whole = one.read_bytes()
        if whole:
            at = random.randrange(len(whole))
            one.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert await asyncio.to_thread(check, out, house.key.fingerprint), f"{one} was changed at {at}"
        one.unlink()
        assert await asyncio.to_thread(check, out, house.key.fingerprint), f"{one} was taken away"
        one.write_bytes(whole)
    assert await asyncio.to_thread(check, out, house.key.fingerprint) == ""
    # all of it made anew by somebody with another key
    other = ensure_key(tmp_path / "other")
    (out / "khoa-cong-khai.pem").write_text(pem_of(other.public_key()))
    for name in (SUMS, MANIFEST):
        (out / f"{name}.sig").write_bytes(other.sign((out / name).read_bytes()))
    assert await asyncio.to_thread(check, out, house.key.fingerprint) == "key"


async def test_two_people_and_one_winner(house: House) -> None:
    asked = await house.desk.request(house.request(), ASKS, NOW)
    with pytest.raises(HotlineError) as own:
        await house.desk.decide(asked.id, Move.APPROVE, ASKS, NOW)
    assert own.value.error_id == "same-person"
    done = await asyncio.gather(
        *(house.desk.decide(asked.id, Move.APPROVE, f"token:p{n}", NOW) for n in range(4)), return_exceptions=True
    )
    winners = [one for one in done if isinstance(one, Disclosure)]
    assert len(winners) == 1
    assert {one.error_id for one in done if isinstance(one, HotlineError)} <= {"disclosure-state", "disclosure-changed"}
    kept = await house.desk.get(asked.id)
    assert (kept.state, kept.decided_by) == (State.APPROVED, winners[0].decided_by)
    async with house.world.database.reading() as tx:
        told = [one.kind for one in await tx.audit.about(f"disclosure:{asked.id}")]
    assert told == ["disclosure-requested", "disclosure-approved"]


async def test_handed_out_with_who_when_and_which_hash(house: House) -> None:
    made = await house.packed()
    for to in ("Trần Văn Bình, điều tra viên", "Lê Thị Cúc, cán bộ"):
        await house.desk.hand_out(made.id, to, ASKS, NOW + timedelta(hours=1))
    async with house.world.database.reading() as tx:
        outs = await tx.disclosures.hand_outs(made.id)
        told = [one.kind for one in await tx.audit.about(f"disclosure:{made.id}")]
        of_call = [one.detail for one in await tx.audit.about(f"call:{CALL}") if one.kind == "recording-handed-out"]
    assert [(one.received_by, one.sha256) for one in outs] == [
        ("Trần Văn Bình, điều tra viên", made.sha256),
        ("Lê Thị Cúc, cán bộ", made.sha256),
    ]
    assert told.count("disclosure-handed-out") == 2
    assert of_call == [{"disclosure": made.id, "package_sha256": made.sha256}] * 2
    assert await house.world.findings() == []


async def test_a_changed_package_is_not_handed_out_and_an_old_one_goes(house: House) -> None:
    made = await house.packed()
    path = house.desk.path(made)
    with pytest.raises(HotlineError) as late:
        await house.desk.hand_out(made.id, "Bình", ASKS, NOW + GOOD_FOR)
    assert late.value.error_id == "disclosure-expired"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"\0\0")
    with pytest.raises(HotlineError) as caught:
        await house.desk.hand_out(made.id, "Bình", ASKS, NOW)
    assert caught.value.error_id == "package-damaged"
    assert await house.desk.sweep(NOW) == 0 and path.exists()
    assert await house.desk.sweep(NOW + GOOD_FOR) == 1
    kept = await house.desk.get(made.id)
    assert (kept.state, kept.sha256, path.exists()) == (State.EXPIRED, made.sha256, False)


async def test_nothing_damaged_is_packed_and_what_was_left_half_made_goes(house: House) -> None:
    asked = await house.desk.request(house.request(), ASKS, NOW)
    await house.desk.decide(asked.id, Move.APPROVE, ALLOWS, NOW)
    file = house.world.root / house.world.filed.tracks[0].path
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(HotlineError) as caught:
        await house.desk.pack(asked.id, ASKS, NOW)
    assert caught.value.error_id == "recording-damaged"
    assert not house.folder.exists() or list(house.folder.iterdir()) == []
    house.folder.mkdir(exist_ok=True)
    left = house.folder / ".1022-x.zip.part"
    left.write_bytes(b"half")
    os.utime(left, (NOW.timestamp() - 3 * 86400,) * 2)
    await house.desk.sweep(NOW)
    assert not left.exists()


async def test_its_row_is_held_against_the_chain(house: House) -> None:
    made = await house.packed()
    await house.desk.hand_out(made.id, "Bình", ASKS, NOW)
    other = await house.desk.request(house.request(), ASKS, NOW)

    async def named() -> list[str]:
        return [one.name for one in await house.world.findings() if one.fault is Fault.DISCLOSURE]

    assert await named() == []
    for attack, wrong in (
        (f"UPDATE disclosure SET state = 'approved' WHERE id = '{other.id}'", [other.id]),
        (f"UPDATE disclosure SET sha256 = '{'ab' * 32}' WHERE id = '{made.id}'", sorted([made.id, other.id])),
        (f"UPDATE disclosure SET id = '{'0' * 16}' WHERE id = '{other.id}'", ["0" * 16, made.id, other.id]),
    ):
        await house.world.attack(attack)
        assert await named() == wrong


async def test_one_that_is_handed_out_in_this_very_moment_keeps_its_package(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, late = await house.packed(), await house.desk.request(house.request(), ASKS, NOW)
    everything = DisclosureRepository.all

    async def quicker(self: DisclosureRepository, state: State | None = None, *, limit: int = 100) -> object:
        found = await everything(self, state, limit=limit)
        if state is State.PACKED and limit == 1000:
            await house.desk.hand_out(made.id, "Bình", ASKS, NOW)
        return found

    monkeypatch.setattr(DisclosureRepository, "all", quicker)
    assert await house.desk.sweep(NOW + GOOD_FOR) == 2, "the other one, and this one as what it is now"
    monkeypatch.undo()
    assert (await house.desk.get(late.id)).state is State.EXPIRED
    assert (await house.desk.get(made.id)).state is State.EXPIRED and not house.desk.path(made).exists()


async def test_a_sweep_that_is_refused_leaves_the_package_and_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, late = await house.packed(), await house.packed()
    move = DisclosureRepository.move

    async def refused(self: DisclosureRepository, before: Disclosure, after: Disclosure) -> None:
        if before.id == made.id:
            raise Refused("another one was quicker", error_id="disclosure-changed")
        await move(self, before, after)

    monkeypatch.setattr(DisclosureRepository, "move", refused)
    assert await house.desk.sweep(NOW + GOOD_FOR) == 1
    assert house.desk.path(made).exists() and not house.desk.path(late).exists()
    assert (await house.desk.get(made.id)).state is State.PACKED


async def test_a_folder_among_the_packages_is_left_and_the_rest_is_swept(house: House) -> None:
    house.folder.mkdir(exist_ok=True)
    folder, left = house.folder / "a folder", house.folder / "z.zip.part"
    folder.mkdir()
    left.write_bytes(b"half")
    for one in (folder, left):
        os.utime(one, (NOW.timestamp() - 3 * 86400,) * 2)
    assert await house.desk.sweep(NOW) == 0
    assert folder.exists() and not left.exists()


@pytest.mark.parametrize(
    "more", [{"unit": ""}, {"why": " "}, {"letter": "x" * 501}, {"recordings": ()}, {"recordings": ("a", "a")}]
)
async def test_a_request_says_who_and_why(house: House, more: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        house.request(**more)


async def test_refusing_and_taking_back_need_words(house: House) -> None:
    made = await house.packed()
    for move in (Move.WITHDRAW, Move.REFUSE):
        with pytest.raises(Invalid):
            await house.desk.decide(made.id, move, ALLOWS, NOW, "  ")
    path = house.desk.path(made)
    assert (await house.desk.decide(made.id, Move.WITHDRAW, ASKS, NOW, "Nhầm cuộc gọi")).state is State.WITHDRAWN
    assert not path.exists()


async def test_the_same_by_the_api(house: House) -> None:
    view = DisclosuresView(house.world.database, house.desk, house.links)
    asked = await view.request(house.request(), (), ASKS, NOW)
    with pytest.raises(HotlineError) as own:
        await view.decide(asked.id, Decision.APPROVE, "", "", ASKS, NOW)
    assert own.value.error_id == "same-person"
    await view.decide(asked.id, Decision.APPROVE, "", "", ALLOWS, NOW)
    made = await view.pack(asked.id, ALLOWS, NOW)
    given = await view.hand_out(asked.id, "Trần Văn Bình", ALLOWS, NOW)
    assert [(one.received_by, one.sha256) for one in given.hand_outs] == [("Trần Văn Bình", made.sha256)]
    listed = await view.list(Filter(state=State.HANDED_OUT))
    assert listed.disclosures == (await view.get(asked.id),) and given.recordings != (CALL,)


async def test_killed_while_packing_no_half_package_has_a_good_name(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from hotline1022.evidence.package import Member, Signing, write\n"
        "def pieces():\n    while True:\n        print('piece', flush=True); yield bytes(1 << 16)\n"
        "key = Signing(sign=lambda b: b, pem='', fingerprint='')\n"
        "write(Path(sys.argv[1]), [Member(name='a.wav', kind='original', pieces=pieces())], {}, datetime.now(UTC), key)\n"
    )
    for turn in range(3):
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, str(tmp_path / "p" / "a.zip"), cwd=TOP, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert running.stdout is not None
            for _ in range(5 + turn):
                async with asyncio.timeout(30):
                    assert await running.stdout.readline()
        finally:
            running.kill()
            await running.wait()
        assert [one.name for one in (tmp_path / "p").iterdir()] == [".a.zip.part"]


async def test_the_commands(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in [one for one in os.environ if one.startswith("HOTLINE1022_") and one != "HOTLINE1022_ROOT"]:
        monkeypatch.delenv(one)
    monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOTLINE1022_DATABASE_URL", house.world.address)
    monkeypatch.setenv("HOTLINE1022_AUDIT_SECOND_PLACE", str(house.world.place))
    monkeypatch.setenv("HOTLINE1022_RECORDINGS_KEYS", str(house.world.ring.folder or ""))

    async def say(*words: str) -> tuple[int, str]:
        done = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", *words])
        return done.exit_code, done.output

    given = [
        "--unit",
        "Công an tỉnh",
        "--letter",
        "12/CSĐT",
        "--date",
        "2026-11-24",
        "--person",
        "Bình",
        "--why",
        "Tin báo",
    ]
    code, said = await say("request", CALL, *given)
    assert code == 0, said
    id = said.split()[1]
    code, said = await say("approve", id)
    assert code == 1 and "same-person" in said
    await house.desk.decide(id, Move.APPROVE, ALLOWS, NOW)
    code, said = await say("pack", id)
    assert code == 0, said
    with zipfile.ZipFile(said.splitlines()[0]) as archive:
        assert MANIFEST in archive.namelist()
    code, said = await say("hand-out", id, "--to", "Trần Văn Bình, điều tra viên")
    assert code == 0 and "fingerprint of the key" in said, said
    code, said = await say("list", "--state", "handed-out")
    assert code == 0 and id in said
    code, said = await say("disclosure", id)
    assert json.loads(said)["hand_outs"][0]["received_by"] == "Trần Văn Bình, điều tra viên"

    # only a part, and a link; what cannot be typed is told
    for wrong, word in ((("--part", "0:01-0:02"), "excerpt-range"), (("--part", "0:01..0:00.5"), "excerpt-reversed")):
        code, said = await say("request", CALL, *given, *wrong)
        assert code == 1 and word in said, said
    code, said = await say("request", CALL, *given, "--bleep", f"{CALL}=0:00.1..0:00.2", "--bleep", "0:00.3..0:00.4")
    assert code == 0, said
    id = said.split()[1]
    code, said = await say("change", id, "--part", "..0:00.5", "--bleep", "0:00.1..0:00.2")
    assert code == 0 and "in its form 2" in said, said
    terms = said.split()[-1]
    code, said = await say("disclosure", id)
    shown = json.loads(said)
    assert shown["terms"].startswith(terms)
    (out,) = shown["goes_out"].values()
    assert (out["start_ms"], out["end_ms"], len(out["bleeps"])) == (0, 500, 1)
    await house.desk.decide(id, Move.APPROVE, ALLOWS, NOW, terms=terms)
    code, said = await say("pack", id)
    assert code == 0 and "-trich-doan.zip" in said, said
    code, said = await say("link", id, "--to", "Bình")
    assert code == 1 and "link-address-missing" in said
    monkeypatch.setenv("HOTLINE1022_DISCLOSURE_LINK_ADDRESS", ADDRESS)
    code, said = await say("link", id, "--to", "Bình")
    assert code == 0 and said.startswith(ADDRESS), said
