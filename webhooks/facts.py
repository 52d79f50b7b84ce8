"""What of a call and of a ticket is told to webhooks: ids, states, times. Pure; refuses numbers, names and words of citizens."""

from collections.abc import Sequence

from hotline1022.core.call import Call
from hotline1022.core.outcomes import CallState, Direction, Reason
from hotline1022.tickets.types import CLOSED, HIDDEN, LOOKING, Changed, Ticket
from hotline1022.webhooks.types import EventKind, Happened

#: somebody was wanted, and the citizen has talked with nobody
MISSED = frozenset(
    {
        Reason.IN_QUEUE,
        Reason.IN_EMERGENCY,
        Reason.EMERGENCY_UNANSWERED,
        Reason.MESSAGE_LEFT,
        Reason.NO_MESSAGE,
        Reason.LINES_FULL,
    }
)
_K = EventKind


def of_call(call: Call) -> Happened | None:
    """The end of a call that came in; None while it goes on, and of those that 1022 makes. Its talk time is that of this moment."""
    if call.direction is Direction.OUT or call.state is not CallState.ENDED or call.ended_at is None:
        return None
    missed = call.reason in MISSED
    return Happened(
        kinds=(_K.CALL_MISSED, _K.CALL_ENDED) if missed else (_K.CALL_ENDED,),
        thing=f"call:{call.id}",
        key=f"call:{call.id}",
        at=call.ended_at,
        data={
            "call": call.id,
            "result": call.result,
            "reason": call.reason,
            "missed": missed,
            "category": call.category,
            "line": call.line,
            "entered_at": call.entered_at.isoformat(),
            "answered_at": call.answered_at.isoformat() if call.answered_at else None,
            "ended_at": call.ended_at.isoformat(),
            "waited_ms": call.waited_ms,
            "talk_ms": call.talk_ms,
        },
    )


def of_change(changed: Changed) -> Sequence[Happened]:
    """What a change of a ticket is: nothing where nobody sees it, two where it was made and closed at once."""
    after, row = changed.after, changed.row
    if after.state in HIDDEN or row.action in LOOKING:
        return []
    made = changed.before is None or changed.before.state in HIDDEN
    closed = after.state in CLOSED and (changed.before is None or changed.before.state not in CLOSED)
    found = [_event(changed, (_K.TICKET_MADE,), "made")] if made else []
    if closed:
        return [*found, _event(changed, (_K.TICKET_CLOSED, _K.TICKET_CHANGED), "closed")]
    return found or [_event(changed, (_K.TICKET_CHANGED,), "changed")]


def _event(changed: Changed, kinds: tuple[EventKind, ...], what: str) -> Happened:
    ticket, row = changed.after, changed.row
    before = changed.before.state if changed.before and changed.before.state not in HIDDEN else None
    return Happened(
        kinds=kinds,
        thing=f"ticket:{ticket.id}",
        key=f"ticket:{ticket.id}/{row.number}/{what}",
        at=row.at,
        data={"ticket": ticket.id, "action": row.action, "state_before": before, **_data(ticket)},
    )


def _data(ticket: Ticket) -> dict[str, object]:
    words = ("code", "version", "state", "channel", "kind", "urgency", "category", "service_group", "area", "agency")
    times = ("created_at", "forwarded_at", "accepted_at", "answered_at", "closed_at", "accept_by", "answer_by")
    moments = {name: getattr(ticket, name) for name in times}
    return {
        **{name: getattr(ticket, name) for name in words},
        **{name: at.isoformat() if at else None for name, at in moments.items()},
        "calls": list(ticket.calls),
    }
