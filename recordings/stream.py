"""A stored file for one listener over the network: any range of it in pieces, read in a thread that may hang with its disk. Refuses
other paths than a row's, and what the disk does not give in time.
"""

import errno
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

from hotline1022.core.errors import HotlineError, Refused, Unavailable
from hotline1022.recordings.apart import SECONDS, WHOLE_SECONDS, on_disk
from hotline1022.recordings.files import Version, open_below, version_of
from hotline1022.recordings.held import Held
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.reader import BLOCK, OpenFile, sha256_of

R = TypeVar("R")


class Stream:
    """An open file; close it in any case."""

    def __init__(self, place: Path, file: OpenFile, version: Version, size: int) -> None:
        self._place, self._file = place, Held(file)
        #: changes whenever anybody writes to the file
        self.version = version
        #: bytes of plain text
        self.size = size

    async def read(self, first: int, after: int) -> AsyncIterator[bytes]:
        """The bytes from `first` to before `after`. Unavailable `recording-damaged` where they are not what was stored,
        `recordings-disk-hangs`.
        """
        while first < after:
            count, at = min(BLOCK, after - first), first
            piece = await on_disk(self._place, SECONDS, self._file.use, _reading(count, at))
            if not piece:
                return
            yield piece
            first += len(piece)

    async def sha256(self) -> str:
        """Of all plain bytes, hexadecimal. The same errors."""
        return await self.whole(sha256_of)

    async def whole(self, job: Callable[[OpenFile], R]) -> R:
        """What a job makes of all of it, in a thread. Unavailable `recordings-disk-hangs`."""
        return await on_disk(self._place, WHOLE_SECONDS, self._file.use, job)

    async def close(self) -> None:
        """Close the file; one that a thread still hangs in is closed by that."""
        await self._file.close(self._place)


def _reading(count: int, at: int) -> Callable[[OpenFile], bytes]:
    return lambda file: file.pread(count, at)


class _Opening:
    """A file that is opened in a thread; whoever gave up waiting for it need not close it."""

    def __init__(self, job: Callable[[], OpenFile]) -> None:
        self._job, self._lock = job, threading.Lock()
        self._file: OpenFile | None = None
        self._left = False

    def run(self) -> tuple[OpenFile, Version, int]:
        """Open it, and look at it. Blocks."""
        file = self._job()
        try:
            found = file, version_of(file.fd), file.size
        except BaseException:
            file.close()
            raise
        with self._lock:
            if self._left:
                file.close()
            else:
                self._file = file
        return found

    def taken(self) -> None:
        """Its file is somebody's."""
        self._file = None

    def leave(self) -> None:
        """Nobody waits any more."""
        with self._lock:
            self._left = True
            if self._file is not None:  # it was opened in this very moment
                threading.Thread(target=self._file.close, daemon=True, name="late").start()


async def open_stream(root: Path, path: str, keys: Keys = NO_KEYS) -> Stream:
    """Open a stored file by its row's path.

    Raises Unavailable: `recording-missing`, `recording-key-missing`, `recording-damaged`, `recordings-disk-hangs`.
    """
    opening = _Opening(lambda: keys.open(open_below(root, path)))
    try:
        found = await on_disk(root, SECONDS, opening.run)
        opening.taken()
        return Stream(root, *found)
    except Refused as error:
        raise _missing() from error
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            raise Unavailable(
                f"the recording cannot be read ({error.strerror}); run hotline1022 doctor", error_id="recording-io"
            ) from error
        raise _missing() from error
    except HotlineError as error:
        if error.error_id == "not-a-file":
            raise _missing() from error
        raise
    finally:
        opening.leave()


def _missing() -> Unavailable:
    return Unavailable("the recording is not where it should be; run hotline1022 doctor", error_id="recording-missing")
