"""Commands that look into the catalogue of recordings: search, show, rebuild. They change no recording."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import click

from hotline1022.core.clock import PROVINCE, day_begins, local
from hotline1022.core.errors import Invalid
from hotline1022.db.unit import Database
from hotline1022.recordings.types import CallKind, Catalogued, CatalogueFilter, CataloguePage, Shown
from hotline1022.service.cli.base import CONFIG, speaking
from hotline1022.service.cli.data import as_json, day_of, on_database
from hotline1022.service.cli.progress import Progress
from hotline1022.service.recordings.catalogue_keeper import rebuild
from hotline1022.service.recordings.catalogue_view import CatalogueView
from hotline1022.web.recordings_wire import RecordingDetail, TrackEntry

_LENGTH = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):(\d{2})|(\d{1,6})")


def moment(text: str | None, *, end: bool = False) -> datetime | None:
    """A day of the province or a moment on its clock; a day as an end means through it. Invalid `day-invalid`."""
    if text is None:
        return None
    day, _, clock = text.strip().replace("T", " ").partition(" ")
    if not clock:
        first = day_begins(day_of(day))
        return (first + timedelta(days=1) if end else first).astimezone(UTC)
    try:
        return datetime.combine(day_of(day), time.fromisoformat(clock), PROVINCE).astimezone(UTC)
    except ValueError:
        text = f"{clock!r} is no time of day; write it as 14:05"
        raise Invalid(text, error_id="day-invalid") from None


def length_ms(text: str | None) -> int | None:
    """`90`, `1:30` or `1:02:03` in milliseconds; Invalid `length-invalid`."""
    if text is None:
        return None
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise Invalid(f"{text!r} is no length; write seconds, or 1:30 or 1:02:03", error_id="length-invalid")
    hours, minutes, seconds, alone = (int(part or 0) for part in found.groups())
    return (hours * 3600 + minutes * 60 + seconds + alone) * 1000


@click.command("search")
@CONFIG
@click.option("--number", default="", help="Number in any way of writing, or its last digits, 4 at least.")
@click.option("--since", default=None, help="Day in the province, or a moment: 2026-11-24 or '2026-11-24 14:05'.")
@click.option("--until", default=None, help="The same; a day means through its end.")
@click.option("--person", default="", help="Who talked with the citizen: id of a person.")
@click.option("--line", default="", help="At which line.")
@click.option("--agency", default="", help="Id of an agency.")
@click.option("--category", default="", help="Id of a category.")
@click.option("--ticket", "code", default="", help="Code of a ticket.")
@click.option("--words", default="", help="Words of a ticket, with marks or without.")
@click.option("--longer", default=None, help="At least so long: seconds, 1:30 or 1:02:03.")
@click.option("--shorter", default=None, help="At most so long.")
@click.option("--state", default=None, type=click.Choice([s.value for s in Shown]), help="Only this state.")
@click.option("--kind", default=None, type=click.Choice([k.value for k in CallKind]), help="Only this kind.")
@click.option("--before", default=None, type=int, help="The next page: the number that stands below the page before.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Recordings at most.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def search(
    config: str | None,
    since: str | None,
    until: str | None,
    longer: str | None,
    shorter: str | None,
    state: str | None,
    kind: str | None,
    plain: bool,
    **given: Any,
) -> None:
    """Recordings, newest first; all that is given must fit.

    \b
    Examples:
      hotline1022 recordings search --number "0274 3822 222" --since 2026-11-01
      hotline1022 recordings search --words "den duong" --agency so-xay-dung --longer 1:00
    """
    wanted = CatalogueFilter(
        since=moment(since),
        until=moment(until, end=True),
        shortest_ms=length_ms(longer),
        longest_ms=length_ms(shorter),
        state=Shown(state) if state else None,
        kind=CallKind(kind) if kind else None,
        **given,
    )

    async def look(database: Database) -> CataloguePage:
        return await CatalogueView(database).search(wanted)

    page = on_database(config, look)
    if plain:
        click.echo(as_json({"recordings": [listed(one) for one in page.recordings], "next": page.next}))
        return
    for one in page.recordings:
        click.echo(_line(one))
    if not page.recordings:
        click.echo("No recordings.")
    if page.next is not None:
        click.echo(f"More: --before {page.next}", err=True)


def listed(one: Catalogued) -> dict[str, object]:
    """A recording as JSON shows it."""
    names = [name for name in one.__dataclass_fields__ if name not in ("place", "held", "state")]
    return {name: getattr(one, name) for name in names} | {"state": one.shown.value}


def _line(one: Catalogued) -> str:
    why = f" ({one.why})" if one.why else ""
    who = ",".join(one.about.persons or one.about.lines) or "-"
    about = " ".join([*one.about.codes, *one.about.agencies]) or "-"
    return (
        f"{one.id}  {local(one.started_at):%F %T}  {_length(one.duration_ms):>8}  {one.caller or 'withheld':<14} "
        f"{who:<10} {one.shown.value}{why}  {one.kind.value}  {about}"
    )


def _length(ms: int) -> str:
    minutes, seconds = divmod(round(ms / 1000), 60)
    return f"{minutes}:{seconds:02d}"


@click.command("show")
@CONFIG
@click.argument("recording")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def show(config: str | None, recording: str, plain: bool) -> None:
    """One recording by its id or its call's: who spoke on which track, hashes, state, and what the audit has of it.

    \b
    Example: hotline1022 recordings show hl1-1795470208.58
    """

    async def look(database: Database) -> RecordingDetail:
        return await CatalogueView(database).get(recording)

    found = on_database(config, look)
    if plain:
        click.echo(as_json(found))
        return
    for name in ("id", "call", "state", "why", "kind", "caller", "codec", "bytes", "gap_ms", "lost_ms"):
        value = getattr(found.recording, name)
        if value not in ("", None):
            click.echo(f"{name:<12} {getattr(value, 'value', value)}")
    click.echo(f"{'started':<12} {local(found.recording.started_at):%F %T}, {_length(found.recording.duration_ms)}")
    click.echo(f"{'tickets':<12} {' '.join(found.recording.tickets) or '-'}")
    _tracks(found.tracks)
    _entries(found.entries)


def _tracks(tracks: Sequence[TrackEntry]) -> None:
    click.echo("tracks")
    for one in tracks:
        until = local(one.ended_at).strftime("%T") if one.ended_at else "?"
        who = " ".join(part for part in (one.kind, one.person, one.line or one.number) if part)
        click.echo(
            f"  {local(one.started_at):%T}-{until}  {one.side}  {who:<28} {_length(one.duration_ms):>7}"
            f"  {'?' if one.bytes is None else one.bytes:>9} bytes  {one.status:<8} {one.sha256 or '-'}"
        )


def _entries(entries: Sequence[Any]) -> None:
    click.echo("audit")
    for one in entries:
        click.echo(f"  {one.seq:>7}  {local(one.at):%F %T}  {one.kind:<22} {one.actor}  {one.sha256[:16]}…")
    if not entries:
        click.echo("  nothing")


@click.command("rebuild-catalogue")
@CONFIG
@speaking
def rebuild_catalogue(config: str | None) -> None:
    """Make the catalogue's rows again from calls, files and tickets; ids, states and holds stay. Calls may go on.

    \b
    Example: hotline1022 recordings rebuild-catalogue
    """
    progress = Progress("calls")

    async def work(database: Database) -> int:
        return await rebuild(database, progress)

    done = on_database(config, work)
    progress.clear()
    click.echo(f"The catalogue has the rows of {done} calls again.")
