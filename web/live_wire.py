"""Live events as text/event-stream. Refuses values that JSON does not have (TypeError, ValueError)."""

import json
from dataclasses import dataclass
from typing import Any

from hotline1022.core.live import Event
from hotline1022.web.numbers import hide_numbers
from hotline1022.web.numbers_said import said_number
from hotline1022.web.rules import dump


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One event as it is sent: to who sees numbers, and to who does not."""

    full: bytes
    masked: bytes


def frame(id: str, event: Event) -> Frame:
    """The event with its id."""
    facts = dump({"what": event.what, **event.facts})
    hidden = _with_said(hide_numbers(facts))
    facts = _with_said(facts)
    full = _sent(event.topic, facts, id)
    return Frame(full=full, masked=full if hidden == facts else _sent(event.topic, hidden, id))


def _with_said(facts: Any) -> Any:
    """With the number as pages show it, at once and without asking."""
    number = facts.get("number")
    return {**facts, "said": said_number(number)} if isinstance(number, str) and number else facts


def refresh(id: str) -> bytes:
    """Something between was not told: ask for everything; this is the position."""
    return _sent("refresh", {}, id)


def end(why: str) -> bytes:
    """Nothing more comes: `signed-out`, or `stopping` (come back in a moment). The position stays."""
    return _sent("end", {"why": why})


def mark(id: str) -> bytes:
    """It keeps the connection, and carries a position; an event and no comment, so that scripts notice when none comes any more."""
    return _sent("mark", {}, id)


def retry(milliseconds: int) -> bytes:
    """When the browser comes back after a cut."""
    return f"retry: {milliseconds}\n\n".encode()


def _sent(name: str, facts: Any, id: str = "") -> bytes:
    """JSON has no line breaks of its own."""
    text = json.dumps(facts, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    place = f"id: {id}\n" if id else ""
    return f"{place}event: {name}\ndata: {text}\n\n".encode(errors="replace")
