"""Answers about lines, people, the queue, and what waits for people: call-backs, messages, alarms, shifts."""

from dataclasses import replace
from datetime import timedelta

from hotline1022.accounts.types import Permission
from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid, NotFound
from hotline1022.queue.types import LineView
from hotline1022.web.line_call_wire import LineCallView
from hotline1022.web.route import Ask
from hotline1022.web.types import (
    AlarmFilter,
    AlarmView,
    QueueView,
    VoicemailView,
)
from hotline1022.web.wire import (
    AbandonedList,
    AlarmList,
    AlarmQuery,
    LineList,
    LoginBody,
    Order,
    PauseBody,
    Roster,
    RosterQuery,
    ShiftList,
    VoicemailList,
    VoicemailQuery,
    WaitingQuery,
)


async def list_lines(ask: Ask) -> LineList:
    """All lines."""
    queue = await ask.ports.queue.now()
    return LineList(lines=tuple(await ask.ports.lines.list()), lost_at=queue.lost_at)


async def login(ask: Ask) -> LineView:
    """A person logs in at a line."""
    body: LoginBody = ask.body
    return await ask.ports.lines.login(await line_of(ask), body.person, body.pin)


async def logout(ask: Ask) -> LineView:
    """Whoever is at the line logs out."""
    return await ask.ports.lines.logout(await _own_line(ask))


async def pause(ask: Ask) -> LineView:
    """The person at the line takes a pause."""
    body: PauseBody = ask.body
    return await ask.ports.lines.pause(await _own_line(ask), body.reason)


async def unpause(ask: Ask) -> LineView:
    """The person at the line is back."""
    return await ask.ports.lines.unpause(await _own_line(ask))


async def end_wrap_up(ask: Ask) -> LineView:
    """The person at the line has written down what there was to."""
    return await ask.ports.lines.ready(await _own_line(ask))


async def get_line_call(ask: Ask) -> LineCallView:
    """The line, and who calls there; what the citizen is called is for who may see numbers."""
    found = await ask.ports.callers.get(await _own_line(ask))
    return found if found.call is None or ask.sees_numbers else replace(found, call=replace(found.call, name=""))


async def line_of(ask: Ask) -> str:
    """The line of the address; NotFound `line-unknown`."""
    line = ask.path["line"]
    if all(known.line != line for known in await ask.ports.lines.list()):
        raise NotFound(f"there is no line {line}; look in /api/lines", error_id="line-unknown")
    return line


async def _own_line(ask: Ask) -> str:
    """The line; where somebody else is logged in, that takes the permission for shifts."""
    line = await line_of(ask)
    asker = ask.asker
    if asker.signed is not None:  # a token is nobody's
        there = next(known.person for known in await ask.ports.lines.list() if known.line == line)
        if there and there != asker.person:
            asker.demand(Permission.SHIFT)
    return line


async def get_queue(ask: Ask) -> QueueView:
    """Who waits."""
    return await ask.ports.queue.now()


async def list_abandoned(ask: Ask) -> AbandonedList:
    """Numbers to call back."""
    query: WaitingQuery = ask.query
    found, total = await ask.ports.abandoned.waiting(query.skip, query.limit, latest=query.order is Order.LATEST)
    return AbandonedList(abandoned=tuple(found), total=total)


async def list_voicemails(ask: Ask) -> VoicemailList:
    """Messages."""
    query: VoicemailQuery = ask.query
    latest = query.order is Order.LATEST
    if query.heard is False:
        found, total = await ask.ports.voicemails.unheard(query.skip, query.limit, latest=latest)
        return VoicemailList(voicemails=tuple(found), total=total)
    if query.skip or not latest:
        text = "skip and order are for messages that nobody has heard; send heard=false, or leave them out"
        raise Invalid(text, error_id="order-unheard")
    return VoicemailList(voicemails=tuple(await ask.ports.voicemails.list(query.heard, query.limit)), total=None)


async def mark_heard(ask: Ask) -> VoicemailView:
    """The message was heard."""
    marked = await ask.ports.voicemails.mark_heard(ask.path["voicemail"], ask.by, ask.ports.clock())
    if marked is None:
        raise NotFound("there is no such message; look in /api/voicemails", error_id="voicemail-unknown")
    return marked


async def list_alarms(ask: Ask) -> AlarmList:
    """Alarms."""
    query: AlarmQuery = ask.query
    wanted = AlarmFilter(seen=query.seen, ringing=query.ringing, kind=query.kind, skip=query.skip, limit=query.limit)
    return AlarmList(alarms=tuple(await ask.ports.alarms.list(wanted)))


async def mark_seen(ask: Ask) -> AlarmView:
    """The alarm was seen: it sounds no more."""
    marked = await ask.ports.alarms.mark_seen(ask.path["alarm"], ask.by, ask.ports.clock())
    if marked is None:
        raise NotFound("there is no such alarm; look in /api/alarms", error_id="alarm-unknown")
    return marked


async def list_shifts(ask: Ask) -> ShiftList:
    """Who should be on now, and who is missing."""
    at = ask.ports.clock()
    return ShiftList(at=at, shifts=tuple(await ask.ports.shifts.now(at)))


async def get_roster(ask: Ask) -> Roster:
    """The plan."""
    query: RosterQuery = ask.query
    since = query.since or local_day(ask.ports.clock())
    shifts = ask.ports.shifts
    return Roster(
        shifts=tuple(await shifts.times()),
        crews=tuple(await shifts.crews()),
        plan=tuple(await shifts.planned(since, since + timedelta(days=query.days - 1))),
    )
