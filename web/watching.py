"""Answers about who is told of alarms, and about the limits at which they ring. Refuses nothing itself: the ports do."""

from dataclasses import fields

from hotline1022.core.errors import NotFound
from hotline1022.core.masking import mask_recipient
from hotline1022.web import watching_wire as w
from hotline1022.web.limits_port import LimitView
from hotline1022.web.route import Ask
from hotline1022.web.watching_port import Wanted, WatcherSeen

_LIMIT = [one.name for one in fields(w.LimitTold)]


async def list_watchers(ask: Ask) -> w.WatcherList:
    """All."""
    return w.WatcherList(people=tuple(_view(ask, one) for one in await ask.ports.watch.list()))


async def get_watcher(ask: Ask) -> w.WatcherView:
    """One."""
    return _view(ask, await ask.ports.watch.get(ask.path["watcher"]))


async def add_watcher(ask: Ask) -> w.WatcherView:
    """A new one."""
    made = await ask.ports.watch.add(_wanted(ask.body), by=ask.asker.actor)
    return _view(ask, await ask.ports.watch.get(made.id))


async def change_watcher(ask: Ask) -> w.WatcherView:
    """Over the version that was seen."""
    body: w.WatcherChange = ask.body
    made = await ask.ports.watch.change(ask.path["watcher"], _wanted(body), seen=body.version, by=ask.asker.actor)
    return _view(ask, await ask.ports.watch.get(made.id))


async def try_watcher(ask: Ask) -> w.WatcherView:
    """A trial alarm, now."""
    await ask.ports.watch.trial(ask.path["watcher"])
    return await get_watcher(ask)


async def end_watcher(ask: Ask) -> w.WatcherList:
    """Told no more; who is left."""
    await ask.ports.watch.end(ask.path["watcher"], by=ask.asker.actor)
    return await list_watchers(ask)


async def list_limits(ask: Ask) -> w.LimitList:
    """All."""
    return w.LimitList(limits=tuple(_limit(one) for one in await ask.ports.limits.list()))


async def change_limit(ask: Ask) -> w.LimitTold:
    """Another value, or the file's again."""
    body: w.LimitBody = ask.body
    key, by = ask.path["limit"], ask.asker.actor
    if body.value is None:
        await ask.ports.limits.back(key, seen=body.version, by=by)
    else:
        await ask.ports.limits.change(key, body.value, seen=body.version, by=by)
    for one in await ask.ports.limits.list():
        if one.key == key:
            return _limit(one)
    raise NotFound(f"there is no limit {key}; look at the list", error_id="limit-unknown")


def _wanted(body: w.WatcherBody) -> Wanted:
    return Wanted(
        name=body.name,
        account=body.account,
        sms=body.sms,
        email=body.email,
        least=body.least,
        kinds=frozenset(body.kinds),
        ends=body.ends,
    )


def _view(ask: Ask, known: WatcherSeen) -> w.WatcherView:
    one = known.watcher
    return w.WatcherView(
        id=one.id,
        name=one.name,
        account=one.account,
        sms=one.sms,
        email=one.email if ask.sees_numbers or not one.email else mask_recipient(one.email),
        least=one.least,
        kinds=tuple(sorted(one.kinds)),
        ends=one.ends,
        since=one.since,
        by=one.by,
        at=one.at,
        version=one.version,
        shut=known.shut,
        tries=tuple(
            w.WatcherTry(channel=way.channel, state=way.state, at=way.at, error_id=way.error_id) for way in known.tries
        ),
    )


def _limit(one: LimitView) -> w.LimitTold:
    return w.LimitTold(**{name: getattr(one, name) for name in _LIMIT})
