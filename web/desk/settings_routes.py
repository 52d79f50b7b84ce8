"""The routes of alarms and who is told of them, texts of messages, gateways and times of keeping at the desk."""

from dataclasses import replace

from hotline1022.accounts.types import Permission
from hotline1022.web.desk import alarms, gateways, limits, retention, templates, watchers
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.pages import page
from hotline1022.web.desk.render import RINGING
from hotline1022.web.route import Place, Route

P = Permission
_WATCHER = f"{watchers.LIST}/{{watcher}}"
_TEMPLATE = "/desk/messages/templates/{template}"

ROUTES: tuple[Route, ...] = (
    page("GET", "/desk/alarms", "Alarms", alarms.list_alarms, P.LOOK, alarms.AlarmsQuery),
    page(
        "GET",
        alarms.NOW,
        "The same, as the page asks for it by itself",
        alarms.list_alarms,
        Place(needs=P.LOOK, by_itself=True),
        alarms.AlarmsQuery,
    ),
    page(
        "GET",
        RINGING,
        "How many ring, as each page asks by itself",
        alarms.count_alarms,
        Place(needs=P.LOOK, by_itself=True),
    ),
    page("POST", "/desk/alarms/{alarm}/seen", "Somebody has seen it", alarms.see_alarm, P.SHIFT),
    page("GET", watchers.LIST, "Who is told of alarms", watchers.list_watchers, P.SETTINGS, DoneQuery),
    page("POST", watchers.LIST, "Somebody more", watchers.add_watcher, P.SETTINGS),
    page("GET", _WATCHER, "One of them", watchers.show_watcher, P.SETTINGS, DoneQuery),
    page("POST", _WATCHER, "Change who is told of what", watchers.change_watcher, P.SETTINGS),
    page("POST", f"{_WATCHER}/trial", "A trial alarm", watchers.try_watcher, P.SETTINGS),
    page("POST", f"{_WATCHER}/end", "Told no more", watchers.end_watcher, P.SETTINGS),
    page("GET", limits.LIST, "The limits of alarms", limits.list_limits, P.SETTINGS, DoneQuery),
    page("POST", f"{limits.LIST}/{{limit}}", "Another limit", limits.change_limit, P.SETTINGS),
    page("GET", "/desk/messages", "What each SMS and email says", templates.list_templates, P.SETTINGS),
    page("GET", _TEMPLATE, "One message, and its versions", templates.show_template, P.SETTINGS, DoneQuery),
    page("POST", _TEMPLATE, "Put what is written in force", templates.save_template, P.SETTINGS),
    replace(
        page("POST", f"{_TEMPLATE}/try", "What is typed, as people would get it", templates.try_template, P.SETTINGS),
        typing=True,
    ),
    page("POST", f"{_TEMPLATE}/again", "An earlier version again", templates.back, P.SETTINGS),
    page("GET", gateways.PAGE, "The gateways", gateways.list_gateways, P.SETTINGS, gateways.GatewaysQuery),
    page(
        "POST",
        f"{gateways.PAGE}/{{channel}}/test",
        "One message that tries a gateway",
        gateways.test_gateway,
        P.SETTINGS,
    ),
    page(
        "GET",
        retention.HERE,
        "How long recordings and calls are kept",
        retention.show_terms,
        P.RETENTION,
        DoneQuery,
        seconds=60,
    ),
    replace(
        page(
            "POST",
            f"{retention.HERE}/try",
            "What other days would mean",
            retention.try_terms,
            P.RETENTION,
            seconds=120,
        ),
        typing=True,
    ),
    page("POST", retention.HERE, "Other days, as they were shown", retention.decide, P.RETENTION, seconds=60),
)
