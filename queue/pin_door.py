"""Who may log in: the PIN of a person, with few tries. Refuses to look at a PIN once there were too many wrong ones, and whom the desk
has shut out or ended.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from hotline1022.core.errors import Refused
from hotline1022.core.people import PERSON_DIGITS, PIN_DIGITS, fits
from hotline1022.core.standing import TABLE, Place, Standing, Then
from hotline1022.queue.ports import AgentStore
from hotline1022.queue.types import Person

log = logging.getLogger(__name__)

#: wrong PINs for one person after which the door stays shut for LOCK_SECONDS
PIN_TRIES = 5
LOCK_SECONDS = 600.0


class PinDoor:
    """Checks PINs."""

    def __init__(self, store: AgentStore, verify_pin: Callable[[str, str], Awaitable[bool]]) -> None:
        self._store, self._verify_pin = store, verify_pin

    async def check(self, person: str, pin: str) -> Person:
        """Who it is. A try is counted before the PIN is looked at: a restart or many at once give no further try."""
        wrong = Refused("the person id or the PIN is wrong", error_id="pin-wrong")
        if not fits(person, PERSON_DIGITS):
            raise wrong
        now = datetime.now(UTC)
        since = now - timedelta(seconds=LOCK_SECONDS)
        if not await self._store.try_pin(person, now, tries=PIN_TRIES, since=since):
            log.warning("person %s is shut out: %d wrong PINs", person, PIN_TRIES)
            raise Refused("too many wrong PINs; wait ten minutes, or get a new PIN", error_id="pin-locked")
        known = await self._store.person(person)
        right = fits(pin, PIN_DIGITS) and known is not None and await self._verify_pin(known.pin_hash, pin)
        stands = (await self._store.standings([person])).get(person, Standing.ENDED)
        if known is None or not right or TABLE[stands, Place.OUT] is not Then.LET_IN:
            raise wrong
        await self._store.forget_pin_tries(person)
        return known
