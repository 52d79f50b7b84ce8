"""Changes of the shipped directory for tests of mergers: a new agency with people of its own, and who ends into whom."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from hotline1022.directory.edit import end, put
from hotline1022.directory.types import Directory, What

OLD, NEW, NEWEST = "so-xay-dung", "so-moi", "so-moi-hon"
NAMES = {NEW: "Sở Mới", NEWEST: "Sở Mới Hơn"}

Edit = Callable[[Directory], Directory]


def with_agency(id: str = NEW, people: tuple[str, ...] = ("cv", "ld")) -> Edit:
    """A new agency with these people, whose numbers and addresses are its own."""

    def edit(before: Directory) -> Directory:
        number = 100 + len(before.agencies)
        after = put(
            before, [replace(before.agencies[OLD], id=id, name=NAMES[id], code=None, valid_to=None, successor=None)]
        )
        contacts = [
            replace(
                before.contacts[f"{OLD}-{role}"],
                id=f"{id}-{role}",
                agency=id,
                name=f"Người của {NAMES[id]} {role}",
                sms=f"+8490011{number}{place}",
                email=f"{role}@{id}.example.vn",
                valid_to=None,
            )
            for place, role in enumerate(people)
        ]
        return put(after, contacts)

    return edit


def ends_into(old: str, new: str | None, day: date) -> Edit:
    """The agency is no more from that day on, and who takes over."""
    return lambda before: end(before, What.AGENCY, old, day, new)


def merged(day: date, old: str = OLD, new: str = NEW) -> Edit:
    """Both at once, as one file does."""
    return lambda before: ends_into(old, new, day)(with_agency(new)(before))
