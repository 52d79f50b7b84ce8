"""Listening copies, as plain functions for another process. Everything here can be made again from originals."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.core.ids import CallId
from hotline1022.recordings import marks, wav
from hotline1022.recordings.ffmpeg import Ffmpeg
from hotline1022.recordings.files import open_below
from hotline1022.recordings.foreign import decoded, form_of
from hotline1022.recordings.keys import NO_KEYS, KeyMissing, Keys
from hotline1022.recordings.layout import Layout, path_of, plan, render
from hotline1022.recordings.names import copy_name, is_copy, repaired_name
from hotline1022.recordings.reader import OpenFile, sha256_of
from hotline1022.recordings.store import Archive, Folder
from hotline1022.recordings.types import CallFacts, CopyRow, TrackRow

#: a copy would be 1.4 GB then; a call that seems so long had its clock set, or was forgotten
LONGEST_MS = 12 * 3_600_000
#: counts up when the same originals would give other bytes than before
RECIPE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What copies of a call are made from."""

    layout: Layout
    #: the originals that are heard in it
    rows: tuple[TrackRow, ...]
    #: changes when a copy would
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stereo:
    """A listening copy that lies beside its originals now."""

    row: CopyRow
    #: it was made now
    made: bool
    #: what was wrong with the file in whose place it was made; "" = nothing
    fault: str = ""


def source_of(facts: CallFacts, rows: Sequence[TrackRow]) -> Source:
    """The lay-out of a call. NotFound "recording-none" without audio, Refused "recording-too-long"."""
    layout = plan(facts, rows)
    if not layout.left and not layout.right:
        raise NotFound(f"call {facts.call} has no audio to listen to", error_id="recording-none")
    if layout.duration_ms > LONGEST_MS:
        hours = layout.duration_ms / 3_600_000
        text = f"the listening copy of call {facts.call} would be {hours:.1f} hours long; listen to its tracks"
        raise Refused(text, error_id="recording-too-long")
    return Source(layout=layout, rows=used_in(layout, rows), fingerprint=fingerprint(layout, rows))


def used_in(layout: Layout, rows: Sequence[TrackRow]) -> tuple[TrackRow, ...]:
    """The originals that are heard in a lay-out, by id."""
    used = {path_of(piece.path)[0] for piece in (*layout.left, *layout.right)}
    return tuple(sorted((row for row in rows if row.path in used), key=lambda row: row.id))


def fingerprint(layout: Layout, rows: Sequence[TrackRow], *more: str) -> str:
    """Twelve letters that change when the copy would: from the originals' hashes and their places, and `more`."""
    digest = hashlib.sha256(repr((RECIPE, layout.left, layout.right, layout.frames, *more)).encode())
    for row in sorted(rows, key=lambda row: row.id):
        digest.update(f"{row.id} {row.sha256}\n".encode())
    return digest.hexdigest()[:12]


def opener(folder: Folder, call: CallId, ffmpeg: Ffmpeg | None = None) -> Callable[[str], OpenFile]:
    """Opens originals of the call by the paths of their pieces; Refused for any other path.

    One of another PBX is decoded first: Unavailable `ffmpeg-missing`, `ffmpeg-failed`. One that is sealed:
    `recording-key-missing`, `recording-damaged`.
    """

    def original(path: str) -> OpenFile:
        name, channel = path_of(path)
        stored = _open(folder, call, name)
        if channel is None:
            return stored
        with closing(stored):
            return decoded(stored, ffmpeg, form_of(name), channel)

    return original


def _open(folder: Folder, call: CallId, path: str) -> OpenFile:
    where, _, name = path.rpartition("/")
    if where != folder.relative:
        raise Refused(f"{path} is not in the folder of call {call}", error_id="recording-path")
    return folder.open(name)


def check_originals(folder: Folder, call: CallId, rows: Sequence[TrackRow]) -> None:
    """Hash the originals that a copy is made from, right before it is. Refused `recording-damaged`, and what `opener` raises.

    A copy is vouched for from then on: it must not be of bytes that lay there for a moment.
    """
    for row in rows:
        with closing(_open(folder, call, row.path)) as stored:
            if sha256_of(stored) != row.sha256:
                text = f"an original of call {call} is not what was stored; run hotline1022 evidence verify"
                raise Refused(text, error_id="recording-damaged")


def make_copy(
    spool: Path,
    root: Path,
    facts: CallFacts,
    rows: Sequence[TrackRow],
    known: CopyRow | None,
    ffmpeg: Ffmpeg | None = None,
    *,
    keys: Keys = NO_KEYS,
) -> Stereo:
    """The listening copy of a call: the known one if it is what would be made, to the last byte, else made now.

    `known`: what was made, as the chain tells. Raises what `source_of`, `check_originals` and `opener` raise, and Unavailable
    "disk-full", "recording-key-none".
    """
    source = source_of(facts, rows)
    layout = source.layout
    name = copy_name(facts.call, source.fingerprint)
    digest = hashlib.sha256()

    with Archive(spool, root, keys=keys) as archive:
        folder = archive.folder(facts.call)
        fault = ""
        if known is not None and known.path == f"{folder.relative}/{name}":
            whole, fault = _look(folder, name, known.sha256)
            if whole:
                return Stereo(row=known, made=False)
        check_originals(folder, facts.call, source.rows)
        said = wav.marks(marks.title(facts.call), marks.comment(source.rows))

        def hashed() -> Iterator[bytes]:
            for piece in render(layout, opener(folder, facts.call, ffmpeg), marks=said):
                digest.update(piece)
                yield piece

        archive.need(wav.HEADER + layout.frames * wav.WIDTH * 2)
        folder.write(name, hashed())
        archive.settle([folder])
        row = CopyRow(
            call=facts.call,
            path=f"{folder.relative}/{name}",
            sha256=digest.hexdigest(),
            duration_ms=layout.duration_ms,
            notes=layout.notes,
        )
        return Stereo(row=row, made=True, fault=fault)


def drop_others(spool: Path, root: Path, call: CallId, keep: str) -> None:
    """Take away all listening copies of a call but the one of this name: once its row is written, never before."""
    with Archive(spool, root) as archive:
        folder = archive.folder(call)
        for other in folder.names():
            if other != keep and is_copy(call, other):
                with suppress(FileNotFoundError):
                    os.unlink(other, dir_fd=folder.fd)


def _look(folder: Folder, name: str, sha256: str) -> tuple[bool, str]:
    """Whether a copy is what was made; if not, what is wrong with it: "" where it is only gone, or its key is."""
    try:
        with closing(folder.open(name)) as file:
            if sha256_of(file) == sha256:
                return True, ""
    except (FileNotFoundError, KeyMissing):
        return False, ""
    except (HotlineError, OSError) as error:
        return False, f"{name} could not be read ({said(error)})"
    return False, f"{name} had other bytes than were made"


def said(error: Exception) -> str:
    """Its message; with its kind where it was not expected."""
    return str(error) if isinstance(error, HotlineError | OSError) else f"{type(error).__name__}: {error}"


def playable(root: Path, path: str) -> str:
    """The path an ordinary player can be given: the repaired copy of an original where there is one."""
    again = repaired_name(path)
    try:
        os.close(open_below(root, again))
    except FileNotFoundError:
        return path
    return again
