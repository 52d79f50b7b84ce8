"""A package whose chain was stamped by an authority: `openssl ts -verify` alone checks it, by the words of its readme."""

import asyncio
import re
import shlex
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.evidence.types import Disclosure
from hotline1022.service.evidence.tsa import Authority, read_roots
from tests.lab import tsa
from tests.lab.disclosure_world import House, a_house, check
from tests.lab.tsa import Tsa
from tests.unit.recordings_world import CALL


@pytest.fixture
async def authority(tmp_path: Path) -> AsyncIterator[Tsa]:
    made = await asyncio.to_thread(tsa.make, tmp_path / "tsa")
    async with tsa.running(made):
        yield made


def as_the_readme_says(out: Path) -> "subprocess.CompletedProcess[str]":
    """The readme's own line. Blocks."""
    (line,) = re.findall(r"^ +(openssl ts -verify .*)$", (out / "DOC-TOI-TRUOC.txt").read_text(), re.MULTILINE)
    command = shlex.split(line.replace("CUỘC-GỌI", CALL))
    return subprocess.run(command, cwd=out, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("roots", ["root", "root-and-own"])
async def test_checked_by_openssl_alone(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: Tsa, roots: str
) -> None:
    file = authority.roots if roots == "root" else authority.with_own
    stamping = {"authority": Authority(authority.url, read_roots(str(file)), seconds=20)}
    async with a_house(address, tmp_path, monkeypatch, stamping=stamping, roots=file.read_bytes()) as house:
        out = house.unpacked(await packed_anew(house), tmp_path / "out")
        assert await asyncio.to_thread(check, out, house.key.fingerprint) == ""
    stamps = out / CALL / "dau"
    assert {one.name for one in stamps.iterdir()} == {"statement.json", "statement.tsr", "chung-thu.pem"}
    done = await asyncio.to_thread(as_the_readme_says, out)
    assert done.returncode == 0 and "Verification: OK" in done.stdout + done.stderr, done.stderr
    # the authority's root from elsewhere, as the readme advises
    (stamps / "chung-thu.pem").write_bytes(authority.with_own.read_bytes())
    assert (await asyncio.to_thread(as_the_readme_says, out)).returncode == 0
    for name in ("statement.json", "statement.tsr"):
        whole = (stamps / name).read_bytes()
        (stamps / name).write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        assert (await asyncio.to_thread(as_the_readme_says, out)).returncode != 0, name
        (stamps / name).write_bytes(whole)
    other = await asyncio.to_thread(tsa.make, tmp_path / "other")
    (stamps / "chung-thu.pem").write_bytes(other.roots.read_bytes())
    assert (await asyncio.to_thread(as_the_readme_says, out)).returncode != 0


async def packed_anew(house: House) -> Disclosure:
    """A package behind a stamp of the authority: the world's first stamp was by our own key, and the first one counts."""
    await house.world.attack("DELETE FROM audit_stamp WHERE method = 'ed25519'")
    return await house.packed()
