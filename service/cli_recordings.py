"""Commands about recordings: does every file still have the bytes that were hashed? Changes and repairs nothing."""

import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict

import click

from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.verify import Verification, verify
from hotline1022.service.cli_base import CONFIG, settings_of, speaking
from hotline1022.service.cli_data import as_json, day_of, on_database

#: what each finding means, for people
_MEANING = {
    "changed": "other bytes than were stored",
    "missing": "a row promises it, it is not there",
    "extra": "it is there, no row promises it",
    "unreadable": "could not be read",
}


@click.group()
def recordings() -> None:
    """Look after the recordings."""


@recordings.command("verify")
@CONFIG
@click.option("--since", default=None, help="Only calls of this day in the province and later, such as 2026-11-24.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def recordings_verify(config: str | None, since: str | None, plain: bool) -> None:
    """Hash every stored file again and compare with the database; change nothing. Exit code 1 when anything differs.

    \b
    Example: hotline1022 recordings verify --since 2026-11-24
    """
    first = day_of(since) if since else None
    root = settings_of(config).paths.recordings
    progress, clear = _progress()

    def look(database: Database) -> Awaitable[Verification]:
        return verify(SqlRecordingStore(database), root, since=first, progress=progress)

    found = on_database(config, look)
    clear()
    if plain:
        click.echo(as_json({"ok": found.ok, "since": since, **asdict(found)}))
    else:
        _say(found)
    if not found.ok:
        sys.exit(1)


def _say(found: Verification) -> None:
    for kind, meaning in _MEANING.items():
        for path in getattr(found, kind):
            click.echo(f"{kind:<10} {path}   ({meaning})")
    wrong = sum(len(getattr(found, kind)) for kind in _MEANING)
    if wrong:
        click.echo(f"{found.checked} files checked, {wrong} findings.", err=True)
    else:
        click.echo(f"{found.checked} files checked, every one as it was stored.")


def _progress() -> tuple[Callable[[int], None], Callable[[], None]]:
    """Tells on stderr how far it is: on a terminal twice a second in one line, else every ten seconds."""
    terminal = sys.stderr.isatty()
    told = time.monotonic()
    shown = False

    def tell(checked: int) -> None:
        nonlocal told, shown
        if time.monotonic() - told < (0.5 if terminal else 10.0):
            return
        told, shown = time.monotonic(), True
        click.echo(
            f"\r  {checked} files checked" if terminal else f"  {checked} files checked", nl=not terminal, err=True
        )

    def clear() -> None:
        if terminal and shown:
            click.echo("\r\033[K", nl=False, err=True)

    return tell, clear
