"""The routes of recordings, disclosures and evidence at the desk."""

from dataclasses import replace

from hotline1022.accounts.types import Permission
from hotline1022.web.desk import disclosure_new, disclosures, entries, evidence, holds, listen, recording, recordings
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.pages import page
from hotline1022.web.listening_routes import HOURS
from hotline1022.web.route import Place, Route

P = Permission
#: an auditor, and somebody of an agency for its own tickets
HEARS = Place(needs=P.LISTEN, own=True)
EITHER = Place(needs=P.LISTEN, others=frozenset({P.DISCLOSE}))
STAND = Place(needs=P.LISTEN, others=frozenset({P.RETENTION, P.SETTINGS}))

ROUTES: tuple[Route, ...] = (
    page("GET", "/desk/recordings", "Recordings", recordings.search, HEARS, recordings.SearchQuery),
    replace(
        page("GET", "/desk/tickets/{ticket}/recordings", "The recording of a ticket", recordings.of_ticket, HEARS),
        status=303,
    ),
    page("GET", "/desk/recordings/{recording}", "One recording", recording.show_recording, HEARS, recording.OneQuery),
    page(
        "POST",
        "/desk/recordings/{recording}/check",
        "Look at its originals now",
        recording.check,
        P.LISTEN,
        seconds=300,
    ),
    page(
        "POST",
        "/desk/recordings/{recording}/listen",
        "Ask to listen, with the reason",
        listen.grant,
        HEARS,
        seconds=600,
    ),
    page(
        "POST",
        "/desk/recordings/{recording}/export",
        "All originals as a ZIP, with the reason",
        listen.export,
        P.LISTEN,
        seconds=HOURS,
    ),
    page("POST", "/desk/recordings/{recording}/hold", "Keep it whatever its age", recording.hold, P.RETENTION),
    page("GET", "/desk/recordings/listen/{key}", "The player of a right", listen.show_player, HEARS),
    page("GET", "/desk/disclosures", "Disclosures", disclosures.list_disclosures, EITHER, disclosures.ListQuery),
    page("GET", "/desk/disclosures/new", "A new request", disclosure_new.show_new, P.LISTEN, disclosure_new.NewQuery),
    replace(
        page("POST", "/desk/disclosures/new/rows", "A recording more, or less", disclosure_new.other_rows, P.LISTEN),
        typing=True,
    ),
    page("POST", "/desk/disclosures/new", "Write down what a unit asks for", disclosure_new.request, P.LISTEN),
    page(
        "GET",
        "/desk/disclosures/{disclosure}",
        "One disclosure",
        disclosures.show_disclosure,
        EITHER,
        disclosures.DisclosureDone,
    ),
    page("GET", "/desk/disclosures/{disclosure}/change", "Other parts of it", disclosure_new.show_change, P.LISTEN),
    page("POST", "/desk/disclosures/{disclosure}/change", "Ask for other parts", disclosure_new.change, P.LISTEN),
    page("POST", "/desk/disclosures/{disclosure}/decide", "Allow, refuse, take back", disclosures.decide, P.DISCLOSE),
    page("POST", "/desk/disclosures/{disclosure}/pack", "Have the package made", disclosures.pack, P.DISCLOSE),
    page(
        "POST",
        "/desk/disclosures/{disclosure}/hand-out",
        "Who receives it",
        disclosures.hand_out,
        P.DISCLOSE,
        seconds=300,
    ),
    page(
        "POST",
        "/desk/disclosures/{disclosure}/link",
        "Hand it out by a link",
        disclosures.link,
        P.DISCLOSE,
        seconds=300,
    ),
    page("GET", "/desk/evidence", "How the evidence stands", evidence.show_evidence, STAND, evidence.EvidenceQuery),
    page("POST", "/desk/evidence/verify", "Begin a verification", evidence.verify, P.LISTEN),
    page("POST", "/desk/evidence/verify/stop", "Stop it", evidence.stop, P.LISTEN),
    page("POST", "/desk/evidence/stamp", "A stamp now", evidence.stamp, P.SETTINGS, seconds=60),
    page("GET", "/desk/evidence/key", "The public key", evidence.show_key, P.LISTEN),
    page(
        "GET",
        entries.HERE,
        "The audit searched",
        entries.show_entries,
        Place(needs=P.LISTEN, others=frozenset({P.SETTINGS})),
        entries.EntriesQuery,
    ),
    page("GET", "/desk/evidence/holds", "Holds", holds.list_holds, P.RETENTION, DoneQuery),
    page("POST", "/desk/evidence/holds/{hold}/release", "End a hold", holds.release, P.RETENTION),
)
