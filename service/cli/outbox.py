"""Commands about messages: what waits, what failed, the month's statement, a test message."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from secrets import token_hex

import click

from hotline1022.core.clock import local
from hotline1022.core.masking import mask_recipient, mask_text
from hotline1022.db.unit import Database
from hotline1022.notify.statement import Statement, as_csv, month_of
from hotline1022.notify.states import Trigger, moves
from hotline1022.notify.trial import trial
from hotline1022.notify.types import Channel, Message, MessageState, OutboxFilter
from hotline1022.service.cli.base import CONFIG, settings_of, speaking
from hotline1022.service.cli.data import as_json, on_database
from hotline1022.service.notify.view import statement_of


@click.group()
def outbox() -> None:
    """Messages to people: SMS and email."""


@outbox.command("list")
@CONFIG
@click.option("--state", default=None, type=click.Choice([s.value for s in MessageState]), help="Only this state.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Messages at most.")
@click.option("--json", "plain", is_flag=True, help="As JSON, numbers and texts in full.")
@speaking
def outbox_list(config: str | None, state: str | None, limit: int, plain: bool) -> None:
    """The latest messages, newest first; numbers masked.

    \b
    Example: hotline1022 outbox list --state failed
    """
    wanted = OutboxFilter(state=MessageState(state) if state else None, limit=limit)

    async def read(database: Database) -> Sequence[Message]:
        async with database.reading() as tx:
            return await tx.outbox.list(wanted)

    found = on_database(config, read)
    if plain:
        click.echo(as_json(list(found)))
        return
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("No messages.")


def _line(one: Message) -> str:
    what = mask_text(one.subject or one.text)
    why = f"  [{one.error_id}: {mask_text(one.error)}]" if one.error_id else ""
    return (
        f"{one.id}  {local(one.created_at):%F %T}  {one.state.value:<9} {one.channel.value:<5} "
        f"{mask_recipient(one.recipient):<16} {one.gateway or '-':<9} {what[:60]}{why}"
    )


@outbox.command("resend")
@CONFIG
@click.argument("message")
@click.option("--confirm", is_flag=True, help="An unknown one too, though it may arrive twice.")
@speaking
def outbox_resend(config: str | None, message: str, confirm: bool) -> None:
    """Send a failed message again.

    \b
    Example: hotline1022 outbox resend 3f2a90b1c4d5e6f708192a3b
    """

    async def resend(database: Database) -> Message:
        async with database.transaction() as tx:
            return await tx.outbox.resend(message, moves(Trigger.RESEND), datetime.now(UTC), confirmed=confirm)

    again = on_database(config, resend)
    click.echo(f"{again.id} is {again.state.value}: the service sends it within seconds.")


@outbox.command("statement")
@CONFIG
@click.argument("month", required=False)
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def outbox_statement(config: str | None, month: str | None, plain: bool) -> None:
    """The statement of a MONTH of the province as CSV, to lay beside the gateway's invoice. Exit code 1 over the budget.

    \b
    Example: hotline1022 outbox statement 2026-11 > 2026-11.csv
    """
    budget = settings_of(config).notify.sms_budget
    wanted = month or month_of(datetime.now(UTC))

    async def read(database: Database) -> Statement:
        return await statement_of(database, wanted, budget)

    made = on_database(config, read)
    click.echo(as_json(made) if plain else as_csv(made), nl=plain)
    if made.left < 0:
        click.echo(f"{wanted}: {made.sms} SMS, {-made.left} over the budget of {budget}", err=True)
        sys.exit(1)


@outbox.command("test")
@CONFIG
@click.argument("number")
@speaking
def outbox_test(config: str | None, number: str) -> None:
    """Put a test SMS to NUMBER, a mobile phone, into the outbox; the running service sends it.

    \b
    Example: hotline1022 outbox test 0901234567
    """
    new = trial(Channel.SMS, number, datetime.now(UTC), token_hex(8))

    async def put(database: Database) -> None:
        async with database.transaction() as tx:
            await tx.outbox.put([new])

    on_database(config, put)
    click.echo("It waits in the outbox; `hotline1022 outbox list` shows what becomes of it.")
