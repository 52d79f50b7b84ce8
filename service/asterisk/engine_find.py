"""Finds an Asterisk that is new enough: the configured one, the machine's own or the private root's; it downloads nothing."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import ConfigError

#: Older ones can be switched off by a single unauthenticated SIP request (CVE-2026-57191).
OLDEST = (22, 10, 1)
CURE = "run `scripts/run`, or `scripts/private-root asterisk espeak-ng`, which brings it without root rights"

_VERSION = re.compile(r"^Asterisk (?:certified[/-])?(\d+)\.(\d+)(?:[.-](?:cert)?(\d+))?", re.MULTILINE)
_MACHINES = {
    "x86_64": ("x86_64-linux-gnu", ("usr/lib64/ld-linux-x86-64.so.2", "lib64/ld-linux-x86-64.so.2")),
    "aarch64": ("aarch64-linux-gnu", ("usr/lib/ld-linux-aarch64.so.1", "lib/ld-linux-aarch64.so.1")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskEngine:
    """An Asterisk that can be run: how to call it and where its own files lie."""

    command: tuple[str, ...]
    version: tuple[int, int, int]
    modules: Path
    documentation: Path
    #: The sound files that came with it, if any.
    sounds: Path | None


def private_root() -> Path:
    """The folder into which `scripts/private-root` unpacks."""
    if given := os.environ.get("HOTLINE1022_ROOT"):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotline1022" / "root"


def find_engine(binary: str = "") -> AsteriskEngine:
    """The given binary, else the machine's own if new enough, else the private root's.

    Raises ConfigError: asterisk-missing, asterisk-too-old or asterisk-incomplete. Blocks while it asks for the version.
    """
    if binary:
        path = Path(binary).expanduser()
        if not path.is_file():
            raise ConfigError(
                f"asterisk.binary is {binary}, which is no file; correct it, or leave it empty and {CURE}",
                error_id="asterisk-missing",
            )
        return _engine(path)
    too_old: ConfigError | None = None
    if own := shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin:/opt/asterisk/sbin"):
        try:
            return _engine(Path(own))
        except ConfigError as error:
            too_old = error
    private = private_root() / "usr/sbin/asterisk"
    if private.is_file():
        return _engine(private)
    raise too_old or ConfigError(f"there is no Asterisk on this machine; {CURE}", error_id="asterisk-missing")


def parse_version(output: str) -> tuple[int, int, int] | None:
    """The version in what `asterisk -V` printed; None if there is none (a development build)."""
    found = _VERSION.search(output)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def runner_of(binary: Path, *, beside: Sequence[str] = ()) -> tuple[str, ...]:
    """How a program is called: ROOT/usr/bin/NAME of a private root is run with that root's own loader and libraries.

    `beside` are further folders of libraries below the usual one.
    """
    binary = binary.absolute()
    triplet, loaders = _MACHINES.get(platform.machine(), ("", ()))
    root = binary.parents[2] if len(binary.parents) > 2 else Path("/")
    loader = next((root / name for name in loaders if root != Path("/") and (root / name).is_file()), None)
    if loader is None:
        return (str(binary),)
    libraries = root / "usr/lib" / triplet
    places = [libraries, *(libraries / name for name in beside)]
    return (str(loader), "--library-path", ":".join(map(str, places)), str(binary))


def _engine(binary: Path) -> AsteriskEngine:
    binary = binary.absolute()
    triplet, _ = _MACHINES.get(platform.machine(), ("", ()))
    command = runner_of(binary)
    prefix = binary.resolve().parents[1] if len(command) == 1 else binary.parents[1]
    try:
        run = subprocess.run([*command, "-V"], check=False, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"{binary} does not run ({error}); {CURE}", error_id="asterisk-missing") from error
    version = parse_version(run.stdout)
    needed = ".".join(map(str, OLDEST))
    if version is None:
        said = (run.stdout + run.stderr).strip()[:200]
        raise ConfigError(
            f"{binary} does not tell its version (it said: {said}); {needed} or newer is needed: {CURE}",
            error_id="asterisk-too-old",
        )
    if version < OLDEST:
        raise ConfigError(
            f"{binary} is Asterisk {'.'.join(map(str, version))}; {needed} or newer is needed (CVE-2026-57191): {CURE}",
            error_id="asterisk-too-old",
        )
    modules = [
        prefix / "lib" / triplet / "asterisk/modules",
        prefix / "lib64/asterisk/modules",
        prefix / "lib/asterisk/modules",
    ]
    data = [prefix / "share/asterisk", prefix / "var/lib/asterisk"]
    if prefix == Path("/usr"):
        data.append(Path("/var/lib/asterisk"))
    sounds = next((place / "sounds" for place in data if (place / "sounds").is_dir()), None)
    return AsteriskEngine(
        command=command,
        version=version,
        modules=_first(binary, "chan_pjsip.so", modules),
        documentation=_first(binary, "core-en_US.xml", [place / "documentation" for place in data]),
        sounds=sounds,
    )


def _first(binary: Path, name: str, places: Sequence[Path]) -> Path:
    for place in places:
        if (place / name).is_file():
            return place
    raise ConfigError(
        f"{binary} has no {name} in any of {', '.join(map(str, places))}; install Asterisk completely, or {CURE}",
        error_id="asterisk-incomplete",
    )
