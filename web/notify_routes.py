"""The routes of notify/."""

from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = ()
