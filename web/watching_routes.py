"""The routes of who is told of alarms away from the desk, and of the limits at which alarms ring."""

from hotline1022.accounts.types import Permission
from hotline1022.web import watching as h
from hotline1022.web import watching_wire as w
from hotline1022.web.route import Route

_PEOPLE, _ONE = "/api/alarms/people", "/api/alarms/people/{watcher}"

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PEOPLE,
        needs=Permission.SETTINGS,
        summary="Who is told of alarms by SMS and email",
        handler=h.list_watchers,
        answer=w.WatcherList,
    ),
    Route(
        method="POST",
        path=_PEOPLE,
        needs=Permission.SETTINGS,
        summary="One more who is told, of alarms from now on",
        handler=h.add_watcher,
        body=w.WatcherBody,
        answer=w.WatcherView,
        status=201,
    ),
    Route(
        method="GET",
        path=_ONE,
        needs=Permission.SETTINGS,
        summary="One who is told of alarms, and how the last trial went",
        handler=h.get_watcher,
        answer=w.WatcherView,
    ),
    Route(
        method="POST",
        path=_ONE,
        needs=Permission.SETTINGS,
        summary="Change how somebody is told, and of what",
        handler=h.change_watcher,
        body=w.WatcherChange,
        answer=w.WatcherView,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/trial",
        needs=Permission.SETTINGS,
        summary="Send a trial alarm by each way, now",
        handler=h.try_watcher,
        answer=w.WatcherView,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/end",
        needs=Permission.SETTINGS,
        summary="Tell somebody no more; who is left",
        handler=h.end_watcher,
        answer=w.WatcherList,
    ),
    Route(
        method="GET",
        path="/api/alarms/limits",
        needs=Permission.SETTINGS,
        summary="The limits at which alarms ring, where each comes from, and what a change takes",
        handler=h.list_limits,
        answer=w.LimitList,
    ),
    Route(
        method="POST",
        path="/api/alarms/limits/{limit}",
        needs=Permission.SETTINGS,
        summary="Change a limit, or give the lead back to the settings' file",
        handler=h.change_limit,
        body=w.LimitBody,
        answer=w.LimitTold,
    ),
)
