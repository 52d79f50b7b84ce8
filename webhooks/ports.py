"""What others ask of webhooks. Refuses nothing itself: rules.py does."""

from collections.abc import Sequence
from typing import Protocol

from hotline1022.webhooks.types import Delivery, Given, Sent, Wanted, Webhook


class Webhooks(Protocol):
    """Addresses that are told."""

    async def list(self) -> Sequence[Webhook]:
        """All, by name."""
        ...

    async def get(self, webhook: str) -> Webhook:
        """One; NotFound `webhook-unknown`."""
        ...

    async def deliveries(self, webhook: str) -> Sequence[Delivery]:
        """The last hundred, newest first."""
        ...

    async def add(self, wanted: Wanted, *, by: str, sees_numbers: bool) -> Given:
        """A new one, and its secret. Invalid `webhook-name`, `webhook-url`, `webhook-url-plain`, `webhook-address`,
        `webhook-kinds`; Refused `webhook-numbers`, `webhooks-full`.
        """
        ...

    async def change(self, webhook: str, version: int, wanted: Wanted, *, sees_numbers: bool) -> Webhook:
        """What is given; the same refusals, and Refused `webhook-changed`."""
        ...

    async def renew(self, webhook: str) -> Given:
        """Another secret; the one before is good no more."""
        ...

    async def pause(self, webhook: str) -> Webhook:
        """Told nothing until it is resumed; what happens meanwhile waits."""
        ...

    async def resume(self, webhook: str) -> Webhook:
        """Told again, at once, what waits."""
        ...

    async def remove(self, webhook: str) -> None:
        """Gone, with what waits: nothing of it is told or shown any more, its events go by and by."""
        ...

    async def going(self) -> bool:
        """Whether events of removed ones are there still."""
        ...

    async def test(self, webhook: str) -> Sent:
        """One event `webhook.test`, now."""
        ...
