"""Takes SMS that citizens send, stores each and never gets to its thanks, to be killed there:
`python -m tests.lab.inbound_process ADDRESS SMPP SMTP`.
"""

import asyncio
import sys
from datetime import timedelta

from hotline1022.db.unit import Database
from hotline1022.notify.smpp_gateway import SmppGateway
from hotline1022.notify.smpp_link import SmppServer
from hotline1022.notify.types import Piece
from hotline1022.service.alarms import Bell
from hotline1022.service.notify.outbox_book import OutboxBook


class NeverBack(OutboxBook):
    """Stores for good, and does not come back."""

    async def inbound(self, gateway: str, piece: Piece) -> None:
        """Say so, and wait to be killed."""
        await super().inbound(gateway, piece)
        print("stored", flush=True)
        await asyncio.Event().wait()


async def work(address: str, smpp: int) -> None:
    """Until killed."""
    async with Database(address) as database, asyncio.TaskGroup() as group:
        book = NeverBack(database, Bell(database, timedelta(seconds=30)))
        carrier = SmppServer(host="127.0.0.1", port=smpp, system_id="hotline", password="secret", retry_seconds=0.05)
        gateway = SmppGateway(carrier, book, sender="1022")
        group.create_task(gateway.run())
        await gateway.link.bound.wait()
        print("ready", flush=True)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2])))
