"""The routes of directory/."""

from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = ()
