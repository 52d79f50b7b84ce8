"""The routes that change the plan of shifts, and look it over."""

from hotline1022.accounts.types import Permission
from hotline1022.web import roster as h
from hotline1022.web import roster_wire as w
from hotline1022.web.route import Route
from hotline1022.web.types import CrewView, PlannedView, ShiftTimes
from hotline1022.web.wire import RosterQuery

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/roster/check",
        needs=Permission.LOOK,
        summary="What is odd in the plan: hours with nobody, shifts with too few, people twice at once",
        handler=h.check_roster,
        query=RosterQuery,
        answer=w.RosterCheck,
    ),
    Route(
        method="POST",
        path="/api/roster",
        needs=Permission.ROSTER,
        summary="Plan one shift of one day, in place of who had it",
        detail="roster-changed when the plan is not `before` any more.",
        handler=h.save_planned,
        body=w.PlannedBody,
        answer=PlannedView,
    ),
    Route(
        method="POST",
        path="/api/roster/swap",
        needs=Permission.ROSTER,
        summary="One person in place of another for one shift of one day",
        handler=h.swap_people,
        body=w.SwapBody,
        answer=PlannedView,
    ),
    Route(
        method="GET",
        path="/api/roster/changes",
        needs=Permission.ROSTER,
        summary="What became of one shift of one day: who planned it how and when, latest first",
        detail="As the audit tells it: changes by a file or by the end of a crew are not among them.",
        handler=h.list_planned_changes,
        query=w.PlannedQuery,
        answer=w.PlannedHistory,
    ),
    Route(
        method="POST",
        path="/api/roster/undo",
        needs=Permission.ROSTER,
        summary="Who had one shift of one day before its last change has it again",
        detail="roster-changed when that change is not the last any more, or the plan is not as it made it.",
        handler=h.undo_planned,
        body=w.UndoPlannedBody,
        answer=PlannedView,
    ),
    Route(
        method="POST",
        path="/api/roster/copy",
        needs=Permission.ROSTER,
        summary="A week onto the weeks after it: first what would change, then, with its mark, written",
        detail="roster-changed when exactly these changes are not to be made any more.",
        handler=h.copy_week,
        body=w.CopyBody,
        answer=w.Copied,
    ),
    Route(
        method="POST",
        path="/api/shifts",
        needs=Permission.ROSTER,
        summary="Write a shift, new or in place of the one of this id",
        handler=h.save_shift,
        body=w.ShiftBody,
        answer=ShiftTimes,
    ),
    Route(
        method="POST",
        path="/api/shifts/{shift}/end",
        needs=Permission.ROSTER,
        summary="No such shift from a day on; who was planned for it then is taken out, the past is kept",
        handler=h.end_shift,
        body=w.RosterEndBody,
        answer=w.RosterEnded,
    ),
    Route(
        method="POST",
        path="/api/crews",
        needs=Permission.ROSTER,
        summary="Write a crew of exactly these people, new or in place of the one of this id",
        handler=h.save_crew,
        body=w.CrewBody,
        answer=CrewView,
    ),
    Route(
        method="POST",
        path="/api/crews/{crew}/end",
        needs=Permission.ROSTER,
        summary="A crew is planned for nothing from a day on; the past is kept",
        handler=h.end_crew,
        body=w.RosterEndBody,
        answer=w.RosterEnded,
    ),
)
