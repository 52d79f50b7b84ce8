"""One import from its first row to its last, for the command and the API alike. Refuses a second one beside it that writes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hotline1022.core.errors import Invalid
from hotline1022.db.unit import Database
from hotline1022.recordings.importing import Written
from hotline1022.recordings.pool import HeavyPool
from hotline1022.service.importing.run import Importer, Outcome
from hotline1022.service.importing.table import Record
from hotline1022.service.lock import ONE_IMPORTS, locked
from hotline1022.service.recordings.ffmpeg_find import FfmpegFinder
from hotline1022.service.recordings.recorder_keys import keys_of
from hotline1022.service.settings.tree import Settings

#: seconds that one file may take: one of hours of MP3 is decoded whole
SECONDS = 3600.0
#: which channel of a stereo file is the citizen's
CITIZEN = {"left": 0, "right": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is imported, for whom."""

    folder: Path
    #: only the folder of this name in it; "" = all of it
    below: str = ""
    #: a key of CITIZEN
    citizen: str = "left"
    #: say what would be done, and do nothing
    dry: bool = False
    #: the files as they were tried, by path; None = whatever is there
    files: Mapping[str, Written] | None = None
    actor: str
    origin: str


async def import_rows(
    database: Database, settings: Settings, rows: Sequence[Record], wanted: Wanted, progress: Callable[[int, int], None]
) -> list[Outcome]:
    """What became of each row. ConfigError `data-locked`: somebody else imports just now; Unavailable: going on made no sense."""
    with _alone(settings.paths.data / ONE_IMPORTS, wanted.dry):
        pool = HeavyPool(seconds=SECONDS)
        try:
            importer = Importer(
                folder=wanted.folder,
                below=wanted.below,
                spool=settings.paths.data / "import",
                root=settings.paths.recordings,
                database=database,
                pool=pool,
                ffmpeg=await FfmpegFinder(settings.copies.ffmpeg)(),
                actor=wanted.actor,
                origin=wanted.origin,
                citizen=CITIZEN[wanted.citizen],
                dry=wanted.dry,
                tried=wanted.files,
                keys=keys_of(settings),
            )
            await importer.start()
            done = []
            for row in rows:
                done.append(await importer.take(row))
                progress(len(done), len(rows))
            return done
        finally:
            await pool.close()


@contextmanager
def _alone(path: Path, dry: bool) -> Iterator[None]:
    if dry:
        yield
    else:
        with locked(path, "recordings import"):
            yield


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name; Invalid `import-zone`. Blocks for a file of the system."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones is none
        raise Invalid(f"{name!r} is no time zone; write it as Asia/Ho_Chi_Minh", error_id="import-zone") from error
