"""The routes of the evidence as a whole."""

from hotline1022.accounts.types import Permission
from hotline1022.web import evidence as h
from hotline1022.web import evidence_wire as w
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/evidence",
        needs=Permission.LISTEN,
        exact=True,
        summary="How the evidence stands: the chain's last entry, its last stamp, what was last found",
        handler=h.show_evidence,
        answer=w.EvidenceView,
    ),
    Route(
        method="GET",
        path="/api/evidence/entries",
        needs=Permission.LISTEN,
        exact=True,
        summary="The last entries of the audit's chain about one thing",
        handler=h.list_entries,
        query=w.EntryQuery,
        answer=w.EntryList,
    ),
    Route(
        method="GET",
        path="/api/evidence/key",
        needs=Permission.LISTEN,
        exact=True,
        summary="The public key that verifies our stamps and packages",
        handler=h.show_key,
        answer=w.StampKeyView,
    ),
    Route(
        method="POST",
        path="/api/evidence/stamp",
        needs=Permission.SETTINGS,
        exact=True,
        summary="Have the chain's head stamped now, beside the daily stamp",
        handler=h.make_stamp,
        answer=w.StampView,
        status=201,
        seconds=60,
    ),
    Route(
        method="POST",
        path="/api/evidence/verification",
        needs=Permission.LISTEN,
        exact=True,
        summary="Begin to walk the chain, all its stamps, every row and every file",
        detail="It takes its time, politely; GET /api/evidence tells how far it is. The result is an entry of the audit.",
        handler=h.begin_verification,
        body=w.VerificationBody,
        answer=w.VerificationView,
        status=202,
    ),
    Route(
        method="POST",
        path="/api/evidence/verification/stop",
        needs=Permission.LISTEN,
        exact=True,
        summary="Stop the verification that runs",
        handler=h.stop_verification,
        answer=w.VerificationView,
    ),
    Route(
        method="POST",
        path="/api/recordings/{recording}/verify",
        needs=Permission.LISTEN,
        exact=True,
        summary="Look at all originals of one recording now: rows and bytes",
        handler=h.check_recording,
        answer=w.CheckedView,
        seconds=300,
    ),
)
