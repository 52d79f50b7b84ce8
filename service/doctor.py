"""`hotline1022 doctor`: what is missing or wrong on this machine, and the cure. Changes nothing."""

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable

import click

from hotline1022.core.errors import ConfigError, HotlineError
from hotline1022.db.migrate import HEAD, current
from hotline1022.ivr.espeak import find_espeak
from hotline1022.ivr.load import load as load_menu
from hotline1022.ivr.prompts import missing
from hotline1022.service.checks import LOW_BYTES, sip_answers
from hotline1022.service.engine_find import find_engine
from hotline1022.service.secrets import AMI_ACTOR, AMI_READER, read_secret
from hotline1022.service.settings import Settings

#: a module that only the packages of Debian and Ubuntu have; it comes with the patch that loses audio
DEBIAN_ONLY = "codec_opus_open_source.so"

Point = Callable[[Settings], Awaitable[str]]


class Note(HotlineError):
    """Not wrong, but people should know."""

    error_id = "note"


async def _python(settings: Settings) -> str:
    return f"Python {sys.version.split()[0]}"


async def _asterisk(settings: Settings) -> str:
    engine = await asyncio.to_thread(find_engine, settings.asterisk.binary)
    text = f"Asterisk {'.'.join(map(str, engine.version))}"
    if (engine.modules / DEBIAN_ONLY).exists():
        raise Note(
            f"{text} is a Debian or Ubuntu build: its Opus patch loses the second person in mixed recordings. The "
            "tracks that 1022 keeps, one a person, are complete all the same; an Asterisk built from upstream's source "
            "is the better engine"
        )
    return text


async def _espeak(settings: Settings) -> str:
    await asyncio.to_thread(find_espeak)
    return "espeak-ng speaks the prompts"


async def _menu(settings: Settings) -> str:
    tree = await asyncio.to_thread(load_menu, settings.paths.menu)
    absent = await asyncio.to_thread(missing, tree, settings.paths.prompts)
    if absent:
        raise Note(f"{len(absent)} prompts are not made yet; `hotline1022 prompts` makes them, `run` does it too")
    return f"menu of {len(tree.menus)} levels, all prompts are there"


async def _data(settings: Settings) -> str:
    folder = settings.paths.data
    there = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise ConfigError(f"{there} cannot be written; set paths.data to a folder of yours, or give the rights")
    free = shutil.disk_usage(there).free
    if free < LOW_BYTES:
        raise ConfigError(f"only {free // 1024**2} MiB are free below {there}; make room, or recordings are lost")
    return f"data folder {folder}, {free // 1024**3} GiB free"


async def _secrets(settings: Settings) -> str:
    names = [AMI_READER, AMI_ACTOR, *(f"line-{n}" for n in settings.lines.numbers)]
    files = [settings.paths.secrets / name for name in names]
    there = [file for file in files if file.exists()]
    for file in there:
        read_secret(file)
    return f"{len(there)} of {len(files)} secrets made, readable by their owner alone"


async def _database(settings: Settings) -> str:
    if not settings.database.url and not (settings.paths.db / settings.SQLITE_NAME).exists():
        return "database: SQLite, made at the first start"
    found = await current(settings.database_url)
    if found != HEAD:
        raise Note(f"the database's schema is {found or 'empty'}, this program's is {HEAD}; the next start changes it")
    return f"database answers, schema {found}"


async def _sip(settings: Settings) -> str:
    asterisk = settings.asterisk
    try:
        await sip_answers(asterisk.bind, asterisk.sip_port)
    except HotlineError as error:
        raise Note(f"{error} (nothing is wrong when 1022 is not running)") from error
    return f"SIP answers on {asterisk.bind}:{asterisk.sip_port}"


async def _exposure(settings: Settings) -> str:
    """AMI and FastAGI are rendered for loopback; SIP and HTTP are as wide as the settings say."""
    wide = [
        name
        for name, address in (
            ("asterisk.bind", settings.asterisk.bind),
            ("service.http_address", settings.service.http_address),
        )
        if address in {"0.0.0.0", "::"}
    ]
    if wide:
        raise Note(f"{' and '.join(wide)} open every address of this machine; a firewall should stand before it")
    return "AMI and FastAGI on loopback, SIP and HTTP on the addresses of the settings"


POINTS: tuple[Point, ...] = (
    _python, _asterisk, _espeak, _menu, _data, _secrets, _database, _sip, _exposure,
)  # fmt: skip


async def examine(settings: Settings) -> bool:
    """Print one line a point; True when nothing is wrong."""
    well = True
    for point in POINTS:
        try:
            text, word = await point(settings), "ok   "
        except Note as note:
            text, word = str(note), "note "
        except (HotlineError, OSError) as error:
            text, word, well = str(error), "WRONG", False
        click.echo(f"{word}  {text}")
    return well
