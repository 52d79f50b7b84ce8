"""Commands about the evidence: is everything as it was, what is known of one thing, a stamp now, whose key. Repairs nothing."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import click

from hotline1022.audit.stamps import fingerprint, pem_of
from hotline1022.audit.types import Entry, Stamp
from hotline1022.core.clock import local
from hotline1022.core.errors import HotlineError
from hotline1022.db.unit import Database
from hotline1022.recordings.polite import be_polite
from hotline1022.service.alarms import Bell
from hotline1022.service.cli.base import CONFIG, settings_of, speaking
from hotline1022.service.cli.data import as_json, day_of, on_database
from hotline1022.service.cli.disclosure import COMMANDS
from hotline1022.service.cli.progress import Steps
from hotline1022.service.cli.shell_user import shell_actor
from hotline1022.service.evidence.entry import entry_of
from hotline1022.service.evidence.history import history
from hotline1022.service.evidence.stamp_check import trust_of
from hotline1022.service.evidence.stamp_key import ensure_key
from hotline1022.service.evidence.stamper import note_key, stamper_of
from hotline1022.service.evidence.walk import Evidence, Examiner
from hotline1022.service.recordings.recorder_keys import keys_of


@click.group()
def evidence() -> None:
    """Prove that nothing was changed: the chain of the audit, its stamps, recordings and their rows."""


@evidence.command("verify")
@CONFIG
@click.option("--since", default=None, help="Only what was written from this day in the province on: 2026-11-24.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@click.option("--progress", "steps", is_flag=True, help="Say how far it is, a line DONE/WORK each, on standard error.")
@click.option("--no-entry", "silent", is_flag=True, help="Leave the audit as it is: for a copy that must not change.")
@speaking
def evidence_verify(config: str | None, since: str | None, plain: bool, steps: bool, silent: bool) -> None:
    """Walk the chain, all its stamps, every row and every file. Exit code 1 when anything is wrong.

    \b
    It changes nothing of what it looks at. Afterwards the audit has an entry that tells who looked and what was
    found; where that cannot be written, a note says so.
    Example: hotline1022 evidence verify --since 2026-11-24
    """
    first, asked_at = day_of(since) if since else None, datetime.now(UTC)
    settings = settings_of(config)
    trust, keys = trust_of(settings), keys_of(settings)

    async def look(database: Database) -> Evidence:
        root = settings.paths.recordings
        work = max(1, await Examiner(database, root, trust).work())
        with click.progressbar(
            length=work,
            label="entries, calls and files",
            file=sys.stderr,
            show_pos=True,
            show_eta=True,
            update_min_steps=max(1, work // 200),
            hidden=steps or not sys.stderr.isatty(),
        ) as bar:
            tell = _steps(work) if steps else bar.update
            found = await Examiner(database, root, trust, keys=keys, progress=tell).everything(first)
        if not silent:
            await _keep(database, found, asked_at, first)
        return found

    found = on_database(config, look)
    click.echo(as_json({"ok": found.ok, "since": since, **asdict(found)})) if plain else _say(found)
    if not found.ok:
        sys.exit(1)


async def _keep(database: Database, found: Evidence, asked_at: datetime, since: date | None) -> None:
    """Write the entry; where that cannot be, what was found is told all the same."""
    at = datetime.now(UTC)
    fact = entry_of(found, actor=shell_actor(), origin="cli", asked_at=asked_at, at=at, since=since)
    try:
        async with database.transaction() as tx:
            tx.audit.add(fact)
    except HotlineError as error:
        click.echo(f"note: that this was looked at is not written into the audit: {error}", err=True)


def _steps(work: int) -> Callable[[int], None]:
    """For a program, which waits for nothing: the work is more polite than others."""
    be_polite()
    tell, done = Steps(), 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        tell(done, max(done, work))

    return step


def _say(found: Evidence) -> None:
    for one in found.findings:
        click.echo(f"{one.fault.value:<16} {one.name or f'entry {one.seq}'}   ({one.text})")
    for one in found.remarks:
        click.echo(f"note: {one.text}")
    looked = f"{found.entries} entries, {found.stamps} stamps, {found.calls} calls, {found.files} files"
    if not found.begun:
        click.echo("note: recordings from before the chain have no entries yet; start the service once", err=True)
    if found.ok:
        click.echo(f"{looked}: everything as it was. Last entry {found.head.seq}, {found.head.sha256}")
    else:
        click.echo(f"{looked}: {len(found.findings) + found.more} findings.", err=True)


@evidence.command("show")
@CONFIG
@click.argument("subject")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10000), help="Entries at most.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def evidence_show(config: str | None, subject: str, limit: int, plain: bool) -> None:
    """The last entries about one thing, oldest first: call:ID, recording:ID, ticket:ID, person:ID, stamp:NAME,
    key:FINGERPRINT, chain. A call and its recording have one history: both show all of it.

    \b
    Example: hotline1022 evidence show call:hl1-1795470208.58
    """

    async def read(database: Database) -> Sequence[Entry]:
        async with database.reading() as tx:
            return await history(tx, subject, limit=limit)

    found = on_database(config, read)
    if plain:
        click.echo(as_json(list(found)))
        return
    for one in found:
        act = one.told.get("act", "")
        click.echo(f"{one.seq:>8}  {local(one.at):%F %T}  {one.kind:<20} {one.actor:<20} {one.origin:<16} {act}")
    if not found:
        click.echo(f"No entry about {subject}.")


@evidence.command("stamp")
@CONFIG
@speaking
def evidence_stamp(config: str | None) -> None:
    """Have the chain's head stamped now, beside the daily stamp.

    \b
    Example: hotline1022 evidence stamp
    """
    settings = settings_of(config)

    async def stamp(database: Database) -> Stamp:
        return await stamper_of(settings, database, Bell(database, timedelta(seconds=30))).stamp()

    made = on_database(config, stamp)
    click.echo(f"Entry {made.seq} is stamped ({made.method.value}): {settings.stamps_folder / made.name}.json")


@evidence.command("key")
@CONFIG
@speaking
def evidence_key(config: str | None) -> None:
    """The public key that verifies our stamps, and its fingerprint: write it down where nobody here can change it.

    \b
    Example: hotline1022 evidence key > stamp-key.pem
    """
    settings = settings_of(config)
    key = ensure_key(settings.keys_folder)

    async def note(database: Database) -> None:
        await note_key(database, key)

    on_database(config, note)
    click.echo(pem_of(key.public_key()), nl=False)
    click.echo(f"SHA-256 {fingerprint(key.public_key())}", err=True)


for command in COMMANDS:
    evidence.add_command(command)
