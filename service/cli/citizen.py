"""Commands about one citizen's data: export, erase, confirm. Erasing takes two steps, and the number typed again."""

import sys
from pathlib import Path

import click

from hotline1022.core.errors import Invalid
from hotline1022.db.unit import Database
from hotline1022.service.citizen.desk import Citizens
from hotline1022.service.citizen.erasure import Erasure
from hotline1022.service.citizen.export import Exported
from hotline1022.service.citizen.parts import citizen_exporter, citizens_of
from hotline1022.service.citizen.zip import PARTS, part_name
from hotline1022.service.cli.base import CONFIG, settings_of, speaking
from hotline1022.service.cli.data import as_json, on_database
from hotline1022.service.cli.export import originals_of
from hotline1022.web.page_words import words as catalogue

_NAMES = {
    "calls": "calls of the number",
    "rung": "calls of others that rang it",
    "tickets": "tickets",
    "messages": "messages to the citizen",
    "told": "messages to agencies about these tickets",
    "to_tell": "lines of the list of citizens to tell",
    "sms": "SMS from the number",
    "drafts": "drafts of tickets",
}
_JSON = click.option("--json", "plain", is_flag=True, help="As JSON.")


@click.group()
def citizen() -> None:
    """One citizen's personal data: give it out, or erase what may be erased."""


@citizen.command("export")
@CONFIG
@click.argument("number")
@click.option("--to", "to", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The ZIP to write.")
@click.option("--audio", is_flag=True, help="With the recordings themselves, not their list alone.")
@click.option("--reason", required=True, help="Why: one of hotline1022 recordings reasons.")
@click.option("--words", required=True, help="What it is about, in a few words: the citizen's letter, its date.")
@speaking
def citizen_export(config: str | None, number: str, to: Path, audio: bool, reason: str, words: str) -> None:
    """Everything kept under a number, as a ZIP with JSON, tables and a page to read, for the citizen.

    \b
    The audit has it before, with the reason, and each call whose recordings are in it. Damaged recordings are not
    given out: they are named, and the exit code is 1.
    Example: hotline1022 citizen export "0901 234 567" --to cong-dan.zip --audio --reason citizen --words "Đơn ngày 12/11/2026"
    """
    settings = settings_of(config)

    async def work(database: Database) -> Exported:
        originals, bell = originals_of(settings, database)
        return await citizen_exporter(settings, database, originals, bell).to_zip(
            number, reason, words, to, audio=audio
        )

    done = on_database(config, work)
    for name in PARTS:
        click.echo(f"{done.counts[name]:>6}  {part_name(name)}")
    click.echo(f"{to} is written, {done.audio} recordings in it.")
    for call in done.left_out:
        click.echo(f"not in it: the recordings of call {call}: hotline1022 evidence show call:{call}", err=True)
    if done.left_out:
        sys.exit(1)


@citizen.command("erase")
@CONFIG
@click.argument("number")
@click.option("--reason", default="", help="Why: the citizen's letter, its date. Needed unless --dry-run.")
@click.option("--dry-run", is_flag=True, help="Say what would go and what would stay; ask for nothing.")
@_JSON
@speaking
def citizen_erase(config: str | None, number: str, reason: str, dry_run: bool, plain: bool) -> None:
    """First step: ask for the erasure of what is kept under a number. Nothing goes before it is confirmed.

    \b
    Example: hotline1022 citizen erase "0901 234 567" --reason "Đơn ngày 12/11/2026"
    """
    if not dry_run and not reason.strip():
        raise Invalid("--reason is empty; write it, or ask with --dry-run", error_id="value-missing")
    settings = settings_of(config)

    async def work(database: Database) -> Erasure:
        parts: Citizens = citizens_of(settings, database)
        return await (parts.look(number) if dry_run else parts.request(number, reason.strip()))

    _say(on_database(config, work), plain)


@citizen.command("confirm")
@CONFIG
@click.argument("request")
@click.option("--number", default=None, help="The number, typed again; asked for when not given.")
@_JSON
@speaking
def citizen_confirm(config: str | None, request: str, number: str | None, plain: bool) -> None:
    """Second step: erase, by the id of the request and the number typed again. It cannot be undone.

    \b
    Example: hotline1022 citizen confirm 5f2c9a0e6b7d1384
    """
    typed = number or click.prompt("Number")
    settings = settings_of(config)

    async def work(database: Database) -> Erasure:
        return await citizens_of(settings, database).confirm(request, typed)

    _say(on_database(config, work), plain)


def _say(found: Erasure, plain: bool) -> None:
    if plain:
        click.echo(as_json(found))
        return
    verb = "erased" if found.done else "would be erased"
    for name, meaning in _NAMES.items():
        if found.counts[name]:
            click.echo(f"{found.counts[name]:>6}  {meaning} {verb}")
    if found.recordings:
        click.echo(f"{found.recordings:>6}  recordings stay until their own time is over, without the number")
    for subject, why in sorted(found.kept.items()):
        click.echo(f"  stays: {subject}  {why}: {catalogue()(f'citizen-kept.{why}')}")
    if found.done:
        click.echo(f"Done; in figures it is {found.pseudonym} now.")
    elif found.request:
        click.echo(f"Nothing is erased yet. Confirm with: hotline1022 citizen confirm {found.request}")
