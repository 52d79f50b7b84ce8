"""The time that a ticket has left, in words and a colour, in the hours that count: the same at the desk and on the page of a link.
Pure; refuses nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from hotline1022.core.clock import written
from hotline1022.tickets.ports import Left
from hotline1022.tickets.types import CLOSED, Clock, State, Ticket
from hotline1022.web.page_words import Words

_HOUR = timedelta(hours=1)
#: below this it is soon; from two days on it is counted in days
SOON, DAYS = 4 * _HOUR, 2


class Tone(StrEnum):
    """The colour, by the name that the kit has for it; the words beside it say the same."""

    OVER = "red"
    SOON = "orange"
    NEAR = "yellow"
    GOOD = "green"
    STILL = "secondary"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLeft:
    """How it stands with what must be done first."""

    tone: Tone
    said: str
    #: which deadline, and its moment; "" where nothing is due
    until: str = ""


def time_left(ticket: Ticket, left: Left | None, words: Words) -> TimeLeft:
    """In words: `Quá hạn 3 giờ làm việc`, `Còn dưới 4 giờ làm việc`, `Còn 2 ngày làm việc`."""
    if left is None:
        key = "closed" if ticket.state in CLOSED else "still" if ticket.stopped_at is not None else "none"
        key = "answered" if ticket.state is State.ANSWERED else key
        return TimeLeft(tone=Tone.STILL, said=words(f"ticket-left.{key}"))
    until = f"{words(f'ticket-left.{left.deadline}')}: {written(left.by)}"
    hours = words("ticket-left.working-hours" if left.clock is Clock.WORKING else "ticket-left.calendar-hours")
    if left.over:
        return TimeLeft(tone=Tone.OVER, said=words("ticket-left.over", span=_span(left, words)), until=until)
    if left.time < SOON:
        key, count = ("hour", 1) if left.time < _HOUR else ("soon", SOON // _HOUR)
        return TimeLeft(tone=Tone.SOON, said=words(f"ticket-left.{key}", unit=hours, hours=count), until=until)
    tone = Tone.NEAR if left.time < DAYS * left.day else Tone.GOOD
    return TimeLeft(tone=tone, said=words("ticket-left.more", span=_span(left, words)), until=until)


def _span(left: Left, words: Words) -> str:
    kind = "working" if left.clock is Clock.WORKING else "calendar"
    if left.time >= DAYS * left.day:
        return words("ticket-left.span-days", count=left.time // left.day, unit=words(f"ticket-left.{kind}-days"))
    key = "span-hour" if left.time < _HOUR else "span-hours"
    return words(f"ticket-left.{key}", count=left.time // _HOUR, unit=words(f"ticket-left.{kind}-hours"))
