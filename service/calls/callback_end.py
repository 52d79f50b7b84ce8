"""What a call to a citizen that has ended leaves behind: the end of the try, and a message that was answered by it. Refuses nothing:
told again, it changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from hotline1022.core.call import Call
from hotline1022.core.callbacks import CallbackWhat
from hotline1022.core.endings import outcome
from hotline1022.core.outcomes import Direction, Reason, Result
from hotline1022.db.unit import Work


async def end_callbacks(tx: Work, calls: Iterable[Call]) -> None:
    """Of the calls that have ended; in the transaction that writes their end.

    For the agent it ends sooner, where she was put through: the line may call somebody else then.
    """
    for call in calls:
        over = _over(call) if call.direction is Direction.OUT else None
        if over is None:
            continue
        result, reason, at = over
        done = await tx.callbacks.end(call.id, reason, at)
        # whoever was talked with about a message waits no more for it; a ticket's citizen is told when the agent says so
        if done is not None and done.what is CallbackWhat.VOICEMAIL and result is Result.REACHED:
            await tx.recordings.mark_heard(done.target, done.name, at)


def _over(call: Call) -> tuple[Result, Reason, datetime] | None:
    """How the try ended, and when; None while the agent is at it, or may not have talked with her."""
    if call.ended_at is not None and call.result is not None and call.reason is not None:
        # what 115 made of it afterwards is the call's, not the try's; so is that Asterisk died in the talk, or after it
        if call.result is Result.REACHED or (call.reason is Reason.END_UNKNOWN and call.met):
            return Result.REACHED, Reason.CITIZEN_ANSWERED, call.ended_at
        return call.result, call.reason, call.ended_at
    left = call.legs[call.id].ended_at
    if left is None:
        return None
    result, reason = outcome(call, left)
    return (result, reason, left) if result is Result.REACHED else None
