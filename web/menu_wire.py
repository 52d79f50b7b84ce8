"""What requests about the menu carry, and what is told of it: versions, a menu as a tree, the way that keys lead. Refuses nothing
itself: rules.py does, and the menu's own rules behind the port.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from hotline1022.directory.types import HuntStep
from hotline1022.ivr.types import MenuDraft, MenuVersion
from hotline1022.web.rules import Rule
from hotline1022.web.types import Limit

#: characters of a menu file at most, so that a form of it stays below BODY_BYTES; the shipped one has 13,000
TEXT_LIMIT = 25_000
NOTE_LIMIT = 200
#: keys that may be pressed one after the other
KEYS_LIMIT = 60

MenuText = Annotated[str, Rule(doc="the menu file, TOML", low=1, high=TEXT_LIMIT, lines=True, tabs=True)]
VersionNumber = Annotated[int, Rule(doc="number of a version", low=1)]
KeyText = Annotated[
    str, Rule(doc="0-9, * or #, 115, or none for pressing nothing", pattern=r"[0-9*#]|115|none", high=4)
]


class Leads(StrEnum):
    """Where a key leads."""

    MENU = "menu"
    INFORMATION = "information"
    AGENTS = "agents"
    EMERGENCY = "emergency"
    VOICEMAIL = "voicemail"
    STATUS = "status"
    REPEAT = "repeat"
    BACK = "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A key of a menu."""

    key: str
    leads: Leads
    #: id of the menu, information or category it leads to; "" = none
    to: str
    #: as people read that; "" = nothing to say
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelView:
    """One menu of the tree."""

    id: str
    #: what is spoken, as it is written
    text: str
    keys: tuple[KeyView, ...]
    tries: int
    wait_seconds: int
    #: how far it is below the first one; -1 = no key leads there
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenView:
    """A text that is spoken and is no menu."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeView:
    """A menu as a whole: the first menu, then those below it."""

    levels: tuple[LevelView, ...]
    information: tuple[SpokenView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is wrong with a text, or odd in it."""

    #: None: it is of no line
    line: int | None
    text: str
    #: the place that the line says, with dots between: `menus.root.keys.4`; "" = of none
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckBody:
    """A text to be looked at."""

    text: MenuText


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found."""

    problems: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    #: None: it is no menu
    tree: TreeView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuNow:
    """What callers hear."""

    #: the newest; None before the service has read it
    version: MenuVersion | None
    #: why callers hear the menu before it; "" = they hear it
    trouble: str
    tree: TreeView
    draft: MenuDraft | None
    #: what an earlier release let pass: callers go on hearing it, the next publication refuses it
    outdated: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuHistory:
    """Versions, latest first."""

    versions: tuple[MenuVersion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDetail:
    """One version, whole."""

    version: MenuVersion
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsQuery:
    """How many."""

    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuDraftBody:
    """A draft to be kept; it may be no menu yet."""

    text: MenuText
    revision: Annotated[int, Rule(doc="revision of the draft that was seen; 0 = there was none")] = 0
    base: Annotated[
        int | None,
        Rule(doc="version that it was begun from; null = as the draft before it, else the one in force"),
    ] = None
    note: Annotated[str, Rule(doc="why, in a few words", high=NOTE_LIMIT)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishBody:
    """What is put in force: a text, or an earlier version."""

    text: Annotated[str | None, Rule(doc="the menu file, TOML", low=1, high=TEXT_LIMIT, lines=True, tabs=True)] = None
    again: Annotated[int | None, Rule(doc="in place of a text: the version that comes back", low=1)] = None
    seen: Annotated[int, Rule(doc="number of the version that is in force; another one is menu-changed")]
    draft: Annotated[
        int | None, Rule(doc="revision of the draft that the text was; it is taken away. Left out, it stays")
    ] = None
    note: Annotated[str, Rule(doc="why, in a few words", high=NOTE_LIMIT)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What is in force now."""

    version: MenuVersion
    #: how many sounds were made for it
    sounds: int
    warnings: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TryBody:
    """Keys that somebody presses, in which menu, and when."""

    text: Annotated[str | None, Rule(doc="the menu file, TOML", low=1, high=TEXT_LIMIT, lines=True, tabs=True)] = None
    version: Annotated[int | None, Rule(doc="in place of a text; without both, what is in force", low=1)] = None
    keys: Annotated[tuple[KeyText, ...], Rule(doc="one after the other", high=KEYS_LIMIT)] = ()
    at: Annotated[datetime | None, Rule(doc="when the citizen calls; left out, now")] = None
    holiday: Annotated[bool, Rule(doc="as if that day were a day off")] = False


class Place(StrEnum):
    """Where the caller is after a key."""

    MENU = "menu"
    AGENTS = "agents"
    EMERGENCY = "emergency"
    VOICEMAIL = "voicemail"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class TryStep:
    """What follows a key."""

    #: as it was pressed; "" = the beginning
    key: str
    #: what is heard, in order
    heard: tuple[str, ...]
    place: Place
    #: id of the menu, where the place is one
    menu: str
    #: how often in a row nothing or a wrong key came
    tries: int
    #: name of the category that the caller chose; "" = none
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The whole way."""

    steps: tuple[TryStep, ...]
    #: a key leads further
    open: bool
    #: keys of the menu at which it ended
    keys: tuple[KeyView, ...]
    #: whom an agent would have rung at that moment for the category; empty when none was chosen, or nobody answers for it
    rings: tuple[HuntStep, ...]
    #: name of the agency that answers for it then; "" = none
    agency: str
    #: the moment that it was tried for
    at: datetime
