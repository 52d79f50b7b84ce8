"""The folders and links that Asterisk needs to live in a place of our own. Refuses a folder that belongs to somebody else."""

import hashlib
import os
import tempfile
from pathlib import Path

from hotline1022.core.errors import ConfigError

#: A UNIX socket's path has room for 107 bytes.
LONGEST_SOCKET = 107

#: what Asterisk says of itself is kept up to this size, bytes, and one older file of it
LOG_BYTES = 16 << 20


def bound_log(file: Path) -> None:
    """A log that has grown large goes aside at a start, in place of the one before."""
    if file.is_file() and file.stat().st_size > LOG_BYTES:
        file.replace(file.with_name(f"{file.name}.1"))


def run_folder(folder: Path) -> Path:
    """Where the control socket goes: run/ in the folder, or elsewhere when its path is too long for a socket."""
    place = folder / "run"
    if len(os.fsencode(place / "asterisk.ctl")) <= LONGEST_SOCKET:
        return place
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"hotline1022-{os.getuid()}-{digest}"


def own_folder(place: Path) -> None:
    """Make the folder of the control socket; who may write there commands Asterisk."""
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    if place.lstat().st_uid != os.getuid() or place.is_symlink():
        raise ConfigError(f"{place} belongs to somebody else; remove it", error_id="run-folder-foreign")
    place.chmod(0o700)


def sound_folders(sounds: Path | None) -> dict[str, Path]:
    """Asterisk's own sounds by language; `en` is the first English there is."""
    if sounds is None:
        return {}
    found = {place.name: place for place in sounds.iterdir() if place.is_dir()}
    english = next((place for name, place in sorted(found.items()) if name.startswith("en")), None)
    return {"en": english, **found} if english else found


def link(at: Path, target: Path) -> None:
    """Let `at` lead to the folder `target`; a folder that is there stays."""
    if at.is_symlink():
        at.unlink()
    if not at.exists():
        at.symlink_to(target.absolute(), target_is_directory=True)
