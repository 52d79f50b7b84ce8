"""A hotline's evidence on a real database: a filed call with its history, acts, a stamp in a second place; and an attacker who
has the database's owner rights. Keeps nothing.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import text

from hotline1022.audit.types import Finding
from hotline1022.core.acting import Acting, acts
from hotline1022.db.engine import connect
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.recordings import jobs
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.names import from_ms
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.ports import StateBook
from hotline1022.recordings.types import FiledCall, Status, TrackRow, VoicemailRow
from hotline1022.recordings.verify import verify
from hotline1022.service.evidence import walk as evidence
from hotline1022.service.evidence.parts import begin
from hotline1022.service.evidence.stamp_check import Trust
from hotline1022.service.evidence.stamp_key import ensure_key
from hotline1022.service.evidence.stamper import Stamper
from hotline1022.service.evidence.walk import Examiner
from tests.contract.database.made import a_call, a_fact
from tests.unit.recordings_world import CALL, CITIZEN_TONE, START, file, name, put, tone, two_agents


class Bells:
    """Alarms that were rung."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, str, str]] = []

    async def ring(self, kind: str, detail: str, call: str = "") -> None:
        """Keep it."""
        self.rung.append((kind, detail, call))


@dataclass
class World:
    """Everything that can be tampered with."""

    address: str
    database: Database
    root: Path
    place: Path
    keys: Path
    filed: FiledCall
    bells: Bells
    #: of its recordings
    ring: Keys = NO_KEYS

    @property
    def originals(self) -> Sequence[TrackRow | VoicemailRow]:
        """Rows of its tracks and its message."""
        return (*self.filed.tracks, *self.filed.voicemails)

    @property
    def trust(self) -> Trust:
        """What is believed: the second place, and keys that the chain tells of."""
        return Trust(folder=self.place, named=True)

    def examiner(self, book: StateBook | None = None) -> Examiner:
        """One that hashes in a thread; `book` is told what it finds of single calls."""
        return Examiner(self.database, self.root, self.trust, keys=self.ring, pool=thread_pool(), book=book)

    def stamper(self, **more: Any) -> Stamper:
        """One that signs."""
        given: dict[str, Any] = {"key": lambda: ensure_key(self.keys), "authority": None, "folder": self.place}
        return Stamper(self.database, self.bells, **given | more)

    async def act(self, name: str, subject: str = "") -> None:
        """Somebody changes something."""
        with acts(Acting(actor="token:desk", origin="127.0.0.1", act=name, subject=subject)):
            async with self.database.transaction():
                pass

    async def findings(self) -> list[Finding]:
        """Everything that is wrong."""
        return (await self.examiner().everything()).findings

    async def attack(self, *statements: str) -> None:
        """As the database's owner: triggers are taken away, then this is executed."""
        engines = connect(self.address)
        try:
            async with engines.writer.begin() as connection:
                if engines.dialect == "postgresql":
                    for table in ("audit_entry", "audit_stamp"):
                        await connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
                else:
                    for table in ("entry", "stamp"):
                        for what in ("update", "delete"):
                            await connection.execute(text(f"DROP TRIGGER IF EXISTS audit_{table}_no_{what}"))
                for one in statements:
                    await connection.execute(text(one))
        finally:
            await engines.close()


def thread_pool() -> HeavyPool:
    """A pool whose worker is a thread: it starts at once."""
    return HeavyPool(lambda: ThreadPoolExecutor(1))


async def build(address: str, database: Database, folder: Path, *, ring: Keys = NO_KEYS) -> World:
    """A filed call of six tracks and a message, seven acts around it, and a stamp after the first ones."""
    spool, root = folder / "data" / "spool", folder / "data" / "recordings"
    spool.mkdir(parents=True)
    call = two_agents(spool)
    put(spool, name(CALL, None, None, START + 5500), file(tone(CITIZEN_TONE, 500)))
    (outcome,) = jobs.file_calls(spool, root, [call], keys=ring)
    assert isinstance(outcome, jobs.Filed)
    jobs.release(spool, root, outcome.marks)
    world = World(
        address=address,
        database=database,
        root=root,
        place=folder / "second",
        keys=folder / "data" / "keys",
        filed=outcome.filed,
        bells=Bells(),
        ring=ring,
    )
    await begin(database)
    events = tuple(a_fact(CALL, seq=seq, second=seq) for seq in range(5))
    await database.save(Batch(calls=(a_call(CALL),), events=events))
    await SqlRecordingStore(database).save([outcome.filed])
    for number in range(4):
        await world.act(f"POST /api/a{number}")
    await world.stamper().stamp()
    for number in range(3):
        await world.act(f"POST /api/b{number}")
    return world


def everything_now(monkeypatch: Any) -> None:
    """A file counts as left over at once, not after ten minutes; hashing is done in a thread."""
    whole: Callable[..., Awaitable[Any]] = verify

    async def at_once(store: Any, root: Path, *, pool: HeavyPool | None = None, **more: Any) -> Any:
        return await whole(store, root, pool=pool or thread_pool(), fresh_seconds=0.0, **more)

    monkeypatch.setattr(evidence, "verify", at_once)


async def long_message(world: World, size: int) -> str:
    """A message of so many bytes of noise among the call's originals; its path."""
    sound = file(random.Random(1022).randbytes(size))
    path = world.filed.tracks[0].path.rpartition("/")[0] + "/message.wav"
    (world.root / path).write_bytes(b"".join(world.ring.written([sound])))
    row = VoicemailRow(
        id="vm1", call=CALL, path=path, sha256=sha256(sound).hexdigest(), duration_ms=size // 16, left_at=from_ms(START),
        reason="key", status=Status.STORED,
    )  # fmt: skip
    filed = FiledCall(call=CALL, tracks=world.filed.tracks, voicemails=(row,), reasons=())
    await SqlRecordingStore(world.database).save([filed])
    return path
