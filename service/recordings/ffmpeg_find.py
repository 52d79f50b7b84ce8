"""Finds ffmpeg: the configured one, the machine's own or the private root's; it downloads nothing."""

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

from hotline1022.core.errors import ConfigError
from hotline1022.recordings.ffmpeg import CURE, Ffmpeg
from hotline1022.service.asterisk.engine_find import private_root, runner_of

#: encoder by the form of a copy
ENCODERS = {"mp3": "libmp3lame", "opus": "libopus"}
#: folders of the private root's libraries that the packages' scripts would have told the loader of
_BESIDE = ("pulseaudio", "blas", "lapack")
_VERSION = re.compile(r"^ffmpeg version (\S+)")
_SECONDS = 20


def find_ffmpeg(binary: str = "") -> Ffmpeg:
    """The given one, else the machine's own, else the private root's. ConfigError `ffmpeg-missing`. Blocks while it asks."""
    private = private_root() / "usr/bin/ffmpeg"
    own = binary or shutil.which("ffmpeg") or (str(private) if private.is_file() else "")
    if not own:
        raise ConfigError(f"ffmpeg, which makes MP3 and Opus copies, is missing; {CURE}", error_id="ffmpeg-missing")
    command = runner_of(Path(own).expanduser(), beside=_BESIDE)
    version = _VERSION.search(_asked(command, "-version"))
    if version is None:
        raise ConfigError(f"{own} does not tell its version; {CURE}", error_id="ffmpeg-missing")
    listed = set(_asked(command, "-encoders").split())
    return Ffmpeg(command=command, version=version[1], encoders=frozenset(listed & set(ENCODERS.values())))


def _asked(command: tuple[str, ...], question: str) -> str:
    try:
        done = subprocess.run(
            [*command, "-hide_banner", question], check=False, capture_output=True, text=True, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"{command[-1]} does not run ({error}); {CURE}", error_id="ffmpeg-missing") from error
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise ConfigError(f"{command[-1]} does not run ({said[:200]}); {CURE}", error_id="ffmpeg-missing")
    return done.stdout


class FfmpegFinder:
    """Looks once it is needed, again as long as there is none: it may be installed while the service runs."""

    def __init__(self, binary: str) -> None:
        self._binary = binary
        self._found: Ffmpeg | None = None

    async def __call__(self) -> Ffmpeg | None:
        """It, or None where there is none."""
        if self._found is None:
            try:
                self._found = await asyncio.to_thread(find_ffmpeg, self._binary)
            except ConfigError:
                return None
        return self._found
