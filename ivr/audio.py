"""From speech at any rate to telephone sound: 8 kHz, one channel, 16 bit, even level; and its measures. Plays nothing.

pydub opens and mixes recordings down; audioop does the arithmetic, because the filters must be quick without numpy.
"""

import audioop
import io
import math
import warnings
import wave
from array import array
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import ConfigError

with warnings.catch_warnings():
    # pydub looks for ffmpeg when imported; WAV files need none.
    warnings.simplefilter("ignore")
    from pydub.audio_segment import AudioSegment

#: samples a second on the telephone
RATE = 8_000
WIDTH = 2
FULL_SCALE = 32_768
#: level of speech, measured where there is speech
SPEECH_DBFS = -20.0
#: no sample is louder
PEAK_DBFS = -3.5
#: what is quieter than this, after levelling, is silence at the ends
SILENCE_DBFS = -42.0
#: silence kept before the first sound and after the last one, in milliseconds
LEAD_MS = 30
BLOCK_MS = 10
_BLOCK = RATE * BLOCK_MS // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What can be said of a sound without hearing it."""

    seconds: float
    #: level of the whole, and of the blocks that are not silent
    rms_dbfs: float
    speech_dbfs: float
    peak_dbfs: float
    #: when the first block above the silence level begins
    first_sound_ms: int


def dbfs(amplitude: float) -> float:
    """An amplitude of 16-bit samples in decibels below full scale; silence is -120."""
    return 20 * math.log10(amplitude / FULL_SCALE) if amplitude >= 0.04 else -120.0


def amplitude(level: float) -> float:
    """The amplitude of a level in dBFS."""
    return float(FULL_SCALE * 10 ** (level / 20))


def read_recording(path: Path) -> bytes:
    """A WAV file of any rate, width and number of channels as telephone sound, not yet levelled."""
    try:
        sound = AudioSegment.from_wav(io.BytesIO(path.read_bytes()))  # type: ignore[no-untyped-call]
        sound = sound.set_channels(1).set_sample_width(WIDTH)
    except Exception as error:
        raise ConfigError(
            f"{path} cannot be read as WAV ({error}); save the recording as WAV (PCM)", error_id="recording-unreadable"
        ) from error
    if sound.frame_rate < RATE:
        raise ConfigError(
            f"{path} has {sound.frame_rate} samples a second; record with {RATE} or more",
            error_id="recording-unreadable",
        )
    return to_telephone(bytes(sound.raw_data), sound.frame_rate)


def to_telephone(pcm: bytes, rate: int) -> bytes:
    """16-bit mono of `rate` as 16-bit mono of 8 kHz, with nothing above 4 kHz folded down."""
    if rate == RATE:
        return pcm
    # A quarter of full scale in 32 bits: room for the filters to overshoot, and no rounding that could be heard.
    wide = audioop.mul(audioop.lin2lin(pcm, WIDTH, 4), 4, 0.25)
    wide = _filter(wide, _low_pass(3_550, rate, 800))
    while rate < 40_000:
        wide = _filter(_stuff(wide), _low_pass(rate / 2, rate * 2, rate - 2 * 3_900, gain=2.0))
        rate *= 2
    wide, _ = audioop.ratecv(wide, 4, 1, rate, RATE, None)
    return audioop.lin2lin(audioop.mul(wide, 4, 4.0), 4, WIDTH)


def _stuff(wide: bytes) -> bytes:
    """Twice the rate, with a zero after each sample."""
    samples = array("i", bytes(len(wide) * 2))
    samples[::2] = array("i", wide)
    return samples.tobytes()


def _low_pass(cutoff: float, rate: int, transition: float, gain: float = 1.0) -> list[float]:
    """A Blackman-windowed sinc; `transition` is the width of its slope in Hz."""
    half = max(4, round(2.75 * rate / transition))
    taps = []
    for n in range(-half, half + 1):
        x = 2 * cutoff / rate * n
        sinc = math.sin(math.pi * x) / (math.pi * x) if n else 1.0
        window = 0.42 + 0.5 * math.cos(math.pi * n / half) + 0.08 * math.cos(2 * math.pi * n / half)
        taps.append(sinc * window)
    total = sum(taps)
    return [tap * gain / total for tap in taps]


def _filter(wide: bytes, taps: list[float]) -> bytes:
    """32-bit samples through a symmetric filter, without delay: one pass over the whole for each tap."""
    half = len(taps) // 2
    padded = bytes(4 * half) + wide + bytes(4 * half)
    result = bytes(len(wide))
    for place, tap in enumerate(taps):
        result = audioop.add(result, audioop.mul(padded[4 * place : 4 * place + len(wide)], 4, tap), 4)
    return result


def without_rumble(pcm: bytes) -> bytes:
    """`pcm` without what lies far below speech (under 100 Hz) and without a constant offset, both useless by phone."""
    keep = 1 - 2 * math.pi * 100 / RATE
    result = array("h", bytes(len(pcm)))
    before = after = 0.0
    for place, sample in enumerate(array("h", pcm)):
        after = keep * after + (sample - before) * (1 + keep) / 2
        before = sample
        result[place] = max(-FULL_SCALE, min(FULL_SCALE - 1, round(after)))
    return result.tobytes()


def levelled(pcm: bytes, *, level: float = SPEECH_DBFS) -> bytes:
    """`pcm` at `level` where it is not silent, its peaks held below the limit."""
    for _ in range(3):
        loud = _speech_level(pcm)
        if loud <= -100 or abs(loud - level) < 0.2:
            break
        pcm = _limited(pcm, 10 ** ((level - loud) / 20))
    return _limited(pcm, 1.0)


def _limited(pcm: bytes, gain: float) -> bytes:
    """`pcm` times `gain`, turned down smoothly around peaks above the limit."""
    limit = amplitude(PEAK_DBFS)
    blocks = [audioop.max(pcm[at : at + 2 * _BLOCK], WIDTH) * gain for at in range(0, len(pcm), 2 * _BLOCK)]
    need = [min(1.0, limit / peak) if peak else 1.0 for peak in blocks]
    if min(need, default=1.0) >= 1.0:
        return audioop.mul(pcm, WIDTH, gain)
    low = [min(need[max(0, at - 2) : at + 3]) for at in range(len(need))]
    samples = array("h", pcm)
    for at, factor in enumerate(low):
        begin, end = at * _BLOCK, min((at + 1) * _BLOCK, len(samples))
        before = (low[at - 1] + factor) / 2 if at else factor
        after = (factor + low[at + 1]) / 2 if at + 1 < len(low) else factor
        if before == after == 1.0:
            samples[begin:end] = array("h", audioop.mul(samples[begin:end].tobytes(), WIDTH, gain))
            continue
        for n in range(begin, end):
            turn = before + (after - before) * (n - begin) / _BLOCK
            samples[n] = max(-int(limit), min(int(limit), round(samples[n] * gain * turn)))
    return samples.tobytes()


def _blocks(pcm: bytes) -> list[float]:
    size = WIDTH * _BLOCK
    return [dbfs(audioop.rms(pcm[at : at + size], WIDTH)) for at in range(0, len(pcm), size)]


def _speech_level(pcm: bytes) -> float:
    """RMS of the blocks within 30 dB of the loudest one."""
    blocks = _blocks(pcm)
    loud = [block for block in blocks if block > max(blocks, default=-120.0) - 30 and block > -100]
    if not loud:
        return -120.0
    return 10 * math.log10(sum(10 ** (block / 10) for block in loud) / len(loud))


def trimmed(pcm: bytes, *, tail_ms: int) -> bytes:
    """`pcm` without the silence at its ends, with a short lead, and `tail_ms` of silence behind."""
    blocks = _blocks(pcm)
    loud = [at for at, block in enumerate(blocks) if block > SILENCE_DBFS]
    if not loud:
        return b""
    keep = LEAD_MS // BLOCK_MS
    first, last = max(0, loud[0] - keep), min(len(blocks), loud[-1] + 1 + keep)
    kept = pcm[first * _BLOCK * WIDTH : last * _BLOCK * WIDTH]
    body = AudioSegment(kept, sample_width=WIDTH, frame_rate=RATE, channels=1)  # type: ignore[no-untyped-call]
    faded = body.fade_in(5).fade_out(10)  # type: ignore[no-untyped-call]
    return bytes(faded.raw_data) + bytes(WIDTH * RATE * tail_ms // 1000)


def measure(pcm: bytes) -> Measures:
    """Measures of 16-bit mono of 8 kHz."""
    blocks = _blocks(pcm)
    first = next((at for at, block in enumerate(blocks) if block > SILENCE_DBFS), len(blocks))
    return Measures(
        seconds=len(pcm) / WIDTH / RATE,
        rms_dbfs=round(dbfs(audioop.rms(pcm, WIDTH)), 2),
        speech_dbfs=round(_speech_level(pcm), 2),
        peak_dbfs=round(dbfs(audioop.max(pcm, WIDTH)), 2),
        first_sound_ms=first * BLOCK_MS,
    )


def tone(hertz: float, seconds: float, level: float = SPEECH_DBFS) -> bytes:
    """A plain tone with soft ends."""
    count = round(seconds * RATE)
    loud = amplitude(level) * math.sqrt(2)
    ramp = RATE // 100
    return array(
        "h",
        (
            round(loud * min(1.0, n / ramp, (count - 1 - n) / ramp) * math.sin(2 * math.pi * hertz * n / RATE))
            for n in range(count)
        ),
    ).tobytes()


def wav(pcm: bytes) -> bytes:
    """`pcm` as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(WIDTH)
        writer.setframerate(RATE)
        writer.writeframes(pcm)
    return file.getvalue()


def alaw(pcm: bytes) -> bytes:
    """`pcm` as raw G.711 A-law."""
    return audioop.lin2alaw(pcm, WIDTH)
