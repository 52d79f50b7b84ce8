"""Keys that seal recordings at the desk: which there are, a new one, how many files each seals, all files under the newest one. Shows
no key. Refuses nothing itself: what the service refuses is told on the page.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError
from hotline1022.web.chores_wire import KeyCountView, KeysNow, ResealView
from hotline1022.web.desk import seen
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.acted import acted
from hotline1022.web.desk.chores_said import findings, work
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show, told
from hotline1022.web.failures import failure
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

HERE = "/desk/store/keys"
#: the same page as it asks for itself
NOW = "/desk/store/keys/now"
_DONE = ("key-made", "count-begun", "count-stopped", "reseal-begun", "reseal-stopped")
#: what a count says where no key seals a file
_PLAIN = "plain"


async def show_keys(ask: Ask) -> web.Response:
    """Which there are."""
    query: DoneQuery = ask.query
    return await _page(ask, said=words()(f"store-keys.done-{query.done}") if query.done in _DONE else "")


async def make(ask: Ask) -> web.Response:
    """A new one, by a form that saw the newest one: pressed twice it makes one."""
    form: Form = ask.body
    return await _done(ask, lambda: ask.ports.chores.new_key(form.one("after")), "key-made")


async def count(ask: Ask) -> web.Response:
    """Count the files of each."""
    return await _done(ask, ask.ports.chores.count_keys, "count-begun")


async def stop_count(ask: Ask) -> web.Response:
    """End it."""
    return await _done(ask, ask.ports.chores.stop_count, "count-stopped")


async def reseal(ask: Ask) -> web.Response:
    """All files under the newest one."""
    return await _done(ask, ask.ports.chores.reseal, "reseal-begun")


async def stop_reseal(ask: Ask) -> web.Response:
    """End it."""
    return await _done(ask, ask.ports.chores.stop_reseal, "reseal-stopped")


async def _done(ask: Ask, act: Callable[[], Awaitable[object]], word: str) -> web.Response:
    return await acted(act, f"{HERE}?done={word}", lambda error: _page(ask, error))


async def _page(ask: Ask, error: HotlineError | None = None, *, said: str = "") -> web.Response:
    known, away, unset = None, "", False
    try:
        known = await ask.ports.chores.keys()
    except HotlineError as problem:
        away, unset = told(problem), problem.error_id == "recording-keys-unset"
    resealing = (await ask.ports.chores.resealing()).chore
    return show(
        ask,
        "store-keys",
        status=failure(error).status if error else 200,
        # what stands in the place of the list is not said twice
        problem=told(error) if error and told(error) != away else "",
        said=said,
        now=NOW,
        away=away,
        unset=unset,
        sealing=known is not None and known.sealing,
        newest=next((one.id for one in known.keys if one.newest), "") if known else "",
        keys=_keys(known) if known else [],
        others=_others(known.count) if known else [],
        count=work(known.count) if known else None,
        reseal=_resealed(resealing),
    )


def _counted(count: KeyCountView | None) -> Mapping[str, int]:
    return {one.key: one.files for one in count.counts} if count else {}


def _keys(known: KeysNow) -> list[dict[str, Any]]:
    """The newest first; how many files each seals, where that was counted."""
    files = _counted(known.count)
    over = bool(known.count and known.count.counts)
    return [
        {
            "id": one.id,
            "since": seen.instant(one.since) if one.since else words()("audit.unknown"),
            "newest": one.newest,
            "files": files.get(one.id, 0) if over else None,
        }
        for one in reversed(known.keys)
    ]


def _others(count: KeyCountView | None) -> list[dict[str, Any]]:
    """Files that none of these keys seals."""
    files = _counted(count)
    named = {_PLAIN: "plain", "": "unreadable"}
    return [{"what": what, "files": files[key]} for key, what in named.items() if files.get(key)]


def _resealed(one: ResealView | None) -> dict[str, Any] | None:
    if one is None or (shown := work(one)) is None:
        return None
    more = {"key": one.key, "sealed": one.sealed, "ready": one.ready, "wrong": one.wrong}
    return shown | more | {"findings": findings(one.findings, one.wrong)}
