"""Commands about questions and answers: take in a file, look, search, and fill a demonstration with examples."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import click

from hotline1022.core.clock import PROVINCE, local_day, utc_now
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database
from hotline1022.faq.seed import examples
from hotline1022.faq.sheet import LARGEST
from hotline1022.faq.types import Asked, Author, Days, Entry, EntryFilter, Found, Move, Report, Said, State
from hotline1022.service.cli.base import CONFIG, speaking
from hotline1022.service.cli.data import as_json, on_database
from hotline1022.service.cli.shell_user import shell_actor, shell_user
from hotline1022.service.faq.desk import FaqDesk
from hotline1022.service.tickets.join import stored

#: who wrote the examples
_SAMPLE = Author(keys=frozenset({"sample"}), name="1022 (ví dụ)", reads_all=True)


def _desk(database: Database) -> FaqDesk:
    return FaqDesk(database, stored(database), utc_now)


def _shell() -> Author:
    return Author(keys=frozenset({shell_actor()}), name=shell_user(), reads_all=True)


@click.group()
def faq() -> None:
    """Questions and answers of the agencies, at hand while somebody talks."""


@faq.command("list")
@CONFIG
@click.option("--agency", default="", help="Only those of this agency, by its id.")
@click.option("--state", default=None, type=click.Choice([one.value for one in State]), help="Only this state.")
@click.option("--words", default="", help="Only those that hold all these words, with marks or without.")
@click.option("--out-of-date", is_flag=True, help="Only published ones whose last day is over.")
@click.option(
    "--ending-within", default=None, type=click.IntRange(0, 3650), help="Only those that end within so many days."
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="Questions at most.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@speaking
def faq_list(
    config: str | None,
    agency: str,
    state: str | None,
    words: str,
    out_of_date: bool,
    ending_within: int | None,
    limit: int,
    plain: bool,
) -> None:
    """Questions, latest change first.

    \b
    Examples: hotline1022 faq list --out-of-date
              hotline1022 faq list --ending-within 30
    """
    now = datetime.now(UTC)
    today = local_day(now)
    wanted = EntryFilter(
        agencies=frozenset({agency}) if agency else None,
        state=State(state) if state else None,
        words=words,
        over_on=today if out_of_date else None,
        ends=None if ending_within is None else Days(first=today, last=today + timedelta(days=ending_within)),
        limit=limit,
    )
    found = on_database(config, lambda database: _desk(database).list(wanted))
    if plain:
        click.echo(as_json(found))
        return
    for one in found:
        click.echo(_line(one, now))
    if not found:
        click.echo("No questions.")


def _line(one: Entry, now: datetime) -> str:
    shown = one.shown
    mark = "  OUT OF DATE" if shown.state is State.PUBLISHED and shown.out_of_date(now) else ""
    beside = f"  (version {one.opened}: {one.open.state})" if one.open and one.open is not shown else ""
    return f"{one.id}  {one.agency:<26} {shown.state:<10} {shown.text.question}{mark}{beside}"


@faq.command("search")
@CONFIG
@click.argument("words")
@click.option("--limit", default=5, show_default=True, type=click.IntRange(1, 50), help="Answers at most.")
@speaking
def faq_search(config: str | None, words: str, limit: int) -> None:
    """What is published about WORDS, with marks or without, best first. Notes nothing.

    \b
    Example: hotline1022 faq search "khai sinh"
    """
    asked = Asked(words=words, typing=True, limit=limit)

    async def search(database: Database) -> Found:
        return await _desk(database).search(asked)

    found = on_database(config, search)
    if found.near:
        click.echo("No answer has all the words; these have some:")
    for one in found.hits:
        mark = "  OUT OF DATE" if one.out_of_date else ""
        click.echo(f"{one.text.question}{mark}\n  {one.text.answer}")
        click.echo(f"  {one.agency}{f' · {one.text.legal_source}' if one.text.legal_source else ''}\n")
    if not found.hits:
        click.echo("No answer.")


@faq.command("import")
@CONFIG
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--agency", required=True, help="Id of the agency whose questions they are.")
@click.option("--propose", is_flag=True, help="As proposed, not as drafts.")
@click.option("--dry-run", is_flag=True, help="Tell what would become of each row; write nothing.")
@speaking
def faq_import(config: str | None, file: Path, agency: str, propose: bool, dry_run: bool) -> None:
    """Take in an .xlsx FILE with the columns of `faq template`, and tell of each row.

    Wrong rows, and questions that the agency has already, are left out: mend the file and give it once more.

    \b
    Example: hotline1022 faq import hoi-dap.xlsx --agency so-tu-phap --dry-run
    """
    with file.open("rb") as opened:
        data = opened.read(LARGEST + 1)

    async def take_in(database: Database) -> Report:
        return await _desk(database).take_in(agency, data, _shell(), utc_now(), dry_run=dry_run, propose=propose)

    report = on_database(config, take_in)
    for one in report.rows:
        if one.said is not Said.NEW:
            click.echo(f"row {one.row}: {one.said}  {one.question}")
        for error_id, said in one.problems.items():
            click.echo(f"    {said} [{error_id}]")
    counts = ", ".join(f"{report.count(said)} {said}" for said in Said)
    click.echo(f"{counts}. {'Written.' if report.written else 'Nothing is written.'}")


@faq.command("template")
@CONFIG
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@speaking
def faq_template(config: str | None, file: Path) -> None:
    """Write the .xlsx FILE that people fill in."""

    async def template(database: Database) -> bytes:
        return await _desk(database).template()

    file.write_bytes(on_database(config, template))
    click.echo(f"{file} is written.")


@faq.command("sample")
@CONFIG
@speaking
def faq_sample(config: str | None) -> None:
    """Publish the examples that come with the product, each marked as one: for a demonstration, not for citizens."""
    click.echo(f"{on_database(config, fill)} examples are published; each says that no agency approved it.")


async def fill(database: Database, instead: Mapping[str, str] | None = None) -> int:
    """Publish the examples whose questions their agencies do not have; how many. `instead`: agency → who gets its examples."""
    desk, by, now = _desk(database), _shell(), utc_now()
    there = (await desk.names()).today
    count = 0
    for named, text in examples():
        agency = (instead or {}).get(named, named)
        if agency not in there:
            continue
        # one of them is out of date on purpose: it was published when it was not
        at = now
        if text.valid_to is not None:
            at = min(now, datetime.combine(text.valid_to, time(12), PROVINCE).astimezone(UTC))
        try:
            one = await desk.add(agency, text, _SAMPLE, at)
        except Refused as error:
            if error.error_id != "faq-there":
                raise
            continue
        one = await desk.move(one.id, one.revision, Move.PROPOSE, "", _SAMPLE, at)
        await desk.move(one.id, one.revision, Move.PUBLISH, "", by, at)
        count += 1
    return count
