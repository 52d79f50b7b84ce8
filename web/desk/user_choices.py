"""Whom a user may be: contact points by agency, people at the lines, with their names. Refuses nothing: what an account has already is
offered too, whatever became of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hotline1022.core.clock import local_day
from hotline1022.directory.types import Contact
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

#: an id, and what people read
Choice = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the selects of the form offer."""

    people: tuple[Choice, ...]
    #: an agency's name, and its contact points
    contacts: tuple[tuple[str, tuple[Choice, ...]], ...]


async def choices(ask: Ask, *, person: str, contact: str) -> Choices:
    """`person` and `contact`: what stands in the form."""
    people = [
        (one.id, f"{one.id} · {one.name}") for one in await ask.ports.people.list() if one.active or one.id == person
    ]
    if person and all(id != person for id, _ in people):
        people.append((person, person))
    groups: dict[str, list[Choice]] = {}
    names = await _agencies(ask)
    day = local_day(ask.ports.clock())
    offered = list(await ask.ports.directory.contacts(day, None))
    if contact and all(one.id != contact for one in offered):
        offered += [one for one in await ask.ports.directory.contacts(None, None) if one.id == contact]
    for one in offered:
        groups.setdefault(names.get(one.agency, one.agency), []).append((one.id, _named(one)))
    if contact and all(one.id != contact for one in offered):
        groups[words()("users.unknown")] = [(contact, contact)]
    return Choices(
        people=tuple(people),
        contacts=tuple((agency, tuple(groups[agency])) for agency in sorted(groups)),
    )


async def belongs(ask: Ask) -> Mapping[str, str]:
    """Contact points by id, as the list of users tells whose somebody is: the agency, and in which role."""
    names = await _agencies(ask)
    say = words()
    return {
        one.id: f"{names.get(one.agency, one.agency)}, {say(f'contact-role.{one.role}')}"
        for one in await ask.ports.directory.contacts(None, None)
    }


async def _agencies(ask: Ask) -> Mapping[str, str]:
    return {one.id: one.name for one in await ask.ports.directory.agencies(None)}


def _named(one: Contact) -> str:
    role = words()(f"contact-role.{one.role}")
    return f"{one.name} ({role})"
