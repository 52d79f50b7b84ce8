"""An HTTP gateway whose certificate nobody vouches for gets no SMS, no key and no question: nothing leaves."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp.connector
import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline1022.notify.answers import Accepted, NotTaken, StillOpen
from hotline1022.notify.profile_load import SHIPPED, load_profile
from hotline1022.service.notify.sms_http import HttpGateway
from tests.unit.notify_memory import AT, a_message
from tests.unit.test_notify_http import ACCOUNT, Gateway, at, says

#: what each says when it has taken a message
TAKEN = {
    "esms": {"CodeResult": "100", "SMSID": "x1"},
    "speedsms": {"status": "success", "code": "00", "data": {"tranId": "x1", "invalidPhone": []}},
}


@asynccontextmanager
async def gateway(name: str, authority: trustme.CA, whose: str) -> AsyncIterator[tuple[Gateway, HttpGateway]]:
    """The shipped profile's gateway at a TLS server on loopback, whose certificate is that of `whose`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(whose).configure_cert(context)
    server = Gateway()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    running = TestServer(app, scheme="https")
    await running.start_server(ssl=context)
    try:
        profile = at(load_profile(name), f"https://127.0.0.1:{running.port}")
        yield server, HttpGateway(profile, ACCOUNT, seconds=5.0, clock=lambda: AT)
    finally:
        await running.close()


def trusted(monkeypatch: pytest.MonkeyPatch, authority: trustme.CA) -> None:
    """As if the machine's store had this authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", context)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("fault", ["unknown-authority", "another-name"])
async def test_who_is_not_vouched_for_gets_nothing(name: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    if fault == "another-name":
        trusted(monkeypatch, authority)
    async with gateway(name, authority, "127.0.0.1" if fault == "unknown-authority" else "sms.example.vn") as (
        server,
        ours,
    ):
        server.answers = [says(TAKEN[name])] * 3
        said = await ours.send(a_message())
        assert isinstance(said, NotTaken) and said.away, "it waits, and gateway-away rings"
        assert "Certificate" in said.reason
        assert await ours.ask(a_message(), ("x1",)) == StillOpen()
        assert await ours.ask(a_message(), ()) == StillOpen()
        assert server.seen == [], "neither text nor key left"


@pytest.mark.parametrize("name", SHIPPED)
async def test_who_is_vouched_for_gets_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    trusted(monkeypatch, authority)
    async with gateway(name, authority, "127.0.0.1") as (server, ours):
        server.answers = [says(TAKEN[name])]
        assert await ours.send(a_message()) == Accepted(ids=("x1",))
        assert len(server.seen) == 1
