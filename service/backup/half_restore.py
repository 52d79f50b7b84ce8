"""The mark of a restore that has begun and not ended: a file of the data folder. Whoever uses the folder refuses while it is there."""

import json
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import ConfigError
from hotline1022.service.backup.shelf import sync_folder
from hotline1022.service.settings.secrets import write_once

#: below the data folder
MARK = "restore-unfinished.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Which backup is being put back."""

    #: its folder when it was begun
    backup: str
    #: SHA-256 of its manifest; "" where the mark is torn: nothing was put back yet
    manifest: str


def begun(data: Path) -> Begun | None:
    """The restore into this data folder that was not finished. ConfigError `data-unreadable`."""
    try:
        told = json.loads((data / MARK).read_bytes())
        if not all(isinstance(told[name], str) for name in ("backup", "manifest")):
            raise TypeError("not what a mark says")
        return Begun(backup=told["backup"], manifest=told["manifest"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        text = f"{data / MARK}: cannot be read ({error.strerror}); run this as the service's user"
        raise ConfigError(text, error_id="data-unreadable") from error
    except (ValueError, KeyError, TypeError):  # torn, on a share without links: of no backup that anybody could name
        return Begun(backup="BACKUP", manifest="")


def mark(data: Path, of: Begun) -> None:
    """From now on nothing starts on this data folder; durable. In place of a torn mark."""
    there = begun(data)
    if there is not None and not there.manifest:
        (data / MARK).unlink()
    told = {"backup": of.backup, "manifest": of.manifest}
    write_once(data / MARK, json.dumps(told, ensure_ascii=False).encode(), mode=0o640)


def unmark(data: Path) -> None:
    """It is whole; durable."""
    (data / MARK).unlink()
    sync_folder(data)


def must_be_whole(data: Path) -> None:
    """ConfigError `restore-unfinished`."""
    half = begun(data)
    if half is not None:
        raise ConfigError(
            f"a restore into {data} was cut off: begin it again (hotline1022 restore {half.backup}), or take a new paths.data",
            error_id="restore-unfinished",
        )
