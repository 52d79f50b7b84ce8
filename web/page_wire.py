"""What the page of a signed link takes. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.web.rules import Rule
from hotline1022.web.tickets_wire import Version

#: characters at most
MOST_ANSWER, MOST_WHY = 4000, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """What stands behind the address; mail programs add words of their own, which are passed over."""

    done: Annotated[str, Rule(doc="what was done just now")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageForm:
    """The form of the page: everything that is typed, and which button was pressed."""

    act: Annotated[
        str,
        Rule(doc="accept, answer, complete, pass-to-leader, extend, wait, resume, return, reveal or look", high=40),
    ]
    version: Version
    answer: Annotated[
        str, Rule(doc="for answer, and for complete where nothing was answered yet", high=MOST_ANSWER, lines=True)
    ] = ""
    why: Annotated[str, Rule(doc="for return", high=MOST_WHY, lines=True)] = ""
    extend_why: Annotated[str, Rule(doc="for extend", high=MOST_WHY, lines=True)] = ""
    wait_why: Annotated[str, Rule(doc="for wait", high=MOST_WHY, lines=True)] = ""
    until: Annotated[str, Rule(doc="for extend: the new last day, 2026-12-31 or 31/12/2026", high=20)] = ""
    leader: Annotated[str, Rule(doc="for pass-to-leader: id of a contact point", pattern=r"[a-z0-9-]{0,64}")] = ""
