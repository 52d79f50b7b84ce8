"""Tracks held against the call's clock and against each other: what is missing, for how long, and why that is believed. Pure.

Two questions, never mixed up: a *gap* is time that the file does not have (neither side sent audio, so the recorder wrote
nothing and the file's timeline is squeezed); a *loss* is audio that was there and is not in the file.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hotline1022.core.events import LegKind
from hotline1022.core.ids import ChannelId
from hotline1022.recordings.levels import BLOCK_MS, SOUND_RMS, Levels
from hotline1022.recordings.names import to_ms
from hotline1022.recordings.types import CallFacts, Leg, Reason, Side, Span, Why

#: a file and the clock may differ by this much and are still called equal
TOLERANCE_MS = 500
#: between two segments of a track the recorder is off for so long
SEGMENT_PAUSE_MS = 300
#: a key that is pressed stands in for so much audio
KEY_MS = 400
#: one packet
PACKET_MS = 20
#: zeros shorter than this are not looked into
_RUN_BLOCKS = 5
#: two timelines may be shifted against each other by this much
_SHIFT_BLOCKS = 2
#: so much sound in the other's ear, well inside the run, makes it a loss
_PROOF_BLOCKS = 3
_ALL_ZERO = bytes([BLOCK_MS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One file as it was measured; `levels` None where there is no audio to read."""

    id: str
    channel: ChannelId
    kind: LegKind
    side: Side
    started_ms: int
    duration_ms: int
    levels: Levels | None
    missing: bool = False


@dataclass(slots=True)
class Judgement:
    """What is said of one file."""

    gap_ms: int = 0
    lost_ms: int = 0
    reasons: list[Reason] = field(default_factory=list)

    def add(self, why: Why, text: str, ms: int = 0) -> None:
        """Note a finding."""
        self.reasons.append(Reason(why=why, text=text, ms=ms))


def judge(facts: CallFacts, files: Sequence[Heard]) -> dict[str, Judgement]:
    """A judgement for every file, by id."""
    found = {file.id: Judgement() for file in files}
    legs = {leg.channel: leg for leg in facts.legs}
    by_track: defaultdict[tuple[ChannelId, Side], list[Heard]] = defaultdict(list)
    for file in sorted(files, key=lambda file: (file.started_ms, file.id)):
        by_track[file.channel, file.side].append(file)
    for (channel, _), segments in by_track.items():
        _clock(facts, legs.get(channel), segments, found)
    for (channel, side), segments in by_track.items():
        leg = legs.get(channel)
        if leg is None:
            continue
        _across(facts, leg, side, segments, by_track, found)
        if side is Side.SAID:
            _packets(leg, segments, found)
    return found


def _clock(facts: CallFacts, leg: Leg | None, segments: Sequence[Heard], found: Mapping[str, Judgement]) -> None:
    """Length of each segment against answer and end of its leg."""
    if leg is None:
        for file in segments:
            found[file.id].add(Why.LEG_UNKNOWN, "the call's log has no such leg: the length could not be checked")
        return
    end_at = leg.ended_at or facts.ended_at
    for number, file in enumerate(segments):
        verdict = found[file.id]
        if number == 0 and leg.answered_at is not None:
            late = file.started_ms - to_ms(leg.answered_at)
            if late > TOLERANCE_MS:
                verdict.gap_ms += late
                verdict.add(Why.STARTED_LATE, f"the track began {late / 1000:.1f} s after the answer", late)
        following = segments[number + 1].started_ms - SEGMENT_PAUSE_MS if number + 1 < len(segments) else None
        if following is None and end_at is None:
            verdict.add(Why.END_UNKNOWN, "the leg's end was never seen: the length could not be checked")
            continue
        expected = max(0, (to_ms(end_at) if following is None and end_at else following or 0) - file.started_ms)
        short = expected - file.duration_ms
        if short > TOLERANCE_MS:
            verdict.gap_ms += short
            why = "there is no file" if file.missing else "neither side sent audio for so long, or the file was cut"
            text = f"{file.duration_ms / 1000:.1f} s of {expected / 1000:.1f} s: {why}"
            verdict.add(Why.SHORTER_THAN_LEG, text, short)
        elif short < -TOLERANCE_MS:
            text = f"{file.duration_ms / 1000:.1f} s, but the leg has only {expected / 1000:.1f} s"
            verdict.add(Why.LONGER_THAN_LEG, text, -short)


def _packets(leg: Leg, segments: Sequence[Heard], found: Mapping[str, Judgement]) -> None:
    """Packets that came in against audio that was written, over the whole leg."""
    last = found[segments[-1].id]
    if leg.rtp_received is None:
        last.add(Why.RTP_UNKNOWN, "it is not known how many packets came in")
        return
    received = leg.rtp_received * PACKET_MS
    written = sum(file.duration_ms - file.levels.zero_ms for file in segments if file.levels is not None)
    pauses = SEGMENT_PAUSE_MS * (len(segments) - 1) + KEY_MS * leg.keys
    lost = received - written - pauses
    if lost <= TOLERANCE_MS:
        return
    rest = lost - sum(found[file.id].lost_ms for file in segments)
    worst = max(segments, key=lambda file: (file.levels.zero_ms if file.levels else 1 << 62, file.id))
    verdict = found[worst.id]
    verdict.lost_ms += max(0, rest)
    text = f"packets of {received / 1000:.1f} s came in, {written / 1000:.1f} s were written"
    verdict.add(Why.RTP_BUT_NOT_WRITTEN, text, lost)


def _across(
    facts: CallFacts,
    leg: Leg,
    side: Side,
    segments: Sequence[Heard],
    by_track: Mapping[tuple[ChannelId, Side], Sequence[Heard]],
    found: Mapping[str, Judgement],
) -> None:
    """Exact zeros in this leg's file while the other end of the same audio is heard in another leg's file.

    r is compared with the others' t, t with the others' r.
    """
    counter = Side.HEARD if side is Side.SAID else Side.SAID
    others = [other for other in facts.legs if other.channel != leg.channel]
    budget = leg.held_ms if not leg.held and side is Side.SAID else 0
    for file in segments:
        verdict = found[file.id]
        runs = tuple(_runs(file))
        if not runs or not leg.joined:
            continue
        if _squeezed(verdict):
            verdict.add(Why.NOT_COMPARED, "its timeline is squeezed: seconds could not be compared with other tracks")
            continue
        lost = 0
        for first, after in runs:
            lost += _lost_in(facts, leg, others, counter, file, first, after, by_track, found)
        excused = min(lost, budget)
        budget -= excused
        lost -= excused
        if lost == 0:
            continue
        verdict.lost_ms += lost
        if side is Side.SAID:
            why, text = Why.SAID_BUT_NOT_WRITTEN, "others heard this person while the file has exact zeros"
        else:
            why, text = (
                Why.HEARD_BUT_NOT_WRITTEN,
                "others spoke while the file of what this person heard has exact zeros",
            )
        verdict.add(why, text, lost)


def _runs(file: Heard) -> Iterator[tuple[int, int]]:
    """Runs of blocks (first, after the last) that are exact zeros throughout."""
    if file.levels is None:
        return
    zero, needle, at = file.levels.zero, _ALL_ZERO * _RUN_BLOCKS, 0
    while (first := zero.find(needle, at)) >= 0:
        at = first + _RUN_BLOCKS
        while at < len(zero) and zero[at] == BLOCK_MS:
            at += 1
        yield first, at


def _lost_in(
    facts: CallFacts,
    leg: Leg,
    others: Sequence[Leg],
    counter: Side,
    file: Heard,
    first: int,
    after: int,
    by_track: Mapping[tuple[ChannelId, Side], Sequence[Heard]],
    found: Mapping[str, Judgement],
) -> int:
    """Milliseconds of one run of zeros in which another track proves that there was sound."""
    sound: set[int] = set()
    for other in others:
        witness = by_track.get((other.channel, counter), ())
        if not witness or any(_squeezed(found[seen.id]) for seen in witness):
            continue
        third = [] if counter is Side.SAID else [x for x in others if x.channel != other.channel]
        for block in range(first, after):
            at = file.started_ms + block * BLOCK_MS
            if block in sound or not _together(facts, leg, other, at) or not _sounds(witness, at):
                continue
            explained = any(
                _together(facts, x, other, at) and _sounds(by_track.get((x.channel, Side.SAID), ()), at) for x in third
            )
            if not explained:
                sound.add(block)
    inside = sum(first + _SHIFT_BLOCKS <= block < after - _SHIFT_BLOCKS for block in sound)
    return len(sound) * BLOCK_MS if inside >= min(_PROOF_BLOCKS, after - first - 2 * _SHIFT_BLOCKS) else 0


def _squeezed(verdict: Judgement) -> bool:
    return any(reason.why is Why.SHORTER_THAN_LEG for reason in verdict.reasons)


def _sounds(segments: Sequence[Heard], at: int) -> bool:
    for file in segments:
        block = (at - file.started_ms) // BLOCK_MS
        if file.levels is not None and 0 <= block < len(file.levels.rms) and file.levels.rms[block] >= SOUND_RMS:
            return True
    return False


def _together(facts: CallFacts, one: Leg, other: Leg, at: int) -> bool:
    """Whether both are in one bridge at that moment and neither has the other on hold."""
    if _within(one.held, facts, at) or _within(other.held, facts, at):
        return False
    mine = _within(one.joined, facts, at)
    theirs = _within(other.joined, facts, at)
    return any(not a.bridge or not b.bridge or a.bridge == b.bridge for a in mine for b in theirs)


def _within(spans: Sequence[Span], facts: CallFacts, at: int) -> list[Span]:
    found = []
    for span in spans:
        end = span.end or facts.ended_at
        if to_ms(span.start) <= at and (end is None or at < to_ms(end)):
            found.append(span)
    return found
