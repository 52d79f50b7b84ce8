"""What requests about reasons for a pause carry. Refuses nothing itself."""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.queue.types import PauseKind
from hotline1022.web.rules import Rule
from hotline1022.web.types import When

_Name = Annotated[str, Rule(doc="as people read it, 1 to 40 characters", low=1, high=40)]
_Version = Annotated[int, Rule(doc="the version that was read: 0 = one of the settings")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseReasonBody:
    """A new one."""

    code: Annotated[str, Rule(doc="the digit that is keyed after *13", pattern="[0-9]")]
    name: _Name


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseNameBody:
    """Another word for one."""

    version: _Version
    name: _Name


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseSeenBody:
    """As it was read."""

    version: _Version


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseReasonList:
    """All, by digit; those that have ended too."""

    reasons: tuple[PauseKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseWas:
    """A reason as it was."""

    name: str
    #: nobody could choose it
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePast:
    """What became of a reason."""

    at: When
    by: Annotated[str, Rule(doc="who, as the audit names them")]
    before: Annotated[PauseWas | None, Rule(doc="null: it was new")]
    after: PauseWas


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseHistory:
    """What became of it, latest first."""

    changes: tuple[PausePast, ...]
