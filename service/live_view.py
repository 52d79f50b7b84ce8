"""The bus as the streams reach it, and whose tickets a contact point sees."""

from collections.abc import Awaitable, Callable

from hotline1022.core.clock import local_day
from hotline1022.core.live import Viewer
from hotline1022.db.unit import Database
from hotline1022.directory.lookup import had_by
from hotline1022.directory.types import Directory
from hotline1022.service.live_bus import LiveBus, Subscription
from hotline1022.service.user_admin import utc_now


class LiveView:
    """web.live_port.LiveStreams."""

    def __init__(self, bus: LiveBus, database: Database, directory: Callable[[], Awaitable[Directory]]) -> None:
        self._bus, self._database, self._directory = bus, database, directory

    def position(self) -> str:
        """The id of the last event."""
        return self._bus.position()

    def open(self, key: str, viewer: Viewer, since: str, alive: Callable[[], bool]) -> Subscription:
        """A stream."""
        return self._bus.open(key, viewer, since, alive)

    async def agencies(self, contact: str) -> frozenset[str]:
        """That of the contact point today, and those that it has taken over."""
        day = local_day(utc_now())
        async with self._database.reading() as tx:
            agency = await tx.tokens.agency_of(contact, day)
        return had_by(await self._directory(), agency, day) if agency else frozenset()

    def close(self) -> None:
        """End all streams."""
        self._bus.close()
