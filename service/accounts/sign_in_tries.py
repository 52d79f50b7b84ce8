"""How often somebody may try to come in. Refuses before anything is looked at; what is full is asked for by reading alone, so that
a flood of tries writes nothing.

Counted are: a name from an address (few), an address for any name (more), a name from anywhere. A name that nobody has is
counted as one that somebody has is, so that no answer tells the two apart: by a short keyed hash, as what was typed may be a
password. A try from an address that is full counts nowhere else: one machine cannot use up what is free for everybody. A name that
is full everywhere is looked at all the same, and the right password opens where it was typed before: many together do not shut a
user out there, and nobody else can tell it from the answer.
"""

import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline1022.core.acting import by_the_service
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database, Work

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=10)
#: tries of a password in WINDOW: a name from one address, an address for any name, a name from anywhere
OF_BOTH, OF_ADDRESS, OF_NAME = 5, 50, 30
#: of a second factor: from one address, from anywhere
OF_CODE, OF_CODES = 5, 30
#: hexadecimal digits that stand for a name: two share one in 16 million, and of a password typed in the wrong field no more than
#: that is told to who has the key too
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """What one try counts as."""

    #: where it came from, for the log
    whence: str
    #: keys in the order in which they are counted, and how many tries each has; one that is full refuses
    limits: dict[str, int]
    #: the key of the name from anywhere; "" = none. One that is full is told
    name: str = ""


def of_password(key: str, login: str, hashed: str, address: str) -> Try:
    """For a password; `key` is that of the accounts, `hashed` the password in force of whose name was typed, "" for nobody: another
    password begins anew.
    """
    who = hmac.digest(key.encode(), b"hl1022 tries\0" + f"{login}\0{hashed}".encode(), "sha256").hex()[:_DIGITS]
    limits = {f"both:{who}:{address}": OF_BOTH, f"from:{address}": OF_ADDRESS}
    return Try(whence=address, limits=limits, name=f"name:{who}")


def of_code(user: str, address: str) -> Try:
    """For a code of the second factor."""
    return Try(whence=address, limits={f"code:{user}:{address}": OF_CODE, f"codes:{user}": OF_CODES})


async def take_back(tx: Work, one: Try) -> None:
    """The password was right: who typed it may mistype as often as ever there, and the try itself counts nowhere. What others tried
    with the name, and what the address tried, stays: an own account frees nothing, and nobody sees that the owner came in.
    """
    first, *others = one.limits
    await tx.accounts.forget_try(first)
    for key in others:
        await tx.accounts.take_back_try(key, below=one.limits[key] + 1)
    if one.name:  # one that is full has not counted this try
        await tx.accounts.take_back_try(one.name, below=OF_NAME)


async def forget_codes(tx: Work, user: str) -> None:
    """The code was right, or the password, or there is a new one: codes may be tried again, from everywhere."""
    await tx.accounts.forget_tries(f"code:{user}:", f"codes:{user}")


def must_wait(one: Try, key: str) -> Refused:
    """What is said of all that is full; which key it is stands in the log alone."""
    log.warning("somebody at %s is told to wait: too many tries (%s)", one.whence, key.partition(":")[0])
    text = f"too many tries; wait {WINDOW.seconds // 60} minutes, or ask the admin for a new password"
    return Refused(text, error_id="sign-in-wait")


class TryBook:
    """Counts tries, over restarts and processes."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def check(self, one: Try) -> None:
        """Refused `sign-in-wait` where one more would be too many; counts nothing."""
        async with self._database.reading() as tx:
            before = await tx.accounts.tries(one.limits, self._clock() - WINDOW)
        for key, most in one.limits.items():
            if before.get(key, 0) >= most:
                raise must_wait(one, key)

    async def count(self, one: Try) -> bool:
        """One more; whether there were too many with this name. Refused `sign-in-wait`."""
        now = self._clock()
        since, full = now - WINDOW, ""
        with by_the_service():
            async with self._database.transaction() as tx:
                for key, most in one.limits.items():
                    if not await tx.accounts.count_try(key, now, tries=most, since=since):
                        full = key
                        break
                if full or not one.name:
                    shut = False
                else:
                    shut = not await tx.accounts.count_try(one.name, now, tries=OF_NAME, since=since)
        if full:
            raise must_wait(one, full)
        return shut
