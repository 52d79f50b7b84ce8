"""What leaves the house, in memory behind the API's ports: a ZIP in pieces, and a backup that only begins."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.web import backup_wire as w
from hotline1022.web.asker import Asker
from hotline1022.web.export_port import Outgoing
from hotline1022.web.listening_wire import WhyBody
from hotline1022.web.recordings_wire import AuditEntryView
from hotline1022.web.types import WorkState
from tests.unit.catalogue_memory import AT, FIRST

RUNNING = w.BackupView(
    state=WorkState.RUNNING, asked_at=AT, asked_by="token:admin-token", ended_at=None, done=3, work=9, name="", sha256="",
    files=0, bytes=0, wrong=0, findings=(), error="",
)  # fmt: skip
SHELVED = w.ShelvedView(
    name="20261129T020000Z", sha256="c" * 64, files=7, wrong=0, error="", made_at=AT, bytes=1_402_000,
)  # fmt: skip


@dataclass
class MemoryPieces:
    """web.listening_port.PieceSource: these pieces, and then perhaps an error."""

    sent: list[bytes]
    fails: Exception | None = None
    closed: int = 0
    ended: HotlineError | None = None

    async def pieces(self) -> AsyncIterator[bytes]:
        """In turn."""
        for piece in self.sent:
            yield piece
        if self.fails:
            raise self.fails

    async def close(self) -> None:
        """Counted."""
        self.closed += 1

    async def check(self) -> None:
        """While it stands."""
        if self.ended:
            raise self.ended


@dataclass
class MemoryExports:
    """web.export_port.Exports."""

    source: MemoryPieces = field(default_factory=lambda: MemoryPieces([b"PK", b"..."]))
    asked: list[tuple[str, WhyBody]] = field(default_factory=list)
    fails: HotlineError | None = None

    async def open(self, recording: str, why: WhyBody, asker: Asker) -> Outgoing:
        """The first recording has one."""
        if recording != FIRST.id:
            raise NotFound("there is no such recording; look in the list", error_id="recording-unknown")
        if self.fails:
            raise self.fails
        self.asked.append((recording, why))
        return Outgoing(name=f"{FIRST.call}-goc.zip", source=self.source)


@dataclass
class MemoryBackups:
    """web.backup_port.Backups."""

    backup: w.BackupView | None = None
    shelf: tuple[w.ShelvedView, ...] = (SHELVED,)
    last: AuditEntryView | None = None
    #: why the folder cannot be looked at
    away: str = ""

    async def now(self) -> w.BackupList:
        """With the one that runs, or the last one."""
        return w.BackupList(backup=self.backup, last=self.last, shelf=self.shelf, error=self.away, error_id=self.away)

    async def begin(self) -> w.BackupView:
        """It begins; the second time one runs already."""
        if self.backup is not None and self.backup.state is WorkState.RUNNING:
            raise Refused("one is being made; wait for it", error_id="backup-running")
        self.backup = RUNNING
        return self.backup

    async def stop(self) -> w.BackupView:
        """It ends."""
        if self.backup is None or self.backup.state is not WorkState.RUNNING:
            raise Refused("none is being made", error_id="backup-none")
        self.backup = replace(self.backup, state=WorkState.STOPPED, ended_at=AT)
        return self.backup
