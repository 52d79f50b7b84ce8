"""Answers about holds and retention. Refuses nothing itself: the port does."""

from hotline1022.recordings.types import TermsVersion
from hotline1022.web.retention_wire import (
    HoldBody,
    HoldList,
    HoldView,
    ReleaseBody,
    Released,
    RetentionView,
    TermsBody,
    TermsNow,
    TermsPreview,
    due_view,
    hold_view,
    terms_of_body,
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
    return due_view(await ask.ports.retention.due())


async def get_terms(ask: Ask) -> TermsNow:
    """How long things are kept."""
    return await ask.ports.retention.terms()


async def preview_terms(ask: Ask) -> TermsPreview:
    """What other days would mean."""
    return await ask.ports.retention.preview(terms_of_body(ask.body))


async def change_terms(ask: Ask) -> TermsVersion:
    """Other days are in force."""
    body: TermsBody = ask.body
    return await ask.ports.retention.change(
        terms_of_body(body), seen=body.seen, why=body.why, confirm=body.confirm, by=ask.asker.actor
    )
