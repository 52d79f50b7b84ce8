"""Runs ffmpeg on audio that comes in pieces: encodes, measures loudness, reads foreign files. Blocks: for other processes.

The same input gives the same bytes: no time, no name of the machine and no random number gets into a file.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hotline1022.core.errors import Unavailable
from hotline1022.recordings.wav import RATE

CURE = "install it (apt install ffmpeg), or run scripts/private-root ffmpeg; the WAV copy needs none"
#: what would make two runs differ, left out
_EXACT = ("-threads", "1", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")
_LOUDNESS = re.compile(r"^\s+I:\s+(-?[0-9.]+|-inf|nan) LUFS$", re.MULTILINE)
_STREAM = re.compile(r"Stream #0:\d+[^\n]*?: Audio: (\w+)[^\n]*?, (\d+) Hz, ([^,\n]+)")
_NUMBER = re.compile(r"\D.*")
#: foreign files that are read
_FORMATS = "wav,w64,mp3,ogg,gsm,mulaw,alaw,flac,au"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ffmpeg:
    """An ffmpeg that can be run; found by service/recordings/ffmpeg_find.py."""

    command: tuple[str, ...]
    #: as it tells it: `9.0.2-4`; another version may encode otherwise
    version: str
    #: names of the encoders that it has, of those that are wanted here
    encoders: frozenset[str] = frozenset()


async def no_ffmpeg() -> Ffmpeg | None:
    """Where none was looked for."""
    return None


def missing(what: str) -> Unavailable:
    """The error where there is no ffmpeg; `what` cannot be made without it."""
    return Unavailable(f"{what} needs ffmpeg, which is missing; {CURE}", error_id="ffmpeg-missing")


def encode(
    ffmpeg: Ffmpeg,
    pieces: Iterable[bytes],
    target: Path,
    *,
    wide: bool,
    arguments: Sequence[str],
    marks: Mapping[str, str],
) -> None:
    """Write stereo of 8 kHz, 16 bit or (`wide`) 32 bit, into `target` as `arguments` say; Unavailable `ffmpeg-failed`."""
    tags = [word for key, text in marks.items() for word in ("-metadata", f"{key}={text}")]
    wanted = [*_raw(2, wide=wide), *_EXACT, *tags, *arguments, "-y", f"file:{target}"]
    _feed(ffmpeg, wanted, pieces)


def loudness(ffmpeg: Ffmpeg, pieces: Iterable[bytes]) -> float:
    """Integrated loudness of mono of 8 kHz, 16 bit (EBU R 128), in LUFS; -70 where there is nothing to measure."""
    said = _feed(
        ffmpeg, [*_raw(1, wide=False), "-af", "ebur128=framelog=quiet", "-f", "null", "-"], pieces, level="info"
    )
    found = _LOUDNESS.findall(said)
    if not found:
        raise Unavailable(f"ffmpeg tells no loudness; {CURE}", error_id="ffmpeg-failed")
    return -70.0 if found[-1] in ("nan", "-inf") else max(-70.0, float(found[-1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What a foreign file holds."""

    #: ffmpeg's word: gsm, pcm_mulaw, mp3 …
    codec: str
    #: samples a second
    rate: int
    channels: int


def probe(ffmpeg: Ffmpeg, pieces: Iterable[bytes], form: str = "") -> Sound:
    """What kind of audio comes in these pieces; `form` names it where it does not say so itself (mulaw, alaw, gsm).

    Unavailable `ffmpeg-failed` when it is none that is read here.
    """
    said = _feed(ffmpeg, [*_foreign(form), "-frames:a", "1", "-f", "null", "-"], pieces, level="info")
    found = _STREAM.search(said)
    if found is None:
        raise Unavailable("ffmpeg finds no audio in it", error_id="ffmpeg-failed")
    channels = {"mono": 1, "stereo": 2}.get(found[3]) or int(_NUMBER.sub("", found[3]) or 1)
    return Sound(codec=found[1], rate=int(found[2]), channels=channels)


def decode(ffmpeg: Ffmpeg, pieces: Iterable[bytes], target: Path, *, form: str = "", channel: int = 0) -> None:
    """One channel of a foreign file as a WAV of 8 kHz, mono, 16 bit. Unavailable `ffmpeg-failed`."""
    one = f"pan=mono|c0=c{channel},aresample={RATE}"
    out = [*_EXACT, "-vn", "-af", one, "-c:a", "pcm_s16le", "-f", "wav", "-y", f"file:{target}"]
    _feed(ffmpeg, [*_foreign(form), *out], pieces)


def _foreign(form: str) -> list[str]:
    """Reads what comes in and nothing else: a playlist in place of audio would name other files."""
    known = ["-f", form, *(("-ar", str(RATE)) if form in ("mulaw", "alaw") else ())] if form else []
    return ["-protocol_whitelist", "pipe", "-format_whitelist", _FORMATS, *known, "-i", "pipe:0"]


def _raw(channels: int, *, wide: bool) -> list[str]:
    return ["-f", "s32le" if wide else "s16le", "-ar", str(RATE), "-ac", str(channels), "-i", "pipe:0"]


def _feed(ffmpeg: Ffmpeg, arguments: Sequence[str], pieces: Iterable[bytes], *, level: str = "error") -> str:
    """Run with the pieces as its input; returns what it said."""
    with tempfile.TemporaryFile() as said:
        command = _command(ffmpeg, arguments, level)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said) as process:
            assert process.stdin is not None
            try:
                for piece in pieces:
                    process.stdin.write(piece)
                process.stdin.close()
            except BrokenPipeError:
                pass  # it gave up: what it said and its exit code tell why
            except BaseException:
                process.kill()
                raise
            code = process.wait()
        return _said(said, code)


def _command(ffmpeg: Ffmpeg, arguments: Sequence[str], level: str) -> list[str]:
    return [*ffmpeg.command, "-hide_banner", "-nostats", "-nostdin", "-loglevel", level, *arguments]


def _said(file: IO[bytes], code: int) -> str:
    file.seek(0)
    text = file.read(100_000).decode(errors="replace")
    if code == 0:
        return text
    last = (text.strip().splitlines() or [f"exit code {code}"])[-1]
    if "No space left" in text:
        raise Unavailable("the disk of the copies is full; free some space", error_id="disk-full")
    raise Unavailable(f"ffmpeg could not do it: {last[:300]}", error_id="ffmpeg-failed")
