"""The worker of webhooks as a process of its own, to be killed: `python -m tests.lab.webhook_process ADDRESS`."""

import asyncio
import sys
from datetime import timedelta
from typing import Any

from hotline1022.db.unit import Database
from hotline1022.service.settings.webhooks import WebhookSettings
from hotline1022.service.webhooks.http import HttpSender
from hotline1022.service.webhooks.worker import WebhookWorker
from hotline1022.webhooks.rules import networks_of

#: what seals secrets in tests
KEY = "the key of the accounts"
SETTINGS = WebhookSettings(networks=("127.0.0.0/8",))


def sender(seconds: float = 5.0) -> HttpSender:
    """May reach this machine."""
    return HttpSender(lambda: networks_of(SETTINGS.networks), seconds=seconds)


def worker(database: Database, seconds: float = 5.0, **more: Any) -> WebhookWorker:
    """Tries again soon."""
    pauses = (timedelta(milliseconds=50),)
    given: dict[str, Any] = {"pauses": pauses, "chance": lambda: 0.0, "idle": 0.05, **more}
    return WebhookWorker(database, sender(seconds), KEY, lambda: SETTINGS, owner="hl1", **given)


async def work(address: str) -> None:
    """Until killed."""
    async with Database(address) as database:
        print("ready", flush=True)
        await worker(database).run()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
