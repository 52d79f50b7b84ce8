"""Commands that work on the database: calls, people, tokens. They may run while the service does."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from hotline1022.cascade.types import KeptCascade
from hotline1022.core.acting import Acting, acts
from hotline1022.core.clock import day_begins, local, local_day
from hotline1022.core.errors import Invalid, NotFound, Unavailable
from hotline1022.core.ids import PersonId
from hotline1022.core.outcomes import Result
from hotline1022.core.people import PIN_DIGITS, check_new_pin, check_person, words
from hotline1022.db import types as rows
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.queue.types import Person
from hotline1022.service.calls.timeline import call_line, timeline
from hotline1022.service.calls.timeline_cascade import names_of
from hotline1022.service.cli.base import CONFIG, settings_of, speaking
from hotline1022.service.cli.shell_user import shell_actor
from hotline1022.service.lines.pins import hash_pin
from hotline1022.service.prepare import folders
from hotline1022.service.views import CallsView
from hotline1022.web.types import OFFICER_SCOPES, CallDetail, Scope

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


# ---------------------------------------------------------------- calls


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


def day_of(text: str) -> date:
    """A day as people write it; Invalid `day-invalid`."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise Invalid(f"{text!r} is no day; write it as 2026-11-24", error_id="day-invalid") from None


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


# ---------------------------------------------------------------- people


@click.group()
def people() -> None:
    """Those who answer."""


@people.command("add")
@CONFIG
@click.argument("person")
@click.argument("name")
@click.option("--pin", default=None, help=f"{words(PIN_DIGITS)}, not all the same; asked for when not given.")
@click.option("--replace", is_flag=True, help="Change name and PIN when the person is there already.")
@speaking
def people_add(config: str | None, person: str, name: str, pin: str | None, replace: bool) -> None:
    """Add a person with an id (1 to 8 digits) and a PIN, as keyed on a phone after *11.

    With --replace, whoever is shut out after wrong PINs may try again.

    \b
    Example: hotline1022 people add 1001 "Nguyễn Thị Lan"
    """
    check_person(person)
    chosen = check_new_pin(pin or click.prompt("PIN", hide_input=True, confirmation_prompt=True))

    async def add(database: Database) -> None:
        hashed = await hash_pin(chosen)
        async with database.transaction() as tx:
            if replace and await tx.agents.person(person) is not None:
                await tx.agents.change_person(person, name=name, pin_hash=hashed, active=True)
                await tx.agents.forget_pin_tries(person)
            else:
                await tx.agents.add_person(Person(id=PersonId(person), name=name, pin_hash=hashed, active=True))

    on_database(config, add)
    click.echo(f"{person} {name} may log in: *11 on a line's phone.")


@people.command("list")
@CONFIG
@speaking
def people_list(config: str | None) -> None:
    """All people."""

    async def read(database: Database) -> list[Person]:
        async with database.reading() as tx:
            return list(await tx.agents.people())

    for one in on_database(config, read):
        click.echo(f"{one.id:<10} {one.name}{'' if one.active else '   (no longer active)'}")


# ---------------------------------------------------------------- tokens


@click.group()
def token() -> None:
    """API tokens: shown once, kept as a hash."""


@token.command("create")
@CONFIG
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=["read"],
    show_default=True,
    type=click.Choice([s.value for s in Scope]),
    help="May be given several times.",
)
@click.option("--contact", default="", help="Id of the contact point that it belongs to, and with which it ends.")
@click.option("--quiet", is_flag=True, help="Print the token alone.")
@speaking
def token_create(config: str | None, name: str, scopes: tuple[str, ...], contact: str, quiet: bool) -> None:
    """Make a token for the HTTP API. One of a contact point reaches the tickets of its agency, and nothing else.

    \b
    Examples: hotline1022 token create desk --scope agent --scope listen
              hotline1022 token create so-xay-dung --scope agent --contact so-xay-dung-cv
    """
    if contact and not set(scopes) <= OFFICER_SCOPES:
        raise Invalid("a contact point's token has scope read or agent; leave the others out", error_id="scope-invalid")

    by = shell_actor()

    async def create(database: Database) -> str:
        at = datetime.now(UTC)
        async with database.transaction() as tx:
            if contact and await tx.tokens.agency_of(contact, local_day(at)) is None:
                raise NotFound(
                    f"there is no contact point {contact!r} today; `hotline1022 directory show AGENCY` shows their ids",
                    error_id="contact-unknown",
                )
            _, secret = await tx.tokens.create(name, scopes, at, contact=contact, by=by)
            return secret

    secret = on_database(config, create)
    click.echo(secret if quiet else f"Keep it now, it is not shown again:\n{secret}")


@token.command("list")
@CONFIG
@speaking
def token_list(config: str | None) -> None:
    """All tokens, without their secrets."""

    async def read(database: Database) -> list[rows.TokenRow]:
        async with database.reading() as tx:
            return list(await tx.tokens.all())

    for one in on_database(config, read):
        state = "revoked" if one.revoked_at else "valid"
        more = "".join(f"   {said}" for said in (one.contact, one.revoked_why) if said)
        used = local(one.last_used_at).strftime("%F %T") if one.last_used_at else "never"
        line = f"{one.id:<20} {one.name:<20} {','.join(one.scopes):<20} {state:<8} made by {one.made_by or '?':<16}"
        click.echo(f"{line} last used {used}{more}")


@token.command("revoke")
@CONFIG
@click.argument("identifier")
@speaking
def token_revoke(config: str | None, identifier: str) -> None:
    """End a token, by its id."""

    async def revoke(database: Database) -> None:
        async with database.transaction() as tx:
            await tx.tokens.revoke(identifier, datetime.now(UTC))

    on_database(config, revoke)
    click.echo(f"{identifier} is revoked.")
