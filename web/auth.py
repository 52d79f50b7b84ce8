"""Who asks: bearer tokens, found by hash, remembered shortly. Refuses unknown tokens, and addresses that guess."""

import hashlib
import hmac
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from hotline1022.core.errors import HotlineError
from hotline1022.web.ports import Ports
from hotline1022.web.types import Scope, Token

LOG = logging.getLogger("hotline1022.web")
#: A found token is looked up again after this many seconds, so that a revoked one soon ends.
REMEMBER_SECONDS = 5.0
#: A token that was valid this many seconds ago may be looked up even from an address that is shut out.
TRUST_SECONDS = 600.0
#: Its last use is written at most so often.
USED_SECONDS = 60.0
#: Wrong tokens from one address, in that many seconds, that shut it out until the first of them is that old.
FAILURES, WINDOW_SECONDS = 10, 60.0
#: Tokens and addresses remembered at most.
BOUND = 4096
_BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/=-]{1,256})")


class Unauthorized(HotlineError):
    """No token, or an unknown one."""

    error_id = "token-invalid"


class Forbidden(HotlineError):
    """The token has not the scope."""

    error_id = "scope-missing"


class TooMany(HotlineError):
    """Too many failures from one address."""

    error_id = "too-many-failures"

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        #: when to try again
        self.seconds = max(1, round(seconds))


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
        """Seconds for which the address is shut out; 0 = it is not."""
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

    async def token(self, header: str | None, remote: str | None) -> Token:
        """The token of this header; Unauthorized or TooMany otherwise."""
        address = _group(remote)
        if not header:
            raise Unauthorized("no token was sent; send Authorization: Bearer TOKEN", error_id="token-missing")
        match = _BEARER.fullmatch(header.strip())
        if match is None:
            self._limit.failed(address)
            raise Unauthorized("the header is not a bearer token; send Authorization: Bearer TOKEN")
        digest = digest_of(match[1])
        known = self._known.get(digest)
        now = self._clock()
        if known and now - known[1] < REMEMBER_SECONDS:
            return known[0]
        wait = self._limit.wait(address)
        if wait > 0 and not (known and now - known[1] < TRUST_SECONDS):
            raise TooMany("too many wrong tokens from this address; wait, then use a valid one", wait)
        found = await self._ports.tokens.find(digest)
        if found is None or not hmac.compare_digest(found.digest, digest):
            self._known.pop(digest, None)
            self._limit.failed(address)
            raise Unauthorized("the token is unknown or revoked; make one with hotline1022 token create")
        written = known[2] if known else -USED_SECONDS
        if now - written >= USED_SECONDS:
            written = now
            try:
                await self._ports.tokens.used(found.id, self._ports.clock())
            except HotlineError as error:
                LOG.warning("the last use of token %s was not noted: %s", found.id, error)
        self._known[digest] = (found, now, written)
        self._known.move_to_end(digest)
        while len(self._known) > BOUND:
            self._known.popitem(last=False)
        return found


def demand(token: Token, scope: Scope) -> None:
    """Forbidden unless the token has the scope."""
    if not token.may(scope):
        raise Forbidden(f"the token {token.name!r} lacks scope {scope}; use one that has it")


def _group(remote: str | None) -> str:
    """The address; of IPv6 its /64, which one machine may fill."""
    try:
        address = ip_address((remote or "").partition("%")[0])
    except ValueError:
        return remote or "?"
    return str(ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)
