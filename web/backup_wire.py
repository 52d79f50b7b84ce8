"""What the answers about backups are. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from hotline1022.web.recordings_wire import AuditEntryView
from hotline1022.web.rules import Rule
from hotline1022.web.types import When, WorkState


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupView:
    """A backup that was asked for over the API."""

    state: WorkState
    asked_at: When
    asked_by: Annotated[str, Rule(doc="who, as the audit writes it: token:NAME")]
    ended_at: datetime | None
    done: Annotated[int, Rule(doc="recordings and attachments so far")]
    work: Annotated[int, Rule(doc="how many there are in all; 0 = it is at the database still")]
    name: Annotated[str, Rule(doc="of its folder; empty until it is done")]
    sha256: Annotated[str, Rule(doc="of its manifest")]
    files: int
    bytes: Annotated[int, Rule(doc="of recordings and attachments", high=2**53)]
    wrong: Annotated[int, Rule(doc="files that were missing, changed, or sealed with a key that is not here")]
    findings: Annotated[tuple[str, ...], Rule(doc="these, 1,000 at most; the backup's manifest names all")]
    error: str
    error_id: Annotated[str, Rule(doc="of `error`; empty = nothing went wrong")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelvedView:
    """A whole backup in the folder."""

    name: Annotated[str, Rule(doc="of its folder: when it was made, in UTC")]
    sha256: Annotated[str, Rule(doc="of its manifest; the audit's entry backup-made has the same")]
    files: int
    wrong: Annotated[int, Rule(doc="files that were missing, changed, or could not be checked")]
    error: Annotated[str, Rule(doc="why it cannot be told; empty = it can")]
    error_id: Annotated[str, Rule(doc="of `error`; empty = nothing went wrong")] = ""
    made_at: Annotated[datetime | None, Rule(doc="the moment that it has; null = it cannot be told")] = None
    bytes: Annotated[
        int | None,
        Rule(
            doc="of all its files, those in common with other backups too; null = one that was made before this was kept",
            high=2**53,
        ),
    ] = None
    findings: Annotated[
        tuple[str, ...], Rule(doc="those of `wrong`, 100 at most; the backup's manifest names all")
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupList:
    """Backups."""

    backup: Annotated[BackupView | None, Rule(doc="the one that runs, or the last one since the service's start")]
    last: Annotated[AuditEntryView | None, Rule(doc="what the audit tells of the last one, whoever made it")]
    shelf: Annotated[tuple[ShelvedView, ...], Rule(doc="those in the folder, newest first, 100 at most")]
    error: Annotated[str, Rule(doc="why the folder cannot be looked at; empty = it can")]
    error_id: Annotated[str, Rule(doc="of `error`; empty = nothing went wrong")] = ""
