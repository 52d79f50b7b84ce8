"""A walk over the chain: what was changed, taken away, exchanged. Pure; cannot see a tail that was cut off: stamps can.

A chain alone proves nothing against somebody who rewrites all of it: that is what stamps are for.
"""

import hashlib
from collections.abc import Iterable

from hotline1022.audit.types import (
    EMPTY,
    Entry,
    Fault,
    Finding,
    Head,
    canonical,
    contents,
    hash_of,
    in_place_of,
    is_hash,
)

#: numbers that are tried in all for entries that were exchanged, and how far away: some seconds for a chain that is full of them
TRIES, REACH = 2_000_000, 100_000
#: what has no canonical form says so in these ways: numbers that are none, half letters, what no document holds
NO_FORM = (TypeError, ValueError, RecursionError)


class Walk:
    """Walks the chain from its first entry on; takes entries in the order of `seq` and says what is wrong."""

    def __init__(self, head: Head = EMPTY) -> None:
        #: the last entry that was seen, as it is written down; with what is followed in place of its hash where that is none
        self.head = head
        #: its hash was that of its contents: what follows can be held against it
        self._sound = True
        self._tries = TRIES

    def take(self, entries: Iterable[Entry]) -> list[Finding]:
        """The next entries."""
        return [finding for entry in entries for finding in self._one(entry)]

    def _one(self, entry: Entry) -> list[Finding]:
        found: list[Finding] = []
        for missing in _few(self.head.seq + 1, entry.seq):
            found.append(Finding(fault=Fault.DELETED, seq=missing, text=f"entry {missing} is not there"))
        follows = self._sound and entry.seq == self.head.seq + 1
        self._sound = _hash(entry) == entry.sha256
        if not self._sound:
            found.append(self._not_its_hash(entry))
        elif follows and entry.prev not in (self.head.sha256, in_place_of(self.head.seq, self.head.sha256)):
            text = f"entry {entry.seq} does not follow from entry {self.head.seq}"
            found.append(Finding(fault=Fault.BROKEN, seq=entry.seq, text=text))
        text = entry.sha256
        self.head = Head(seq=entry.seq, sha256=text if is_hash(text) else in_place_of(entry.seq, text))
        return found

    def _not_its_hash(self, entry: Entry) -> Finding:
        """Contents that would be right under another number were exchanged; others were changed."""
        reach = min(REACH, max(1, self._tries // 2))
        self._tries -= 2 * reach
        seq = _written_as(entry, reach)
        if seq is not None:
            text = f"entry {entry.seq} is the one that was written as entry {seq}"
            return Finding(fault=Fault.SWAPPED, seq=entry.seq, text=text)
        return Finding(
            fault=Fault.CHANGED, seq=entry.seq, text=f"entry {entry.seq} is not what was written; its hash differs"
        )


def _written_as(entry: Entry, reach: int) -> int | None:
    """The number, no further away than `reach`, under which its hash is right; the nearest first."""
    said = contents(entry)
    subject = {"subject": said.pop("subject")}
    del said["seq"]
    # the canonical form has its names in order: all that comes before the number is hashed once
    try:
        before = hashlib.sha256(canonical(said)[:-1] + b',"seq":')
    except NO_FORM:
        return None
    after = b"," + canonical(subject)[1:]
    for away in range(1, reach + 1):
        for seq in (entry.seq - away, entry.seq + away):
            if seq > 0:
                tried = before.copy()
                tried.update(b"%d%b" % (seq, after))
                if tried.hexdigest() == entry.sha256:
                    return seq
    return None


def _hash(entry: Entry) -> str | None:
    """None where somebody wrote what has no canonical form."""
    try:
        return hash_of(entry)
    except NO_FORM:
        return None


def _few(first: int, end: int, most: int = 100) -> Iterable[int]:
    """The missing numbers; of a long gap the first hundred."""
    return range(first, min(end, first + most))
