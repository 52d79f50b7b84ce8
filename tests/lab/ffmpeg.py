"""A real ffmpeg for tests. Refuses to be skipped: without one they fail and say how to get it."""

import subprocess
from functools import cache
from pathlib import Path

from hotline1022.recordings.ffmpeg import Ffmpeg
from hotline1022.service.recordings.ffmpeg_find import find_ffmpeg


@cache
def ffmpeg() -> Ffmpeg:
    """The one that the product would take."""
    return find_ffmpeg()


def run(*arguments: str) -> str:
    """Run it; what it said."""
    done = subprocess.run(
        [*ffmpeg().command, "-hide_banner", "-nostdin", *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stderr


def samples(path: Path, out: Path) -> tuple[bytes, bytes]:
    """Left and right of any stereo file, 8 kHz, 16 bit."""
    for side in (0, 1):
        run(
            "-y", "-i", str(path), "-af", f"pan=mono|c0=c{side}", "-ar", "8000", "-f", "s16le", str(out / f"{side}.raw")
        )
    return (out / "0.raw").read_bytes(), (out / "1.raw").read_bytes()
