"""Puts together what discloses recordings, for the service and for commands; ends in the service what is over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from hotline1022.audit.ports import Originals
from hotline1022.core.errors import HotlineError
from hotline1022.db.unit import Database
from hotline1022.recordings.ffmpeg import Ffmpeg
from hotline1022.recordings.types import CopyRow
from hotline1022.service.background.guard import Run
from hotline1022.service.disclosure.desk import DisclosureDesk
from hotline1022.service.disclosure.links import DisclosureLinks
from hotline1022.service.disclosure.pack import Packer
from hotline1022.service.disclosure.pack_desk import PackDesk
from hotline1022.service.recordings.recorder_keys import keys_of
from hotline1022.service.recordings.recorder_ports import DatabaseCallBook
from hotline1022.service.settings.tree import Settings

log = logging.getLogger(__name__)

#: seconds between two looks for what is over
EVERY = 3600.0


def desk_of(
    settings: Settings,
    database: Database,
    *,
    originals: Originals,
    copy: Callable[[str], Awaitable[CopyRow | None]],
    stamp: Callable[[], Awaitable[object]],
    ffmpeg: Callable[[], Awaitable[Ffmpeg | None]],
) -> DisclosureDesk:
    """The desk over these settings; `copy` gives a call's stereo copy, `stamp` has the chain stamped now."""
    roots = settings.audit.tsa_roots
    packer = Packer(
        database=database,
        book=DatabaseCallBook(database),
        spool=settings.paths.spool,
        root=settings.paths.recordings,
        keys=keys_of(settings),
        signing=settings.keys_folder,
        originals=originals,
        copy=copy,
        stamp=stamp,
        ffmpeg=ffmpeg,
        roots=lambda: Path(roots).read_bytes() if roots else b"",
    )
    return DisclosureDesk(database, packer, settings.paths.packages)


def links_of(settings: Settings, database: Database, desk: DisclosureDesk) -> DisclosureLinks:
    """The links over these settings."""
    return DisclosureLinks(database, desk, settings.paths.packages, settings.disclosure)


class DisclosureClock:
    """Its `parts` run in the service."""

    def __init__(self, desk: DisclosureDesk, packs: PackDesk) -> None:
        self._desk, self._packs = desk, packs

    def parts(self) -> Mapping[str, Run]:
        """End what is over, pack what was begun; each until cancelled."""
        return {"packing disclosures": self._packs.run, "ending disclosures": self._sweep}

    async def _sweep(self) -> None:
        while True:
            try:
                if count := await self._desk.sweep(datetime.now(UTC)):
                    log.info("%d disclosures are over, their packages are gone", count)
            except (HotlineError, OSError) as error:
                log.warning("disclosures that are over are looked for again in an hour: %s", error)
            await asyncio.sleep(EVERY)
