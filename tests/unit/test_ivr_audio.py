"""From speech to telephone sound, measured with tones."""

import audioop
import math
from array import array
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline1022.core.errors import ConfigError
from hotline1022.ivr import audio, music


def sine(hertz: float, seconds: float, rate: int, level: float = -20.0) -> bytes:
    loud = 32_768 * 10 ** (level / 20) * math.sqrt(2)
    return array(
        "h", (round(loud * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(seconds * rate)))
    ).tobytes()


def spectrum(pcm: bytes, rate: int = audio.RATE) -> tuple[np.ndarray, np.ndarray]:
    samples = np.frombuffer(pcm, dtype="<i2").astype(float)
    window = np.hanning(len(samples))
    return np.fft.rfftfreq(len(samples), 1 / rate), np.abs(np.fft.rfft(samples * window))


@pytest.mark.parametrize("rate", [11_025, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("hertz", [300, 1_000, 2_900])
def test_a_tone_keeps_its_pitch_and_level(rate: int, hertz: int) -> None:
    pcm = audio.to_telephone(sine(hertz, 0.5, rate), rate)
    assert len(pcm) / 2 == pytest.approx(4_000, abs=3)
    middle = pcm[1_600:-1_600]
    assert audio.dbfs(audioop.rms(middle, 2)) == pytest.approx(-20, abs=0.7)
    frequencies, power = spectrum(middle)
    assert frequencies[int(power.argmax())] == pytest.approx(hertz, abs=5)
    off = power[np.abs(frequencies - hertz) > 60]
    assert 20 * math.log10(off.max() / power.max()) < -38


@pytest.mark.parametrize("hertz", [4_200, 5_000, 7_000, 9_000])
def test_what_the_telephone_cannot_carry_is_not_folded_down(hertz: int) -> None:
    pcm = audio.to_telephone(sine(hertz, 0.5, 22_050), 22_050)
    assert audio.dbfs(audioop.rms(pcm[1_600:-1_600], 2)) < -60


def test_telephone_sound_passes_unchanged() -> None:
    pcm = sine(700, 0.1, 8_000)
    assert audio.to_telephone(pcm, 8_000) == pcm


@settings(deadline=None, max_examples=30)
@given(st.floats(-50, -4), st.floats(0, 17), st.integers(1, 8))
def test_any_level_comes_out_even_and_never_clipped(level: float, above: float, clicks: int) -> None:
    samples = array("h", sine(400, 1.0, 8_000, level))
    for number in range(clicks):
        samples[(number * 977) % len(samples)] = round(32_767 * 10 ** (min(0.0, level + above) / 20))
    measures = audio.measure(audio.levelled(samples.tobytes()))
    assert measures.peak_dbfs <= audio.PEAK_DBFS + 0.01
    assert measures.speech_dbfs == pytest.approx(audio.SPEECH_DBFS, abs=0.5)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(-32_768, 32_767), max_size=2_000))
def test_nothing_is_ever_clipped(samples: list[int]) -> None:
    measures = audio.measure(audio.levelled(array("h", samples).tobytes()))
    assert measures.peak_dbfs <= audio.PEAK_DBFS + 0.01


def test_rumble_and_offset_are_taken_out() -> None:
    clean = sine(800, 0.5, 8_000)
    dirty = audioop.add(audioop.bias(clean, 2, 900), sine(25, 0.5, 8_000, -14), 2)
    result = audio.without_rumble(dirty)[1_600:]
    frequencies, power = spectrum(result)
    assert 20 * math.log10(power[frequencies < 60].max() / power.max()) < -4
    assert abs(np.frombuffer(result, dtype="<i2").mean()) < 20
    assert audio.dbfs(audioop.rms(audio.without_rumble(clean), 2)) == pytest.approx(-20, abs=0.2)


def test_silence_at_the_ends_is_cut_and_the_first_sound_comes_at_once() -> None:
    pcm = bytes(16_000) + sine(500, 0.5, 8_000) + bytes(16_000)
    cut = audio.measure(audio.trimmed(pcm, tail_ms=150))
    assert cut.first_sound_ms <= audio.LEAD_MS
    assert cut.seconds == pytest.approx(0.5 + 0.15 + 2 * audio.LEAD_MS / 1_000, abs=0.03)
    assert audio.trimmed(bytes(16_000), tail_ms=150) == b""


def test_silence_stays_silence() -> None:
    assert audio.levelled(bytes(1_000)) == bytes(1_000)
    assert audio.measure(b"").rms_dbfs == -120
    assert audio.measure(bytes(160)).first_sound_ms == 10


def test_a_law_and_wav_hold_the_sound(tmp_path: Path) -> None:
    pcm = audio.tone(1_000, 0.2)
    file = tmp_path / "tone.wav"
    file.write_bytes(audio.wav(pcm))
    assert audio.read_recording(file) == pcm
    back = audioop.alaw2lin(audio.alaw(pcm), 2)
    assert len(audio.alaw(pcm)) == len(pcm) // 2
    error = audioop.add(back, audioop.mul(pcm, 2, -1), 2)
    assert audio.dbfs(audioop.rms(error, 2)) < -55


def test_a_file_that_is_no_recording_is_named(tmp_path: Path) -> None:
    file = tmp_path / "greeting.wav"
    file.write_bytes(b"no wav")
    with pytest.raises(
        ConfigError, match=r"greeting\.wav cannot be read as WAV .* save the recording as WAV"
    ) as caught:
        audio.read_recording(file)
    assert caught.value.error_id == "recording-unreadable"


@pytest.fixture(scope="module")
def melody() -> bytes:
    return music.music()


def test_the_music_is_a_calm_minute_that_can_be_repeated(melody: bytes) -> None:
    pcm = melody
    measures = audio.measure(pcm)
    assert measures.seconds == music.SECONDS
    assert measures.rms_dbfs == pytest.approx(music.LEVEL_DBFS, abs=0.3)
    assert measures.peak_dbfs < -6
    assert music.music() == pcm
    samples = np.frombuffer(pcm, dtype="<i2").astype(int)
    step = abs(int(samples[0]) - int(samples[-1]))
    assert step <= np.abs(np.diff(samples)).max()
    seconds = samples.reshape(music.SECONDS, audio.RATE)
    levels = [audio.dbfs(math.sqrt(float(np.mean(second.astype(float) ** 2)))) for second in seconds]
    assert min(levels) > -40, "a silent second would sound like a lost call"
    assert max(levels) < -15


def test_the_music_stays_in_its_scale(melody: bytes) -> None:
    frequencies, power = spectrum(melody)
    notes = [music.LOWEST_HZ * 2 ** (step / 12 + octave) for step in (0, 2, 4, 5, 7, 9, 11) for octave in range(-1, 4)]
    loudest = frequencies[power > power.max() / 10]
    assert len(loudest) > 10
    off = [hertz for hertz in loudest if min(abs(12 * math.log2(hertz / note)) for note in notes) > 0.4]
    assert off == []
