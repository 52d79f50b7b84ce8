"""What commands of disclosure have in common: the desk over the settings, and ranges as they are typed. Refuses ranges that cannot
be read.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click

from hotline1022.core.acting import acting
from hotline1022.core.errors import Invalid
from hotline1022.core.ids import CallId
from hotline1022.db.unit import Database
from hotline1022.evidence.excerpt import Asked, AskedPart
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.types import CopyRow
from hotline1022.service.alarms import Bell
from hotline1022.service.cli.base import settings_of
from hotline1022.service.cli.data import on_database
from hotline1022.service.disclosure.desk import DisclosureDesk
from hotline1022.service.disclosure.links import DisclosureLinks
from hotline1022.service.disclosure.pack import SECONDS
from hotline1022.service.disclosure.parts import desk_of, links_of
from hotline1022.service.evidence.stamp_check import trust_of
from hotline1022.service.evidence.stamper import stamper_of
from hotline1022.service.evidence.walk import Examiner
from hotline1022.service.lock import LEAVING, nothing_leaves
from hotline1022.service.recordings.copies_parts import listening_of, stereo_of
from hotline1022.service.recordings.ffmpeg_find import FfmpegFinder
from hotline1022.service.recordings.original_check import OriginalCheck
from hotline1022.service.recordings.recorder_keys import keys_of
from hotline1022.service.settings.tree import Settings

R = TypeVar("R")


def _desk(settings: Settings, database: Database, pool: HeavyPool) -> DisclosureDesk:
    """The desk over these settings; listening copies are made in `pool`."""
    bell = Bell(database, timedelta(hours=1))
    examiner = Examiner(database, settings.paths.recordings, trust_of(settings), keys=keys_of(settings))
    listening = listening_of(settings, database, pool)

    async def made(call: CallId) -> CopyRow:
        # the service must not take it for one whose row never comes
        async with nothing_leaves(settings.paths.data / LEAVING):
            return await listening.of(call)

    return desk_of(
        settings,
        database,
        originals=OriginalCheck(database, examiner, bell),
        copy=stereo_of(made),
        stamp=stamper_of(settings, database, bell).stamp,
        ffmpeg=FfmpegFinder(settings.copies.ffmpeg),
    )


def at_desk(config: str | None, work: Callable[[DisclosureDesk, str, datetime], Awaitable[R]]) -> R:
    """Do the work at the desk, as whoever gave the command, after what is over was ended."""
    return at_links(config, lambda desk, _, actor, at: work(desk, actor, at))


def at_links(config: str | None, work: Callable[[DisclosureDesk, DisclosureLinks, str, datetime], Awaitable[R]]) -> R:
    """The same with links."""
    settings = settings_of(config)

    async def whole(database: Database) -> R:
        act = acting()
        pool = HeavyPool(seconds=SECONDS)
        try:
            desk = _desk(settings, database, pool)
            now = datetime.now(UTC)
            await desk.sweep(now)
            return await work(desk, links_of(settings, database, desk), act.actor if act else "cli", now)
        finally:
            await pool.close()

    return on_database(config, whole)


_RANGE = "[RECORDING=]START..END"


def ranges(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --part and --bleep."""
    bleep = click.option(
        "--bleep",
        "bleeps",
        multiple=True,
        metavar=f"{_RANGE}[@TRACK,…]",
        help="Nobody shall hear this stretch; a tone is there.",
    )
    part = click.option(
        "--part",
        "parts",
        multiple=True,
        metavar=_RANGE,
        help="Only this goes out: offsets such as 1:15.5, or times of day such as 2026-11-24T04:43:30; either may be left out.",
    )
    return part(bleep(command))


def asked_parts(parts: Sequence[str], bleeps: Sequence[str], recordings: Sequence[str]) -> list[AskedPart]:
    """The parts as they were typed. Invalid `excerpt-range`."""
    found: dict[str, tuple[str, str]] = {}
    for text in parts:
        recording, start, end, tracks = _range(text, recordings)
        if recording in found or tracks:
            raise Invalid(f"{text!r}: a recording has one part, of all its tracks", error_id="excerpt-range")
        found[recording] = (start, end)
    silent: dict[str, list[Asked]] = {}
    for text in bleeps:
        recording, start, end, tracks = _range(text, recordings)
        silent.setdefault(recording, []).append(Asked(start=start, end=end, tracks=tracks))
    return [
        AskedPart(recording=one, start=start, end=end, bleeps=tuple(silent.get(one, ())))
        for one, (start, end) in ({one: ("", "") for one in silent} | found).items()
    ]


def _range(text: str, recordings: Sequence[str]) -> tuple[str, str, str, tuple[str, ...]]:
    """Recording, beginning, end, tracks."""
    rest, _, tracks = text.partition("@")
    recording, named, rest = rest.rpartition("=")
    start, dots, end = rest.partition("..")
    if not dots or (not named and len(recordings) != 1):
        which = "" if len(recordings) == 1 else ", with the recording, as there are several"
        raise Invalid(f"{text!r} is no range; write {_RANGE}{which}", error_id="excerpt-range")
    chosen = tuple(one.strip() for one in tracks.split(",") if one.strip())
    return recording if named else recordings[0], start.strip(), end.strip(), chosen
