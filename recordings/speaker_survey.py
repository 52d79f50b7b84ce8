"""How loud each speaker of a call is, from that speaker's own tracks, in pieces. Reads originals only; one speaker at a time, so that
many need no more memory than one.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from hotline1022.recordings.cut import cut_layout
from hotline1022.recordings.layout import Layout, sides
from hotline1022.recordings.levels import BLOCK_MS, Meter
from hotline1022.recordings.ports import Readable
from hotline1022.recordings.reader import pieces
from hotline1022.recordings.speakers import chosen
from hotline1022.recordings.survey import Peaks, step_of, talk
from hotline1022.recordings.types import Speaker, SpeakerPeaks, SpeakerSurvey
from hotline1022.recordings.wav import PER_MS


def speaker_survey(layout: Layout, speakers: Sequence[Speaker], open_file: Callable[[str], Readable]) -> SpeakerSurvey:
    """The peaks of all of them."""
    step = step_of(layout.duration_ms)
    found = tuple(_peaks(layout, one, step, open_file) for one in speakers)
    return SpeakerSurvey(duration_ms=layout.duration_ms, step_ms=step, speakers=found)


def _peaks(layout: Layout, one: Speaker, step: int, open_file: Callable[[str], Readable]) -> SpeakerPeaks:
    """From the point in which the first piece begins to the end of the last."""
    first = min(start for start, _ in one.spans) // step * step
    after = min(layout.duration_ms, max(end for _, end in one.spans))
    own = cut_layout(chosen(layout, [one.key]), first * PER_MS, after * PER_MS)
    meter, peaks = Meter(), Peaks(step)
    for both in sides(own, open_file):
        pcm = both[0] if own.left else both[1]
        meter.feed(pcm)
        peaks.feed(pcm)
    sound = min(after - first, BLOCK_MS * sum(talk(meter.done())))
    return SpeakerPeaks(key=one.key, from_ms=first, sound_ms=sound, peaks=peaks.done())


def survey_json(about: dict[str, object], found: SpeakerSurvey) -> str:
    """As it lies in the cache; `about` says what it is."""
    return json.dumps(about | asdict(found), ensure_ascii=False, separators=(",", ":"))


def read_speaker_survey(file: Readable) -> SpeakerSurvey:
    """What `survey_json` wrote."""
    found = json.loads(b"".join(pieces(file)))
    return SpeakerSurvey(
        duration_ms=found["duration_ms"],
        step_ms=found["step_ms"],
        speakers=tuple(SpeakerPeaks(**one) for one in found["speakers"]),
    )
