"""Which entries of the audit somebody may know of, and how much of each, for the API and the desk alike. Refuses kinds of entries to
whoever may not know of them: who may not listen sees what people did in the house, and of recordings and citizens no details.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from hotline1022.accounts.types import Permission
from hotline1022.audit.types import EntryFilter, Kind
from hotline1022.core.clock import PROVINCE
from hotline1022.core.errors import Invalid
from hotline1022.core.masking import mask_text
from hotline1022.web.recordings_wire import AuditEntryView

P, K = Permission, Kind
May = Callable[[Permission], bool]
#: kind → what lets people know of such entries, beside `listen`, which lets know of all; what is not here is the auditor's alone
SEEN: dict[Kind, Permission] = {
    **dict.fromkeys((K.USER_SIGNED_IN, K.USER_SIGNED_OUT, K.USER_CHANGED, K.ROLE_CHANGED), P.USERS),
    **dict.fromkeys((K.USER_PASSWORD, K.USER_SECOND_FACTOR), P.USERS),
    **dict.fromkeys((K.ACT, K.MENU_PUBLISHED, K.TEMPLATE_CHANGED, K.DEADLINES_CHANGED), P.SETTINGS),
    **dict.fromkeys((K.RETENTION_CHANGED, K.BACKUP_MADE, K.BACKUP_RESTORED), P.SETTINGS),
}
#: acts about these are told to who may not listen without details: which recording, and why, is not theirs
CLOSED = ("call", "recording", "disclosure", "hold", "citizen", "erasure", "listen", "voicemail")


def kinds_of(may: May) -> frozenset[Kind]:
    """Of which entries who asks may know."""
    return frozenset(kind for kind in Kind if may(P.LISTEN) or (kind in SEEN and may(SEEN[kind])))


def wanted(
    known: frozenset[Kind], *, kind: str, actor: str, since: date | None, until: date | None, after: int, limit: int
) -> EntryFilter:
    """The filter of a search; a login alone is a user's. Invalid `search-reversed`."""
    if since and until and since > until:
        raise Invalid("the search ends before it begins; exchange the two", error_id="search-reversed")
    if actor and ":" not in actor and actor != "service":
        actor = f"user:{actor.casefold()}"
    return EntryFilter(
        kinds=frozenset(one for one in known if kind in ("", one.value)),
        actor=actor,
        since=_begins(since) if since else None,
        until=_begins(until + timedelta(days=1)) if until else None,
        after=after,
        limit=limit,
    )


def opened(found: Iterable[AuditEntryView], may: May) -> list[AuditEntryView]:
    """As who asks may read them: the rows stay as they are."""
    told = []
    for one in found:
        if not may(P.LISTEN) and one.subject.partition(":")[0] in CLOSED:
            act = {"act": one.detail["act"]} if "act" in one.detail else {}
            one = replace(one, subject="", detail=act)
        elif not may(P.NUMBERS):
            one = replace(one, detail={name: _masked(value) for name, value in one.detail.items()})
        told.append(one)
    return told


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), PROVINCE)


def _masked(value: Any) -> Any:
    match value:
        case str():
            return mask_text(value)
        case list():
            return [_masked(one) for one in value]
        case dict():
            return {name: _masked(one) for name, one in value.items()}
        case _:
            return value
