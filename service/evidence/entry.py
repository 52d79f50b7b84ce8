"""What a verification of everything found, as the entry of the audit that keeps it. Names the first findings alone: an entry is kept
for ever.
"""

from datetime import date, datetime

from hotline1022.audit.types import Fact, Kind
from hotline1022.service.evidence.walk import Evidence

#: findings that the entry names
NAMED = 20


def counts_of(found: Evidence) -> dict[str, int]:
    """How much was looked at, and how much is wrong."""
    counts = {name: int(getattr(found, name)) for name in ("entries", "stamps", "calls", "files")}
    return {**counts, "wrong": len(found.findings) + found.more}


def entry_of(found: Evidence, *, actor: str, origin: str, asked_at: datetime, at: datetime, since: date | None) -> Fact:
    """The entry `evidence-verified`: who asked when, what was looked at, up to which entry, what is wrong."""
    named = [{"fault": one.fault.value, "seq": one.seq, "name": one.name} for one in found.findings[:NAMED]]
    detail: dict[str, object] = {
        "since": since.isoformat() if since else None,
        "asked_at": asked_at.isoformat(),
        "seq": found.head.seq,
        "sha256": found.head.sha256,
        **counts_of(found),
        "findings": named,
        "restores": [one.seq for one in found.remarks],
    }
    return Fact(at=at, kind=Kind.EVIDENCE_VERIFIED, actor=actor, origin=origin, subject="chain", detail=detail)
