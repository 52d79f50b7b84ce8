"""PINs of people: Argon2id, off the event loop. Refuses to say why a PIN is wrong."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: 19 MiB and two passes, the smaller of OWASP's two settings: three phones log in at once on a small machine
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


async def hash_pin(pin: str) -> str:
    """The hash to keep."""
    return await asyncio.to_thread(_HASHER.hash, pin)


async def verify_pin(hashed: str, pin: str) -> bool:
    """Whether the PIN is right; a hash that is none is a wrong PIN."""
    return await asyncio.to_thread(_verify, hashed, pin)


def _verify(hashed: str, pin: str) -> bool:
    try:
        return _HASHER.verify(hashed, pin)
    except (VerificationError, InvalidHashError):
        return False
