"""How commands work on the database, as acts of whoever gave them, and what they print and read. They may run while the service does."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from hotline1022.core.acting import Acting, acts
from hotline1022.core.clock import local
from hotline1022.core.errors import Invalid, Unavailable
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.service.cli.base import settings_of
from hotline1022.service.cli.shell_user import shell_actor
from hotline1022.service.prepare import folders

R = TypeVar("R")


def on_database(config: str | None, work: Callable[[Database], Awaitable[R]]) -> R:
    """Open the database of these settings, do the work, close it. What it changes is the act of whoever gave the command."""
    settings = settings_of(config)
    act = _acting()

    async def whole() -> R:
        folders(settings)
        await migrate(settings.database_url)
        async with Database(settings.database_url) as database:
            with acts(act):
                return await work(database)

    return asyncio.run(whole())


def note_act(config: str | None) -> None:
    """Have it written into the audit who gave a command that changes nothing in the database. A database that is away is told
    and stops nothing: the service tells of what was done as well.
    """

    async def nothing(database: Database) -> None:
        async with database.transaction():
            pass  # the act's entry is all that it writes

    try:
        on_database(config, nothing)
    except Unavailable as error:
        click.echo(f"note: who gave this command is not written into the audit: {error}", err=True)


#: arguments of commands that name what a command is about: no contents, no telephone numbers
_SUBJECTS = {
    "recording": "recording",
    "person": "person",
    "identifier": "token",
    "message": "message",
    "ticket": "ticket",
    "call": "call",
    "hold_id": "hold",
    "login": "user",
    "role": "role",
}


def _acting() -> Acting:
    """The command as an act: who by the operating system, which words, and the names of what was given."""
    actor = shell_actor()
    context = click.get_current_context(silent=True)
    if context is None:
        return Acting(actor=actor, origin="cli", act="hotline1022")
    given = sorted(name for name in context.params if context.get_parameter_source(name) is not ParameterSource.DEFAULT)
    subject = next(
        (f"{kind}:{context.params[name]}" for name, kind in _SUBJECTS.items() if context.params.get(name)), ""
    )
    words = " ".join(one.info_name or "" for one in _path(context))
    return Acting(actor=actor, origin="cli", act=f"hotline1022 {words}", subject=subject, detail={"given": given})


def _path(context: click.Context) -> list[click.Context]:
    """From the first group below `hotline1022` to the command."""
    return [*_path(context.parent), context] if context.parent is not None else []


def as_json(value: Any) -> str:
    """JSON with times on the province's clock."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return local(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, tuple | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not for JSON")


def day_of(text: str) -> date:
    """A day as people write it; Invalid `day-invalid`."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise Invalid(f"{text!r} is no day; write it as 2026-11-24", error_id="day-invalid") from None
