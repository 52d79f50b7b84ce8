"""The audit's entries of what became of a user or a role, for the API and the desk alike. Refuses what they did themselves: that is the
auditor's to read.
"""

from collections.abc import Sequence

from hotline1022.web.recordings_wire import AuditEntryView
from hotline1022.web.route import Ask

#: entries that are looked through, and told
LOOKED, TOLD = 500, 50
CHANGED = frozenset({"user-changed", "role-changed"})
_TOLD = CHANGED | {"user-password", "user-second-factor", "user-signed-out"}


async def entries_of(ask: Ask, subject: str) -> Sequence[AuditEntryView]:
    """The last changes of `user:ID` or `role:ID`, the latest first."""
    found = (await ask.ports.evidence.entries(subject, LOOKED)).entries
    return [one for one in reversed(found) if one.kind in _TOLD][:TOLD]
