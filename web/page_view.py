"""What the page of a ticket says beyond the ticket itself: how much time is left, what happened, who is shown. Pure; refuses
to show a number that nobody asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline1022.core.clock import written
from hotline1022.core.masking import mask, mask_text
from hotline1022.tickets.types import BEGUN, CLOSED, FAQ, FAQ_QUESTIONS, Action, HistoryRow, State, Ticket
from hotline1022.web.numbers_said import said_number
from hotline1022.web.page_words import Words

#: of the whole time to a deadline, the last part in which it is near
_NEAR = 4
#: somebody must accept it
_TO_ACCEPT = frozenset({State.FORWARDED, State.WITH_LEADER})


class Level(StrEnum):
    """How it stands with a deadline; the words say the same as the colour."""

    GOOD = "good"
    SOON = "soon"
    OVER = "over"
    STILL = "still"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One deadline in words."""

    name: str
    level: Level
    said: str
    #: by when; "" where that is not known
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of the history in words."""

    at: str
    by: str
    action: str
    state: str
    why: str
    #: what the history has beside the change
    note: str = ""


def moment(at: datetime | None) -> str:
    """As the messages write it."""
    return written(at) if at else ""


def span(left: timedelta, words: Words) -> str:
    """A time in its two greatest units: 2 ngày 3 giờ."""
    minutes = int(abs(left).total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    counts = (("days", days), ("hours", hours), ("minutes", minutes % 60))
    first = next((place for place, (_, count) in enumerate(counts) if count), None)
    if first is None:
        return words("time.moment")
    return " ".join(words(f"time.{name}", count=count) for name, count in counts[first : first + 2] if count)


def deadlines(ticket: Ticket, now: datetime, words: Words) -> Iterator[Deadline]:
    """What must be done by when, or when it was done."""
    name = words("deadline.answer")
    if ticket.answered_at is not None:
        late = ticket.answer_by is not None and ticket.answered_at > ticket.answer_by
        said = words("deadline.answered-late" if late else "deadline.answered-in-time", time=moment(ticket.answered_at))
        yield Deadline(name=name, level=Level.OVER if late else Level.GOOD, said=said)
        return
    if ticket.state in CLOSED:
        yield Deadline(name=name, level=Level.STILL, said=words("deadline.closed", time=moment(ticket.closed_at)))
        return
    if ticket.stopped_at is not None:
        yield Deadline(name=name, level=Level.STILL, said=words("deadline.still", time=moment(ticket.stopped_at)))
        return
    if ticket.state in _TO_ACCEPT and ticket.accepted_at is None and ticket.accept_by is not None:
        yield _running(words("deadline.accept"), ticket.accept_by, ticket.forwarded_at, now, words)
    if ticket.answer_by is not None:
        yield _running(name, ticket.answer_by, ticket.begun_at, now, words)
    else:
        yield Deadline(name=name, level=Level.STILL, said=words("deadline.none"))


def _running(name: str, by: datetime, since: datetime | None, now: datetime, words: Words) -> Deadline:
    left = by - now
    if left < timedelta():
        level = Level.OVER
    else:
        level = Level.SOON if since is not None and left * _NEAR < by - since else Level.GOOD
    said = words(f"deadline.{level}", left=span(left, words))
    return Deadline(name=name, level=level, said=said, until=words("deadline.until", time=moment(by)))


def steps(history: Sequence[HistoryRow], words: Words, *, shown: bool) -> list[Step]:
    """The history in words, latest first."""
    why = [row.why if shown else mask_text(row.why) for row in history]
    made = [_step(row, words, said, noted(row, words, shown=shown)) for row, said in zip(history, why, strict=True)]
    return made[::-1]


def noted(row: HistoryRow, words: Words, *, shown: bool) -> str:
    """What the history has beside a change, in words, a line for each: what an agent had begun to answer, and with which answers of the
    agencies.
    """
    begun = _beside(row, BEGUN)
    notes = [words("ticket-note.begun", text=begun if shown else mask_text(begun))] if begun else []
    for name, question in zip(_beside(row, FAQ).split(), _beside(row, FAQ_QUESTIONS).splitlines(), strict=False):
        notes.append(words("ticket-note.faq", question=question, number=name.rpartition("/")[2]))
    return "\n".join(notes)


def _beside(row: HistoryRow, name: str) -> str:
    return str(row.changes.get(name, ("", ""))[1])


def _step(row: HistoryRow, words: Words, why: str, note: str) -> Step:
    file = row.action is Action.ATTACH  # its why is the name of the file
    return Step(
        at=moment(row.at),
        by=words.or_itself("who", row.by),
        action=words(f"action.{row.action}") + (f": {why}" if file else ""),
        state=words(f"state.{row.after}") if row.before is not row.after else "",
        why="" if file else why,
        note=note,
    )


def masked(ticket: Ticket, *, shown: bool) -> tuple[str, str, str]:
    """Phone, content and answer as this officer may see them now."""
    if shown:
        return said_number(ticket.phone), ticket.content, ticket.answer
    return said_number(mask(ticket.phone)), mask_text(ticket.content), mask_text(ticket.answer)
