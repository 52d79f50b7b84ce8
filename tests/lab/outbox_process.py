"""The outbox's worker as a process of its own, to be killed: `python -m tests.lab.outbox_process ADDRESS SMPP SMTP`."""

import asyncio
import ssl
import sys
from datetime import time, timedelta

from hotline1022.db.unit import Database
from hotline1022.notify.caps import Caps
from hotline1022.notify.mail_gateway import MailGateway, MailServer
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.smpp_gateway import SmppGateway
from hotline1022.notify.smpp_link import SmppServer
from hotline1022.notify.types import Channel
from hotline1022.service.alarms import Bell
from hotline1022.service.notify.outbox_book import OutboxBook
from hotline1022.service.notify.outbox_worker import OutboxWorker
from tests.unit.notify_memory import Book


def worker(database: Database, smpp: int, smtp: int) -> OutboxWorker:
    """The worker towards a carrier and a mail server on loopback."""
    bell = Bell(database, timedelta(seconds=30))
    book = OutboxBook(database, bell)
    carrier = SmppServer(host="127.0.0.1", port=smpp, system_id="hotline", password="secret", retry_seconds=0.05)
    mail = MailServer(host="127.0.0.1", port=smtp, tls="none", sender="1022@example.vn")
    caps = Caps(per_minute=0, per_number=0)
    return OutboxWorker(
        database,
        {
            Channel.SMS: (SmppGateway(carrier, book, sender="1022"), caps),
            Channel.EMAIL: (MailGateway(mail, ssl.create_default_context()), caps),
        },
        book,
        bell,
        owner="w1",
        patience=timedelta(hours=24),
        quiet=Quiet(starts=time(), ends=time()),
        contacts=Book(),
        idle=0.1,
    )


async def work(address: str, smpp: int, smtp: int) -> None:
    """Until killed."""
    async with Database(address) as database:
        made = worker(database, smpp, smtp)
        print("ready", flush=True)
        await made.run()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
