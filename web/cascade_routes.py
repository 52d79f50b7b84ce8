"""The routes of cascade/."""

from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = ()
