"""Signed links that expire: whoever holds one is this contact point, for this ticket, until then. Pure; refuses all others.

The token is contact, ticket and expiry, signed with HMAC-SHA-256 (RFC 2104), of which 128 bits are kept.
"""

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from hotline1022.core.clock import aware

_MAC = 16
_CUT = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a token is good for."""

    contact: str
    ticket: str
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes and checks tokens by one secret; another secret ends all of them."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < _MAC:
            raise ValueError("the secret of the links is too short; delete its file and start again")

    def make(self, contact: str, ticket: str, expires: datetime) -> str:
        """A token of letters, digits, - and _."""
        body = _CUT.join((contact, ticket, f"{int(aware(expires).timestamp()):x}")).encode()
        return _spelled(self._mac(body) + body)

    def check(self, token: str, at: datetime, still_active: Callable[[str], bool]) -> Link | None:
        """What it is good for at this moment; None when it is forged, too old, or its contact point has ended."""
        link = self.read(token)
        if link is None or aware(at) >= link.expires or not still_active(link.contact):
            return None
        return link

    def read(self, token: str) -> Link | None:
        """What it says if we signed it, whether expired or not."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            return None
        if _spelled(raw) != token:
            return None  # + for -, or bits that do not count: the same to a decoder, and not what we wrote
        mac, body = raw[:_MAC], raw[_MAC:]
        if not hmac.compare_digest(mac, self._mac(body)) or not body:
            return None
        contact, ticket, expires = body.decode().split(_CUT)
        return Link(contact=contact, ticket=ticket, expires=datetime.fromtimestamp(int(expires, 16), UTC))

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self.secret, b"1022-link:" + body, sha256).digest()[:_MAC]


def _spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
