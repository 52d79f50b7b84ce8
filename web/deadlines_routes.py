"""The routes of deadlines and days off."""

from hotline1022.accounts.types import Permission
from hotline1022.web import deadlines as h
from hotline1022.web import deadlines_wire as w
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/deadlines",
        needs=Permission.LOOK,
        summary="Deadlines of tickets and office hours in force, with examples",
        handler=h.get_deadlines,
        answer=w.DeadlinesNow,
    ),
    Route(
        method="POST",
        path="/api/deadlines",
        needs=Permission.SETTINGS,
        summary="Put other deadlines, office hours or days off in force, at once; tickets keep the dates that they have",
        detail="deadlines-changed when another version than `seen` is in force.",
        handler=h.save_deadlines,
        body=w.DeadlinesBody,
        answer=w.DeadlinesNow,
    ),
    Route(
        method="GET",
        path="/api/deadlines/versions",
        needs=Permission.SETTINGS,
        summary="Every version that was in force, latest first",
        handler=h.list_deadlines_versions,
        query=w.DeadlinesQuery,
        answer=w.DeadlinesHistory,
    ),
    Route(
        method="GET",
        path="/api/deadlines/versions/{version}",
        needs=Permission.SETTINGS,
        summary="One version",
        handler=h.get_deadlines_version,
        answer=w.DeadlinesDetail,
    ),
    Route(
        method="GET",
        path="/api/days-off",
        needs=Permission.LOOK,
        summary="Days off, and weekend days that are worked in exchange",
        handler=h.list_days_off,
        query=w.DaysOffQuery,
        answer=w.DaysOff,
    ),
    Route(
        method="GET",
        path="/api/days-off/changes",
        needs=Permission.SETTINGS,
        summary="What became of the province's own days off, by whom and when, latest first",
        detail="Of the last 200 versions of the deadlines. `stands`: all days of the change are still as it made them, so it can be undone.",
        handler=h.list_day_changes,
        answer=w.DayChanges,
    ),
    Route(
        method="POST",
        path="/api/days-off/changes/{version}/undo",
        needs=Permission.SETTINGS,
        summary="The days of one change as they were before it, at once",
        detail="deadlines-changed when another version than `seen` is in force, days-changed-since when one of the days was changed again since.",
        handler=h.undo_days,
        body=w.UndoDaysBody,
        answer=w.DeadlinesNow,
    ),
)
