"""A walk over the chain: what was changed, taken away, exchanged. Pure; cannot see a tail that was cut off: stamps can.

A chain alone proves nothing against somebody who rewrites all of it: that is what stamps are for.
"""

from collections.abc import Iterable
from dataclasses import replace

from hotline1022.audit.types import EMPTY, Entry, Fault, Finding, Head, hash_of, in_place_of, is_hash


class Walk:
    """Walks the chain from its first entry on; takes entries in the order of `seq` and says what is wrong."""

    def __init__(self, head: Head = EMPTY) -> None:
        #: the last entry that was seen, as it is written down; with what is followed in place of its hash where that is none
        self.head = head
        #: its hash was that of its contents: what follows can be held against it
        self._sound = True

    def take(self, entries: Iterable[Entry]) -> list[Finding]:
        """The next entries."""
        return [finding for entry in entries for finding in self._one(entry)]

    def _one(self, entry: Entry) -> list[Finding]:
        found: list[Finding] = []
        for missing in _few(self.head.seq + 1, entry.seq):
            found.append(Finding(fault=Fault.DELETED, seq=missing, text=f"entry {missing} is not there"))
        follows = self._sound and entry.seq == self.head.seq + 1
        self._sound = hash_of(entry) == entry.sha256
        if not self._sound:
            found.append(self._not_its_hash(entry))
        elif follows and entry.prev not in (self.head.sha256, in_place_of(self.head.seq, self.head.sha256)):
            text = f"entry {entry.seq} does not follow from entry {self.head.seq}"
            found.append(Finding(fault=Fault.BROKEN, seq=entry.seq, text=text))
        text = entry.sha256
        self.head = Head(seq=entry.seq, sha256=text if is_hash(text) else in_place_of(entry.seq, text))
        return found

    def _not_its_hash(self, entry: Entry) -> Finding:
        """Contents that would be right under the number beside it were exchanged; others were changed."""
        for seq in (entry.seq - 1, entry.seq + 1):
            moved = replace(entry, seq=seq)
            if hash_of(moved) == entry.sha256:
                text = f"entry {entry.seq} is the one that was written as entry {seq}"
                return Finding(fault=Fault.SWAPPED, seq=entry.seq, text=text)
        return Finding(
            fault=Fault.CHANGED, seq=entry.seq, text=f"entry {entry.seq} is not what was written; its hash differs"
        )


def _few(first: int, end: int, most: int = 100) -> Iterable[int]:
    """The missing numbers; of a long gap the first hundred."""
    return range(first, min(end, first + most))
