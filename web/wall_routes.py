"""The routes of televisions, and of the addresses that they have."""

from hotline1022.accounts.types import Permission
from hotline1022.core.wallboards import Wallboard
from hotline1022.web import wall as h
from hotline1022.web import wall_wire as w
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/wallboards",
        needs=Permission.WALLBOARD,
        summary="Addresses for televisions, without their keys",
        handler=h.list_wallboards,
        answer=w.WallboardList,
    ),
    Route(
        method="POST",
        path="/api/wallboards",
        needs=Permission.WALLBOARD,
        summary="A new address for a television, given once",
        handler=h.add_wallboard,
        body=w.WallboardBody,
        answer=w.GivenWallboard,
        status=201,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/wallboards/{wallboard}/revoke",
        needs=Permission.WALLBOARD,
        summary="End an address: screens go blank within 10 s",
        handler=h.revoke_wallboard,
        answer=Wallboard,
    ),
    Route(
        method="GET",
        path="/wall/{key}",
        needs=None,
        open=True,
        page=True,
        again=10,
        summary="The page of a television: figures, charts, or both in turn; 404 when its address is none, or revoked",
        handler=h.show_wall,
        query=w.WallQuery,
        media="text/html",
    ),
    Route(
        method="GET",
        path="/wall/{key}/now",
        needs=None,
        open=True,
        summary="What a television shows, counted 2 seconds ago at most; 404 when its address is none, or revoked",
        handler=h.get_now,
        query=w.WallNowQuery,
        answer=w.WallNow,
    ),
)
