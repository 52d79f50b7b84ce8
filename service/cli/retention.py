"""Commands about how long recordings are kept: hold, release, holds, retention. They delete nothing: the service does, at
night.
"""

from collections.abc import Sequence
from dataclasses import asdict

import click

from hotline1022.core.clock import local
from hotline1022.core.errors import Invalid
from hotline1022.db.unit import Database
from hotline1022.recordings.types import DueView, Hold
from hotline1022.service.cli.base import CONFIG, settings_of, speaking
from hotline1022.service.cli.data import as_json, on_database
from hotline1022.service.retention.view import RetentionView
from hotline1022.service.settings.retention import Retention

_JSON = click.option("--json", "plain", is_flag=True, help="As JSON.")


def _given(name: str, text: str) -> str:
    if not text.strip():
        raise Invalid(f"{name} is empty; write it", error_id="value-missing")
    return text.strip()


def _view(database: Database, settings: Retention) -> RetentionView:
    return RetentionView(database, lambda: settings)


@click.command("hold")
@CONFIG
@click.argument("recording")
@click.option("--letter", required=True, help="Number of the letter that asks for it.")
@click.option("--why", required=True, help="Why it is kept.")
@speaking
def hold(config: str | None, recording: str, letter: str, why: str) -> None:
    """Keep a recording, by its id or its call's, whatever its age, until the hold is released.

    \b
    Example: hotline1022 recordings hold hl1-1795470208.58 --letter 12/CV-CAT --why "Cơ quan điều tra yêu cầu"
    """
    asked = {"letter": _given("--letter", letter), "why": _given("--why", why)}
    kept = settings_of(config).retention

    async def work(database: Database) -> Hold:
        return await _view(database, kept).hold(recording, **asked)

    made = on_database(config, work)
    click.echo(f"The recording {made.recording} is held. Release it with: hotline1022 recordings release {made.id}")


@click.command("release")
@CONFIG
@click.argument("hold_id", metavar="HOLD")
@click.option("--why", required=True, help="Why it is released.")
@speaking
def release(config: str | None, hold_id: str, why: str) -> None:
    """End one hold; others on the same recording go on.

    \b
    Example: hotline1022 recordings release 5f2c9a0e6b7d1384 --why "Vụ việc đã kết thúc"
    """
    said, kept = _given("--why", why), settings_of(config).retention

    async def work(database: Database) -> tuple[Hold, bool]:
        return await _view(database, kept).release(hold_id, why=said)

    ended, held = on_database(config, work)
    rest = "another hold keeps it" if held else "nothing holds it any more"
    click.echo(f"The hold {ended.id} has ended; recording {ended.recording}: {rest}.")


@click.command("holds")
@CONFIG
@click.argument("recording", required=False)
@_JSON
@speaking
def holds(config: str | None, recording: str | None, plain: bool) -> None:
    """All holds that are not released; with a recording all of its own.

    \b
    Example: hotline1022 recordings holds
    """
    kept = settings_of(config).retention

    async def work(database: Database) -> Sequence[Hold]:
        view = _view(database, kept)
        return await view.holds_of(recording) if recording else await view.open_holds()

    found = on_database(config, work)
    if plain:
        click.echo(as_json(list(found)))
        return
    for one in found:
        ended = f"   released {local(one.released_at):%F} by {one.released_by}" if one.released_at else ""
        click.echo(
            f"{one.id}  {one.recording}  {local(one.since):%F %T}  {one.letter:<20} {one.by:<16} {one.why}{ended}"
        )
    if not found:
        click.echo("No holds.")


@click.command("retention")
@CONFIG
@click.option("--dry-run", is_flag=True, help="Say what would go; the only thing that this command does.")
@_JSON
@speaking
def retention(config: str | None, dry_run: bool, plain: bool) -> None:
    """What would go now, by day and kind, with sizes. The service deletes it at night; this command deletes nothing.

    \b
    Example: hotline1022 recordings retention --dry-run
    """
    if not dry_run:
        text = "the service deletes at night, this command never does; see what would go with --dry-run"
        raise Invalid(text, error_id="dry-run-only")
    kept = settings_of(config).retention

    async def work(database: Database) -> DueView:
        return await _view(database, kept).due()

    found = on_database(config, work)
    if plain:
        click.echo(as_json(asdict(found) | {"recordings": found.recordings, "bytes": found.bytes}))
        return
    for day in found.days:
        click.echo(f"{day.day:%F}  {day.kind.value:<12} {day.recordings:>7} recordings  {day.bytes / 1e6:>10.1f} MB")
    click.echo(
        f"{found.recordings} recordings, {found.bytes / 1e9:.2f} GB of originals, and {found.calls} calls would go."
    )
    for count, why in ((found.held, "held"), (found.damaged, "damaged")):
        if count:
            click.echo(f"{count} more stay: {why}.")
    hours = f"{kept.from_hour}:00 and {kept.until_hour}:00"
    click.echo(f"They stay: {found.doubt}." if found.doubt else f"The service deletes them between {hours}.")
