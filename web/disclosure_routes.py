"""The routes of disclosure."""

from hotline1022.web import disclosure
from hotline1022.web import disclosure_wire as w
from hotline1022.web.route import Route
from hotline1022.web.types import Scope

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/disclosures",
        scope=Scope.LISTEN,
        summary="Disclosures, newest first",
        handler=disclosure.list_disclosures,
        query=w.DisclosureQuery,
        answer=w.DisclosureList,
    ),
    Route(
        method="GET",
        path="/api/disclosures/{disclosure}",
        scope=Scope.LISTEN,
        summary="One disclosure, and who received it",
        handler=disclosure.get_disclosure,
        answer=w.DisclosureView,
    ),
    Route(
        method="POST",
        path="/api/disclosures",
        scope=Scope.LISTEN,
        summary="Write down that a unit asks for recordings by letter",
        handler=disclosure.request_disclosure,
        body=w.DisclosureBody,
        answer=w.DisclosureView,
        status=201,
    ),
    Route(
        method="POST",
        path="/api/disclosures/{disclosure}/decide",
        scope=Scope.ADMIN,
        summary="Allow, refuse or take back a disclosure",
        detail="Whoever asked cannot allow it (same-person).",
        handler=disclosure.decide_disclosure,
        body=w.DecisionBody,
        answer=w.DisclosureView,
    ),
    Route(
        method="POST",
        path="/api/disclosures/{disclosure}/pack",
        scope=Scope.ADMIN,
        summary="Make the package of an allowed disclosure",
        handler=disclosure.pack_disclosure,
        answer=w.DisclosureView,
        seconds=1800,
    ),
    Route(
        method="POST",
        path="/api/disclosures/{disclosure}/hand-out",
        scope=Scope.ADMIN,
        summary="Write down who receives the package; it is compared with its hash before",
        handler=disclosure.hand_out_disclosure,
        body=w.HandOutBody,
        answer=w.DisclosureView,
        seconds=300,
    ),
)
