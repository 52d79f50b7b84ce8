"""The routes of holds and retention."""

from hotline1022.accounts.types import Permission
from hotline1022.recordings.types import TermsVersion
from hotline1022.web import retention as h
from hotline1022.web import retention_wire as w
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/api/recordings/{recording}/holds",
        needs=Permission.RETENTION,
        summary="Keep a recording whatever its age",
        detail="A recording may have many holds; it is kept until each is released.",
        handler=h.hold_recording,
        body=w.HoldBody,
        answer=w.HoldView,
        status=201,
    ),
    Route(
        method="GET",
        path="/api/recordings/{recording}/holds",
        needs=Permission.RETENTION,
        summary="The holds of a recording, released ones too, oldest first",
        handler=h.holds_of_recording,
        answer=w.HoldList,
    ),
    Route(
        method="GET",
        path="/api/holds",
        needs=Permission.RETENTION,
        summary="All holds that are not released, oldest first",
        handler=h.open_holds,
        answer=w.HoldList,
    ),
    Route(
        method="POST",
        path="/api/holds/{hold}/release",
        needs=Permission.RETENTION,
        summary="End a hold",
        handler=h.release_hold,
        body=w.ReleaseBody,
        answer=w.Released,
    ),
    Route(
        method="GET",
        path="/api/retention",
        needs=Permission.RETENTION,
        summary="What would be deleted now, by day and kind; nothing is",
        handler=h.show_retention,
        answer=w.RetentionView,
        seconds=60,
    ),
    Route(
        method="GET",
        path="/api/retention/terms",
        needs=Permission.RETENTION,
        summary="How many days recordings and calls are kept, and who decided that",
        handler=h.get_terms,
        answer=w.TermsNow,
    ),
    Route(
        method="POST",
        path="/api/retention/terms/preview",
        needs=Permission.RETENTION,
        summary="What would go tonight by other days; changes nothing",
        handler=h.preview_terms,
        body=w.TermsTryBody,
        answer=w.TermsPreview,
        typing=True,
        seconds=120,
    ),
    Route(
        method="POST",
        path="/api/retention/terms",
        needs=Permission.RETENTION,
        summary="Keep recordings and calls for other days, from the next night on",
        detail="Where something goes earlier it takes the `confirm` of the preview: retention-unconfirmed.",
        handler=h.change_terms,
        body=w.TermsBody,
        answer=TermsVersion,
    ),
)
