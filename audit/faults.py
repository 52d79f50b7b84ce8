"""What is found wrong with the chain and with what it tells of: a closed list. Other rooms have it from types.py."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """The closed list of what can be wrong with the chain, and with what it tells of."""

    #: its hash is not that of its contents
    CHANGED = "entry-changed"
    #: a number is missing
    DELETED = "entry-deleted"
    #: its contents are those that another number should have
    SWAPPED = "entry-swapped"
    #: it does not follow from the one before, whose own hash is right
    BROKEN = "entry-broken"
    #: a stamp vouches for entries that are not there any more
    CUT = "tail-cut"
    #: a stamp vouches for another hash at this number
    REWRITTEN = "entry-rewritten"
    #: the stamp itself does not verify
    STAMP = "stamp-invalid"
    #: an entry tells of a stamp that the database has no more
    STAMP_DELETED = "stamp-deleted"
    #: an entry tells of a stamp whose file is not in the second place any more
    STAMP_MISSING = "stamp-missing"
    #: the folder in which stamps lie cannot be read: a cut tail could not be seen
    PLACE = "second-place-away"
    #: a row of an original, or of a copy, is not what its entry says
    ROW_CHANGED = "row-changed"
    #: an entry tells of an original that has no row any more
    ROW_DELETED = "row-deleted"
    #: a row of an original that no entry tells of
    ROW_ADDED = "row-added"
    #: two rows have each other's contents
    ROW_SWAPPED = "row-swapped"
    #: the stored history of a call is not what its entry says
    FACTS = "call-changed"
    #: an entry tells of a hold that has no row any more
    HOLD_DELETED = "hold-deleted"
    #: a row of a hold that no entry tells of
    HOLD_ADDED = "hold-added"
    #: a row of a hold is not what its entries say: whose, which letter, released or not
    HOLD_CHANGED = "hold-changed"
    #: the catalogue says that a recording is held, or is not, and the chain tells otherwise
    HELD_CHANGED = "held-changed"
    #: a row of a disclosure is gone, made up, or in another state than its entries say
    DISCLOSURE = "disclosure-changed"
    #: an entry tells of a hand-out that has no row any more
    HAND_OUT_DELETED = "hand-out-deleted"
    #: a row of a hand-out that no entry tells of
    HAND_OUT_ADDED = "hand-out-added"
    #: a row of a hand-out is not what its entry says: to whom, by whom, when, which package
    HAND_OUT_CHANGED = "hand-out-changed"
    #: the same of links to packages
    LINK_DELETED = "link-deleted"
    LINK_ADDED = "link-added"
    #: its key, its recipient, its end, how much it may give
    LINK_CHANGED = "link-changed"
    #: a file has other bytes than were stored
    FILE_CHANGED = "file-changed"
    FILE_MISSING = "file-missing"
    #: a file that no row promises
    FILE_EXTRA = "file-extra"
    FILE_UNREADABLE = "file-unreadable"
    #: a file is sealed with a key that is not here: nothing can be said of it
    KEY_MISSING = "key-missing"
    #: no fault, and told for ever: a restore put an older state back
    RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong: where, and in words."""

    fault: Fault
    #: of the entry; 0 where it is about none
    seq: int
    text: str
    #: the row, the file, the stamp; "" = the entry itself
    name: str = ""
