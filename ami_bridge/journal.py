"""Reads Asterisk's journal (CEL, one JSON object a line) from where it was left, across rotation and torn rows.

The position is (inode, offset): the caller stores it in the same transaction as what the lines became, so that a line is
neither lost nor counted twice. Refuses nothing: what is no row is handed on as `Torn`, to be reported.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: how each row begins: the first of the fields in asterisk-conf/hl1022/cel_custom.conf, as Asterisk writes its name.
#: No value can look like this: inside of one, quotation marks are escaped
ROW = b'{"eventenum":'
#: how long a renamed file must have stood still while it was watched: Asterisk may have opened it just before the rename
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
    """A piece that is no JSON object: a row cut by a crash or a full disk."""

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
        #: of the file renamed last: inode, size, and since when it is so (monotonic)
        self._still: tuple[int, int, float] = (0, 0, 0.0)

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
            settled = self._settled(previous)
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
        self.path.rename(self.path.with_name(f"{self.path.name}.{self._stamp()}"))
        for old in self._all_renamed()[: -self._keep]:
            old.unlink()
        return True

    def _stamp(self) -> int:
        """The renamed file's place in the order: the time, but after its predecessor's also when the clock was set back."""
        last = max((_number(path) for path in self._all_renamed()), default=0)
        return max(time.time_ns(), last + 1)

    def _settled(self, previous: Path) -> bool:
        """Whether nobody writes into a renamed file any more.

        Its own times do not tell: Asterisk may hold it open to write its first row for hours, and clocks are set. One
        that has a renamed successor was waited for when that one was begun.
        """
        if self._all_renamed()[-1] != previous:
            return True
        stat, now = previous.stat(), time.monotonic()
        if self._still[:2] != (stat.st_ino, stat.st_size):
            self._still = (stat.st_ino, stat.st_size, now)
        return now - self._still[2] > GRACE_SECONDS

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
        if end == 0 and (final or len(data) == CHUNK_BYTES):
            following = data.rfind(ROW, 1)
            end = following if following > 0 and not final else len(data)
        rows: list[dict[str, Any]] = []
        torn: list[Torn] = []
        for offset, line in _lines(data[:end], position.offset):
            for at, piece in _pieces(line):
                if isinstance(piece, dict):
                    rows.append(piece)
                else:
                    torn.append(Torn(inode=inode, offset=offset + at, text=piece[:200].decode("utf-8", "replace")))
        after = Position(inode=inode, offset=position.offset + end)
        return Batch(rows=tuple(rows), torn=tuple(torn), position=after)

    def _all_renamed(self) -> list[Path]:
        return sorted(self.path.parent.glob(self.path.name + ".*"))

    def _renamed(self, inode: int) -> Path | None:
        return next((p for p in self._all_renamed() if p.stat().st_ino == inode), None)

    def _oldest(self) -> Path | None:
        return next(iter([*self._all_renamed(), *([self.path] if self.path.exists() else [])]), None)


def _number(renamed: Path) -> int:
    last = renamed.name.rpartition(".")[2]
    return int(last) if last.isdecimal() else 0


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


def _pieces(line: bytes) -> Iterator[tuple[int, dict[str, Any] | bytes]]:
    """The rows of a line, each with its place, and what is none: one row, unless one before was cut.

    After a row that was cut, or lost its line feed alone, Asterisk goes on in the same line: the next row is whole.
    """
    row = _object(line)
    if row is not None:
        yield 0, row
        return
    at = 0
    while at < len(line):
        following = line.find(ROW, at + 1)
        piece = line[at:] if following < 0 else line[at:following]
        row, rest = _object(piece), b""
        if row is None and piece.startswith(ROW):  # another row may have been cut before it had its first field
            row, rest = _first_object(piece)
        if row is None:
            yield at, piece
        else:
            yield at, row
            if rest:
                yield at + len(piece) - len(rest), rest
        at += len(piece)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _first_object(piece: bytes) -> tuple[dict[str, Any] | None, bytes]:
    """The object that a piece begins with, and what follows it."""
    text = piece.decode("utf-8", "surrogateescape")
    try:
        row, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return None, piece
    return row, text[end:].encode("utf-8", "surrogateescape")
