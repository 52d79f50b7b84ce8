"""What a citizen hears of a ticket by telephone, and the guard against guessing. Pure, but that the guard remembers.

Refuses to tell more than state, agency and dates: whoever has the code hears them, and the code is all that is asked.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline1022.core.clock import local
from hotline1022.tickets.types import CLOSED, HIDDEN, State, Ticket

#: wrong codes of one caller in WINDOW, after which that caller must wait until the first is that old
WRONG = 6
WINDOW = timedelta(minutes=30)
#: callers remembered at most; who asked longest ago is forgotten first
BOUND = 4096

#: prompt of a state → its text, as the menu's own prompts have it: what is heard is what is read
TEXTS = {
    "ticket-state-new": "Phiếu của quý vị đã được tiếp nhận.",
    "ticket-state-forwarded": "Phiếu của quý vị đã được chuyển tới cơ quan xử lý.",
    "ticket-state-accepted": "Phiếu của quý vị đang được xử lý.",
    "ticket-state-with-leader": "Phiếu của quý vị đã được trình lãnh đạo cơ quan xử lý.",
    "ticket-state-extended": "Phiếu của quý vị đang được xử lý và đã được gia hạn.",
    "ticket-state-waiting": "Phiếu của quý vị đang chờ quý vị bổ sung thông tin.",
    "ticket-state-returned": "Phiếu của quý vị đang được chuyển lại cho đúng cơ quan xử lý.",
    "ticket-state-answered": "Phiếu của quý vị đã được trả lời.",
    "ticket-state-reopened": "Phiếu của quý vị đang được xem xét lại.",
    "ticket-state-completed": "Phiếu của quý vị đã được giải quyết xong.",
    "ticket-state-refused": "Phiếu của quý vị không được tiếp nhận xử lý. Xin gặp điện thoại viên để biết lý do.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A sound by its name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number, spoken as one."""

    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month from 1 to 12, spoken behind tháng."""

    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyName:
    """The name of an agency, by its id."""

    agency: str


Piece = Prompt | Number | Month | AgencyName


def status(ticket: Ticket, at: datetime) -> tuple[Piece, ...]:
    """State, agency and date, for the telephone; nothing of a ticket that nobody is told of."""
    if ticket.state in HIDDEN:
        return ()
    said: list[Piece] = [Prompt(name=f"ticket-state-{ticket.state}")]
    if ticket.agency:
        said += [Prompt(name="ticket-agency"), AgencyName(agency=ticket.agency)]
    what, when = _date(ticket)
    return (*said, Prompt(name=what), *spoken_day(when, at))


def _date(ticket: Ticket) -> tuple[str, datetime]:
    """The one date that matters now."""
    if ticket.state in CLOSED and ticket.closed_at is not None:
        return "ticket-closed-on", ticket.closed_at
    if ticket.state is State.ANSWERED and ticket.answered_at is not None:
        return "ticket-answered-on", ticket.answered_at
    if ticket.answer_by is not None and ticket.stopped_at is None:
        return "ticket-answer-by", ticket.answer_by
    return "ticket-made-on", ticket.created_at


def spoken_day(when: datetime, at: datetime) -> tuple[Piece, ...]:
    """A day of the province; its year only where it is not this one."""
    day = local(when).date()
    said: tuple[Piece, ...] = (
        Prompt(name="date-day"),
        Number(value=day.day),
        Prompt(name="date-month"),
        Month(value=day.month),
    )
    return said if day.year == local(at).year else (*said, Prompt(name="date-year"), Number(value=day.year))


class Guard:
    """Slows down who keys codes by guess. Keyed by caller, or by whoever else asks; the memory is bounded.

    A caller without a number shares one place with all such callers, and so does an asker without a name.
    """

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, tuple[datetime, ...]] = OrderedDict()

    def wait(self, asker: str, at: datetime) -> timedelta:
        """How long this one must wait before the next code is looked at, right or wrong; nothing = not at all."""
        recent = self._recent(asker, at)
        return recent[-WRONG] + WINDOW - at if len(recent) >= WRONG else timedelta(0)

    def wrong(self, asker: str, at: datetime) -> None:
        """Note a wrong code."""
        self._wrong[asker] = (*self._recent(asker, at), at)[-WRONG:]
        self._wrong.move_to_end(asker)
        while len(self._wrong) > BOUND:
            self._wrong.popitem(last=False)

    def _recent(self, asker: str, at: datetime) -> tuple[datetime, ...]:
        return tuple(moment for moment in self._wrong.get(asker, ()) if at - moment < WINDOW)
