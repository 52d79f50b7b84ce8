"""What requests for chores carry, and what the answers are: long work on all recordings, or on a backup, in the background. Refuses
nothing itself: rules.py does.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from hotline1022.web.rules import Rule
from hotline1022.web.types import When, WorkState


class Preset(StrEnum):
    """Whose table it is."""

    FREEPBX = "freepbx"
    ISSABEL = "issabel"
    VICIDIAL = "vicidial"


class Channel(StrEnum):
    """Of a stereo file."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoreView:
    """What all chores have."""

    state: WorkState
    asked_at: When
    asked_by: Annotated[str, Rule(doc="who, as the audit writes it: token:NAME")]
    ended_at: datetime | None
    done: Annotated[int, Rule(doc="rows, files or calls so far")]
    work: Annotated[int, Rule(doc="about how many there are in all; 0 = not known yet")]
    error: Annotated[str, Rule(doc="why it failed, with its error_id in brackets; empty = it did not")]
    error_id: Annotated[str, Rule(doc="of `error`; empty = nothing went wrong")] = ""


# ---------------------------------------------------------------- import


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBody:
    """Which recordings of another PBX, and how its table is read."""

    folder: Annotated[
        str,
        Rule(
            doc="plain name of a folder below recordings.import_folder, without / and without a dot before it",
            pattern=r"[^./\\][^/\\]{0,99}",
            low=1,
            high=100,
        ),
    ]
    dry_run: Annotated[bool, Rule(doc="say what would be done, and do nothing")] = False
    preset: Annotated[Preset, Rule(doc="whose columns the table has")] = Preset.FREEPBX
    map: Annotated[
        str, Rule(doc="other columns: time=…,caller=…,called=…,file=…,agent=…,duration=…,talk=…", high=1000)
    ] = ""
    tz: Annotated[str, Rule(doc="zone of the table's times, such as Asia/Ho_Chi_Minh", high=64)] = "Asia/Ho_Chi_Minh"
    citizen: Annotated[Channel, Rule(doc="the citizen's channel of stereo files")] = Channel.LEFT
    mark: Annotated[
        str,
        Rule(
            doc="`mark` of a dry run: it fails as import-not-as-tried, and imports nothing, where table or files are others now; empty = whatever is there",
            high=64,
        ),
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """What became of one row of the table."""

    line: int
    file: Annotated[str, Rule(doc="as the table names it")]
    outcome: Annotated[str, Rule(doc="imported, would-import, already-there, or what was wrong: docs/evidence.md")]
    call: str
    sha256: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCount:
    """How many rows came to one end."""

    outcome: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView(ChoreView):
    """An import."""

    folder: str
    dry_run: bool
    preset: Preset = Preset.FREEPBX
    map: Annotated[str, Rule(doc="how the table was read: what was asked with")] = ""
    tz: str = "Asia/Ho_Chi_Minh"
    citizen: Channel = Channel.LEFT
    mark: Annotated[
        str, Rule(doc="short for the table, how it was read, and the files that were there; empty = not known yet")
    ] = ""
    wrong: Annotated[int, Rule(doc="rows that could not be imported")] = 0
    counts: tuple[OutcomeCount, ...] = ()
    rows: Annotated[tuple[ImportRow, ...], Rule(doc="1,000 at most, those that could not be imported first")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportsNow:
    """How imports stand."""

    chore: Annotated[ImportView | None, Rule(doc="the one that runs, or the last one since the service's start")]
    folders: Annotated[tuple[str, ...], Rule(doc="those that are there to be imported, 200 at most")]
    error: Annotated[str, Rule(doc="why they cannot be told; empty = they can")]
    error_id: Annotated[str, Rule(doc="of `error`; empty = nothing went wrong")] = ""


# ---------------------------------------------------------------- keys


@dataclass(frozen=True, slots=True, kw_only=True)
class ResealView(ChoreView):
    """All stored files under the newest key."""

    key: Annotated[str, Rule(doc="id of that key; empty until it is done")] = ""
    sealed: Annotated[int, Rule(doc="files that were written anew")] = 0
    ready: Annotated[int, Rule(doc="files that it sealed already")] = 0
    wrong: Annotated[int, Rule(doc="files that stayed as they were")] = 0
    findings: Annotated[tuple[str, ...], Rule(doc="these and why, 1,000 at most")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResealNow:
    """How sealing anew stands."""

    chore: Annotated[ResealView | None, Rule(doc="the one that runs, or the last one since the service's start")]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCount:
    """How many stored files a key seals."""

    key: Annotated[str, Rule(doc="its id; plain = not sealed, empty = cannot be read")]
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCountView(ChoreView):
    """A count of the files of each key."""

    counts: tuple[KeyCount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKeyView:
    """A key that seals recordings: never the key itself."""

    id: str
    since: Annotated[datetime | None, Rule(doc="when it was made; null = its file's name does not tell")]
    newest: Annotated[
        bool, Rule(doc="it seals new files, where recordings.seal says so; older ones open what they sealed")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysNow:
    """The keys."""

    sealing: Annotated[bool, Rule(doc="whether new files are sealed: recordings.seal")]
    keys: Annotated[tuple[SealingKeyView, ...], Rule(doc="oldest first")]
    count: Annotated[KeyCountView | None, Rule(doc="the count that runs, or the last one since the service's start")]


# ---------------------------------------------------------------- the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildView(ChoreView):
    """The catalogue's rows made again."""

    calls: Annotated[int, Rule(doc="calls whose rows were made again")] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildNow:
    """How it stands."""

    chore: Annotated[RebuildView | None, Rule(doc="the one that runs, or the last one since the service's start")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesBody:
    """Which files."""

    since: Annotated[date | None, Rule(doc="only calls of this day in the province and later; null = all")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesView(ChoreView):
    """Every stored file hashed again and held against its row."""

    since: date | None
    wrong: Annotated[int, Rule(doc="how many findings; 0 when it is done = every file is as it was stored")] = 0
    findings: Annotated[tuple[str, ...], Rule(doc="the first of them, 1,000 at most")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesNow:
    """How it stands."""

    chore: Annotated[FilesView | None, Rule(doc="the one that runs, or the last one since the service's start")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupCheckView(ChoreView):
    """Every file of one backup hashed again."""

    name: Annotated[str, Rule(doc="of the backup")]
    files: int = 0
    wrong: Annotated[int, Rule(doc="how many findings; 0 when it is done = every file is what was written")] = 0
    findings: Annotated[tuple[str, ...], Rule(doc="the first of them, 1,000 at most")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupCheckNow:
    """How it stands."""

    chore: Annotated[BackupCheckView | None, Rule(doc="the one that runs, or the last one since the service's start")]
