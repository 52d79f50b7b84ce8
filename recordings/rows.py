"""From what was found in a call's folder and what the log says of the call to the rows of the database. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hotline1022.recordings import wav
from hotline1022.recordings.compare import TOLERANCE_MS, Heard, Judgement, judge
from hotline1022.recordings.levels import Levels
from hotline1022.recordings.names import from_ms, parse_name, row_id, stem, to_ms
from hotline1022.recordings.types import (
    CallFacts,
    FiledCall,
    Leg,
    Reason,
    Side,
    SpoolFile,
    Status,
    TrackRow,
    VoicemailRow,
    Why,
)

_SAID_OF_HEADER: Mapping[wav.Condition, str] = {
    wav.Condition.LENGTH_ZERO: "the header said 0: the recorder was killed",
    wav.Condition.LENGTH_WRONG: "the header gave another length than the file has",
    wav.Condition.TRUNCATED: "the header promised more audio than there is",
    wav.Condition.ODD_BYTE: "half a sample at the end was left out of the copy",
    wav.Condition.HEADER_BLANK: "the header was blank; the format is assumed",
    wav.Condition.HEADER_TORN: "there is less than a header",
    wav.Condition.FOREIGN: "it is not a WAV",
    wav.Condition.OTHER_FORMAT: "it is not 8 kHz, mono, 16 bit",
    wav.Condition.EMPTY: "closed without audio: neither side sent any",
    wav.Condition.NEVER_WRITTEN: "never closed, without audio",
    wav.Condition.NO_BYTES: "not a single byte",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One file as it was found and measured, in its call's folder."""

    file: SpoolFile
    #: relative to the recordings folder
    path: str
    facts: wav.WavFacts
    sha256: str
    levels: Levels | None
    #: the repaired copy beside it: path and SHA-256
    copy: tuple[str, str] | None = None


def status_of(facts: wav.WavFacts) -> Status:
    """The word for a file's condition."""
    if facts.torn:
        return Status.TORN
    if not facts.readable:
        return Status.EMPTY
    return Status.REPAIRED if facts.needs_repair else Status.STORED


def call_rows(call: CallFacts, found: Sequence[Found]) -> FiledCall:
    """All rows of a call: of the files that are there, and of those that should be."""
    there = {row_id(one.file): one for one in found if not one.file.voicemail}
    expected = (*_expected(call), *_siblings([one.file for one in there.values()]))
    absent = {row_id(file): file for file in expected if row_id(file) not in there}
    bare, unrecorded = _unrecorded(call, [*(one.file for one in there.values()), *absent.values()])
    absent.update((row_id(file), file) for file in bare)
    heard = [_heard(name, one.file, one) for name, one in there.items()]
    heard += [_heard(name, file, None) for name, file in absent.items()]
    verdicts = judge(call, heard)
    tracks = [_track(name, one.file, one, verdicts[name]) for name, one in there.items()]
    tracks += [_track(name, file, None, verdicts[name]) for name, file in absent.items()]
    messages, notes = _voicemails(call, [one for one in found if one.file.voicemail])
    return FiledCall(
        call=call.call,
        tracks=tuple(sorted(tracks, key=lambda row: row.id)),
        voicemails=messages,
        reasons=(*unrecorded, *notes),
    )


def _expected(call: CallFacts) -> Iterator[SpoolFile]:
    """The files that the dialplan said it was starting."""
    for track in call.tracks:
        for side in Side:
            file = parse_name(f"{track.file}-{side.value}.wav")
            if file is not None and file.call == call.call:
                yield file


def _siblings(files: Sequence[SpoolFile]) -> Iterator[SpoolFile]:
    """The recorder always makes both sides: where one is, the other should be."""
    for file in files:
        for side in Side:
            yield replace(file, side=side)


def _unrecorded(call: CallFacts, known: Sequence[SpoolFile]) -> tuple[list[SpoolFile], list[Reason]]:
    """Legs that were answered and have no track at all: their two missing files, and the reason."""
    recorded = {file.channel for file in known}
    files: list[SpoolFile] = []
    reasons: list[Reason] = []
    for leg in call.legs:
        if leg.answered_at is None or leg.channel in recorded or _too_short(call, leg):
            continue
        started = to_ms(leg.answered_at)
        files += [
            SpoolFile(call=call.call, channel=leg.channel, kind=leg.kind, started_ms=started, side=side)
            for side in Side
        ]
        text = f"the {leg.kind.value} leg {leg.channel} was answered and nobody started its recording"
        reasons.append(Reason(why=Why.LEG_WITHOUT_TRACK, text=text))
    return files, reasons


def _too_short(call: CallFacts, leg: Leg) -> bool:
    """A leg that ended with its answer: there was no time to start a recorder."""
    end = leg.ended_at or call.ended_at
    return leg.answered_at is not None and end is not None and to_ms(end) - to_ms(leg.answered_at) < TOLERANCE_MS


def _heard(name: str, file: SpoolFile, one: Found | None) -> Heard:
    assert file.kind is not None and file.side is not None
    return Heard(
        id=name,
        channel=file.channel,
        kind=file.kind,
        side=file.side,
        started_ms=file.started_ms,
        duration_ms=one.facts.duration_ms if one else 0,
        levels=one.levels if one else None,
        missing=one is None,
    )


def _track(name: str, file: SpoolFile, one: Found | None, verdict: Judgement) -> TrackRow:
    assert file.kind is not None and file.side is not None
    reasons = [*_of_file(one), *verdict.reasons]
    detail: dict[str, object] = {"reasons": [reason.as_json() for reason in reasons]}
    if one is not None:
        detail["wav"] = one.facts.condition.value
        if one.levels is not None:
            detail["zero_ms"] = one.levels.zero_ms
            detail["loudest_rms"] = one.levels.peak_rms
        if one.copy is not None:
            detail["repaired_path"], detail["repaired_sha256"] = one.copy
    return TrackRow(
        id=name,
        call=file.call,
        channel=file.channel,
        kind=file.kind,
        segment_started_at=from_ms(file.started_ms),
        side=file.side,
        status=status_of(one.facts) if one else Status.MISSING,
        path=one.path if one else "",
        sha256=one.sha256 if one else "",
        bytes=one.facts.size if one else 0,
        duration_ms=one.facts.duration_ms if one else 0,
        gap_ms=verdict.gap_ms,
        lost_ms=verdict.lost_ms,
        detail=detail,
    )


def _of_file(one: Found | None) -> Iterator[Reason]:
    if one is None:
        yield Reason(why=Why.FILE_MISSING, text="there is no such file, in the spool or filed")
        return
    text = _SAID_OF_HEADER.get(one.facts.condition, "")
    match status_of(one.facts):
        case Status.TORN:
            yield Reason(why=Why.FILE_TORN, text=text)
        case Status.EMPTY:
            yield Reason(why=Why.FILE_EMPTY, text=text)
        case Status.REPAIRED:
            yield Reason(why=Why.HEADER_REPAIRED, text=text)
        case Status.STORED | Status.MISSING | Status.EXPIRED:
            pass


def _voicemails(call: CallFacts, found: Sequence[Found]) -> tuple[tuple[VoicemailRow, ...], list[Reason]]:
    told = {message.file: message for message in call.voicemails}
    rows: list[VoicemailRow] = []
    reasons: list[Reason] = []
    for one in found:
        message = told.pop(stem(one.file), None)
        rows.append(
            VoicemailRow(
                id=stem(one.file),
                call=one.file.call,
                path=one.path,
                sha256=one.sha256,
                duration_ms=one.facts.duration_ms,
                left_at=message.left_at if message else from_ms(one.file.started_ms),
                reason=message.reason if message else "key",
                status=status_of(one.facts),
            )
        )
        reasons += [Reason(why=reason.why, text=f"{stem(one.file)}: {reason.text}") for reason in _of_file(one)]
    for name in told:
        reasons.append(Reason(why=Why.FILE_MISSING, text=f"{name}: the message was announced and there is no file"))
    return tuple(rows), reasons
