"""What requests about the evidence as a whole carry, and what the answers are. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from hotline1022.audit.types import Fault, Method
from hotline1022.web.recordings_wire import AuditEntryView
from hotline1022.web.rules import Rule
from hotline1022.web.types import When, WorkState


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationBody:
    """What to look at."""

    since: Annotated[date | None, Rule(doc="only what was written from this day on; null = everything")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One thing that is not as it was."""

    fault: Annotated[Fault, Rule(doc="what was done; docs/evidence.md has the list")]
    seq: Annotated[int, Rule(doc="number of the entry; 0 = it is about a file or a row")]
    name: str
    text: Annotated[str, Rule(doc="in words; empty in a result from before the service's last start")]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationView:
    """A walk through the chain, its stamps, rows and files."""

    state: WorkState
    since: date | None
    asked_at: When
    asked_by: Annotated[str, Rule(doc="who, as the audit writes it: token:NAME")]
    ended_at: datetime | None
    done: Annotated[int, Rule(doc="entries, calls and files so far")]
    work: Annotated[int, Rule(doc="about how many there are in all")]
    entries: int
    stamps: int
    calls: int
    files: int
    wrong: Annotated[int, Rule(doc="how many findings; 0 when it is done = everything is as it was")]
    findings: Annotated[tuple[FindingView, ...], Rule(doc="the first of them, 1,000 at most")]
    remarks: Annotated[tuple[FindingView, ...], Rule(doc="what is no fault: restores that put an older state back")]
    error: str
    error_id: Annotated[str, Rule(doc="of `error`; empty = nothing went wrong")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StampView:
    """What vouches from outside for the chain up to one entry."""

    name: str
    seq: Annotated[int, Rule(doc="number of the entry")]
    sha256: Annotated[str, Rule(doc="of the entry")]
    at: When
    method: Method
    key: Annotated[str, Rule(doc="SHA-256 of the public key")]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """How the evidence stands."""

    seq: Annotated[int, Rule(doc="number of the chain's last entry; 0 = there is none")]
    sha256: Annotated[str, Rule(doc="its hash")]
    stamp: Annotated[StampView | None, Rule(doc="the latest")]
    nightly: Annotated[AuditEntryView | None, Rule(doc="what the last nightly look found")]
    verification: Annotated[VerificationView | None, Rule(doc="the one that runs, or the last one")]


@dataclass(frozen=True, slots=True, kw_only=True)
class StampKeyView:
    """The public key of our stamps and packages."""

    pem: str
    sha256: Annotated[str, Rule(doc="fingerprint: of the key's SubjectPublicKeyInfo")]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryQuery:
    """Which entries."""

    subject: Annotated[
        str,
        Rule(
            doc="one thing: call:ID, recording:ID (a call and its recording have one history), ticket:ID, person:ID, "
            "stamp:NAME, chain",
            low=1,
            high=200,
        ),
    ]
    limit: Annotated[int, Rule(doc="how many at most", low=1, high=1000)] = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySearch:
    """Which entries, of those that whoever asks may know of."""

    since: Annotated[date | None, Rule(doc="first day")] = None
    until: Annotated[date | None, Rule(doc="last day")] = None
    actor: Annotated[str, Rule(doc="who, as the audit writes it: user:lan; a login alone is a user's", high=200)] = ""
    kind: Annotated[str, Rule(doc="one kind alone", high=40)] = ""
    after: Annotated[int, Rule(doc="`next` of the page before", low=0)] = 0
    limit: Annotated[int, Rule(doc="how many at most", low=1, high=200)] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """Entries, the latest first."""

    entries: tuple[AuditEntryView, ...]
    next: Annotated[int | None, Rule(doc="there are more: `after` of the next page")]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryList:
    """The last entries about one thing."""

    entries: Annotated[tuple[AuditEntryView, ...], Rule(doc="oldest first")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedView:
    """What was found of one recording, all of whose originals were just looked at."""

    recording: str
    call: str
    wrong: Annotated[int, Rule(doc="how many findings; 0 = as it was stored")]
    findings: tuple[FindingView, ...]
