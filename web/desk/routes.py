"""The routes of the desk: pages for who is signed in."""

from hotline1022.accounts.types import Permission, Stage
from hotline1022.web.desk import (
    account,
    confirm,
    faq,
    faq_import,
    home,
    roles,
    sign_in,
    tokens,
    users,
    webhooks,
)
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.agent_routes import ROUTES as AGENT
from hotline1022.web.desk.audit_routes import ROUTES as AUDIT
from hotline1022.web.desk.citizen_routes import ROUTES as CITIZENS
from hotline1022.web.desk.confirm import ConfirmQuery
from hotline1022.web.desk.desk_map import FAQ_SEEN
from hotline1022.web.desk.directory_routes import directory_pages
from hotline1022.web.desk.faq import FaqDoneQuery, FaqListQuery
from hotline1022.web.desk.menu_routes import ROUTES as MENU
from hotline1022.web.desk.pages import page as _page
from hotline1022.web.desk.planning_routes import ROUTES as PLANNING
from hotline1022.web.desk.settings_routes import ROUTES as SETTINGS
from hotline1022.web.desk.sign_in import DoorQuery
from hotline1022.web.desk.store_routes import ROUTES as STORE
from hotline1022.web.desk.supervision_routes import ROUTES as SUPERVISION
from hotline1022.web.desk.ticket_routes import ROUTES as TICKETS
from hotline1022.web.live import EventsQuery, listen_at_desk
from hotline1022.web.route import Place, Route
from hotline1022.web.static_files import show_file
from hotline1022.web.webhooks_routes import TEST_SECONDS

ANYBODY = Place(stages=frozenset())
SEES_FAQ = Place(needs=Permission.LOOK, others=FAQ_SEEN)
KEEPS_FAQ = Place(needs=Permission.FAQ_WRITE, others=frozenset({Permission.FAQ_PUBLISH}))
SOMEBODY = Place(stages=frozenset({Stage.SECOND, Stage.CHANGE, Stage.FULL}))


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/assets/{digest}/{file}",
        needs=None,
        open=True,
        summary="A font, a style sheet or a script of the pages; another address with each other content",
        handler=show_file,
        media="application/octet-stream",
    ),
    _page("GET", "/desk/sign-in", "The door", sign_in.show_sign_in, ANYBODY, DoorQuery),
    _page("POST", "/desk/sign-in", "Name and password", sign_in.sign_in, ANYBODY),
    _page(
        "GET",
        "/desk/second",
        "The second factor",
        sign_in.show_second,
        Place(stages=frozenset({Stage.SECOND})),
        DoorQuery,
    ),
    _page("POST", "/desk/second", "Its code", sign_in.second, Place(stages=frozenset({Stage.SECOND}))),
    _page(
        "GET",
        "/desk/password",
        "A new password",
        sign_in.show_password,
        Place(stages=frozenset({Stage.CHANGE, Stage.FULL})),
    ),
    _page(
        "POST",
        "/desk/password",
        "A new password",
        sign_in.change_password,
        Place(stages=frozenset({Stage.CHANGE, Stage.FULL})),
    ),
    _page("POST", "/desk/sign-out", "Out of this browser", sign_in.sign_out, SOMEBODY),
    _page("GET", "/desk", "The first page", home.show_home),
    Route(
        method="GET",
        path="/desk/events",
        needs=None,
        desk=Place(by_itself=True),
        summary="What happens now, as server-sent events",
        handler=listen_at_desk,
        query=EventsQuery,
        media="text/event-stream",
        seconds=None,
    ),
    _page("GET", "/desk/confirm", "The password once more", confirm.show_confirm, None, ConfirmQuery),
    _page("POST", "/desk/confirm", "The password once more", confirm.confirm),
    _page("GET", "/desk/account", "One's own account", account.show_account, None, account.AccountQuery),
    _page("POST", "/desk/account/sessions/end", "End one other session, or all others", account.end_sessions),
    _page("POST", "/desk/account/second/begin", "A new second factor, shown once", account.begin_second),
    _page("POST", "/desk/account/second/confirm", "A code of it: in force", account.confirm_second),
    _page("POST", "/desk/account/second/codes", "Other recovery codes", account.new_codes),
    _page("POST", "/desk/account/second/drop", "Take it away", account.drop_second),
    *MENU,
    *SUPERVISION,
    *directory_pages(_page),
    *TICKETS,
    _page("GET", "/desk/users", "Users", users.list_users, Permission.USERS, users.UsersQuery),
    _page("GET", "/desk/users/new", "A new user", users.show_new, Permission.USERS),
    _page(
        "POST",
        "/desk/users/new",
        "A new user, and the password that is shown once",
        users.add,
        Permission.USERS,
        confirms=True,
    ),
    _page("GET", "/desk/users/{user}", "One user", users.show_user, Permission.USERS, DoneQuery),
    _page("POST", "/desk/users/{user}", "Change a user", users.change, Permission.USERS, confirms=True),
    _page(
        "POST", "/desk/users/{user}/reset", "Another one-time password", users.reset, Permission.USERS, confirms=True
    ),
    _page("POST", "/desk/users/{user}/shut", "Shut a user out, at once", users.shut, Permission.USERS, confirms=True),
    _page("POST", "/desk/users/{user}/let-in", "Let a user in again", users.let_in, Permission.USERS, confirms=True),
    _page(
        "POST",
        "/desk/users/{user}/sign-out",
        "End all sessions of a user",
        users.sign_out,
        Permission.USERS,
        confirms=True,
    ),
    _page("GET", "/desk/roles", "Roles", roles.list_roles, Permission.USERS, DoneQuery),
    _page("GET", "/desk/roles/new", "A new role", roles.show_new, Permission.USERS),
    _page("POST", "/desk/roles/new", "A new role", roles.add, Permission.USERS, confirms=True),
    _page("GET", "/desk/roles/{role}", "One role", roles.show_role, Permission.USERS, roles.RoleQuery),
    _page("POST", "/desk/roles/{role}", "Change a role", roles.change, Permission.USERS, confirms=True),
    _page("POST", "/desk/roles/{role}/remove", "Take a role away", roles.remove, Permission.USERS, confirms=True),
    _page("GET", "/desk/tokens", "API tokens", tokens.list_tokens, Permission.USERS, DoneQuery),
    _page("POST", "/desk/tokens", "A new one, whose text is shown once", tokens.add, Permission.USERS, confirms=True),
    _page("POST", "/desk/tokens/{api_token}/revoke", "End it", tokens.revoke, Permission.USERS, confirms=True),
    _page("GET", "/desk/webhooks", "Webhooks", webhooks.list_webhooks, Permission.SETTINGS, DoneQuery),
    _page("POST", "/desk/webhooks", "A new webhook", webhooks.add, Permission.SETTINGS),
    _page(
        "GET",
        "/desk/webhooks/{webhook}",
        "One webhook",
        webhooks.show_webhook,
        Permission.SETTINGS,
        webhooks.WebhookQuery,
    ),
    _page("POST", "/desk/webhooks/{webhook}", "Change a webhook", webhooks.change, Permission.SETTINGS),
    _page("POST", "/desk/webhooks/{webhook}/secret", "Another secret", webhooks.renew, Permission.SETTINGS),
    _page(
        "POST",
        "/desk/webhooks/{webhook}/test",
        "Send one event now",
        webhooks.test,
        Permission.SETTINGS,
        seconds=TEST_SECONDS,
    ),
    _page("POST", "/desk/webhooks/{webhook}/pause", "Tell it nothing", webhooks.pause, Permission.SETTINGS),
    _page("POST", "/desk/webhooks/{webhook}/resume", "Tell it again", webhooks.resume, Permission.SETTINGS),
    _page("POST", "/desk/webhooks/{webhook}/remove", "Take a webhook away", webhooks.remove, Permission.SETTINGS),
    *PLANNING,
    *AUDIT,
    *CITIZENS,
    *SETTINGS,
    *STORE,
    _page("GET", "/desk/faq", "Questions and answers", faq.list_entries, SEES_FAQ, FaqListQuery),
    _page("GET", "/desk/faq/new", "A new question", faq.show_new, Permission.FAQ_WRITE, faq.FaqNewQuery),
    _page("POST", "/desk/faq/new", "A new question, as a draft", faq.add, Permission.FAQ_WRITE),
    _page("GET", "/desk/faq/import", "A file of questions", faq_import.show_import, Permission.FAQ_WRITE),
    _page(
        "POST",
        "/desk/faq/import",
        "A file of questions, tried or written",
        faq_import.take_in,
        Permission.FAQ_WRITE,
        upload=True,
    ),
    _page(
        "GET",
        "/desk/faq/import/report",
        "What was told of each row, as a sheet",
        faq_import.get_report,
        Permission.FAQ_WRITE,
    ),
    _page("GET", "/desk/faq/template", "The sheet to fill in", faq_import.get_template, Permission.FAQ_WRITE),
    _page(
        "GET",
        "/desk/faq/misses",
        "Searches without an answer",
        faq_import.list_misses,
        SEES_FAQ,
        faq_import.MissesQuery,
    ),
    _page("POST", "/desk/faq/misses/{miss}/done", "Tick one off", faq_import.tick, KEEPS_FAQ),
    _page("GET", "/desk/faq/{entry}", "One question and its versions", faq.show_entry, SEES_FAQ, FaqDoneQuery),
    _page(
        "GET",
        "/desk/faq/{entry}/edit",
        "Its draft, or a new version",
        faq.show_edit,
        Permission.FAQ_WRITE,
        faq.FaqEditQuery,
    ),
    _page("POST", "/desk/faq/{entry}/edit", "Its draft, or a new version", faq.edit, Permission.FAQ_WRITE),
    _page("POST", "/desk/faq/{entry}/propose", "Ask for it to be published", faq.move, Permission.FAQ_WRITE),
    _page("POST", "/desk/faq/{entry}/return", "Back to who wrote it", faq.move, KEEPS_FAQ),
    _page("POST", "/desk/faq/{entry}/drop", "Throw a version away", faq.move, Permission.FAQ_WRITE),
    _page("POST", "/desk/faq/{entry}/publish", "Publish what another wrote", faq.move, Permission.FAQ_PUBLISH),
    _page("POST", "/desk/faq/{entry}/withdraw", "Take it back", faq.move, Permission.FAQ_PUBLISH),
    *AGENT,
)
