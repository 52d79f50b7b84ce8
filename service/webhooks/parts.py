"""Where webhooks are put together for the service. Refuses nothing."""

from functools import partial
from typing import TYPE_CHECKING

from hotline1022.core.clock import utc_now
from hotline1022.service.retention.work import doubt_of
from hotline1022.service.webhooks.desk import WebhookDesk
from hotline1022.service.webhooks.http import HttpSender
from hotline1022.service.webhooks.worker import WebhookWorker
from hotline1022.webhooks.rules import networks_of

if TYPE_CHECKING:
    from hotline1022.service.app import App


def worker_of(app: "App") -> WebhookWorker:
    """The worker, not yet running; settings are those in force at each moment."""
    key, owner = app.secrets.accounts, app.settings.hotline.system_name
    return WebhookWorker(
        app.database,
        sender_of(app),
        key,
        lambda: app.settings.webhooks,
        owner=owner,
        broke=app.guard.broke,
        doubt=partial(doubt_of, app.database),
    )


def desk_of(app: "App") -> WebhookDesk:
    """What people do to webhooks."""
    return WebhookDesk(app.database, sender_of(app), app.secrets.accounts, lambda: app.settings.webhooks, utc_now)


def sender_of(app: "App") -> HttpSender:
    """Sends to what the settings allow now."""
    return HttpSender(lambda: networks_of(app.settings.webhooks.networks))
