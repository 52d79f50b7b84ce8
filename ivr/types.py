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
