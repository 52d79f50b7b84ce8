"""Does a chore that the API was asked for: `python -m hotline1022.service.background.chore_process CHORE [CONFIG]`, with who asked for it and
what is wanted on standard input. What came of it is JSON on standard output; keys are never in it.

No command for people: `hotline1022 recordings …` and `backup --verify` are. Its reader is chore_desk.py.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import Refused
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.polite import be_polite
from hotline1022.recordings.verify import verify
from hotline1022.service.backup.check import check_backups
from hotline1022.service.backup.make import NICE
from hotline1022.service.cli.base import settings_of, speaking
from hotline1022.service.cli.data import on_database
from hotline1022.service.cli.progress import Steps
from hotline1022.service.evidence.file_findings import findings_of
from hotline1022.service.importing.folder import check_folder, mark_of, ours_of, table_of, written_of
from hotline1022.service.importing.table import columns_of, records
from hotline1022.service.importing.work import Wanted, import_rows, zone_of
from hotline1022.service.recordings.catalogue_keeper import rebuild
from hotline1022.service.recordings.key_work import counted, reseal_all
from hotline1022.service.recordings.recorder_keys import keys_of
from hotline1022.service.settings.tree import Settings

#: rows and findings that are told
SHOWN = 1000
#: what was asked for
Given = Mapping[str, Any]
Told = Mapping[str, object]


async def _import(database: Database, settings: Settings, given: Given) -> Told:
    place, name = Path(given["place"]), given["folder"]
    check_folder(place, name, ours_of(settings))  # once more: it was somebody else's moment
    columns = columns_of(given["preset"], given["map"])
    table = table_of(place, name)
    files = await asyncio.to_thread(written_of, place, name)
    mark = mark_of(name, table, {one: given[one] for one in ("preset", "map", "tz", "citizen")}, files)
    if given.get("mark", mark) not in ("", mark):
        text = f"the table or the files of {name!r} are not those that were tried, nothing was imported; try it again"
        raise Refused(text, error_id="import-not-as-tried")
    rows = list(records(table, columns, zone_of(given["tz"])))
    wanted = Wanted(
        folder=place,
        below=name,
        citizen=given["citizen"],
        dry=given["dry_run"],
        files=files if given.get("mark") else None,
        actor=given["actor"],
        origin=given["origin"],
    )
    done = await import_rows(database, settings, rows, wanted, Steps())
    counts = Counter(one.outcome for one in done).most_common()
    return {
        **_of(len(done)),
        "mark": mark,
        "wrong": sum(not one.well for one in done),
        "counts": [{"outcome": outcome, "rows": number} for outcome, number in counts],
        "rows": [asdict(one) for one in sorted(done, key=lambda one: one.well)[:SHOWN]],
    }


async def _reseal(database: Database, settings: Settings, given: Given) -> Told:
    progress = await _files(database)
    key, done = await reseal_all(database, settings, actor=given["actor"], origin=given["origin"], progress=progress)
    told = {"key": key, "sealed": done.done, "ready": done.ready}
    return {**_of(done.seen), **told, **_findings(done.failed)}


async def _rebuild(database: Database, _: Settings, given: Given) -> Told:
    async with database.reading() as tx:
        work = await tx.originals.count_calls()
    steps = Steps()
    calls = await rebuild(database, lambda done: steps(done, max(done, work)))
    return {**_of(calls), "calls": calls}


async def _verify(database: Database, settings: Settings, given: Given) -> Told:
    since = date.fromisoformat(given["since"]) if given["since"] else None
    store, root = SqlRecordingStore(database), settings.paths.recordings
    progress = await _files(database, known=since is None)
    found = await verify(store, root, keys=keys_of(settings), since=since, progress=progress, book=store)
    return {**_of(found.checked), **_findings([f"{kind} {path}: {what}" for kind, path, what in findings_of(found)])}


async def _count(database: Database, settings: Settings, given: Given) -> Told:
    counts = await counted(database, settings, await _files(database))
    return {**_of(sum(counts.values())), "counts": [{"key": key, "files": counts[key]} for key in sorted(counts)]}


def _backup(given: Given) -> Told:
    """Without the database: it may be what is lost."""
    (found,) = check_backups(Path(given["place"], given["name"]), Steps())
    said = [f"broken {name}: {what}" for name, what in found.broken.items()]
    return {**_of(found.files), "files": found.files, **_findings([found.error, *said] if found.error else said)}


#: by their names
CHORES: Mapping[str, Callable[[Database, Settings, Given], Awaitable[Told]]] = {
    "import": _import,
    "reseal": _reseal,
    "rebuild": _rebuild,
    "files-verification": _verify,
    "key-count": _count,
}


@speaking
def main() -> None:
    """Do it. What is wrong is one line on standard error, and code 1."""
    chore, *config = sys.argv[1:]
    given = json.load(sys.stdin)
    settings_file = config[0] if config else None
    settings = settings_of(settings_file)
    be_polite(NICE)
    if chore == "backup-check":
        print(json.dumps(_backup(given)))
        return

    async def work(database: Database) -> Told:
        # the act itself is in the audit since it was asked for
        with acts(Acting(actor=given["actor"], origin=given["origin"], act=chore, noted=True)):
            return await CHORES[chore](database, settings, given)

    print(json.dumps(on_database(settings_file, work)))


async def _files(database: Database, *, known: bool = True) -> Callable[[int], None]:
    """Tells how far it is, of about so many files."""
    async with database.reading() as tx:
        work = await tx.originals.count() if known else 0
    steps = Steps()
    return lambda done: steps(done, max(done, work) if known else 0)


def _of(done: int) -> dict[str, object]:
    """So much was done: all."""
    return {"done": done, "work": done}


def _findings(found: list[str]) -> dict[str, object]:
    return {"wrong": len(found), "findings": found[:SHOWN]}


if __name__ == "__main__":
    main()
