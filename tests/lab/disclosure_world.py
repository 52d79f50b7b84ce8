"""A house that discloses, on a real database with real files: a filed call of six seconds, two people, a desk that packs in a
thread; and the stranger who checks a package with stock tools alone. Keeps nothing.
"""

import re
import subprocess
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.events import LegKind
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.evidence.excerpt import AskedPart
from hotline1022.evidence.package import MANIFEST, README, SUMS, Signing
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import Disclosure, Request
from hotline1022.recordings.ffmpeg import no_ffmpeg
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.names import from_ms
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.types import CopyRow
from hotline1022.service.disclosure.desk import DisclosureDesk
from hotline1022.service.disclosure.job import signing_of
from hotline1022.service.disclosure.links import DisclosureLinks
from hotline1022.service.disclosure.pack import Packer
from hotline1022.service.evidence.stamper import Stamper
from hotline1022.service.recordings.original_check import OriginalCheck
from hotline1022.service.settings.disclosure import DisclosureSettings
from tests.contract.database.made import a_fact, a_leg, answered
from tests.lab.evidence_world import World, build, everything_now, thread_pool
from tests.unit.recordings_world import AGENT, CALL, START, Board, Book, Phones, two_agents

NOW = datetime(2026, 11, 29, 7, 0, tzinfo=UTC)
ASKS, ALLOWS = "token:thanh-tra", "token:lanh-dao"
CALLER = "+84901234567"
#: when the citizen pressed a key: the first of them 10, and so on
PRESSED = (500, 1500, 2500, 4500)
#: what stands in front of the secret of a link
ADDRESS = "https://1022.example.vn/g/"


@dataclass
class House:
    """Everything that discloses."""

    world: World
    desk: DisclosureDesk
    links: DisclosureLinks
    key: Signing
    folder: Path

    def request(self, **more: object) -> Request:
        """What the police ask for."""
        given: dict[str, object] = {
            "unit": "Công an tỉnh", "letter": "12/CSĐT", "letter_date": date(2026, 11, 24),
            "person": "Trần Văn Bình", "why": "Xác minh tin báo", "recordings": (CALL,),
        }  # fmt: skip
        return Request(**given | more)  # type: ignore[arg-type]

    async def packed(self, *asked: AskedPart) -> Disclosure:
        """Asked for, allowed and packed."""
        one = await self.desk.request(self.request(), ASKS, NOW, asked)
        await self.desk.decide(one.id, Move.APPROVE, ALLOWS, NOW, terms=one.request.terms if asked else "")
        return await self.desk.pack(one.id, ASKS, NOW)

    def unpacked(self, one: Disclosure, folder: Path) -> Path:
        """Its package in this folder. Blocks."""
        with zipfile.ZipFile(self.desk.path(one)) as archive:
            archive.extractall(folder)
        return folder


@asynccontextmanager
async def a_house(
    address: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    ring: Keys = NO_KEYS,
    stamping: dict[str, Any] | None = None,
    roots: bytes = b"",
) -> AsyncIterator[House]:
    """A house in this folder; `ring`: keys by which recordings are sealed; `stamping`: of the Stamper."""
    everything_now(monkeypatch)
    await migrate(address)
    async with Database(address) as database:
        world = await build(address, database, folder, ring=ring)
        began, over = from_ms(START), from_ms(START + 6000)
        call = answered(CALL, 0, entered_at=began, answered_at=began, ended_at=over, version=9, caller_e164=CALLER)
        legs = (
            a_leg(CALL, CALL, started_at=began, ended_at=over),
            a_leg(CALL, AGENT, kind=LegKind.AGENT, party="101", person="1001", started_at=from_ms(START + 1000),
                  ended_at=from_ms(START + 3000)),
        )  # fmt: skip
        keys = tuple(a_fact(CALL, seq=10 + n, at=from_ms(START + ms)) for n, ms in enumerate(PRESSED))
        entered = a_fact(CALL, seq=9, at=began, kind="CallEntered", data={"did": "1022", "caller": CALLER, "sent": ""})
        await database.save(Batch(calls=(call,), legs=legs, events=(entered, *keys)))
        stamper: Stamper = world.stamper(**stamping or {})
        await stamper.stamp()
        (folder / "facts").mkdir()
        pool = thread_pool()
        desk = a_desk(world, folder, pool, stamp=stamper.stamp, roots=roots)
        settings = DisclosureSettings(link_address=ADDRESS)
        links = DisclosureLinks(database, desk, folder / "packages", settings, clock=lambda: NOW)
        yield House(world, desk, links, signing_of(world.keys), folder / "packages")
        await pool.close()


def a_desk(
    world: World,
    folder: Path,
    pool: HeavyPool,
    *,
    stamp: Callable[[], Awaitable[object]],
    roots: bytes = b"",
    kind: type[Packer] = Packer,
    copied: Callable[[CopyRow], CopyRow] = lambda row: row,
) -> DisclosureDesk:
    """The desk over a world in this folder; `copied`: what happens to a copy before it is packed."""
    database, book, spool = world.database, Book(two_agents(folder / "facts")), folder / "data" / "spool"
    worker = RecordingWorker(
        spool=spool, root=world.root, store=SqlRecordingStore(database), book=book, channels=Phones(), notices=Board(),
        pool=pool, keys=world.ring,
    )  # fmt: skip

    async def copy(_: str) -> CopyRow:
        return copied(await worker.listening_copy(CALL))

    packer = kind(
        database=database, book=book, spool=spool, root=world.root, keys=world.ring, signing=world.keys, copy=copy,
        originals=OriginalCheck(database, world.examiner(), world.bells), stamp=stamp, ffmpeg=no_ffmpeg,
        roots=lambda: roots, pool=thread_pool,
    )  # fmt: skip
    return DisclosureDesk(database, packer, folder / "packages")


def check(folder: Path, key: str) -> str:
    """What a stranger does, by the readme, with stock tools; "" when all is well, else what failed first."""

    def ran(*command: str) -> bool:
        return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0

    public = "khoa-cong-khai.pem"
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", public, "-outform", "DER"], cwd=folder, capture_output=True, check=False
    )
    if der.returncode or sha256(der.stdout).hexdigest() != key:
        return "key"
    for name in (SUMS, MANIFEST):
        if not ran(
            "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", name, "-sigfile", f"{name}.sig"
        ):  # fmt: skip
            return name
    return "" if ran("sha256sum", "-c", "--strict", SUMS) else "sums"


def by_the_readme(out: Path) -> list[tuple[str, int, str]]:
    """Each of the readme's own commands, run by `sh` in the package: the command, its exit code, what it printed. Blocks."""
    lines = (out / README).read_text().replace("CUỘC-GỌI", CALL).splitlines()
    commands = [line.strip() for line in lines if re.match(r"     (openssl|sha256sum|find|sed|grep|for) ", line)]
    # the one for an authority's stamp is for packages that have one: test_package_stamped.py
    commands = [one for one in commands if "statement.tsr" not in one]
    done = [subprocess.run(["sh", "-c", one], check=False, cwd=out, capture_output=True, text=True) for one in commands]
    return [(one, ran.returncode, ran.stdout + ran.stderr) for one, ran in zip(commands, done, strict=True)]
