"""The evidence as a whole in memory behind the API's port: one entry, one stamp, a verification that only begins and stops."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date

from hotline1022.audit.types import EntryFilter, Fault, Kind, Method, written
from hotline1022.core.errors import NotFound, Refused
from hotline1022.web import evidence_wire as w
from hotline1022.web.recordings_wire import AuditEntryView
from hotline1022.web.types import WorkState
from tests.unit.catalogue_memory import AT, FIRST

ENTRY = AuditEntryView(
    seq=7,
    at=AT,
    kind="recording-stored",
    actor="service",
    origin="service",
    subject="",
    detail={"files": [{"sha256": "1234567890" * 6 + "abcd"}]},
    prev="0" * 64,
    sha256="a" * 64,
    written_at=written(AT),
)
STAMP = w.StampView(name="stamp-000000000007-20261129T170001Z", seq=7, sha256="a" * 64, at=AT, method=Method.ED25519, key="b" * 64)  # fmt: skip
RUNNING = w.VerificationView(
    state=WorkState.RUNNING, since=None, asked_at=AT, asked_by="token:listen", ended_at=None, done=3, work=9,
    entries=3, stamps=0, calls=0, files=0, wrong=0, findings=(), remarks=(), error="",
)  # fmt: skip
FINDING = w.FindingView(fault=Fault.FILE_CHANGED, seq=0, name="2026/11/24/a.wav", text="has other bytes")


@dataclass
class MemoryEvidence:
    """web.evidence_port.EvidencePort."""

    running: w.VerificationView | None = None
    asked: list[tuple[object, ...]] = field(default_factory=list)

    async def now(self) -> w.EvidenceView:
        """With the verification that runs."""
        return w.EvidenceView(seq=7, sha256="a" * 64, stamp=STAMP, nightly=ENTRY, verification=self.running)

    async def entries(self, subject: str, limit: int) -> w.EntryList:
        """One, whatever is asked about."""
        self.asked.append(("entries", subject, limit))
        return w.EntryList(entries=(replace(ENTRY, subject=subject),))

    async def told_about(self, subject: str, kinds: Collection[Kind]) -> w.EntryList:
        """Nothing."""
        self.asked.append(("told_about", subject))
        return w.EntryList(entries=())

    async def search(self, wanted: EntryFilter) -> w.EntryList:
        """One, whatever is wanted."""
        self.asked.append(("search", wanted))
        return w.EntryList(entries=(ENTRY,))

    async def key(self) -> w.StampKeyView:
        """A word in place of it."""
        return w.StampKeyView(pem="-----BEGIN PUBLIC KEY-----\n", sha256="b" * 64)

    async def stamp(self) -> w.StampView:
        """The one that there is."""
        self.asked.append(("stamp",))
        return STAMP

    async def verify(self, since: date | None) -> w.VerificationView:
        """It begins."""
        if self.running is not None:
            raise Refused("one runs already", error_id="verification-running")
        self.asked.append(("verify", since))
        self.running = replace(RUNNING, since=since)
        return self.running

    async def stop(self) -> w.VerificationView:
        """It ends."""
        if self.running is None:
            raise Refused("none runs", error_id="verification-none")
        ended, self.running = replace(self.running, state=WorkState.STOPPED, ended_at=AT), None
        return ended

    async def check(self, recording: str) -> w.CheckedView:
        """The first recording is damaged."""
        if recording != FIRST.id:
            raise NotFound(f"there is no recording {recording}", error_id="recording-unknown")
        return w.CheckedView(recording=FIRST.id, call=FIRST.call, wrong=1, findings=(FINDING,))
