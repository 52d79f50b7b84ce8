"""Finds and runs espeak-ng: the machine's own, or the one in the private root with that root's libraries."""

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import ConfigError
from hotline1022.ivr.model import Voice

CURE = "install it (apt install espeak-ng), or run scripts/private-root espeak-ng"
#: no prompt takes longer to be spoken into a file
SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Espeak:
    """How espeak-ng is run here."""

    command: tuple[str, ...]
    #: environment variables it needs besides ours
    environment: tuple[tuple[str, str], ...] = ()


def private_root(environment: Mapping[str, str]) -> Path:
    """The folder that scripts/private-root fills."""
    given = environment.get("HOTLINE1022_ROOT")
    if given:
        return Path(given)
    cache = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "hotline1022" / "root"


def find_espeak(root: Path | None = None) -> Espeak:
    """espeak-ng of this machine, else of the private root `root`; ConfigError `espeak-missing` when there is none."""
    own = shutil.which("espeak-ng")
    if own:
        return Espeak(command=(own,))
    root = root or private_root(os.environ)
    machine = platform.machine()
    libraries = root / "usr/lib" / f"{machine}-linux-gnu"
    loaders = (root / f"usr/lib64/ld-linux-{machine.replace('_', '-')}.so.2", root / f"usr/lib/ld-linux-{machine}.so.1")
    loader = next((loader for loader in loaders if loader.exists()), None)
    binary = root / "usr/bin/espeak-ng"
    if loader is None or not binary.exists() or not (libraries / "espeak-ng-data").is_dir():
        raise ConfigError(f"espeak-ng, which speaks the prompts, is missing; {CURE}", error_id="espeak-missing")
    paths = f"{libraries}:{libraries / 'pulseaudio'}"
    return Espeak(
        command=(str(loader), "--library-path", paths, str(binary)),
        environment=(("ESPEAK_DATA_PATH", str(libraries)),),
    )


def speak(espeak: Espeak, voice: Voice, text: str) -> bytes:
    """`text` spoken, as the bytes of a WAV file at espeak-ng's own rate."""
    with tempfile.TemporaryDirectory(prefix="hl1022-") as folder:
        file = Path(folder) / "spoken.wav"
        options = ["-v", voice.name, "-s", str(voice.speed), "-p", str(voice.pitch), "-b", "1", "-w", str(file)]
        try:
            done = subprocess.run(
                [*espeak.command, *options, "--stdin"],
                input=text.encode(),
                capture_output=True,
                timeout=SECONDS,
                check=False,
                env={**os.environ, **dict(espeak.environment)},
            )
        except FileNotFoundError as error:
            raise ConfigError(f"{espeak.command[0]} is missing; {CURE}", error_id="espeak-missing") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ConfigError(f"espeak-ng did not run: {error}; {CURE}", error_id="espeak-failed") from error
        if done.returncode != 0 or not file.exists():
            said = done.stderr.decode(errors="replace").strip().splitlines()
            why = said[-1] if said else f"exit code {done.returncode}"
            raise ConfigError(f"espeak-ng could not speak ({why}); {CURE}", error_id="espeak-failed")
        return file.read_bytes()
