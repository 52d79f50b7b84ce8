"""The routes of webhooks."""

from hotline1022.accounts.types import Permission
from hotline1022.web import webhooks as h
from hotline1022.web import webhooks_wire as w
from hotline1022.web.route import Route

#: longer than a receiver may take
TEST_SECONDS = 30
_ONE = "/api/webhooks/{webhook}"

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/webhooks",
        needs=Permission.SETTINGS,
        summary="Addresses of others that are told of calls and tickets, without their secrets",
        handler=h.list_webhooks,
        answer=w.WebhookList,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/webhooks",
        needs=Permission.SETTINGS,
        summary="A new webhook, and its secret, which is shown once",
        detail="Events are signed as Standard Webhooks does; docs/webhooks.md says how a receiver checks that.",
        handler=h.add_webhook,
        body=w.WebhookBody,
        answer=w.GivenSecret,
        status=201,
        exact=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        needs=Permission.SETTINGS,
        summary="One webhook",
        handler=h.get_webhook,
        answer=w.WebhookView,
        exact=True,
    ),
    Route(
        method="POST",
        path=_ONE,
        needs=Permission.SETTINGS,
        summary="Change a webhook",
        handler=h.change_webhook,
        body=w.WebhookChange,
        answer=w.WebhookView,
        exact=True,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/deliveries",
        needs=Permission.SETTINGS,
        summary="The last hundred events of a webhook, and how telling them went",
        handler=h.list_deliveries,
        answer=w.DeliveryList,
        exact=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/secret",
        needs=Permission.SETTINGS,
        summary="Another secret, shown once; the one before signs nothing more",
        handler=h.renew_secret,
        answer=w.GivenSecret,
        exact=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/test",
        needs=Permission.SETTINGS,
        summary="Send one event webhook.test now, also while it is paused",
        handler=h.test_webhook,
        answer=w.WebhookTried,
        seconds=TEST_SECONDS,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/pause",
        needs=Permission.SETTINGS,
        summary="Tell it nothing; what happens meanwhile waits",
        handler=h.pause_webhook,
        answer=w.WebhookView,
        exact=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/resume",
        needs=Permission.SETTINGS,
        summary="Tell it again, at once, what waits",
        handler=h.resume_webhook,
        answer=w.WebhookView,
        exact=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/remove",
        needs=Permission.SETTINGS,
        summary="Take a webhook away, with what waits for it",
        handler=h.remove_webhook,
        answer=w.WebhookList,
        exact=True,
    ),
)
