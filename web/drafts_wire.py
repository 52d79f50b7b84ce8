"""What requests about drafts carry, and their answers. Refuses nothing itself: rules.py does."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

from hotline1022.core.drafts import Drafted
from hotline1022.tickets.types import Kind, Requester, Urgency
from hotline1022.web.rules import Rule
from hotline1022.web.types import When

#: more than any field of a ticket takes: what was typed is kept, and what is too long is said when the ticket is made
MOST = 8000
_Typed = Annotated[str | None, Rule(doc="as it was typed, whole or not", high=MOST, lines=True)]
#: fits core.drafts.Drafted.version
_Seen = Annotated[
    int, Rule(doc="version of the draft that the window shows; 0 = nothing was kept then", high=2**53 - 1)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftBody:
    """What was typed in one window since it last heard that it is kept; what is left out stays."""

    window: Annotated[str, Rule(doc="drawn by the window when it was opened", pattern=r"[A-Za-z0-9_-]{8,40}")]
    seen: _Seen = 0
    name: _Typed = None
    phone: _Typed = None
    email: _Typed = None
    address: _Typed = None
    area: _Typed = None
    category: _Typed = None
    agency: _Typed = None
    kind: _Typed = None
    requester: _Typed = None
    urgency: _Typed = None
    content: _Typed = None
    answer: _Typed = None
    faq: Annotated[
        str | None,
        Rule(doc="which published answers `answer` is of: ENTRY/NUMBER, with blanks between", high=MOST, lines=True),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBody:
    """Which version is meant."""

    seen: _Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTicketBody:
    """A ticket of what is kept."""

    seen: _Seen
    complete: Annotated[bool, Rule(doc="it is answered: completed in the same act with the draft's `answer`")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """One draft."""

    call: Annotated[str, Rule(doc="id of the call; empty = for none")]
    version: Annotated[int, Rule(doc="0 = nothing is kept")]
    first: Annotated[int, Rule(doc="its first version: whoever has seen an earlier one shows a draft that is no more")]
    changed_at: When
    fields: Annotated[Mapping[str, Any], Rule(doc="fields that were typed in, with their texts")]
    kept: Annotated[
        tuple[str, ...],
        Rule(
            doc="fields that another window changed since `seen`: those words stayed, and what was sent was not taken"
        ),
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftList:
    """Drafts, latest change first."""

    drafts: tuple[DraftView, ...]


#: names of the fields of a body that are words of a closed list when a ticket is made
CLOSED = {"kind": Kind, "requester": Requester, "urgency": Urgency}
#: names of what may be typed
TYPED = tuple(one.name for one in fields(DraftBody) if one.name not in ("window", "seen"))


def view(draft: Drafted, kept: tuple[str, ...] = ()) -> DraftView:
    """As it is told."""
    return DraftView(
        call=draft.call,
        version=draft.version,
        first=draft.first,
        changed_at=draft.changed_at,
        fields={name: one.text for name, one in draft.fields.items()},
        kept=kept,
    )
