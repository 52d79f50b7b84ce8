"""One request to a receiver of webhooks. Refuses redirects, addresses that are not allowed, whatever a name stands for when it is
connected to, and to read what is answered: its status says all.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from hotline1022.core.errors import Invalid
from hotline1022.webhooks.rules import Network, check_url, is_local, literal_of, reachable
from hotline1022.webhooks.types import Sent

SECONDS, CONNECT_SECONDS = 15.0, 5.0


class _Forbidden(OSError):
    """A name that stands for an address that is not allowed."""


class _Resolver(AbstractResolver):
    """Names, as the machine knows them: one address that is not allowed among them, and none is given."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = networks

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """What is connected to: nothing asks a second time."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
        for one in addresses:
            literal = literal_of(one)
            if literal is None or not reachable(literal, self._networks):
                raise _Forbidden(f"{host} stands for an address that is not public")
            if is_local(host) and not literal.is_loopback:
                raise _Forbidden(f"{host} is not this machine")
        return [
            ResolveResult(
                hostname=host,
                host=one,
                port=port,
                family=socket.AF_INET6 if ":" in one else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for one in addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


class HttpSender:
    """Sends; each request has a connection of its own."""

    def __init__(self, networks: Callable[[], Sequence[Network]], *, seconds: float = SECONDS) -> None:
        self._networks = networks
        self._timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, CONNECT_SECONDS))

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """One POST; what went wrong is a word, never an address."""
        networks = self._networks()
        try:
            check_url(url, networks)  # the settings may name fewer networks than when it was added
        except Invalid as error:
            return Sent(error_id=error.error_id)
        connector = aiohttp.TCPConnector(resolver=_Resolver(networks), use_dns_cache=False, force_close=True)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=self._timeout, trust_env=False) as session,
                session.post(url, data=body, headers={**_ALWAYS, **headers}, allow_redirects=False) as answer,
            ):
                status = answer.status
                answer.close()
        except TimeoutError:
            return Sent(error_id="webhook-timeout")
        except aiohttp.ClientConnectorCertificateError:
            return Sent(error_id="webhook-tls")
        except aiohttp.ClientSSLError:
            return Sent(error_id="webhook-tls")
        except aiohttp.ClientConnectorError as error:
            forbidden = isinstance(error.os_error, _Forbidden)
            return Sent(error_id="webhook-address" if forbidden else "webhook-away")
        except (aiohttp.ClientError, OSError, ValueError):
            return Sent(error_id="webhook-broken")
        return Sent(status=status, error_id=_meaning(status))


_ALWAYS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "hotline1022-webhooks"}


def _meaning(status: int) -> str:
    """Empty: it was taken."""
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return "webhook-redirect"
    return "webhook-gone" if status == 410 else "webhook-status"
