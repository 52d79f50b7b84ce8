"""The parts of the desk, and the menu that leads to them: a new part is one line of `PARTS`. Refuses to name a part to whoever may not go
there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hotline1022.accounts.types import Permission, SignedIn
from hotline1022.web.page_words import words
from hotline1022.web.route import Place

P = Permission
#: who sees questions and answers beside those who look at everything
FAQ_SEEN = frozenset({P.ANSWER, P.FAQ_WRITE, P.FAQ_PUBLISH})
#: so many stand side by side; who has more finds them in groups
SIDE_BY_SIDE = 8


class Group(StrEnum):
    """What stands together in the menu of who has many parts; `part-group.WORD` names it."""

    #: the work of the day: always in sight
    DAY = "day"
    EVIDENCE = "evidence"
    HOUSE = "house"
    RUNNING = "running"
    USERS = "users"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the desk: who may go there."""

    #: `part.KEY` names it, `part.KEY-about` says what is there
    key: str
    group: Group
    needs: Permission | None = None
    #: who has one of these may go there too
    others: frozenset[Permission] = frozenset()

    @property
    def path(self) -> str:
        """Its address."""
        return f"/desk/{self.key}"


G = Group
#: in the order of the menu
PARTS = (
    Part("agent", G.DAY, P.ANSWER),
    Part("tickets", G.DAY, P.LOOK, frozenset({P.HANDLE})),
    Part("supervision", G.DAY, P.LOOK),
    Part("alarms", G.DAY, P.LOOK),
    Part("faq", G.DAY, P.LOOK, FAQ_SEEN),
    Part("recordings", G.EVIDENCE, P.LISTEN),
    Part("disclosures", G.EVIDENCE, P.LISTEN, frozenset({P.DISCLOSE})),
    Part("evidence", G.EVIDENCE, P.LISTEN, frozenset({P.RETENTION, P.SETTINGS})),
    Part("citizens", G.EVIDENCE, P.CITIZENS),
    Part("directory", G.HOUSE, P.DIRECTORY),
    Part("menu", G.HOUSE, P.MENU),
    Part("messages", G.HOUSE, P.SETTINGS),
    Part("roster", G.RUNNING, P.LOOK, frozenset({P.ROSTER})),
    Part("deadlines", G.RUNNING, P.SETTINGS),
    Part("store", G.RUNNING, P.SETTINGS),
    Part("backups", G.RUNNING, P.SETTINGS),
    Part("wallboards", G.RUNNING, P.WALLBOARD),
    Part("webhooks", G.RUNNING, P.SETTINGS),
    Part("users", G.USERS, P.USERS),
    Part("tokens", G.USERS, P.USERS),
    Part("account", G.USERS),
)


def parts_of(signed: SignedIn) -> Sequence[Part]:
    """Where somebody may go."""
    return [one for one in PARTS if Place(needs=one.needs, others=one.others).takes(signed)]


def grouped(signed: SignedIn) -> Sequence[tuple[Group, Sequence[Part]]]:
    """The same in groups; one group of all for who has few."""
    mine = parts_of(signed)
    if len(mine) <= SIDE_BY_SIDE:
        return [(Group.DAY, mine)] if mine else []
    groups = [(group, [one for one in mine if one.group is group]) for group in Group]
    return [(group, within) for group, within in groups if within]


def menu_of(signed: SignedIn, path: str) -> list[dict[str, Any]]:
    """The menu on the page of this address: links, and groups of links; a group of one is that link."""
    say, rows = words(), list[dict[str, Any]]()
    for group, within in grouped(signed):
        links = [
            {"path": one.path, "name": say(f"part.{one.key}"), "here": f"{path}/".startswith(f"{one.path}/")}
            for one in within
        ]
        if group is Group.DAY or len(links) == 1:
            rows += [{**one, "links": ()} for one in links]
        else:
            here = any(one["here"] for one in links)
            rows.append({"key": group.value, "name": say(f"part-group.{group}"), "here": here, "links": links})
    return rows
