"""How old the last stamp and the last nightly look are, and when that is wrong. Pure; refuses nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline1022.audit.types import Kind
from hotline1022.core.clock import local, to_come

#: one of each is made every day
LATE = timedelta(days=2)
#: which entry tells of which
KINDS = {"stamp": Kind.CHAIN_STAMPED, "look": Kind.CHAIN_CHECKED}
_NAMES = {"stamp": "stamp of the audit", "look": "nightly look at the evidence"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nights:
    """By the chain's own order: what a clock that had jumped ahead wrote is not the last for ever."""

    #: when the chain's first entry was written; None = it has none
    began: datetime | None = None
    stamp: datetime | None = None
    look: datetime | None = None

    def wrong(self, now: datetime) -> tuple[str, ...]:
        """What is too old, or of a time to come, in words that stay the same while it is so."""
        return tuple(text for what in KINDS if (text := self._wrong(what, now)))

    def _wrong(self, what: str, now: datetime) -> str:
        last: datetime | None = getattr(self, what)
        if last is not None and to_come(last, now):
            return ahead(what, last)
        since = last or self.began
        if since is None or now - since <= LATE:
            return ""
        if last is None:
            return f"there is no {_NAMES[what]} yet, and its first entry is of {_said(since)}"
        return f"the last {_NAMES[what]} is of {_said(last)}: none since"


def ahead(what: str, last: datetime) -> str:
    """In words, that the last `what` is of a time to come."""
    return f"the last {_NAMES[what]} is of {_said(last)}, which is still to come: the clock was wrong then, or is now"


def _said(at: datetime) -> str:
    return f"{local(at):%F %H:%M}"
