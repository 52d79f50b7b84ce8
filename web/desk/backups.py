"""Backups at the desk: those on the shelf, one made now, one read again; how one is put back is told in words, as it stays a command.
Refuses nothing itself: what the service refuses is told on the page.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError
from hotline1022.web.backup_wire import BackupView, ShelvedView
from hotline1022.web.chores_wire import BackupCheckView
from hotline1022.web.desk import seen
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.acted import acted
from hotline1022.web.desk.chores_said import findings, work
from hotline1022.web.desk.render import show, told_id
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

HERE = "/desk/backups"
#: the same page as it asks for itself
NOW = "/desk/backups/now"
_DONE = ("begun", "stopped", "check-begun", "check-stopped")


async def show_backups(ask: Ask) -> web.Response:
    """How they stand."""
    query: DoneQuery = ask.query
    return await _page(ask, said=words()(f"backups.done-{query.done}") if query.done in _DONE else "")


async def begin(ask: Ask) -> web.Response:
    """One now."""
    return await _done(ask, ask.ports.backups.begin, "begun")


async def stop(ask: Ask) -> web.Response:
    """End the one that runs."""
    return await _done(ask, ask.ports.backups.stop, "stopped")


async def check(ask: Ask) -> web.Response:
    """Read one of the shelf."""
    return await _done(ask, lambda: ask.ports.chores.check_backup(ask.path["backup"]), "check-begun")


async def stop_check(ask: Ask) -> web.Response:
    """End the look at it."""
    return await _done(ask, ask.ports.chores.stop_backup_check, "check-stopped")


async def _done(ask: Ask, act: Callable[[], Awaitable[object]], word: str) -> web.Response:
    return await acted(act, f"{HERE}?done={word}", lambda error: _page(ask, error))


async def _page(ask: Ask, error: HotlineError | None = None, *, said: str = "") -> web.Response:
    now = await ask.ports.backups.now()
    checked = (await ask.ports.chores.checking_backup()).chore
    return show(
        ask,
        "backups",
        error=error,
        said=said,
        now=NOW,
        path=ask.request.path,
        backup=_backup(now.backup),
        last={"at": seen.instant(now.last.at), "who": seen.who(now.last.actor)} if now.last else None,
        check=_checked(checked),
        shelf=[_shelved(one) for one in now.shelf],
        away=told_id(now.error_id),
        fresh=now.error_id == "backup-folder-new",
        unset=now.error_id == "backup-no-folder",
    )


def _backup(one: BackupView | None) -> dict[str, Any] | None:
    if one is None or (shown := work(one)) is None:
        return None
    return shown | {
        "name": one.name,
        "files": one.files,
        "size": seen.size(one.bytes),
        "wrong": one.wrong,
        "findings": findings(one.findings, one.wrong),
    }


def _checked(one: BackupCheckView | None) -> dict[str, Any] | None:
    if one is None or (shown := work(one)) is None:
        return None
    more = {"name": one.name, "files": one.files, "wrong": one.wrong}
    return shown | more | {"findings": findings(one.findings, one.wrong)}


def _shelved(one: ShelvedView) -> dict[str, Any]:
    return {
        "name": one.name,
        "at": seen.instant(one.made_at) if one.made_at else "",
        "size": seen.size(one.bytes) if one.bytes is not None else "",
        "files": one.files,
        "wrong": one.wrong,
        "findings": findings(one.findings, one.wrong),
        "sha256": one.sha256,
        "error": told_id(one.error_id),
    }
