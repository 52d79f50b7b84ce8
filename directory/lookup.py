"""Who is responsible on a day, and who may be asked: pure questions to a Directory. Refuses to answer with who has ended."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from hotline1022.core.errors import NotFound
from hotline1022.directory.types import Agency, Area, Category, Contact, Directory, Role


class Dated(Protocol):
    """What begins and ends."""

    @property
    def valid_from(self) -> date | None:
        """First day; None since ever."""
        ...

    @property
    def valid_to(self) -> date | None:
        """First day on which it is no more; None = no end is known."""
        ...


class InTree(Dated, Protocol):
    """What has something above it, and somebody after it."""

    @property
    def id(self) -> str:
        """Its name among its own."""
        ...

    @property
    def parent(self) -> str | None:
        """What is above it."""
        ...

    @property
    def successor(self) -> str | None:
        """What came after it."""
        ...


T = TypeVar("T", bound=InTree)


def active(thing: Dated, day: date) -> bool:
    """Whether it has begun and has not ended. A contact point that is not active is out of everything."""
    return (thing.valid_from is None or thing.valid_from <= day) and not ended(thing, day)


def ended(thing: Dated, day: date) -> bool:
    """Whether it is no more."""
    return thing.valid_to is not None and thing.valid_to <= day


def successor_at(directory: Directory, agency: str, day: date) -> Agency:
    """The agency, or who has taken over by that day; NotFound `agency-unknown`, `agency-ended`."""
    if agency not in directory.agencies:
        raise NotFound(f"there is no agency {agency!r}; look in /api/directory/agencies", error_id="agency-unknown")
    found = _follow(directory.agencies, agency, day)
    if ended(found, day):
        raise NotFound(
            f"{found.name} ({found.id}) has ended and nobody took over; name its successor", error_id="agency-ended"
        )
    return found


def agency_at(directory: Directory, agency: str, day: date) -> Agency | None:
    """The agency, or who has taken over by that day; the last one known where nobody did. None for an id that nobody has."""
    return _follow(directory.agencies, agency, day) if agency in directory.agencies else None


def had_by(directory: Directory, agency: str, day: date) -> frozenset[str]:
    """Ids of the agencies whose tickets this one has on that day: its own, and those it has taken over, through others too.

    By this one rule links, tokens and messages reach people of an agency after a merger. What was split without a successor
    stays where it was.
    """
    return frozenset({agency, *(one.id for one in taken_over(directory, day).get(agency, ()))})


def taken_over(directory: Directory, day: date) -> Mapping[str, Sequence[Agency]]:
    """Agency → those that have ended by that day and whose tickets it has, through others too; in the order of their ids."""
    found: dict[str, list[Agency]] = defaultdict(list)
    for id, agency in directory.agencies.items():
        having = _follow(directory.agencies, id, day)
        if having.id != id:
            found[having.id].append(agency)
    return found


def area_at(directory: Directory, area: str, day: date) -> Area:
    """The area, or what it has become by that day; the last one known where nothing came after it. NotFound `area-unknown`."""
    if area not in directory.areas:
        raise NotFound(f"there is no area {area!r}; look in /api/directory/areas", error_id="area-unknown")
    return _follow(directory.areas, area, day)


def _follow(things: Mapping[str, T], id: str, day: date) -> T:
    found, seen = things[id], {id}
    while ended(found, day):
        following = found.successor
        if following is None or following not in things or following in seen:
            break
        seen.add(following)
        found = things[following]
    return found


def upwards(things: Mapping[str, T], id: str) -> Iterator[T]:
    """The thing, what is above it, and so on to the top."""
    seen: set[str] = set()
    next_up: str | None = id
    while next_up is not None and next_up in things and next_up not in seen:
        seen.add(next_up)
        yield things[next_up]
        next_up = things[next_up].parent


def category_of(directory: Directory, category: str) -> Category:
    """The category; NotFound `category-unknown`."""
    found = directory.categories.get(category)
    if found is None:
        known = ", ".join(directory.categories) or "none"
        raise NotFound(f"there is no category {category!r}; known are {known}", error_id="category-unknown")
    return found


def who_answers(directory: Directory, category: str, area: str, day: date) -> Agency:
    """The agency that answers for the category in the area ("" = anywhere) on that day.

    The rule of the nearest area upwards wins, else the lead agency answers; of either the one that has taken over by
    then. NotFound `category-unknown`, `area-unknown`, `agency-ended`.
    """
    wanted = category_of(directory, category)
    if area:
        rules = {rule.area: rule.agency for rule in wanted.by_area}
        for above in _around(directory, area, day):
            if above.id in rules:
                return successor_at(directory, rules[above.id], day)
    return successor_at(directory, wanted.agency, day)


def _around(directory: Directory, area: str, day: date) -> Iterator[Area]:
    """What the area has become and what is above it now; then the area as it was, whose rules nobody wrote anew."""
    for above in upwards(directory.areas, area_at(directory, area, day).id):
        yield area_at(directory, above.id, day)
    yield from upwards(directory.areas, area)


def agency_of_code(directory: Directory, code: int, day: date) -> Agency:
    """Whom the transfer code 7xx reaches on that day; NotFound `code-unknown`, `agency-ended`."""
    for agency in directory.agencies.values():
        if agency.code == code:
            return successor_at(directory, agency.id, day)
    raise NotFound(f"no agency has the code {code}; look in /api/directory/agencies", error_id="code-unknown")


def contacts_of(directory: Directory, agency: str, day: date, role: Role | None = None) -> list[Contact]:
    """The agency's contact points that are active on that day, in their order."""
    found = [
        one
        for one in directory.contacts.values()
        if one.agency == agency and role in (None, one.role) and active(one, day)
    ]
    return sorted(found, key=lambda one: (one.role is Role.LEADER, one.order, one.id))
