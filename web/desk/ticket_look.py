"""What pages about tickets say beyond the ticket: time left in words and a colour, what happened in sentences. Pure; refuses
nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hotline1022.core.clock import written
from hotline1022.core.masking import mask_text
from hotline1022.tickets.ports import Left
from hotline1022.tickets.types import CLOSED, HIDDEN, Action, Clock, HistoryRow, State, Ticket
from hotline1022.web.page_view import moment, noted
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
    until = f"{words(f'ticket-left.{left.deadline}')}: {moment(left.by)}"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One row of the history: a sentence, and the reason that was given."""

    at: str
    said: str
    why: str
    #: what the history has beside the change
    note: str = ""


def story(
    history: Sequence[HistoryRow], ticket: Ticket, words: Words, *, shown: bool, after: int = 0
) -> Sequence[Told]:
    """What happened since the version `after`, latest first; without `shown`, numbers in reasons are masked."""
    agencies = _through(history, "agency_name", ticket.agency_name)
    owners = _through(history, "owner_name", ticket.owner_name)
    rows = [
        replace(
            _told(row, words, row.why if shown else mask_text(row.why), agency, owner),
            note=noted(row, words, shown=shown),
        )
        for row, agency, owner in zip(history, agencies, owners, strict=True)
        if row.after not in HIDDEN and row.number > after
    ]
    return rows[::-1]


def _through(history: Sequence[HistoryRow], name: str, now: str) -> list[str]:
    """What a field was after each row: a row tells of it only where it changed."""
    found = []
    for row in reversed(history):
        found.append(now)
        change = row.changes.get(name)
        now = str(change[0]) if isinstance(change, list | tuple) and len(change) == 2 else now
    return found[::-1]


def _told(row: HistoryRow, words: Words, why: str, agency: str, owner: str) -> Told:
    by = words.or_itself("who", row.by)
    said = words(
        f"ticket-story.{row.action}",
        by=by,
        why=why,
        owner=owner,
        agency=agency,
        until=_moment(_after(row, "answer_by")),
    )
    return Told(at=moment(row.at), said=" ".join(said.split()), why="" if row.action is Action.ATTACH else why)


def _after(row: HistoryRow, name: str) -> str:
    """What a field became; "" where it stayed as it was."""
    change = row.changes.get(name)
    return str(change[1]) if isinstance(change, list | tuple) and len(change) == 2 and change[1] else ""


def _moment(text: str) -> str:
    return written(datetime.fromisoformat(text)) if text else ""


def excerpt(text: str) -> str:
    """The beginning of a text, for lists."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"


#: characters of a content in lists at most
EXCERPT = 160
