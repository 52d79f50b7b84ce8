"""The store of recordings at the desk: all files verified, the catalogue made again. Refuses nothing itself: what the service refuses
is told on the page.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError
from hotline1022.core.words import day_written
from hotline1022.web.chores_wire import FilesBody, FilesView, RebuildView
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.acted import acted
from hotline1022.web.desk.chores_said import findings, work
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import parse

HERE = "/desk/store"
#: the same page as it asks for itself
NOW = "/desk/store/now"
_DONE = ("files-begun", "files-stopped", "rebuild-begun", "rebuild-stopped")


async def show_store(ask: Ask) -> web.Response:
    """How it stands."""
    query: DoneQuery = ask.query
    return await _page(ask, said=words()(f"store.done-{query.done}") if query.done in _DONE else "")


async def verify(ask: Ask) -> web.Response:
    """Hash all stored files again."""
    form: Form = ask.body
    since = form.one("since").strip()

    async def begin() -> object:
        body: FilesBody = parse(FilesBody, {"since": since} if since else {}, texts=True)
        return await ask.ports.chores.verify(body.since)

    return await _done(ask, begin, "files-begun")


async def stop_verify(ask: Ask) -> web.Response:
    """End it."""
    return await _done(ask, ask.ports.chores.stop_verify, "files-stopped")


async def rebuild(ask: Ask) -> web.Response:
    """Make the catalogue's rows again."""
    return await _done(ask, ask.ports.chores.rebuild, "rebuild-begun")


async def stop_rebuild(ask: Ask) -> web.Response:
    """End it."""
    return await _done(ask, ask.ports.chores.stop_rebuild, "rebuild-stopped")


async def _done(ask: Ask, act: Callable[[], Awaitable[object]], word: str) -> web.Response:
    return await acted(act, f"{HERE}?done={word}", lambda error: _page(ask, error))


async def _page(ask: Ask, error: HotlineError | None = None, *, said: str = "") -> web.Response:
    return show(
        ask,
        "store",
        error=error,
        again=error is not None,
        said=said,
        now=NOW,
        files=_files((await ask.ports.chores.verifying()).chore),
        rebuild=_rebuilt((await ask.ports.chores.rebuilding()).chore),
    )


def _files(one: FilesView | None) -> dict[str, Any] | None:
    if one is None or (shown := work(one)) is None:
        return None
    return shown | {
        "since": day_written(one.since) if one.since else "",
        "wrong": one.wrong,
        "findings": findings(one.findings, one.wrong),
    }


def _rebuilt(one: RebuildView | None) -> dict[str, Any] | None:
    if one is None or (shown := work(one)) is None:
        return None
    return shown | {"calls": one.calls}
