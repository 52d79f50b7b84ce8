"""The routes of tickets/."""

from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = ()
