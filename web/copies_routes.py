"""The routes of what is drawn of a recording that somebody may hear."""

from hotline1022.accounts.types import Permission
from hotline1022.web import copies
from hotline1022.web import copies_wire as w
from hotline1022.web.listening_wire import ListenRight
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
    Route(
        method="GET",
        path="/api/listen/{key}/speakers",
        needs=None,
        open=True,
        summary="Who is heard in the recording, each by itself, and how loud",
        detail="The key is that of a right to the stereo copy, or to some speakers of it. Of the recording's tracks, `tracks` says which "
        "are whose. That it was looked at is in the audit.",
        handler=copies.get_speakers,
        answer=w.SpeakersView,
        seconds=600,
    ),
    Route(
        method="POST",
        path="/api/listen/{key}/speakers",
        needs=Permission.LISTEN,
        own=True,
        summary="Hear some speakers alone: a right like this one to a copy in which nobody else is",
        detail="For the same reason, and no longer than the first right; in the same form. The copy is as long as the recording, so that "
        "a moment stays where it is; a citizen alone, and others without the citizen, are in both ears. WAV takes some seconds for each "
        "hour the first time, MP3, Opus and levelled ones as long as the copy of all. Each range that is heard tells whose it is.",
        handler=copies.choose,
        body=w.SpeakersBody,
        answer=ListenRight,
        status=201,
        seconds=600,
    ),
)
