"""Originals of another PBX: what they are, and their audio as ours. Reads them only; what is decoded has no name on the disk."""

import os
import tempfile
from itertools import islice
from pathlib import Path

from hotline1022.recordings import wav
from hotline1022.recordings.ffmpeg import Ffmpeg, decode, missing, probe
from hotline1022.recordings.ports import Readable
from hotline1022.recordings.reader import PlainFile, pieces
from hotline1022.recordings.types import Foreign

#: formats that do not say what they are, by the name's ending: ffmpeg's words
FORMS = {"gsm": "gsm", "ulaw": "mulaw", "alaw": "alaw"}
#: endings of the same formats elsewhere
SAME_ENDING = {"ul": "ulaw", "pcmu": "ulaw", "al": "alaw", "pcma": "alaw", "oga": "ogg", "wav49": "wav"}
#: pieces in which ffmpeg must find what it is: 1 MiB
_PROBED = 4


def ending_of(name: str, endings: tuple[str, ...]) -> str:
    """The ending that an imported file keeps; `bin` for what says nothing."""
    ending = name.rpartition(".")[2].lower()
    ending = SAME_ENDING.get(ending, ending)
    return ending if ending in endings else "bin"


def form_of(name: str) -> str:
    """ffmpeg's word for a file that does not say what it is; "" for one that does."""
    return FORMS.get(name.rpartition(".")[2], "")


def look(file: Readable, name: str, ffmpeg: Ffmpeg | None, citizen: int) -> Foreign:
    """What the open file is. Unavailable `ffmpeg-missing` where only ffmpeg can tell, `ffmpeg-failed` for what is no audio."""
    if wav.inspect_file(file).readable:
        return Foreign(codec="", rate=wav.RATE, channels=1)
    if ffmpeg is None:
        raise missing("a file that is not 8 kHz, mono, 16 bit")
    sound = probe(ffmpeg, islice(pieces(file), _PROBED), form_of(name))
    return Foreign(codec=sound.codec, rate=sound.rate, channels=sound.channels, citizen=citizen)


def decoded(file: Readable, ffmpeg: Ffmpeg | None, form: str, channel: int) -> PlainFile:
    """One channel of an open foreign file as an open WAV of ours; the caller closes."""
    if ffmpeg is None:
        raise missing("a recording of another PBX")
    target, name = tempfile.mkstemp(prefix="hl1022-", suffix=".wav")
    try:
        decode(ffmpeg, pieces(file), Path(name), form=form, channel=channel)
    except BaseException:
        os.close(target)
        raise
    finally:
        Path(name).unlink()
    return PlainFile(target)
