"""What a call to a citizen that has ended leaves behind: the end of the try, and a message that was answered by it. Refuses nothing:
told again, it changes nothing.
"""

from collections.abc import Iterable

from hotline1022.core.call import Call
from hotline1022.core.callbacks import CallbackWhat
from hotline1022.core.outcomes import Direction, Result
from hotline1022.db.unit import Work


async def end_callbacks(tx: Work, calls: Iterable[Call]) -> None:
    """Of the calls that have ended; in the transaction that writes their end."""
    for call in calls:
        if call.direction is not Direction.OUT or call.ended_at is None or call.reason is None:
            continue
        done = await tx.callbacks.end(call.id, call.reason, call.ended_at)
        # whoever was talked with about a message waits no more for it; a ticket's citizen is told when the agent says so
        if done is not None and done.what is CallbackWhat.VOICEMAIL and call.result is Result.REACHED:
            await tx.recordings.mark_heard(done.target, done.name, call.ended_at)
