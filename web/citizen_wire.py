"""What requests about one citizen's data carry, and what the answers are. Refuses nothing itself: rules.py does."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from hotline1022.web.rules import Rule
from hotline1022.web.types import When

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
class ExportZipBody:
    """Whose data, why it is given out, and whether the recordings themselves go with it."""

    number: Annotated[str, Rule(doc="the whole number, in any way of writing", pattern=_NUMBER)]
    reason: Annotated[str, Rule(doc="one of /api/listen/reasons", pattern=r"[a-z][a-z0-9-]{0,39}")]
    text: Annotated[str, Rule(doc="what it is about, in words: the citizen's letter, its date", low=1, high=500)]
    audio: Annotated[bool, Rule(doc="with the originals of the calls; needs scope listen too")] = False


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
    seen: Annotated[
        str,
        Rule(
            doc="`seen` of the answer that was looked at: refused when something else would go by now; one that was broken off is "
            "looked at again",
            pattern=r"([0-9a-f]{32})?",
        ),
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingView:
    """One of what is kept of a citizen."""

    part: Annotated[str, Rule(doc="calls, rung, tickets, messages, told, to_tell, sms, drafts")]
    id: Annotated[str, Rule(doc="of a ticket its code, of a draft its call")]
    at: When
    why: Annotated[str, Rule(doc="why it stays, as in `kept`; empty = it goes")]


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
    recorded: Annotated[int, Rule(doc="recordings of all calls, of those that stay too")] = 0
    words: Annotated[int, Rule(doc="reasons and other texts of people that the number is taken out of")] = 0
    things: Annotated[
        tuple[ThingView, ...],
        Rule(doc="each by itself, what stays too; of one that was broken off, those of the last try"),
    ] = ()
    seen: Annotated[str, Rule(doc="of what would go: send it along to confirm this and nothing else")] = ""


class ErasureStage(StrEnum):
    """How far a request to erase is."""

    ASKED = "asked"
    RUNNING = "running"
    #: confirmed, and ended in the middle: confirming again goes on
    BROKEN_OFF = "broken-off"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequestView:
    """A request to erase: whose it is nobody can read from it."""

    request: str
    stage: ErasureStage
    reason: str
    asked_at: When
    asked_by: str
    confirmed_at: When | None
    confirmed_by: str
    done_at: When | None
    pseudonym: str
    counts: Annotated[
        Mapping[str, Any], Rule(doc="of one that is done: as the audit tells; of one that is not: what has gone so far")
    ]
    kept: Annotated[Mapping[str, Any], Rule(doc="of one that is done: why things stay, and how many")]
    done: Annotated[int, Rule(doc="calls that are erased, while it runs")]
    work: Annotated[int, Rule(doc="calls in all, while it runs")]
    error_id: Annotated[str, Rule(doc="why its last try ended; empty = it did not fail")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenExportView:
    """Data that were given out, as the audit tells."""

    at: When
    by: str
    reason: Annotated[str, Rule(doc="of the list")]
    text: Annotated[str, Rule(doc="in words; empty where they are not known any more")]
    counts: Mapping[str, Any]
    audio: bool
    recordings: Annotated[int, Rule(doc="calls whose originals were in it")]
    left_out: Annotated[int, Rule(doc="calls whose originals were not what was stored")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenHistory:
    """What was given out and erased before, newest first; of erasures those first that nobody has carried out."""

    erasures: tuple[ErasureRequestView, ...]
    exports: tuple[CitizenExportView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenView:
    """Everything kept of one citizen, part by part, as rows."""

    calls: tuple[Mapping[str, Any], ...]
    tickets: tuple[Mapping[str, Any], ...]
    drafts: tuple[Mapping[str, Any], ...]
    messages: tuple[Mapping[str, Any], ...]
    sms: tuple[Mapping[str, Any], ...]
    recordings: tuple[Mapping[str, Any], ...]
