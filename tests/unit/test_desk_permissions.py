"""The desk's pages let in whom docs/permissions.md says, and nobody else; each is tried in tests/contract/database/test_desk_pages.py."""

import pytest

from hotline1022.accounts.types import Permission, Stage
from hotline1022.web.desk.routes import ROUTES
from hotline1022.web.route import Place
from tests.unit.permissions import desk_pages

#: what is no page: files of the pages
NO_PAGE = "/assets/"
PAGES = [(one.method, one.path, one.desk) for one in ROUTES if one.desk is not None]
#: where a session comes in that has not come the whole way
HALF = {"/desk/second", "/desk/password", "/desk/sign-out"}


def opened_to(place: Place) -> frozenset[str]:
    """In the words of the table."""
    if not place.stages:
        return frozenset({"door"})
    if place.needs is None:
        return frozenset({"anybody"})
    own = {"own tickets"} if place.own else set()
    return frozenset({place.needs.value, *(one.value for one in place.others), *own})


@pytest.mark.parametrize(("method", "path", "place"), PAGES, ids=[f"{method} {path}" for method, path, _ in PAGES])
def test_every_page_stands_in_the_table_as_it_is(method: str, path: str, place: Place) -> None:
    table, opened = desk_pages(), opened_to(place)
    row = f"| `{path}` | {', '.join(sorted(opened))} | what it is for |"
    assert path in table, f"add to the desk's pages in docs/permissions.md, if these are who the page is for: {row}"
    wanted = ", ".join(sorted(table[path]))
    assert opened == table[path], (
        f"{method} {path} is opened to {', '.join(sorted(opened))}, and docs/permissions.md says {wanted}: mend the route, or the row"
    )


def test_the_table_has_no_page_that_is_not_there() -> None:
    gone = sorted(set(desk_pages()) - {path for _, path, _ in PAGES})
    assert not gone, f"take these rows out of the desk's pages in docs/permissions.md: {', '.join(gone)}"
    known = {one.value for one in Permission} | {"anybody", "door", "own tickets"}
    assert {word for who in desk_pages().values() for word in who} <= known
    assert all(one.path.startswith(NO_PAGE) for one in ROUTES if one.desk is None)


def test_who_has_not_come_the_whole_way_in_sees_no_page_but_the_doors() -> None:
    half = {path for _, path, place in PAGES if place.stages and place.stages != {Stage.FULL}}
    assert half == HALF


@pytest.mark.parametrize(
    ("room", "who"),
    [
        ("/desk/users", "users"),
        ("/desk/roles", "users"),
        ("/desk/citizens", "citizens"),
        ("/desk/directory", "directory"),
        ("/desk/menu", "menu"),
        ("/desk/agent", "answer"),
        ("/desk/wallboards", "wallboard"),
        ("/desk/messages", "settings"),
        ("/desk/deadlines", "settings"),
        ("/desk/webhooks", "settings"),
        ("/desk/evidence/retention", "retention"),
        ("/desk/evidence/holds", "retention"),
    ],
)
def test_rooms_of_one_permission_have_no_other_door(room: str, who: str) -> None:
    """Written out once more: a slip in both places at once is what this is against."""
    inside = {path: opened for path, opened in desk_pages().items() if path == room or path.startswith(f"{room}/")}
    assert inside and set(inside.values()) == {frozenset({who})}
