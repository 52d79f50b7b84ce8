"""The table of routes: it alone drives routing, the check of what comes in, and the OpenAPI document."""

from hotline1022.accounts.types import Permission
from hotline1022.queue.types import LineView
from hotline1022.web import agents, calls, health, metrics, openapi
from hotline1022.web import types as t
from hotline1022.web import wire as w
from hotline1022.web.account_routes import ROUTES as ACCOUNT
from hotline1022.web.backup_routes import ROUTES as LEAVING
from hotline1022.web.callback_routes import ROUTES as CALLBACKS
from hotline1022.web.cascade_routes import ROUTES as CASCADE
from hotline1022.web.chores_routes import ROUTES as CHORES
from hotline1022.web.citizen_routes import ROUTES as CITIZENS
from hotline1022.web.copies_routes import ROUTES as COPIES
from hotline1022.web.deadlines_routes import ROUTES as DEADLINES
from hotline1022.web.directory_routes import ROUTES as DIRECTORY
from hotline1022.web.disclosure_routes import ROUTES as DISCLOSURE
from hotline1022.web.drafts_routes import ROUTES as DRAFTS
from hotline1022.web.evidence_routes import ROUTES as EVIDENCE
from hotline1022.web.faq_routes import ROUTES as FAQ
from hotline1022.web.figures_routes import ROUTES as FIGURES
from hotline1022.web.gateways_routes import ROUTES as GATEWAYS
from hotline1022.web.link_routes import ROUTES as LINKS
from hotline1022.web.listening_routes import ROUTES as LISTENING
from hotline1022.web.live_routes import ROUTES as LIVE
from hotline1022.web.menu_routes import ROUTES as MENU
from hotline1022.web.notify_routes import ROUTES as NOTIFY
from hotline1022.web.package_routes import ROUTES as PACKAGES
from hotline1022.web.page_routes import ROUTES as PAGES
from hotline1022.web.pauses_routes import ROUTES as PAUSES
from hotline1022.web.people_routes import ROUTES as PEOPLE
from hotline1022.web.recordings_routes import ROUTES as RECORDINGS
from hotline1022.web.retention_routes import ROUTES as RETENTION
from hotline1022.web.roster_routes import ROUTES as ROSTER
from hotline1022.web.route import Route
from hotline1022.web.templates_routes import ROUTES as TEMPLATES
from hotline1022.web.tickets_routes import ROUTES as TICKETS
from hotline1022.web.tokens_routes import ROUTES as API_TOKENS
from hotline1022.web.users_routes import ROUTES as USERS
from hotline1022.web.wall_routes import ROUTES as WALLS
from hotline1022.web.watching_routes import ROUTES as WATCHING
from hotline1022.web.webhooks_routes import ROUTES as WEBHOOKS

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/calls",
        needs=Permission.LOOK,
        summary="Calls, newest first",
        detail="Numbers are masked, and the filter by caller refused, unless the token has scope agent or admin.",
        handler=calls.list_calls,
        query=w.CallQuery,
        answer=w.CallPage,
    ),
    Route(
        method="GET",
        path="/api/calls/{call}",
        needs=Permission.LOOK,
        summary="One call with its legs, history and tracks",
        handler=calls.get_call,
        answer=t.CallDetail,
    ),
    Route(
        method="GET",
        path="/api/lines",
        needs=Permission.LOOK,
        summary="Lines and who is at them",
        handler=agents.list_lines,
        answer=w.LineList,
    ),
    Route(
        method="POST",
        path="/api/lines/{line}/login",
        needs=Permission.ANSWER,
        summary="Log a person in at a line",
        handler=agents.login,
        body=w.LoginBody,
        answer=LineView,
    ),
    Route(
        method="POST",
        path="/api/lines/{line}/logout",
        needs=Permission.ANSWER,
        summary="Log out whoever is at the line",
        handler=agents.logout,
        answer=LineView,
    ),
    Route(
        method="POST",
        path="/api/lines/{line}/pause",
        needs=Permission.ANSWER,
        summary="Pause the person at the line",
        handler=agents.pause,
        body=w.PauseBody,
        answer=LineView,
    ),
    Route(
        method="POST",
        path="/api/lines/{line}/unpause",
        needs=Permission.ANSWER,
        summary="End the pause",
        handler=agents.unpause,
        answer=LineView,
    ),
    Route(
        method="POST",
        path="/api/lines/{line}/ready",
        needs=Permission.ANSWER,
        summary="End the wrap-up: the next call rings at once",
        detail="Whoever is ready stays so. 409 wrap-up-none: it is paused, rings, talks or is not there.",
        handler=agents.end_wrap_up,
        answer=LineView,
    ),
    Route(
        method="GET",
        path="/api/queue",
        needs=Permission.LOOK,
        summary="Who waits now",
        detail="Numbers are masked unless the token has scope agent or admin.",
        handler=agents.get_queue,
        answer=t.QueueView,
    ),
    Route(
        method="GET",
        path="/api/abandoned",
        needs=Permission.LOOK,
        summary="Numbers that hung up while waiting, to be called back",
        handler=agents.list_abandoned,
        query=w.WaitingQuery,
        answer=w.AbandonedList,
    ),
    Route(
        method="GET",
        path="/api/voicemails",
        needs=Permission.LOOK,
        summary="Messages that citizens left",
        handler=agents.list_voicemails,
        query=w.VoicemailQuery,
        answer=w.VoicemailList,
    ),
    Route(
        method="POST",
        path="/api/voicemails/{voicemail}/heard",
        needs=Permission.ANSWER,
        summary="Mark a message as heard, by the token's name",
        handler=agents.mark_heard,
        answer=t.VoicemailView,
    ),
    Route(
        method="GET",
        path="/api/alarms",
        needs=Permission.LOOK,
        summary="Alarms",
        handler=agents.list_alarms,
        query=w.AlarmQuery,
        answer=w.AlarmList,
    ),
    Route(
        method="POST",
        path="/api/alarms/{alarm}/seen",
        needs=Permission.SHIFT,
        summary="Mark an alarm as seen, by the token's name; it sounds no more",
        handler=agents.mark_seen,
        answer=t.AlarmView,
    ),
    Route(
        method="GET",
        path="/api/shifts",
        needs=Permission.LOOK,
        summary="Who should be on now, and who is missing",
        handler=agents.list_shifts,
        answer=w.ShiftList,
    ),
    Route(
        method="GET",
        path="/api/roster",
        needs=Permission.LOOK,
        summary="The shift plan: shifts, crews, who has which day",
        handler=agents.get_roster,
        query=w.RosterQuery,
        answer=w.Roster,
    ),
    *PEOPLE,
    *USERS,
    *ACCOUNT,
    *WALLS,
    *WATCHING,
    *API_TOKENS,
    *LIVE,
    *RECORDINGS,
    *RETENTION,
    *TEMPLATES,
    *GATEWAYS,
    *CITIZENS,
    *ROSTER,
    *PAUSES,
    *DEADLINES,
    *DIRECTORY,
    *MENU,
    *TICKETS,
    *DRAFTS,
    *FIGURES,
    *FAQ,
    *WEBHOOKS,
    *COPIES,
    *LISTENING,
    *LEAVING,
    *CHORES,
    *DISCLOSURE,
    *EVIDENCE,
    *NOTIFY,
    *LINKS,
    *CALLBACKS,
    *CASCADE,
    *PAGES,
    *PACKAGES,
    Route(
        method="GET",
        path="/api/health/live",
        needs=None,
        open=True,
        summary="The process answers",
        handler=health.live,
        answer=w.Alive,
    ),
    Route(
        method="GET",
        path="/api/health/ready",
        needs=None,
        open=True,
        summary="Everything that a call needs answers; 503 when not",
        detail="Messages are told only to a token of scope read.",
        handler=health.ready,
        answer=w.Readiness,
        also=(503,),
    ),
    Route(
        method="GET",
        path="/metrics",
        needs=Permission.METRICS,
        summary="Metrics for Prometheus",
        handler=metrics.get_metrics,
        media="text/plain",
    ),
    Route(
        method="GET",
        path="/api/openapi.json",
        needs=None,
        summary="This document",
        handler=openapi.get_document,
    ),
)
