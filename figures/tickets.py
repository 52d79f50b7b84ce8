"""From cells of tickets to figures and groups, each with the query of its list. Pure; refuses nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from hotline1022.figures.calls import Names, Say
from hotline1022.figures.formulas import mean
from hotline1022.figures.types import Bucket, Figure, Group, Rows, TicketCell, Unit, permille
from hotline1022.tickets.types import NONE, Standing

PATH = "/api/tickets"
#: the one group that every ticket is in once, whatever else is asked
WHOLE = "state"
#: the words of these groups are of closed lists; the others have names
_TABLES = {"state": "state", "channel": "channel"}
_S = Standing
_SUMS = {_S.OPEN: (_S.OVERDUE, _S.OPEN_IN_TIME), _S.CLOSED: (_S.CLOSED_IN_TIME, _S.CLOSED_LATE)}


def standings(cells: Iterable[TicketCell]) -> Counter[Standing]:
    """How many stand how."""
    found: Counter[Standing] = Counter()
    for one in cells:
        found[_S(one.standing)] += one.tickets
        found[_S.CLOSED_IN_FIRST_TIME] += one.first
    for whole, parts in _SUMS.items():
        found[whole] = sum(found[part] for part in parts)
    return found


def figures(cells: Sequence[TicketCell], query: Mapping[str, str], say: Say) -> list[Figure]:
    """All of them; `query` holds the moment at which they are looked at."""
    of = [one for one in cells if one.group == WHOLE]
    n = standings(of)

    def rows(standing: Standing | None = None) -> Rows:
        return Rows(path=PATH, query={**query, **({"standing": standing.value} if standing else {})})

    def share(id: str, part: Standing, formula: str) -> Figure:
        value = permille(n[part], n[_S.CLOSED])
        name = say("figure", id)
        return Figure(id=id, name=name, value=value, unit=Unit.PERMILLE, formula=formula, rows=rows(part))

    total = sum(one.tickets for one in of)
    took = mean(sum(one.closed_ms for one in of), n[_S.CLOSED])
    return [
        Figure(id="tickets", name=say("figure", "tickets"), value=total, unit=Unit.TICKETS, formula="", rows=rows()),
        *(
            Figure(id=one, name=say("standing", one), value=n[one], unit=Unit.TICKETS, formula="", rows=rows(one))
            for one in Standing
        ),
        share("in-time-rate", _S.CLOSED_IN_TIME, "T / C"),
        share("first-time-rate", _S.CLOSED_IN_FIRST_TIME, "T₀ / C"),
        Figure(
            id="time-to-close",
            name=say("figure", "time-to-close"),
            value=took,
            unit=Unit.MS,
            formula="Σ (closed − made) / C",
            rows=rows(_S.CLOSED),
        ),
    ]


def groups(cells: Sequence[TicketCell], query: Mapping[str, str], say: Say, names: Mapping[str, Names]) -> list[Group]:
    """By each group that was counted; `names`: group → id → name as it is now."""
    found: dict[str, dict[str, list[TicketCell]]] = {}
    for one in cells:
        found.setdefault(one.group, {}).setdefault(one.key, []).append(one)
    return [
        Group(
            id=group,
            name=say("figure-group", group),
            part="standing",
            buckets=tuple(
                sorted(
                    (bucket(group, key, of, query, _namer(group, names, say)) for key, of in by_key.items()),
                    key=lambda one: (-one.count, one.key),
                )
            ),
        )
        for group, by_key in found.items()
    ]


def bucket(
    group: str,
    key: str,
    cells: Sequence[TicketCell],
    query: Mapping[str, str],
    name: Callable[[str, str], str],
) -> Bucket:
    """Tickets of one key."""
    n = standings(cells)
    written = max(one.name for one in cells)
    return Bucket(
        key=key,
        name=name(key, written),
        count=sum(one.tickets for one in cells),
        parts={one.value: n[one] for one in Standing},
        level=permille(n[_S.CLOSED_IN_TIME], n[_S.CLOSED]),
        rows=Rows(path=PATH, query={**query, group: key}),
    )


def _namer(group: str, names: Mapping[str, Names], say: Say) -> Callable[[str, str], str]:
    """The name as it is now, as it was written, or the key itself."""

    def named(key: str, written: str) -> str:
        if key == NONE:
            return say("figure", "not-known")
        if group in _TABLES:
            return say(_TABLES[group], key)
        return names.get(group, {}).get(key) or written or key

    return named
