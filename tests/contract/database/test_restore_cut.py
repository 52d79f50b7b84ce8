"""A restore says itself which stamps vouch for what it cut off: these alone are no fault any more, and the cut is told for ever.
Whoever can write rows alone cannot say so.
"""

import asyncio
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hotline1022.audit.cut import Later, detail_of, excused
from hotline1022.audit.stamps import fingerprint
from hotline1022.audit.types import EMPTY, Entry, Fact, Fault, Finding, Head, Kind, link
from hotline1022.core.acting import Acting, acts
from hotline1022.db.unit import Database
from hotline1022.service.backup.make import KeyFile, Made
from hotline1022.service.cli.main import main
from hotline1022.service.evidence.nightly import Nightly
from hotline1022.service.evidence.stamp_check import trust_of
from hotline1022.service.evidence.stamper import note_key, stamper_of
from hotline1022.service.evidence.walk import Evidence, Examiner
from hotline1022.service.settings.audit import Audit
from hotline1022.service.settings.tree import Settings
from tests.contract.database.backup_world import PASSPHRASE, House, house, kinds
from tests.lab.evidence_world import Bells, World, thread_pool

__all__ = ["house"]


@pytest.fixture
def shared(house: House, tmp_path: Path) -> House:
    """Both places have one second place."""
    audit = Audit(second_place=str(tmp_path / "second"))
    here, there = (replace(one, audit=audit) for one in (house.settings, house.elsewhere))
    return House(here, there, house.shelf)


async def act_and_stamp(settings: Settings, count: int) -> None:
    async with Database(settings.database_url) as database:
        for number in range(count):
            with acts(Acting(actor="token:desk", origin="lan", act=f"POST /api/{number}")):
                async with database.transaction():
                    pass
        await stamper_of(settings, database, Bells()).stamp()


async def look(settings: Settings) -> Evidence:
    async with Database(settings.database_url) as database:
        return await Examiner(database, settings.paths.recordings, trust_of(settings)).everything()


async def put_back(shared: House, tmp_path: Path, *, keys: bool = True) -> Made:
    """A backup, two stamps after it, and the backup elsewhere."""
    box = KeyFile(path=tmp_path / "keys.box", passphrase=PASSPHRASE)
    await act_and_stamp(shared.settings, 2)
    made = await shared.back_up(keys=box)
    await act_and_stamp(shared.settings, 3)
    await act_and_stamp(shared.settings, 3)
    await shared.put_back(made.folder, box if keys else None)
    return made


def of_tail(found: list[Finding]) -> list[Fault]:
    return [one.fault for one in found if one.fault in (Fault.CUT, Fault.REWRITTEN)]


async def test_what_a_restore_cut_off_is_no_fault_and_is_told_for_ever(
    shared: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await put_back(shared, tmp_path)
    found = await look(shared.elsewhere)
    assert found.findings == []
    (said,) = found.remarks
    seq = found.head.seq
    assert (said.fault, said.seq, said.name) == (Fault.RESTORED, seq, f"backup:{made.folder.name}")
    assert "cli:" in said.text and "2 stamps in the second place" in said.text and found.cuts == {seq}
    # the chain grows over the numbers of what was lost, and is stamped
    await act_and_stamp(shared.elsewhere, 20)
    grown = await look(shared.elsewhere)
    assert grown.findings == [] and [one.seq for one in grown.remarks] == [seq]
    for setting, value in (
        ("PATHS_DATA", shared.elsewhere.paths.data),
        ("DATABASE_URL", shared.elsewhere.database.url),
        ("AUDIT_SECOND_PLACE", shared.elsewhere.audit.second_place),
    ):
        monkeypatch.setenv(f"HOTLINE1022_{setting}", str(value))
    done = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", "verify"])
    assert done.exit_code == 0 and f"note: entry {seq}: on " in done.stdout
    done = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", "verify", "--json"])
    assert done.exit_code == 0 and [one["seq"] for one in json.loads(done.stdout)["remarks"]] == [seq]


async def test_the_first_night_rings_and_the_others_do_not(shared: House, tmp_path: Path) -> None:
    await put_back(shared, tmp_path)
    bells, settings = Bells(), shared.elsewhere
    async with Database(settings.database_url) as database:
        examiner = Examiner(database, settings.paths.recordings, trust_of(settings), pool=thread_pool())
        night = Nightly(database, examiner, bells, calls=5)
        for _ in range(3):
            assert (await night.look()).ok
    ((kind, text, _),) = bells.rung
    assert kind == "chain-cut" and "cli:" in text and "is lost" in text


async def test_exactly_these_stamps_and_no_other(shared: House, tmp_path: Path) -> None:
    await put_back(shared, tmp_path)
    await act_and_stamp(shared.settings, 1)  # the old place goes on: nobody said that this was cut off
    found = await look(shared.elsewhere)
    (wrong,) = found.findings
    assert (
        wrong.fault is Fault.CUT
        and "it does not name this stamp" in wrong.text
        and "move the stamp's file" in wrong.text
    )


async def test_without_our_key_it_excuses_nothing_and_says_what_to_do(shared: House, tmp_path: Path) -> None:
    await put_back(shared, tmp_path, keys=False)
    found = await look(shared.elsewhere)
    cut = [one for one in found.findings if one.fault is Fault.CUT]
    assert len(cut) == 2 and all("our key was not here then" in one.text for one in cut)
    assert [one.fault for one in found.remarks] == [Fault.RESTORED] and found.cuts == frozenset()


async def test_a_second_place_that_is_away_excuses_nothing(shared: House, tmp_path: Path) -> None:
    box = KeyFile(path=tmp_path / "keys.box", passphrase=PASSPHRASE)
    await act_and_stamp(shared.settings, 1)
    made = await shared.back_up(keys=box)
    await act_and_stamp(shared.settings, 3)
    place = Path(shared.elsewhere.audit.second_place)
    await asyncio.to_thread(place.rename, tmp_path / "away")
    await shared.put_back(made.folder, box)
    await asyncio.to_thread((tmp_path / "away").rename, place)
    (wrong, *_) = [one for one in (await look(shared.elsewhere)).findings if one.fault is Fault.CUT]
    assert "the second place could not be read then" in wrong.text


async def test_whoever_writes_rows_alone_cannot_excuse_a_cut_tail(shared: House, tmp_path: Path) -> None:
    await put_back(shared, tmp_path)
    settings = shared.elsewhere
    await act_and_stamp(settings, 4)
    own = Ed25519PrivateKey.generate()
    async with Database(settings.database_url) as database:
        world = World(settings.database_url, database, tmp_path, tmp_path, tmp_path, None, Bells())  # type: ignore[arg-type]
        async with database.reading() as tx:
            entries = [one async for some in tx.audit.entries() for one in some]
        keep = entries[-4]
        await world.attack(
            f"DELETE FROM audit_entry WHERE seq > {keep.seq}", f"DELETE FROM audit_stamp WHERE seq > {keep.seq}"
        )
        assert of_tail((await look(settings)).findings) == [Fault.CUT]
        await note_key(database, own)  # the chain tells of a key of theirs
        async with database.transaction() as tx:
            head = await tx.audit.head()
            lost = Later(name=_last_stamp(settings), seq=entries[-2].seq, sha256=entries[-2].sha256)
            detail = {"manifest": "0" * 64, "made_at": "x", **detail_of("0" * 64, head, [lost], own, seen=True)}
            tx.audit.add(
                Fact(at=datetime.now(UTC), kind=Kind.BACKUP_RESTORED, actor="cli:x", subject="backup:x", detail=detail)
            )
        async with database.reading() as tx:
            forged = await tx.audit.last(Kind.BACKUP_RESTORED)
        assert forged is not None and excused(forged, {fingerprint(own.public_key())}) == (lost,), (
            "but for the key it is whole"
        )
    found = await look(settings)
    assert of_tail(found.findings) == [Fault.REWRITTEN], "another entry has its number by now"
    assert [one.seq for one in found.remarks][-1] == forged.seq, "and the false restore is told too"


def _last_stamp(settings: Settings) -> str:
    return max(Path(settings.audit.second_place).iterdir()).stem


async def test_what_was_cut_off_behind_the_restore_is_found_as_ever(shared: House, tmp_path: Path) -> None:
    await put_back(shared, tmp_path)
    settings = shared.elsewhere
    await act_and_stamp(settings, 30)
    async with Database(settings.database_url) as database:
        world = World(settings.database_url, database, tmp_path, tmp_path, tmp_path, None, Bells())  # type: ignore[arg-type]
        async with database.reading() as tx:
            last = await tx.audit.last(Kind.BACKUP_RESTORED)
        assert last is not None
        await world.attack(
            f"DELETE FROM audit_entry WHERE seq > {last.seq + 9}", f"DELETE FROM audit_stamp WHERE seq > {last.seq + 9}"
        )
    assert of_tail((await look(settings)).findings) == [Fault.CUT]


async def test_the_place_may_be_emptied_later(shared: House, tmp_path: Path) -> None:
    await put_back(shared, tmp_path)
    shutil.rmtree(shared.elsewhere.audit.second_place)
    await act_and_stamp(shared.elsewhere, 1)
    found = await look(shared.elsewhere)
    assert found.findings == [] and len(found.remarks) == 1
    assert (await kinds(shared.elsewhere)).count("backup-restored") == 1


def _entry(key: Ed25519PrivateKey, head: Head, **more: object) -> Entry:
    later = [Later(name="stamp-1", seq=9, sha256="ab" * 32)]
    detail: Mapping[str, object] = {"manifest": "m", **detail_of("m", head, later, key, seen=True), **more}
    return link(Fact(at=datetime.now(UTC), kind=Kind.BACKUP_RESTORED, actor="cli:an", detail=detail), head)


def test_a_signature_is_good_at_its_own_place_for_its_own_stamps_alone() -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    keys = {fingerprint(key.public_key())}
    good = _entry(key, EMPTY)
    assert [one.name for one in excused(good, keys)] == ["stamp-1"]
    assert excused(good, {fingerprint(other.public_key())}) == () and excused(_entry(other, EMPTY), keys) == ()
    elsewhere = Head(seq=3, sha256="cd" * 32)
    moved = link(Fact(at=good.at, kind=Kind.BACKUP_RESTORED, actor="cli:an", detail=good.detail), elsewhere)
    assert excused(moved, keys) == ()
    spoilt: tuple[dict[str, object], ...] = (
        {"later": [{"name": "stamp-2", "seq": 9, "sha256": "ab" * 32}]}, {"later": 7}, {"later": [[]]}, {"later": []},
        {"signature": "!"}, {"signature": 7}, {"public_key": ""}, {"public_key": None}, {"manifest": "n"},
    )  # fmt: skip
    for more in spoilt:
        assert excused(_entry(key, EMPTY, **more), keys) == ()
