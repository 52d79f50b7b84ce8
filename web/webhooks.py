"""Answers about webhooks. Refuses nothing itself: webhooks/ does."""

from hotline1022.accounts.types import Permission
from hotline1022.web import webhooks_wire as w
from hotline1022.web.route import Ask
from hotline1022.webhooks.types import Wanted


async def list_webhooks(ask: Ask) -> w.WebhookList:
    """All."""
    return w.WebhookList(webhooks=tuple(map(w.webhook_view, await ask.ports.webhooks.list())))


async def add_webhook(ask: Ask) -> w.GivenSecret:
    """A new one, and its secret."""
    asker = ask.asker
    sees = asker.may(Permission.NUMBERS)
    return w.given_view(await ask.ports.webhooks.add(_wanted(ask.body), by=asker.actor, sees_numbers=sees))


async def get_webhook(ask: Ask) -> w.WebhookView:
    """One."""
    return w.webhook_view(await ask.ports.webhooks.get(ask.path["webhook"]))


async def change_webhook(ask: Ask) -> w.WebhookView:
    """What is given."""
    body: w.WebhookChange = ask.body
    sees = ask.asker.may(Permission.NUMBERS)
    changed = await ask.ports.webhooks.change(ask.path["webhook"], body.version, _wanted(body), sees_numbers=sees)
    return w.webhook_view(changed)


async def list_deliveries(ask: Ask) -> w.DeliveryList:
    """The last ones."""
    return w.DeliveryList(
        deliveries=tuple(map(w.delivery_view, await ask.ports.webhooks.deliveries(ask.path["webhook"])))
    )


async def renew_secret(ask: Ask) -> w.GivenSecret:
    """Another secret."""
    return w.given_view(await ask.ports.webhooks.renew(ask.path["webhook"]))


async def test_webhook(ask: Ask) -> w.WebhookTried:
    """One event, now."""
    return w.tried_view(await ask.ports.webhooks.test(ask.path["webhook"]))


async def pause_webhook(ask: Ask) -> w.WebhookView:
    """Told nothing."""
    return w.webhook_view(await ask.ports.webhooks.pause(ask.path["webhook"]))


async def resume_webhook(ask: Ask) -> w.WebhookView:
    """Told again."""
    return w.webhook_view(await ask.ports.webhooks.resume(ask.path["webhook"]))


async def remove_webhook(ask: Ask) -> w.WebhookList:
    """Gone; those that are left."""
    await ask.ports.webhooks.remove(ask.path["webhook"])
    return await list_webhooks(ask)


def _wanted(body: w.WebhookBody | w.WebhookChange) -> Wanted:
    kinds = None if body.kinds is None else frozenset(body.kinds)
    return Wanted(name=body.name, url=body.url, kinds=kinds, numbers=body.numbers)
