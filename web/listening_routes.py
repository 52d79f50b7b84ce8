"""The routes by which people listen."""

from hotline1022.accounts.types import Permission
from hotline1022.web import listening
from hotline1022.web import listening_wire as w
from hotline1022.web.route import Route

#: the longest time for which one range is sent: who pauses a call of hours asks again
HOURS = 6 * 3600.0

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/listen/reasons",
        needs=Permission.LISTEN,
        own=True,
        summary="Reasons for which one may listen",
        handler=listening.list_reasons,
        answer=w.ReasonList,
    ),
    Route(
        method="POST",
        path="/api/recordings/{recording}/listen",
        needs=Permission.LISTEN,
        own=True,
        summary="Ask to listen to a recording, with the reason",
        detail="The answer's url is good for ten minutes and the recording's length, and ends with the token. Somebody of an agency "
        "hears those of its tickets. "
        "A recording that is not what was stored is refused (recording-damaged). MP3 and Opus take a second for each "
        "minute or two of the call the first time.",
        handler=listening.grant,
        body=w.ListenBody,
        answer=w.ListenRight,
        status=201,
        seconds=600,
    ),
    Route(
        method="POST",
        path="/api/voicemails/{voicemail}/listen",
        needs=Permission.ANSWER,
        summary="Ask to listen to a message that a citizen left",
        detail="The reason is voicemail: it is the agent's work. Marking it as heard is another request.",
        handler=listening.grant_voicemail,
        answer=w.ListenRight,
        status=201,
        seconds=60,
    ),
    Route(
        method="GET",
        path="/api/listen/{key}",
        needs=None,
        open=True,
        summary="What the right is for, whole or a range of it",
        detail="Takes a Range of bytes, then answers 206; If-Range and HEAD too. The key is the right: no token is needed, and "
        "that of somebody else is refused. Each range is in the audit before its first byte is sent.",
        handler=listening.play,
        media="audio/*",
        also=(206,),
        seconds=HOURS,
    ),
)
