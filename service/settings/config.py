"""Settings from one TOML file and HOTLINE1022_SECTION_KEY variables, checked at once. Refuses with all problems named.

The environment wins over the file, the file over the defaults; lists in a variable are separated by commas
(`HOTLINE1022_QUEUE_PAUSE_REASONS=1=Giải lao,2=Họp`). A secret `key` may be given as `key_file`, a file that holds it.
"""

import os
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from hotline1022.core.errors import ConfigError
from hotline1022.service.settings.audit import AUDIT_FILES, Audit
from hotline1022.service.settings.backup import BACKUP_FILES
from hotline1022.service.settings.check import check
from hotline1022.service.settings.desk import DESK_FILES
from hotline1022.service.settings.notify import NOTIFY_FILES, Notify
from hotline1022.service.settings.read import Problem, read, shown
from hotline1022.service.settings.recordings import RECORDINGS_FILES, Recordings
from hotline1022.service.settings.tree import (
    Asterisk,
    Database,
    Emergency,
    Hotline,
    Lines,
    Log,
    Paths,
    PauseReason,
    Queue,
    Service,
    Settings,
    Trunk,
)

__all__ = [
    "Asterisk",
    "Audit",
    "Database",
    "Emergency",
    "Hotline",
    "Lines",
    "Log",
    "Notify",
    "Paths",
    "PauseReason",
    "Problem",
    "Queue",
    "Recordings",
    "Service",
    "Settings",
    "SettingsError",
    "Trunk",
    "load",
]


class SettingsError(ConfigError):
    """The settings are wrong; the message has one line for each of `problems`."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


#: keys that name a file or folder, beside those of [paths]
FILES = frozenset(
    {"tls_certificate", "tls_key", "tls_ca", *NOTIFY_FILES, *AUDIT_FILES, *RECORDINGS_FILES, *BACKUP_FILES, *DESK_FILES}
)


def load(path: Path | str | None, env: Mapping[str, str]) -> Settings:
    """The settings of this file (None: defaults) and environment, or SettingsError with every problem.

    Relative paths start at the file's folder; without a file, and in variables, at the working folder.
    """
    file = None if path is None else Path(path)
    here = Path.cwd()
    base = here if file is None else (here / file).parent
    raw = read(file, env, base)
    tree = Settings()
    for section in fields(tree):
        part = getattr(tree, section.name)
        given = {
            key: _placed(value, part, key, here if raw.places[name, key].startswith("environment") else base)
            for (name, key), value in raw.values.items()
            if name == section.name
        }
        if section.name == "paths" and "data" not in given:
            given["data"] = base / part.data
        if section.name == "trunk" and "host" in given and "match" not in given:
            given["match"] = ()
        tree = replace(tree, **{section.name: replace(part, **given)})
    problems = list(raw.problems)
    for finding in check(tree):
        if raw.spoilt.isdisjoint(finding.keys):
            first = finding.keys[0]
            section_name, _, key = first.partition(".")
            where = raw.places.get((section_name, key), "default")
            problems.append(
                Problem(
                    where=where,
                    key=first,
                    value=shown(first, finding.value),
                    reason=finding.reason,
                    cure=finding.cure,
                )
            )
    if problems:
        raise SettingsError(tuple(problems))
    return tree


def _home(value: str) -> Path:
    """`~` is the own home; the home of somebody who is not there, or of no name at all, is a folder of that name."""
    try:
        return Path(value).expanduser()
    except (RuntimeError, ValueError):
        return Path(value)


def _placed(value: Any, part: Any, key: str, base: Path) -> Any:
    """Paths made absolute from where they were written; everything else as it is."""
    if isinstance(part, Paths):
        if not value:
            return getattr(part, key) if key != "data" else base / part.data
        return Path(os.path.normpath(base / _home(value)))
    if key in FILES and value:
        return os.path.normpath(base / _home(value))
    return value
