"""Listens to the tracks of doctor's own calls, second by second: whose tone is there, and what is missing. Starts nothing.

No numpy at run time: audioop projects each tenth of a second on a sine and a cosine of every tone.
"""

import audioop
import math
import os
from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline1022.recordings.reader import PlainFile
from hotline1022.recordings.wav import RATE, WIDTH, audio, inspect_file

CITIZEN = "citizen"
#: who talks with the citizen, one after the other
PEOPLE = ("first", "second", "third")
#: everybody's tone in Hz; whole turns in a block, so that no tone is heard in another's
TONES: Mapping[str, int] = {CITIZEN: 440, "first": 700, "second": 1000, "third": 1300}
#: seconds that each of the PEOPLE talks
TALK_SECONDS = 3
#: blocks in a second
BLOCKS = 10
#: a tone with half of PlayTones' amplitude of 7,219 is there
HEARD = 3600.0
#: tenths that beginning and end of a talk may cost: the answer's way, the hang-up's way, packets under way
EDGE_BLOCKS = 6
#: tenths that one second may lack on a busy machine
SLACK_BLOCKS = 2

_FRAMES = RATE // BLOCKS
_REFERENCE = 16000


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was found in the tracks of all calls."""

    #: calls whose tracks are all there
    calls: int
    #: a sentence for each person's own track that is not complete
    holes: tuple[str, ...]
    #: people who talked in those calls, and those of them that the caller's t track lacks
    people: int
    lost: int

    @property
    def tracks(self) -> int:
        """Own tracks that were listened to."""
        return self.calls * (1 + len(PEOPLE))


def _wave(frequency: int, phase: float) -> bytes:
    turn = 2 * math.pi * frequency / RATE
    return array("h", (round(_REFERENCE * math.sin(turn * n + phase)) for n in range(_FRAMES))).tobytes()


_WAVES = {name: (_wave(tone, 0.0), _wave(tone, math.pi / 2)) for name, tone in TONES.items()}


def presence(pcm: bytes, name: str) -> list[bool]:
    """For each whole tenth of a second, whether this person's tone sounds."""
    sine, cosine = _WAVES[name]
    size = _FRAMES * WIDTH
    blocks = (pcm[at : at + size] for at in range(0, len(pcm) - size + 1, size))
    return [
        _REFERENCE * math.hypot(audioop.findfactor(block, sine), audioop.findfactor(block, cosine)) >= HEARD
        for block in blocks
    ]


def missing(there: Sequence[bool], blocks: int) -> list[int]:
    """The seconds, counted from the tone's beginning, that lack it; `blocks` tenths are expected at least.

    A tone that never sounds is missing from second 0 on.
    """
    first = there.index(True) if True in there else len(there)
    last = len(there) - list(reversed(there)).index(True) if True in there else len(there)
    span = max(last - first, blocks)
    found = [*there[first:last], *[False] * (span - (last - first))]
    seconds = [found[at : at + BLOCKS] for at in range(0, span, BLOCKS)]
    return [
        number
        for number, second in enumerate(seconds)
        if second.count(False) > (0 if len(second) < SLACK_BLOCKS else SLACK_BLOCKS)
    ]


def listen(folder: Path) -> Heard:
    """Judge all tracks below `folder`, named CALL~CHANNEL~WHO~START-{r,t}.wav. Blocks for a second or two."""
    calls: defaultdict[str, dict[tuple[str, str], Path]] = defaultdict(dict)
    for file in sorted(folder.glob("*.wav")):
        call, _, who, end = file.stem.split("~")
        calls[call][who, end.rpartition("-")[2]] = file
    whole = {(who, side) for who in TONES for side in "rt"}
    complete = [tracks for tracks in calls.values() if tracks.keys() == whole]
    holes: list[str] = []
    lost = 0
    for number, tracks in enumerate(complete, start=1):
        for who in TONES:
            seconds = TALK_SECONDS * (len(PEOPLE) if who == CITIZEN else 1)
            gone = missing(presence(pcm_of(tracks[who, "r"]), who), seconds * BLOCKS - EDGE_BLOCKS)
            if gone:
                holes.append(f"call {number}, {who}: second {', '.join(map(str, gone))}")
        heard = pcm_of(tracks[CITIZEN, "t"])
        lost += sum(bool(missing(presence(heard, who), TALK_SECONDS * BLOCKS - EDGE_BLOCKS)) for who in PEOPLE)
    return Heard(calls=len(complete), holes=tuple(holes), people=len(complete) * len(PEOPLE), lost=lost)


def closed(folder: Path, files: int) -> bool:
    """Whether there are so many tracks and the recorder has finished each."""
    found = list(folder.glob("*.wav"))
    return len(found) >= files and all(_facts_closed(file) for file in found)


def _facts_closed(file: Path) -> bool:
    number = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return inspect_file(PlainFile(number)).closed
    finally:
        os.close(number)


def pcm_of(file: Path) -> bytes:
    """The audio of a track, also of one whose header was never finished."""
    number = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return b"".join(audio(PlainFile(number), inspect_file(PlainFile(number))))
    finally:
        os.close(number)
