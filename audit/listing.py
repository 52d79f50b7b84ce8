"""The list of filings that is stamped each day: by it one filing is proven without what other people did meanwhile. Pure; refuses a
list that is not what its entry says.

An entry `chain-listed` holds the SHA-256 of lines `NUMBER HASH`, one for each entry `recording-stored` behind the last list. Whoever
has one of these entries, the lines and the stamp of the `chain-listed` needs no other entry. The lines tell nothing: an entry's
hash covers the hash before it, which nobody outside knows.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from hotline1022.audit.types import Entry, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What an entry `chain-listed` says."""

    #: entries with greater numbers, up to `until`
    after: int
    until: int
    count: int
    #: of the lines, hexadecimal
    sha256: str

    def as_detail(self) -> dict[str, object]:
        """The entry's `detail`."""
        kind = Kind.RECORDING_STORED.value
        return {"kind": kind, "after": self.after, "until": self.until, "count": self.count, "sha256": self.sha256}

    def has(self, seq: int) -> bool:
        """Whether an entry of this number would be in it."""
        return self.after < seq <= self.until


def line(seq: int, sha256: str) -> bytes:
    """One line of the list."""
    return f"{seq} {sha256}\n".encode("ascii")


def listing(after: int, until: int, lines: Iterable[bytes]) -> Listing:
    """The list of these lines."""
    digest, count = hashlib.sha256(), 0
    for one in lines:
        digest.update(one)
        count += 1
    return Listing(after=after, until=until, count=count, sha256=digest.hexdigest())


def listing_of(entry: Entry) -> Listing | None:
    """What the entry says; None when it says nothing that could be a list: then it was tampered with."""
    detail = entry.told
    after, until, count, sha256 = (detail.get(name) for name in ("after", "until", "count", "sha256"))
    if not (isinstance(after, int) and isinstance(until, int) and isinstance(count, int) and isinstance(sha256, str)):
        return None
    return Listing(after=after, until=until, count=count, sha256=sha256)
