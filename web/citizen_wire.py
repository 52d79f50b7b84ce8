"""What requests about one citizen's data carry, and what the answers are. Refuses nothing itself: rules.py does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from hotline1022.web.rules import Rule

_NUMBER = r"[0-9+() ./-]{7,30}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenBody:
    """Whose data."""

    number: Annotated[str, Rule(doc="the whole number, in any way of writing", pattern=_NUMBER)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportBody:
    """Whose data, and why it is given out."""

    number: Annotated[str, Rule(doc="the whole number, in any way of writing", pattern=_NUMBER)]
    reason: Annotated[str, Rule(doc="one of /api/listen/reasons", pattern=r"[a-z][a-z0-9-]{0,39}")]
    text: Annotated[str, Rule(doc="what it is about, in words: the citizen's letter, its date", low=1, high=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureBody:
    """A request to erase."""

    number: Annotated[str, Rule(doc="the whole number, in any way of writing", pattern=_NUMBER)]
    reason: Annotated[str, Rule(doc="why: the citizen's letter, its date", low=1, high=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureConfirm:
    """The second step."""

    number: Annotated[str, Rule(doc="the number, typed again", pattern=_NUMBER)]
    confirm: Annotated[bool, Rule(doc="true: it cannot be undone")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureView:
    """What would be erased, or was."""

    request: Annotated[str, Rule(doc="id of the request; empty when it was only looked at")]
    pseudonym: Annotated[str, Rule(doc="by which figures are joined afterwards")]
    counts: Annotated[
        Mapping[str, Any],
        Rule(doc="calls, rung (calls of others that rang the number), tickets, messages, told, to_tell, sms, drafts"),
    ]
    kept: Annotated[
        Mapping[str, Any],
        Rule(doc="call:ID, ticket:CODE, message:ID → going-on, emergency, ticket-open, held, not-settled, damaged"),
    ]
    recordings: Annotated[int, Rule(doc="recordings of these calls, which stay for their own time")]
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenView:
    """Everything kept of one citizen, part by part, as rows."""

    calls: tuple[Mapping[str, Any], ...]
    tickets: tuple[Mapping[str, Any], ...]
    drafts: tuple[Mapping[str, Any], ...]
    messages: tuple[Mapping[str, Any], ...]
    sms: tuple[Mapping[str, Any], ...]
    recordings: tuple[Mapping[str, Any], ...]
