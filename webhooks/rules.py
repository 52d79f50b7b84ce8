"""What an address of a webhook may be, how an event is signed, how long a receiver that fails is left alone. Pure; refuses plain
HTTP but to this machine, and addresses that are not public unless they are in a network that the settings name.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from hotline1022.core.errors import Invalid
from hotline1022.core.texts import tidy
from hotline1022.webhooks.types import Wanted

Network = IPv4Network | IPv6Network
#: webhooks at most
MOST = 20
#: characters of an address, and of a name, at most
URL, NAME = 500, 80
#: bytes of a secret, and what stands before it where people see it
SECRET_BYTES, PREFIX = 32, "whsec_"
#: after so many tries in a row that failed; the last one again and again
PAUSES = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 240, 720, 1440))
#: a share of a pause by which it may be longer: receivers that failed together are not tried together
SPREAD = 0.1
#: a host whose last part is a number is an IPv4 address, however it is written (WHATWG URL): 127.1 is this machine, and is
#: connected to without asking what its name stands for
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
#: IPv4 within IPv6, in its last 32 bits: translated by a gateway, or as it was written at first
_WITHIN = tuple(map(IPv6Network, ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96")))
#: of a house's own, and counted as public: a gateway's own prefix, and what was site-local
_INSIDE = tuple(map(IPv6Network, ("64:ff9b:1::/48", "fec0::/10")))


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """From `10.20.0.0/16`, `127.0.0.1`; ValueError for what is none."""
    return tuple(ip_network(one) for one in texts)


def checked(wanted: Wanted, networks: Sequence[Network]) -> Wanted:
    """What is given, tidied. Invalid `webhook-name`, `webhook-url`, `webhook-url-plain`, `webhook-address`, `webhook-kinds`."""
    name = None if wanted.name is None else tidy(wanted.name)
    if wanted.name is not None and not (name and len(name) <= NAME):
        raise Invalid(f"the name is no good; write 1 to {NAME} characters on one line", error_id="webhook-name")
    if wanted.kinds is not None and not wanted.kinds:
        raise Invalid("it would be told nothing; choose one kind of event at least", error_id="webhook-kinds")
    url = None if wanted.url is None else check_url(wanted.url, networks)
    return Wanted(name=name, url=url, kinds=wanted.kinds, numbers=wanted.numbers)


def check_url(url: str, networks: Sequence[Network]) -> str:
    """The address as it is asked. What its name stands for is looked at again each time it is connected to."""
    parts = _parts(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not is_local(host):
        text = "the address has no TLS; write https://, http:// is for this machine alone"
        raise Invalid(text, error_id="webhook-url-plain")
    literal = literal_of("127.0.0.1" if host == "localhost" else host)
    odd = literal is None and _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]) is not None
    if odd or (literal is not None and not reachable(literal, networks)):
        text = f"{host} is not a public address; name its network in webhooks.networks of the settings"
        raise Invalid(text, error_id="webhook-address")
    return url


def _parts(url: str) -> SplitResult:
    """Invalid `webhook-url`."""
    bad = Invalid("the address is no good; write https://host/path, without a password in it", error_id="webhook-url")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url or len(url) > URL:
        raise bad
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise bad from None
    if not good or "@" in parts.netloc or parts.fragment:
        raise bad
    return parts


def literal_of(host: str) -> IPv4Address | IPv6Address | None:
    """The address that is written out; None for a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def is_local(host: str) -> bool:
    """This machine by its usual names."""
    literal = literal_of(host)
    return host == "localhost" or (literal is not None and literal.is_loopback)


def reachable(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    """Whether it is public, or in one of the networks; what is wrapped in IPv6 is looked at unwrapped."""
    if isinstance(address, IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if any(address in one for one in _WITHIN) and not address.is_loopback:
            wrapped = IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None:
            return reachable(wrapped, networks)
    named = any(address in one for one in networks if one.version == address.version)
    inside = isinstance(address, IPv6Address) and any(address in one for one in _INSIDE)
    return named or (address.is_global and not address.is_multicast and not inside)


def shown(secret: bytes) -> str:
    """As the receiver's library takes it."""
    return PREFIX + base64.b64encode(secret).decode()


def headers_of(id: str, at: datetime, body: bytes, secret: bytes) -> Mapping[str, str]:
    """By Standard Webhooks: id, moment, and HMAC-SHA256 over `id.moment.body`."""
    moment = str(int(at.timestamp()))
    digest = hmac.new(secret, f"{id}.{moment}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def pause_after(failures: int, chance: float, pauses: Sequence[timedelta] = PAUSES) -> timedelta:
    """How long after so many failures in a row (1 or more); `chance` is 0 to 1."""
    return pauses[min(failures, len(pauses)) - 1] * (1 + SPREAD * chance)
