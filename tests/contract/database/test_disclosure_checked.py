"""A package that a stranger checks with stock tools leads to the stamp, tells of nobody else, and whatever is changed in it is found."""

import asyncio
import json
import random
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

from hotline1022.audit.stamps import pem_of
from hotline1022.audit.types import Fact, Kind
from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.evidence.excerpt import AskedPart
from hotline1022.evidence.package import MANIFEST, SUMS
from hotline1022.recordings.seal import looks_sealed
from hotline1022.service.evidence.stamp_key import ensure_key
from tests.contract.database.disclosure_house import house
from tests.lab.disclosure_world import NOW, House, check
from tests.unit.recordings_world import CALL

__all__ = ["house"]


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
