"""What pages about tickets say beyond the ticket: what happened in sentences, the beginning of a text. Pure; refuses nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hotline1022.core.clock import written
from hotline1022.core.masking import mask_text
from hotline1022.tickets.types import HIDDEN, Action, HistoryRow, Ticket
from hotline1022.web.page_view import moment, noted
from hotline1022.web.page_words import Words


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
