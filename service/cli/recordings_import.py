"""`hotline1022 recordings import`: takes over the recordings of another PBX. Changes nothing in the folder that it reads."""

import csv
import sys
from collections import Counter
from pathlib import Path

import click

from hotline1022.db.unit import Database
from hotline1022.service.cli.base import CONFIG, settings_of, speaking
from hotline1022.service.cli.data import on_database
from hotline1022.service.cli.progress import Progress
from hotline1022.service.cli.shell_user import shell_actor
from hotline1022.service.importing.run import Outcome
from hotline1022.service.importing.table import PRESETS, columns_of, records
from hotline1022.service.importing.work import CITIZEN, Wanted, import_rows, zone_of

_FIELDS = ("line", "file", "outcome", "call", "sha256", "note")
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_TABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
_REPORT = click.Path(dir_okay=False, path_type=Path)


@click.command("import")
@CONFIG
@click.argument("folder", type=_FOLDER)
@click.option("--csv", "table", required=True, type=_TABLE, help="The other PBX's table of calls.")
@click.option(
    "--preset", default="freepbx", show_default=True, type=click.Choice(sorted(PRESETS)), help="Whose columns it has."
)
@click.option(
    "--map", "given", default="", help="Other columns: time=…,caller=…,called=…,file=…,agent=…,duration=…,talk=…"
)
@click.option("--tz", default="Asia/Ho_Chi_Minh", show_default=True, help="Zone of the table's times.")
@click.option("--citizen", default="left", show_default=True, type=click.Choice(list(CITIZEN)), help="In stereo files.")
@click.option("--report", type=_REPORT, help="File for the report, a row of CSV for each row; otherwise it is printed.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be done, and do nothing.")
@speaking
def recordings_import(
    config: str | None,
    folder: Path,
    table: Path,
    preset: str,
    given: str,
    tz: str,
    citizen: str,
    report: Path | None,
    dry: bool,
) -> None:
    """Take over the recordings of FOLDER with their table; the files' own bytes are the originals.

    The same rows again change nothing, and a run that was ended goes on. Exit code 1 when a row could not be imported.

    \b
    Example: hotline1022 recordings import /mnt/monitor --csv cdr.csv --map agent=dstchannel --dry-run
    """
    rows = list(records(table.read_bytes(), columns_of(preset, given), zone_of(tz)))
    settings = settings_of(config)
    wanted = Wanted(folder=folder, citizen=citizen, dry=dry, actor=shell_actor(), origin="cli")
    progress = Progress("rows")

    async def work(database: Database) -> list[Outcome]:
        return await import_rows(database, settings, rows, wanted, progress)

    done = on_database(config, work)
    progress.clear()
    _report(done, report)
    counted = Counter(one.outcome for one in done)
    click.echo(", ".join(f"{number} {word}" for word, number in counted.most_common()) or "no rows", err=True)
    if not all(one.well for one in done):
        sys.exit(1)


def _report(done: list[Outcome], report: Path | None) -> None:
    file = sys.stdout if report is None else report.open("w", encoding="utf-8-sig", newline="")
    try:
        writer = csv.writer(file)
        writer.writerow(_FIELDS)
        writer.writerows([getattr(one, field) for field in _FIELDS] for one in done)
    finally:
        if report is not None:
            file.close()
