"""Takes over one recording of another PBX, as plain functions for another process. Reads nothing outside the given folder.

The file's own bytes become the original, by the same way as Asterisk's: through a spool, hashed, filed. Doing it again after
a kill at any step gives the same end.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

from hotline1022.core.errors import HotlineError, Refused, Unavailable
from hotline1022.recordings import jobs, wav
from hotline1022.recordings.ffmpeg import Ffmpeg
from hotline1022.recordings.files import open_below, open_folder_below, readable, write_file
from hotline1022.recordings.foreign import decoded, form_of, look
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.reader import PlainFile, pieces, sha256_of
from hotline1022.recordings.store import FOLDER_MODE, Mark
from hotline1022.recordings.types import CallFacts, FiledCall, Foreign, Status, TrackRow


class Written(NamedTuple):
    """What tells without reading it whether a file is the one that it was."""

    #: bytes
    size: int
    #: nanoseconds since 1970
    at_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A file of another PBX, hashed before anything else was done with it."""

    sha256: str
    bytes: int
    foreign: Foreign
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """A file that was filed: rows to write, and what may leave the spool after that."""

    filed: FiledCall
    marks: tuple[Mark, ...]


class _Source(PlainFile):
    """A file of the other PBX, open. Refused `file-unreadable`, with its name, for all that it cannot be read for: it is that
    one's fault alone. FileNotFoundError, and what `open_below` raises.
    """

    __slots__ = ("path",)

    def __init__(self, folder: Path, path: str) -> None:
        self.path = path
        with _reading(path):
            super().__init__(open_below(folder, path))

    @property
    def size(self) -> int:
        return self.about().st_size

    def about(self) -> os.stat_result:
        """Its size and times, now."""
        with _reading(self.path):
            return os.fstat(self.fd)

    def pread(self, count: int, at: int) -> bytes:
        with _reading(self.path):
            return super().pread(count, at)


@contextmanager
def _reading(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        text = (
            f"{readable(path)} cannot be read ({error.strerror or error}); let the service's user read it, or mend its disk, "
            "and import again: what was imported stays"
        )
        raise Refused(text, error_id="file-unreadable") from error


def still_there(folder: Path, below: str) -> None:
    """Unavailable `import-folder-gone` when the folder is not there, or no longer, or cannot be read."""
    try:
        os.close(open_folder_below(folder, below))
    except FileNotFoundError as error:
        text = f"the folder {below or folder} is gone; bring it back and begin again, what was imported stays"
        raise Unavailable(text, error_id="import-folder-gone") from error
    except OSError as error:
        text = f"the folder {below or folder} cannot be read ({error.strerror or error}); mend that and begin again, what was imported stays"
        raise Unavailable(text, error_id="import-folder-gone") from error


def index(folder: Path, below: str = "") -> tuple[str, ...]:
    """Every ordinary file in the folder of the name `below` in a folder ("" = itself), relative to it, by name; no link is followed. One that
    cannot be looked at is one of them: who opens it learns why.

    Raises what `still_there` raises.
    """
    still_there(folder, below)
    found = []
    top = folder / below
    for above, _, names in os.walk(top):
        for name in names:
            path = Path(above, name)
            if _ordinary(path):
                found.append(path.relative_to(top).as_posix())
    return tuple(sorted(found))


def closed(folder: Path, below: str = "") -> tuple[str, ...]:
    """The folders in it that cannot be listed, relative to it, by name: what lies there is not in `index`."""
    top, found = folder / below, []

    def note(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError) and error.filename:
            found.append(readable(os.path.relpath(error.filename, top)))

    for _ in os.walk(top, onerror=note):
        continue
    return tuple(sorted(found))


def _ordinary(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False
    except OSError:
        return True


def written(file: Path) -> Written:
    """How it was last written; OSError. No link is followed."""
    found = file.lstat()
    return Written(size=found.st_size, at_ns=found.st_mtime_ns)


def written_below(folder: Path, path: str) -> Written:
    """How a file was last written. FileNotFoundError, Refused `file-unreadable`."""
    with _reading(path):
        return written(folder / path)


def examine(folder: Path, path: str, name: str, ffmpeg: Ffmpeg | None, citizen: int) -> Examined:
    """Hash a file and see what it is; `name` is what it will be called, `citizen` the citizen's channel of a stereo one.

    Raises what `open_below` and `foreign.look` raise, and Refused `file-unreadable`.
    """
    with closing(_Source(folder, path)) as file:
        sha256 = sha256_of(file)
        found = look(file, name, ffmpeg, citizen)
        if not found.codec:
            ms = wav.inspect_file(file).duration_ms
        else:
            with closing(decoded(file, ffmpeg, form_of(name), 0)) as plain:
                ms = wav.inspect_file(plain).duration_ms
        return Examined(sha256=sha256, bytes=file.size, foreign=found, duration_ms=ms)


def take_over(
    folder: Path,
    path: str,
    name: str,
    spool: Path,
    root: Path,
    call: CallFacts,
    examined: Examined,
    *,
    keys: Keys = NO_KEYS,
) -> TakenOver:
    """File the bytes of a file under `name`, a name of the call, sealed where files are; nothing of `folder` is changed.

    Raises Refused `import-changed` when the file is another than the one that was examined, `file-unreadable`, and what filing
    raises.
    """
    spool.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with closing(_Source(folder, path)) as file:
        within = os.open(spool, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            write_file(within, name, pieces(file), times=file.about())
            os.fsync(within)
        finally:
            os.close(within)
    (outcome,) = jobs.file_calls(spool, root, [call], now=float("inf"), keys=keys)
    match outcome:
        case jobs.Failed():
            raise HotlineError(outcome.text, error_id=outcome.error_id)
        case jobs.Unsettled():
            raise Refused(f"{path} is being written to; try again later", error_id="import-changed")
        case jobs.Filed():
            rows = tuple(_row(row, examined) for row in outcome.filed.tracks if row.status is not Status.MISSING)
            if [row.sha256 for row in rows] != [examined.sha256]:
                text = f"{path} changed while it was taken over; see who writes there, and try again"
                raise Refused(text, error_id="import-changed")
            filed = FiledCall(call=call.call, tracks=rows, voicemails=())
            return TakenOver(filed=filed, marks=outcome.marks)


def clear(spool: Path, call: str) -> None:
    """Take away what a run that was killed left in the spool of imports of a call whose rows are written."""
    if spool.is_dir():
        for path in spool.iterdir():
            if path.name.removeprefix(".").startswith(f"{call}~"):
                path.unlink(missing_ok=True)


def _row(row: TrackRow, examined: Examined) -> TrackRow:
    """The row with what it is in place of what it is not: no file of ours, and not torn."""
    about = {"foreign": asdict(examined.foreign)}
    if not examined.foreign.codec:
        kept = {key: value for key, value in row.detail.items() if key != "reasons"}
        return replace(row, gap_ms=0, lost_ms=0, detail=kept | about)
    return replace(row, status=Status.STORED, duration_ms=examined.duration_ms, gap_ms=0, lost_ms=0, detail=about)
