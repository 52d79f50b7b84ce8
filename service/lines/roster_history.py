"""What became of one shift of one day, as the audit tells it: who planned it how, by itself or by copying a week. Refuses to guess: what was
changed by a file or by the end of a crew is told nowhere, so a change that does not stand as it was made is not undone.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from hotline1022.audit.types import Entry
from hotline1022.db.work import Work
from hotline1022.queue.roster import Key, Who
from hotline1022.web.roster_wire import WEEKS_LIMIT, PlannedPast

#: changes that are told
SHOWN = 50


def subject_of(key: Key) -> str:
    """What entries about it are about."""
    return f"roster:{key[0]}/{key[1]}"


async def changes_of(tx: Work, key: Key, now: Who) -> tuple[PlannedPast, ...]:
    """Latest first; `now`: who is planned."""
    subject = subject_of(key)
    monday = key[0] - timedelta(days=key[0].weekday())
    # a week is copied onto those after it alone
    copies = [f"roster:{monday - timedelta(weeks=weeks)}" for weeks in range(1, WEEKS_LIMIT + 1)]
    entries = [*await tx.audit.about(subject, limit=SHOWN), *await tx.audit.about(*copies, limit=SHOWN)]
    found = [one for entry in sorted(entries, key=lambda one: -one.seq) if (one := _past(entry, subject))]
    return tuple(
        PlannedPast(
            number=entry.seq,
            at=entry.at,
            by=entry.actor,
            copied=entry.subject != subject,
            before=before,
            after=after,
            stands=not place and set(after) == set(now),
        )
        for place, (entry, before, after) in enumerate(found[:SHOWN])
    )


def _past(entry: Entry, subject: str) -> tuple[Entry, Who, Who] | None:
    """What it was and what it became; None where the entry does not tell of it."""
    told: object = entry.told
    if entry.subject != subject:
        some = entry.told.get("before")
        told = next((one for one in some if _about(one, subject)), None) if isinstance(some, list) else None
    if not isinstance(told, Mapping):
        return None
    before, after = _who(told.get("before")), _who(told.get("after"))
    return None if before is None or after is None else (entry, before, after)


def _about(one: object, subject: str) -> bool:
    return isinstance(one, Mapping) and one.get("shift") == subject


def _who(value: object) -> Who | None:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return None
    found: Sequence[str] = value
    return tuple(found)
