"""Charts as televisions show them: few enough slices that their names are read at 5 m, the rest as one. Refuses addresses of lists: a
television leads nowhere.
"""

from datetime import date

from hotline1022.core.words import day_short
from hotline1022.figures.types import Bucket, Chart, permille
from hotline1022.web import wall_wire as w
from hotline1022.web.charts_today import ORDERED, kind, largest
from hotline1022.web.desk.figures_said import count, share
from hotline1022.web.page_words import words

#: slices of a pie, the rest as one of them: a name is 4 % of the height, with its bar 10 %
MOST = 8


def told(chart: Chart) -> w.WallChart:
    """One chart, its numbers written for people."""
    ordered = chart.id in ORDERED
    shown = largest(chart.slices, len(chart.slices) if ordered else MOST)
    slices = [_slice(_name(one, chart), one.count, chart.total) for one in chart.slices if one.key in shown]
    if rest := [one.count for one in chart.slices if one.key not in shown]:
        slices.append(_slice(words()("wall.rest"), sum(rest), chart.total, rest=True))
    return w.WallChart(
        id=chart.id.value, name=chart.name, kind=kind(chart), total=count(chart.total), slices=tuple(slices)
    )


def _slice(name: str, number: int, total: int, *, rest: bool = False) -> w.WallSlice:
    return w.WallSlice(name=name, number=number, said=count(number), share=share(permille(number, total)), rest=rest)


def _name(one: Bucket, chart: Chart) -> str:
    """Of a week its first day: there is room for no more beneath a column."""
    return day_short(date.fromisoformat(one.key)) if chart.id in ORDERED else one.name
