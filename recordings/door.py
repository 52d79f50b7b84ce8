"""The door to pydub: it warns at import where ffmpeg is missing, which nothing here needs, and has no types. Pieces only."""

import warnings
from typing import Any

from hotline1022.recordings.wav import RATE, WIDTH

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydub import audio_segment

_Segment: Any = audio_segment.AudioSegment


def stereo(left: bytes, right: bytes, *, width: int = WIDTH) -> bytes:
    """Two mono pieces of equal length as one interleaved piece; `width` bytes a sample."""
    both = (_Segment(data=pcm, sample_width=width, frame_rate=RATE, channels=1) for pcm in (left, right))
    pcm: bytes = _Segment.from_mono_audiosegments(*both).raw_data
    return pcm
