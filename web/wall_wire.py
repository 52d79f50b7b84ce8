"""What requests about addresses for televisions carry, and what a television is told. Refuses nothing itself."""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.core.wallboards import Wallboard
from hotline1022.web.rules import Rule
from hotline1022.web.types import When

#: for which a page of a television is shown, where its address says nothing
SECONDS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class WallQuery:
    """How it looks, and what it shows."""

    theme: Annotated[str, Rule(doc="light or dark; else dark")] = ""
    show: Annotated[str, Rule(doc="figures, charts, or both in turn; else figures")] = ""
    seconds: Annotated[int, Rule(doc="seconds for which each page of charts is shown", low=5, high=600)] = SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class WallNowQuery:
    """What is told beside figures."""

    charts: Annotated[bool, Rule(doc="the charts of today too")] = False


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
class WallSlice:
    """One slice, or the rest of many."""

    name: str
    number: int
    #: the number as people write it, and its share of all
    said: str
    share: str
    #: all that are not shown by themselves
    rest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WallChart:
    """One chart of today, its week or month, written for people; of many slices the largest, and the rest as one."""

    id: str
    name: str
    kind: Annotated[str, Rule(doc="pie: also as bars beside it; bar: columns in an order of their own")]
    total: Annotated[str, Rule(doc="how many all slices have together, for people")]
    slices: tuple[WallSlice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WallNow:
    """What a television shows: figures, and charts where it asks for them; nothing of a citizen."""

    at: When
    clock: Annotated[str, Rule(doc="hours and minutes of that moment in the province")]
    version: Annotated[str, Rule(doc="of the service and its pages: another one, and the page is loaded again")]
    lost: Annotated[
        str, Rule(doc="for people: since when Asterisk has told nothing of lines and queue; empty = it tells")
    ]
    figures: tuple[WallFigure, ...]
    charts: Annotated[tuple[WallChart, ...], Rule(doc="those of decision 2376/QĐ-UBND; empty where not asked for")]
