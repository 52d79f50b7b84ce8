"""Answers about deadlines of tickets and days off."""

from datetime import timedelta

from hotline1022.core.clock import local_day
from hotline1022.web.deadlines_wire import (
    DayChanges,
    DaysOff,
    DaysOffQuery,
    DeadlinesBody,
    DeadlinesDetail,
    DeadlinesHistory,
    DeadlinesNow,
    DeadlinesQuery,
    UndoDaysBody,
)
from hotline1022.web.route import Ask


async def get_deadlines(ask: Ask) -> DeadlinesNow:
    """What is in force."""
    return await ask.ports.deadlines.now()


async def list_deadlines_versions(ask: Ask) -> DeadlinesHistory:
    """What was in force."""
    query: DeadlinesQuery = ask.query
    return DeadlinesHistory(versions=tuple(await ask.ports.deadlines.versions(query.limit)))


async def get_deadlines_version(ask: Ask) -> DeadlinesDetail:
    """One version."""
    return await ask.ports.deadlines.version(int(ask.path["version"]))


async def save_deadlines(ask: Ask) -> DeadlinesNow:
    """Others are in force."""
    body: DeadlinesBody = ask.body
    return await ask.ports.deadlines.save(body, ask.asker.actor)


async def list_days_off(ask: Ask) -> DaysOff:
    """Days that are not as the week has them."""
    query: DaysOffQuery = ask.query
    since = query.since or local_day(ask.ports.clock())
    return DaysOff(days=tuple(await ask.ports.deadlines.days(since, since + timedelta(days=query.days - 1))))


async def list_day_changes(ask: Ask) -> DayChanges:
    """What became of the province's own days."""
    return DayChanges(changes=tuple(await ask.ports.deadlines.day_changes()))


async def undo_days(ask: Ask) -> DeadlinesNow:
    """The days of one change as they were before it."""
    body: UndoDaysBody = ask.body
    version = int(ask.path["version"])
    return await ask.ports.deadlines.undo_days(version, seen=body.seen, note=body.note, by=ask.asker.actor)
