"""One look at a password: a try is counted first, then the password is held against its hash, off the loop and few at once. Refuses to
look where one address tried too much, and takes as long and says the same for a name that nobody has.

A look ends before the transaction that it is for: what was looked at is held against what is in force there (`same`), since a hash
takes too long for a transaction to stay open.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hotline1022.accounts.rules import plain_password
from hotline1022.accounts.types import From
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database, Work
from hotline1022.service.accounts.sign_in_tries import Try, TryBook, must_wait, of_password
from hotline1022.service.lines.pins import hash_pin as hash_secret
from hotline1022.service.lines.pins import verify_pin as verify_secret

#: passwords looked at side by side: each takes 19 MiB and some 20 ms of a core. As each is counted first, this also bounds the rows
#: that a flood of names and addresses can write: some 60,000 tries in the time for which they are kept
AT_ONCE = 2
#: what is compared where there is no such user: it takes as long
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$pGCjcBOnk3fQ5GZb9Dh0kPzH0Fn5d0EtcdfX+3vX2UE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was looked at, and what it counted as."""

    right: bool
    #: the hash that it was held against; "" = nobody's
    hashed: str
    tried: Try


class PasswordLook:
    """Whoever types a password goes through here."""

    def __init__(self, database: Database, key: str, clock: Callable[[], datetime]) -> None:
        #: that of the accounts
        self._key = key
        self._looks = asyncio.Semaphore(AT_ONCE)
        self.tries = TryBook(database, clock)

    async def look(self, login: str, hashed: str, password: str, whence: From, *, known: bool) -> Look:
        """`hashed`: the one in force of whose name was typed, "" for nobody; `known`: the right one was typed there before.

        Refused `sign-in-wait`.
        """
        tried = of_password(self._key, login, hashed, whence.address)
        await self.tries.check(tried)
        async with self._looks:
            shut = await self.tries.count(tried)
            right = await verify_secret(hashed or _NOBODY, plain_password(password)) and bool(hashed)
        if shut and not (right and known):
            raise must_wait(tried, tried.name)
        return Look(right=right, hashed=hashed, tried=tried)

    async def hash(self, plain: str) -> str:
        """The hash to keep."""
        async with self._looks:
            return await hash_secret(plain)


async def same(tx: Work, user: str, hashed: str) -> None:
    """The password that was looked at is the one in force still; the account is locked. Refused `password-wrong`."""
    if (await tx.accounts.secret(user)).password != hashed:
        text = "the password was changed while it was looked at; type the one that is in force now"
        raise Refused(text, error_id="password-wrong")
