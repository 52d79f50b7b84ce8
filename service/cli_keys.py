"""Commands about the keys of recordings: a new one, which there are, and all files under the newest. Shows no key."""

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.errors import ConfigError
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import Keys, key_files, make_key
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.reseal import PLAIN
from hotline1022.recordings.seal import Key
from hotline1022.service.cli_base import CONFIG, settings_of, speaking
from hotline1022.service.cli_data import on_database
from hotline1022.service.copies_parts import cache_of
from hotline1022.service.lock import LEAVING
from hotline1022.service.progress import Progress
from hotline1022.service.recorder_keys import keys_of
from hotline1022.service.resealing import Outcome, by_key, reseal
from hotline1022.service.shell_user import shell_actor

R = TypeVar("R")


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
    folder = _folder(_keys(config))

    async def work(database: Database) -> Key:
        made = make_key(folder, datetime.now(UTC))
        fact = Fact(
            at=datetime.now(UTC), kind=Kind.KEY_MADE, actor=shell_actor(), origin="cli", subject=f"key:{made.id}"
        )
        async with database.transaction() as tx:
            tx.audit.add(fact)
        return made

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
    keys = _keys(config)
    folder = _folder(keys)
    counts = _counted(config) if files else {}
    for name, one in zip(key_files(folder), keys.all(), strict=True):
        counted = f"  {counts.pop(one.id, 0)} files" if files else ""
        click.echo(f"{one.id}  {name}{counted}")
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
    keys = _keys(config)
    newest = keys.newest()
    settings = settings_of(config)
    root = settings.paths.recordings
    progress = Progress("files")

    async def work(database: Database, pool: HeavyPool) -> Outcome:
        leaving = settings.paths.data / LEAVING
        done = await reseal(database, root, keys, actor=shell_actor(), pool=pool, progress=progress, leaving=leaving)
        await pool.run(cache_of(settings).forget_others, newest.id)  # copies are made again
        return done

    outcome = _with_pool(config, work)
    progress.clear()
    for line in outcome.failed:
        click.echo(f"not sealed  {line}")
    click.echo(f"{outcome.done} files sealed with key {newest.id}, {outcome.ready} were so already.")
    if outcome.failed:
        click.echo(f"{len(outcome.failed)} files stayed as they were.", err=True)
        sys.exit(1)


def _keys(config: str | None) -> Keys:
    keys = keys_of(settings_of(config))
    _folder(keys)
    return keys


def _folder(keys: Keys) -> Path:
    if keys.folder is None:
        text = "recordings.keys is not set; set it to a folder outside paths.data, such as /etc/hotline1022/keys"
        raise ConfigError(text, error_id="recording-keys-unset")
    return keys.folder


def _counted(config: str | None) -> dict[str, int]:
    root = settings_of(config).paths.recordings
    progress = Progress("files")
    counts = _with_pool(config, lambda database, pool: by_key(database, root, pool=pool, progress=progress))
    progress.clear()
    return counts


def _with_pool(config: str | None, work: Callable[[Database, HeavyPool], Awaitable[R]]) -> R:
    async def whole(database: Database) -> R:
        pool = HeavyPool()
        try:
            return await work(database, pool)
        finally:
            await pool.close()

    return on_database(config, whole)
