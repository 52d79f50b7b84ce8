"""What somebody has typed for a call and has not made a ticket of yet: field by field, and how a write of one of several windows
is taken in. Pure; refuses to put older words over newer ones, and to write on after the ticket was made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hotline1022.core.clock import aware
from hotline1022.core.errors import Refused

#: what may be typed: fields of a ticket, by the same names; `faq` is beside them: which answers of the agencies stand in `answer`
FIELDS = (
    "name",
    "phone",
    "email",
    "address",
    "area",
    "category",
    "agency",
    "kind",
    "requester",
    "urgency",
    "content",
    "answer",
    "faq",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The text of one field, as it was typed."""

    text: str
    #: the version of the draft that brought it
    at: int
    #: the window in which it was typed
    window: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """The draft of one person for one call."""

    #: `user:ID`, `token:ID`
    owner: str
    #: "" = for no call
    call: str = ""
    #: grows by one with each write that changes something, from `began` on; 0 = nothing is kept yet
    version: int = 0
    made_at: datetime
    changed_at: datetime
    #: fields that were ever typed in; the others are as the page fills them
    fields: Mapping[str, Typed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        aware(self.made_at)
        aware(self.changed_at)

    @property
    def first(self) -> int:
        """Its first version; a window that shows an earlier one shows a draft that is no more."""
        begun = began(self.made_at)
        return begun if self.version >= begun else min(self.version, 1)  # kept since versions began at 1

    def text(self, name: str, otherwise: str = "") -> str:
        """The text of a field; `otherwise` where nobody has typed in it."""
        known = self.fields.get(name)
        return otherwise if known is None else known.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What one window sends: the fields that were typed in since it last heard that they are kept."""

    window: str
    #: version of the draft that the window shows
    seen: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of a write."""

    draft: Drafted
    #: fields that another window changed after this one last looked: those words stay
    kept: tuple[str, ...] = ()
    #: whether the draft is another than before
    changed: bool = False


def began(at: datetime) -> int:
    """The first version of a draft that is made then: its milliseconds, so that no later draft of the same call has a version of
    this one again.
    """
    return int(at.timestamp() * 1000)


def take_in(before: Drafted | None, writing: Writing, *, owner: str, call: str, at: datetime) -> TakenIn:
    """The draft after a write. Each field by itself: the last writer wins who had seen what stands there.

    A window that goes on in its own words has seen them, though the answer to its last write was lost. Refused `draft-gone`:
    the window shows a draft that is no more.
    """
    if writing.seen and (before is None or writing.seen < before.first):
        raise gone()
    known = before or Drafted(owner=owner, call=call, made_at=at, changed_at=at)
    version = known.version + 1 if before else began(at)
    fields, kept = dict(known.fields), []
    for name, text in writing.texts.items():
        there = known.fields.get(name)
        if there is None:
            if text or writing.seen or before is not None:
                fields[name] = Typed(text=text, at=version, window=writing.window)
        elif there.text == text:
            continue
        elif there.at <= writing.seen or there.window == writing.window:
            fields[name] = Typed(text=text, at=version, window=writing.window)
        else:
            kept.append(name)
    if fields == known.fields:
        return TakenIn(draft=known, kept=tuple(kept))
    after = Drafted(
        owner=known.owner, call=known.call, version=version, made_at=known.made_at, changed_at=at, fields=fields
    )
    return TakenIn(draft=after, kept=tuple(kept), changed=True)


def gone() -> Refused:
    """It is no more."""
    return Refused("a ticket was made of this draft, or it was thrown away; load the page again", error_id="draft-gone")
