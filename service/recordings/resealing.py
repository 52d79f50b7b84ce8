"""All stored files under the newest key, portion by portion, each with its entry in the audit first. Safe while calls run.

The entry is written when the new files lie ready and were read back, and before they get their names: what was changed has
its entry whatever happens in between; a portion that was cut off has it twice.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from hotline1022.audit.types import Fact, Kind
from hotline1022.db.originals import subject_of
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.names import call_of
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.reseal import Resealed, prepare, replace, sealed_with
from hotline1022.recordings.types import StoredFile
from hotline1022.service.lock import ONE_RESEALS, RESEALING, locked, nothing_leaves

#: files in one portion
PORTION = 64
Thing = TypeVar("Thing")
#: who seals them anew, and from where
By = tuple[str, str]


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
    origin: str = "cli",
) -> Outcome:
    """Do all of it; `progress` is told how many files were looked at. Unavailable `disk-full` leaves the rest for later;
    ConfigError `data-locked`: somebody else does it just now.

    Names are given under the lock `leaving`: a file that is just being deleted must not come back under its new key. Another
    one beside it says all the while that new files still get their names: see leftovers.py.
    """
    outcome = Outcome()
    with locked(leaving.with_name(ONE_RESEALS), "recordings reseal"):
        async with nothing_leaves(leaving.with_name(RESEALING)):
            async for portion in _portions(database):
                made = await pool.run(prepare, root, portion, keys)
                outcome.ready += made.ready
                outcome.failed += made.failed
                if made.done:
                    await _named(database, root, made.done, outcome, by=(actor, origin), pool=pool, leaving=leaving)
                outcome.seen += len(portion)
                progress(outcome.seen)
    return outcome


async def _named(
    database: Database,
    root: Path,
    made: list[Resealed],
    outcome: Outcome,
    *,
    by: By,
    pool: HeavyPool,
    leaving: Path,
) -> None:
    """The entry, and then the names; of files that did not get theirs another entry."""
    await _tell(database, _facts(made, by))
    async with nothing_leaves(leaving):
        kept = await pool.run(replace, root, made)
    if kept:
        await _tell(database, _kept(kept, by))
    outcome.failed += [f"{path}: it was exchanged or deleted meanwhile; begin again" for path in kept]
    outcome.done += len(made) - len(kept)


async def _tell(database: Database, facts: Sequence[Fact]) -> None:
    async with database.transaction() as tx:
        for fact in facts:
            tx.audit.add(fact)


async def by_key(database: Database, root: Path, *, pool: HeavyPool, progress: Callable[[int], None]) -> dict[str, int]:
    """How many stored files are sealed with which key."""
    counts: defaultdict[str, int] = defaultdict(int)
    async for portion in _portions(database):
        for name, count in (await pool.run(sealed_with, root, portion)).items():
            counts[name] += count
        progress(sum(counts.values()))
    return dict(counts)


async def _portions(database: Database) -> AsyncIterator[list[StoredFile]]:
    """The files that rows promise, as they are when it is their turn; no connection is held while they are written."""
    portion: list[StoredFile] = []
    async for file in SqlRecordingStore(database).stored():
        portion.append(file)
        if len(portion) == PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


def _kept(paths: Sequence[str], by: By) -> list[Fact]:
    """That the entries before said too much: these files did not get their new bytes."""
    why = "exchanged or deleted meanwhile"
    return [
        _fact(call, by, {"not_sealed": some, "why": why}) for call, some in _by_call(paths, lambda path: path).items()
    ]


def _facts(files: Sequence[Resealed], by: By) -> list[Fact]:
    """One entry a call."""
    return [
        _fact(
            call,
            by,
            {
                "key": some[0].key,
                "before": sorted({file.before for file in some}),
                "files": [{"path": file.path, "sha256": file.sha256} for file in some],
            },
        )
        for call, some in _by_call(files, lambda file: file.path).items()
    ]


def _by_call(things: Iterable[Thing], path: Callable[[Thing], str]) -> dict[str, list[Thing]]:
    calls: defaultdict[str, list[Thing]] = defaultdict(list)
    for one in things:
        calls[call_of(path(one))].append(one)
    return calls


def _fact(call: str, by: By, detail: dict[str, object]) -> Fact:
    (actor, origin), at, subject = by, datetime.now(UTC), subject_of(call)
    return Fact(at=at, kind=Kind.RECORDING_SEALED, actor=actor, origin=origin, subject=subject, detail=detail)
