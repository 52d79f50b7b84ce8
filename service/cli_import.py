"""`hotline1022 recordings import`: takes over the recordings of another PBX. Changes nothing in the folder that it reads."""

import csv
import sys
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from hotline1022.core.errors import Invalid
from hotline1022.db.unit import Database
from hotline1022.recordings.pool import HeavyPool
from hotline1022.service.cli_base import CONFIG, settings_of, speaking
from hotline1022.service.cli_data import on_database
from hotline1022.service.ffmpeg_find import FfmpegFinder
from hotline1022.service.import_run import Importer, Outcome
from hotline1022.service.import_table import PRESETS, Record, columns_of, records
from hotline1022.service.recorder_keys import keys_of
from hotline1022.service.settings import Settings
from hotline1022.service.shell_user import shell_actor

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
@click.option(
    "--citizen", default="left", show_default=True, type=click.Choice(["left", "right"]), help="In stereo files."
)
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
    rows = list(records(table.read_bytes(), columns_of(preset, given), _zone(tz)))
    settings = settings_of(config)

    async def work(database: Database) -> list[Outcome]:
        return await _run(database, settings, folder, rows, 1 if citizen == "right" else 0, dry)

    done = on_database(config, work)
    _report(done, report)
    counted = Counter(one.outcome for one in done)
    click.echo(", ".join(f"{number} {word}" for word, number in counted.most_common()) or "no rows", err=True)
    if not all(one.well for one in done):
        sys.exit(1)


async def _run(
    database: Database, settings: Settings, folder: Path, rows: list[Record], citizen: int, dry: bool
) -> list[Outcome]:
    pool = HeavyPool(seconds=3600)
    try:
        importer = Importer(
            folder=folder,
            spool=settings.paths.data / "import",
            root=settings.paths.recordings,
            database=database,
            pool=pool,
            ffmpeg=await FfmpegFinder(settings.copies.ffmpeg)(),
            actor=shell_actor(),
            citizen=citizen,
            dry=dry,
            keys=keys_of(settings),
        )
        await importer.start()
        done = []
        with click.progressbar(length=len(rows), label="  rows", file=sys.stderr) as bar:
            for row in rows:
                done.append(await importer.take(row))
                bar.update(1)
        return done
    finally:
        await pool.close()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid(f"{name!r} is no time zone; write it as Asia/Ho_Chi_Minh", error_id="import-zone") from error


def _report(done: list[Outcome], report: Path | None) -> None:
    file = sys.stdout if report is None else report.open("w", encoding="utf-8-sig", newline="")
    try:
        writer = csv.writer(file)
        writer.writerow(_FIELDS)
        writer.writerows([getattr(one, field) for field in _FIELDS] for one in done)
    finally:
        if report is not None:
            file.close()
