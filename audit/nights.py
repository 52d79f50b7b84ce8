"""How old the last stamp and the last nightly look are, and when that is wrong. Pure; refuses nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline1022.audit.types import Kind
from hotline1022.core.clock import to_come
from hotline1022.core.said import said

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
            return said("alarm-said.none-yet", night=_NAMES[what], first=since)
        return said("alarm-said.old", night=_NAMES[what], last=last)


def ahead(what: str, last: datetime) -> str:
    """In words, that the last `what` is of a time to come."""
    return said("alarm-said.ahead", night=_NAMES[what], last=last)
