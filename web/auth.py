"""Who asks: bearer tokens, found by hash, remembered shortly. Refuses unknown tokens, and tells who guesses to wait.

Behind a proxy all share one address, and who guesses there, or goes on with a revoked token, must not shut out the
others: a valid token is always let in. A wrong one costs one look-up in an index and is then known as wrong; from an
address that guesses, few are looked up at a time, so that the database stays free for everything else.
"""

import asyncio
import contextlib
import hashlib
import hmac
import logging
import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import TypeVar

from hotline1022.core.errors import HotlineError
from hotline1022.web.errors import TooMany, Unauthorized, no_token
from hotline1022.web.ports import Ports
from hotline1022.web.types import Token

V = TypeVar("V")
LOG = logging.getLogger("hotline1022.web")
#: A found token is looked up again after this many seconds, so that a revoked one soon ends.
REMEMBER_SECONDS = 5.0
#: So many tokens from addresses that guess are looked up at a time.
GUESSES = 2
#: Its last use is written at most so often.
USED_SECONDS = 60.0
#: Wrong tokens from one address, in that many seconds, after which wrong ones are told to wait until the first is that old.
FAILURES, WINDOW_SECONDS = 10, 60.0
#: Tokens and addresses remembered at most.
BOUND = 4096
_BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/=-]{1,256})")


def digest_of(token: str) -> str:
    """SHA-256 in hexadecimal; a token is random and long, so that no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


class FailureLimit:
    """Counts failures by address in a sliding window; memory is bounded, the oldest address is forgotten first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def failed(self, address: str) -> None:
        """Note one."""
        times = self._recent(address)
        self._failures[address] = [*times[-(FAILURES - 1) :], self._clock()]
        self._failures.move_to_end(address)
        while len(self._failures) > BOUND:
            self._failures.popitem(last=False)

    def wait(self, address: str) -> float:
        """Seconds for which the address counts as one that guesses; 0 = it does not."""
        times = self._recent(address)
        return times[0] + WINDOW_SECONDS - self._clock() if len(times) >= FAILURES else 0.0

    def _recent(self, address: str) -> list[float]:
        since = self._clock() - WINDOW_SECONDS
        return [at for at in self._failures.get(address, []) if at > since]


class Gate:
    """Turns an Authorization header into a token."""

    def __init__(self, ports: Ports, clock: Callable[[], float] = time.monotonic) -> None:
        self._ports = ports
        self._clock = clock
        self._limit = FailureLimit(clock)
        #: digest → token, when it was found, when its use was written
        self._known: OrderedDict[str, tuple[Token, float, float]] = OrderedDict()
        #: digest of a wrong token → when it was looked up
        self._wrong: OrderedDict[str, float] = OrderedDict()
        self._guesses = asyncio.Semaphore(GUESSES)

    async def token(self, header: str | None, remote: str | None) -> Token:
        """The token of this header; Unauthorized or TooMany otherwise."""
        address = address_group(remote)
        if not header:
            raise no_token()
        match = _BEARER.fullmatch(header.strip())
        if match is None:
            self._limit.failed(address)
            raise Unauthorized("the header is not a bearer token; send Authorization: Bearer TOKEN")
        digest = digest_of(match[1])
        known = self._known.get(digest)
        now = self._clock()
        if known and now - known[1] < REMEMBER_SECONDS and not known[0].contact:
            return known[0]  # one of a contact point ends with it, at once: that is always looked up
        found = await self._find(digest, address)
        if found is None:
            self._known.pop(digest, None)
            wait = self._limit.wait(address)
            if wait > 0:
                raise TooMany("too many wrong tokens from this address; wait, then use a valid one", wait)
            self._limit.failed(address)
            raise Unauthorized(
                "the token is unknown, revoked, or has ended with its contact point; make one with hotline1022 token create"
            )
        written = known[2] if known else -USED_SECONDS
        if now - written >= USED_SECONDS:
            written = now
            try:
                await self._ports.tokens.used(found.id, self._ports.clock())
            except HotlineError as error:
                LOG.warning("the last use of token %s was not noted: %s", found.id, error)
        _keep(self._known, digest, (found, now, written))
        return found

    async def _find(self, digest: str, address: str) -> Token | None:
        """The valid token of this digest."""
        if self._clock() - self._wrong.get(digest, -math.inf) < REMEMBER_SECONDS:
            return None
        async with self._guesses if self._limit.wait(address) > 0 else contextlib.nullcontext():
            found = await self._ports.tokens.find(digest, self._ports.clock())
        if found is None or not hmac.compare_digest(found.digest, digest):
            _keep(self._wrong, digest, self._clock())
            return None
        return found


def _keep(memory: OrderedDict[str, V], key: str, value: V) -> None:
    """Remember it; the oldest is forgotten first."""
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > BOUND:
        memory.popitem(last=False)


def address_group(remote: str | None) -> str:
    """The address by which failures are counted; of IPv6 its /64, which one machine may fill."""
    try:
        address = ip_address((remote or "").partition("%")[0])
    except ValueError:
        return remote or "?"
    if address.version == 6 and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)
