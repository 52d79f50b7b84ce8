"""Commands about the keys of recordings: a new one, which there are, and all files under the newest. Shows no key."""

import sys

import click

from hotline1022.db.unit import Database
from hotline1022.recordings.keys import key_files
from hotline1022.recordings.reseal import PLAIN
from hotline1022.recordings.seal import Key
from hotline1022.service.cli.base import CONFIG, settings_of, speaking
from hotline1022.service.cli.data import on_database
from hotline1022.service.cli.progress import Progress
from hotline1022.service.cli.shell_user import shell_actor
from hotline1022.service.recordings.key_work import counted, new_key, reseal_all, ring_of
from hotline1022.service.recordings.resealing import Outcome


@click.group()
def key() -> None:
    """The keys with which recordings are sealed."""


@key.command("new")
@CONFIG
@speaking
def key_new(config: str | None) -> None:
    """Make a key, mode 0600, in recordings.keys: from now on it seals; older keys still open what they sealed.

    \b
    Example: hotline1022 recordings key new --config 1022.toml
    """
    settings = settings_of(config)
    folder = ring_of(settings).folder

    async def work(database: Database) -> Key:
        return await new_key(database, settings, shell_actor(), "cli")

    made = on_database(config, work)
    click.echo(f"Key {made.id} is in {folder}.")
    click.echo("Copy it to a safe place now: without it nobody can ever hear what it seals.", err=True)


@key.command("list")
@CONFIG
@click.option("--files", is_flag=True, help="Count the files of each key too; looks at every file.")
@speaking
def key_list(config: str | None, files: bool) -> None:
    """The keys, oldest first; the last one seals.

    \b
    Example: hotline1022 recordings key list --files
    """
    keys = ring_of(settings_of(config))
    assert keys.folder is not None
    counts = _counted(config) if files else {}
    for name, one in zip(key_files(keys.folder), keys.all(), strict=True):
        said = f"  {counts.pop(one.id, 0)} files" if files else ""
        click.echo(f"{one.id}  {name}{said}")
    for rest, count in sorted(counts.items()):
        words = {PLAIN: "not sealed", "": "cannot be read"}.get(rest, f"{rest}  its key is not here")
        click.echo(f"{words}  {count} files")


@click.command("reseal")
@CONFIG
@speaking
def reseal_command(config: str | None) -> None:
    """Write all stored files anew under the newest key: those not sealed yet, and those of older keys.

    \b
    Each is read back and compared before it takes the old one's place. May run while calls do, and may be
    stopped and begun again at any moment. Copies in the cache that the newest key does not seal are taken
    away: they are made again when somebody asks. Exit code 1 when a file stayed as it was.
    Example: hotline1022 recordings key new && hotline1022 recordings reseal
    """
    settings = settings_of(config)
    ring_of(settings).newest()  # before anything else: without a key there is nothing to do
    progress = Progress("files")

    async def work(database: Database) -> tuple[str, Outcome]:
        return await reseal_all(database, settings, actor=shell_actor(), origin="cli", progress=progress)

    newest, outcome = on_database(config, work)
    progress.clear()
    for line in outcome.failed:
        click.echo(f"not sealed  {line}")
    click.echo(f"{outcome.done} files sealed with key {newest}, {outcome.ready} were so already.")
    if outcome.failed:
        click.echo(f"{len(outcome.failed)} files stayed as they were.", err=True)
        sys.exit(1)


def _counted(config: str | None) -> dict[str, int]:
    settings = settings_of(config)
    progress = Progress("files")
    counts = on_database(config, lambda database: counted(database, settings, progress))
    progress.clear()
    return counts
