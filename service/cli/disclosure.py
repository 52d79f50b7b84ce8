"""Commands of disclosure: a unit asks by letter, another person allows it, a package is made and handed out."""

import asyncio
from datetime import datetime
from pathlib import Path

import click

from hotline1022.core.clock import local
from hotline1022.db.unit import Database
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import Disclosure, HandOut, Listed, Request, State
from hotline1022.service.cli.base import CONFIG, speaking
from hotline1022.service.cli.data import as_json, day_of, on_database
from hotline1022.service.cli.disclosure_base import asked_parts, at_desk, at_links, ranges
from hotline1022.service.disclosure.allowed import TERMS
from hotline1022.service.disclosure.desk import DisclosureDesk
from hotline1022.service.disclosure.links import DisclosureLinks, Made


@click.command("request")
@CONFIG
@click.argument("recordings", nargs=-1, required=True)
@click.option("--unit", required=True, help="The unit that asks.")
@click.option("--letter", required=True, help="Number of its letter.")
@click.option("--date", "day", required=True, help="Day of its letter: 2026-11-24.")
@click.option("--person", required=True, help="Who of the unit asks.")
@click.option("--why", required=True, help="What it is for.")
@ranges
@speaking
def request(
    config: str | None,
    recordings: tuple[str, ...],
    unit: str,
    letter: str,
    day: str,
    person: str,
    why: str,
    parts: tuple[str, ...],
    bleeps: tuple[str, ...],
) -> None:
    """Write down that a unit asks for recordings, by their ids or their calls'. Another person must allow it.

    With --part or --bleep an excerpt goes out, and no original.

    \b
    Example: hotline1022 evidence request hl1-1795470208.58 --unit "Công an tỉnh" --letter 12/CSĐT --date 2026-11-24 \\
        --person "Trần Văn Bình" --why "Xác minh tin báo" --part 0:30..2:15 --bleep 1:02.5..1:07
    """
    wanted = Request(unit=unit, letter=letter, letter_date=day_of(day), person=person, why=why, recordings=recordings)
    asked = asked_parts(parts, bleeps, recordings)
    made = at_desk(config, lambda desk, actor, at: desk.request(wanted, actor, at, asked))
    click.echo(f"Disclosure {made.id} is asked for. {_allow(made)}")


@click.command("change")
@CONFIG
@click.argument("disclosure")
@ranges
@speaking
def change(config: str | None, disclosure: str, parts: tuple[str, ...], bleeps: tuple[str, ...]) -> None:
    """Ask for other parts than before, or with none for everything; it must be allowed anew, and a package that was made goes.

    \b
    Example: hotline1022 evidence change 0123456789abcdef --part 0:30..2:15
    """

    async def work(desk: DisclosureDesk, actor: str, at: datetime) -> Disclosure:
        before = await desk.get(disclosure)
        return await desk.change(disclosure, actor, at, asked_parts(parts, bleeps, before.request.recordings))

    made = at_desk(config, work)
    click.echo(f"Disclosure {made.id} is asked for in its form {made.revision}. {_allow(made)}")


def _allow(one: Disclosure) -> str:
    plain = not one.request.parts and one.revision == 1
    terms = "" if plain else f" --terms {one.request.terms[:TERMS]}"
    return f"Another person allows it: hotline1022 evidence approve {one.id}{terms}"


def _decision(name: str, move: Move, help: str, *, words: bool) -> click.Command:
    @speaking
    def decide(config: str | None, disclosure: str, words: str = "", terms: str = "") -> None:
        made = at_desk(config, lambda desk, actor, at: desk.decide(disclosure, move, actor, at, words, terms))
        click.echo(f"Disclosure {made.id} is {made.state}.")

    decide.__doc__ = help
    command = click.argument("disclosure")(decide)
    if words:
        command = click.option("--words", required=True, help="Why.")(command)
    else:
        command = click.option(
            "--terms",
            default="",
            help="First 8 letters of the terms that were seen; needed for parts, or after a change.",
        )(command)
    made: click.Command = click.command(name)(CONFIG(command))
    return made


approve = _decision(
    "approve",
    Move.APPROVE,
    "Allow a disclosure; not by whoever asked for it.\n\n\b\nExample: hotline1022 evidence approve 0123456789abcdef",
    words=False,
)
refuse = _decision(
    "refuse",
    Move.REFUSE,
    'Refuse a disclosure.\n\n\b\nExample: hotline1022 evidence refuse 0123456789abcdef --words "Không có con dấu"',
    words=True,
)
withdraw = _decision(
    "withdraw",
    Move.WITHDRAW,
    'Take a disclosure back; its package goes, its links end.\n\n\b\nExample: hotline1022 evidence withdraw 0123456789abcdef --words "Nhầm cuộc gọi"',
    words=True,
)


@click.command("pack")
@CONFIG
@click.argument("disclosure")
@speaking
def pack(config: str | None, disclosure: str) -> None:
    """Make the package of an allowed disclosure: a ZIP that a stranger checks with sha256sum and openssl.

    \b
    Example: hotline1022 evidence pack 0123456789abcdef
    """

    async def work(desk: DisclosureDesk, actor: str, at: datetime) -> tuple[Disclosure, Path]:
        made = await desk.pack(disclosure, actor, at)
        return made, desk.path(made)

    made, path = at_desk(config, work)
    click.echo(f"{path}\n{made.bytes} bytes, SHA-256 {made.sha256}, until {_moment(made.expires_at)}")


@click.command("hand-out")
@CONFIG
@click.argument("disclosure")
@click.option("--to", "received_by", required=True, help="Who receives it: name and post.")
@speaking
def hand_out(config: str | None, disclosure: str, received_by: str) -> None:
    """Write down who receives the package, after it was found to be what was packed; tells where it lies.

    \b
    Example: hotline1022 evidence hand-out 0123456789abcdef --to "Trần Văn Bình, điều tra viên"
    """

    async def work(desk: DisclosureDesk, actor: str, at: datetime) -> tuple[HandOut, Path, str]:
        made = await desk.hand_out(disclosure, received_by, actor, at)
        return made, desk.path(await desk.get(disclosure)), await asyncio.to_thread(desk.fingerprint)

    made, path, key = at_desk(config, work)
    click.echo(
        f"{path}\nFor the record of the hand-out:\n  SHA-256 of the package  {made.sha256}\n  fingerprint of the key  {key}"
    )


@click.command("link")
@CONFIG
@click.argument("disclosure")
@click.option("--to", "received_by", required=True, help="Who receives it: name and post.")
@speaking
def link(config: str | None, disclosure: str, received_by: str) -> None:
    """Hand the package out by a link for one recipient, which ends by time, by what is fetched, and with withdraw.

    \b
    Example: hotline1022 evidence link 0123456789abcdef --to "Trần Văn Bình, điều tra viên"
    """

    async def work(desk: DisclosureDesk, links: DisclosureLinks, actor: str, at: datetime) -> tuple[Made, str, str]:
        made = await links.make(disclosure, received_by, actor, at)
        return made, (await desk.get(disclosure)).sha256, await asyncio.to_thread(desk.fingerprint)

    made, sha256, key = at_links(config, work)
    click.echo(
        f"{made.address}\nuntil {_moment(made.link.expires_at)}; this address is not shown again\n"
        f"For the record of the hand-out:\n  SHA-256 of the package  {sha256}\n  fingerprint of the key  {key}"
    )


@click.command("list")
@CONFIG
@click.option("--state", default=None, type=click.Choice([s.value for s in State]), help="Only this state.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def list_disclosures(config: str | None, state: str | None, plain: bool) -> None:
    """Disclosures, newest first.

    \b
    Example: hotline1022 evidence list --state requested
    """

    async def work(database: Database) -> Listed:
        async with database.reading() as tx:
            return await tx.disclosures.all(State(state) if state else None)

    listed = on_database(config, work)
    if plain:
        click.echo(as_json([*listed.found, *({"id": id, "unreadable": True} for id in listed.unreadable)]))
        return
    for one in listed.found:
        request = one.request
        click.echo(f"{one.id}  {_moment(one.asked_at)}  {one.state:<10}  {request.letter}  {request.unit}")
    for id in listed.unreadable:
        click.echo(f"{id}  somebody changed its row: it cannot be read; run hotline1022 evidence verify")
    if not listed.found and not listed.unreadable:
        click.echo("No disclosures.")
    if listed.next:
        click.echo("There are older ones: choose a --state, or look at the desk.", err=True)


@click.command("disclosure")
@CONFIG
@click.argument("disclosure")
@speaking
def show_disclosure(config: str | None, disclosure: str) -> None:
    """One disclosure, what goes out, who received it and by which links, as JSON.

    \b
    Example: hotline1022 evidence disclosure 0123456789abcdef
    """

    async def work(desk: DisclosureDesk, actor: str, at: datetime) -> dict[str, object]:
        return await desk.show(disclosure)

    click.echo(as_json(at_desk(config, work)))


def _moment(at: datetime | None) -> str:
    return local(at).strftime("%F %R") if at else "-"


COMMANDS = (request, change, approve, refuse, withdraw, pack, hand_out, link, list_disclosures, show_disclosure)
