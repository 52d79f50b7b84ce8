"""The routes of alarms, texts of messages, gateways and times of keeping at the desk."""

from hotline1022.accounts.types import Permission
from hotline1022.web.desk import alarms
from hotline1022.web.desk.pages import page
from hotline1022.web.route import Route

P = Permission

ROUTES: tuple[Route, ...] = (
    page("GET", "/desk/alarms", "Alarms", alarms.list_alarms, P.LOOK, alarms.AlarmsQuery),
    page("POST", "/desk/alarms/{alarm}/seen", "Somebody has seen it", alarms.see_alarm, P.SHIFT),
)
