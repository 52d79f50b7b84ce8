"""Messages that citizens left become tickets, one for each call: looked for in the database, so none is lost over a restart."""

from datetime import datetime, timedelta

from hotline1022.core.clock import written
from hotline1022.core.errors import HotlineError
from hotline1022.db.types import LeftMessage
from hotline1022.db.unit import Database
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.tickets.ports import Draft
from hotline1022.tickets.types import Channel, Kind, Purpose
from hotline1022.web.page_words import words

#: older messages that nobody heard are not looked at again
LOOK_BACK = timedelta(days=30)
#: who writes these tickets, in the history
MESSAGES = "voicemail"


async def tickets_of_messages(database: Database, desk: TicketDesk, at: datetime) -> int:
    """Make a ticket of every message that has none and that nobody has heard; how many. One that fails stops no other."""
    async with database.reading() as tx:
        left = await tx.tickets.messages_without(since=at - LOOK_BACK)
    failed: HotlineError | None = None
    for one in left:
        try:
            await desk.back_fill(one.call_id, Purpose.VOICEMAIL, draft_of(one), by=MESSAGES, at=at)
        except HotlineError as error:
            failed = failed or error
    if failed is not None:
        raise failed
    return len(left)


def draft_of(message: LeftMessage) -> Draft:
    """What is known of the request before anybody has listened."""
    return Draft(
        channel=Channel.VOICEMAIL,
        kind=Kind.QUESTION,
        phone=message.caller,
        category=message.category,
        content=words()("voicemail.content", time=written(message.left_at)),
    )
