"""Doctor's points about this machine: programs, prompts, data folder, secrets, database, time. Changes nothing on disk.

A point returns what is in order, raises Note for what people should know, and HotlineError for what is wrong.
"""

import asyncio
import ctypes
import os
import re
import shutil
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hotline1022.core.errors import ConfigError, Unavailable
from hotline1022.db.engine import parse, speaking_our_words, sqlite_file
from hotline1022.db.migrate import HEAD, REVISIONS, current
from hotline1022.ivr.espeak import find_espeak
from hotline1022.ivr.model import MenuTree
from hotline1022.ivr.prompts import missing
from hotline1022.service.asterisk.engine_find import OLDEST, AsteriskEngine, find_engine
from hotline1022.service.backup.half_restore import must_be_whole
from hotline1022.service.checks import disk_has_room
from hotline1022.service.doctor.net import asterisk_of
from hotline1022.service.doctor.note import Note
from hotline1022.service.menu.file import in_force
from hotline1022.service.recordings.ffmpeg_find import ENCODERS, find_ffmpeg
from hotline1022.service.settings.secrets import ACCOUNTS, AMI_ACTOR, AMI_READER, LINKS, read_secret
from hotline1022.service.settings.tree import Settings

#: a module that only the packages of Debian and Ubuntu have; it comes with the patch that loses audio
DEBIAN_ONLY = "codec_opus_open_source.so"
#: what to run instead of a build with the defect
INSTEAD = (
    "an Asterisk from upstream's source, or the distribution's source package without 2016_opus_plc.patch "
    "(docs/operations.md, Which Asterisk to run), is the better engine"
)
OLDEST_PYTHON = (3, 11)
DATABASE_SECONDS = 10.0
#: no clock that is right is before this
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
#: a file's time may be ahead of the clock by this much
AHEAD = timedelta(minutes=2)
#: what adjtimex() returns when nobody keeps the clock right
_TIME_ERROR = 5


async def python(settings: Settings) -> str:
    """New enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        raise ConfigError(f"Python {version} is too old; install 3.11 or newer, then run scripts/setup")
    return f"Python {version}"


async def asterisk(settings: Settings, *, proved: bool = False) -> str:
    """Found, new enough, complete. `proved`: the recording is proved by a call, no need to guess from the build."""
    engine = await asyncio.to_thread(find_engine, settings.asterisk.binary)
    await asyncio.to_thread(_modules, engine)
    text = f"Asterisk {'.'.join(map(str, engine.version))} ({engine.command[-1]}), {_not_older()}"
    if engine.version[0] != OLDEST[0]:
        raise Note(
            f"{text}; 1022 is proved on branch {OLDEST[0]} only: see for yourself that CVE-2026-57191 is mended in this one"
        )
    if not proved and (engine.modules / DEBIAN_ONLY).exists():
        raise Note(
            f"{text}, is a Debian or Ubuntu build: its Opus patch loses the second person in mixed and in heard (t) "
            f"recordings. The tracks that 1022 keeps, one a person, are complete all the same; {INSTEAD}"
        )
    return text


def _not_older() -> str:
    return f"not below {'.'.join(map(str, OLDEST))} (CVE-2026-57191)"


def _modules(engine: AsteriskEngine) -> None:
    text = (files("hotline1022.asterisk_conf") / "pbx" / "modules.conf").read_text(encoding="utf-8")
    wanted = re.findall(r"^(?:pre)?load *= *(\S+)", text, re.MULTILINE)
    absent = [name for name in wanted if not (engine.modules / name).is_file()]
    if absent:
        raise ConfigError(
            f"Asterisk lacks {len(absent)} of {len(wanted)} modules: {', '.join(absent[:5])}; install it completely "
            f"(Debian: asterisk-modules), or build it with them"
        )


async def menu(settings: Settings) -> str:
    """The menu is in order and every prompt is there; with the hotline running, an absent one is silence."""
    tree, absent = await _prompts(settings)
    running = bool(absent) and await asyncio.to_thread(asterisk_of, settings)
    if running:
        raise ConfigError(
            f"{len(absent)} prompts are missing ({absent[0]} …) and callers hear nothing there; run `hotline1022 prompts`"
        )
    if absent:
        raise Note(f"{len(absent)} prompts are not made yet; `hotline1022 prompts` makes them, `run` does it too")
    if odd := (*tree.outdated, *tree.warnings):
        raise Note(f"menu: {'; '.join(odd)}")
    return f"menu of {len(tree.menus)} levels, all prompts are there"


async def espeak(settings: Settings) -> str:
    """Needed only as long as something is to be spoken."""
    try:
        await asyncio.to_thread(find_espeak)
    except ConfigError as error:
        _, absent = await _prompts(settings)
        if absent:
            raise
        raise Note(f"{error}; until a text of the menu changes, nothing needs it") from error
    return "espeak-ng speaks the prompts"


async def ffmpeg(settings: Settings) -> str:
    """Needed for MP3, Opus and levelled copies; without it WAV copies are made all the same."""
    try:
        found = await asyncio.to_thread(find_ffmpeg, settings.copies.ffmpeg)
    except ConfigError as error:
        if settings.copies.ffmpeg:
            raise
        raise Note(str(error)) from error
    lacking = [form for form, encoder in ENCODERS.items() if encoder not in found.encoders]
    text = f"ffmpeg {found.version} ({found.command[-1]})"
    if lacking:
        raise Note(f"{text} cannot encode {' and '.join(lacking)}; run scripts/private-root ffmpeg for one that can")
    return f"{text} makes copies as {' and '.join(ENCODERS)}"


async def _prompts(settings: Settings) -> tuple[MenuTree, tuple[str, ...]]:
    tree = await asyncio.to_thread(in_force, settings)
    return tree, await asyncio.to_thread(missing, tree, settings.paths.prompts)


async def data(settings: Settings) -> str:
    """The data folder and those in it can be written, or can be made; there is room."""
    paths = settings.paths
    must_be_whole(paths.data)
    for folder in (paths.data, paths.db, paths.recordings, paths.spool, paths.asterisk, paths.journal, paths.secrets):
        there = _nearest(folder)
        if not there.is_dir():
            raise ConfigError(f"{there} is no folder; move it away, or set paths.data to another place")
        if not os.access(there, os.W_OK | os.X_OK) or os.statvfs(there).f_flag & os.ST_RDONLY:
            raise ConfigError(
                f"{there} cannot be written by {_user()}; give that user the right, or set paths.data to another place"
            )
    place = _nearest(paths.data)
    await disk_has_room(place)
    free = shutil.disk_usage(place).free // 1024**3
    made = "" if place == paths.data.absolute() else ", made at the first start"
    return f"data folder {paths.data}{made}: can be written, {free} GiB free"


def _nearest(folder: Path) -> Path:
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(place))


def _user() -> str:
    return "this user" if os.geteuid() else "root"


async def secrets(settings: Settings) -> str:
    """Those that exist can be read by us and by nobody else."""
    folder = settings.paths.secrets
    if not folder.is_dir():
        return "secrets: made at the first start"
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        raise ConfigError(f"{folder}: mode {mode:04o} lets others look into it; chmod 0700 {folder}")
    names = {AMI_READER, AMI_ACTOR, LINKS, ACCOUNTS, *(f"line-{number}" for number in settings.lines.numbers)}
    there = sorted(file for file in folder.iterdir() if file.suffix != ".crt" and not file.name.startswith("."))
    for file in there:
        if file.suffix == ".key":
            if stat.S_IMODE(file.stat().st_mode) & 0o077:
                raise ConfigError(f"{file}: others may read this key; chmod 0600 {file}")
        else:
            read_secret(file)
    absent = names - {file.name for file in there}
    more = f"; {', '.join(sorted(absent))}: made at the next start" if absent else ""
    return f"{len(there)} secrets, readable by their owner alone{more}"


async def database(settings: Settings) -> str:
    """It answers, and its schema is this program's. SQLite is looked at without leaving a trace beside it."""
    url = parse(settings.database_url)
    file = sqlite_file(url)
    where = f"SQLite file {file}" if file is not None else f"PostgreSQL at {url.host or 'the local socket'}"
    if file is not None:
        if not file.exists() or file.stat().st_size == 0:
            return f"database: {where}, made at the first start"
        found = await asyncio.to_thread(_sqlite_revision, file)
    else:
        try:
            async with asyncio.timeout(DATABASE_SECONDS), speaking_our_words():
                found = await current(settings.database_url)
        except TimeoutError as error:
            raise Unavailable(
                f"{where} does not answer within {DATABASE_SECONDS:g} s; see that it runs, or correct database.url"
            ) from error
    if found is not None and found not in REVISIONS:
        raise ConfigError(
            f"{where}: its schema {found} is newer than this program's ({HEAD}); install the newer program, or put back "
            f"a copy of the database made before the update"
        )
    if found != HEAD:
        raise Note(f"{where}: schema {found or 'empty'}; the next start brings it to {HEAD}")
    return f"{where} answers, schema {found}"


def _sqlite_revision(file: Path) -> str | None:
    with looking_into(file) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


@contextmanager
def looking_into(file: Path) -> Iterator[sqlite3.Connection]:
    """Read a SQLite database without leaving a trace. ConfigError when it cannot be read.

    `immutable` where nobody writes: an ordinary reader of a WAL database makes files beside it.
    """
    busy = file.with_name(f"{file.name}-wal").exists()
    address = f"{file.absolute().as_uri()}?mode=ro{'' if busy else '&immutable=1'}"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=DATABASE_SECONDS)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise ConfigError(
            f"{file} cannot be read as a SQLite file ({error}); put back a copy (*.bak beside it), or correct its rights"
        ) from error


async def zone(settings: Settings) -> str:
    """The province's days and months need its time zone."""
    try:
        ahead = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).utcoffset()
    except ZoneInfoNotFoundError as error:
        raise ConfigError(
            "there is no time zone data; install the package tzdata (or `pip install tzdata`)", error_id="zone-missing"
        ) from error
    if ahead != timedelta(hours=7):
        raise ConfigError(f"Asia/Ho_Chi_Minh is {ahead} ahead of UTC here, not 7 h; install the package tzdata anew")
    return "time zone data: Asia/Ho_Chi_Minh is 7 h ahead of UTC"


async def clock(settings: Settings, *, kept: Callable[[], bool | None] | None = None) -> str:
    """It is not behind what was already written, and something keeps it right."""
    now = datetime.fromtimestamp(time.time(), UTC)
    if now < RELEASED:
        raise ConfigError(
            f"the clock says {now:%Y-%m-%d %H:%M} UTC, which is long ago; set it: timedatectl set-ntp true"
        )
    paths = settings.paths
    for file in (paths.journal / "cel.jsonl", paths.db / settings.SQLITE_NAME):
        written = datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.exists() else now
        if written > now + AHEAD:
            raise ConfigError(
                f"the clock says {now:%Y-%m-%d %H:%M} UTC, and {file} was written at {written:%Y-%m-%d %H:%M}: the clock "
                f"went back; set it: timedatectl set-ntp true"
            )
    if not (kept or _kept_right)():
        raise Note(
            f"the clock says {now:%Y-%m-%d %H:%M:%S} UTC, and the system does not say that anything keeps it right; "
            f"install chrony, or `timedatectl set-ntp true`: the log's times are evidence"
        )
    return f"the clock says {now:%Y-%m-%d %H:%M:%S} UTC and is kept right"


def _kept_right() -> bool | None:
    """What the kernel knows of it; None when it does not say. Only reads: no `modes` bit is set."""
    answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(512))
    return None if answer < 0 else answer != _TIME_ERROR
