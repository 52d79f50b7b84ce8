"""The ZIP that a citizen gets: JSON, tables, a page to read, audio. Refuses a name that is taken, and to leave anything half made.

It is written under a hidden name beside its place, and has its own name only when it is whole and durable.
"""

import csv
import html
import io
import json
import os
import threading
import zipfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

from hotline1022.core.errors import Invalid, Unavailable
from hotline1022.core.sheets import harmless
from hotline1022.recordings.files import no_room
from hotline1022.recordings.types import StoredFile
from hotline1022.service.recordings.checked import Opener, checked, open_original
from hotline1022.service.recordings.zip_source import Sink
from hotline1022.web.page_words import words

#: the parts, in the order of the page
PARTS = ("calls", "tickets", "drafts", "messages", "sms", "recordings")
AUDIO, LEFT_OUT = "ghi-am", "ghi-am/khong-kem-theo.txt"
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def part_name(part: str) -> str:
    """What a part is called for people."""
    return words()(f"citizen-data.{part}")


class Stop:
    """Ends a writing that nobody waits for any more."""

    def __init__(self) -> None:
        self._set = threading.Event()

    def now(self) -> None:
        """The next piece is not written."""
        self._set.set()

    def look(self) -> None:
        """Raises when it is to end."""
        if self._set.is_set():
            raise Unavailable("the export was ended", error_id="export-ended")


def must_be_new(to: Path) -> None:
    """Invalid `file-exists` when something has that name."""
    if os.path.lexists(to):
        raise Invalid(f"{to} is there already; choose another name", error_id="file-exists")


def write_zip(
    to: Path,
    data: Rows,
    files: Sequence[StoredFile],
    left_out: Sequence[str],
    opened: Opener,
    stop: Stop,
) -> None:
    """Write it; every original is hashed on the way. Blocks.

    Changed: one has other bytes than its row says; Unavailable `export-unwritable`, `disk-full`; Invalid `file-exists`.
    """
    part = to.with_name(f".{to.name}.{token_hex(4)}.part")
    try:
        with _new(part) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as box:
            for _ in _filled(box, data, files, left_out, opened):
                stop.look()
        stop.look()
        _named(part, to)
    except OSError as error:
        if no_room(error):
            text = f"the disk of {to.parent} is full; free some space and export again"
            raise Unavailable(text, error_id="disk-full") from error
        text = f"{to} cannot be written ({error.strerror}); look at the disk, or choose another place"
        raise Unavailable(text, error_id="export-unwritable") from error
    finally:
        part.unlink(missing_ok=True)


def zip_pieces(
    data: Rows, files: Sequence[StoredFile], left_out: Sequence[str], opened: Opener
) -> Generator[bytes, None, None]:
    """The same ZIP in pieces, as it is made. Blocks. Changed: as above; then its table of contents has not come."""
    sink = Sink()
    box = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]  # closed when whole alone
    for _ in _filled(box, data, files, left_out, opened):
        if piece := sink.taken():
            yield piece
    box.close()
    yield sink.taken()


def _filled(
    box: zipfile.ZipFile, data: Rows, files: Sequence[StoredFile], left_out: Sequence[str], opened: Opener
) -> Iterator[None]:
    """Put all into the ZIP, step by step."""
    box.writestr("du-lieu.json", json.dumps(data, ensure_ascii=False, indent=2))
    box.writestr("doc-truoc.html", _page(data))
    for name, rows in data.items():
        box.writestr(f"{name}.csv", _table(rows))
        yield
    if left_out:
        box.writestr(LEFT_OUT, _told(left_out))
    for one in files:
        name = f"{AUDIO}/{one.path.rpartition('/')[2]}"
        original = open_original(one.path, opened)
        with closing(original), box.open(name, "w", force_zip64=True) as out:
            for piece in checked(one, original):
                yield
                out.write(piece)


@contextmanager
def _new(part: Path) -> Iterator[io.BufferedWriter]:
    """A new file that nobody else may read; durable at the end."""
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _named(part: Path, to: Path) -> None:
    try:
        os.link(part, to, follow_symlinks=False)
    except FileExistsError:
        must_be_new(to)
        raise
    except OSError:  # a disk without second names
        must_be_new(to)
        part.rename(to)
    folder = os.open(to.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _told(calls: Sequence[str]) -> str:
    lines = [part_name("left-out")]
    return "\n".join([*lines, *calls, ""])


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    text.write("\ufeff")
    if rows:
        out = csv.DictWriter(text, fieldnames=list(rows[0]))
        out.writeheader()
        # a cell that begins like a formula is one to a spreadsheet
        out.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    return harmless(value) if isinstance(value, str) else value


def _page(data: Rows) -> str:
    title = html.escape(part_name("title"))
    parts = [f"<!doctype html><html lang={words()('page.language')}><meta charset=utf-8><title>{title}</title>"]
    parts.append("<style>body{font:16px sans-serif;margin:2em}td,th{padding:.3em .6em;text-align:left}</style>")
    parts.append(f"<h1>{title}</h1>")
    for name in PARTS:
        rows = data[name]
        parts.append(f"<h2>{html.escape(part_name(name))} ({len(rows)})</h2>")
        if rows:
            head = "".join(f"<th>{html.escape(key)}</th>" for key in rows[0])
            body = "".join(
                "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row.values()) + "</tr>"
                for row in rows
            )
            parts.append(f"<table><tr>{head}</tr>{body}</table>")
    return "\n".join(parts)
