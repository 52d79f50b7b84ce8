"""What requests about the steps of a menu's text carry, and what is told of it. Refuses nothing itself: rules.py does, and the menu's own
rules behind the port.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from hotline1022.web.menu_wire import MenuText, Remark
from hotline1022.web.rules import Rule

#: characters of one spoken text at most
SPOKEN_LIMIT = 4000
#: keys of a step: all there are
KEYS_MOST = 12
#: the least and the most of what a caller may try, and of seconds to wait
TRIES, WAITS = (1, 9), (1, 30)

StepId = Annotated[str, Rule(doc="id of a step or text: a-z, 0-9 and -", pattern=r"[a-z0-9-]{1,40}", low=1, high=40)]
Spoken = Annotated[str, Rule(doc="what is spoken", low=1, high=SPOKEN_LIMIT, lines=True, tabs=True)]
Target = Annotated[
    str,
    Rule(
        doc="agents, agents:CATEGORY, menu:STEP, information:ID, status, emergency, voicemail, repeat or back",
        pattern=r"[a-z]+(:[a-z0-9-]{1,40})?",
        low=1,
        high=60,
    ),
]


class SpokenKind(StrEnum):
    """Where in a menu's text something that is spoken stands."""

    INFORMATION = "information"
    PROMPTS = "prompts"
    SOUNDS = "sounds"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepKeyBody:
    """A key, and where it leads."""

    key: Annotated[str, Rule(doc="0-9, * or #", pattern=r"[0-9*#]", low=1, high=1)]
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBody:
    """A step as it is to be; a new one where there is none of its id."""

    id: StepId
    text: Spoken
    keys: Annotated[tuple[StepKeyBody, ...], Rule(doc="in their order", high=KEYS_MOST)]
    tries: Annotated[int, Rule(doc="how often in all nothing or a wrong key may come", low=TRIES[0], high=TRIES[1])] = 3
    wait_seconds: Annotated[int, Rule(doc="silence that counts as no input", low=WAITS[0], high=WAITS[1])] = 5
    #: the prompt after silence, and the one after a wrong key
    no_input: StepId = "no-input"
    invalid: StepId = "invalid"
    #: agents, agents:CATEGORY, emergency or voicemail
    after: Target = "agents"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenBody:
    """A text that is spoken and is no step; a new one where there is none of its id."""

    kind: SpokenKind
    id: Annotated[str, Rule(doc="its name in the menu's text", pattern=r"[a-z0-9-]+(/[a-z0-9-]+)?", low=1, high=60)]
    text: Spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuCategoryBody:
    """A category that keys may choose from now on; one that is there stays as it is."""

    id: StepId
    name: Annotated[str, Rule(doc="as agents and those who are called hear it", low=1, high=120)]
    #: id and name of the lead agency
    agency: StepId
    agency_name: Annotated[str, Rule(doc="1 to 120 characters", low=1, high=120)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuChangeBody:
    """A text, and the one thing that is to be changed in it."""

    text: MenuText
    step: StepBody | None = None
    spoken: SpokenBody | None = None
    category: MenuCategoryBody | None = None
    drop_step: StepId | None = None
    drop_information: StepId | None = None
    #: the step that comes first
    root: StepId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuChanged:
    """The text with the change, and what is wrong with it or odd in it; nothing is kept."""

    text: str
    problems: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
