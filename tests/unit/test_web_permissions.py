"""The routes let in whom docs/permissions.md says, and nobody else; each cell is tried in test_web_roles.py."""

from hotline1022.accounts.roles import first_roles
from hotline1022.accounts.types import Permission
from hotline1022.web.asker import SCOPES
from hotline1022.web.routes import ROUTES
from tests.unit.permissions import of_own_tickets, others, permissions, roles, scopes


def test_every_route_stands_in_the_table_as_it_is() -> None:
    routes = {
        (route.method, route.path): (
            "open" if route.open else "signed-in" if route.people else route.needs or "anybody",
            route.officers,
        )
        for route in ROUTES
    }
    assert permissions() == routes
    assert others() == {(route.method, route.path): {one.value for one in route.others} for route in ROUTES}
    own = {(route.method, route.path) for route in ROUTES if route.own}
    assert of_own_tickets() == own
    assert own == {
        ("GET", "/api/recordings"),
        ("GET", "/api/recordings/{recording}"),
        ("GET", "/api/listen/reasons"),
        ("POST", "/api/recordings/{recording}/listen"),
        ("POST", "/api/listen/{key}/speakers"),
    }


def test_scopes_and_first_roles_are_as_they_are_written_down() -> None:
    assert scopes() == {scope.value: {one.value for one in allowed} for scope, allowed in SCOPES.items()}
    assert roles() == {role.id: {one.value for one in role.permissions} for role in first_roles()}


def test_what_touches_evidence_is_for_few() -> None:
    """Written out once more: a slip in both places at once is what this is against."""
    table = permissions()
    listeners = {path for (_, path), (scope, _) in table.items() if scope == Permission.LISTEN}
    assert listeners == {
        "/api/listen/reasons",
        "/api/listen/{key}/speakers",
        "/api/recordings/{recording}/listen",
        "/api/disclosures",
        "/api/disclosures/{disclosure}",
        "/api/disclosures/{disclosure}/change",
        "/api/evidence",
        "/api/evidence/entries",
        "/api/evidence/search",
        "/api/evidence/key",
        "/api/evidence/verification",
        "/api/evidence/verification/stop",
        "/api/recordings/{recording}/verify",
        "/api/recordings/{recording}/export",
    }
    for word, needs in {
        "holds": "retention",
        "release": "retention",
        "retention": "retention",
        "citizens": "citizens",
        "decide": "disclose",
        "pack": "disclose",
        "hand-out": "disclose",
        "links": "disclose",
        "backups": "settings",
        "import": "settings",
        "reseal": "settings",
        "keys": "settings",
        "rebuild": "settings",
        "users": "users",
        "roles": "users",
    }.items():
        found = {
            needs
            for (_, path), (needs, _) in table.items()
            if word in path.split("/") and not path.startswith("/api/faq")
        }
        assert found == {needs}, word
    officers = {path for (_, path), (_, officer) in table.items() if officer}
    own = ("/api/tickets", "/api/faq", "/api/me/")
    assert all(path.startswith(own) or path in ("/api/me", "/api/events") for path in officers)
    mine = {path for (_, path), (needs, _) in table.items() if needs == "signed-in"}
    assert mine == {path for _, path in table if path.startswith("/api/me/")}
    opened = {path for (_, path), (scope, _) in table.items() if scope == "open"}
    assert all(
        path.endswith((".css", "/live", "/ready")) or "{token}" in path or "{key}" in path
        for path in opened - {"/api/sign-in"}
    )
