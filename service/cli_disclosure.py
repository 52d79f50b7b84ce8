"""Commands of disclosure: a unit asks by letter, another person allows it, a package is made and handed out."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import click

from hotline1022.core.acting import acting
from hotline1022.core.clock import local
from hotline1022.core.errors import NotFound
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import Disclosure, HandOut, Request, State
from hotline1022.recordings.copies import make_copy
from hotline1022.recordings.types import CopyRow
from hotline1022.service.alarms import Bell
from hotline1022.service.cli_base import CONFIG, settings_of, speaking
from hotline1022.service.cli_data import as_json, day_of, on_database
from hotline1022.service.disclosure_desk import DisclosureDesk
from hotline1022.service.disclosure_parts import desk_of
from hotline1022.service.evidence import Examiner, trust_of
from hotline1022.service.ffmpeg_find import find_ffmpeg
from hotline1022.service.original_check import OriginalCheck
from hotline1022.service.recorder_keys import keys_of
from hotline1022.service.recorder_ports import DatabaseCallBook
from hotline1022.service.settings import Settings
from hotline1022.service.stamper import stamper_of

R = TypeVar("R")


def _desk(settings: Settings, database: Database) -> DisclosureDesk:
    """The desk over these settings."""
    paths, bell = settings.paths, Bell(database, timedelta(hours=1))
    keys = keys_of(settings)
    store, book = SqlRecordingStore(database), DatabaseCallBook(database)

    async def copy(call: str) -> CopyRow | None:
        one = CallId(ChannelId(call))
        facts, rows = await book.facts(one), list(await store.tracks(one))
        known = await store.listening_copy(one)
        if facts is None:
            return known
        tool = await asyncio.to_thread(find_ffmpeg) if any(row.foreign is not None for row in rows) else None
        try:
            made = await asyncio.to_thread(
                make_copy, paths.spool, paths.recordings, facts, rows, known, tool, keys=keys
            )
        except NotFound:  # a message alone has no stereo copy
            return known
        await store.save_copies([made])
        return made

    return desk_of(
        settings,
        database,
        originals=OriginalCheck(database, Examiner(database, paths.recordings, trust_of(settings), keys=keys), bell),
        copy=copy,
        stamp=stamper_of(settings, database, bell).stamp,
    )


def _at_desk(config: str | None, work: Callable[[DisclosureDesk, str, datetime], Awaitable[R]]) -> R:
    settings = settings_of(config)

    async def whole(database: Database) -> R:
        act = acting()
        desk = _desk(settings, database)
        now = datetime.now(UTC)
        await desk.sweep(now)
        return await work(desk, act.actor if act else "cli", now)

    return on_database(config, whole)


@click.command("request")
@CONFIG
@click.argument("recordings", nargs=-1, required=True)
@click.option("--unit", required=True, help="The unit that asks.")
@click.option("--letter", required=True, help="Number of its letter.")
@click.option("--date", "day", required=True, help="Day of its letter: 2026-11-24.")
@click.option("--person", required=True, help="Who of the unit asks.")
@click.option("--why", required=True, help="What it is for.")
@speaking
def request(
    config: str | None, recordings: tuple[str, ...], unit: str, letter: str, day: str, person: str, why: str
) -> None:
    """Write down that a unit asks for recordings, by their ids or their calls'. Another person must allow it.

    \b
    Example: hotline1022 evidence request hl1-1795470208.58 --unit "Công an tỉnh" --letter 12/CSĐT --date 2026-11-24 \\
        --person "Trần Văn Bình" --why "Xác minh tin báo"
    """
    wanted = Request(unit=unit, letter=letter, letter_date=day_of(day), person=person, why=why, recordings=recordings)
    made = _at_desk(config, lambda desk, actor, at: desk.request(wanted, actor, at))
    click.echo(f"Disclosure {made.id} is asked for. Another person allows it: hotline1022 evidence approve {made.id}")


def _decision(name: str, move: Move, help: str, *, words: bool) -> click.Command:
    @speaking
    def decide(config: str | None, disclosure: str, words: str = "") -> None:
        made = _at_desk(config, lambda desk, actor, at: desk.decide(disclosure, move, actor, at, words))
        click.echo(f"Disclosure {made.id} is {made.state}.")

    decide.__doc__ = help
    command = click.argument("disclosure")(decide)
    if words:
        command = click.option("--words", required=True, help="Why.")(command)
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
    'Take a disclosure back; its package goes.\n\n\b\nExample: hotline1022 evidence withdraw 0123456789abcdef --words "Nhầm cuộc gọi"',
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

    made, path = _at_desk(config, work)
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

    made, path, key = _at_desk(config, work)
    click.echo(
        f"{path}\nFor the record of the hand-out:\n  SHA-256 of the package  {made.sha256}\n  fingerprint of the key  {key}"
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

    async def work(database: Database) -> list[Disclosure]:
        async with database.reading() as tx:
            return list(await tx.disclosures.all(State(state) if state else None))

    found = on_database(config, work)
    if plain:
        click.echo(as_json(found))
        return
    for one in found:
        request = one.request
        click.echo(f"{one.id}  {_moment(one.asked_at)}  {one.state:<10}  {request.letter}  {request.unit}")
    if not found:
        click.echo("No disclosures.")


@click.command("disclosure")
@CONFIG
@click.argument("disclosure")
@speaking
def show_disclosure(config: str | None, disclosure: str) -> None:
    """One disclosure and who received it, as JSON.

    \b
    Example: hotline1022 evidence disclosure 0123456789abcdef
    """

    async def work(database: Database) -> dict[str, object]:
        async with database.reading() as tx:
            found = await tx.disclosures.get(disclosure)
            return {"disclosure": found, "hand_outs": list(await tx.disclosures.hand_outs(disclosure))}

    click.echo(as_json(on_database(config, work)))


def _moment(at: datetime | None) -> str:
    return local(at).strftime("%F %R") if at else "-"


COMMANDS = (request, approve, refuse, withdraw, pack, hand_out, list_disclosures, show_disclosure)
