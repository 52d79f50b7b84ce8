"""How a call ended: result and reason, of calls that came in and of those that 1022 made. Pure; refuses nothing."""

from datetime import datetime
from typing import TYPE_CHECKING

from hotline1022.core import events as e
from hotline1022.core.cascade import Step, StepOutcome
from hotline1022.core.clock import ms_between
from hotline1022.core.legs import Leg
from hotline1022.core.outcomes import Direction, Reason, Result

if TYPE_CHECKING:
    from hotline1022.core.call import Call

#: a message shorter than this is silence and a hang-up, not a message
SHORTEST_MESSAGE_MS = 2000
#: Asterisk ends a message after 8 s of silence: with the beep this is the longest in which nothing at all was said. The
#: dialplan has the same figure, and says so to the citizen.
LONGEST_SILENCE_MS = 9500


def outcome(call: "Call", at: datetime) -> tuple[Result, Reason]:
    """Result and reason of a call that ends now, by what weighs most: 115, then talk, then message, then where it was."""
    talked = {leg.kind for leg in call.legs.values() if leg.talk_ms or leg.with_citizen}
    if call.direction is Direction.OUT:
        found = _placed(call, at, talked=bool(talked))
        if found[0] is Result.REACHED and call.emergency_at is not None:  # kept as long as other calls to 115 are
            return Result.REACHED, _emergency(call, reached=e.LegKind.EMERGENCY in talked)[1]
        return found
    if call.refused:
        full = call.refused == Reason.LINES_FULL
        return Result.REFUSED, Reason.LINES_FULL if full else Reason.UNKNOWN_NUMBER
    if call.emergency_at is not None:
        return _emergency(call, reached=e.LegKind.EMERGENCY in talked)
    if e.LegKind.AGENT in talked:
        return Result.ANSWERED, Reason.AGENT_ANSWERED
    if call.voicemail_at is not None:
        spoken = _spoken(call.voicemail_status, ms_between(call.voicemail_at, call.voicemail_ended_at or at))
        return Result.VOICEMAIL, Reason.MESSAGE_LEFT if spoken else Reason.NO_MESSAGE
    if call.waiting_since is not None:
        return Result.ABANDONED, Reason.IN_QUEUE
    return (Result.INFORMED, Reason.HEARD_INFORMATION) if call.informed else (Result.ABANDONED, Reason.IN_MENU)


def _emergency(call: "Call", *, reached: bool) -> tuple[Result, Reason]:
    """Of somebody who asked for 115."""
    if reached:
        return Result.EMERGENCY, Reason.EMERGENCY_ANSWERED
    if call.emergency_by_agent:
        return Result.EMERGENCY, Reason.EMERGENCY_BY_AGENT
    if call.emergency_unanswered:
        return Result.EMERGENCY, Reason.EMERGENCY_UNANSWERED
    return Result.ABANDONED, Reason.IN_EMERGENCY


def _spoken(status: str, length_ms: int) -> bool:
    """Whether a message that took so long and ended so (RECORD_STATUS in lower case; "" by hanging up) can say anything."""
    match status:
        case e.RECORD_FAILED:
            return False
        case e.RECORD_SILENCE:
            return length_ms > LONGEST_SILENCE_MS
        case _:
            return length_ms >= SHORTEST_MESSAGE_MS


#: Q.850: no such number, a number that has changed, one that is not whole
_NOT_VALID = {1, 22, 28}
#: switched off or out of reach: carriers also say so at once with the causes of a phone that nobody picks up
_ABSENT = {18, 19, 20}

_REASONS = {
    StepOutcome.BUSY: Reason.CITIZEN_BUSY,
    StepOutcome.NO_ANSWER: Reason.CITIZEN_NO_ANSWER,
    StepOutcome.REFUSED: Reason.CITIZEN_REFUSED,
}


def _placed(call: "Call", at: datetime, *, talked: bool) -> tuple[Result, Reason]:
    """Of a call to a citizen: she is reached when the two have talked."""
    if talked:
        return Result.REACHED, Reason.CITIZEN_ANSWERED
    return Result.UNREACHED, _why_not(call.legs[call.id], call.legs.get(call.citizen), call.tried, at)


def _why_not(agent: Leg, citizen: Leg | None, tried: str, at: datetime) -> Reason:
    if agent.answered_at is None:  # or Asterisk could not be asked
        return Reason.LINE_TROUBLE if tried else Reason.AGENT_NO_ANSWER
    if not tried:
        return Reason.AGENT_HUNG_UP
    if citizen is None:
        return Reason.LINE_TROUBLE
    if citizen.answered_at is not None:
        return Reason.CITIZEN_HUNG_UP
    if citizen.cause in _NOT_VALID:
        return Reason.NUMBER_NOT_VALID
    # judged as the numbers of an agency are
    step = Step(
        number=1,
        role="",
        contact="",
        which="",
        dialled=citizen.party,
        started_at=citizen.started_at,
        ended_at=citizen.ended_at or at,
        cause=citizen.cause,
        status=tried,
    )
    unreachable = Reason.CITIZEN_NO_ANSWER if citizen.cause in _ABSENT else Reason.LINE_TROUBLE
    return _REASONS.get(step.outcome, unreachable) if step.outcome else unreachable
