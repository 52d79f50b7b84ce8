"""Commands about the shift plan: shifts, crews, who has which day, and who is missing now."""

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import click

from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid
from hotline1022.db.types import Crew, RosterRow
from hotline1022.db.unit import Database
from hotline1022.queue.shifts import OnDuty, on_duty
from hotline1022.queue.types import Duty, Shift
from hotline1022.service.cli.base import CONFIG, speaking
from hotline1022.service.cli.data import as_json, day_of, on_database
from hotline1022.service.lines.shift_plan import Plan, a_crew, by_shift, read_csv, read_toml, write


@click.group()
def shifts() -> None:
    """Who should be on when: shifts, crews, the plan."""


def _write(config: str | None, plan: Plan) -> None:
    async def work(database: Database) -> None:
        async with database.transaction() as tx:
            await write(tx, plan)

    on_database(config, work)


@shifts.command("sample")
@speaking
def shifts_sample() -> None:
    """Print a commented plan: three shifts, four crews, one person at night."""
    click.echo((files("hotline1022.service.lines") / "shifts.toml").read_text(encoding="utf-8"), nl=False)


@shifts.command("import")
@CONFIG
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@speaking
def shifts_import(config: str | None, file: Path) -> None:
    """Write the plan in FILE: TOML as `shifts sample` prints it, or a table NAME.csv with the columns day,shift,who.

    What it does not name is left; with a fault in it nothing is written.

    \b
    Example: hotline1022 shifts import december.csv
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(
            f"{file} is not UTF-8 at byte {error.start}; save it as UTF-8", error_id="shift-invalid"
        ) from None
    plan = read_csv(text) if file.suffix.lower() == ".csv" else read_toml(text)
    _write(config, plan)
    days = {day for day, _ in plan.days}
    click.echo(f"Written: {len(plan.shifts)} shifts, {len(plan.crews)} crews, the plan of {len(days)} days.")


@shifts.command("crew")
@CONFIG
@click.argument("crew")
@click.argument("name")
@click.argument("people", nargs=-1)
@speaking
def shifts_crew(config: str | None, crew: str, name: str, people: tuple[str, ...]) -> None:
    """Make a crew of exactly these people, in place of who was in it.

    \b
    Example: hotline1022 shifts crew k1 "Kíp 1" 1001 1002 1003
    """
    _write(config, Plan(crews=(a_crew(id=crew, name=name, people=people),)))
    click.echo(f"{crew} {name}: {' '.join(people) or 'nobody'}.")


@shifts.command("set")
@CONFIG
@click.argument("day")
@click.argument("shift")
@click.argument("who", nargs=-1)
@speaking
def shifts_set(config: str | None, day: str, shift: str, who: tuple[str, ...]) -> None:
    """Plan crews and people for one SHIFT of one DAY, in place of who had it; nobody empties it.

    \b
    Example: hotline1022 shifts set 2026-12-24 night 1004
    """
    _write(config, Plan(days={(day_of(day), shift): who}))
    click.echo(f"{day} {shift}: {' '.join(who) or 'nobody'}.")


@shifts.command("show")
@CONFIG
@click.option("--since", default=None, help="First day, such as 2026-12-01; without it, today in the province.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 400), help="How many days.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def shifts_show(config: str | None, since: str | None, days: int, plain: bool) -> None:
    """The shifts, the crews, and who has which day; ! where fewer people are planned than needed."""
    first = day_of(since) if since else local_day(datetime.now(UTC))
    last = first + timedelta(days=days - 1)

    async def read(
        database: Database,
    ) -> tuple[Sequence[Shift], Sequence[Crew], Sequence[RosterRow], Sequence[Duty]]:
        async with database.reading() as tx:
            return (
                await tx.shifts.shifts(),
                await tx.shifts.crews(),
                await tx.shifts.planned(first, last),
                await tx.shifts.duties(first, last),
            )

    known, crews, rows, duties = on_database(config, read)
    plan = by_shift(rows)
    people = {(duty.day, duty.shift): duty.people for duty in duties}
    if plain:
        listed = [
            {"day": day.isoformat(), "shift": shift, "who": who, "people": people.get((day, shift), ())}
            for (day, shift), who in plan.items()
        ]
        clock = [{**_columns(one), "starts": f"{one.starts:%H:%M}", "ends": f"{one.ends:%H:%M}"} for one in known]
        click.echo(as_json({"shifts": clock, "crews": list(crews), "plan": listed}))
        return
    for one in known:
        click.echo(f"{one.id:<10} {one.starts:%H:%M}-{one.ends:%H:%M}  needs {one.needed}   {one.name}")
    for crew in crews:
        click.echo(f"{crew.id:<10} {crew.name}: {' '.join(crew.people) or 'nobody'}")
    if not known:
        click.echo("There are no shifts; `hotline1022 shifts sample` shows how they are written.")
    for day in (first + timedelta(days=number) for number in range(days)):
        click.echo(f"{day}  " + "   ".join(_cell(one, day, plan, people) for one in known))


def _columns(shift: Shift) -> dict[str, object]:
    return {"id": shift.id, "name": shift.name, "needed": shift.needed}


def _cell(
    shift: Shift,
    day: date,
    plan: dict[tuple[date, str], tuple[str, ...]],
    people: dict[tuple[date, str], tuple[str, ...]],
) -> str:
    who = " ".join(plan.get((day, shift.id), ())) or "-"
    short = shift.on(day) and len(people.get((day, shift.id), ())) < shift.needed
    return f"{shift.id}: {who}{' !' if short else ''}"


@shifts.command("missing")
@CONFIG
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def shifts_missing(config: str | None, plain: bool) -> None:
    """Who should be logged in now and is not. Exit code 1 when somebody is missing or fewer are there than needed."""
    at = datetime.now(UTC)
    today = local_day(at)

    async def read(database: Database) -> tuple[list[OnDuty], dict[str, str], set[str]]:
        async with database.reading() as tx:
            present = {session.person for session in await tx.agents.open_sessions()}
            duties = await tx.shifts.duties(today - timedelta(days=1), today)
            names = {str(one.id): one.name for one in await tx.agents.people()}
            return on_duty(at, await tx.shifts.shifts(), duties, present), names, present

    now, names, present = on_database(config, read)
    short = [one for one in now if one.missing or len(present) < one.shift.needed]
    if plain:
        listed = [
            {
                "shift": one.shift.id,
                "day": one.day.isoformat(),
                "needed": one.shift.needed,
                "present": sorted(present),
                "missing": one.missing,
                "extra": one.extra,
            }
            for one in now
        ]
        click.echo(as_json(listed))
    for one in () if plain else now:
        missing = ", ".join(f"{person} {names.get(person, '')}".strip() for person in one.missing) or "nobody"
        click.echo(
            f"{one.shift.name} ({one.shift.id}, {one.day}): missing {missing}; "
            f"{len(present)} logged in, {one.shift.needed} needed"
        )
    if not plain and not now:
        click.echo("No shift runs now.")
    if short:
        sys.exit(1)
