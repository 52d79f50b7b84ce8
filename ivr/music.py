"""Music on hold: a calm minute of plucked strings in a five-tone scale, made by rule, free of anybody's rights."""

import audioop
import math
import random
from array import array

from hotline1022.ivr.audio import RATE, WIDTH, amplitude, dbfs

SECONDS = 60
LEVEL_DBFS = -24.0
#: changes when the music does, so that it is made anew
VERSION = 1
#: seconds between two plucks at the nearest
BEAT = 0.625
#: Hò xự xang xê cống from G up, in semitones
SCALE = (0, 2, 5, 7, 9, 12, 14, 17, 19, 21, 24)
LOWEST_HZ = 196.0
#: four phrases of twelve beats, by place in the scale; None is a rest
PHRASES = (
    (4, None, 5, 6, None, 5, 4, None, 3, None, None, None),
    (3, None, 4, 6, None, 7, 6, None, 5, None, None, None),
    (7, None, 8, 7, None, 6, 5, None, 6, None, 4, None),
    (5, None, 4, 3, None, 2, 3, None, 4, None, None, None),
)
ORDER = (0, 1, 0, 3, 2, 1, 0, 3)
BASS = (0, 2, 1, 0)


def music() -> bytes:
    """The minute as 16-bit mono of 8 kHz; its end sounds on into its beginning, so that it can be repeated."""
    chance = random.Random(1022)
    length = SECONDS * RATE
    whole = bytes(length * WIDTH)
    cache: dict[tuple[int, bool], bytes] = {}
    for number, phrase in enumerate(ORDER):
        for beat, place in enumerate(PHRASES[phrase]):
            at = (number * 12 + beat) * BEAT
            if place is not None:
                whole = _add(whole, at + chance.uniform(0, 0.02), _pluck(cache, place, False), chance.uniform(0.7, 1))
            if beat in (0, 6, 9):
                low = BASS[(number + beat // 3) % len(BASS)]
                whole = _add(whole, at, _pluck(cache, low, True), 0.6)
    loud = dbfs(audioop.rms(whole, WIDTH))
    return audioop.mul(whole, WIDTH, 10 ** ((LEVEL_DBFS - loud) / 20))


def _pluck(cache: dict[tuple[int, bool], bytes], place: int, low: bool) -> bytes:
    key = (place, low)
    if key not in cache:
        hertz = LOWEST_HZ * 2 ** (SCALE[place] / 12) * (1 if low else 2)
        seconds = 4.0 if low else 3.0
        cache[key] = _string(hertz, seconds)
    return cache[key]


def _string(hertz: float, seconds: float) -> bytes:
    """A string that is plucked and dies away, its upper tones sooner."""
    partials = [(n, 1 / n**1.6, 0.7 + 0.6 * n) for n in range(1, 6) if n * hertz < 3_400]
    loud = amplitude(-14)
    samples = array("h")
    for n in range(round(seconds * RATE)):
        t = n / RATE
        attack = min(1.0, t / 0.006)
        ending = min(1.0, (seconds - t) / 0.3)
        sound = sum(
            share * math.exp(-decay * t) * math.sin(2 * math.pi * hertz * part * t) for part, share, decay in partials
        )
        samples.append(round(loud * attack * ending * sound))
    return samples.tobytes()


def _add(whole: bytes, at: float, note: bytes, strength: float) -> bytes:
    """`whole` with `note` from `at` seconds, round its end."""
    start = round(at * RATE) * WIDTH % len(whole)
    note = audioop.mul(note, WIDTH, strength)
    inside = note[: len(whole) - start]
    rest = note[len(inside) :]
    middle = audioop.add(whole[start : start + len(inside)], inside, WIDTH)
    beginning = audioop.add(whole[: len(rest)], rest, WIDTH) if rest else b""
    whole = whole[:start] + middle + whole[start + len(inside) :]
    return beginning + whole[len(rest) :]
