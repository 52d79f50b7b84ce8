"""What an erasure would take away, or took away, as values. Refuses nothing; no I/O."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from hotline1022.db.citizen_find import Found, Thing

#: what is counted: the parts of Found
PARTS = ("calls", "rung", "tickets", "messages", "told", "to_tell", "sms", "drafts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What a request would take away, or took away."""

    #: "" for a dry run
    request: str
    pseudonym: str
    #: how many of each: calls, rung, tickets, messages, told, to_tell, sms, drafts
    counts: Mapping[str, int]
    #: what stays: `call:ID`, `ticket:CODE`, `message:ID` → why: a word of `citizen-kept` in the catalogue
    kept: Mapping[str, str]
    #: recordings of the erased calls, which stay for their own time
    recordings: int
    done: bool
    #: recordings of all calls, of those that stay too
    recorded: int = 0
    #: reasons and other words of people in which the number stands: it is taken out of them
    words: int = 0
    #: all of it, what stays too
    things: tuple[Thing, ...] = ()
    #: of what would go: by this one confirms what was shown, and nothing else
    seen: str = ""


def things_of(found: Found, damaged: Collection[str]) -> tuple[Thing, ...]:
    """All that is there; calls whose history is not what the chain tells stay as evidence."""
    return tuple(
        replace(one, why=one.why or "damaged") if one.part in ("calls", "rung") and one.id in damaged else one
        for one in found.things
    )


def seen_of(things: Collection[Thing]) -> str:
    """The same as long as the same would go."""
    going = sorted((one.part, one.id) for one in things if not one.why)
    return sha256(json.dumps(going).encode()).hexdigest()[:32]


def whole_of(last: Erasure, gone: Mapping[str, int], before: Mapping[str, int]) -> Erasure:
    """What an erasure took in all its tries: `gone`; `last` is what the last one had before it, and `before` what was gone then."""
    earlier = before.get("recordings", 0)
    return replace(
        last,
        counts={part: gone.get(part, 0) for part in PARTS},
        recordings=gone.get("recordings", 0),
        recorded=last.recorded + earlier,
        words=gone.get("words", 0),
    )
