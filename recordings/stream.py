"""A stored file for one listener over the network: any range of it in pieces, read in a thread. Refuses other paths than a row's."""

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path

from hotline1022.core.errors import HotlineError, Refused, Unavailable
from hotline1022.recordings.files import open_below, version_of
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.reader import BLOCK, OpenFile, sha256_of


class Stream:
    """An open file; close it in any case."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        #: changes whenever anybody writes to the file
        self.version = version_of(file.fd)
        #: bytes of plain text
        self.size = file.size

    async def read(self, first: int, after: int) -> AsyncIterator[bytes]:
        """The bytes from `first` to before `after`. Unavailable `recording-damaged` where they are not what was stored."""
        while first < after:
            piece = await asyncio.to_thread(self._file.pread, min(BLOCK, after - first), first)
            if not piece:
                return
            yield piece
            first += len(piece)

    async def sha256(self) -> str:
        """Of all plain bytes, hexadecimal. Unavailable `recording-damaged` where they are not what was stored."""
        return await asyncio.to_thread(sha256_of, self._file)

    async def close(self) -> None:
        """Close the file."""
        await asyncio.to_thread(self._file.close)


async def open_stream(root: Path, path: str, keys: Keys = NO_KEYS) -> Stream:
    """Open a stored file by its row's path.

    Raises Unavailable: `recording-missing`, `recording-key-missing`, `recording-damaged`.
    """
    try:
        return Stream(await asyncio.to_thread(lambda: keys.open(open_below(root, path))))
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


def _missing() -> Unavailable:
    return Unavailable("the recording is not where it should be; run hotline1022 doctor", error_id="recording-missing")
