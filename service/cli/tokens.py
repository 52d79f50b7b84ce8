"""Commands about tokens of the API: shown once, kept as a hash. They may run while the service does."""

from datetime import UTC, datetime

import click

from hotline1022.core.clock import local, local_day
from hotline1022.core.errors import Invalid, NotFound
from hotline1022.db import types as rows
from hotline1022.db.unit import Database
from hotline1022.service.cli.base import CONFIG, speaking
from hotline1022.service.cli.data import on_database
from hotline1022.web.types import OFFICER_SCOPES, Scope


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

    async def create(database: Database) -> str:
        at = datetime.now(UTC)
        async with database.transaction() as tx:
            if contact and await tx.tokens.agency_of(contact, local_day(at)) is None:
                raise NotFound(
                    f"there is no contact point {contact!r} today; `hotline1022 directory show AGENCY` shows their ids",
                    error_id="contact-unknown",
                )
            _, secret = await tx.tokens.create(name, scopes, at, contact=contact)
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
        click.echo(f"{one.id:<20} {one.name:<20} {','.join(one.scopes):<20} {state:<8} last used {used}{more}")


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
