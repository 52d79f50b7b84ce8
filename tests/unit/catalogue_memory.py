"""A catalogue of recordings in memory behind the API's port: three recordings, one of them with tracks and entries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hotline1022.audit.types import written
from hotline1022.core.errors import NotFound
from hotline1022.core.events import LegKind
from hotline1022.recordings.types import CallKind, CatalogueFilter, Shown
from hotline1022.web.recordings import write_place
from hotline1022.web.recordings_wire import AuditEntryView, RecordingDetail, RecordingPage, RecordingView, TrackEntry

AT = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
NUMBER = "+84901234567"
FIRST = RecordingView(
    id="0123456789abcdef",
    call="hl1-1795470208.58",
    started_at=AT,
    ended_at=AT + timedelta(minutes=1),
    duration_ms=60_000,
    bytes=960_044,
    track_count=2,
    codec="pcm_s16le",
    gap_ms=0,
    lost_ms=0,
    state=Shown.VERIFIED,
    why="",
    kind=CallKind.ORDINARY,
    caller=NUMBER,
    persons=("1001",),
    lines=("101",),
    agencies=("so-xay-dung",),
    categories=("xay-dung",),
    tickets=("10000001",),
    verified_at=AT + timedelta(days=1),
)
TRACK = TrackEntry(
    id="t1",
    kind=LegKind.CITIZEN,
    side="r",
    person="",
    line="",
    number=NUMBER,
    started_at=AT,
    ended_at=AT + timedelta(minutes=1),
    duration_ms=60_000,
    codec="pcm_s16le",
    bytes=960_044,
    sha256="ab" * 32,
    gap_ms=0,
    lost_ms=0,
    status="stored",
)
ENTRY = AuditEntryView(
    seq=7,
    at=AT,
    kind="recording-stored",
    actor="service",
    origin="service",
    subject="recording:0123456789abcdef",
    detail={"text": f"from {NUMBER}"},
    prev="0" * 64,
    sha256="cd" * 32,
    written_at=written(AT),
)


@dataclass
class MemoryCatalogue:
    """web.ports.Catalogue; `asked` are the filters that came in."""

    asked: list[CatalogueFilter] = field(default_factory=list)

    async def search(self, wanted: CatalogueFilter) -> RecordingPage:
        """Three recordings, whatever is asked; a page of one has a next one."""
        self.asked.append(wanted)
        held = replace(FIRST, id="1" * 16, state=Shown.HELD)
        lost = replace(FIRST, id="2" * 16, state=Shown.NOT_RECORDED, why="disk-full", caller="")
        found = (FIRST, held, lost)[: wanted.limit]
        return RecordingPage(recordings=found, next=write_place(1_795_470_208_000_000_000) if len(found) < 3 else None)

    async def get(self, name: str) -> RecordingDetail:
        """The first one."""
        if name not in (FIRST.id, FIRST.call):
            raise NotFound(f"there is no recording {name}", error_id="recording-unknown")
        return RecordingDetail(recording=FIRST, tracks=(TRACK,), entries=(ENTRY,))

    async def ids_of(self, calls: Collection[str]) -> Mapping[str, str]:
        """Of the first one's call."""
        return {FIRST.call: FIRST.id} if FIRST.call in calls else {}
