"""Everything that is kept of one citizen, as one ZIP for that citizen: JSON, tables, a page to read, and audio where asked for.

Refuses to write over a file. Numbers of offices and of other people are left out.
"""

import asyncio
import csv
import html
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.acting import acting
from hotline1022.core.clock import local
from hotline1022.core.errors import Invalid, Unavailable
from hotline1022.db.unit import Database
from hotline1022.recordings.files import no_room, open_below
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.service.citizen import digits_of, forms_of

_BLOCK = 1 << 18
#: names of the parts, in the order of the page
TITLES = {
    "calls": "Cuộc gọi",
    "tickets": "Phiếu yêu cầu",
    "messages": "Tin nhắn đã gửi",
    "sms": "Tin nhắn đã nhận",
    "recordings": "Bản ghi âm",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    counts: Mapping[str, int]
    audio: int


async def collect(database: Database, number: str, *, audio: bool = False) -> dict[str, list[dict[str, Any]]]:
    """All rows, with the entry of the audit that they were given out; Invalid `number-invalid`. Times as texts."""
    async with database.reading() as tx:
        data = await tx.citizen_data.all(forms_of(digits_of(number)))
    act, counts = acting(), {name: len(rows) for name, rows in data.items()}
    async with database.transaction() as tx:
        tx.audit.add(
            Fact(
                at=datetime.now(UTC),
                kind=Kind.CITIZEN_EXPORTED,
                actor=act.actor if act else "service",
                origin=act.origin if act else "service",
                detail={"counts": counts, "audio": audio},
            )
        )
    return {name: [{key: _plain(value) for key, value in row.items()} for row in rows] for name, rows in data.items()}


async def export(
    database: Database, root: Path, number: str, to: Path, *, audio: bool, keys: Keys = NO_KEYS
) -> Exported:
    """Write the ZIP, and one entry of the audit, without the number. When it fails, no half of it stays.

    Invalid `file-exists`, `number-invalid`; Unavailable `disk-full`.
    """
    digits_of(number)
    fd = await asyncio.to_thread(_create, to)
    try:
        with os.fdopen(fd, "wb") as file:
            data = await collect(database, number, audio=audio)
            paths = [one["path"] for one in data["recordings"] if one["path"]] if audio else []
            await asyncio.to_thread(_write, file, data, paths, lambda path: _pieces(root, path, keys))
    except BaseException as error:
        _take_away(to)
        if isinstance(error, OSError) and no_room(error):
            text = f"the disk of {to.parent} is full; free some space and export again"
            raise Unavailable(text, error_id="disk-full") from error
        raise
    return Exported(counts={name: len(rows) for name, rows in data.items()}, audio=len(paths))


def _create(to: Path) -> int:
    """A new file that nobody else may read."""
    try:
        return os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise Invalid(f"{to} is there already; choose another name", error_id="file-exists") from None


def _take_away(half: Path) -> None:
    half.unlink(missing_ok=True)


def _write(
    file: BinaryIO,
    data: Mapping[str, Sequence[Mapping[str, Any]]],
    paths: Sequence[str],
    pieces: Callable[[str], Iterable[bytes]],
) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("du-lieu.json", json.dumps(data, ensure_ascii=False, indent=2))
        box.writestr("doc-truoc.html", _page(data))
        for name, rows in data.items():
            box.writestr(f"{name}.csv", _table(rows))
        for path in paths:
            with box.open(f"ghi-am/{path.rpartition('/')[2]}", "w", force_zip64=True) as out:
                for piece in pieces(path):
                    out.write(piece)
    file.flush()
    os.fsync(file.fileno())


def _pieces(root: Path, path: str, keys: Keys) -> Iterator[bytes]:
    """The plain bytes of a stored file: the one place where an export reads them."""
    with closing(keys.open(open_below(root, path))) as stored:
        at = 0
        while piece := stored.pread(_BLOCK, at):
            yield piece
            at += len(piece)


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return local(value).isoformat(timespec="seconds")
        case None | str() | int() | bool() | list() | dict():
            return value
    return str(value)


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
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "@", "\t") else value


def _page(data: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    parts = ["<!doctype html><html lang=vi><meta charset=utf-8><title>Dữ liệu cá nhân – 1022</title>"]
    parts.append("<style>body{font:16px sans-serif;margin:2em}td,th{padding:.3em .6em;text-align:left}</style>")
    parts.append("<h1>Dữ liệu cá nhân tại tổng đài 1022</h1>")
    for name, title in TITLES.items():
        rows = data[name]
        parts.append(f"<h2>{title} ({len(rows)})</h2>")
        if rows:
            head = "".join(f"<th>{html.escape(key)}</th>" for key in rows[0])
            body = "".join(
                "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row.values()) + "</tr>"
                for row in rows
            )
            parts.append(f"<table><tr>{head}</tr>{body}</table>")
    return "\n".join(parts)
