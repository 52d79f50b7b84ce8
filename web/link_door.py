"""Who opens signed links. Refuses what is no valid link, tells nobody why, and tells who guesses to wait.

As with tokens, a valid link is always let in, whoever guesses behind the same proxy.
"""

import time
from collections.abc import Callable

from aiohttp import web

from hotline1022.core.errors import NotFound
from hotline1022.web.auth import FailureLimit, address_group
from hotline1022.web.errors import TooMany
from hotline1022.web.officer_port import Opened
from hotline1022.web.ports import Ports


class LinkDoor:
    """Opens links, and counts the wrong ones by address."""

    def __init__(self, ports: Ports, clock: Callable[[], float] = time.monotonic) -> None:
        self._ports = ports
        self._limit = FailureLimit(clock)

    async def open(self, token: str, remote: str | None) -> Opened:
        """What the link opens; NotFound `link-invalid`, TooMany."""
        found = await self._ports.links.open(token, self._ports.clock())
        if found is None:
            raise self.refused(remote)
        return found

    def refused(self, remote: str | None) -> NotFound | TooMany:
        """The answer to a wrong link, which is counted."""
        address = address_group(remote)
        wait = self._limit.wait(address)
        if wait > 0:
            return TooMany("too many wrong links from this address; wait, then open a valid one", wait)
        self._limit.failed(address)
        return NotFound(
            "the link is not valid, or no longer; call 1022, or wait for a new message", error_id="link-invalid"
        )


#: where an application keeps its own
DOOR: web.AppKey[LinkDoor] = web.AppKey("link_door", LinkDoor)
