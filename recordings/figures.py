"""What the worker is told, and what it counts. Does nothing itself."""

from dataclasses import dataclass, fields

from hotline1022.recordings.jobs import PATIENCE_SECONDS
from hotline1022.recordings.types import FiledCall, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """How the worker works; seconds unless said otherwise."""

    #: calls filed in one portion
    portion: int = 48
    #: waited after a call's end, for the recorder to close its files
    gather: float = 0.3
    #: from the beginning of a portion to that of the next while fewer calls wait than fill one
    apart: float = 1.0
    #: calls that may wait; more are left to the sweep
    waiting: int = 512
    #: until a call whose files are still open is looked at again
    again: float = 2.0
    #: between two sweeps of the spool
    sweep: float = 30.0
    #: age at which a spool file is the sweep's business
    age: float = PATIENCE_SECONDS
    #: longest pause between two tries to write rows
    patience: float = 30.0


@dataclass(slots=True)
class WorkerState:
    """What the worker did since it started; for metrics."""

    filed: int = 0
    tracks: int = 0
    repaired: int = 0
    torn: int = 0
    empty: int = 0
    missing: int = 0
    lost_ms: int = 0
    gap_ms: int = 0
    failed: int = 0
    quarantined: int = 0
    #: what lies in the quarantine, at the last sweep, from earlier starts too
    quarantine_files: int = 0
    quarantine_bytes: int = 0
    overflowed: int = 0
    copies: int = 0
    waiting: int = 0

    def count(self, filed: FiledCall) -> None:
        """A call was filed."""
        self.filed += 1
        self.lost_ms += filed.lost_ms
        for row in filed.tracks:
            self.tracks += 1
            self.gap_ms += row.gap_ms
            match row.status:
                case Status.STORED | Status.EXPIRED:
                    pass
                case Status.REPAIRED:
                    self.repaired += 1
                case Status.TORN:
                    self.torn += 1
                case Status.EMPTY:
                    self.empty += 1
                case Status.MISSING:
                    self.missing += 1

    def as_numbers(self) -> dict[str, int]:
        """Name and value of each figure."""
        return {one.name: getattr(self, one.name) for one in fields(self)}
