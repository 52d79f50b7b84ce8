"""What the pages of download links need. Refuses nothing itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hotline1022.web.listening_port import RangeSource


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFound:
    """What a link opens."""

    #: of the link
    link: str
    disclosure: str
    #: whose link it is
    received_by: str
    unit: str
    letter: str
    excerpt: bool
    #: of the package's file
    name: str
    #: of the package, hexadecimal
    sha256: str
    bytes: int
    #: when the link ends
    expires_at: datetime


class PackageLinks(Protocol):
    """Links to packages."""

    async def find(self, key: str, at: datetime) -> PackageFound | None:
        """What the key opens now; None for one that is wrong, over, used up or taken back."""
        ...

    async def open(self, found: PackageFound, origin: str) -> RangeSource:
        """Its bytes, looked at now; each range is counted and in the audit before its first byte.

        Unavailable `package-damaged`; reading: NotFound `link-invalid` where not so many are left.
        """
        ...
