"""What every copy says of itself: that it is one, of which call, and of which originals. Pure."""

import hashlib
from collections.abc import Iterable, Sequence

from hotline1022.core.ids import CallId
from hotline1022.recordings.types import TrackRow

#: stands in every copy, in the words that the office reads
COPY = "Bản sao, không phải bản gốc"
EXCERPT = "Trích đoạn, không phải bản gốc"
#: originals that are named one by one; of more, the hash of their list is named
_NAMED = 24


def title(call: CallId) -> str:
    """One line."""
    return f"{COPY} - cuộc gọi {call}"


def originals(rows: Iterable[TrackRow]) -> tuple[str, ...]:
    """`SHA-256  id` of each original, by id."""
    return tuple(f"{row.sha256}  {row.id}" for row in sorted(rows, key=lambda row: row.id))


def comment(rows: Sequence[TrackRow], *notes: str) -> str:
    """What it was made from; `notes` are further lines."""
    return "\n".join((f"{COPY}. Làm lại được từ các bản gốc (SHA-256, tên):", *_named(rows), *notes))


def only(speakers: str) -> str:
    """Who is heard in a copy of some speakers alone."""
    return f"Chỉ có tiếng của: {speakers}"


def excerpt(call: CallId, rows: Sequence[TrackRow], *notes: str) -> tuple[str, str]:
    """Title and comment of an excerpt; `notes` say which part it is and what is bleeped."""
    lines = (f"{EXCERPT}.", *notes, "Cắt từ các bản gốc (SHA-256, tên):", *_named(rows))
    return f"{EXCERPT} - cuộc gọi {call}", "\n".join(lines)


def _named(rows: Sequence[TrackRow]) -> tuple[str, ...]:
    lines = originals(rows)
    if len(lines) > _NAMED:
        whole = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
        return (f"{whole}  ({len(lines)} bản gốc: SHA-256 của danh sách)",)
    return lines
