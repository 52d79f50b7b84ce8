"""Answers about changes of the plan of shifts, and what is odd in it."""

from datetime import timedelta

from hotline1022.core.clock import local_day
from hotline1022.web.roster_wire import (
    Copied,
    CopyBody,
    CrewBody,
    PlannedBody,
    PlannedHistory,
    PlannedQuery,
    RosterCheck,
    RosterEndBody,
    RosterEnded,
    ShiftBody,
    SwapBody,
    UndoPlannedBody,
)
from hotline1022.web.route import Ask
from hotline1022.web.types import CrewView, PlannedView, ShiftTimes
from hotline1022.web.wire import RosterQuery


async def check_roster(ask: Ask) -> RosterCheck:
    """What is odd."""
    query: RosterQuery = ask.query
    since = query.since or local_day(ask.ports.clock())
    return await ask.ports.roster.check(since, since + timedelta(days=query.days - 1))


async def save_shift(ask: Ask) -> ShiftTimes:
    """A shift is new, or other than it was."""
    body: ShiftBody = ask.body
    return await ask.ports.roster.save_times(body)


async def save_crew(ask: Ask) -> CrewView:
    """A crew is new, or other than it was."""
    body: CrewBody = ask.body
    return await ask.ports.roster.save_crew(body)


async def end_shift(ask: Ask) -> RosterEnded:
    """A shift is no more."""
    body: RosterEndBody = ask.body
    return await ask.ports.roster.end_shift(ask.path["shift"], body.day or local_day(ask.ports.clock()))


async def end_crew(ask: Ask) -> RosterEnded:
    """A crew is no more."""
    body: RosterEndBody = ask.body
    return await ask.ports.roster.end_crew(ask.path["crew"], body.day or local_day(ask.ports.clock()))


async def save_planned(ask: Ask) -> PlannedView:
    """One shift of one day is planned anew."""
    body: PlannedBody = ask.body
    return await ask.ports.roster.save_planned(body)


async def swap_people(ask: Ask) -> PlannedView:
    """One for another."""
    body: SwapBody = ask.body
    return await ask.ports.roster.swap(body)


async def list_planned_changes(ask: Ask) -> PlannedHistory:
    """What became of one shift of one day."""
    query: PlannedQuery = ask.query
    return PlannedHistory(changes=tuple(await ask.ports.roster.changes(query.day, query.shift)))


async def undo_planned(ask: Ask) -> PlannedView:
    """The last change of it undone."""
    body: UndoPlannedBody = ask.body
    return await ask.ports.roster.undo(body)


async def copy_week(ask: Ask) -> Copied:
    """A week onto those after it."""
    body: CopyBody = ask.body
    return await ask.ports.roster.copy(body)
