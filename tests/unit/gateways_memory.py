"""Two gateways in memory behind their port: one away, one that only writes files; the real ones are in tests/contract/database."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hotline1022.core.errors import NotFound
from hotline1022.notify.trial import trial
from hotline1022.notify.types import Channel, MessageState
from hotline1022.web.gateways_wire import GatewayEvent, GatewayState, GatewayTest, GatewayView
from tests.unit.notify_memory import AT, PHONE

TEST = "1a" * 12
ONE = GatewayTest(
    id=TEST,
    channel=Channel.SMS,
    recipient=PHONE,
    state=MessageState.NEW,
    over=False,
    gateway="",
    tries=0,
    created_at=AT,
    sent_at=None,
    error_id="",
    error="",
)
BAD = GatewayEvent(
    at=AT,
    template="citizen.made.sms",
    state=MessageState.FAILED,
    error_id="number-refused",
    error=f"esms says that {PHONE} is no number",
)
SMS = GatewayView(
    channel=Channel.SMS,
    gateway="esms",
    state=GatewayState.AWAY,
    since=AT,
    until=AT,
    error_id="gateway-login",
    server="",
    encrypted=True,
    from_name="1022",
    has_account=True,
    has_secret=True,
    per_minute=60,
    per_number=10,
    price=400,
    waiting=3,
    waiting_since=AT,
    sending=0,
    failed=1,
    unknown=0,
    taken=(replace(BAD, state=MessageState.DELIVERED, error_id="", error=""), replace(BAD, template="test")),
    bad=(BAD,),
)
EMAIL = replace(
    SMS,
    channel=Channel.EMAIL,
    gateway="folder",
    state=GatewayState.FOLDER,
    since=None,
    until=None,
    error_id="",
    from_name="1022@localhost",
    has_account=False,
    has_secret=False,
    waiting=0,
    waiting_since=None,
    taken=(),
    bad=(),
)


@dataclass
class MemoryGateways:
    """web.gateways_port.GatewaysPort: what tries them is kept and never sent."""

    tests: dict[str, GatewayTest] = field(default_factory=lambda: {TEST: ONE, "m1": ONE})

    async def list(self) -> Sequence[GatewayView]:
        return [SMS, EMAIL]

    async def test(self, channel: Channel, to: str) -> GatewayTest:
        new = trial(channel, to, AT, "1")
        self.tests[TEST] = replace(ONE, channel=channel, recipient=new.recipient)
        return self.tests[TEST]

    async def tested(self, message: str) -> GatewayTest:
        if message not in self.tests:
            raise NotFound("there is no such message; try again", error_id="gateway-test-unknown")
        return self.tests[message]
