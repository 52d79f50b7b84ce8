"""Behind each page stands an operation of the API, as docs/pages-and-api.md has it: for whoever may open the page, and with whatever
it narrows its list by.
"""

from dataclasses import fields

import pytest

from hotline1022.accounts.roles import first_roles
from hotline1022.accounts.types import Permission
from hotline1022.web.desk.routes import ROUTES as DESK
from hotline1022.web.route import PARTS, Route
from hotline1022.web.routes import ROUTES
from tests.unit.pages_and_api import ELSE, FILE, PLACE, operations, without

#: what answers people, and no program
PAGES = {
    f"{one.method} {one.path}": one
    for one in (*DESK, *ROUTES)
    if one.desk is not None or (one.page and one.media == "text/html")
}
API = {f"{one.method} {one.path}": one for one in ROUTES}
HOW = f"docs/{FILE.name}: add `| `PAGE` | `GET /api/…`, `POST /api/…` |` under the part that it belongs to"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_its_operations_or_says_why_it_has_none(page: str) -> None:
    behind, why = operations(), without()
    assert page in behind or page in why, (
        f"{page} has no row: {HOW}; where it needs no operation, a row with the reason under *Pages without an operation*"
    )
    assert not (page in behind and page in why), f"{page} stands in both tables"
    wrong = [one for one in behind.get(page, ()) if one not in API]
    assert not wrong, f"{page} names operations that are not there: {', '.join(wrong)}"
    assert page in why or behind[page], f"{page} names no operation: {HOW}"


def test_the_tables_have_no_page_that_is_not_there() -> None:
    gone = sorted((set(operations()) | set(without())) - set(PAGES))
    assert not gone, f"take these rows out of docs/{FILE.name}: {', '.join(gone)}"
    assert len(without()) < 8, "reasons are few: give a page its operation"


#: pages that say to who opens them that he may not, or show more than the API does, and why
FURTHER = {
    "POST /desk/tickets/{ticket}/reveal": "whose a ticket is, its handler asks",
    "POST /desk/tickets/{ticket}/edit": "whose a ticket is, its handler asks",
    "POST /desk/tickets/{ticket}/files": "whose a ticket is, its handler asks",
    "POST /desk/tickets/{ticket}/act/{action}": "whose a ticket is, its handler asks",
    "GET /desk/tickets/{ticket}/files/{attachment}": "whose a ticket is, its handler asks",
    "GET /desk/faq/misses": "what was typed is no token's of scope read",
}


@pytest.mark.parametrize("page", [page for page, one in PAGES.items() if one.desk is not None and page not in FURTHER])
def test_who_may_open_a_page_may_ask_for_what_is_on_it(page: str) -> None:
    """Each role of a new house: of the operations behind a page that it opens, one at least is open to it."""
    place, behind = PAGES[page].desk, [API[one] for one in operations().get(page, ())]
    assert place is not None
    for role in first_roles() if behind else ():
        may = role.permissions
        opens = place.needs is None or bool(may & {place.needs, *place.others})
        assert not opens or any(_lets(one, may) for one in behind), (
            f"{page} is open to {role.id}, and {', '.join(f'{one.method} {one.path}' for one in behind)} are not"
        )


def _lets(operation: Route, may: frozenset[Permission]) -> bool:
    if operation.open or operation.needs is None or may & {operation.needs, *operation.others}:
        return True
    # who may not look is an officer, where of an agency
    return operation.officers and Permission.LOOK not in may and Permission.HANDLE in may


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("GET ")])
def test_what_a_page_narrows_by_its_operations_take_too(page: str) -> None:
    behind = operations().get(page, ())
    taken = {
        name
        for one in (API[each] for each in behind)
        for name in (
            *(field.name for field in fields(one.query)),
            *(field.name for field in fields(one.body)),
            *(part for part in PARTS if f"{{{part}}}" in one.path),
        )
    }
    called = {**PLACE, **ELSE.get(PAGES[page].path, {})}
    for field in fields(PAGES[page].query) if behind else ():
        name = called.get(field.name, field.name)
        assert " " in name or name in taken, (
            f"{page} narrows by {field.name!r}, and none of {', '.join(behind)} takes {name!r}: give the operation that filter, or "
            "name what it has for it in ELSE of tests/unit/pages_and_api.py"
        )


def test_a_session_begins_and_goes_on_by_programs_as_at_the_door() -> None:
    """As far as the door's pages let a session come, its operations do."""
    for page in ("/desk/second", "/desk/password", "/desk/sign-out"):
        place = PAGES[f"POST {page}"].desk
        (operation,) = operations()[f"POST {page}"]
        assert place is not None and API[operation].stages == place.stages
    assert API["POST /api/sign-in"].open
