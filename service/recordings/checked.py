"""The plain bytes of an original, hashed while they are given out. Refuses, at their end, what has other bytes than its row says."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from hotline1022.core.errors import Invalid, Refused, Unavailable
from hotline1022.recordings.files import open_below
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.reader import OpenFile, pieces
from hotline1022.recordings.types import StoredFile

#: opens a stored file by its row's path
Opener = Callable[[str], OpenFile]


class Changed(Refused):
    """An original has other bytes than its row says, or is not there."""

    error_id = "recording-damaged"

    def __init__(self, path: str) -> None:
        text = f"{path} changed while it was exported; nothing whole was given out, run hotline1022 evidence verify"
        super().__init__(text)
        self.path = path


def opener(root: Path, keys: Keys) -> Opener:
    """Opens originals below this folder."""
    return lambda path: keys.open(open_below(root, path))


def open_original(path: str, opened: Opener) -> OpenFile:
    """The file, which the caller closes. Changed: it is not there, or something else is. Blocks."""
    try:
        return opened(path)
    except (FileNotFoundError, Refused, Invalid) as error:
        raise Changed(path) from error
    except Unavailable as error:
        raise _broken_seal(error, path) from error


def checked(one: StoredFile, file: OpenFile) -> Iterator[bytes]:
    """All its bytes, in pieces. Changed, after the last one, when they are not those of its row. Blocks."""
    digest = hashlib.sha256()
    try:
        for piece in pieces(file):
            digest.update(piece)
            yield piece
    except Unavailable as error:
        raise _broken_seal(error, one.path) from error
    if digest.hexdigest() != one.sha256:
        raise Changed(one.path)


def _broken_seal(error: Unavailable, path: str) -> Refused | Unavailable:
    return Changed(path) if error.error_id == "recording-damaged" else error
