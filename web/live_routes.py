"""The routes of what happens now: the stream, and who calls at a line."""

from hotline1022.accounts.types import Permission
from hotline1022.web import agents, live
from hotline1022.web import line_call_wire as w
from hotline1022.web.route import Route

EXAMPLE = """\
retry: 2140

id: 6b1f2c3d-41
event: refresh
data: {}

id: 6b1f2c3d-42
event: call
data: {"what":"ring","line":"101","call":"hl1-1795470208.58","since":"2026-11-24T01:30:08.412+07:00",\
"number":"0901234567","category":"traffic","keys":["3"],"waiting_since":"2026-11-24T01:29:51.007+07:00"}

id: 6b1f2c3d-43
event: lines
data: {"what":"line","line":"101","reachable":true,"person":"1001","name":"Nguyễn Thị Ánh","state":"ringing",\
"since":"2026-11-24T01:30:08.412+07:00","reason":""}

id: 6b1f2c3d-57
event: mark
data: {}

id: 6b1f2c3d-58
event: tickets
data: {"what":"ticket","ticket":"aaaaaaaaaaaaaaaa","action":"forward","code":"12345674","version":3,"state":"forwarded",\
"urgency":"ordinary","agency":"so-xay-dung","category":"construction","owner":"","answer_by":"2026-12-01T17:00:00.000+07:00"}

event: end
data: {"why":"stopping"}

"""

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/events",
        needs=Permission.LOOK,
        officers=True,
        summary="What happens now, as server-sent events, without end",
        detail="`event` is the topic: lines, queue, call, cascades, tickets, alarms, figures; `what` in the data says what "
        "happened. `refresh`: something was missed, ask for everything. `mark`: the connection lives (every 15 s when nothing else is told). `end`: signed-out, or stopping (come back). A client "
        "that comes back with Last-Event-ID gets what it missed, each once, or one refresh. `call` is told to who may "
        "answer: of the own line, or, to a token, of the line that is named; numbers are masked without numbers; an officer "
        "hears of the tickets of the own agency. At most 8 streams of one session or token (streams-many) and 400 in all (streams-full). When session or token ends, "
        "so do its streams, within 10 s.",
        handler=live.listen,
        query=live.EventsQuery,
        media="text/event-stream",
        example=EXAMPLE,
        seconds=None,
    ),
    Route(
        method="GET",
        path="/api/lines/{line}/call",
        needs=Permission.ANSWER,
        summary="Who calls at a line: number, name, keys, past calls, open tickets",
        detail="Somebody else's line takes shift. From the first ring on, before anybody answers; `call` is null while nobody calls. The name is that of the "
        "latest ticket of the number.",
        handler=agents.get_line_call,
        answer=w.LineCallView,
    ),
)
