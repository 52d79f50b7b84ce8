"""Commands about who is who: look at the directory, check it, change it by a file. They may run while the service does."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import click

from hotline1022.core.clock import PROVINCE, local, local_day
from hotline1022.core.errors import Invalid
from hotline1022.db.unit import Database
from hotline1022.directory.edit import difference, put
from hotline1022.directory.gaps import gaps
from hotline1022.directory.hunt import hunt
from hotline1022.directory.load import read, shipped_text
from hotline1022.directory.lookup import active
from hotline1022.directory.types import Agency, Change, Directory, Gap, Hunt, Skip, document
from hotline1022.service.cli.base import CONFIG, settings_of, speaking
from hotline1022.service.cli.data import day_of, on_database
from hotline1022.service.cli.shell_user import shell_user
from hotline1022.service.directory.desk import LOOK_SECONDS, change, menu_categories, numbers_of
from hotline1022.service.menu.file import in_force
from hotline1022.service.tickets.join import links_of, take_overs_of


@click.group()
def directory() -> None:
    """Who is who: agencies, areas, categories, contact points."""


async def _load(database: Database) -> Directory:
    async with database.reading() as tx:
        return await tx.directory.load()


def _loaded(config: str | None) -> Directory:
    found = on_database(config, _load)
    if not found.version:
        raise Invalid(
            "the directory is empty; the service fills it at its first start, or import a file",
            error_id="directory-empty",
        )
    return found


def _day(text: str | None) -> date:
    return day_of(text) if text else local_day(datetime.now(UTC))


@directory.command("sample")
@speaking
def directory_sample() -> None:
    """Print the file that comes with the product: the decision's agencies, with sample people and numbers."""
    click.echo(shipped_text(), nl=False)


@directory.command("show")
@CONFIG
@click.argument("agency", required=False)
@click.option("--day", default=None, help="As of this day, such as 2026-12-01; without it, today in the province.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def directory_show(config: str | None, agency: str | None, day: str | None, plain: bool) -> None:
    """All agencies as a tree; or one AGENCY, and which telephones would ring now, in order.

    \b
    Example: hotline1022 directory show so-noi-vu
    """
    found, when = _loaded(config), _day(day)
    if agency is not None:
        now = local(datetime.now(UTC))
        one = hunt(found, agency=agency, at=datetime.combine(when, now.time(), PROVINCE))
        click.echo(_json(document_of(one)) if plain else "\n".join(_about(found, agency, one)))
        return
    shown = [one for one in found.agencies.values() if active(one, when)]
    if plain:
        click.echo(_json([document(one) for one in shown]))
        return
    for line in _tree(shown, None, ""):
        click.echo(line)


def _tree(agencies: list[Agency], above: str | None, indent: str) -> Iterator[str]:
    here = {one.id for one in agencies}
    for one in agencies:
        parent = one.parent if one.parent in here else None
        if parent == above:
            yield f"{one.code or '---'}  {indent}{one.name} ({one.id})"
            yield from _tree(agencies, one.id, indent + "  ")


def _about(found: Directory, agency: str, one: Hunt) -> Iterator[str]:
    if one.agency.id != agency:
        yield f"{found.agencies[agency].name} ({agency}) has ended; in its place:"
    yield f"{one.agency.code or '---'}  {one.agency.name} ({one.agency.id}, {one.agency.kind})"
    for step in one.steps:
        number = step.number or "-"
        skipped = f"   skipped: {step.skip}" if step.skip is not Skip.NO else ""
        yield f"  {step.role:<10} {step.which:<6} {number:<14} {step.seconds:>3} s  {step.name or 'nobody'}{skipped}"


def document_of(one: Hunt) -> dict[str, object]:
    """The hunt as JSON knows it."""
    steps: list[dict[str, object]] = [
        {"contact": s.contact, "name": s.name, "role": s.role.value, "which": s.which.value, "number": s.number}
        | {"seconds": s.seconds, "skip": s.skip.value}
        for s in one.steps
    ]
    return {"agency": document(one.agency), "steps": steps}


@directory.command("check")
@CONFIG
@click.option("--day", default=None, help="As of this day; without it, today in the province.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def directory_check(config: str | None, day: str | None, plain: bool) -> None:
    """What is missing: agencies without a specialist or a leader, people without numbers or letters, sample data.

    Exit code 1 when something is.
    """
    menu = in_force(settings_of(config))
    missing = gaps(_loaded(config), _day(day), menu_categories(menu))
    if plain:
        click.echo(_json([_row(gap) for gap in missing]))
    for gap in () if plain else missing:
        click.echo(f"{gap.kind:<18} {gap.what} {gap.id}: {gap.message}")
    if missing:
        sys.exit(1)
    if not plain:
        click.echo("Nothing is missing.")


def _row(gap: Gap) -> dict[str, str]:
    return {
        "kind": gap.kind.value,
        "what": gap.what.value,
        "id": gap.id,
        "name": gap.name,
        "message": gap.message,
    }


@directory.command("import")
@CONFIG
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change; change nothing.")
@speaking
def directory_import(config: str | None, file: Path, dry_run: bool) -> None:
    """Write what FILE names, in the form of `directory sample`: new, or in place of what has the same id.

    What it does not name is left; with one fault in it nothing is written.

    \b
    Example: hotline1022 directory import merger.toml --dry-run
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(
            f"{file} is not UTF-8 at byte {error.start}; save it as UTF-8", error_id="directory-invalid"
        ) from None
    settings = settings_of(config)
    things = read(text, numbers_of(settings), source=str(file))

    async def work(database: Database) -> tuple[Change, ...]:
        if dry_run:
            before = await _load(database)
            return difference(before, put(before, things))
        also = take_overs_of(settings, links_of(settings)).tell
        _, changes = await change(database, lambda found: put(found, things), _who(), datetime.now(UTC), also)
        return changes

    changes = on_database(config, work)
    for one in changes:
        click.echo(_told(one))
    if dry_run:
        click.echo(f"{len(changes)} changes; nothing was written.")
    else:
        click.echo(f"Written: {len(changes)} changes. A running service knows them within {LOOK_SECONDS:.0f} s.")


def _told(one: Change) -> str:
    after = document(one.after)
    if one.before is None:
        return f"new {one.what} {one.after.id}: {one.after.name}"
    before = document(one.before)
    other = [f"{key} {_word(before[key])} -> {_word(after[key])}" for key in after if before[key] != after[key]]
    return f"{one.what} {one.after.id}: {'; '.join(other)}"


def _word(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _who() -> str:
    """Who types, for the history."""
    return f"command line, {shell_user()}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
