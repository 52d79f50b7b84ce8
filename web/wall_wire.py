"""What requests about addresses for televisions carry, and what a television is told. Refuses nothing itself."""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.core.wallboards import Wallboard
from hotline1022.web.rules import Rule
from hotline1022.web.types import When


@dataclass(frozen=True, slots=True, kw_only=True)
class WallQuery:
    """How it looks."""

    theme: Annotated[str, Rule(doc="light or dark; else dark")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WallboardBody:
    """A new one."""

    name: Annotated[str, Rule(doc="where it hangs", low=1, high=80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WallboardList:
    """Those that open first."""

    wallboards: tuple[Wallboard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenWallboard:
    """A new one, and its address, which is given once."""

    wallboard: Wallboard
    path: Annotated[str, Rule(doc="its address here: /wall/KEY")]


@dataclass(frozen=True, slots=True, kw_only=True)
class WallFigure:
    """One figure, written for people."""

    id: str
    name: str
    said: str
    #: what was computed; "" = counted
    formula: str
    #: somebody should look
    bad: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WallNow:
    """What a television shows: figures alone."""

    at: When
    clock: Annotated[str, Rule(doc="hours and minutes of that moment in the province")]
    version: Annotated[str, Rule(doc="of the service and its pages: another one, and the page is loaded again")]
    lost: Annotated[
        str, Rule(doc="for people: since when Asterisk has told nothing of lines and queue; empty = it tells")
    ]
    figures: tuple[WallFigure, ...]
