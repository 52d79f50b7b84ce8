"""The audit's entries of what became of a user or a role, for the API and the desk alike. Refuses what they did themselves: that is the
auditor's to read.
"""

from collections.abc import Sequence

from hotline1022.audit.types import Kind
from hotline1022.web.recordings_wire import AuditEntryView
from hotline1022.web.route import Ask

#: entries that are told
TOLD = 50
CHANGED = frozenset({Kind.USER_CHANGED.value, Kind.ROLE_CHANGED.value})
_KINDS = (Kind.USER_CHANGED, Kind.ROLE_CHANGED, Kind.USER_PASSWORD, Kind.USER_SECOND_FACTOR, Kind.USER_SIGNED_OUT)


async def entries_of(ask: Ask, subject: str) -> Sequence[AuditEntryView]:
    """The last changes of `user:ID` or `role:ID`, the latest first."""
    found = (await ask.ports.evidence.told_about(subject, _KINDS)).entries
    return [one for one in reversed(found) if not _own(one)][:TOLD]


def _own(one: AuditEntryView) -> bool:
    """Who goes home each evening would fill the list."""
    return one.kind == Kind.USER_SIGNED_OUT.value and one.detail.get("by") != "admin"
