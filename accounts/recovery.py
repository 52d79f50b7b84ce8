"""Recovery codes: each opens the door once in place of a code of the second factor, when the telephone is lost. Pure. Refuses to keep one
as it is read.

A code has 12 signs of 31, 59 random bits. What is kept is a keyed hash, not Argon2id: nobody guesses 59 bits at the door, which counts
tries, and who takes the database has not the key, which lies outside it as that of the second factors does. A slow hash is for what
people think of; here it would cost ten of them at each sign-in, as a code is not told apart before it is hashed.
"""

import hmac
from secrets import choice

from hotline1022.accounts.rules import ALPHABET

#: how many are given at a time; signs in each group, and groups
COUNT, GROUP, GROUPS = 10, 4, 3


def new_codes() -> tuple[str, ...]:
    """As people read them: `abcd-efgh-jkmn`, all different."""
    made: dict[str, None] = {}
    while len(made) < COUNT:
        made["-".join("".join(choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))] = None
    return tuple(made)


def read(typed: str) -> str:
    """What was typed as a code, however it is grouped; "" for what is none, such as six digits."""
    plain = "".join(typed.lower().replace("-", " ").split())
    return plain if len(plain) == GROUP * GROUPS and set(plain) <= set(ALPHABET) else ""


def hashed(code: str, user: str, key: str) -> str:
    """For the database: good for this user alone."""
    return hmac.digest(key.encode(), b"hl1022 recovery\0" + f"{user}\0{read(code)}".encode(), "sha256").hex()
