"""The routes of the catalogue of recordings."""

from hotline1022.accounts.types import Permission
from hotline1022.web import recordings
from hotline1022.web import recordings_wire as w
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/recordings",
        needs=Permission.LOOK,
        own=True,
        summary="Recordings, newest first",
        detail="Who hears recordings of the own agency's tickets alone gives the code of such a ticket. Numbers are masked unless the token has scope agent or admin; without it the filter by number takes who hears all recordings, and a whole number: each such search is an act in the audit.",
        handler=recordings.search_recordings,
        query=w.RecordingQuery,
        answer=w.RecordingPage,
    ),
    Route(
        method="GET",
        path="/api/recordings/{recording}",
        needs=Permission.LOOK,
        own=True,
        summary="One recording: who spoke on which track, hashes, gaps, state, and what the audit has of it",
        handler=recordings.show_recording,
        answer=w.RecordingDetail,
    ),
)
