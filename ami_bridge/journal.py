"""Reads Asterisk's journal (CEL, one JSON object a line) from where it was left, across rotation and a torn last line.

The position is (inode, offset): the caller stores it in the same transaction as what the lines became, so that a line is
neither lost nor counted twice. Refuses nothing: a line that is no JSON is handed on as `Torn`, to be reported.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: how long a renamed file is still watched: Asterisk may have opened it just before the rename
GRACE_SECONDS = 2.0
#: most bytes taken at once: bounds memory and the length of a transaction
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far the journal was read."""

    inode: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Torn:
    """A piece that is no JSON object: a line cut by a crash or a full disk."""

    inode: int
    offset: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What was read: rows in order, pieces that were torn, and the position after them."""

    rows: tuple[dict[str, Any], ...]
    torn: tuple[Torn, ...]
    position: Position

    @property
    def empty(self) -> bool:
        """Nothing new, not even a position."""
        return not self.rows and not self.torn


class Journal:
    """The journal file and its renamed predecessors in one folder."""

    def __init__(self, path: Path, *, keep: int = 8, rotate_bytes: int = 64 * 1024 * 1024) -> None:
        self.path = path
        self._keep = keep
        self._rotate_bytes = rotate_bytes

    def read(self, position: Position) -> Batch:
        """All whole lines after `position`, at most CHUNK_BYTES; call again until the batch is empty."""
        current = _stat(self.path)
        if position.inode == 0:
            oldest = self._oldest()
            return (
                self._take(oldest, Position(inode=oldest.stat().st_ino), final=False) if oldest else _nothing(position)
            )
        if current is not None and current.st_ino == position.inode:
            return self._take(self.path, _within(position, current.st_size), final=False)
        previous = self._renamed(position.inode)
        if previous is not None:
            settled = time.time() - previous.stat().st_mtime > GRACE_SECONDS
            batch = self._take(previous, position, final=settled)
            if not batch.empty or not settled:
                return batch
        return self._advance(position, previous)

    def rotate(self, position: Position) -> bool:
        """Rename a file that is large and fully read, and drop the oldest renamed ones; True when renamed."""
        current = _stat(self.path)
        if current is None or current.st_ino != position.inode or current.st_size < self._rotate_bytes:
            return False
        if position.offset < current.st_size:
            return False
        self.path.rename(self.path.with_name(f"{self.path.name}.{time.time_ns()}"))
        for old in self._all_renamed()[: -self._keep]:
            old.unlink()
        return True

    def _advance(self, position: Position, previous: Path | None) -> Batch:
        """Go on with the file that came after the one which is read to its end (or is gone)."""
        later = [p for p in self._all_renamed() if previous is None or p.name > previous.name]
        following = later[0] if later else self.path
        stat = _stat(following)
        if stat is None or stat.st_ino == position.inode:
            return _nothing(position)
        return self._take(following, Position(inode=stat.st_ino), final=False)

    def _take(self, path: Path, position: Position, *, final: bool) -> Batch:
        with path.open("rb") as file:
            inode = os.fstat(file.fileno()).st_ino
            file.seek(position.offset)
            data = file.read(CHUNK_BYTES)
        end = data.rfind(b"\n") + 1
        if end == 0 and (final or len(data) == CHUNK_BYTES) and data:
            end = len(data)
        rows: list[dict[str, Any]] = []
        torn: list[Torn] = []
        for offset, line in _lines(data[:end], position.offset):
            row = _object(line)
            if row is None:
                torn.append(Torn(inode=inode, offset=offset, text=line[:200].decode("utf-8", "replace")))
            else:
                rows.append(row)
        after = Position(inode=inode, offset=position.offset + end)
        return Batch(rows=tuple(rows), torn=tuple(torn), position=after)

    def _all_renamed(self) -> list[Path]:
        return sorted(self.path.parent.glob(self.path.name + ".*"))

    def _renamed(self, inode: int) -> Path | None:
        return next((p for p in self._all_renamed() if p.stat().st_ino == inode), None)

    def _oldest(self) -> Path | None:
        return next(iter([*self._all_renamed(), *([self.path] if self.path.exists() else [])]), None)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _nothing(position: Position) -> Batch:
    return Batch(rows=(), torn=(), position=position)


def _within(position: Position, size: int) -> Position:
    """A file that became shorter was emptied by somebody: read it from its start; facts are idempotent."""
    return position if position.offset <= size else Position(inode=position.inode)


def _lines(data: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    offset = start
    for line in data.split(b"\n"):
        if line.strip():
            yield offset, line
        offset += len(line) + 1


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None
