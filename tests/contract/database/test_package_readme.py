"""The readme of a package: its own commands, run by `sh`, check all of it, and see what was put in or made up."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.contract.database.disclosure_house import house
from tests.lab.disclosure_world import House, by_the_readme
from tests.unit.recordings_world import CALL

__all__ = ["house"]


async def test_the_readmes_own_commands_check_it_and_see_what_was_put_in(house: House, tmp_path: Path) -> None:
    out = house.unpacked(await house.packed(), tmp_path / "stranger")
    done = await asyncio.to_thread(by_the_readme, out)
    assert [code for _, code, _ in done] == [0] * 10, done
    said = [text for _, _, text in done]
    assert house.key.fingerprint in said[0] and all("Verified Successfully" in said[n] for n in (1, 2, 9))
    assert said[3].splitlines() and all(line.endswith(": OK") for line in said[3].splitlines())
    assert said[4:9] == ["", "1\n", "1\n", "1\n", ""], "no file too many, and the chain leads to the stamp"
    (out / CALL / "goc" / "them.wav").write_bytes(b"RIFF")
    (out / CALL / "SHA256SUMS").write_bytes(b"")
    said = [text for _, _, text in await asyncio.to_thread(by_the_readme, out)]
    assert set(said[4].split()) == {"THỪA:", f"{CALL}/goc/them.wav", f"{CALL}/SHA256SUMS"}
    assert said[8] == f"SAI: {CALL}/goc/them.wav\n"


@pytest.mark.parametrize(
    ("file", "line", "told"),
    [
        ("chuoi.jsonl", 0, {5: "0\n"}),
        ("chuoi.jsonl", 1, {7: "0\n"}),
        ("danh-muc.txt", 0, {5: "0\n", 6: "0\n"}),
        ("dau/statement.json", 0, {7: "0\n", 9: "Signature Verification Failure"}),
    ],
)
async def test_what_was_made_up_in_the_chain_is_seen_by_the_readmes_own_commands(
    house: House, tmp_path: Path, file: str, line: int, told: dict[int, str]
) -> None:
    out = house.unpacked(await house.packed(), tmp_path / "stranger")
    before = [text for _, _, text in await asyncio.to_thread(by_the_readme, out)]
    whole = (out / CALL / file).read_text()
    lines = whole.splitlines()
    # another number, and where there are hashes other ones
    lines[line] = re.sub(r'("seq":|^)[0-9]+', r"\g<1>987654", lines[line], count=1)
    if file != "chuoi.jsonl":
        lines[line] = re.sub(r"[0-9a-f]{64}", "ab" * 32, lines[line])
    (out / CALL / file).write_text("\n".join(lines) + "\n" * whole.endswith("\n"))
    after = [text for _, _, text in await asyncio.to_thread(by_the_readme, out)]
    assert "FAILED" in after[3]
    changed = {n: text for n, text in enumerate(after) if text != before[n] and n != 3}
    assert changed.keys() == told.keys() and all(text in changed[n] for n, text in told.items()), changed
