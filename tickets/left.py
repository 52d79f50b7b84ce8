"""How much time of its own clock a ticket has left until what must be done first. Pure; refuses nothing."""

from datetime import datetime, timedelta

from hotline1022.tickets.calendar import DayAndNight
from hotline1022.tickets.deadlines import elapsed
from hotline1022.tickets.policy import Policy
from hotline1022.tickets.ports import Left
from hotline1022.tickets.types import CLOSED, OWED_IN, Clock, Deadline, Ticket

#: what is late by more is not counted any further
FARTHEST = timedelta(days=366)


def left(ticket: Ticket, at: datetime, policy: Policy) -> Left | None:
    """The first of the deadlines that count now; None where the clock stands still, or nothing is due."""
    if ticket.stopped_at is not None or ticket.state in CLOSED:
        return None
    times = {Deadline.FORWARD: ticket.forward_by, Deadline.ACCEPT: ticket.accept_by, Deadline.ANSWER: ticket.answer_by}
    owed = [(when, one) for one, when in times.items() if when is not None and ticket.state in OWED_IN[one]]
    if not owed:
        return None
    by, deadline = min(owed)
    # 1022 forwards, and 1022 never closes
    clock = Clock.CALENDAR if deadline is Deadline.FORWARD else ticket.clock
    calendar = DayAndNight() if deadline is Deadline.FORWARD else policy.calendar(clock)
    over = by <= at
    time = elapsed(max(by, at - FARTHEST), at, calendar) if over else elapsed(at, by, calendar)
    hours = policy.offices.hours
    day = timedelta(hours=24)
    if clock is Clock.WORKING:
        day = sum((_length(a.hour, a.minute, b.hour, b.minute) for a, b in hours), timedelta())
    return Left(deadline=deadline, by=by, over=over, time=time, clock=clock, day=day)


def _length(hour: int, minute: int, until_hour: int, until_minute: int) -> timedelta:
    return timedelta(hours=until_hour - hour, minutes=until_minute - minute)
