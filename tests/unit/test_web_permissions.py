"""The routes let in whom docs/permissions.md says, and nobody else; each cell is tried in test_web_roles.py."""

from hotline1022.web.routes import ROUTES
from hotline1022.web.types import Scope
from tests.unit.permissions import permissions


def test_every_route_stands_in_the_table_as_it_is() -> None:
    routes = {
        (route.method, route.path): ("open" if route.open else route.scope or "any token", route.officers)
        for route in ROUTES
    }
    assert permissions() == routes


def test_what_touches_evidence_is_for_few() -> None:
    """Written out once more: a slip in both places at once is what this is against."""
    table = permissions()
    listeners = {path for (_, path), (scope, _) in table.items() if scope == Scope.LISTEN}
    assert listeners == {
        "/api/listen/reasons",
        "/api/recordings/{recording}/listen",
        "/api/disclosures",
        "/api/disclosures/{disclosure}",
        "/api/disclosures/{disclosure}/change",
        "/api/evidence",
        "/api/evidence/entries",
        "/api/evidence/key",
        "/api/evidence/verification",
        "/api/evidence/verification/stop",
        "/api/recordings/{recording}/verify",
        "/api/recordings/{recording}/export",
    }
    for word in ("holds", "retention", "citizens", "decide", "pack", "hand-out", "links", "release", "backups"):
        found = {scope for (_, path), (scope, _) in table.items() if word in path.split("/")}
        assert found == {Scope.ADMIN}, word
    officers = {path for (_, path), (_, officer) in table.items() if officer}
    assert all(path.startswith("/api/tickets") for path in officers)
    opened = {path for (_, path), (scope, _) in table.items() if scope == "open"}
    assert all(path.endswith((".css", "/live", "/ready")) or "{token}" in path or "{key}" in path for path in opened)
