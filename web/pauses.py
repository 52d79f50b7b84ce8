"""Answers about reasons for a pause."""

from hotline1022.queue.types import PauseKind
from hotline1022.web.pauses_wire import PauseHistory, PauseNameBody, PauseReasonBody, PauseReasonList, PauseSeenBody
from hotline1022.web.route import Ask


async def list_pause_reasons(ask: Ask) -> PauseReasonList:
    """All."""
    return PauseReasonList(reasons=tuple(await ask.ports.pauses.list()))


async def list_pause_changes(ask: Ask) -> PauseHistory:
    """What became of one."""
    return PauseHistory(changes=tuple(await ask.ports.pauses.changes(ask.path["reason"])))


async def add_pause_reason(ask: Ask) -> PauseKind:
    """Another one."""
    body: PauseReasonBody = ask.body
    return await ask.ports.pauses.add(body.code, body.name, ask.asker.actor)


async def rename_pause_reason(ask: Ask) -> PauseKind:
    """Another word for it."""
    body: PauseNameBody = ask.body
    return await ask.ports.pauses.rename(ask.path["reason"], body.name, body.version, ask.asker.actor)


async def end_pause_reason(ask: Ask) -> PauseKind:
    """Nobody chooses it any more."""
    body: PauseSeenBody = ask.body
    return await ask.ports.pauses.end(ask.path["reason"], body.version, ask.asker.actor)


async def bring_back_pause_reason(ask: Ask) -> PauseKind:
    """It may be chosen again."""
    body: PauseSeenBody = ask.body
    return await ask.ports.pauses.bring_back(ask.path["reason"], body.version, ask.asker.actor)
