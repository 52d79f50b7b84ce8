"""Listening copies and waveforms, as plain functions for another process. Everything here can be made again from originals."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.core.ids import CallId
from hotline1022.recordings import wav
from hotline1022.recordings.files import open_below
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.layout import Layout, plan, render
from hotline1022.recordings.names import copy_name, is_copy, repaired_name
from hotline1022.recordings.reader import OpenFile
from hotline1022.recordings.store import Archive
from hotline1022.recordings.types import CallFacts, CopyRow, TrackRow

#: a copy would be 1.4 GB then; a call that seems so long had its clock set, or was forgotten
LONGEST_MS = 12 * 3_600_000


def fingerprint(layout: Layout, rows: Sequence[TrackRow]) -> str:
    """Twelve letters that change when the copy would: from the originals' hashes and their places."""
    digest = hashlib.sha256(repr((layout.left, layout.right, layout.frames)).encode())
    for row in sorted(rows, key=lambda row: row.id):
        digest.update(f"{row.id} {row.sha256}\n".encode())
    return digest.hexdigest()[:12]


def make_copy(
    spool: Path,
    root: Path,
    facts: CallFacts,
    rows: Sequence[TrackRow],
    known: CopyRow | None,
    *,
    keys: Keys = NO_KEYS,
) -> CopyRow:
    """The listening copy of a call: the known one if it still is what would be made, else made now.

    Raises NotFound "recording-none" when no original has audio, Refused "recording-too-long", Unavailable "disk-full",
    "recording-key-missing", "recording-damaged".
    """
    layout = plan(facts, rows)
    if not layout.left and not layout.right:
        raise NotFound(f"call {facts.call} has no audio to listen to", error_id="recording-none")
    if layout.duration_ms > LONGEST_MS:
        hours = layout.duration_ms / 3_600_000
        text = f"the listening copy of call {facts.call} would be {hours:.1f} hours long; listen to its tracks"
        raise Refused(text, error_id="recording-too-long")
    name = copy_name(facts.call, fingerprint(layout, rows))
    digest = hashlib.sha256()

    with Archive(spool, root, keys=keys) as archive:
        folder = archive.folder(facts.call)
        if known is not None and known.path == f"{folder.relative}/{name}" and name in folder.names():
            return known

        def original(path: str) -> OpenFile:
            where, _, file = path.rpartition("/")
            if where != folder.relative:
                raise Refused(f"{path} is not in the folder of call {facts.call}", error_id="recording-path")
            return folder.open(file)

        def hashed() -> Iterator[bytes]:
            for piece in render(layout, original):
                digest.update(piece)
                yield piece

        archive.need(wav.HEADER + layout.frames * wav.WIDTH * 2)
        folder.write(name, hashed())
        for other in folder.names():
            if other != name and is_copy(facts.call, other):
                with suppress(FileNotFoundError):
                    os.unlink(other, dir_fd=folder.fd)
        archive.settle([folder])
        return CopyRow(
            call=facts.call,
            path=f"{folder.relative}/{name}",
            sha256=digest.hexdigest(),
            duration_ms=layout.duration_ms,
            notes=layout.notes,
        )


def make_copies(
    spool: Path, root: Path, jobs: Sequence[tuple[CallFacts, Sequence[TrackRow]]], *, keys: Keys = NO_KEYS
) -> tuple[list[CopyRow], dict[CallId, str]]:
    """The copies of many calls, and what went wrong with the others, whatever it was; without audio a call is in neither."""
    made: list[CopyRow] = []
    failed: dict[CallId, str] = {}
    for facts, rows in jobs:
        try:
            made.append(make_copy(spool, root, facts, rows, None, keys=keys))
        except NotFound:
            continue  # nothing in it to listen to: its rows say why
        except Exception as error:  # noqa: BLE001 -- one strange call must not cost the others their copies
            failed[facts.call] = said(error)
    return made, failed


def said(error: Exception) -> str:
    """Its message; with its kind where it was not expected."""
    return str(error) if isinstance(error, HotlineError | OSError) else f"{type(error).__name__}: {error}"


def waveform(root: Path, path: str, *, points: int = 600, keys: Keys = NO_KEYS) -> tuple[int, ...]:
    """The largest sample (0..32768) of each of `points` equal stretches of a stored mono file, for drawing."""
    from hotline1022.recordings.door import peak  # pydub takes 50 ms to load: only where it is needed

    if points < 1:
        raise ValueError("a waveform needs at least one point")
    file = keys.open(open_below(root, path))
    try:
        facts = wav.inspect_file(file)
        step = max(1, -(-facts.frames // points)) * wav.WIDTH
        return tuple(peak(piece) for piece in wav.audio(file, facts, block=step))
    finally:
        file.close()


def playable(root: Path, path: str) -> str:
    """The path an ordinary player can be given: the repaired copy of an original where there is one."""
    again = repaired_name(path)
    try:
        os.close(open_below(root, again))
    except FileNotFoundError:
        return path
    return again
