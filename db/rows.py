"""From the fold of core/call.py to rows, and from stored history back to events. Pure; refuses unknown kinds of events."""

from hotline1022.cascade.types import CascadeRow, StepRow
from hotline1022.core.call import Call
from hotline1022.core.events import Event, LegKind
from hotline1022.core.history import data_of, event_from, kind_of
from hotline1022.db.types import CallRow, EventRow, LegRow


def call_row(call: Call, *, version: int, backfilled: bool, caller_e164: str | None) -> CallRow:
    """The row of the call as it stands."""
    return CallRow(
        id=call.id,
        entered_at=call.entered_at,
        direction=call.direction,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        did=call.did,
        caller_raw=call.caller,
        caller_sent=call.sent,
        caller_e164=caller_e164,
        state=call.state,
        result=call.result,
        reason=call.reason,
        category=call.category,
        mode=call.mode,
        backfilled=backfilled,
        wait_ms=call.waited_ms,
        talk_ms=call.talk_ms,
        line=call.line,
        person=call.person,
        version=version,
    )


def leg_rows(call: Call) -> tuple[LegRow, ...]:
    """The rows of its legs."""
    return tuple(
        LegRow(
            call_id=call.id,
            channel=leg.channel,
            kind=leg.kind,
            party=leg.party,
            line=leg.party if leg.kind is LegKind.AGENT else "",
            person=leg.person,
            started_at=leg.started_at,
            answered_at=leg.answered_at,
            ended_at=leg.ended_at,
            cause=leg.cause,
            talk_ms=leg.talk_ms,
            hold_ms=leg.hold_ms,
            rtp_received=leg.rtp_received,
        )
        for leg in call.legs.values()
    )


def cascade_rows(call: Call) -> tuple[CascadeRow, ...]:
    """The rows of its hunts for somebody at an agency."""
    return tuple(
        CascadeRow(
            call_id=call.id,
            hunt=one.hunt,
            agency=one.agency,
            category=one.category,
            ticket=one.ticket,
            code=one.code,
            line=one.line,
            origin=one.origin,
            started_at=one.started_at,
            state=one.state,
            outcome=one.outcome,
            ended_at=one.ended_at,
            taken_by=(one.taken.contact or one.taken.role or "unknown") if one.taken else "",
            taken_at=one.taken.taken_at if one.taken else None,
            passed=one.passed,
        )
        for one in call.cascades
    )


def step_rows(call: Call) -> tuple[StepRow, ...]:
    """The rows of their steps."""
    return tuple(
        StepRow(
            call_id=call.id,
            hunt=one.hunt,
            number=step.number,
            role=step.role,
            contact=step.contact,
            which=step.which,
            dialled=step.dialled,
            started_at=step.started_at,
            answered_at=step.answered_at,
            taken_at=step.taken_at,
            ended_at=step.ended_at,
            outcome=step.outcome,
            cause=step.cause,
            channel=step.channel,
        )
        for one in call.cascades
        for step in one.steps
    )


def event_row(event: Event, seq: int) -> EventRow:
    """The row of a fact."""
    return EventRow(
        call_id=event.call,
        key=event.identity,
        at=event.at,
        kind=kind_of(event),
        channel=event.channel,
        data=data_of(event),
        seq=seq,
    )


def event_of(row: EventRow) -> Event:
    """The fact of a row; KeyError for a kind that this version does not know."""
    return event_from(row.kind, row.at, row.call_id, row.channel, row.data)
