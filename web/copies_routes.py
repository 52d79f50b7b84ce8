"""The routes of what is drawn of a recording that somebody may hear."""

from hotline1022.web import copies
from hotline1022.web import copies_wire as w
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/listen/{key}/map",
        needs=None,
        open=True,
        summary="Who is heard when: silence, citizen, other, both",
        detail="Made from the tracks on the call's clock, by tenths of a second; pauses below 0.3 s belong to what is "
        "said. The key is that of a right to the stereo copy, or to an original alone, of which one side is empty; that it was looked at is in the audit.",
        handler=copies.get_map,
        answer=w.MapView,
        seconds=120,
    ),
    Route(
        method="GET",
        path="/api/listen/{key}/peaks",
        needs=None,
        open=True,
        summary="How loud each side is, for drawing",
        detail="The key is that of a right to the stereo copy, or to an original alone, of which one side is empty; that it was looked at is in the audit.",
        handler=copies.get_peaks,
        answer=w.PeaksView,
        seconds=120,
    ),
)
