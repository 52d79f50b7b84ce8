"""Answers about gateways. Refuses nothing itself: the port does."""

from hotline1022.notify.types import Channel
from hotline1022.web import gateways_wire as w
from hotline1022.web.route import Ask


async def list_gateways(ask: Ask) -> w.GatewayList:
    """How each stands."""
    return w.GatewayList(gateways=tuple(await ask.ports.gateways.list()))


async def test_gateway(ask: Ask) -> w.GatewayTest:
    """One message, now."""
    body: w.GatewayTestBody = ask.body
    return await ask.ports.gateways.test(Channel(ask.path["channel"]), body.to)


async def get_gateway_test(ask: Ask) -> w.GatewayTest:
    """What became of it."""
    return await ask.ports.gateways.tested(ask.path["message"])
