"""Changes of a Directory, pure: things put in or ended give a new one, checked as a whole. Refuses what would not fit
together, and another person under the id of a contact point.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from hotline1022.core.errors import NotFound, Refused
from hotline1022.directory.lookup import InTree, ended
from hotline1022.directory.types import (
    SAMPLE,
    Agency,
    Area,
    Category,
    Change,
    Contact,
    Directory,
    DirectoryInvalid,
    Misfit,
    Problem,
    Thing,
    What,
)


def put(directory: Directory, things: Iterable[Thing]) -> Directory:
    """With these things, new or in place of those of the same id.

    Contact points end with their agency. Invalid `directory-invalid` names everything that does not fit together;
    Refused `contact-fixed`, `end-missing`.
    """
    kept: dict[What, dict[str, Any]] = {what: dict(all_of(directory, what)) for what in What}
    for thing in things:
        before = kept[what_of(thing)].get(thing.id)
        if isinstance(before, Contact) and isinstance(thing, Contact):
            _same_person(before, thing)
        kept[what_of(thing)][thing.id] = thing
    kept = {what: dict(sorted(known.items())) for what, known in kept.items()}
    new = replace(
        directory,
        agencies=kept[What.AGENCY],
        areas=kept[What.AREA],
        categories=kept[What.CATEGORY],
        contacts=kept[What.CONTACT],
    )
    problems = list(_problems(new))
    if problems:
        raise DirectoryInvalid(problems)
    new = replace(new, contacts={one.id: _with_agency(new, one) for one in new.contacts.values()})
    _ends_stay(directory, new)
    return new


def end(directory: Directory, what: What, id: str, day: date, successor: str | None = None) -> Directory:
    """That this is no more from `day` on, and what takes its place. An end that was set before is replaced.

    NotFound `agency-unknown` …; Invalid as in put.
    """
    known = all_of(directory, what).get(id)
    if known is None:
        raise NotFound(f"there is no {what} {id}; look in /api/directory", error_id=f"{what}-unknown")
    if known.valid_from is not None and day < known.valid_from:
        day = known.valid_from
    match known:
        case Agency() | Area():
            return put(directory, [replace(known, valid_to=day, successor=successor or known.successor)])
        case Category() | Contact():
            return put(directory, [replace(known, valid_to=day)])


def difference(before: Directory, after: Directory) -> tuple[Change, ...]:
    """What is new or other, agencies first, contact points last."""
    return tuple(
        Change(what=what, before=all_of(before, what).get(id), after=thing)
        for what in (What.AGENCY, What.AREA, What.CATEGORY, What.CONTACT)
        for id, thing in all_of(after, what).items()
        if all_of(before, what).get(id) != thing
    )


def out_now(directory: Directory, day: date) -> dict[str, Contact]:
    """Contact points that have ended."""
    return {one.id: one for one in directory.contacts.values() if ended(one, day)}


def all_of(directory: Directory, what: What) -> Mapping[str, Thing]:
    """The things of one kind by their ids."""
    match what:
        case What.AGENCY:
            return directory.agencies
        case What.AREA:
            return directory.areas
        case What.CATEGORY:
            return directory.categories
        case What.CONTACT:
            return directory.contacts


def what_of(thing: Thing) -> What:
    """Of which kind a thing is."""
    match thing:
        case Agency():
            return What.AGENCY
        case Area():
            return What.AREA
        case Category():
            return What.CATEGORY
        case Contact():
            return What.CONTACT


def _with_agency(directory: Directory, contact: Contact) -> Contact:
    agency_ends = directory.agencies[contact.agency].valid_to
    if agency_ends is None or (contact.valid_to is not None and contact.valid_to <= agency_ends):
        return contact
    return replace(contact, valid_to=max(agency_ends, contact.valid_from or agency_ends))


def _same_person(before: Contact, after: Contact) -> None:
    """Accounts and links hang on the id, so nobody may come to those of another; a sample is nobody yet."""
    if (before.agency, before.role) != (after.agency, after.role):
        raise Refused(
            f"contact {before.id} is a {before.role} of {before.agency}, which stays so; end it and add another one",
            error_id="contact-fixed",
        )
    if _plain(before.name) != _plain(after.name) and SAMPLE not in before.letter:
        raise Refused(
            f"contact {before.id} is {before.name}, and {after.name} is somebody else; end it and add another one",
            error_id="contact-fixed",
        )


def _ends_stay(before: Directory, after: Directory) -> None:
    """What has an end does not lose it by being written anew: whoever wrote may not have known of it, and a contact point's
    links would open again. An end is moved by giving another one.
    """
    for what in What:
        for id, thing in all_of(after, what).items():
            known = all_of(before, what).get(id)
            if known is not None and known.valid_to is not None and thing.valid_to is None:
                raise Refused(
                    f"{what} {id} ends on {known.valid_to}, and what is written has no end; give valid_to, that day or another",
                    error_id="end-missing",
                )


def _plain(name: str) -> str:
    """The name without marks and case: correcting those is no other person."""
    bare = "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign))
    return bare.casefold().replace("đ", "d")


def _problems(directory: Directory) -> Iterator[Problem]:
    """Everything that does not fit together, with the cure."""
    agencies, areas = directory.agencies, directory.areas
    yield from _tree("agency", agencies)
    yield from _tree("area", areas)
    codes: dict[int, str] = {}
    for agency in agencies.values():
        if agency.code is None:
            continue
        if agency.code in codes:
            other = codes[agency.code]
            text = f"agency {agency.id}: code {agency.code} is that of {other}; give each its own"
            yield Problem(misfit=Misfit.CODE, id=agency.id, field="code", other=other, text=text)
        codes.setdefault(agency.code, agency.id)
    for category in directory.categories.values():
        if category.agency not in agencies:
            yield _absent(category, "agency", "agency", category.agency)
        for rule in category.by_area:
            if rule.area not in areas:
                yield _absent(category, "by_area", "area", rule.area)
            if rule.agency not in agencies:
                yield _absent(category, "by_area", "agency", rule.agency)
    for contact in directory.contacts.values():
        if contact.agency not in agencies:
            yield _absent(contact, "agency", "agency", contact.agency)


def _absent(thing: Thing, field: str, what: str, other: str) -> Problem:
    text = f"{what_of(thing)} {thing.id}: there is no {what} {other}; add it or name another"
    return Problem(misfit=Misfit.UNKNOWN, id=thing.id, field=field, other=other, text=text)


def _tree(what: str, things: Mapping[str, InTree]) -> Iterator[Problem]:
    for one in things.values():
        for word, other in (("parent", one.parent), ("successor", one.successor)):
            if other is not None and other not in things:
                text = f"{what} {one.id}: its {word} {other} is not there; add it or name another"
                yield Problem(misfit=Misfit.UNKNOWN, id=one.id, field=word, other=other, text=text)
        if one.successor is not None and one.valid_to is None:
            text = f"{what} {one.id} has a successor and no end; give valid_to, the first day of the successor"
            yield Problem(misfit=Misfit.END, id=one.id, field="valid_to", other=one.successor, text=text)
        for word in ("parent", "successor"):
            if _in_circle(things, one.id, word):
                text = f"{what} {one.id} is its own {word} in the end; break the circle"
                yield Problem(misfit=Misfit.CIRCLE, id=one.id, field=word, other=getattr(one, word), text=text)


def _in_circle(things: Mapping[str, InTree], id: str, word: str) -> bool:
    seen: set[str] = set()
    following: str | None = getattr(things[id], word)
    while following is not None and following in things and following not in seen:
        if following == id:
            return True
        seen.add(following)
        following = getattr(things[following], word)
    return False
