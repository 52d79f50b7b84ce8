"""Asterisk's part of a reload: the files that changed are written, and read on its own console; calls go on.

Says what a person must do where Asterisk is not ours. Uses no AMI: the service's accounts have no right to command.
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from pathlib import Path

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.service.asterisk.console import Console
from hotline1022.service.reload_plan import at_start_only, commands, differing
from hotline1022.service.settings.tree import Settings

log = logging.getLogger(__name__)

_LOAD = "module load "
_LOADED = re.compile(r"^load=(\S+)$", re.MULTILINE)


async def tell_asterisk(
    settings: Settings, before: Mapping[str, str], after: Mapping[str, str], owed: set[str]
) -> list[str]:
    """Write the files that changed and let Asterisk read them; lines for people say what was done, or what to do.

    `owed` keeps the files that were written and could not be told of: the next reload tells of them too.
    """
    etc = settings.paths.asterisk / "etc"
    if not etc.is_dir():
        return _by_hand(differing(before, after), f"Asterisk's files do not lie in {etc}")
    files = await asyncio.to_thread(_changed_on_disk, etc, after)
    if not files and not owed:
        return []
    new_modules = await asyncio.to_thread(_new_modules, etc, after)
    try:
        await asyncio.to_thread(_write, etc, {name: after[name] for name in files})
    except OSError as error:
        return _by_hand(files, f"Asterisk's files in {etc} cannot be written ({error.strerror})")
    owed.update(files, new_modules)
    # what the dialplan is about to use is there before it is read; a module that cannot be loaded keeps it from being read
    wanted = (*sorted(one for one in owed if one.startswith(_LOAD)), *commands(tuple(owed)))
    lines = []
    if wanted:
        told, line = await _on_console(settings, wanted)
        lines.append(line)
        if told:
            owed.clear()
    else:
        owed.clear()
    if late := at_start_only(files):
        lines.append(f"Needs a restart of Asterisk: {', '.join(late)} in {etc}.")
    return lines


async def _on_console(settings: Settings, wanted: tuple[str, ...]) -> tuple[bool, str]:
    said = "; ".join(wanted)
    try:
        console = Console(settings)
        if not await console.open():
            return True, "Asterisk does not run here: it reads its new files when it starts."
        for command in wanted:
            answer = await console.say(command)
            if "No such" in answer or "Unable to" in answer or ("not " in answer and command.startswith("module")):
                raise Unavailable(answer.strip()[:200], error_id="asterisk-not-reloaded")
    except HotlineError as error:
        log.error("reload: Asterisk was not told: %s", error)
        return False, f"Asterisk's files are written, but it could not be told ({error}). Say on its console: {said}"
    return True, f"Asterisk has read anew: {said}."


def _by_hand(files: tuple[str, ...], why: str) -> list[str]:
    """What to do where the service may not."""
    if not files:
        return []
    wanted = commands(files)
    say = f", and say on its console: {'; '.join(wanted)}" if wanted else ""
    if at_start_only(files):
        say += f"; restart Asterisk for {', '.join(at_start_only(files))}"
    write = "run `hotline1022 asterisk-conf FOLDER` as a user who may write into Asterisk's folder"
    return [f"{why}: {write}{say}. Changed are {', '.join(files)}."]


def _new_modules(etc: Path, after: Mapping[str, str]) -> tuple[str, ...]:
    """Commands that load what Asterisk is to load at its next start and was not at its last."""
    try:
        there = set(_LOADED.findall((etc / "modules.conf").read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(f"{_LOAD}{name}" for name in _LOADED.findall(after.get("modules.conf", "")) if name not in there)


def _changed_on_disk(etc: Path, after: Mapping[str, str]) -> tuple[str, ...]:
    there = {}
    for name in after:
        try:
            there[name] = (etc / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
    return differing(there, after)


def _write(etc: Path, changed: Mapping[str, str]) -> None:
    """All of them beside first, then all into their places: a full disk changes nothing."""
    beside = {etc / name: (etc / name).with_name(f".{Path(name).name}.new") for name in changed}
    try:
        for (target, new), text in zip(beside.items(), changed.values(), strict=True):
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            new.unlink(missing_ok=True)
            new.touch(mode=0o600)
            new.write_text(text, encoding="utf-8")
        for target, new in beside.items():
            new.replace(target)
    finally:
        for new in beside.values():
            new.unlink(missing_ok=True)
