"""What people do to webhooks. Refuses addresses that are not allowed, numbers to who may not see them, and more than twenty."""

from collections.abc import Callable, Sequence
from datetime import datetime
from secrets import token_bytes, token_hex

from hotline1022.core.errors import Invalid, Refused
from hotline1022.db.unit import Database
from hotline1022.service.settings.webhooks import WebhookSettings
from hotline1022.service.webhooks.event import body_of, seal_secret, unseal_secret
from hotline1022.service.webhooks.http import HttpSender
from hotline1022.webhooks.rules import MOST, SECRET_BYTES, checked, headers_of, networks_of, shown
from hotline1022.webhooks.types import TEST, Delivery, Given, PausedWhy, Sent, Wanted, Webhook


class WebhookDesk:
    """webhooks.ports.Webhooks."""

    def __init__(
        self,
        database: Database,
        sender: HttpSender,
        key: str,
        settings: Callable[[], WebhookSettings],
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._sender, self._key = database, sender, key
        self._settings, self._clock = settings, clock

    async def list(self) -> Sequence[Webhook]:
        """All, by name."""
        async with self._database.reading() as tx:
            return await tx.webhooks.list()

    async def get(self, webhook: str) -> Webhook:
        """One."""
        async with self._database.reading() as tx:
            return await tx.webhooks.get(webhook)

    async def deliveries(self, webhook: str) -> Sequence[Delivery]:
        """The last hundred."""
        async with self._database.reading() as tx:
            await tx.webhooks.get(webhook)
            return await tx.webhooks.deliveries(webhook)

    async def add(self, wanted: Wanted, *, by: str, sees_numbers: bool) -> Given:
        """A new one, and its secret."""
        good = self._checked(wanted)
        if good.name is None or good.url is None or good.kinds is None:
            text = "something is missing; give name, url and kinds"
            raise Invalid(text, error_id="value-missing")
        new = Webhook(
            id=token_hex(8),
            name=good.name,
            url=good.url,
            kinds=good.kinds,
            numbers=bool(good.numbers),
            created_at=self._clock(),
            created_by=by,
        )
        _may(new.numbers, sees_numbers)
        secret = token_bytes(SECRET_BYTES)
        async with self._database.transaction() as tx:
            if len(await tx.webhooks.list()) >= MOST:
                raise Refused(f"there are {MOST} webhooks; remove one that nobody needs", error_id="webhooks-full")
            await tx.webhooks.add(new, seal_secret(secret, new.id, self._key))
        return Given(webhook=new, secret=shown(secret))

    async def change(self, webhook: str, version: int, wanted: Wanted, *, sees_numbers: bool) -> Webhook:
        """What is given."""
        good = self._checked(wanted)
        async with self._database.transaction() as tx:
            # whoever may not see numbers must not lead them elsewhere either
            _may((await tx.webhooks.get(webhook)).numbers or bool(good.numbers), sees_numbers)
            return await tx.webhooks.change(webhook, version, good)

    async def renew(self, webhook: str) -> Given:
        """Another secret."""
        secret = token_bytes(SECRET_BYTES)
        async with self._database.transaction() as tx:
            await tx.webhooks.get(webhook)
            changed = await tx.webhooks.set_secret(webhook, seal_secret(secret, webhook, self._key))
        return Given(webhook=changed, secret=shown(secret))

    async def pause(self, webhook: str) -> Webhook:
        """Told nothing; one that is paused stays as it is."""
        async with self._database.transaction() as tx:
            await tx.webhooks.get(webhook)
            await tx.webhooks.pause(webhook, PausedWhy.BY_HAND, self._clock())
            return await tx.webhooks.get(webhook)

    async def resume(self, webhook: str) -> Webhook:
        """Told again, at once."""
        async with self._database.transaction() as tx:
            await tx.webhooks.get(webhook)
            return await tx.webhooks.resume(webhook, self._clock())

    async def going(self) -> bool:
        """Whether events of removed ones are there still."""
        async with self._database.reading() as tx:
            return bool(await tx.webhooks.going())

    async def remove(self, webhook: str) -> None:
        """Gone; its events go afterwards, off the request."""
        async with self._database.transaction() as tx:
            await tx.webhooks.remove(webhook)

    async def test(self, webhook: str) -> Sent:
        """One event, now; a receiver that takes it is left alone no longer."""
        async with self._database.reading() as tx:
            known = await tx.webhooks.get(webhook)
            sealed = await tx.webhooks.secret(webhook)
        secret, at = unseal_secret(sealed, webhook, self._key), self._clock()
        if secret is None:
            return Sent(error_id="webhook-secret-lost")
        id = f"msg_{token_hex(12)}"
        body = body_of(id, TEST, at, {"webhook": webhook, "name": known.name})
        sent = await self._sender.send(known.url, headers_of(id, at, body, secret), body)
        async with self._database.transaction() as tx:  # also where it was not taken: the act is noted
            if sent.taken and known.paused_at is None and known.failures:
                await tx.webhooks.resume(webhook, self._clock())
        return sent

    def _checked(self, wanted: Wanted) -> Wanted:
        return checked(wanted, networks_of(self._settings().networks))


def _may(numbers: bool, sees_numbers: bool) -> None:
    if numbers and not sees_numbers:
        text = "it is told telephone numbers, which you may not see; leave numbers out, or ask somebody who may"
        raise Refused(text, error_id="webhook-numbers")
