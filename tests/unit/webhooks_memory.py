"""One webhook behind the API; the real ones are tried in tests/contract/database/test_webhooks.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hotline1022.webhooks.types import Delivery, EventKind, Given, PausedWhy, Sent, Wanted, Webhook
from tests.unit.calls_memory import NOW

HOOK = "f" * 16
ONE = Webhook(
    id=HOOK,
    name="Cổng dịch vụ công",
    url="https://example.vn/1022",
    kinds=frozenset({EventKind.TICKET_MADE}),
    numbers=False,
    created_at=NOW,
    created_by="user:admin",
)


@dataclass
class MemoryWebhooks:
    """webhooks.ports.Webhooks: nothing is kept."""

    asked: list[tuple[Wanted, bool]] = field(default_factory=list)

    async def list(self) -> Sequence[Webhook]:
        return [ONE]

    async def get(self, webhook: str) -> Webhook:
        return ONE

    async def deliveries(self, webhook: str) -> Sequence[Delivery]:
        return []

    async def add(self, wanted: Wanted, *, by: str, sees_numbers: bool) -> Given:
        self.asked.append((wanted, sees_numbers))
        return Given(webhook=replace(ONE, created_by=by), secret="whsec_AAAA")

    async def change(self, webhook: str, version: int, wanted: Wanted, *, sees_numbers: bool) -> Webhook:
        self.asked.append((wanted, sees_numbers))
        return ONE

    async def renew(self, webhook: str) -> Given:
        return Given(webhook=ONE, secret="whsec_BBBB")

    async def pause(self, webhook: str) -> Webhook:
        return replace(ONE, paused_at=NOW, paused_why=PausedWhy.BY_HAND)

    async def resume(self, webhook: str) -> Webhook:
        return ONE

    async def remove(self, webhook: str) -> None:
        return None

    async def going(self) -> bool:
        return False

    async def test(self, webhook: str) -> Sent:
        return Sent(status=204)
