"""The door to pydub: it warns at import where ffmpeg is missing, which nothing here needs, and has no types. Pieces only."""

import warnings
from typing import Any

from hotline1022.recordings.wav import RATE, WIDTH

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydub import audio_segment

_Segment: Any = audio_segment.AudioSegment


def _mono(pcm: bytes) -> Any:
    return _Segment(data=pcm, sample_width=WIDTH, frame_rate=RATE, channels=1)


def stereo(left: bytes, right: bytes) -> bytes:
    """Two mono pieces of equal length as one interleaved piece."""
    pcm: bytes = _Segment.from_mono_audiosegments(_mono(left), _mono(right)).raw_data
    return pcm


def peak(pcm: bytes) -> int:
    """The largest sample of a mono piece, 0..32768."""
    return int(_mono(pcm).max)
