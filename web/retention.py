"""Answers about holds and retention. Refuses nothing itself: the port does."""

from hotline1022.web.retention_wire import (
    DueDayView,
    HoldBody,
    HoldList,
    HoldView,
    ReleaseBody,
    Released,
    RetentionView,
    hold_view,
)
from hotline1022.web.route import Ask


async def hold_recording(ask: Ask) -> HoldView:
    """Keep a recording."""
    body: HoldBody = ask.body
    return hold_view(await ask.ports.retention.hold(ask.path["recording"], letter=body.letter, why=body.why))


async def release_hold(ask: Ask) -> Released:
    """End a hold."""
    body: ReleaseBody = ask.body
    hold, held = await ask.ports.retention.release(ask.path["hold"], why=body.why)
    return Released(hold=hold_view(hold), held=held)


async def holds_of_recording(ask: Ask) -> HoldList:
    """The holds of a recording."""
    return HoldList(holds=tuple(map(hold_view, await ask.ports.retention.holds_of(ask.path["recording"]))))


async def open_holds(ask: Ask) -> HoldList:
    """All that are not released."""
    return HoldList(holds=tuple(map(hold_view, await ask.ports.retention.open_holds())))


async def show_retention(ask: Ask) -> RetentionView:
    """What would go now."""
    found = await ask.ports.retention.due()
    days = tuple(
        DueDayView(day=one.day, kind=one.kind, recordings=one.recordings, bytes=one.bytes) for one in found.days
    )
    return RetentionView(
        days=days,
        recordings=found.recordings,
        bytes=found.bytes,
        held=found.held,
        damaged=found.damaged,
        calls=found.calls,
        doubt=found.doubt,
    )
