"""Commands about tickets: look, and act in their place where no screen is at hand."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from hotline1022.core.clock import local
from hotline1022.db.unit import Database
from hotline1022.service.cli.base import CONFIG, settings_of, speaking
from hotline1022.service.cli.data import as_json, day_of, on_database
from hotline1022.service.cli.shell_user import shell_user
from hotline1022.service.tickets.join import desk_of, links_of, notices_of, stored
from hotline1022.service.tickets.policy_desk import in_force
from hotline1022.service.tickets.view import TicketsView
from hotline1022.tickets.code import grouped
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import BY_HAND, Action, Deadline, HistoryRow, Named, State, Ticket, TicketFilter
from hotline1022.web.tickets_wire import TicketDetail


@click.group()
def tickets() -> None:
    """Requests that are kept: who asked what, who has it, by when."""


async def _view(config: str | None, database: Database) -> TicketsView:
    settings, directory = settings_of(config), stored(database)
    notices = notices_of(settings, links_of(settings), directory)
    return TicketsView(database, desk_of(settings, database, directory, notices, await in_force(database, settings)))


@tickets.command("list")
@CONFIG
@click.option("--state", default=None, type=click.Choice([state.value for state in State]), help="Only this state.")
@click.option("--agency", default="", help="Only those of this agency, by its id.")
@click.option("--phone", default="", help="Only this citizen's number, in any way of writing.")
@click.option("--words", default="", help="Only those that hold all these words, with marks or without.")
@click.option(
    "--overdue", is_flag=True, help="Only those that should have been forwarded, accepted or answered by now."
)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Tickets at most.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def tickets_list(
    config: str | None, state: str | None, agency: str, phone: str, words: str, overdue: bool, limit: int, plain: bool
) -> None:
    """The latest tickets, newest first.

    \b
    Example: hotline1022 tickets list --words "via he" --overdue
    """
    now = datetime.now(UTC)
    wanted = TicketFilter(
        state=State(state) if state else None,
        agencies=frozenset({agency} if agency else ()),
        phone=phone,
        words=words,
        overdue_at=now if overdue else None,
        limit=limit,
    )

    async def read(database: Database) -> Sequence[Ticket]:
        return await (await _view(config, database)).list(wanted)

    found = on_database(config, read)
    if plain:
        click.echo(as_json([{**asdict(one), "late": one.late(now)} for one in found]))
        return
    for ticket in found:
        click.echo(ticket_line(ticket, now))
    if not found:
        click.echo("No tickets.")


@tickets.command("show")
@CONFIG
@click.argument("ticket")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def tickets_show(config: str | None, ticket: str, plain: bool) -> None:
    """One ticket, by its code or id: what it says, its dates, every change.

    \b
    Example: hotline1022 tickets show "2345 6789"
    """

    async def read(database: Database) -> tuple[TicketDetail, Sequence[HistoryRow]]:
        view, name = await _view(config, database), ticket.replace(" ", "")
        return await view.get(name), await view.history(name)

    detail, history = on_database(config, read)
    click.echo(as_json({"detail": detail, "history": list(history)}) if plain else ticket_text(detail, history))


@tickets.command("act")
@CONFIG
@click.argument("ticket")
@click.argument("action", type=click.Choice(sorted(action.value for action in BY_HAND)))
@click.option("--version", required=True, type=int, help="The version that was seen; `tickets show` says it.")
@click.option("--why", default="", help="The reason.")
@click.option("--answer", default="", help="What was answered.")
@click.option("--until", default=None, help="New last day, such as 2026-12-10.")
@click.option("--agency", default="", help="Id of the agency it is forwarded to.")
@click.option("--owner", default="", help="Id of the contact point who has it from now on.")
@click.option("--owner-name", default="", help="Name of that contact point, where the directory does not know it.")
@click.option("--by", default="", help="Who does it, for the history; without it, the user of this machine.")
@speaking
def tickets_act(config: str | None, ticket: str, action: str, **given: Any) -> None:
    """Do ACTION to a ticket, by its code or id.

    \b
    Example: hotline1022 tickets act 23456789 extend --version 4 --until 2026-12-10 --why "Chờ vật tư"
    """
    wanted = Act(
        action=Action(action),
        version=given["version"],
        why=given["why"],
        answer=given["answer"],
        until=day_of(given["until"]) if given["until"] else None,
        agency=Named(id=given["agency"]) if given["agency"] else None,
        owner=Named(id=given["owner"], name=given["owner_name"]) if given["owner"] else None,
    )
    by = given["by"] or shell_user()

    async def work(database: Database) -> Ticket:
        view = await _view(config, database)
        return await view.act(ticket.replace(" ", ""), wanted, by=by, at=datetime.now(UTC))

    click.echo(ticket_line(on_database(config, work), datetime.now(UTC)))


def _day(at: datetime | None) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}" if at else "-"


def _late(deadlines: Sequence[Deadline]) -> str:
    return f"LATE: {', '.join(deadlines)}  " if deadlines else ""


def ticket_line(ticket: Ticket, at: datetime) -> str:
    """One ticket in one line, with the deadlines that have passed by then."""
    return (
        f"{grouped(ticket.code)}  {_day(ticket.created_at)}  {ticket.state:<11} v{ticket.version:<3} "
        f"by {_day(ticket.answer_by)}  {_late(ticket.late(at))}{ticket.agency_name or '-'}  {ticket.content.partition(chr(10))[0][:60]}"
    )


def ticket_text(detail: TicketDetail, history: Sequence[HistoryRow]) -> str:
    """Everything about one ticket."""
    one = detail.ticket
    first = "" if one.answer_by == one.original_answer_by else f", first {_day(one.original_answer_by)}"
    lines = [
        f"Ticket {grouped(one.code)} ({one.id}), {one.state}, version {one.version}",
        f"  citizen   {one.name or '-'} ({one.requester}), {one.phone or '-'}, {one.email or '-'}",
        f"  address   {one.address or '-'}, {one.area_name or '-'}",
        f"  about     {one.category_name or '-'}, {one.kind}, {one.urgency}, by {one.channel}",
        f"  agency    {one.agency_name or '-'}    owner {one.owner_name or '-'}",
        f"  due       forward {_day(one.forward_by)}, accept {_day(one.accept_by)}, answer {_day(one.answer_by)}{first}"
        f"  {_late(detail.late)}".rstrip(),
        f"  calls     {', '.join(one.calls) or '-'}",
        f"  content   {one.content or '-'}",
        f"  answer    {one.answer or '-'}",
        *(f"  file      {file.name} ({file.media_type}, {file.size} bytes, {file.id})" for file in detail.attachments),
        f"  possible  {', '.join(detail.allowed)}",
        "",
    ]
    for row in history:
        why = f": {row.why}" if row.why else ""
        lines.append(f"  {row.number:>3}  {_day(row.at)}  {row.by:<12} {row.action} → {row.after}{why}")
    return "\n".join(lines)
