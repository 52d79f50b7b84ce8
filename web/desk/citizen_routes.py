"""The routes of one citizen's data at the desk. Numbers travel in forms alone; the password is wanted once more before an erasure."""

from hotline1022.accounts.types import Permission
from hotline1022.web.desk import citizen_erase, citizens
from hotline1022.web.desk.pages import page
from hotline1022.web.listening_routes import HOURS
from hotline1022.web.route import Place, Route

P = Permission

ROUTES: tuple[Route, ...] = (
    page("GET", "/desk/citizens", "One citizen's data", citizens.show_citizens, P.CITIZENS, seconds=60),
    page("POST", "/desk/citizens", "What is kept under a number", citizens.find, P.CITIZENS, seconds=60),
    page("POST", "/desk/citizens/export", "All of it as a ZIP", citizens.export, P.CITIZENS, seconds=HOURS),
    page(
        "POST",
        "/desk/citizens/erase",
        "Exactly what an erasure would take",
        citizen_erase.prepare,
        P.CITIZENS,
        confirms=True,
        seconds=60,
    ),
    page("POST", "/desk/citizens/erasures", "Erase it", citizen_erase.begin, P.CITIZENS, confirms=True, seconds=60),
    page("GET", "/desk/citizens/erasures/{erasure}", "How far an erasure is", citizen_erase.show_erasure, P.CITIZENS),
    page(
        "GET",
        "/desk/citizens/erasures/{erasure}/now",
        "The same, as the page asks for it",
        citizen_erase.show_erasure,
        Place(needs=P.CITIZENS, by_itself=True),
    ),
    page(
        "POST",
        "/desk/citizens/erasures/{erasure}",
        "Exactly what a request that is there would take",
        citizen_erase.prepare_again,
        P.CITIZENS,
        confirms=True,
        seconds=60,
    ),
)
