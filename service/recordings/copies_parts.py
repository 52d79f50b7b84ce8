"""Puts together what makes copies of recordings on demand. Refuses nothing itself."""

from collections.abc import Awaitable, Callable

from hotline1022.core.errors import NotFound
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.cache import Cache
from hotline1022.recordings.listening import ListeningCopies
from hotline1022.recordings.on_demand import CopiesOnDemand
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.types import CopyRow
from hotline1022.service.recordings.ffmpeg_find import FfmpegFinder
from hotline1022.service.recordings.recorder_keys import keys_of
from hotline1022.service.recordings.recorder_ports import DatabaseCallBook, LoggedNotices
from hotline1022.service.settings.tree import Settings


def cache_of(settings: Settings) -> Cache:
    """Where copies lie that can be made again, sealed where recordings are."""
    return Cache(folder=settings.paths.copies, most=settings.copies.cache_gb * 10**9, keys=keys_of(settings))


def copies_of(settings: Settings, database: Database, pool: HeavyPool) -> CopiesOnDemand:
    """The copies of these settings' recordings; `pool` is none that files recordings."""
    paths = settings.paths
    return CopiesOnDemand(
        spool=paths.spool,
        root=paths.recordings,
        cache=cache_of(settings),
        store=SqlRecordingStore(database),
        book=DatabaseCallBook(database),
        pool=pool,
        notices=LoggedNotices(),
        ffmpeg=FfmpegFinder(settings.copies.ffmpeg),
    )


def listening_of(settings: Settings, database: Database, pool: HeavyPool) -> ListeningCopies:
    """The listening copies of these settings' recordings, for who has no worker."""
    paths = settings.paths
    return ListeningCopies(
        spool=paths.spool,
        root=paths.recordings,
        store=SqlRecordingStore(database),
        book=DatabaseCallBook(database),
        pool=pool,
        keys=keys_of(settings),
        ffmpeg=FfmpegFinder(settings.copies.ffmpeg),
    )


def stereo_of(make: Callable[[CallId], Awaitable[CopyRow]]) -> Callable[[str], Awaitable[CopyRow | None]]:
    """A call's stereo copy as a package takes it: None where there is only a message, or no history to lay it out by."""

    async def copy(call: str) -> CopyRow | None:
        try:
            return await make(CallId(ChannelId(call)))
        except NotFound:
            return None

    return copy
