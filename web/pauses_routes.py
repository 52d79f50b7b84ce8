"""The routes of reasons for a pause."""

from hotline1022.accounts.types import Permission
from hotline1022.queue.types import PauseKind
from hotline1022.web import pauses as h
from hotline1022.web import pauses_wire as w
from hotline1022.web.route import Route

_ONE = "/api/pause-reasons/{reason}"

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/pause-reasons",
        needs=Permission.LOOK,
        summary="Reasons for a pause, those that have ended too",
        handler=h.list_pause_reasons,
        answer=w.PauseReasonList,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/changes",
        needs=Permission.SETTINGS,
        summary="What became of a reason, by whom and when, latest first",
        handler=h.list_pause_changes,
        answer=w.PauseHistory,
    ),
    Route(
        method="POST",
        path="/api/pause-reasons",
        needs=Permission.SETTINGS,
        summary="A new reason for a pause, in force at once",
        handler=h.add_pause_reason,
        body=w.PauseReasonBody,
        answer=PauseKind,
        status=201,
    ),
    Route(
        method="POST",
        path=_ONE,
        needs=Permission.SETTINGS,
        summary="Another word for a reason",
        handler=h.rename_pause_reason,
        body=w.PauseNameBody,
        answer=PauseKind,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/end",
        needs=Permission.SETTINGS,
        summary="Nobody chooses this reason any more; it is kept, as the past names it",
        handler=h.end_pause_reason,
        body=w.PauseSeenBody,
        answer=PauseKind,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/resume",
        needs=Permission.SETTINGS,
        summary="A reason that has ended may be chosen again",
        handler=h.bring_back_pause_reason,
        body=w.PauseSeenBody,
        answer=PauseKind,
    ),
)
