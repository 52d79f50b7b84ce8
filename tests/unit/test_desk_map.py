"""The menu of the desk: side by side for who has few parts, in groups for who has many, and every part is in it once."""

from hotline1022.accounts.roles import first_roles
from hotline1022.accounts.types import Permission, SignedIn
from hotline1022.web.desk.desk_map import PARTS, SIDE_BY_SIDE, Group, Part, grouped, menu_of, parts_of
from hotline1022.web.desk.routes import ROUTES
from hotline1022.web.page_words import words
from tests.unit.accounts_memory import AT, MemoryDoor

ROLES = {role.id: role.permissions for role in first_roles()}


def somebody(permissions: frozenset[Permission]) -> SignedIn:
    door = MemoryDoor()
    return door.known[door.let_in("lan", permissions, AT)]


def test_every_part_has_its_page_and_its_words() -> None:
    pages = {route.path: route for route in ROUTES if route.desk is not None and route.method == "GET"}
    for one in PARTS:
        assert {f"part.{one.key}", f"part.{one.key}-about"} <= set(words().texts)
        place = pages[one.path].desk
        assert place is not None
        # whom the menu leads to a page, the page lets in
        for given in Permission:
            if given in {one.needs, *one.others}:
                assert place.takes(somebody(frozenset({given}))), (one.key, given)
    assert all(f"part-group.{group}" in words().texts for group in Group)


def test_an_admin_has_groups_and_finds_everything_once() -> None:
    signed = somebody(frozenset(Permission))
    assert len(parts_of(signed)) == len(PARTS) > SIDE_BY_SIDE
    menu = menu_of(signed, "/desk/webhooks/abc")
    assert len(menu) < SIDE_BY_SIDE + 2
    leaves = [*(one for one in menu if not one["links"]), *(each for one in menu for each in one["links"])]
    assert sorted(one["path"] for one in leaves) == sorted(one.path for one in PARTS)
    here = [one for one in menu if one["here"]]
    assert [one["key"] for one in here] == ["running"]
    assert [each["path"] for each in here[0]["links"] if each["here"]] == ["/desk/webhooks"]
    assert [one.value for one, _ in grouped(signed)] == [one.value for one in Group]


def test_who_has_few_parts_sees_them_side_by_side() -> None:
    for id, permissions in ROLES.items():
        menu = menu_of(somebody(permissions), "/desk/tickets")
        if id in ("agent", "specialist", "leader", "supervisor"):
            assert not any(one["links"] for one in menu), id
        assert sum(one["here"] for one in menu) == 1, id
    assert any(one["links"] for one in menu_of(somebody(ROLES["admin"]), "/desk"))


def test_a_group_of_one_is_a_link_and_a_path_that_only_begins_alike_is_another_part() -> None:
    many = frozenset({*ROLES["agent"], Permission.SETTINGS, Permission.WALLBOARD})
    menu = menu_of(somebody(many), "/desk/evidence-more")
    assert next(one for one in menu if one.get("path") == "/desk/evidence") == {
        "path": "/desk/evidence",
        "name": words()("part.evidence"),
        "here": False,
        "links": (),
    }
    assert Part("tickets", Group.DAY).path == "/desk/tickets"
