"""New settings and a new menu in the running service and its Asterisk; calls go on. Refuses as a whole what is not sound.

Everything is checked and made first; then Asterisk's files are put in place and read, then the service changes over at
once. Asterisk is told on its own console: the service's AMI accounts have no right to command.
"""

import asyncio
import json
import logging
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.ivr.load import load as load_menu
from hotline1022.ivr.model import MenuTree
from hotline1022.service.asterisk.reload_asterisk import tell_asterisk
from hotline1022.service.asterisk.render import own_texts
from hotline1022.service.lock import owner
from hotline1022.service.menu.notice_versions import note_versions
from hotline1022.service.prepare import speak_prompts
from hotline1022.service.reload_plan import plan
from hotline1022.service.retention.terms_book import overruled
from hotline1022.service.settings.config import load
from hotline1022.service.settings.secrets import Secrets, ensure_secrets
from hotline1022.service.settings.tree import Settings

if TYPE_CHECKING:
    from hotline1022.service.app import App

log = logging.getLogger(__name__)

#: held by the running service, below the data folder
LOCK = "service.lock"
#: where the service writes what became of its last reload, below the data folder
ANSWER = "reload.json"
#: how long the command waits: a whole new voice speaks for a minute
ASK_SECONDS = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """What became of a reload, in lines for people."""

    done: bool
    lines: tuple[str, ...]


async def reload(app: "App", config: str | None) -> Reloaded:
    """Read settings and menu anew and put them in force; what is not sound changes nothing."""
    try:
        async with app.menus.lock:
            result = await _reload(app, config)
    except (HotlineError, OSError) as error:
        log.error("reload refused, the old settings go on: %s", error)
        return Reloaded(done=False, lines=(*str(error).splitlines(), "Nothing was changed: the old settings go on."))
    for line in result.lines:
        log.info("reload: %s", line)
    return result


async def tell(app: "App", result: Reloaded) -> None:
    """An entry of the audit, also after a signal alone; who gave a command is in the entry of the command."""
    act = Acting(actor="service", origin="service", act="reload", detail={"done": result.done})
    with acts(act):
        try:
            await app.evidence.acts.note(act)
        except Unavailable as error:
            log.error("reload: %s", error)


async def _reload(app: "App", config: str | None) -> Reloaded:
    new = await asyncio.to_thread(load, config, os.environ)
    # where people have published one, the file is its fallback alone, and must be sound all the same
    of_file = await asyncio.to_thread(load_menu, new.paths.menu)
    file_leads = app.menus.file_leads
    menu = of_file if file_leads else app.menu
    following = plan(app.settings, new)
    settings = following.settings
    secrets = await asyncio.to_thread(ensure_secrets, settings.paths.secrets, settings.lines.numbers)
    before, after = _texts(app.settings, app.secrets), _texts(settings, secrets)
    spoken = await speak_for_calls(app, settings, menu)
    told = await tell_asterisk(settings, before, after, app.asterisk_owed)
    new_menu = menu != app.menu
    over = (*await overruled(app.database, following.applied), *app.house.limits.overruled(following.applied))
    applied = [key for key in following.applied if key not in over]
    changed = [*applied, *(["the menu"] if new_menu else []), *_prompts(spoken)]
    await change_over(app, settings, secrets, menu)
    if file_leads:
        await app.menus.file_taken(settings)
    lines = [f"In force now: {', '.join(changed)}." if changed else "Settings, menu and prompts are as they were."]
    lines += told
    if not file_leads and of_file != app.menu:
        lines.append("The menu in force is the one that was published at the desk; the file is only its fallback.")
    if over:
        lines.append(f"Decided at the desk, where the file is only the fallback: {', '.join(over)}.")
    if "queue.pause_reasons" in following.applied and not app.house.pauses.file_leads:
        lines.append("The pause reasons in force are those of the desk; the settings' are only their fallback.")
    if following.waiting:
        lines.append(f"Needs a restart of the service and of Asterisk: {', '.join(following.waiting)}.")
    return Reloaded(done=True, lines=tuple(lines))


async def speak_for_calls(app: "App", settings: Settings, menu: MenuTree) -> int:
    """Make the sounds that are missing or other than they were while calls hear them, all or none; how many."""
    async with app.directory_sounds.lock:
        spoken = await asyncio.to_thread(speak_prompts, settings, menu, while_running=True)
    if spoken:
        try:
            await note_versions(app.database, settings.paths.prompts)
        except HotlineError as error:  # a reload must not wait for the database; the next start writes it down
            log.warning("which recording notice is heard now could not be written down: %s", error)
    return spoken


def _prompts(spoken: int) -> list[str]:
    return [f"{spoken} prompt{'s' if spoken > 1 else ''}"] if spoken else []


def _texts(settings: Settings, secrets: Secrets) -> dict[str, str]:
    return own_texts(settings, secrets)


async def change_over(app: "App", settings: Settings, secrets: Secrets, menu: MenuTree) -> None:
    """From now on the service works by these."""
    app.settings, app.secrets, app.menu = settings, secrets, menu
    logging.getLogger().setLevel(settings.log.level.upper())
    app.directory_sounds.again()
    app.house.limits.again()
    for path in ("menu", "wait"):
        app.agi.time_limit(path, seconds=settings.service.ask_seconds)
    wrap_up = timedelta(seconds=settings.queue.wrap_up_seconds)
    app.expected.wrap_up = wrap_up
    app.live.ring = timedelta(seconds=settings.queue.ring_seconds)
    app.live.max_wait = timedelta(seconds=settings.queue.max_wait_seconds)
    try:
        await app.agents.change(lines=settings.lines.numbers, reasons=app.house.pauses.codes, wrap_up=wrap_up)
        app.news.lines_changed()
    except Unavailable as error:
        log.warning("reload: a line that is gone could not be logged out: %s", error)


# ---------------------------------------------------------------- asking a running service


def write_answer(data: Path, begun: float, config: str | None, result: Reloaded) -> None:
    """Leave the answer where the command looks for it. `begun` is the machine's monotonic clock."""
    said = {"begun": begun, "config": config, "done": result.done, "lines": list(result.lines)}
    new = data / f".{ANSWER}.new"
    new.write_text(json.dumps(said, ensure_ascii=False) + "\n", encoding="utf-8")
    new.replace(data / ANSWER)


def ask_service(data: Path, *, seconds: float = ASK_SECONDS) -> Mapping[str, Any]:
    """Send SIGHUP and wait for the answer to a reload that began later; Unavailable when there is none in time.

    An earlier answer is removed first: the clock in it may be of an earlier boot of the machine, and then be ahead of ours.
    """
    asked = time.monotonic()
    pid = owner(data / LOCK)
    if pid is None:
        raise Unavailable(
            f"no service runs on {data}; start it, it reads everything then "
            "(a new paths.data is in force after a restart)",
            error_id="service-not-running",
        )
    try:
        (data / ANSWER).unlink(missing_ok=True)
        os.kill(pid, signal.SIGHUP)
        while time.monotonic() - asked < seconds:
            answer = _answer(data)
            if answer is not None and float(answer.get("begun", 0.0)) >= asked:
                return answer
            time.sleep(0.05)
            os.kill(pid, 0)
    except ProcessLookupError:
        raise Unavailable(
            f"the service (process {pid}) ended; look into its log and start it again", error_id="service-not-running"
        ) from None
    except PermissionError:
        raise Unavailable(
            f"the service (process {pid}) belongs to another user; run this as that user, or as root",
            error_id="service-foreign",
        ) from None
    raise Unavailable(
        f"the service (process {pid}) did not answer within {seconds:.0f} s; look into its log",
        error_id="service-no-answer",
    )


def _answer(data: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((data / ANSWER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
