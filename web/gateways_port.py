"""What pages and API need of the gateways; the composition root hands it in. Errors as in ports.py."""

from collections.abc import Sequence
from typing import Protocol

from hotline1022.notify.types import Channel
from hotline1022.web.gateways_wire import GatewayTest, GatewayView


class GatewaysPort(Protocol):
    """The ways out for messages."""

    async def list(self) -> Sequence[GatewayView]:
        """How each stands."""
        ...

    async def test(self, channel: Channel, to: str) -> GatewayTest:
        """Put one message into the outbox that only tries it; the worker sends it at once. Invalid `number-invalid`,
        `email-invalid`; TooMany `gateway-tests-many`.
        """
        ...

    async def tested(self, message: str) -> GatewayTest:
        """What became of it; NotFound `gateway-test-unknown`, also for a message that is none of these."""
        ...
