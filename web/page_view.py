"""What the page of a ticket says beyond the ticket itself: how much time is left, what happened, who is shown. Pure; refuses
to show a number that nobody asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline1022.core.clock import written
from hotline1022.core.masking import mask, mask_text
from hotline1022.tickets.ports import Left
from hotline1022.tickets.types import BEGUN, CLOSED, FAQ, FAQ_QUESTIONS, Action, HistoryRow, Ticket
from hotline1022.tickets.types import Deadline as Which
from hotline1022.web.numbers_said import said_number
from hotline1022.web.page_words import Words
from hotline1022.web.time_left import Tone, time_left


class Level(StrEnum):
    """How it stands with a deadline; the words say the same as the colour."""

    GOOD = "good"
    SOON = "soon"
    OVER = "over"
    STILL = "still"


_LEVELS = {
    Tone.OVER: Level.OVER,
    Tone.SOON: Level.SOON,
    Tone.NEAR: Level.SOON,
    Tone.GOOD: Level.GOOD,
    Tone.STILL: Level.STILL,
}


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


def deadlines(ticket: Ticket, left: Left | None, words: Words) -> Iterator[Deadline]:
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
    if left is None:
        yield Deadline(name=name, level=Level.STILL, said=words("deadline.none"))
        return
    found = time_left(ticket, left, words)
    until = words("deadline.until", time=moment(left.by))
    yield Deadline(name=words(f"ticket-left.{left.deadline}"), level=_LEVELS[found.tone], said=found.said, until=until)
    if left.deadline is not Which.ANSWER and ticket.answer_by is not None:  # what is due after that
        yield Deadline(name=name, level=Level.STILL, said=words("deadline.until", time=moment(ticket.answer_by)))


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
