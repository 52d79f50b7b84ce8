"""Commands that look at the call log. They may run while the service does."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import click

from hotline1022.cascade.types import KeptCascade
from hotline1022.core.clock import day_begins
from hotline1022.core.errors import NotFound
from hotline1022.core.outcomes import Result
from hotline1022.db import types as rows
from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.service.calls.timeline import call_line, timeline
from hotline1022.service.calls.timeline_cascade import names_of
from hotline1022.service.cli.base import CONFIG, speaking
from hotline1022.service.cli.data import as_json, day_of, on_database
from hotline1022.service.views import CallsView
from hotline1022.web.types import CallDetail


@click.group()
def calls() -> None:
    """Look at the call log."""


@calls.command("list")
@CONFIG
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Calls at most.")
@click.option("--day", default=None, help="Only calls of this day in the province, such as 2026-11-24.")
@click.option("--result", default=None, type=click.Choice([r.value for r in Result]), help="Only this result.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def calls_list(config: str | None, limit: int, day: str | None, result: str | None, plain: bool) -> None:
    """The latest calls, newest first.

    \b
    Example: hotline1022 calls list --day 2026-11-24 --result abandoned
    """
    since, until = _day(day)
    wanted = rows.CallFilter(
        since=since, until=until, direction=None, result=Result(result) if result else None, limit=limit
    )

    async def read(database: Database) -> rows.CallPage:
        async with database.reading() as tx:
            return await tx.calls.list(wanted)

    page = on_database(config, read)
    if plain:
        click.echo(as_json([c.call for c in page.calls]))
        return
    for listed in page.calls:
        click.echo(call_line(listed.call))
    if not page.calls:
        click.echo("No calls.")


def _day(text: str | None) -> tuple[datetime | None, datetime | None]:
    if text is None:
        return None, None
    day = day_of(text)
    first = day_begins(day)
    return first.astimezone(UTC), (first + timedelta(days=1)).astimezone(UTC)


@calls.command("show")
@CONFIG
@click.argument("call")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def calls_show(config: str | None, call: str, plain: bool) -> None:
    """One call: a readable timeline of everything that happened, its legs and its tracks."""

    async def read(database: Database) -> tuple[CallDetail | None, Sequence[KeptCascade], Directory]:
        detail = await CallsView(database).get(call)  # first: what it tells of a transfer is in the transfer then
        async with database.reading() as tx:
            return detail, await tx.cascades.of_call(call), await tx.directory.load()

    detail, cascades, directory = on_database(config, read)
    if detail is None:
        raise NotFound(
            f"there is no call {call!r}; `hotline1022 calls list` shows their ids", error_id="call-not-found"
        )
    click.echo(as_json(detail) if plain else timeline(detail, cascades, names_of(directory)))
