"""Writes a package in another process: what goes in is told by plain values. Refuses originals that are not what was stored."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from hotline1022.audit.stamps import fingerprint, pem_of
from hotline1022.core.errors import HotlineError
from hotline1022.evidence import package
from hotline1022.evidence.package import Changed, Member, Signing, Written
from hotline1022.evidence.timeline import Page, pdf
from hotline1022.evidence.types import Part
from hotline1022.recordings import wav
from hotline1022.recordings.copies import opener
from hotline1022.recordings.cut import TrackPart, stereo_excerpt, track_excerpt, tracks_in
from hotline1022.recordings.ffmpeg import Ffmpeg
from hotline1022.recordings.files import open_below
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.layout import path_of
from hotline1022.recordings.ports import Readable
from hotline1022.recordings.reader import pieces, sha256_of
from hotline1022.recordings.store import Archive
from hotline1022.recordings.types import CallFacts, StoredFile, TrackRow
from hotline1022.service.evidence.stamp_key import ensure_key


class CopyChanged(Exception):
    """A copy is not what was made; its originals may be whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """A file that is there already."""

    name: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A stored file as it is, in this folder of the package."""

    folder: str
    kind: str
    file: StoredFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A document that is to be printed."""

    name: str
    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A part of a call, cut from its originals."""

    #: of the package
    folder: str
    facts: CallFacts
    rows: tuple[TrackRow, ...]
    part: Part
    ffmpeg: Ffmpeg | None
    #: of the WAVs: title, and comment
    marks: tuple[str, str]


Source = Data | Stored | Printed | Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A package that is to be written."""

    path: Path
    at: datetime
    about: dict[str, object]
    sources: tuple[Source, ...]
    spool: Path
    root: Path
    #: of stored files
    keys: Keys
    #: folder of the key that signs
    signing: Path


def signing_of(folder: Path) -> Signing:
    """The key of the stamps, which signs packages too. Blocks; ConfigError."""
    private = ensure_key(folder)
    public = private.public_key()
    return Signing(sign=private.sign, pem=pem_of(public), fingerprint=fingerprint(public))


def write_package(job: Job) -> Written:
    """Write it. Blocks; package.Changed, OSError, and what `copies.opener` raises: nothing stands under its name."""
    return package.write(job.path, _members(job), job.about, job.at, signing_of(job.signing))


def left_half(path: Path) -> None:
    """Take away what a killed worker left of a package. Blocks."""
    package.part_of(path).unlink(missing_ok=True)


def _members(job: Job) -> Iterator[Member]:
    for one in job.sources:
        match one:
            case Data():
                yield Member(name=one.name, kind=one.kind, pieces=[one.data])
            case Stored():
                name = f"{one.folder}/{PurePosixPath(one.file.path).name}"
                some = _pieces(job, one.file.path) if one.kind == "original" else _copied(job, one.file)
                yield Member(name=name, kind=one.kind, pieces=some, sha256=one.file.sha256)
            case Printed():
                yield Member(name=one.name, kind="timeline", pieces=[pdf(one.page, job.at)])
            case Excerpt():
                yield from _excerpt(job, one)


def _pieces(job: Job, path: str) -> Iterator[bytes]:
    with closing(job.keys.open(open_below(job.root, path))) as file:
        yield from pieces(file)


def _copied(job: Job, file: StoredFile) -> Iterator[bytes]:
    """A copy that was looked at before the job began. CopyChanged."""
    name, digest = PurePosixPath(file.path).name, hashlib.sha256()
    try:
        for piece in _pieces(job, file.path):
            digest.update(piece)
            yield piece
    except (HotlineError, OSError) as error:
        raise CopyChanged(f"the copy {name} could not be read ({error})") from error
    if digest.hexdigest() != file.sha256:
        raise CopyChanged(f"the copy {name} changed")


def _excerpt(job: Job, one: Excerpt) -> Iterator[Member]:
    """Its tracks, each right after its whole original was looked at, and the stereo copy."""
    marks = wav.marks(*one.marks)
    call = one.facts.call
    with Archive(job.spool, job.root, keys=job.keys) as archive:
        opened = opener(archive.folder(call), call, one.ffmpeg)
        found = tracks_in(one.facts, one.rows, one.part)
        for track in found:
            _check(job, track.row)
            for path, name in _files(track.row):
                cut = track_excerpt(track, _opening(opened, path), marks)
                yield Member(name=f"{one.folder}/{name}", kind="excerpt", pieces=cut)
        stereo = stereo_excerpt(one.facts, one.rows, one.part, opened, marks)
        yield Member(name=f"{one.folder}/{stereo_name(call)}", kind="excerpt-copy", pieces=stereo)


def _opening(opened: Callable[[str], Readable], path: str) -> Callable[[], Readable]:
    return lambda: opened(path)


def _check(job: Job, row: TrackRow) -> None:
    with closing(job.keys.open(open_below(job.root, row.path))) as file:
        if sha256_of(file) != row.sha256:
            raise Changed(f"{row.id} is not what was stored")


def _files(row: TrackRow) -> Sequence[tuple[str, str]]:
    """Paths as `opener` takes them and the names of what is cut from them: one of another PBX has a file a channel."""
    paths = dict.fromkeys(row.foreign.paths(row.path)) if row.foreign is not None else (row.path,)
    return [(path, excerpt_name(row.id, path_of(path)[1])) for path in paths]


def excerpt_names(one: TrackPart) -> list[str]:
    """The files of an excerpt that are cut from one original."""
    return [name for _, name in _files(one.row)]


def excerpt_name(row: str, channel: int | None = None) -> str:
    """What is cut from an original says so in its name."""
    return f"{row}~trich-doan{'' if channel is None else f'-kenh{channel}'}.wav"


def stereo_name(call: str) -> str:
    """The same of the stereo copy."""
    return f"{call}~ban-sao-trich-doan.wav"
