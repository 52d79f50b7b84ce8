"""The routes of copies of recordings."""

from hotline1022.web import copies
from hotline1022.web import copies_wire as w
from hotline1022.web.route import Route
from hotline1022.web.types import Scope

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/recordings/{call}/map",
        scope=Scope.LISTEN,
        summary="Who is heard when: silence, citizen, other, both",
        detail="Made from the tracks on the call's clock, by tenths of a second; pauses below 0.3 s belong to what is said.",
        handler=copies.get_map,
        answer=w.MapView,
        seconds=120,
    ),
    Route(
        method="GET",
        path="/api/recordings/{call}/peaks",
        scope=Scope.LISTEN,
        summary="How loud each side is, for drawing",
        handler=copies.get_peaks,
        answer=w.PeaksView,
        seconds=120,
    ),
)
