"""The files of sounds and the note of what each was made from, written whole or not at all, by one build at a time.

A note that cannot be read is none: then everything is made anew.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from hotline1022.core.errors import ConfigError

MANIFEST = "manifest.json"
#: seconds that a build waits for another one: a service may speak names of its directory while a command speaks the menu
PATIENCE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of a job."""

    source: str
    #: espeak, studio or made
    origin: str
    seconds: float
    rms_dbfs: float
    peak_dbfs: float
    first_sound_ms: int


def there(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0


def read_manifest(folder: Path) -> dict[str, Made]:
    """What earlier builds made; a manifest that cannot be read means that all is made anew."""
    try:
        entries = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {name: Made(**entry) for name, entry in entries.items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return {}


def write_manifest(folder: Path, made: Mapping[str, Made]) -> None:
    entries = {name: asdict(one) for name, one in sorted(made.items())}
    write(folder / MANIFEST, (json.dumps(entries, indent=1, ensure_ascii=False) + "\n").encode())


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Only one build at a time in a folder; whoever comes while another one works waits for it. ConfigError `prompts-busy`."""
    with (folder / ".lock").open("w") as lock:
        until = time.monotonic() + PATIENCE
        while not _taken(lock):
            if time.monotonic() >= until:
                text = f"the prompts in {folder} are being made by another process; wait for it and start again"
                raise ConfigError(text, error_id="prompts-busy")
            time.sleep(0.1)
        yield


def _taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
