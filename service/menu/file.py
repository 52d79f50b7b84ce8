"""The menu that this machine puts in force before the database is read: the copy of what was published last, else the settings'
file. Refuses (ConfigError `menu-invalid`) when neither is a menu.

The database has the versions; the copy is there so that prompts are made, and callers answered, before it is opened. What it is
good for: docs/decisions/023-the-menu-in-force.md.
"""

import contextlib
import hashlib
import logging
import os
from importlib.resources import files
from pathlib import Path

from hotline1022.core.errors import ConfigError, Invalid
from hotline1022.ivr.load import SHIPPED, load, parse, shipped
from hotline1022.ivr.model import MenuTree
from hotline1022.service.settings.tree import Settings

log = logging.getLogger(__name__)

#: below the data folder
COPY = "published-menu.toml"
#: what stands in messages in place of a file's name
SOURCE = "menu"


def in_force(settings: Settings) -> MenuTree:
    """What callers hear until the database says otherwise."""
    return kept(settings) or load(settings.paths.menu, standing=True)


def kept(settings: Settings) -> MenuTree | None:
    """The copy of what was published last; None when nothing was, or when it is no menu now."""
    text = kept_text(settings)
    if text is None:
        return None
    try:
        return read(text, standing=True)
    except Invalid as error:
        log.error("the kept copy %s is no menu, the settings' file is taken: %s", COPY, error)
        return None


def kept_text(settings: Settings) -> str | None:
    """Its text."""
    try:
        return (settings.paths.data / COPY).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        log.error("the kept copy %s cannot be read, the settings' file is taken: %s", COPY, error)
        return None


def file_text(settings: Settings) -> str:
    """The text of the settings' file, or of the shipped menu; it was loaded before. ConfigError when it is gone."""
    path = settings.paths.menu
    if path is None:
        return (files("hotline1022.ivr") / SHIPPED).read_text(encoding="utf-8")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the menu file cannot be read; check paths.menu", error_id="menu-invalid") from error


def read(text: str, *, standing: bool = False) -> MenuTree:
    """The menu in a text that people wrote on the page, or (`standing`) published before; Invalid `menu-invalid` with a line for each
    fault.
    """
    try:
        return parse(text, source=SOURCE, base=shipped(), standing=standing)
    except ConfigError as error:
        raise Invalid(str(error), error_id=error.error_id) from error


def hash_of(text: str) -> str:
    """SHA-256 of a text, as a version has it."""
    return hashlib.sha256(text.encode()).hexdigest()


def stage(data: Path, text: str) -> Path:
    """Write the new copy beside the old one, on the disk when this returns; `keep` puts it in place. OSError."""
    new = data / f".{COPY}.new"
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return new


def keep(data: Path, staged: Path) -> None:
    """Put it in place. OSError."""
    staged.replace(data / COPY)
    folder = os.open(data, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def forget(data: Path) -> None:
    """The settings' file leads: no copy. OSError."""
    with contextlib.suppress(FileNotFoundError):
        (data / COPY).unlink()
