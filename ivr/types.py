"""The values of the menu's history: versions that were published, and the draft that people work on. Refuses naive times."""

from dataclasses import dataclass
from datetime import datetime

from hotline1022.core.clock import aware


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuVersion:
    """A menu that was put in force; its text is kept beside."""

    #: from 1; the greatest is in force
    number: int
    #: of the text, UTF-8
    sha256: str
    #: why, in a few words; "" = nobody said
    note: str
    #: who: `user:LOGIN`, `token:NAME`, `settings`
    by: str
    at: datetime
    #: the version whose text was put in force again; 0 = none
    again: int = 0
    #: taken from the file of the settings, by nobody
    from_file: bool = False

    def __post_init__(self) -> None:
        aware(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuDraft:
    """What people work on; it may be no menu yet."""

    text: str
    by: str
    at: datetime
    #: another one with each save: who saves says which one was seen
    revision: int
    #: number of the version that it was begun from, or held against since; 0 = none
    base: int
    #: why, as it will stand beside the version
    note: str = ""

    def __post_init__(self) -> None:
        aware(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepKey:
    """A key of a step, and where it leads, as the menu's text writes it."""

    #: one of 0-9, * and #
    key: str
    #: `agents`, `agents:CATEGORY`, `menu:STEP`, `information:ID`, `status`, `emergency`, `voicemail`, `repeat`, `back`
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuStep:
    """One question to the caller as the menu's text has it, which may still be faulty."""

    id: str
    #: in its lines
    text: str
    keys: tuple[StepKey, ...]
    #: how many times in all the caller may say nothing or press a wrong key
    tries: int
    #: seconds of silence that count as no input
    wait_seconds: int
    #: the prompt after silence, and the one after a wrong key
    no_input: str
    invalid: str
    #: where it goes on when the tries are used up
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenText:
    """A text that is spoken and is no step."""

    id: str
    text: str
    #: false: the menu's text leaves it out, and the shipped one is spoken
    own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuCategory:
    """A category that a key may choose."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuSteps:
    """A menu's text as its parts, for forms."""

    #: id of the first step
    root: str
    steps: tuple[MenuStep, ...]
    information: tuple[SpokenText, ...]
    prompts: tuple[SpokenText, ...]
    sounds: tuple[SpokenText, ...]
    categories: tuple[MenuCategory, ...]
