"""A hotline that is backed up, and another place to put it back; on both databases. Keeps nothing."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.types import Batch, CallFilter
from hotline1022.db.unit import Database
from hotline1022.recordings import jobs
from hotline1022.recordings.copies import make_copy
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.types import Side
from hotline1022.recordings.verify import verify
from hotline1022.service.backup.make import KeyFile, Made, make_backup
from hotline1022.service.backup.restore import Restored, restore
from hotline1022.service.backup.shelf import Watch
from hotline1022.service.evidence.parts import begin
from hotline1022.service.evidence.stamp_check import trust_of
from hotline1022.service.evidence.walk import Examiner
from hotline1022.service.settings.tree import Settings
from tests.contract.database.made import a_call, a_fact, answered, at
from tests.lab.backup_process import settings_for
from tests.lab.postgres import TemporaryPostgres
from tests.unit.recordings_world import CITIZEN_TONE, EPOCH, facts, file, leg, name, put, tone

_numbers = itertools.count(1)
PASSPHRASE = "một câu thật dài"


def unseen(_done: int, _total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class House:
    """A hotline with recordings, and a place for another one of the same kind."""

    settings: Settings
    elsewhere: Settings
    shelf: Path

    async def back_up(self, **changes: object) -> Made:
        """Make one."""
        given: dict[str, object] = {"copies": False, "keys": None, "watch": lambda _done, _total: None}
        return await make_backup(self.settings, None, self.shelf, **(given | changes))  # type: ignore[arg-type]

    async def put_back(
        self, backup: Path, keys: KeyFile | None = None, *, watch: Watch = unseen, without_broken: bool = False
    ) -> Restored:
        """Elsewhere."""
        return await restore(self.elsewhere, backup, keys=keys, watch=watch, without_broken=without_broken)

    @property
    def keys(self) -> Keys:
        """Of its recordings."""
        return self.settings.recordings.ring


@pytest.fixture(params=["sqlite", "postgresql"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """Three recorded calls."""
    urls = ["", ""]
    if request.param == "postgresql":
        cluster: TemporaryPostgres = request.getfixturevalue("cluster")
        urls = [await cluster.make(f"backup{next(_numbers)}") for _ in range(2)]
    menu, studio = tmp_path / "own-menu.toml", tmp_path / "studio"
    menu.write_text("# thực đơn\n")
    (studio / "vi").mkdir(parents=True)
    (studio / "vi" / "chào.wav").write_bytes(file(tone(CITIZEN_TONE, 100)))
    settings = settings_for(tmp_path / "data", urls[0], menu=menu, prompts_studio=studio)
    (tmp_path / "data" / "spool").mkdir(parents=True)
    await migrate(settings.database_url)
    async with Database(settings.database_url) as database:
        await begin(database)
    made = House(settings, settings_for(tmp_path / "else", urls[1]), tmp_path / "shelf")
    await record(made, 0, 3)
    yield made


def call_of(number: int) -> CallId:
    """By its number."""
    return CallId(ChannelId(f"hl1-{EPOCH}.{1000 + number}"))


async def record(house: House, first: int, count: int) -> None:
    """So many calls of one track each, filed as the service does, each with a listening copy."""
    paths = house.settings.paths
    async with Database(house.settings.database_url) as database:
        store = SqlRecordingStore(database)
        for number in range(first, first + count):
            call = call_of(number)
            history = tuple(a_fact(call, seq=seq, second=number + seq) for seq in range(3))
            await database.save(Batch(calls=(a_call(call, number),), events=history))
            title = name(call, LegKind.CITIZEN, Side.SAID, call=call)
            await asyncio.to_thread(put, paths.spool, title, file(tone(CITIZEN_TONE, 500 + number)))
            told = facts(leg(call, LegKind.CITIZEN, 0, 500 + number), ended=500 + number, call=call)
            (outcome,) = await asyncio.to_thread(
                jobs.file_calls, paths.spool, paths.recordings, [told], keys=house.keys
            )
            assert isinstance(outcome, jobs.Filed), outcome
            await store.save([outcome.filed])
            await database.save(Batch(calls=(answered(call, number, answered_at=at(number), version=2),)))
            jobs.release(paths.spool, paths.recordings, outcome.marks)
            copy = make_copy(paths.spool, paths.recordings, told, outcome.filed.tracks, None, keys=house.keys).row
            await store.save_copies([copy])


async def sound(settings: Settings, keys: Keys | None = None) -> int:
    """Every file as its row promises, no file too many, the chain whole; how many files."""
    async with Database(settings.database_url) as database:
        found = await verify(
            SqlRecordingStore(database),
            settings.paths.recordings,
            keys=keys or settings.recordings.ring,
            fresh_seconds=0,
        )
        ring = keys or settings.recordings.ring
        examiner = Examiner(database, settings.paths.recordings, trust_of(settings), keys=ring)
        evidence = await examiner.everything()
    assert found.ok, found
    assert evidence.findings == [] and evidence.begun and evidence.entries == evidence.head.seq > 0
    return found.checked


async def kinds(settings: Settings) -> list[str]:
    """Of all entries."""
    async with Database(settings.database_url) as database, database.reading() as tx:
        return [entry.kind async for some in tx.audit.entries() for entry in some]


async def calls(settings: Settings) -> int:
    """Rows of calls."""
    async with Database(settings.database_url) as database, database.reading() as tx:
        return len((await tx.calls.list(CallFilter(limit=1000))).calls)
