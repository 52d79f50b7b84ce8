"""How often somebody may try to come in. Refuses before anything is looked at; what is full is asked for by reading alone, so that
a flood of tries writes nothing.

Counted are: a user from an address (few), a user from anywhere, an address for any name (more). A try from an address that
is full counts nowhere else: one machine cannot use up what is free for everybody, and many together do not shut a user out of
where the right password was typed before. Names that nobody has share a few keys: what was typed, which may be a password, is
kept nowhere.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from hotline1022.core.acting import by_the_service
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database, Work

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=10)
#: tries of a password in WINDOW: a user from one address, an address for any name, a user from anywhere
OF_BOTH, OF_ADDRESS, OF_NAME = 5, 50, 30
#: of a second factor: from one address, from anywhere
OF_CODE, OF_CODES = 5, 30

#: keys in the order in which they are counted, and how many tries each has
Limits = dict[str, int]


def of_password(user: str, login: str, address: str, *, known: bool) -> Limits:
    """For a password; `user` is the id of whose name was typed, "" for nobody; `known`: he came in from there before."""
    who = user or f"?{sha256(login.encode()).hexdigest()[:2]}"
    limits = {f"both:{who}:{address}": OF_BOTH, f"from:{address}": OF_ADDRESS}
    return limits | ({f"name:{who}": OF_NAME} if user and not known else {})


def of_code(user: str, address: str) -> Limits:
    """For a code of the second factor."""
    return {f"code:{user}:{address}": OF_CODE, f"codes:{user}": OF_CODES}


async def forget(tx: Work, user: str) -> None:
    """The password was right, or there is a new one: the user may try again, from everywhere. What an address has tried stays."""
    await tx.accounts.forget_tries(f"both:{user}:", f"name:{user}", f"code:{user}:", f"codes:{user}")


class TryBook:
    """Counts tries, over restarts and processes."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def count(self, limits: Limits, whence: str) -> None:
        """One more; Refused `sign-in-wait`."""
        now = self._clock()
        since = now - WINDOW
        async with self._database.reading() as tx:
            before = await tx.accounts.tries(limits, since)
        full = next((key for key, most in limits.items() if before.get(key, 0) >= most), "")
        if not full:
            with by_the_service():
                async with self._database.transaction() as tx:
                    for key, most in limits.items():
                        if not await tx.accounts.count_try(key, now, tries=most, since=since):
                            full = key
                            break
        if full:
            log.warning("somebody at %s is told to wait: too many tries (%s)", whence, full.partition(":")[0])
            text = f"too many tries; wait {WINDOW.seconds // 60} minutes, or ask the admin for a new password"
            raise Refused(text, error_id="sign-in-wait")
