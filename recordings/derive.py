"""Copies for the browser, levelled copies, those of chosen speakers, map and peaks, as plain functions for another process. Never
changes an original.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypedDict

from hotline1022.core.errors import Unavailable
from hotline1022.recordings import marks, wav
from hotline1022.recordings.cache import Cache
from hotline1022.recordings.copies import Source, check_originals, fingerprint, opener, source_of, used_in
from hotline1022.recordings.ffmpeg import CURE, Ffmpeg, encode, missing
from hotline1022.recordings.layout import render, sides
from hotline1022.recordings.loudness import FILTER, TARGET_LUFS, Gains, gains
from hotline1022.recordings.names import derived_name
from hotline1022.recordings.ports import Readable
from hotline1022.recordings.speaker_survey import speaker_survey, survey_json
from hotline1022.recordings.speakers import chosen, speakers_of
from hotline1022.recordings.store import Archive
from hotline1022.recordings.survey import survey
from hotline1022.recordings.types import CallFacts, CopyKind, DerivedRow, TrackRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How ffmpeg makes one form."""

    #: encoder that the ffmpeg must have; "" = any has it
    encoder: str
    #: bytes a second at most, for the room on the disk
    rate: int
    #: of ffmpeg, with blanks between
    arguments: str


#: by form, which is also the file's ending. 16 kHz is the lowest rate of MP3 that every browser plays; no encoder mixes the
#: sides
RECIPES = {
    "wav": Recipe(encoder="", rate=32_000, arguments="-c:a pcm_s16le -f wav"),
    "mp3": Recipe(
        encoder="libmp3lame",
        rate=8_000,
        arguments="-c:a libmp3lame -ar 16000 -b:a 64k -joint_stereo 0 -id3v2_version 3 -f mp3",
    ),
    "opus": Recipe(
        encoder="libopus",
        rate=6_000,
        arguments="-c:a libopus -b:a 40k -application voip -compression_level 5 -apply_phase_inv 0 "
        "-serial_offset 1022 -f opus",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A copy that lies in the cache now."""

    row: DerivedRow
    path: Path
    #: it was made now
    made: bool
    #: what lay in the cache was not what was made once; "" = all is well
    fault: str = ""
    #: made again, it has other bytes than before: another processor made those
    differs: bool = False
    duration_ms: int = 0
    #: ids of the originals that are heard in it
    tracks: tuple[str, ...] = ()


#: kinds that are no sound
_DRAWN = frozenset({CopyKind.SURVEY, CopyKind.SPEAKERS})


def needs_ffmpeg(kind: CopyKind) -> bool:
    """Whether ffmpeg makes it; of originals of another PBX it decodes each kind."""
    return kind not in _DRAWN and kind is not CopyKind.WAV


def derive(
    spool: Path,
    root: Path,
    cache: Cache,
    ffmpeg: Ffmpeg | None,
    facts: CallFacts,
    rows: Sequence[TrackRow],
    kind: CopyKind,
    known: DerivedRow | None,
    speakers: str = "",
) -> Derived:
    """The copy of that kind, from the cache if its bytes are those that were made, else made now from the originals.

    `speakers`: of these alone (speakers.choice); a WAV is of some, the one of all is copies.make_copy's. With the cache's keys, which are
    the originals' too. Raises what `copies.source_of`, `check_originals`, `opener` and `speakers.chosen` raise, Unavailable
    `ffmpeg-encoder`, `disk-full`, `recording-key-none`.
    """
    source = source_of(facts, rows)
    if speakers:
        source = _narrowed(source, speakers)
    tool = _tool(ffmpeg, kind).version if needs_ffmpeg(kind) else ""
    letters = fingerprint(source.layout, source.rows, kind.value, tool, *((speakers,) if speakers else ()))
    name = derived_name(facts.call, kind, letters, _ending(kind))
    expected = known.sha256 if known is not None and known.name == name else ""
    fault, path = "", cache.folder / name
    about = _About(duration_ms=source.layout.duration_ms, tracks=tuple(row.id for row in source.rows))
    if known is not None and expected and (there := cache.look(name)) is not None:
        if there.sha256 == expected:
            return Derived(row=known, path=path, made=False, **about)
        fault = f"{name} in the cache had other bytes than were made"
    with Archive(spool, root, keys=cache.keys) as archive:
        folder = archive.folder(facts.call)
        check_originals(folder, facts.call, source.rows)
        open_file = opener(folder, facts.call, ffmpeg)
        with cache.making(name, _size(source, kind)) as target:
            _make(target, ffmpeg, source, facts, kind, open_file, speakers)
    made = cache.look(name)
    if made is None:
        text = f"{name} was taken away while it was made; ask again"
        raise Unavailable(text, error_id="recording-missing")
    row = DerivedRow(call=facts.call, kind=kind, name=name, sha256=made.sha256, bytes=made.bytes, speakers=speakers)
    differs = bool(expected) and made.sha256 != expected
    return Derived(row=row, path=path, made=True, fault=fault, differs=differs, **about)


class _About(TypedDict):
    duration_ms: int
    tracks: tuple[str, ...]


def _narrowed(source: Source, speakers: str) -> Source:
    """The same of some speakers alone."""
    layout = chosen(source.layout, speakers.split())
    return replace(source, layout=layout, rows=used_in(layout, source.rows))


def _ending(kind: CopyKind) -> str:
    return "json" if kind in _DRAWN else kind.form


def _size(source: Source, kind: CopyKind) -> int:
    rate = 100 if kind in _DRAWN else RECIPES[kind.form].rate
    return 200_000 + source.layout.duration_ms * rate // 1000


def _tool(ffmpeg: Ffmpeg | None, kind: CopyKind) -> Ffmpeg:
    recipe = RECIPES[kind.form]
    if ffmpeg is None:
        raise missing(f"a copy as {kind.value}")
    if recipe.encoder and recipe.encoder not in ffmpeg.encoders:
        text = f"this ffmpeg ({ffmpeg.version}) cannot encode {kind.form} ({recipe.encoder}); {CURE}"
        raise Unavailable(text, error_id="ffmpeg-encoder")
    return ffmpeg


def _make(
    target: Path,
    ffmpeg: Ffmpeg | None,
    source: Source,
    facts: CallFacts,
    kind: CopyKind,
    open_file: Callable[[str], Readable],
    speakers: str,
) -> None:
    about: dict[str, object] = {"copy": marks.title(facts.call), "originals": marks.originals(source.rows)}
    if kind is CopyKind.SURVEY:
        text = json.dumps(about | asdict(survey(source.layout, open_file)), ensure_ascii=False, separators=(",", ":"))
        target.write_text(text, encoding="utf-8")
        return
    if kind is CopyKind.SPEAKERS:
        found = speaker_survey(source.layout, speakers_of(source.layout, source.rows), open_file)
        target.write_text(survey_json(about, found), encoding="utf-8")
        return
    only = (marks.only(speakers),) if speakers else ()
    if kind is CopyKind.WAV:
        said = wav.marks(marks.title(facts.call), marks.comment(source.rows, *only))
        with target.open("wb") as file:
            file.writelines(render(source.layout, open_file, marks=said))
        return
    from hotline1022.recordings.door import stereo  # pydub takes 50 ms to load: only where it is needed

    tool = _tool(ffmpeg, kind)
    louder = gains(tool, source.layout, source.rows, open_file) if kind.levelled else None
    width = wav.WIDTH if louder is None else 2 * wav.WIDTH
    encode(
        tool,
        (stereo(*both, width=width) for both in sides(source.layout, open_file, louder.factors if louder else None)),
        target,
        wide=louder is not None,
        arguments=(*(("-af", FILTER) if louder else ()), *RECIPES[kind.form].arguments.split()),
        marks={
            "title": marks.title(facts.call),
            "comment": marks.comment(source.rows, *only, *_notes(louder)),
        },
    )


def _notes(louder: Gains | None) -> tuple[str, ...]:
    if louder is None:
        return ()
    return (f"Âm lượng từng người đã chỉnh về {TARGET_LUFS:.0f} LUFS (EBU R 128):", *louder.lines)
