"""All stored files under the newest key, portion by portion, each with its entry in the audit first. Safe while calls run.

The entry is written when the new files lie ready and were read back, and before they get their names: what was changed has
its entry whatever happens in between; a portion that was cut off has it twice.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hotline1022.audit.types import Fact, Kind
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.reseal import Resealed, prepare, replace, sealed_with
from hotline1022.recordings.types import StoredFile
from hotline1022.service.lock import RESEALING, nothing_leaves

#: files in one portion
PORTION = 64


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What it came to."""

    #: files that were looked at
    seen: int = 0
    #: files that were written anew
    done: int = 0
    #: files that had the newest key already
    ready: int = 0
    #: files that stayed as they were, with the reason
    failed: list[str] = field(default_factory=list)


async def reseal(
    database: Database,
    root: Path,
    keys: Keys,
    *,
    actor: str,
    pool: HeavyPool,
    progress: Callable[[int], None],
    leaving: Path,
) -> Outcome:
    """Do all of it; `progress` is told how many files were looked at. Unavailable `disk-full` leaves the rest for later.

    Names are given under the lock `leaving`: a file that is just being deleted must not come back under its new key. Another
    one beside it says all the while that new files still get their names: see leftovers.py.
    """
    outcome = Outcome()
    async with nothing_leaves(leaving.with_name(RESEALING)):
        async for portion in _portions(database):
            made = await pool.run(prepare, root, portion, keys)
            if made.done:
                async with database.transaction() as tx:
                    for fact in _facts(made.done, actor):
                        tx.audit.add(fact)
                async with nothing_leaves(leaving):
                    kept = await pool.run(replace, root, made.done)
                if kept:
                    async with database.transaction() as tx:
                        tx.audit.add(_kept(kept, actor))
                outcome.failed += [f"{path}: it was exchanged or deleted meanwhile; begin again" for path in kept]
                outcome.done += len(made.done) - len(kept)
            outcome.ready += made.ready
            outcome.failed += made.failed
            outcome.seen += len(portion)
            progress(outcome.seen)
    return outcome


async def by_key(database: Database, root: Path, *, pool: HeavyPool, progress: Callable[[int], None]) -> dict[str, int]:
    """How many stored files are sealed with which key."""
    counts: defaultdict[str, int] = defaultdict(int)
    async for portion in _portions(database):
        for name, count in (await pool.run(sealed_with, root, portion)).items():
            counts[name] += count
        progress(sum(counts.values()))
    return dict(counts)


async def _portions(database: Database) -> AsyncIterator[list[StoredFile]]:
    """The files that rows promise now; read beforehand, so that no connection is held while they are written."""
    async with database.reading() as tx:
        files = [file async for file in tx.recordings.stored()]
    for at in range(0, len(files), PORTION):
        yield files[at : at + PORTION]


def _kept(paths: Sequence[str], actor: str) -> Fact:
    """That the entry before said too much: these files did not get their new bytes."""
    detail: dict[str, object] = {"not_sealed": list(paths), "why": "exchanged or deleted meanwhile"}
    return Fact(at=datetime.now(UTC), kind=Kind.RECORDING_SEALED, actor=actor, origin="cli", detail=detail)


def _facts(files: list[Resealed], actor: str) -> list[Fact]:
    """One entry a call."""
    calls: defaultdict[str, list[Resealed]] = defaultdict(list)
    for file in files:
        calls[file.path.rpartition("/")[0].rpartition("/")[2]].append(file)
    at = datetime.now(UTC)
    return [
        Fact(
            at=at,
            kind=Kind.RECORDING_SEALED,
            actor=actor,
            origin="cli",
            subject=f"call:{call}",
            detail={
                "key": some[0].key,
                "before": sorted({file.before for file in some}),
                "files": [{"path": file.path, "sha256": file.sha256} for file in some],
            },
        )
        for call, some in calls.items()
    ]
