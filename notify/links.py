"""Signed links that expire: whoever holds one is this contact point, for this ticket, until then. Pure; refuses all others.

A key is what an SMS has room for: 128 bits of HMAC-SHA-256 (RFC 2104) over contact, ticket and expiry, which stand in a row that
is found by the key's hash. A token, as emails had it before, has them in itself, signed in the same way.
"""

import base64
import binascii
import hmac
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from hotline1022.core.clock import aware
from hotline1022.notify.types import Link

#: signs of a key: 128 bits in letters and digits alone, as telephones end an address before a - and some gateways change a _
KEY = 22
_SIGNS = string.digits + string.ascii_letters
_MAC = 16
_CUT = "\x1f"
#: what is signed, so that neither is ever taken for the other
_TOKEN, _KEY = b"1022-link:", b"1022-key:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes and checks keys and tokens by one secret; another secret ends all of them."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < _MAC:
            raise ValueError("the secret of the links is too short; delete its file and start again")

    def key(self, link: Link) -> str:
        """The key of a link: as many letters and digits as KEY says."""
        number, signs = int.from_bytes(self._mac(_body(link), _KEY)), ""
        for _ in range(KEY):
            number, place = divmod(number, len(_SIGNS))
            signs += _SIGNS[place]
        return signs

    def stands(self, key: str, row: Link | None) -> Link | None:
        """What a key stands for by its row, if it was signed so; a row that somebody else wrote opens nothing."""
        return row if row is not None and hmac.compare_digest(self.key(row).encode(), key.encode()) else None

    def make(self, contact: str, ticket: str, expires: datetime) -> str:
        """A token of letters, digits, - and _, as emails had them before there were keys: what reads those is tested by it."""
        body = _body(Link(contact=contact, ticket=ticket, expires=expires))
        return _spelled(self._mac(body, _TOKEN) + body)

    def check(self, token: str, at: datetime, still_active: Callable[[str], bool]) -> Link | None:
        """What it is good for at this moment; None when it is forged, too old, or its contact point has ended."""
        return good(self.read(token), at, still_active)

    def read(self, token: str) -> Link | None:
        """What it says if we signed it, whether expired or not."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            return None
        if _spelled(raw) != token:
            return None  # + for -, or bits that do not count: the same to a decoder, and not what we wrote
        mac, body = raw[:_MAC], raw[_MAC:]
        if not hmac.compare_digest(mac, self._mac(body, _TOKEN)) or not body:
            return None
        contact, ticket, expires = body.decode().split(_CUT)
        return Link(contact=contact, ticket=ticket, expires=datetime.fromtimestamp(int(expires, 16), UTC))

    def _mac(self, body: bytes, what: bytes) -> bytes:
        return hmac.new(self.secret, what + body, sha256).digest()[:_MAC]


def good(link: Link | None, at: datetime, still_active: Callable[[str], bool]) -> Link | None:
    """The link, while it is not too old and its contact point has not ended."""
    if link is None or aware(at) >= link.expires or not still_active(link.contact):
        return None
    return link


def _body(link: Link) -> bytes:
    return _CUT.join((link.contact, link.ticket, f"{int(link.expires.timestamp()):x}")).encode()


def _spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
