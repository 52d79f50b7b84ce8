"""The routes of disclosure."""

from hotline1022.accounts.types import Permission
from hotline1022.web import disclosure
from hotline1022.web import disclosure_wire as w
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/disclosures",
        needs=Permission.LISTEN,
        others=frozenset({Permission.DISCLOSE}),
        summary="Disclosures, newest first",
        handler=disclosure.list_disclosures,
        query=w.DisclosureQuery,
        answer=w.DisclosureList,
    ),
    Route(
        method="GET",
        path="/api/disclosures/{disclosure}",
        needs=Permission.LISTEN,
        others=frozenset({Permission.DISCLOSE}),
        summary="One disclosure, and who received it",
        handler=disclosure.get_disclosure,
        answer=w.DisclosureView,
    ),
    Route(
        method="POST",
        path="/api/disclosures",
        needs=Permission.LISTEN,
        summary="Write down that a unit asks for recordings by letter",
        detail="Of a recording only a part may be asked for, or all of it with stretches bleeped: then an excerpt goes out, never "
        "the original. Ranges that cannot be meant are refused (excerpt-…).",
        handler=disclosure.request_disclosure,
        body=w.DisclosureBody,
        answer=w.DisclosureView,
        status=201,
    ),
    Route(
        method="POST",
        path="/api/disclosures/{disclosure}/change",
        needs=Permission.LISTEN,
        summary="Ask for other parts than before, until it is handed out; it must be allowed anew",
        detail="Only by whoever asked (not-who-asked). A package that was made already goes.",
        handler=disclosure.change_disclosure,
        body=w.ChangeBody,
        answer=w.DisclosureView,
    ),
    Route(
        method="POST",
        path="/api/disclosures/{disclosure}/decide",
        needs=Permission.DISCLOSE,
        summary="Allow, refuse or take back a disclosure",
        detail="Whoever asked cannot allow it (same-person). Whoever allows parts, or what was changed, gives the terms that "
        "were seen (disclosure-terms).",
        handler=disclosure.decide_disclosure,
        body=w.DecisionBody,
        answer=w.DisclosureView,
    ),
    Route(
        method="POST",
        path="/api/disclosures/{disclosure}/pack",
        needs=Permission.DISCLOSE,
        summary="Make the package of an allowed disclosure",
        handler=disclosure.pack_disclosure,
        answer=w.DisclosureView,
        seconds=1800,
    ),
    Route(
        method="POST",
        path="/api/disclosures/{disclosure}/hand-out",
        needs=Permission.DISCLOSE,
        summary="Write down who receives the package; it is compared with its hash before",
        handler=disclosure.hand_out_disclosure,
        body=w.HandOutBody,
        answer=w.DisclosureView,
        seconds=300,
    ),
    Route(
        method="POST",
        path="/api/disclosures/{disclosure}/links",
        needs=Permission.DISCLOSE,
        summary="Hand the package out by a link for one recipient",
        detail="The address is in this answer alone. It ends by time, by what was fetched, and with withdraw; each download is in "
        "the audit before its first byte.",
        handler=disclosure.link_disclosure,
        body=w.HandOutBody,
        answer=w.LinkMade,
        status=201,
        seconds=300,
    ),
)
