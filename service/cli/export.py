"""The command that writes originals of a recording for somebody, with the reason. Refuses without one."""

from datetime import timedelta
from pathlib import Path

import click

from hotline1022.db.unit import Database
from hotline1022.recordings.reasons import load_reasons
from hotline1022.service.alarms import Bell
from hotline1022.service.cli.base import CONFIG, settings_of, speaking
from hotline1022.service.cli.data import on_database
from hotline1022.service.evidence.stamp_check import trust_of
from hotline1022.service.evidence.walk import Examiner
from hotline1022.service.recordings.export import SUMS, Exported, Exporter
from hotline1022.service.recordings.original_check import OriginalCheck
from hotline1022.service.recordings.recorder_keys import keys_of
from hotline1022.service.settings.tree import Settings

#: of the bell, which the service repeats
REPEAT = timedelta(hours=1)


def originals_of(settings: Settings, database: Database) -> tuple[OriginalCheck, Bell]:
    """What a command looks at originals with before it gives them out, and the bell that it rings."""
    bell = Bell(database, REPEAT)
    examiner = Examiner(database, settings.paths.recordings, trust_of(settings), keys=keys_of(settings))
    return OriginalCheck(database, examiner, bell), bell


@click.command("export")
@CONFIG
@click.argument("recording")
@click.option("--reason", required=True, help="Why: one of hotline1022 recordings reasons.")
@click.option("--words", required=True, help="What it is about, in a few words.")
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="A new folder.")
@speaking
def export(config: str | None, recording: str, reason: str, words: str, folder: Path) -> None:
    """Write the originals of a recording, by its id or its call's, into a folder, with SHA256SUMS.

    The audit has it, with the reason, before anything is written. Damaged originals are not given out.

    \b
    Example: hotline1022 recordings export hl1-1795470208.58 --reason authority --words "CV 12/CSĐT 24.11.2026" --to /tmp/cv12
    """
    settings = settings_of(config)
    reasons, keys = load_reasons(settings.paths.listening_reasons), keys_of(settings)

    async def work(database: Database) -> Exported:
        originals, bell = originals_of(settings, database)
        exporter = Exporter(
            database=database,
            root=settings.paths.recordings,
            data=settings.paths.data,
            originals=originals,
            bell=bell,
            reasons=reasons,
            keys=keys,
        )
        return await exporter.export(recording, reason, words, folder)

    done = on_database(config, work)
    click.echo(
        f"{len(done.files)} originals, {done.bytes} bytes, in {done.folder}. Check: cd {done.folder} && sha256sum -c {SUMS}"
    )


@click.command("reasons")
@CONFIG
@speaking
def list_reasons(config: str | None) -> None:
    """The reasons for which recordings may be listened to and exported.

    \b
    Example: hotline1022 recordings reasons
    """
    for id, text in load_reasons(settings_of(config).paths.listening_reasons).texts.items():
        click.echo(f"{id:<12} {text}")
