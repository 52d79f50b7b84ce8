"""The routes of gateways."""

from hotline1022.accounts.types import Permission
from hotline1022.web import gateways as h
from hotline1022.web import gateways_wire as w
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/gateways",
        needs=Permission.SETTINGS,
        summary="The gateways of SMS and email: how they stand, what waits, what went and what failed; never their secrets",
        handler=h.list_gateways,
        answer=w.GatewayList,
    ),
    Route(
        method="POST",
        path="/api/gateways/{channel}/test",
        needs=Permission.SETTINGS,
        summary="Send one message that only tries the gateway, also in quiet hours",
        detail="Five in ten minutes, of everybody together: gateway-tests-many.",
        handler=h.test_gateway,
        body=w.GatewayTestBody,
        answer=w.GatewayTest,
        status=202,
    ),
    Route(
        method="GET",
        path="/api/gateways/tests/{message}",
        needs=Permission.SETTINGS,
        summary="What became of a message that tried a gateway",
        handler=h.get_gateway_test,
        answer=w.GatewayTest,
    ),
)
