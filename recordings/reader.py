"""The one door to stored files: plain bytes at any place, whether the file is sealed or not. Never writes.

`PlainFile` and `seal.SealedFile` are `ports.Readable`: all that reads a recording takes one; `keys.Keys.open` makes them.
"""

import hashlib
import os
from collections.abc import Iterator

from hotline1022.recordings.ports import Readable
from hotline1022.recordings.seal import SealedFile

#: read at once
BLOCK = 1 << 18


class PlainFile:
    """A file that is stored as it is."""

    __slots__ = ("fd",)

    def __init__(self, fd: int) -> None:
        self.fd = fd

    @property
    def size(self) -> int:
        """Bytes, now."""
        return os.fstat(self.fd).st_size

    def pread(self, count: int, at: int) -> bytes:
        """Up to so many bytes from there on."""
        return os.pread(self.fd, count, at)

    def close(self) -> None:
        """Close the file."""
        os.close(self.fd)


OpenFile = PlainFile | SealedFile


def pieces(file: Readable, *, block: int = BLOCK) -> Iterator[bytes]:
    """All of it, in pieces."""
    at = 0
    while piece := file.pread(block, at):
        yield piece
        at += len(piece)


def sha256_of(file: Readable) -> str:
    """Of all its plain bytes, hexadecimal."""
    digest = hashlib.sha256()
    for piece in pieces(file):
        digest.update(piece)
    return digest.hexdigest()
