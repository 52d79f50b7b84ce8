"""Commands about recordings: does every file still have the bytes that were hashed? Changes and repairs no file."""

import sys
from collections.abc import Awaitable
from dataclasses import asdict

import click

from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.verify import Verification, verify
from hotline1022.service.cli.base import CONFIG, settings_of, speaking
from hotline1022.service.cli.catalogue import rebuild_catalogue, search, show
from hotline1022.service.cli.data import as_json, day_of, on_database
from hotline1022.service.cli.export import export, list_reasons
from hotline1022.service.cli.keys import key, reseal_command
from hotline1022.service.cli.lazy_group import LazyGroup
from hotline1022.service.cli.progress import Progress
from hotline1022.service.cli.retention import hold, holds, release, retention
from hotline1022.service.evidence.file_findings import findings_of
from hotline1022.service.recordings.recorder_keys import keys_of


@click.group(cls=LazyGroup, elsewhere={"import": "hotline1022.service.cli.recordings_import:recordings_import"})
def recordings() -> None:
    """Look after the recordings."""


@recordings.command("verify")
@CONFIG
@click.option("--since", default=None, help="Only calls of this day in the province and later, such as 2026-11-24.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def recordings_verify(config: str | None, since: str | None, plain: bool) -> None:
    """Hash every stored file again and compare with the database. Exit code 1 when anything differs.

    No file is changed. The catalogue is: a recording whose originals are all as they were is `verified`, another `damaged`.

    \b
    Example: hotline1022 recordings verify --since 2026-11-24
    """
    first = day_of(since) if since else None
    settings = settings_of(config)
    root = settings.paths.recordings
    keys = keys_of(settings)
    progress = Progress("files checked")

    def look(database: Database) -> Awaitable[Verification]:
        store = SqlRecordingStore(database)
        return verify(store, root, keys=keys, since=first, progress=progress, book=store)

    found = on_database(config, look)
    progress.clear()
    if plain:
        click.echo(as_json({"ok": found.ok, "since": since, **asdict(found)}))
    else:
        _say(found)
    if not found.ok:
        sys.exit(1)


def _say(found: Verification) -> None:
    findings = list(findings_of(found))
    for kind, path, meaning in findings:
        click.echo(f"{kind:<11} {path}   ({meaning})")
    if findings:
        click.echo(f"{found.checked} files checked, {len(findings)} findings.", err=True)
    else:
        click.echo(f"{found.checked} files checked, every one as it was stored.")


for command in (
    search,
    show,
    rebuild_catalogue,
    export,
    list_reasons,
    key,
    reseal_command,
    hold,
    release,
    holds,
    retention,
):
    recordings.add_command(command)
