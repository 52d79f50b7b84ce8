"""Judges a recording by ear: which tones sound in which second, which sound file was played, the longest silence, the first sound."""

import audioop
import wave
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

RATE = 8000
#: A tone counts as heard in a window if its mean amplitude there is at least this (full scale is 32768;
#: the network's tones have 7219, so a tone that fills a tenth of the window counts).
HEARD = 700.0
#: A 20 ms frame below this root mean square is silence (A-law noise and comfort noise are below it).
QUIET = 60.0
#: A piece of a sound file is what is heard at a place if the two are alike by at least this (1: the same, louder or softer).
ALIKE = 0.9
#: A piece of a sound file with a root mean square below this is a pause, which is like any other.
PAUSE = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of silence, in seconds from the beginning of the recording."""

    start: float
    length: float


def read(path: Path) -> Samples:
    """The samples of an 8 kHz mono 16 bit WAV, also of one whose header was never completed, or of a raw A-law file (.alaw)."""
    if path.suffix == ".alaw":
        return np.frombuffer(audioop.alaw2lin(path.read_bytes(), 2), dtype="<i2").astype(np.float64)
    with path.open("rb") as file:
        try:
            with wave.open(file) as sound:
                layout = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
        except EOFError:
            return np.zeros(0)
    if layout != (RATE, 1, 2):
        raise ValueError(f"{path} is {layout}, not 8 kHz mono 16 bit")
    body = path.read_bytes()[44:]
    return np.frombuffer(body[: len(body) // 2 * 2], dtype="<i2").astype(np.float64)


def seconds(path: Path) -> float:
    """How long the recording is."""
    return len(read(path)) / RATE


def amplitude(samples: Samples, frequency: float) -> float:
    """Mean amplitude of one frequency over all of the samples (0 … 32768)."""
    if len(samples) == 0:
        return 0.0
    turn = np.exp(-2j * np.pi * frequency / RATE * np.arange(len(samples)))
    return float(2 * abs(np.dot(samples, turn)) / len(samples))


def tones(path: Path, frequencies: Iterable[float], *, window: float = 1.0, heard: float = HEARD) -> list[set[float]]:
    """For each window (1 s) of the recording, which of the frequencies sound in it."""
    samples, size = read(path), int(window * RATE)
    wanted = tuple(frequencies)
    parts = [samples[at : at + size] for at in range(0, len(samples) - size // 2, size)]
    return [{frequency for frequency in wanted if amplitude(part, frequency) >= heard} for part in parts]


def heard_for(path: Path, frequency: float, *, window: float = 0.1) -> float:
    """For how many seconds in all a frequency sounds in the recording."""
    found = tones(path, [frequency], window=window, heard=HEARD * 4)
    return round(window * sum(1 for part in found if part), 3)


def holes(path: Path, frequency: float, *, window: float = 0.1) -> list[Gap]:
    """The stretches without the frequency between its first and its last sound: what was lost of a steady tone."""
    present = [bool(part) for part in tones(path, [frequency], window=window, heard=HEARD * 4)]
    return [
        gap
        for gap in _gaps(present, window)
        if any(present[: round(gap.start / window)]) and _later(present, gap, window)
    ]


def share(heard: Samples, sound: Samples, *, window: float = 0.25) -> float:
    """How much of a sound is in what was heard, each piece of it (a quarter of a second; pauses do not count) in its place: 0 … 1.

    Packets may have come late: a piece is in its place within a quarter of a second.
    """
    size = int(window * RATE)
    starts = [
        at for at in range(0, len(sound) - size + 1, size) if np.sqrt(np.mean(sound[at : at + size] ** 2)) >= PAUSE
    ]
    if not starts:
        raise ValueError("this sound is nothing but a pause")
    found = [(at / RATE, _place(heard, sound[at : at + size])) for at in starts]
    begins = [place - at for at, place in found if place is not None]
    return max((sum(abs(other - begin) <= 0.25 for other in begins) for begin in begins), default=0) / len(starts)


def _place(heard: Samples, piece: Samples) -> float | None:
    likeness = _likeness(heard, piece)
    best = int(likeness.argmax()) if len(likeness) else 0
    return best / RATE if len(likeness) and likeness[best] >= ALIKE else None


def silences(path: Path, *, at_least: float = 0.0, quiet: float = QUIET) -> list[Gap]:
    """All silences of the recording, at its ends too, of at least that many seconds."""
    samples = read(path)
    frame = RATE // 50
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    loud = list(np.sqrt(np.mean(frames**2, axis=1)) >= quiet) if len(frames) else []
    return [gap for gap in _gaps([bool(value) for value in loud], 0.02) if gap.length >= at_least]


def longest_silence(path: Path, *, quiet: float = QUIET) -> Gap:
    """The longest silence; of length 0 if there is none."""
    return max(silences(path, quiet=quiet), key=lambda gap: gap.length, default=Gap(start=0.0, length=0.0))


def first_sound(path: Path, *, quiet: float = QUIET) -> float | None:
    """Seconds from the beginning to the first sound; None if there is none."""
    leading = next((gap.length for gap in silences(path, quiet=quiet) if gap.start == 0.0), 0.0)
    return None if round(leading + 0.02, 3) > seconds(path) else leading


def spoken(path: Path, sounds: Mapping[str, Path], *, alike: float = 0.8) -> list[str]:
    """Which of these recordings are heard in it, in order; `alike` is the least correlation (0 … 1) with a whole one."""
    heard = read(path)
    found: list[tuple[float, int, int, str]] = []
    for name, file in sounds.items():
        sound = read(file)
        likeness = _likeness(heard, sound)
        while len(likeness) and (best := float(likeness.max())) >= alike:
            at = int(likeness.argmax())
            found.append((best * len(sound), at, at + len(sound), name))
            likeness[max(at - len(sound) // 2, 0) : at + len(sound) // 2] = 0
    kept: list[tuple[int, int, str]] = []
    for _, start, end, name in sorted(found, reverse=True):
        # a short one may be like a part of a longer one, and sound where that one does: the better and longer match has the place
        if all(min(end, other_end) - max(start, other) <= (end - start) // 2 for other, other_end, _ in kept):
            kept.append((start, end, name))
    return [name for _, _, name in sorted(kept)]


def _likeness(heard: Samples, sound: Samples) -> Samples:
    """The normalised correlation of a sound with each place in what was heard."""
    if len(sound) == 0 or len(heard) < len(sound):
        return np.zeros(0)
    # a power of two: other lengths take up to a hundred times as long
    size = 1 << (len(heard) + len(sound)).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sound, size)), size)
    power = np.concatenate(([0.0], np.cumsum(heard**2)))
    energy = np.sqrt(np.maximum(power[len(sound) :] - power[: -len(sound)], QUIET**2 * len(sound)))
    likeness: Samples = product[: len(energy)] / (energy * np.linalg.norm(sound))
    return likeness


def write_tone(path: Path, frequency: float, length: float, *, level: float = 7219.0) -> Path:
    """A WAV with a steady tone, for prompts and music of test products."""
    body = (level * np.sin(2 * np.pi * frequency / RATE * np.arange(int(length * RATE)))).astype("<i2")
    with path.open("wb") as file, wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(body.tobytes())
    return path


def _gaps(present: list[bool], window: float) -> list[Gap]:
    found: list[Gap] = []
    start: int | None = None
    for index, value in enumerate([*present, True]):
        if not value and start is None:
            start = index
        elif value and start is not None:
            found.append(Gap(start=round(start * window, 3), length=round((index - start) * window, 3)))
            start = None
    return found


def _later(present: list[bool], gap: Gap, window: float) -> bool:
    return any(present[round((gap.start + gap.length) / window) :])
